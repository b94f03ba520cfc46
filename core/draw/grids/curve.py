"""A grid as curves: all rows combined, each group, and the row under the cursor."""

from __future__ import annotations

from core.answers import Cohort, Grid
from core.draw.grids.grid import sentence
from core.draw.grids.labels import line_label, window_name
from core.draw.legend import key, letter, wrapped
from core.draw.series.axes import Axes, Scale, framed, grid, rule
from core.draw.series.dates import labels_line, labels_of
from core.draw.series.dots import Dots
from core.draw.series.lines import overlay, runs_of
from core.draw.spans import Canvas, Line, Look, Span, clipped

Cursor = tuple[int, int] | None

MOST = 7
"""How many curves are drawn in addition to the one under the cursor."""


def curve_chart(answer: Grid, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw the figures of rows, such as who came back by period; incomplete periods are drawn as a
    ~.
    """
    rows_shown = list(range(min(1 + len(answer.groups), MOST)))
    if cursor is not None and cursor[0] < len(answer.lines) and cursor[0] not in rows_shown:
        rows_shown.append(cursor[0])
    shown = [answer.lines[row][1] for row in rows_shown]
    count = max((len(c.rates) for c in shown), default=0)
    if not count:
        return [(Span("No cohort started in this range.", "dim"),)]
    rows, unit = max(height - 2, 1), "percent" if answer.measure == "share" else answer.measure
    scale = Scale.of([r for c in shown for r in c.rates], unit, rows)
    axes = Axes(max(size - scale.gutter - 1, 1), rows, count, scale, look.glyphs)
    canvas = Canvas(axes.width, axes.height)
    for index, cohort in enumerate(shown):
        _line(canvas, axes, cohort, index, look)
    if cursor is not None:
        _cursor(canvas, axes, answer, cursor, look)
    grid(canvas, axes, look)
    names = [(p, window_name(answer, p)) for p in range(count)]
    choices = (names[::step] for step in (1, 2, 3, 5, 10))
    labels = labels_line(labels_of(axes, (names[0][1], names[-1][1]), choices), axes.width)
    foot = _legend(answer, rows_shown, size, look)
    if cursor is not None:
        foot = [*wrapped([sentence(answer, cursor)], size)[:1]]
    return [*framed(canvas, axes, look), (Span(" " * (scale.gutter + 1)), *labels), *foot]


def _line(canvas: Canvas, axes: Axes, cohort: Cohort, index: int, look: Look) -> None:
    whole = [
        None if open_ else rate for rate, open_ in zip(cohort.rates, cohort.incomplete, strict=True)
    ]
    dots = Dots(axes.width, axes.height, look.glyphs)
    for run in runs_of(axes, whole):
        dots.run(run)
    overlay(canvas, dots, index, look, f"series{index}")
    for period, (rate, open_) in enumerate(zip(cohort.rates, cohort.incomplete, strict=True)):
        row = axes.row(rate)
        if open_ and row is not None:
            canvas.put(axes.column(period), row, "~", "partial")
        elif row is not None and len(cohort.rates) <= axes.width // 4:
            canvas.put(axes.column(period), row, letter(index, look), f"series{index}")


def _cursor(canvas: Canvas, axes: Axes, answer: Grid, cursor: tuple[int, int], look: Look) -> None:
    """Draw a line through the period of the cursor, and its point."""
    period = min(max(cursor[1] - 1, 0), axes.count - 1)
    rule(canvas, axes.column(period), look.pick("│", ":"), "accent")
    rates = answer.lines[min(max(cursor[0], 0), len(answer.lines) - 1)][1].rates
    row = axes.row(rates[period]) if period < len(rates) else None
    at = axes.height - 1 if row is None else row
    canvas.put(axes.column(period), at, look.pick("●", "O"), "cursor")


def _legend(answer: Grid, rows: list[int], size: int, look: Look) -> list[Line]:
    found: list[Span] = []
    for index, row in enumerate(rows):
        name = line_label(answer, row) if row or answer.columns else "all cohorts"
        found += [*key(index, look), Span(f" {name}  ")]
    return [clipped(tuple(found), size)]
