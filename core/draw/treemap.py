"""Treemaps in rows: the length of a block is the size of its group, the shade its intensity."""

from __future__ import annotations

from core.answers import Tile, Treemap
from core.draw.grids.grid import SHADES
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, clipped, safe, under_cursor
from core.draw.table import Texts, grid_lines, window
from core.text import fit, number, percent, width

Cursor = tuple[int, int] | None
MIDDLE = 3
"""The shade if all groups are alike; 7 is the darkest."""


def treemap_chart(
    answer: Treemap, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a block per group; the darker, the higher its intensity among those shown."""
    if not answer.tiles:
        return [(Span("Nothing to group.", "dim"),), *wrapped(list(answer.notes), size)]
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    name = min(max(width(safe(t.label)) for t in answer.tiles), max(size // 3, 4))
    tails = [_tail(tile, size) for tile in answer.tiles]
    tail = max(width(text) for text in tails)
    room = max(size - name - tail - 4, 0)
    largest = max(tile.size for tile in answer.tiles)
    found: list[Line] = []
    for row in window(len(answer.tiles), max(height - len(notes), 1), cursor and cursor[0]):
        here, tile = cursor is not None and cursor[0] == row, answer.tiles[row]
        line = (
            Span(look.pick("› ", "> ") if here else "  ", "cursor"),
            Span(fit(safe(tile.label), name)),
            Span(" "),
            *_block(tile, answer, largest, room, look),
            Span(" "),
            Span(fit(tails[row], tail, right=True), "bold"),
        )
        found.append(under_cursor(line, size) if here else clipped(line, size))
    return [*found, *notes]


def _block(tile: Tile, answer: Treemap, largest: float, room: int, look: Look) -> list[Span]:
    """A row of one shade; anything above 0 is at least a cell long."""
    long = round(room * tile.size / largest) if largest > 0 and tile.size > 0 else 0
    long = max(long, 1) if tile.size > 0 and room else long
    level = _level(tile, answer)
    if level is None or look.letters:
        char = " " if level is None and not look.letters else SHADES[level or 0]
        return [Span(char * long), Span(" " * (room - long))]
    return [Span(" " * long, f"heat{level}"), Span(" " * (room - long))]


def _level(tile: Tile, answer: Treemap) -> int | None:
    """0 to 7 from the least to the most intense; None without an intensity."""
    known = [t.intensity for t in answer.tiles if t.intensity is not None]
    if tile.intensity is None:
        return None
    low, high = min(known), max(known)
    if low == high:
        return MIDDLE
    return round((tile.intensity - low) / (high - low) * 7)


def _tail(tile: Tile, size: int) -> str:
    """Size, share if there is room, and intensity."""
    share = f" {percent(tile.share):>6}" if size >= 36 else ""
    return f"{_figure(tile.size)}{share} {_figure(tile.intensity):>7}"


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return number(value, 0 if value == int(value) else 2)


def treemap_table(
    answer: Treemap, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a row per group: size, share, intensity, people."""
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    tiles = answer.tiles
    columns = [
        Texts(safe(answer.group_by), tuple(safe(t.label) for t in tiles)),
        Texts(
            safe(answer.size), tuple(_figure(t.size) for t in tiles), right=True,
            figures=tuple(t.size for t in tiles),
        ),
        Texts("share", tuple(percent(t.share) for t in tiles), right=True),
        Texts(safe(answer.intensity), tuple(_figure(t.intensity) for t in tiles), right=True),
        Texts("people", tuple(number(t.people) for t in tiles), right=True),
    ]  # fmt: skip
    lines = grid_lines(columns, size, max(height - len(notes), 2), look, cursor and cursor[0])
    gap = Span("  ")  # after the last column, for which there may be no room
    return [*(line[:-1] if line[-1:] == (gap,) else line for line in lines), *notes]


def _facts(answer: Treemap) -> list[str]:
    """What the figures are, and what was left out."""
    known = [t.intensity for t in answer.tiles if t.intensity is not None]
    shade = f", from {_figure(min(known))} to {_figure(max(known))}" if known else ""
    said = [f"Length is {safe(answer.size)}, shade {safe(answer.intensity)}{shade}."]
    if answer.omitted_groups:
        one = answer.omitted_groups == 1
        said.append(
            f"{number(answer.omitted_groups)} more group{' holds' if one else 's hold'} "
            f"{_figure(answer.omitted_size)} of {_figure(answer.total_size)}."
        )
    return [*said, *answer.notes]
