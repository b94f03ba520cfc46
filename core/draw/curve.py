"""A retention grid as curves: all cohorts together, and the cohort under the cursor."""

from __future__ import annotations

from core.answers import Cohort, Grid
from core.draw import plot
from core.draw.axes import Axes, Scale, fitting, framed, labels_line, rule
from core.draw.grid import cohort_label, sentence, window_name
from core.draw.legend import key, letter, wrapped
from core.draw.lines import overlay, runs_of
from core.draw.spans import Canvas, Line, Look, Span, clipped

Cursor = tuple[int, int] | None


def curve_chart(answer: Grid, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw the share of people who came back, period by period; unfinished periods are a ~."""
    shown = [answer.combined]
    if cursor is not None and 0 < cursor[0] <= len(answer.cohorts):
        shown.append(answer.cohorts[cursor[0] - 1])
    count = max((len(c.rates) for c in shown), default=0)
    if not count:
        return [(Span("No cohort started in this range.", "dim"),)]
    rows = max(height - 2, 1)
    scale = Scale.of([r for c in shown for r in c.rates], "percent", rows)
    axes = Axes(
        max(size - scale.gutter - 1, 1), rows, scale.values[0], scale.values[-1], count,
        plot.DOTS[look.glyphs][1],
    )  # fmt: skip
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
    foot = _legend(answer, shown, size, look)
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


def _legend(answer: Grid, shown: list[Cohort], size: int, look: Look) -> list[Line]:
    found: list[Span] = []
    for index, cohort in enumerate(shown):
        name = "all cohorts" if cohort is answer.combined else cohort_label(cohort, answer)
        found += [*key(index, look), Span(f" {name}  ")]
    return [clipped(tuple(found), size)]
