"""Goals of a chart over time: a dashed line with its label, and whether it was reached."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Series
from core.answers.display import Axis
from core.draw.figures import short
from core.draw.series.axes import Axes
from core.draw.spans import Canvas, Look, safe
from core.draw.units import drawing_of, unit_of
from core.text import cut, width

SHORTEST = 5
"""Cells of a label that are worth writing."""


def with_goal(values: Sequence[float | None], axis: Axis) -> list[float | None]:
    """Return the values that an axis must hold: its lines and its goal."""
    return [*values, axis.goal] if axis.goal is not None else list(values)


def with_thresholds(values: Sequence[float | None], answer: Series) -> list[float | None]:
    """Return the values with the limits of alerts that do not flatten them."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    room = max(high - min(low, 0.0), 0.0)
    limits = [limit.value for limit in drawing_of(answer).thresholds]
    return [*values, *(x for x in limits if low - room <= x <= high + room)]


def draw_goal(canvas: Canvas, axes: Axes, answer: Series, look: Look, *, right: bool) -> None:
    """Draw the goal of an axis over the grid, its label where there is most room."""
    sides = drawing_of(answer).axes
    axis = sides.right_y if right else sides.left_y
    if axis.goal is not None:
        _draw_line(canvas, axes, answer, look, axis.goal, axis.goal_label or "goal", right=right)


def draw_thresholds(canvas: Canvas, axes: Axes, answer: Series, look: Look) -> None:
    """Draw the limits of alerts that are on the axis as goals are drawn."""
    for limit in drawing_of(answer).thresholds:
        if axes.holds(limit.value):
            _draw_line(canvas, axes, answer, look, limit.value, limit.label, right=False)


def _draw_line(
    canvas: Canvas, axes: Axes, answer: Series, look: Look, value: float, label: str, *, right: bool
) -> None:
    """Draw a dashed line at a value, with its label."""
    row = axes.row(value)
    if row is None:
        return
    styles = [canvas.style_of(x, row) for x in range(canvas.width)]
    free = [canvas.get(x, row) == " " or styles[x][:4] == "grid" for x in range(canvas.width)]
    grounds = ["".join(f" {s}" for s in style.split() if s[:4] == "tint") for style in styles]
    for x in range(canvas.width):
        if free[x]:
            glyph = " " if look.ascii and x % 3 == 2 else look.pick("╌", "-")
            canvas.put(x, row, glyph, f"goal{grounds[x]}")
    at = next((n for n in range(len(answer.lines)) if drawing_of(answer).on_right(n) == right), 0)
    start, room = _widest(free)
    text = cut(f" {safe(label)} {short(value, unit_of(answer, at))} ", room)
    if width(text) >= SHORTEST:
        canvas.write(start, row, text, f"goal{grounds[start]}")


def _widest(free: Sequence[bool]) -> tuple[int, int]:
    """Return the first cell and the size of the longest free run."""
    best, start = (0, 0), 0
    for x in range(len(free) + 1):
        if x == len(free) or not free[x]:
            if x - start > best[1]:
                best = (start, x - start)
            start = x + 1
    return best
