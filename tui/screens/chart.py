"""One question on the whole page, with its table below."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from core.queries.common.question import Question
from tui.screens.bases.page import bindings
from tui.screens.bases.tabled_page import TabledPage
from tui.services.state import body_of


class ChartPage(TabledPage):
    """One question, full page.

    Args:
        question: what to ask.
        title: its saved title, or "" for the answer's own.
        chart: how to draw it.
    """

    page_id = "chart"
    labels = {"related": "related"}  # noqa: RUF012
    BINDINGS = bindings("chart")

    def __init__(
        self,
        place: str,
        question: Question,
        title: str = "",
        chart: str = "",
        saved: Question | None = None,
    ) -> None:
        super().__init__(place)
        self.first_question = question
        self.saved_question = saved or question
        self.title_text = title
        self.chart = chart

    def memory(self) -> dict[str, Any]:
        """See Page."""
        view = self.main
        asked = (view.question if view else None) or self.first_question
        return {
            "page": "chart",
            "question": body_of(asked),
            "saved": body_of(self.saved_question),
            "title": self.title_text,
            "chart": view.chart if view else self.chart,
        }

    @property
    def crumb(self) -> str:
        """See Page."""
        view = self.main
        answered = view.answer.title if view and view.answer else ""
        return self.title_text or answered or self.first_question.kind.replace("_", " ")

    def body(self) -> ComposeResult:
        """See Page."""
        yield from self.chart_and_table(self.title_text, self.chart)

    def start(self) -> None:
        """See Page."""
        assert self.main is not None
        self.main.saved = self.saved_question
        self.ask(self.main, self.first_question)
