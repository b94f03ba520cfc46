"""Series as lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from core.answers import Line as SeriesLine
from core.answers import Series
from core.draw.legend import letter
from core.draw.series.axes import Axes
from core.draw.series.dots import Dots, both
from core.draw.series.frame import Cursor, Frame, thinned
from core.draw.series.sides import sided
from core.draw.series.usual import draw_forecast, draw_usual, fill_usual, reach
from core.draw.spans import Canvas, Line, Look
from core.draw.units import axis_of, drawing_of

Runs = list[list[tuple[float, float]]]

BANDED = 3
"""How many lines have a band each where none has the cursor."""


def line_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw each line through its buckets; one alone is filled below.

    The compared period is a thin line behind, and what is usual a band: of several lines only those
    of the line with the cursor. Without one the bands of a few lines are filled.
    """
    answer, cursor = thinned(answer, cursor)
    answer = sided(answer)
    drawing = drawing_of(answer)
    sides: tuple[list[float | None], list[float | None]] = ([], [])
    for index, line in enumerate(answer.lines):
        sides[drawing.on_right(index)].extend((*line.values, *(line.previous or ()), *reach(line)))
    order = list(reversed(range(len(answer.lines))))
    if cursor is not None and order:
        first = min(max(cursor[0], 0), len(order) - 1)
        order = [*(i for i in order if i != first), first]
    alone = len(answer.lines) == 1
    compared = order[-1] if order and (alone or cursor is not None) else None
    frame = Frame.of(
        answer, sides[0], width, height, look, marks, right=sides[1], compared=compared
    )
    canvas = frame.canvas
    if compared is not None:
        _previous(canvas, frame.axes_of(order[-1]), answer.lines[order[-1]], look)
        _usual(canvas, frame.axes_of(order[-1]), answer.lines[order[-1]], look, order[-1])
    elif len(order) <= BANDED and not look.letters:
        for index in order:
            fill_usual(canvas, frame.axes_of(index), answer.lines[index], f"tint{index % 8}")
    for index in order:
        fill = alone and not answer.lines[index].usual
        _current(canvas, frame.axes_of(index), answer, index, look, fill=fill)
    for index in order:
        draw_forecast(
            canvas, frame.axes_of(index), answer.lines[index], look, runs_of, _faint(look)
        )
    if not alone and not look.ascii:
        for index in range(len(answer.lines)):
            _letters(canvas, frame.axes_of(index), answer, index, look)
    return frame.finish(canvas, cursor, point=frame.axes_of)


def _letters(canvas: Canvas, axes: Axes, answer: Series, index: int, look: Look) -> None:
    """Write the letter of a line on two of its points, away from those of the other lines."""
    for at in letter_places(axes.count, index, len(answer.lines)):
        row = axes.row(answer.lines[index].values[at])
        if row is not None and not answer.buckets[at].partial:
            canvas.put(axes.column(at), row, letter(index, look), f"series{index % 8} bold")


def letter_places(count: int, index: int, lines: int) -> list[int]:
    """Return the points of a line on which its letter stands: one in each half."""
    share = (index % 8 + 1) / (min(lines, 8) + 1) / 2
    return sorted({round((half / 2 + share) * (count - 1)) for half in (0, 1)})


def logarithmic(answer: Series) -> bool:
    """Whether a line is drawn on a logarithmic scale, where nothing can be stacked or filled."""
    return any(axis_of(answer, i).scale == "logarithmic" for i in range(len(answer.lines)))


def runs_of(axes: Axes, values: Sequence[float | None], start: int = 0) -> Runs:
    """Return the values as points in dots, a new run after every gap."""
    runs: Runs = [[]]
    for offset, value in enumerate(values):
        place = axes.dot(value)
        if place is None:
            runs.append([])
        else:
            runs[-1].append((axes.x(start + offset), place))
    return [run for run in runs if run]


def _current(
    canvas: Canvas, axes: Axes, answer: Series, index: int, look: Look, *, fill: bool
) -> None:
    """Draw one line: solid through complete buckets, dotted towards unfinished ones, a ~."""
    values = answer.lines[index].values
    open_ = [bucket.partial for bucket in answer.buckets]
    whole = [None if part else value for value, part in zip(values, open_, strict=True)]
    dots = Dots(axes.width, axes.height, look.glyphs)
    runs = runs_of(axes, whole)
    solid = drawing_of(answer).of(index).line_style == "solid"
    for run in runs:
        dots.run(run, dotted=not solid)
    style = f"series{index % 8}"
    if fill and solid and not look.letters and not axes.scale.log:
        _tint(canvas, axes, dots, style.replace("series", "tint"))
    _dotted(canvas, axes, values, open_, index, look)
    overlay(canvas, dots, index, look, style)
    for run in runs:
        if len(run) == 1:
            x, level = round(run[0][0]) // dots.across, int(run[0][1]) // dots.down
            char = look.pick("•", letter(index, look))
            canvas.over(x, axes.height - 1 - level, char, style)
    for at in _signed(axes, open_):
        row = axes.row(values[at])
        if row is not None:
            canvas.over(axes.column(at), row, "~", "partial")


DENSE = 3
"""Cells from bucket to bucket below which not every unfinished one has its sign."""


def _signed(axes: Axes, open_: Sequence[bool]) -> list[int]:
    """Return the unfinished buckets that are marked: where they are dense, the ends of each run."""
    found = [at for at, part in enumerate(open_) if part]
    if axes.width >= DENSE * axes.count:
        return found
    return [at for at in found if not ({at - 1, at + 1} <= set(found))]


def _dotted(
    canvas: Canvas,
    axes: Axes,
    values: Sequence[float | None],
    open_: Sequence[bool],
    index: int,
    look: Look,
) -> None:
    """Draw the pieces of a line that lead to and from unfinished buckets: faint, with few dots."""
    dots = Dots(axes.width, axes.height, look.glyphs)
    for left in range(len(values) - 1):
        if open_[left] or open_[left + 1]:
            for run in runs_of(axes, values[left : left + 2], left):
                if len(run) > 1:
                    dots.run(run, dotted=True)
    if dots.across > 1 and axes.width >= DENSE * axes.count:
        dots.columns[1::2] = [0] * len(dots.columns[1::2])
    overlay(canvas, dots, index, look, "partial", char="~")


def _tint(canvas: Canvas, axes: Axes, dots: Dots, style: str) -> None:
    """Fill what is between a line and zero with a background, to the nearest half cell."""
    base = round(axes.zero)
    for x in range(axes.width):
        lowest = dots.lowest(x)
        if lowest is None:
            continue
        half = lowest + dots.down // 2
        for level in range(base, half // dots.down):
            y = axes.height - 1 - level
            drawn = canvas.style_of(x, y)
            canvas.style(x, y, f"{drawn} {style}" if drawn else style)


def _previous(canvas: Canvas, axes: Axes, line: SeriesLine, look: Look) -> None:
    """Draw the compared period as one thin line."""
    dots = Dots(axes.width, axes.height, look.glyphs)
    for run in runs_of(axes, line.previous or ()):
        dots.run(run)
    overlay(canvas, dots, 0, look, "muted", char=".")


def _usual(canvas: Canvas, axes: Axes, line: SeriesLine, look: Look, index: int) -> None:
    """Draw what is usual for a line, if the answer says so."""
    if line.usual:
        draw_usual(canvas, axes, line, look, f"tint{index % 8}", runs_of, _faint(look))


def _faint(look: Look) -> Callable[[Canvas, Dots, str, str], None]:
    """Return what puts the dots of no line of its own on a canvas."""
    return lambda canvas, dots, style, char: overlay(canvas, dots, 0, look, style, char=char)


def overlay(
    canvas: Canvas, dots: Dots, index: int, look: Look, style: str, *, char: str = ""
) -> None:
    """Put dots on the canvas; those of braille already there are kept, and so are backgrounds."""
    for x, y, found in dots.cells():
        glyph = (char or letter(index, look)) if look.ascii else both(canvas.get(x, y), found)
        canvas.over(x, y, glyph, style)


def open_mark(canvas: Canvas, column: int) -> None:
    """Mark an unfinished column: above its top, or at the bottom if it is empty."""
    column = min(max(column, 0), canvas.width - 1)
    filled = [y for y in range(canvas.height) if canvas.get(column, y) != " "]
    canvas.put(column, max(min(filled, default=canvas.height) - 1, 0), "~", "partial")


def middles_of(tops: Sequence[float]) -> list[float]:
    """Return the middle of each layer of a stack, given their upper ends from the bottom up."""
    return [(low + high) / 2 for low, high in pairwise((0.0, *tops))]
