"""The one place that knows plotext: points in, rows of characters out.

plotext keeps one figure for the whole process, so building holds a lock. Axes, labels, legend and
colours are ours; it is asked for dots alone.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

MARKERS = {"braille": "braille", "block": "hd", "ascii": "*"}
ROWS_PER_CELL = {"braille": 4, "block": 2, "ascii": 1}
_figure = threading.Lock()

Points = Sequence[tuple[float, float]]


def drawn(
    runs: Sequence[Points],
    width: int,
    height: int,
    low: float,
    high: float,
    *,
    glyphs: str = "braille",
    dotted: bool = False,
    fill: bool = False,
) -> list[str]:
    """Return `height` rows of `width` characters with each run of points joined by a line.

    Args:
        runs: points (x in cells from 0 to width - 1, value); between runs there is a gap.
        low, high: values at the bottom and the top row.
        dotted: separate dots instead of a line.
        fill: everything between the line and the bottom row too.

    Raises:
        ValueError: plotext did not return the box it was asked for.
    """
    finite = [_finite(run) for run in runs]
    if width < 1 or height < 1 or not any(finite):
        return [" " * width] * height
    with _figure:
        text = _built(
            [run for run in finite if run], width, height, low, high, glyphs, dotted, fill
        )
    rows = text.split("\n")[:height]
    if len(rows) < height or any(len(row) != width for row in rows):
        raise ValueError("plotext drew another size")
    return rows


def _finite(run: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in run if math.isfinite(x) and math.isfinite(y)]


def _built(
    runs: list[list[tuple[float, float]]],
    width: int,
    height: int,
    low: float,
    high: float,
    glyphs: str,
    dotted: bool,
    fill: bool,
) -> str:
    import plotext

    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(width, height)
    plotext.frame(False)
    plotext.xfrequency(0)
    plotext.yfrequency(0)
    plotext.xlim(0, max(width - 1, 1))
    plotext.ylim(low, high)
    for run in runs:
        xs, ys = [x for x, _ in run], [y for _, y in run]
        if dotted:
            plotext.scatter(xs, ys, marker=MARKERS[glyphs])
        else:
            plotext.plot(xs, ys, marker=MARKERS[glyphs], fillx=fill)
    text: str = plotext.uncolorize(plotext.build())
    plotext.clear_figure()
    return text


def thinned(points: Points, width: int) -> list[tuple[float, float]]:
    """Return at most two points a column, its lowest and highest in their order."""
    if len(points) <= 2 * width:
        return list(points)
    columns: dict[int, list[tuple[float, float]]] = {}
    for x, y in points:
        columns.setdefault(round(x), []).append((x, y))
    kept: list[tuple[float, float]] = []
    for column in columns.values():
        ends = {min(column, key=_value), max(column, key=_value)}
        kept.extend(sorted(ends))
    return kept


def _value(point: tuple[float, float]) -> float:
    return point[1]
