"""Retention: a grid of cohorts with a cursor on its cells."""

from __future__ import annotations

from typing import Any

from core.answers import Cohort, Grid
from core.draw.spans import Line, Span
from core.language import format_cell
from core.text import number, percent
from tui.screens.kept import KeptPage
from tui.screens.page import bindings
from tui.widgets.answer import AnswerView
from tui.widgets.detail import Detail


class RetentionPage(KeptPage):
    """The place of retention."""

    page_id = "retention"
    kind = "retention"
    nothing = "Retention needs an event to start from."
    example = "retention of {} weekly 8"
    labels = {"open": "returned", "others": "did not"}  # noqa: RUF012
    BINDINGS = bindings("retention")
    DEFAULT_CSS = "RetentionPage Detail { height: 5; }"

    def body(self) -> Any:
        """See Page."""
        yield AnswerView(id="grid")
        yield Detail(id="cell")

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        super().answered(view)
        self._tell(view)

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Tell about the cell under the cursor."""
        self._tell(event.view)

    def _tell(self, view: AnswerView) -> None:
        cohort = cohort_at(view)
        if cohort is None or view.question is None or view.cell is None:
            self.query_one(Detail).tell("", [])
            return
        heading = format_cell(view.question, view.cell)
        self.query_one(Detail).tell(heading, described(cohort, view.cell.period))


def cohort_at(view: AnswerView) -> Cohort | None:
    """Return the cohort under the cursor."""
    if view.cell is None or not isinstance(view.answer, Grid):
        return None
    if view.cell.cohort is None:
        return view.answer.combined
    return next((c for c in view.answer.cohorts if c.label == view.cell.cohort), None)


def described(cohort: Cohort, period: int | None) -> list[Line]:
    """Return what is known of a cell, a line each."""
    if period is None:
        return [(Span(number(cohort.size), "bold"), Span(" people   "), Span("ENTER", "key"))]
    size = cohort.sizes[period] if cohort.sizes else cohort.size
    open_ = "   not over yet" if cohort.incomplete[period] else ""
    lines: list[Line] = [
        (
            Span(number(cohort.counts[period]), "bold"),
            Span(f" of {number(size)} came back  "),
            Span(percent(cohort.rates[period]), "bold"),
            Span(open_, "partial"),
        )
    ]
    keys: Line = (Span("ENTER", "key"), Span(" these people   "))
    if cohort.label != "combined":
        keys = (*keys, Span("u", "key"), Span(" the ones who did not"))
    return [*lines, keys]
