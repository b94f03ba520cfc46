"""Small pictures drawn by ourselves: sparklines, bars, big numbers."""

from __future__ import annotations

from collections.abc import Sequence

from core.draw.spans import Line, Look, Span
from core.text import width

LEVELS = "▁▂▃▄▅▆▇█"
PLAIN_LEVELS = "_.-=+*%#"
EIGHTHS = " ▏▎▍▌▋▊▉█"
BIG = {
    "0": "╭─╮│ │╰─╯", "1": " ╶╮  │ ╶┴", "2": "╶─╮╭─╯╰─╴", "3": "╶─╮ ─┤╶─╯", "4": "╷ ╷╰─┤  ╵",
    "5": "╭─╴╰─╮╶─╯", "6": "╭─╴├─╮╰─╯", "7": "╶─╮  │  ╵", "8": "╭─╮├─┤╰─╯", "9": "╭─╮╰─┤╶─╯",
    "-": "   ╶─╴   ", "–": "   ╶─╴   ",
}  # fmt: skip


def bar(value: float, largest: float, size: int, look: Look) -> str:
    """Return a horizontal bar of at most `size` cells, in eighths; only 0 gives an empty bar."""
    if size <= 0 or largest <= 0 or value <= 0:
        return ""
    share = min(value / largest, 1.0) * size
    if look.ascii:
        return "#" * max(round(share), 1)
    eighths = max(round(share * 8), 1)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def sparkline(
    values: Sequence[float | None],
    size: int,
    look: Look,
    *,
    partial: Sequence[bool] = (),
    cursor: int | None = None,
    style: str = "series0",
) -> Line:
    """Return values as one row of at most `size` cells, low to high; gaps are blank.

    If there are more values than cells they are averaged, leaving out unfinished ones; if there are
    fewer, each is repeated as often as fits.
    """
    count = len(values)
    if not count or size <= 0:
        return ()
    columns = min(count, size) if count > size else count * max(size // count, 1)
    known = [v for v in values if v is not None]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    found: list[Span] = []
    for column in range(columns):
        first = column * count // columns
        last = max((column + 1) * count // columns, first + 1)
        open_ = all(partial[first:last]) if partial else False
        part = [
            value
            for at, value in enumerate(values[first:last], first)
            if value is not None and (open_ or not partial or not partial[at])
        ]
        char = _level(sum(part) / len(part), low, high, look) if part else " "
        look_as = "partial" if open_ else style
        here = cursor is not None and first <= cursor < last
        found.append(Span(char, "cursor" if here else look_as))
    return merged(found)


def merged(spans: Sequence[Span]) -> Line:
    """Return spans with neighbours of the same style joined."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].style == span.style:
            found[-1] = Span(found[-1].text + span.text, span.style)
        else:
            found.append(span)
    return tuple(found)


def _level(value: float, low: float, high: float, look: Look) -> str:
    levels = PLAIN_LEVELS if look.ascii else LEVELS
    if high <= low:
        return levels[0]
    return levels[min(int((value - low) / (high - low) * len(levels)), len(levels) - 1)]


def big(text: str, size: int, style: str = "bold") -> list[Line]:
    """Return a number three rows tall, or nothing if it does not fit."""
    rows = ["", "", ""]
    for char in text:
        glyph = BIG.get(char)
        cells = [glyph[0:3], glyph[3:6], glyph[6:9]] if glyph else [" ", " ", char]
        rows = [row + cell for row, cell in zip(rows, cells, strict=True)]
    if width(rows[0]) > size:
        return []
    return [(Span(row, style),) for row in rows]
