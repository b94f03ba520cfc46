"""Series as bars: vertical over time, stacked if there are several lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from core.answers import Series
from core.draw.figures import short
from core.draw.series.axes import Axes
from core.draw.series.ends import last_whole
from core.draw.series.frame import Cursor, Frame, thinned
from core.draw.series.lines import line_chart, logarithmic, middles_of, open_mark
from core.draw.series.piles import BLOCKS, Layer, named, pile
from core.draw.series.ranking import ranking
from core.draw.series.sides import LOSSES
from core.draw.spans import Canvas, Line, Look
from core.draw.units import unit_of


def bar_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw bars: one per group with a breakdown, else one per bucket."""
    if logarithmic(answer):
        return line_chart(answer, width, height, look, cursor, marks)
    if answer.breakdown and answer.several:
        return ranking(answer, width, height, look, cursor)
    answer, cursor = thinned(answer, cursor)
    signed = [[_signed(answer, i, v) for v in line.values] for i, line in enumerate(answer.lines)]
    heights: list[float | None] = []
    for bucket in range(len(answer.buckets)):
        column = [line[bucket] for line in signed]
        heights += [sum(v for v in column if v > 0), sum(v for v in column if v < 0)]
    frame = Frame.of(answer, heights, width, height, look, marks, bands=True)
    if len(answer.buckets) > frame.axes.width:
        return line_chart(answer, width, height, look, cursor, marks)
    frame.samples = BLOCKS if look.letters else "█"
    canvas = frame.canvas
    _fill(canvas, frame, answer, signed, look)
    _totals(canvas, frame, signed)
    return frame.finish(canvas, cursor, places=_places(frame, signed))


def _places(frame: Frame, signed: Sequence[Sequence[float]]) -> list[int | None]:
    """Return the rows of the middles of the last bars, for the labels beside them."""
    ends = [line[-1] / 2 for line in signed]
    if len(signed) == 1:
        return [frame.axes.row(end.value) for end in frame.ends.shown]
    rising = [at for at, line in enumerate(signed) if line[-1] > 0]
    tops = list(accumulate(signed[at][-1] for at in rising))
    for at, middle in zip(rising, middles_of(tops), strict=True):
        ends[at] = middle
    return [frame.axes.row(value) for value in ends]


def _signed(answer: Series, index: int, value: float | None) -> float:
    value = value if value is not None and math.isfinite(value) else 0.0
    return -abs(value) if answer.lines[index].series in LOSSES else value


def _fill(
    canvas: Canvas, frame: Frame, answer: Series, signed: list[list[float]], look: Look
) -> None:
    axes, newest = frame.axes, last_whole(answer)
    for bucket, when in enumerate(answer.buckets):
        left, size = axes.band(bucket)
        columns = range(left, left + (size - 1 if axes.width >= 2 * axes.count else size))
        for sign in (1, -1):
            layers = _layers(axes, [line[bucket] for line in signed], sign)
            pile(canvas, columns, layers, look, alone=len(signed) == 1, faded=when.partial)
            if len(signed) > 1 and not look.ascii and bucket == newest:
                for layer in layers:
                    named(canvas, axes.column(bucket) + 1, layer, look)
        if when.partial:
            open_mark(canvas, axes.column(bucket))


def _layers(axes: Axes, values: Sequence[float], sign: int) -> list[Layer]:
    """Return the layers above zero, or those below it, the lowest first."""
    base, found = 0.0, []
    for index, value in enumerate(values):
        if value * sign > 0:
            low, high = sorted(axes.level(end) or 0.0 for end in (base, base + value))
            found.append(Layer(index, low, high))
            base += value
    return found[::sign]


def _totals(canvas: Canvas, frame: Frame, signed: Sequence[Sequence[float]]) -> None:
    """Write the height of each bar or stack above it, if all bars are wide enough for it."""
    axes = frame.axes
    tops = [sum(line[at] for line in signed if line[at] > 0) for at in range(axes.count)]
    texts = [short(top, unit_of(frame.answer)) for top in tops]
    if max(map(len, texts), default=0) >= axes.width // max(axes.count, 1):
        return
    for at, (top, text) in enumerate(zip(tops, texts, strict=True)):
        start, size = axes.band(at)
        row = axes.height - 1 - math.ceil((axes.level(top) or 0.0) - 1e-9)
        if top > 0 and row >= 0:
            style = "partial" if frame.answer.buckets[at].partial else "bold"
            tail = "~" if frame.answer.buckets[at].partial else ""
            left = start + max(size - 1 - len(text), 0) // 2
            canvas.text(start, row, " " * size)
            canvas.text(left, row, text + tail, style)
