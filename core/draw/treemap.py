"""Treemaps: the area of a rectangle is the size of its group, the shade its intensity."""

from __future__ import annotations

from core.answers import Tile, Treemap
from core.draw.columns import Texts
from core.draw.legend import wrapped
from core.draw.spans import SHADES, Canvas, Line, Look, Span, clipped, safe
from core.draw.squares import Box, squarified
from core.draw.table import grid_lines, scrolled
from core.draw.units import money
from core.text import cut, number, percent, width

Cursor = tuple[int, int] | None
MOST = 40
"""How many groups are drawn at once, at most."""

FOOTED_FROM = 7
"""Rows from which the scale and what the figures are stand below."""

LEAST = (10, 1)
"""Columns and rows without which a rectangle cannot hold its label."""

MIDDLE = 3
"""The shade if all groups are alike; 7 is the darkest."""


def treemap_chart(
    answer: Treemap, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a rectangle per group; the darker, the higher its intensity among those shown.

    Those too small for their label are on further pages, which follow the cursor.
    """
    if not answer.tiles:
        return [(Span("Nothing to group.", "dim"),), *wrapped(list(answer.notes), size)]
    at = min(max(cursor[0], 0), len(answer.tiles) - 1) if cursor else None
    said = [] if at is None else _sentence(answer, answer.tiles[at], size, look)
    foot = [*said, *_scale(answer, size, look), *wrapped(_facts(answer, look), size)]
    foot = foot if height >= FOOTED_FROM else []
    rows = max(height - len(foot), 1)
    shown = _page(answer, size, rows, at)
    if len(shown) < len(answer.tiles) and rows > 1:
        rows -= 1
        shown = _page(answer, size, rows, at)
        text = f"{shown[0] + 1} to {shown[-1] + 1} of {len(answer.tiles):,} groups"
        foot = [(Span(text, "dim"),), *foot]
    canvas = Canvas(size, rows)
    for row, box in zip(shown, _boxes(answer, shown, size, rows), strict=True):
        _tile(canvas, box, answer, answer.tiles[row], look, here=row == at)
    return [*canvas.lines(), *foot]


def _page(answer: Treemap, size: int, rows: int, at: int | None) -> range:
    """Return which groups are drawn together: as many as have room, those around the cursor."""
    count = min(len(answer.tiles), MOST)
    while count > 1:
        start = 0 if at is None else at // count * count
        shown = range(start, min(start + count, len(answer.tiles)))
        boxes = _boxes(answer, shown, size, rows)
        if all(box.width >= LEAST[0] and box.height >= LEAST[1] for box in boxes):
            return shown
        count -= 1
    return range(at or 0, (at or 0) + 1)


def _boxes(answer: Treemap, shown: range, size: int, rows: int) -> list[Box]:
    sizes = [max(answer.tiles[row].size, 0.0) for row in shown]
    least = sum(sizes) / 1000 or 1.0
    return squarified([max(each, least) for each in sizes], size, rows)


def _tile(canvas: Canvas, box: Box, answer: Treemap, tile: Tile, look: Look, *, here: bool) -> None:
    """Fill a rectangle with its shade, and write label, size and share, and intensity into it.

    That of the cursor has a frame, so that its shade stays to be seen.
    """
    level = _level(tile, answer)
    style = "" if look.letters or level is None else f"heat{level}"
    fill = SHADES[level or 0] if look.letters and level is not None else " "
    wide = box.width - (box.right < canvas.width)
    high = box.height - (box.bottom < canvas.height and box.height >= 3)
    for y in range(box.top, box.top + high):
        canvas.text(box.left, y, fill * wide, style)
    share = f" {percent(tile.share)}" if tile.share is not None else ""
    intensity = f"{safe(answer.intensity)} {_intensity(tile, look)}"
    said = [safe(tile.label), f"{_size(tile, look)}{share}"]
    said += [intensity] if width(intensity) <= wide - 2 else []
    if here and high > 2 and wide > 2:
        _frame(canvas, box, (wide, high), style, look)
    if high == 1:
        said = [" ".join(said[:2]) if width(" ".join(said[:2])) <= wide - 2 else said[0]]
    if here:
        said[0] = f"{look.pick('›', '>')} {said[0]}"
    for offset, text in enumerate(said[:high]):
        name = f"{style} bold".strip() if not offset else style
        name = "cursor" if here and not offset else name
        shown = cut(text, max(wide - 2, 1))
        canvas.write(box.left + (wide > 2), box.top + offset, shown, name)


def _frame(canvas: Canvas, box: Box, size: tuple[int, int], style: str, look: Look) -> None:
    """Draw a thick line along the edges of a rectangle, on its shade."""
    wide, high = size
    left, top, right, bottom = box.left, box.top, box.left + wide - 1, box.top + high - 1
    across, down, corners = look.pick("━", "="), look.pick("┃", "|"), look.pick("┏┓┗┛", "++++")
    canvas.text(left, top, corners[0] + across * (wide - 2) + corners[1], style)
    for y in range(top + 1, bottom):
        canvas.put(left, y, down, style)
        canvas.put(right, y, down, style)
    canvas.text(left, bottom, corners[2] + across * (wide - 2) + corners[3], style)


def _sentence(answer: Treemap, tile: Tile, size: int, look: Look) -> list[Line]:
    """Return what the rectangle under the cursor says, in words."""
    share = f", {percent(tile.share)}" if tile.share is not None else ""
    text = f"{safe(tile.label)}: {_size(tile, look)} {safe(answer.size)}{share}"
    shade = f"{safe(answer.intensity)} {_intensity(tile, look)}"
    people = "" if answer.size in ("users", "people") else f"; {number(tile.people)} people"
    return wrapped([f"{text}; {shade}{people}."], size, "accent")


def _scale(answer: Treemap, size: int, look: Look) -> list[Line]:
    """Return the scale of the shades, if groups differ."""
    known = {t.intensity: t for t in answer.tiles if t.intensity is not None}
    if len(known) < 2:
        return []
    shades = [
        Span(shade * 2) if look.letters else Span("  ", f"heat{level}")
        for level, shade in enumerate(SHADES)
    ]
    low, high = (_intensity(known[end], look) for end in (min(known), max(known)))
    name = f"{safe(answer.intensity)}  {low} "
    return [clipped((Span(name, "dim"), *shades, Span(f" {high}", "dim")), size)]


def _level(tile: Tile, answer: Treemap) -> int | None:
    """0 to 7 from the least to the most intense; None without an intensity."""
    known = [t.intensity for t in answer.tiles if t.intensity is not None]
    if tile.intensity is None:
        return None
    low, high = min(known), max(known)
    if low == high:
        return MIDDLE
    return round((tile.intensity - low) / (high - low) * 7)


def _size(tile: Tile, look: Look) -> str:
    return _figure(tile.size, tile.size_currency, look)


def _intensity(tile: Tile, look: Look) -> str:
    return _figure(tile.intensity, tile.intensity_currency, look)


def _figure(value: float | None, currency: str, look: Look) -> str:
    return money(value, safe(currency), plain=look.ascii)


def treemap_table(
    answer: Treemap, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a row per group: size, share, intensity, people."""
    notes = wrapped(_facts(answer, look), size) if height >= 6 else []
    tiles = answer.tiles
    columns = [
        Texts(safe(answer.group_by), tuple(safe(t.label) for t in tiles)),
        Texts(
            safe(answer.size), tuple(_size(t, look) for t in tiles), right=True,
            figures=tuple(t.size for t in tiles),
        ),
        Texts("share", tuple(percent(t.share) for t in tiles), right=True),
        Texts(safe(answer.intensity), tuple(_intensity(t, look) for t in tiles), right=True),
        Texts("people", tuple(number(t.people) for t in tiles), right=True),
    ]  # fmt: skip
    rows, at = max(height - len(notes), 2), cursor and cursor[0]
    _, said = scrolled(len(tiles), rows - 1, at)
    return [*grid_lines(columns, size, rows - len(said), look, at), *said, *notes]


def _facts(answer: Treemap, look: Look) -> list[str]:
    """What the figures are, and what was left out."""
    said = [f"Area is {safe(answer.size)}, shade {safe(answer.intensity)}."]
    if answer.omitted_groups:
        one = answer.omitted_groups == 1
        said.append(
            f"{number(answer.omitted_groups)} more group{' holds' if one else 's hold'} "
            f"{_figure(answer.omitted_size, answer.currency, look)} of "
            f"{_figure(answer.total_size, answer.currency, look)}."
        )
    return [*said, *answer.notes]
