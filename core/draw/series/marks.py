"""Marks on a chart over time: a dashed line, its letter below and its title above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from core.answers import TimeBucket
from core.draw.series.axes import Axes, rule
from core.draw.spans import Canvas, Line, Look, safe
from core.text import cut, width

LETTERS = {"release": "R", "news": "N", "incident": "I", "post": "P"}
SHORTEST = 6
"""Cells of a title that are worth showing."""

LONGEST = 24


class Marked(NamedTuple):
    """The marks of one bucket: a letter, or their number if there are several."""

    letter: str
    style: str
    title: str


def marked(marks: Sequence[Any], buckets: Sequence[TimeBucket]) -> dict[int, Marked]:
    """Return bucket index -> its marks; one with a duration counts where it begins."""
    found: dict[int, list[Any]] = {}
    for mark in marks:
        for index, bucket in enumerate(buckets):
            if bucket.start <= mark.timestamp < bucket.end:
                found.setdefault(index, []).append(mark)
                break
    return {index: _together(here) for index, here in found.items()}


def sign_of(category: str) -> tuple[str, str]:
    """Return the letter of a category of marks, and its style."""
    known = category in LETTERS
    return LETTERS.get(category, "M"), f"mark-{category}" if known else "mark"


def _together(marks: Sequence[Any]) -> Marked:
    first, *others = marks
    more = f" +{len(others)}" if others else ""
    letter, style = sign_of(first.category)
    return Marked(str(min(len(marks), 9)) if others else letter, style, safe(first.title) + more)


def draw_rules(canvas: Canvas, axes: Axes, found: dict[int, Marked], look: Look) -> None:
    """Draw a dashed line for each bucket with marks, behind what is drawn there."""
    for index, mark in found.items():
        rule(canvas, axes.column(index), look.pick("┊", ":"), mark.style)


def draw_titles(canvas: Canvas, axes: Axes, found: dict[int, Marked]) -> None:
    """Write the first words of titles into the first row, over the grid, where there is room."""
    for index, mark in found.items():
        column = axes.column(index)
        room = _free(canvas, column + 1)
        title = cut(mark.title, min(room - 1, LONGEST))
        if room >= SHORTEST and width(title) == len(title):
            canvas.text(column + 1, 0, title, mark.style)


def _free(canvas: Canvas, start: int) -> int:
    """Return how many cells of the first row have nothing but the grid, from a column on."""
    size = 0
    while start + size < canvas.width and _is_free(canvas, start + size):
        size += 1
    return size


def _is_free(canvas: Canvas, x: int) -> bool:
    return canvas.get(x, 0) == " " or canvas.style_of(x, 0).startswith("grid")


def marks_line(axes: Axes, found: dict[int, Marked]) -> Line:
    """Return the row of letters below a canvas."""
    canvas = Canvas(axes.width, 1)
    for index, mark in found.items():
        column = min(axes.column(index), canvas.width - 1)
        taken = canvas.width and canvas.get(column, 0) != " "
        canvas.put(column, 0, "+" if taken else mark.letter, mark.style)
    return canvas.row(0) if canvas.width else ()
