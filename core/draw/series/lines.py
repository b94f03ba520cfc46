"""Series as lines or areas."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.answers import Line as SeriesLine
from core.answers import Series
from core.answers.display import Axis
from core.draw.legend import legend, letter, notes_lines, value_line
from core.draw.series import plot
from core.draw.series.axes import (
    Axes,
    Scale,
    framed,
    labels_line,
    mark_letters,
    marks_line,
    rule,
    time_labels,
)
from core.draw.spans import Canvas, Line, Look, Span, padded
from core.draw.units import axis_of, drawing_of, unit_of

Cursor = tuple[int, int] | None
Runs = list[list[tuple[float, float]]]
END_LETTERS_FROM = 30
FULL = "\N{BRAILLE PATTERN DOTS-12345678}"
BLOCKS = "█▓▒░"
FILLS = (FULL, "\u2895", "\u2812", "\u28ed")


def line_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw each line through its buckets, with the compared period dotted."""
    drawing = drawing_of(answer)
    sides: tuple[list[float | None], list[float | None]] = ([], [])
    for index, line in enumerate(answer.lines):
        sides[drawing.on_right(index)].extend((*line.values, *(line.previous or ())))
    frame = Frame.of(answer, sides[0], width, height, look, marks, right=sides[1])
    canvas = Canvas(frame.axes.width, frame.axes.height)
    for index in reversed(range(len(answer.lines))):
        _previous(canvas, frame.axes_of(index), answer.lines[index], look)
    for right in (False, True) if frame.right else (False,):
        shared = [i for i in range(len(answer.lines)) if _is_right(answer, i) == right]
        if shared:
            _unfinished(canvas, frame.axes_of(shared[0]), answer, shared, look)
    for index in reversed(range(len(answer.lines))):
        _current(canvas, frame.axes_of(index), answer, index, look)
    return frame.finish(canvas, cursor)


def area_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw the lines filled and stacked on each other; not stacked on a logarithmic scale."""
    if logarithmic(answer):
        return line_chart(answer, width, height, look, cursor, marks)
    sums = stacked(answer.lines)
    frame = Frame.of(answer, [v for row in sums for v in row], width, height, look, marks)
    axes = frame.axes
    frame.samples = "".join(FILLS) if look.glyphs == "braille" else BLOCKS
    frame.ends = middles([row[-1] or 0.0 for row in sums])
    canvas = Canvas(axes.width, axes.height)
    for index in reversed(range(len(sums))):
        rows = plot.drawn(
            runs_of(axes, sums[index]),
            axes.width,
            axes.height,
            axes.low,
            axes.high,
            glyphs=look.glyphs,
        )
        overlay(canvas, filled(rows, look), index, look, fill=True)
    _fade_partial(canvas, axes, answer, look)
    return frame.finish(canvas, cursor)


def middles(tops: Sequence[float]) -> list[float | None]:
    """Return the middle of each layer of a stack, given their upper ends from the bottom up."""
    return [(low + high) / 2 for low, high in pairwise((0.0, *tops))]


def filled(rows: Sequence[str], look: Look) -> list[str]:
    """Return drawn rows with everything below the line filled, dot column by dot column."""
    found: list[list[str]] = []
    for row in rows:
        above = found[-1] if found else [" "] * len(row)
        found.append([_under(char, over, look) for char, over in zip(row, above, strict=True)])
    return ["".join(row) for row in found]


BRAILLE_COLUMNS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Dots of a braille cell, left and right column, from the top down."""

QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""Block characters by the sum of upper left 1, upper right 2, lower left 4, lower right 8."""

QUADRANT_COLUMNS = ((1, 4), (2, 8))


def _under(char: str, over: str, look: Look) -> str:
    """Return a cell filled below its own dots and below those of the cell above."""
    if look.ascii:
        return char if over == " " else "*"
    braille = look.glyphs == "braille"
    columns = BRAILLE_COLUMNS if braille else QUADRANT_COLUMNS
    dots, before = _dots(char), _dots(over)
    for column in columns:
        started = bool(before & column[-1])
        for dot in column:
            started = started or bool(dots & dot)
            dots |= dot if started else 0
    if braille:
        return chr(0x2800 | dots) if dots else " "
    return QUADRANTS[dots]


def _dots(char: str) -> int:
    """Return which dots or quarters of its cell a character fills, as bits."""
    if 0x2800 <= ord(char) <= 0x28FF:
        return ord(char) & 0xFF
    return max(QUADRANTS.find(char), 0)


def stacked(lines: Sequence[SeriesLine]) -> list[list[float | None]]:
    """Return running sums of the lines' values, bucket by bucket; None counts as 0."""
    sums: list[list[float | None]] = []
    below: list[float] = []
    for line in lines:
        below = [
            (below[i] if below else 0.0) + max(v or 0.0, 0.0) for i, v in enumerate(line.values)
        ]
        sums.append(list(below))
    return sums


def logarithmic(answer: Series) -> bool:
    """Whether a line is drawn on a logarithmic scale, where nothing can be stacked or filled."""
    return any(axis_of(answer, i).scale == "logarithmic" for i in range(len(answer.lines)))


class Frame:
    """The fixed parts of a chart over time, and how many rows each gets.

    Attributes:
        samples: the glyph each line is drawn with, for the legend.
        ends: the value beside which each line's letter is placed.
    """

    def __init__(
        self,
        answer: Series,
        axes: Axes,
        scale: Scale,
        look: Look,
        letters: dict[int, str],
        width: int,
        height: int,
        right: tuple[Axes, Scale] | None = None,
    ) -> None:
        self.answer = answer
        self.axes = axes
        self.scale = scale
        self.look = look
        self.letters = letters
        self.width = width
        self.height = height
        self.right = right
        self.samples = "━"
        self.ends = [
            next((v for v in reversed(line.values) if v is not None), None) for line in answer.lines
        ]

    @classmethod
    def of(
        cls,
        answer: Series,
        values: Sequence[float | None],
        width: int,
        height: int,
        look: Look,
        marks: Sequence[object],
        *,
        bands: bool = False,
        right: Sequence[float | None] = (),
    ) -> Frame:
        """Divide a box among canvas, axis labels, marks, legend and notes."""
        letters = mark_letters(marks, answer.buckets)
        notes = len(notes_lines(answer, width)) if height >= 12 else 0
        rows = max(height - 2 - bool(letters) - min(notes, max(height - 10, 0)), 1)
        sides = drawing_of(answer).axes
        at = next((i for i in range(len(answer.lines)) if not _is_right(answer, i)), 0)
        scale = Scale.of(values, unit_of(answer, at), rows, sides.left_y)
        ends = 2 if len(answer.lines) > 1 and width >= END_LETTERS_FROM else 0
        other = None
        if right:
            at = next(i for i in range(len(answer.lines)) if _is_right(answer, i))
            other = Scale.of(right, unit_of(answer, at), rows, sides.right_y)
            ends += other.gutter + 1
        room = max(width - scale.gutter - 1 - ends, 1)

        def axes_for(of: Scale, axis: Axis) -> Axes:
            return Axes(
                room,
                rows,
                of.values[0],
                of.values[-1],
                len(answer.buckets),
                plot.DOTS[look.glyphs][1],
                bands,
                of.log,
                axis.min_bound,
                axis.max_bound,
            )

        axes = axes_for(scale, sides.left_y)
        second = (axes_for(other, sides.right_y), other) if other else None
        return cls(answer, axes, scale, look, letters, width, height, second)

    def axes_of(self, index: int) -> Axes:
        """Return the axes of a line."""
        return self.right[0] if self.right and _is_right(self.answer, index) else self.axes

    def finish(self, canvas: Canvas, cursor: Cursor) -> list[Line]:
        """Return the whole chart around a filled canvas."""
        axes, look = self.axes, self.look
        pointer = None
        if cursor is not None and self.answer.buckets:
            pointer = axes.column(min(max(cursor[1], 0), len(self.answer.buckets) - 1))
            rule(canvas, pointer, look.pick("│", ":"), "cursor")
        for index in self.letters:
            rule(canvas, axes.column(index), look.pick("┊", ":"), "mark")
        lines = self._with_right(self._with_ends(framed(canvas, axes, self.scale, look)))
        indent = Span(" " * (self.scale.gutter + 1))
        if self.letters:
            lines.append((indent, *marks_line(axes, self.letters)))
        labels = time_labels(axes, self.answer.buckets, self.answer.granularity)
        if not drawing_of(self.answer).axes.x.visible:
            labels = []
        lines.append(
            (indent, *labels_line(labels, axes.width, pointer=pointer, glyph=look.pick("▲", "^")))
        )
        if cursor is not None and self.answer.buckets:
            lines.append(value_line(self.answer, cursor, self.width, look))
        else:
            lines.append(legend(self.answer, self.width, look, self.samples))
        spare = self.height - len(lines)
        return [*lines, *notes_lines(self.answer, self.width)[: max(spare, 0)]]

    def _with_ends(self, lines: list[Line]) -> list[Line]:
        """Put each line's letter beside its end, to identify it without colour."""
        if len(self.answer.lines) < 2 or self.width < END_LETTERS_FROM:
            return lines
        ends: dict[int, tuple[str, str]] = {}
        for index, last in enumerate(self.ends):
            if last is None:
                continue
            axes = self.axes_of(index)
            place = axes.y(last)
            if place is None:
                continue
            row = axes.row(place)
            for shift in (0, -1, 1, -2, 2):
                if row + shift not in ends and 0 <= row + shift < self.axes.height:
                    ends[row + shift] = (letter(index, self.look), f"series{index % 8}")
                    break
        return [
            (*line, Span(" "), Span(*ends[y])) if y in ends else line
            for y, line in enumerate(lines)
        ]

    def _with_right(self, lines: list[Line]) -> list[Line]:
        """Put the labels of the right axis on the right."""
        if self.right is None:
            return lines
        axes, scale = self.right
        shown = {axes.row(v): text for v, text in zip(scale.values, scale.labels, strict=True)}
        size = self.width - scale.gutter - 1
        return [
            (*padded(line, size), Span(" "), Span(shown.get(y, "").ljust(scale.gutter), "dim"))
            for y, line in enumerate(lines)
        ]


def _is_right(answer: Series, index: int) -> bool:
    return drawing_of(answer).on_right(index)


def runs_of(axes: Axes, values: Sequence[float | None], start: int = 0) -> Runs:
    """Return the values as points, a new run after every gap."""
    runs: Runs = [[]]
    for offset, value in enumerate(values):
        place = None if value is None else axes.y(value)
        if place is None:
            runs.append([])
        else:
            runs[-1].append((axes.x(start + offset), place))
    return [plot.thinned(run, axes.width) for run in runs if run]


def _unfinished(
    canvas: Canvas, axes: Axes, answer: Series, shared: Sequence[int], look: Look
) -> None:
    """Draw the lines on shared axes faintly towards unfinished buckets."""
    last = len(answer.buckets) - 1
    open_ = [i for i, bucket in enumerate(answer.buckets) if bucket.partial]
    pairs = {(i - 1, i) for i in open_ if i > 0} | {(i, i + 1) for i in open_ if i < last}
    runs: Runs = []
    for index in shared:
        values = answer.lines[index].values
        for low, high in sorted(pairs):
            runs += [run for run in runs_of(axes, values[low : high + 1], low) if len(run) > 1]
    rows = plot.drawn(runs, axes.width, axes.height, axes.low, axes.high, glyphs=look.glyphs)
    overlay(canvas, rows, 0, look, style="partial", char="~")


def _current(canvas: Canvas, axes: Axes, answer: Series, index: int, look: Look) -> None:
    """Draw one line through its complete buckets; isolated ones are a dot, unfinished ones a ~."""
    values = answer.lines[index].values
    whole = [v if not b.partial else None for v, b in zip(values, answer.buckets, strict=True)]
    runs = runs_of(axes, whole)
    if drawing_of(answer).of(index).line_style == "solid":
        rows = plot.drawn(runs, axes.width, axes.height, axes.low, axes.high, glyphs=look.glyphs)
    else:
        rows = plot.drawn(
            _dots_along(runs),
            axes.width,
            axes.height,
            axes.low,
            axes.high,
            glyphs=look.glyphs,
            dotted=True,
        )
    overlay(canvas, rows, index, look)
    for (x, only), *more in runs:
        if not more:
            dot = look.pick("•", letter(index, look))
            canvas.put(round(x), axes.row(only), dot, f"series{index % 8}")
    for at, bucket in enumerate(answer.buckets):
        value = values[at]
        place = None if value is None else axes.y(value)
        if bucket.partial and place is not None:
            canvas.put(axes.column(at), axes.row(place), "~", "partial")


def _previous(canvas: Canvas, axes: Axes, line: SeriesLine, look: Look) -> None:
    """Draw the compared period as dots along its line."""
    dots = _dots_along(runs_of(axes, line.previous or ()))
    rows = plot.drawn(
        dots, axes.width, axes.height, axes.low, axes.high, glyphs=look.glyphs, dotted=True
    )
    overlay(canvas, rows, 0, look, style="dim", char=".")


def _dots_along(runs: Runs) -> Runs:
    """Return single points, one per cell, along each run."""
    dots: Runs = []
    for run in runs:
        dots.append([run[0]])
        for (x0, y0), (x1, y1) in pairwise(run):
            steps = max(int(x1 - x0), 1)
            share = [(n + 1) / steps for n in range(steps)]
            dots.append([(x0 + (x1 - x0) * s, y0 + (y1 - y0) * s) for s in share])
    return dots


def overlay(
    canvas: Canvas,
    rows: Sequence[str],
    index: int,
    look: Look,
    *,
    style: str = "",
    char: str = "",
    fill: bool = False,
) -> None:
    """Overlay drawn rows on the canvas; braille dots of both are kept."""
    style = style or f"series{index % 8}"
    for y, row in enumerate(rows):
        for x, dots in enumerate(row):
            if dots == " ":
                continue
            if look.ascii:
                canvas.put(x, y, char or letter(index, look), style)
            elif not fill:
                canvas.put(x, y, _both(canvas.get(x, y), dots), style)
            elif dots in (FULL, "█") or canvas.get(x, y) != " ":
                if _share(dots) >= 0.5:
                    fills = FILLS if look.glyphs == "braille" else BLOCKS
                    canvas.put(x, y, fills[index % 4], style)
            else:
                canvas.put(x, y, dots, style)


def _share(char: str) -> float:
    """Return how much of its cell a braille or block character fills."""
    whole = 8 if 0x2800 <= ord(char) <= 0x28FF else 4
    return _dots(char).bit_count() / whole


def _both(below: str, above: str) -> str:
    if 0x2800 <= ord(below) <= 0x28FF and 0x2800 <= ord(above) <= 0x28FF:
        return chr(0x2800 | (ord(below) | ord(above)) & 0xFF)
    return above


def _fade_partial(canvas: Canvas, axes: Axes, answer: Series, look: Look) -> None:
    for index, bucket in enumerate(answer.buckets):
        if not bucket.partial:
            continue
        column = axes.column(index)
        for y in range(canvas.height):
            if column < canvas.width and canvas.get(column, y) != " ":
                canvas.put(column, y, look.pick("░", "~"), "partial")
