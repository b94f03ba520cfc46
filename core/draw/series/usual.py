"""What is usual for a line, as a band behind it, and the forecast of its running bucket."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.answers import Line
from core.draw.series.axes import Axes
from core.draw.series.dots import Dots
from core.draw.spans import Canvas, Look

Overlay = Callable[[Canvas, Dots, str, str], None]
"""Puts dots on a canvas: canvas, dots, style, character without glyphs."""

Runs = Callable[[Axes, Sequence[float | None], int], list[list[tuple[float, float]]]]


def reach(line: Line) -> list[float | None]:
    """Return the values that a scale must hold for a line's band and forecast."""
    return [line.forecast, *(edge for side in edges(line) for edge in side)]


def edges(line: Line) -> tuple[list[float | None], list[float | None]]:
    """Return the lower and upper edge of a line's band, the lower at least 0 if its values are."""
    floor = 0.0 if all(value is None or value >= 0 for value in line.values) else float("-inf")
    low = [None if band is None else max(band[0], floor) for band in line.usual]
    return low, [None if band is None else band[1] for band in line.usual]


def draw_usual(
    canvas: Canvas, axes: Axes, line: Line, look: Look, tint: str, runs: Runs, overlay: Overlay
) -> None:
    """Draw the band: its edges as faint dots, and a background between them."""
    low, high = edges(line)
    if not look.letters:
        _fill(canvas, axes, low, high, tint)
    for values in (low, high):
        dots = Dots(axes.width, axes.height, look.glyphs)
        for run in runs(axes, values, 0):
            dots.run(run)
        dots.columns[1::2] = [0] * len(dots.columns[1::2])
        overlay(canvas, dots, "muted", ".")


def fill_usual(canvas: Canvas, axes: Axes, line: Line, tint: str) -> None:
    """Fill the band of a line, if it has one, with a background."""
    if line.usual:
        _fill(canvas, axes, *edges(line), tint)


def draw_forecast(
    canvas: Canvas, axes: Axes, line: Line, look: Look, runs: Runs, overlay: Overlay
) -> None:
    """Draw a dotted line to the forecast of the last bucket, with a ring at its end."""
    if line.forecast is None:
        return
    before = len(line.values) - 2
    if before >= 0:
        dots = Dots(axes.width, axes.height, look.glyphs)
        for run in runs(axes, (line.values[before], line.forecast), before):
            dots.run(run, dotted=True)
        overlay(canvas, dots, "partial", ".")
    row = axes.row(line.forecast)
    if row is not None:
        canvas.over(axes.column(before + 1), row, look.pick("○", "o"), "partial")


def _fill(
    canvas: Canvas,
    axes: Axes,
    low: Sequence[float | None],
    high: Sequence[float | None],
    tint: str,
) -> None:
    """Fill a band with a background."""
    for x in range(axes.width):
        at = axes.at(x) if axes.count > 1 else 0.0
        top, foot = axes.row(_between(high, at)), axes.row(_between(low, at))
        if top is None or foot is None:
            continue
        for y in range(top, foot + 1):
            canvas.style(x, y, tint)


def _between(values: Sequence[float | None], at: float) -> float | None:
    """Return the value at a place between two buckets; None beside an unknown one."""
    first = min(int(at), len(values) - 1)
    one, other = values[first], values[min(first + 1, len(values) - 1)]
    if one is None or other is None:
        return None
    return one + (other - one) * (at - first)
