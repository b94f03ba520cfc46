"""The only module that uses plotext: points in, rows of characters out.

plotext keeps one figure for the whole process, so drawing holds a lock. Axes, labels, legend and
colours are ours; plotext only draws dots.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass

MARKERS = {"braille": "braille", "block": "hd", "ascii": "*"}
DOTS = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}
"""Dots per cell across and down, by glyphs."""

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
) -> list[str]:
    """Return `height` rows of `width` characters with each run of points joined by a line.

    Args:
        runs: points (x in cells from 0 to width - 1, value), with gaps between runs.
        low, high: values at the bottom and the top row.
        dotted: separate dots instead of a line.

    Raises:
        ValueError: plotext did not return the requested size.
    """
    finite = [found for run in runs if (found := _finite(run))]
    if width < 1 or height < 1 or not finite:
        return [" " * width] * height
    box = _Box.around(finite, width, height, low, high, *DOTS[glyphs])
    with _figure:
        text = _built(finite, box, glyphs, dotted)
    rows = text.split("\n")[: box.bottom - box.top]
    if len(rows) < box.bottom - box.top or any(len(r) != box.right - box.left for r in rows):
        raise ValueError("plotext drew another size")
    blank = " " * width
    left, right = " " * box.left, " " * (width - box.right)
    inside = [left + row + right for row in rows]
    return [blank] * box.top + inside + [blank] * (height - box.bottom)


def _finite(run: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in run if math.isfinite(x) and math.isfinite(y)]


@dataclass(frozen=True)
class _Box:
    """The cells that points touch, and the values at their outermost dots.

    plotext fills every cell of its canvas, so a small canvas is a fast one.
    """

    left: int
    right: int
    top: int
    bottom: int
    xs: tuple[float, float]
    values: tuple[float, float]

    @classmethod
    def around(
        cls,
        runs: Sequence[Points],
        width: int,
        height: int,
        low: float,
        high: float,
        across: int,
        down: int,
    ) -> _Box:
        """Return the box of some points on a canvas, one cell wider if there is room."""
        x_dots, y_dots = max(across * width - 1, 1), max(down * height - 1, 1)
        x_step, y_step = max(width - 1, 1) / x_dots, (high - low) / y_dots
        columns = [x / x_step / across for run in runs for x, _ in run]
        rows = [(high - y) / y_step / down for run in runs for _, y in run]
        left, right = _reach(columns, width)
        top, bottom = _reach(rows, height)
        return cls(
            left,
            right,
            top,
            bottom,
            (left * across * x_step, (right * across - 1) * x_step),
            (high - (bottom * down - 1) * y_step, high - top * down * y_step),
        )


def _reach(cells: Sequence[float], size: int) -> tuple[int, int]:
    return max(min(int(min(cells)) - 1, size - 1), 0), max(min(int(max(cells)) + 2, size), 1)


def _built(runs: Sequence[Points], box: _Box, glyphs: str, dotted: bool) -> str:
    import plotext

    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(box.right - box.left, box.bottom - box.top)
    plotext.frame(False)
    plotext.xfrequency(0)
    plotext.yfrequency(0)
    plotext.xlim(*_apart(box.xs))
    plotext.ylim(*_apart(box.values))
    for run in runs:
        xs, ys = [x for x, _ in run], [y for _, y in run]
        draw = plotext.scatter if dotted else plotext.plot
        draw(xs, ys, marker=MARKERS[glyphs])
    text: str = plotext.uncolorize(plotext.build())
    plotext.clear_figure()
    return text


def _apart(ends: tuple[float, float]) -> tuple[float, float]:
    """Return two distinct ends, as those of a canvas one dot wide coincide."""
    return ends if ends[1] > ends[0] else (ends[0] - 0.5, ends[0] + 0.5)


def thinned(points: Points, width: int) -> list[tuple[float, float]]:
    """Return at most two points per column, its lowest and highest in order."""
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
