"""The fixed parts of a chart over time: axes, grid, marks, cursor, labels, legend and notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.answers import Series
from core.answers.display import Axis
from core.draw.legend import legend, notes_lines, tail_line, value_line
from core.draw.series.axes import Axes, Scale, framed, grid
from core.draw.series.cursor import boxed, dot, draw_box, draw_rule, light
from core.draw.series.dates import labels_line, time_labels
from core.draw.series.ends import Ends, ends_of, with_ends
from core.draw.series.goals import draw_goal, draw_thresholds, with_goal, with_thresholds
from core.draw.series.marks import Marked, draw_rules, draw_titles, marked, marks_line
from core.draw.spans import Canvas, Line, Look, Span
from core.draw.units import drawing_of, unit_of

Cursor = tuple[int, int] | None


MOST_LINES = 50
"""How many lines are drawn, at most."""


def thinned(answer: Series, cursor: Cursor) -> tuple[Series, Cursor]:
    """Return an answer with as many lines as are drawn, that of the cursor among them."""
    more = len(answer.lines) - MOST_LINES
    if more <= 0:
        return answer, cursor
    kept = answer.lines[:MOST_LINES]
    if cursor is not None and cursor[0] >= MOST_LINES:
        at = min(cursor[0], len(answer.lines) - 1)
        kept, cursor = (*kept[:-1], answer.lines[at]), (MOST_LINES - 1, cursor[1])
    return answer.model_copy(update={"lines": kept, "omitted": answer.omitted + more}), cursor


@dataclass
class Frame:
    """A box divided among a canvas and what is around it.

    Attributes:
        axes, right: positions of values on the left axis, and on the right one if there is one.
        ends: the labels at the right end of the lines.
        samples: the glyph each line is drawn with, for the legend.
    """

    answer: Series
    axes: Axes
    look: Look
    width: int
    height: int
    marks: dict[int, Marked]
    ends: Ends
    right: Axes | None = None
    samples: str = "━"

    @classmethod
    def of(
        cls,
        answer: Series,
        values: Sequence[float | None],
        width: int,
        height: int,
        look: Look,
        marks: Sequence[Any],
        *,
        bands: bool = False,
        right: Sequence[float | None] = (),
        compared: int | None = None,
    ) -> Frame:
        """Divide a box among canvas, labels, marks, legend and notes.

        Args:
            right: the values on the right axis, if there is one.
            compared: the line whose compared period is drawn too.
        """
        found = marked(marks, answer.buckets)
        notes = len(notes_lines(answer, width)) if height >= 12 else 0
        rows = max(height - 1 - bool(found) - min(notes, max(height - 10, 0)), 1)
        ends = Ends() if right else ends_of(answer, width, rows, look, compared=compared)
        rows = max(rows - bool(_foot(answer, width, look, ends, "━")), 1)
        sides = drawing_of(answer).axes
        left = next((i for i in range(len(answer.lines)) if not is_right(answer, i)), 0)
        values = with_thresholds(with_goal(values, sides.left_y), answer)
        scale = Scale.of(values, unit_of(answer, left), rows, sides.left_y)
        other, gutter = None, ends.size
        if right:
            at = next(i for i in range(len(answer.lines)) if is_right(answer, i))
            held = with_goal(right, sides.right_y)
            other = Scale.of(held, unit_of(answer, at), rows, sides.right_y)
            gutter = other.gutter + 1
        room = max(width - scale.gutter - 1 - gutter, 1)
        if bands and room < len(answer.buckets):
            ends, room = Ends(), max(room + ends.size, 1)
        axes = _axes(room, rows, answer, scale, look, sides.left_y, bands=bands)
        second = _axes(room, rows, answer, other, look, sides.right_y) if other else None
        return cls(answer, axes, look, width, height, found, ends, second)

    @property
    def canvas(self) -> Canvas:
        """A canvas without anything on it."""
        return Canvas(self.axes.width, self.axes.height)

    def axes_of(self, index: int) -> Axes:
        """Return the axes of a line."""
        return self.right if self.right and is_right(self.answer, index) else self.axes

    def finish(
        self,
        canvas: Canvas,
        cursor: Cursor,
        *,
        places: Sequence[int | None] | None = None,
        point: Callable[[int], Axes] | None = None,
    ) -> list[Line]:
        """Return the whole chart around a filled canvas.

        Args:
            places: the rows of the labels at the right; by default those of their values.
            point: the axes of each line, if the cursor is a point on it; else it is a lit column.
        """
        axes, look, answer = self.axes, self.look, self.answer
        on = cursor if answer.buckets else None
        draw_rules(canvas, axes, self.marks, look)
        if on is not None:
            draw_rule(canvas, axes, on, look)
        grid(canvas, axes, look)
        draw_goal(canvas, axes, answer, look, right=False)
        draw_thresholds(canvas, axes, answer, look)
        if self.right is not None:
            draw_goal(canvas, self.right, answer, look, right=True)
        draw_titles(canvas, axes, self.marks)
        if on is not None:
            if point is None:
                light(canvas, axes, on, look)
            else:
                dot(canvas, point(min(max(on[0], 0), len(answer.lines) - 1)), answer, on, look)
            draw_box(canvas, axes, answer, on, look)
        if places is None:
            places = [self.axes_of(i).row(end.value) for i, end in enumerate(self.ends.shown)]
        lines = framed(canvas, axes, look)
        lines = with_ends(lines, self.ends.rows(places, axes.height), self.ends.size)
        lines = self._with_right(lines)
        indent = Span(" " * (axes.scale.gutter + 1))
        if self.marks:
            lines.append((indent, *marks_line(axes, self.marks)))
        labels = time_labels(axes, answer.buckets, answer.granularity)
        if not drawing_of(answer).axes.x.visible:
            labels = []
        lines.append((indent, *labels_line(labels, axes.width)))
        foot = _foot(answer, self.width, look, self.ends, self.samples)
        if on is not None and not boxed(canvas) and foot:
            foot = [value_line(answer, on, self.width, look)]
        spare = max(self.height - len(lines) - len(foot), 0)
        return [*lines, *foot, *notes_lines(answer, self.width)[:spare]]

    def _with_right(self, lines: list[Line]) -> list[Line]:
        """Put the labels of the right axis on the right."""
        if self.right is None:
            return lines
        scale = self.right.scale
        shown = {
            self.right.height - 1 - row: text
            for (row, _), text in zip(scale.ticks, scale.labels, strict=True)
        }
        return [
            (*line, Span(" "), Span(shown.get(y, "").ljust(scale.gutter), "dim"))
            for y, line in enumerate(lines)
        ]


def _axes(
    room: int,
    rows: int,
    answer: Series,
    scale: Scale,
    look: Look,
    axis: Axis,
    *,
    bands: bool = False,
) -> Axes:
    count, low, high = len(answer.buckets), axis.min_bound, axis.max_bound
    return Axes(room, rows, count, scale, look.glyphs, bands, low, high)


def _foot(answer: Series, width: int, look: Look, ends: Ends, samples: str) -> list[Line]:
    """Return the legend, or what it says besides names if the lines are named at their ends."""
    if not ends.named:
        return [legend(answer, width, look, samples)]
    tail = tail_line(answer, width)
    return [tail] if tail else []


def is_right(answer: Series, index: int) -> bool:
    """Whether a line is drawn on the right axis."""
    return drawing_of(answer).on_right(index)
