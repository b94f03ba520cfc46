"""Series as areas stacked on each other."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Line as SeriesLine
from core.answers import Series
from core.draw.series.axes import Axes
from core.draw.series.frame import Cursor, Frame, is_right, thinned
from core.draw.series.lines import letter_places, line_chart, logarithmic, middles_of, open_mark
from core.draw.series.piles import BLOCKS, Layer, named, pile
from core.draw.spans import Canvas, Line, Look


def area_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw the lines filled and stacked on each other; not stacked on a logarithmic scale."""
    if logarithmic(answer) or any(is_right(answer, i) for i in range(len(answer.lines))):
        return line_chart(answer, width, height, look, cursor, marks)
    answer, cursor = thinned(answer, cursor)
    sums = stacked(answer.lines)
    frame = Frame.of(answer, [v for row in sums for v in row], width, height, look, marks)
    frame.samples = BLOCKS if look.letters else "█"
    canvas = frame.canvas
    for x in range(canvas.width):
        _stack(canvas, frame.axes, answer, sums, x, look)
    for at, bucket in enumerate(answer.buckets):
        if bucket.partial:
            open_mark(canvas, frame.axes.column(at))
    if len(sums) > 1 and not look.ascii:
        _named(canvas, frame.axes, sums, look)
    middles = [frame.axes.row(v) for v in middles_of([row[-1] if row else 0.0 for row in sums])]
    return frame.finish(canvas, cursor, places=middles)


def _named(canvas: Canvas, axes: Axes, sums: Sequence[Sequence[float]], look: Look) -> None:
    """Write the letters of layers into them where they are high enough."""
    for index, row in enumerate(sums):
        for at in letter_places(axes.count, index, len(sums)):
            below = sums[index - 1][at] if index else 0.0
            low, high = axes.level(below) or 0.0, axes.level(row[at]) or 0.0
            if high - low >= 1:
                named(canvas, axes.column(at), Layer(index, low, high), look)


def _stack(
    canvas: Canvas, axes: Axes, answer: Series, sums: Sequence[Sequence[float]], x: int, look: Look
) -> None:
    """Fill a column of cells with the layers of a stack."""
    at = axes.at(x) if axes.count > 1 else 0.0
    low = min(int(at), max(axes.count - 1, 0))
    high = min(low + 1, axes.count - 1)
    ends = {low, high if at > low else low} if answer.buckets else set()
    faded = any(answer.buckets[end].partial for end in ends)
    found, below = [], axes.zero
    for index, row in enumerate(sums):
        top = axes.level(row[low] + (row[high] - row[low]) * (at - low)) or 0.0
        found.append(Layer(index, below, top))
        below = top
    pile(canvas, (x,), found, look, alone=len(sums) == 1, faded=faded)


def stacked(lines: Sequence[SeriesLine]) -> list[list[float]]:
    """Return running sums of the lines' values, bucket by bucket; None counts as 0."""
    sums: list[list[float]] = []
    for line in lines:
        below = sums[-1] if sums else [0.0] * len(line.values)
        sums.append([b + max(v or 0.0, 0.0) for b, v in zip(below, line.values, strict=True)])
    return sums
