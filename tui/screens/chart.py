"""One question on the whole page, with its table below."""

from __future__ import annotations

from textual.app import ComposeResult

from core.draw.figures import compared_text, span_text
from core.queries.common.question import Question
from tui.screens.page import bindings
from tui.screens.question_page import AskedPage
from tui.widgets.answer import AnswerView


def dated(view: AnswerView) -> None:
    """Show on a view's edges which dates it covers and is compared with."""
    answer = view.answer
    dates = span_text(answer.first, answer.last)
    compared = getattr(answer, "comparison", None)
    if compared is not None:
        dates += f"  vs {compared_text(compared)}"
    view.footing = dates
    view.repaint()


class TableView(AnswerView):
    """The table under a chart."""

    DEFAULT_CSS = "TableView { height: 40%; display: none; }"

    def __init__(self) -> None:
        super().__init__("Table", id="table")
        self.chart = "table"


class ChartPage(AskedPage):
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
        self, place: str, question: Question, title: str = "", chart: str = "",
        saved: Question | None = None,
    ) -> None:  # fmt: skip
        super().__init__(place)
        self.first_question = question
        self.saved_question = saved or question
        self.title_text = title
        self.chart = chart

    @property
    def crumb(self) -> str:
        """See Page."""
        view = self.main
        answered = view.answer.title if view and view.answer else ""
        return self.title_text or answered or self.first_question.kind.replace("_", " ")

    def body(self) -> ComposeResult:
        """See Page."""
        chart = AnswerView(self.title_text, id="chart", at_end=True)
        chart.chart = self.chart
        yield chart
        yield TableView()

    def start(self) -> None:
        """See Page."""
        assert self.main is not None
        self.main.saved = self.saved_question
        self.ask(self.main, self.first_question)

    def answered(self, view: AnswerView) -> None:
        """See Page: the table shows the same answer."""
        dated(view)
        table_of(self, view)
        self.update_chrome()

    def action_table(self) -> None:
        """The table under the chart."""
        toggle_table(self)


def table_of(page: AskedPage, view: AnswerView) -> None:
    """Show the main view's answer in the page's table."""
    table = page.query_one(TableView)
    table.question = None
    if page.main is view and view.result is not None:
        table.show(view.result, view.empty)


def toggle_table(page: AskedPage) -> None:
    """Show or hide the table under the chart."""
    page.toggle_class("-table")
    if not page.has_class("-table") and isinstance(page.focused, TableView):
        page.first_view.focus()
