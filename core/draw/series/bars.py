"""Series as bars: vertical over time, stacked if there are several lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from core.answers import Series
from core.draw.legend import letter
from core.draw.series.lines import BLOCKS, Cursor, Frame, line_chart, logarithmic, middles
from core.draw.spans import Canvas, Line, Look
from core.draw.table import ranking

LOSSES = frozenset({"dormant"})
"""Lines with these names are people lost: they hang below zero and are not part of the stack."""
FINE = "▁▂▃▄▅▆▇█"


def bar_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw bars: one per group with a breakdown, else one per bucket."""
    if logarithmic(answer):
        return line_chart(answer, width, height, look, cursor, marks)
    if answer.breakdown and len(answer.lines) > 1:
        return ranking(answer, width, height, look, cursor)
    signed = [[_signed(answer, i, v) for v in line.values] for i, line in enumerate(answer.lines)]
    heights: list[float | None] = []
    for bucket in range(len(answer.buckets)):
        column = [line[bucket] for line in signed]
        heights += [sum(v for v in column if v > 0), sum(v for v in column if v < 0)]
    frame = Frame.of(answer, heights, width, height, look, marks, bands=True)
    if len(answer.buckets) > frame.axes.width:
        return line_chart(answer, width, height, look, cursor, marks)
    frame.samples = BLOCKS
    frame.ends = [line[-1] / 2 for line in signed]
    rising = [at for at, line in enumerate(signed) if line[-1] > 0]
    tops = list(accumulate(signed[at][-1] for at in rising))
    for at, middle in zip(rising, middles(tops), strict=True):
        frame.ends[at] = middle
    canvas = Canvas(frame.axes.width, frame.axes.height)
    _fill(canvas, frame, answer, signed, look)
    return frame.finish(canvas, cursor)


def _signed(answer: Series, index: int, value: float | None) -> float:
    return -abs(value or 0.0) if answer.lines[index].series in LOSSES else value or 0.0


def _fill(
    canvas: Canvas, frame: Frame, answer: Series, signed: list[list[float]], look: Look
) -> None:
    axes = frame.axes
    for bucket, when in enumerate(answer.buckets):
        left, size = axes.band(bucket)
        place = (left, size - 1 if axes.width >= 2 * axes.count else size)
        up = down = 0.0
        for index, line in enumerate(signed):
            value = line[bucket]
            base = up if value > 0 else down
            style = "partial" if when.partial else f"series{index % 8}"
            _block(canvas, frame, place, base, base + value, index, style, look)
            up, down = (up + value, down) if value > 0 else (up, down + value)
        if when.partial:
            _tilde(canvas, axes.column(bucket))


def _tilde(canvas: Canvas, column: int) -> None:
    """Mark an unfinished bar: above its top, or at the bottom if it is empty."""
    column = min(max(column, 0), canvas.width - 1)
    filled = [y for y in range(canvas.height) if canvas.get(column, y) != " "]
    canvas.put(column, max(min(filled, default=canvas.height) - 1, 0), "~", "partial")


def _block(
    canvas: Canvas,
    frame: Frame,
    place: tuple[int, int],
    start: float,
    end: float,
    index: int,
    style: str,
    look: Look,
) -> None:
    """Fill the cells between two values, the top cell of a rising block in eighths."""
    axes = frame.axes
    low, high = sorted((axes.cells(start), axes.cells(end)))
    alone = len(frame.answer.lines) == 1
    for cell in range(int(low), axes.height):
        share = min(high - cell, 1.0) - max(low - cell, 0.0)
        if high <= cell:
            break
        char = _char(share, cell == int(low) and low > cell, alone, index, look)
        for x in range(place[0], place[0] + place[1]):
            if char != " ":
                canvas.put(x, axes.height - 1 - cell, char, style)


def _char(share: float, raised: bool, alone: bool, index: int, look: Look) -> str:
    """Return the glyph for a bar's share of a cell; raised: it starts inside the cell."""
    if look.ascii:
        return letter(index, look) if share >= 0.5 or (alone and share > 0.05) else " "
    if alone and not raised and share < 0.95:
        return FINE[max(min(round(share * 8), 8) - 1, 0)]
    return BLOCKS[index % 4] if share >= 0.45 else " "
