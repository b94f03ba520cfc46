"""A grid as curves: all rows combined, each group, and the row under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.answers import Cohort, Grid
from core.draw.figures import short, span_text
from core.draw.grids.grid import sentence
from core.draw.grids.labels import line_label, window_name
from core.draw.legend import flowed, key, letter, wrapped
from core.draw.series.axes import Axes, Scale, framed, grid, rule
from core.draw.series.dates import labels_line, labels_of
from core.draw.series.dots import Dots
from core.draw.series.ends import End, Ends, with_ends
from core.draw.series.lines import letter_places, overlay, runs_of
from core.draw.spans import Canvas, Line, Look, Span, cells, finished
from core.text import cut

Cursor = tuple[int, int] | None

MOST = 7
"""How many curves are drawn in addition to the one under the cursor."""

ENDED_FROM = 34
"""Width in cells from which the last figure of each curve stands at its end."""

SAID_FROM, TALL_FROM = 8, 10
"""Rows from which there is a legend besides the sentence for the cursor, and one of two lines."""


class Curve(NamedTuple):
    """One curve, by what it is called and drawn with.

    Attributes:
        place: of its letter, and of its colour unless it is of the period before.
        before: whether it is of the period before.
    """

    cohort: Cohort
    name: str
    place: int
    before: bool = False

    @property
    def style(self) -> str:
        """The style of its line."""
        return "muted" if self.before else f"series{self.place % 8}"

    @property
    def complete(self) -> list[float | None]:
        """Its figures; None for periods that are not over for everybody."""
        pairs = zip(self.cohort.rates, self.cohort.incomplete, strict=True)
        return [None if open_ else rate for rate, open_ in pairs]

    @property
    def last(self) -> int | None:
        """Its last period that is over for everybody, if there is one."""
        known = [at for at, rate in enumerate(self.complete) if rate is not None]
        return known[-1] if known else None


def curve_chart(answer: Grid, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw the figures of rows, such as who came back by period; incomplete periods are drawn as a
    ~.
    """
    return _drawn(answer, _curves(answer, cursor), size, height, look, cursor)


def compared_curves(
    answer: Grid,
    before: Grid,
    size: int,
    height: int,
    look: Look,
    cursor: Cursor,
    *,
    earlier: bool = False,
) -> list[Line]:
    """Draw the combined row of a grid and that of the period before, both with their dates, and
    the row under the cursor.

    Args:
        earlier: whether the cursor is in the period before.
    """
    if not before.cohorts or not answer.cohorts:
        return curve_chart(before if earlier else answer, size, height, look, cursor)
    whole = Curve(answer.lines[0][1], span_text(answer.first, answer.last), 0)
    old = Curve(before.lines[0][1], span_text(before.first, before.last), 1, before=True)
    found, own = [old, whole], before if earlier else answer
    if cursor is not None and 0 < cursor[0] < len(own.lines):
        found.append(Curve(own.lines[cursor[0]][1], line_label(own, cursor[0]), 2))
    return finished(_drawn(own, found, size, height, look, cursor), size, height, look)


def _curves(answer: Grid, cursor: Cursor) -> list[Curve]:
    rows = list(range(min(1 + len(answer.groups), MOST, len(answer.lines))))
    if cursor is not None and cursor[0] < len(answer.lines) and cursor[0] not in rows:
        rows.append(cursor[0])
    names = [line_label(answer, row) if row or answer.columns else "all cohorts" for row in rows]
    return [
        Curve(answer.lines[row][1], name, index)
        for index, (row, name) in enumerate(zip(rows, names, strict=True))
    ]


def _drawn(
    answer: Grid, curves: Sequence[Curve], size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    count = max((len(curve.cohort.rates) for curve in curves), default=0)
    if not count:
        return [(Span("No cohort started in this range.", "dim"),)]
    foot = _foot(answer, curves, size, height, look, cursor)
    rows = max(height - 1 - len(foot), 1)
    unit = "percent" if answer.measure == "share" else answer.measure
    ends = _ends(answer, curves, unit, look) if size >= ENDED_FROM else Ends()
    scale = Scale.of([r for curve in curves for r in curve.cohort.rates], unit, rows)
    axes = Axes(max(size - scale.gutter - 1 - ends.size, 1), rows, count, scale, look.glyphs)
    canvas = Canvas(axes.width, axes.height)
    for curve in curves:
        _line(canvas, axes, curve, len(curves), look)
    if cursor is not None:
        _cursor(canvas, axes, answer, cursor, look)
    grid(canvas, axes, look)
    names = [(p, window_name(answer, p)) for p in range(count)]
    choices = (names[::step] for step in (1, 2, 3, 5, 10))
    labels = labels_line(labels_of(axes, (names[0][1], names[-1][1]), choices), axes.width)
    places = [axes.row(end.value) for end in ends.shown]
    lines = with_ends(framed(canvas, axes, look), ends.rows(places, axes.height), ends.size)
    return [*lines, (Span(" " * (scale.gutter + 1)), *labels), *foot]


def _ends(answer: Grid, curves: Sequence[Curve], unit: str, look: Look) -> Ends:
    """Return the last figure of each curve, with its period if later ones are not over."""
    found = []
    for curve in curves:
        last = curve.last
        if last is None:
            continue
        value = curve.cohort.rates[last]
        when = "" if last == len(curve.cohort.rates) - 1 else window_name(answer, last)
        found.append(
            End(value, f"{letter(curve.place, look)} {short(value, unit)}", curve.style, when)
        )
    size = max((cells(end.line) for end in found), default=-1) + 1
    return Ends(tuple(found), size)


def _line(canvas: Canvas, axes: Axes, curve: Curve, count: int, look: Look) -> None:
    rates, incomplete, whole = curve.cohort.rates, curve.cohort.incomplete, curve.complete
    dots = Dots(axes.width, axes.height, look.glyphs)
    for run in runs_of(axes, whole):
        dots.run(run)
    overlay(canvas, dots, curve.place, look, curve.style)
    for period, (rate, open_) in enumerate(zip(rates, incomplete, strict=True)):
        row = axes.row(rate)
        if open_ and row is not None:
            canvas.put(axes.column(period), row, "~", "partial")
    for period in letter_places(len(rates), curve.place, count):
        row = axes.row(whole[period])
        if row is not None and count > 1:
            canvas.put(axes.column(period), row, letter(curve.place, look), f"{curve.style} bold")


def _cursor(canvas: Canvas, axes: Axes, answer: Grid, cursor: tuple[int, int], look: Look) -> None:
    """Draw a line through the period of the cursor, and its point."""
    period = min(max(cursor[1] - 1, 0), axes.count - 1)
    rule(canvas, axes.column(period), look.pick("│", ":"), "accent")
    rates = answer.lines[min(max(cursor[0], 0), len(answer.lines) - 1)][1].rates
    row = axes.row(rates[period]) if period < len(rates) else None
    at = axes.height - 1 if row is None else row
    canvas.put(axes.column(period), at, look.pick("●", "O"), "cursor")


def _foot(
    answer: Grid, curves: Sequence[Curve], size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    said = wrapped([sentence(answer, cursor)], size, "accent")[:1] if cursor else []
    if said and height < SAID_FROM:
        return said
    return [*_legend(curves, size, look)[: 2 if height >= TALL_FROM else 1], *said]


def _legend(curves: Sequence[Curve], size: int, look: Look) -> list[Line]:
    """Return the names of the curves, each line as full as it can be."""
    entries: list[Line] = []
    for curve in sorted(curves, key=lambda each: each.place):
        sample = (Span(span.text, curve.style) for span in key(curve.place, look))
        entries.append((*sample, Span(" " + cut(curve.name, max(size - 4, 1)))))
    return flowed(entries, size, "  ")
