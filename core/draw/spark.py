"""Small pictures drawn by ourselves: sparklines, bars, big numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.draw.spans import Line, Look, Span
from core.text import width

TINY = 1e-300
"""Extents below this cannot be divided by."""

LEVELS = "▁▂▃▄▅▆▇█"
PLAIN_LEVELS = "_.-=+*%#"
EIGHTHS = " ▏▎▍▌▋▊▉█"
BIG = {
    "0": "█▀█│█ █│▀▀▀", "1": "▀█ │ █ │▀▀▀", "2": "▀▀█│█▀▀│▀▀▀", "3": "▀▀█│ ▀█│▀▀▀",
    "4": "█ █│▀▀█│  ▀", "5": "█▀▀│▀▀█│▀▀▀", "6": "█▀▀│█▀█│▀▀▀", "7": "▀▀█│  █│  ▀",
    "8": "█▀█│█▀█│▀▀▀", "9": "█▀█│▀▀█│▀▀▀", "-": "  │▀▀│  ", "–": "  │▀▀│  ",
    "€": "▄▀▀│█▀▀│ ▀▀", "$": "▄█▄│▀█▄│▀█▀", "£": "▄▀▀│█▀ │▀▀▀",
}  # fmt: skip
"""Figures three rows high, row by row."""


TALLEST = 200
"""Rows from which there is no box to fill: text of its natural height."""


THICKEST = 3
"""Lines that a bar is high, at most."""


def thickened(rows: Sequence[tuple[Line, Line]], height: int, gap: int, look: Look) -> list[Line]:
    """Return bars as high as all of them can be; of letters they are a line high.

    Args:
        rows: the line of each bar, and that with nothing but its bar once more.
        height: how many lines there is room for.
        gap: how many stay free between two bars, if these are higher than a line.
    """
    size = (
        min((height + gap) // max(len(rows), 1) - gap, THICKEST)
        if height < TALLEST and not look.ascii
        else 1
    )
    if size < 2:
        return [first for first, _ in rows]
    found: list[Line] = []
    for first, again in rows:
        above = (size - 1) // 2
        found += [*[again] * above, first, *[again] * (size - 1 - above), *[()] * gap]
    return found[: len(found) - gap]


GAP = 1
"""Lines that stay free between rows of two lines or more, if these all fit."""

HALVES = str.maketrans("█▉▊▋▌▍▎▏▐", "▀▀▀▘▘▘  ▝")
"""What is left of a bar in the last line of a row that has no free line below it."""


def heightened(rows: Sequence[tuple[Line, Line]], height: int, look: Look) -> list[Line]:
    """Return rows as high as there is room for all; what is left between two is at least half a
    line.

    Args:
        rows: the line of each row, and that with nothing but its bar once more.
        height: how many lines there are.
    """
    count = max(len(rows), 1)
    if (height + GAP) // count - GAP >= 2 or look.ascii or height >= TALLEST:
        return thickened(rows, height, GAP, look)
    if height // count < 2:
        return [first for first, _ in rows]
    return [line for first, again in rows for line in (first, halved(again))]


def halved(line: Line) -> Line:
    """Return the upper half of a line's bars."""
    return tuple(Span(span.text.translate(HALVES), span.style) for span in line)


def bar(value: float, largest: float, size: int, look: Look) -> str:
    """Return a horizontal bar of at most `size` cells, in eighths; only 0 gives an empty bar."""
    if size <= 0 or largest <= 0 or value <= 0 or not math.isfinite(value + largest):
        return ""
    share = min(value / largest, 1.0) * size
    if look.ascii:
        return "#" * max(round(share), 1)
    eighths = max(round(share * 8), 1)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def signed_bar(
    value: float, low: float, high: float, size: int, look: Look, style: str = ""
) -> Line:
    """Return a bar of `size` cells from an axis of zero, between the least and the greatest value.

    Without a style, bars are coloured by their sign.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if size <= 0 or high - low < TINY or not math.isfinite(high - low):
        return (Span(" " * max(size, 0)),)
    left = round(size * -low / (high - low))
    left = min(max(left, 1 if low < 0 else 0), size - (1 if high > 0 else 0))
    if value < 0:
        halves = max(round(value / low * left * 2), 1)
        text = ("#" if look.ascii else "▐") * (halves % 2) + look.pick("█", "#") * (halves // 2)
        text = text[-left:]
        return (Span(text.rjust(left), style or "bad"), Span(" " * (size - left)))
    text = bar(value, high, size - left, look)
    return (Span(" " * left), Span(text.ljust(size - left), style or "good"))


def filled_sparkline(
    values: Sequence[float | None],
    size: int,
    rows: int,
    look: Look,
    *,
    partial: Sequence[bool] = (),
    cursor: int | None = None,
    style: str = "series0",
) -> list[Line]:
    """Return values as `rows` rows of exactly `size` cells, filled from below; gaps are blank.

    Averaged or repeated as by `sparkline`.
    """
    columns = _columns(values, size, partial, cursor, style)
    known = [v for v in values if v is not None and math.isfinite(v)]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    levels = PLAIN_LEVELS if look.ascii else LEVELS
    found: list[Line] = []
    for row in reversed(range(rows)):
        spans = []
        for value, name in columns:
            share = 0.0 if value is None else _share(value, low, high)
            filled = share * rows * len(levels) - row * len(levels)
            least = 0 if value is None or row else 1
            level = min(max(round(filled), least), len(levels))
            spans.append(Span(levels[level - 1] if level > 0 else " ", name))
        found.append(merged(spans))
    return found


def slim(value: float, largest: float, size: int, look: Look) -> str:
    """Return a bar as `bar` does, as a thick line in halves of a cell, for the rows of lists."""
    if look.ascii or size <= 0 or largest <= 0 or value <= 0:
        return bar(value, largest, size, look)
    halves = max(round(min(value / largest, 1.0) * size * 2), 1)
    return "━" * (halves // 2) + "╸" * (halves % 2)


def sparkline(
    values: Sequence[float | None],
    size: int,
    look: Look,
    *,
    partial: Sequence[bool] = (),
    style: str = "series0",
) -> Line:
    """Return values as one row of exactly `size` cells, low to high; gaps are blank.

    If there are more values than cells they are averaged, leaving out unfinished ones; if there are
    fewer, they are repeated.
    """
    if not values or size <= 0:
        return ()
    known = [v for v in values if v is not None and math.isfinite(v)]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    return merged(
        [
            Span(" " if value is None else _level(value, low, high, look), name)
            for value, name in _columns(values, size, partial, None, style)
        ]
    )


def _columns(
    values: Sequence[float | None],
    size: int,
    partial: Sequence[bool],
    cursor: int | None,
    style: str,
) -> list[tuple[float | None, str]]:
    """Return the value and the style of each of `size` columns."""
    count = len(values)
    found: list[tuple[float | None, str]] = []
    for column in range(size if count else 0):
        first = column * count // size
        last = max((column + 1) * count // size, first + 1)
        open_ = all(partial[first:last]) if partial else False
        part = [
            value
            for at, value in enumerate(values[first:last], first)
            if value is not None
            and math.isfinite(value)
            and (open_ or not partial or not partial[at])
        ]
        here = cursor is not None and first <= cursor < last
        name = "cursor" if here else "partial" if open_ else style
        found.append((sum(v / len(part) for v in part) if part else None, name))
    return found


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
    return levels[min(int(_share(value, low, high) * len(levels)), len(levels) - 1)]


def _share(value: float, low: float, high: float) -> float:
    """Return how far a value is between two others; halved, as their difference may overflow."""
    extent = high / 2 - low / 2
    return (value / 2 - low / 2) / extent if extent >= TINY else 0.0


def big(text: str, size: int, style: str = "bold") -> list[Line]:
    """Return a number three rows tall, or nothing if it does not fit."""
    glyphs = [BIG.get(char, f" │ │{char}").split("│") for char in text]
    rows = [" ".join(parts) for parts in zip(*glyphs, strict=True)] or ["", "", ""]
    if width(rows[0]) > size:
        return []
    return [(Span(row, style),) for row in rows]
