"""A grid as curves: all rows combined, each group, and the row under the cursor."""

from __future__ import annotations

from core.answers import Cohort, Grid
from core.draw.grids.grid import sentence
from core.draw.grids.labels import line_label, window_name
from core.draw.legend import key, letter, wrapped
from core.draw.series import plot
from core.draw.series.axes import Axes, Scale, fitting, framed, labels_line, rule
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
    axes = Axes(
        max(size - scale.gutter - 1, 1),
        rows,
        scale.values[0],
        scale.values[-1],
        count,
        plot.DOTS[look.glyphs][1],
    )
    canvas = Canvas(axes.width, axes.height)
    for index, cohort in enumerate(shown):
        _line(canvas, axes, cohort, index, look)
    pointer = None
    if cursor is not None:
        pointer = axes.column(min(max(cursor[1] - 1, 0), count - 1))
        rule(canvas, pointer, look.pick("│", ":"), "cursor")
    names = [(p, window_name(answer, p)) for p in range(count)]
    choices = (names[::step] for step in (1, 2, 3, 5, 10))
    labels = labels_line(
        fitting(axes, choices), axes.width, pointer=pointer, glyph=look.pick("▲", "^")
    )
    foot = _legend(answer, rows_shown, size, look)
    if cursor is not None:
        foot = [*wrapped([sentence(answer, cursor)], size)[:1]]
    return [*framed(canvas, axes, scale, look), (Span(" " * (scale.gutter + 1)), *labels), *foot]


def _line(canvas: Canvas, axes: Axes, cohort: Cohort, index: int, look: Look) -> None:
    whole = [
        None if open_ else rate for rate, open_ in zip(cohort.rates, cohort.incomplete, strict=True)
    ]
    rows = plot.drawn(
        runs_of(axes, whole), axes.width, axes.height, axes.low, axes.high, glyphs=look.glyphs
    )
    overlay(canvas, rows, index, look)
    for period, (rate, open_) in enumerate(zip(cohort.rates, cohort.incomplete, strict=True)):
        if open_ and rate is not None:
            canvas.put(axes.column(period), axes.row(rate), "~", "partial")
        elif rate is not None and len(cohort.rates) <= axes.width // 4:
            canvas.put(axes.column(period), axes.row(rate), letter(index, look), f"series{index}")


def _legend(answer: Grid, rows: list[int], size: int, look: Look) -> list[Line]:
    found: list[Span] = []
    for index, row in enumerate(rows):
        name = line_label(answer, row) if row or answer.columns else "all cohorts"
        found += [*key(index, look), Span(f" {name}  ")]
    return [clipped(tuple(found), size)]
