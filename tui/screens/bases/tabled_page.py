"""TabledPage: a page with a chart, and the same answer as a table below it."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.screens.bases.question_page import QuestionPage
from tui.widgets.answer import AnswerView


class TableView(AnswerView):
    """The table under a chart."""

    DEFAULT_CSS = "TableView { height: 40%; display: none; }"

    def __init__(self) -> None:
        super().__init__("Table", id="table")
        self.chart = "table"


class TabledPage(QuestionPage):
    """A page whose main view has a table below it, toggled by a key."""

    def chart_and_table(self, heading: str = "", chart: str = "") -> ComposeResult:
        """Return the two panels.

        Args:
            heading: the chart's heading, "" for the answer's own title.
            chart: how it is drawn, "" for its shape's default.
        """
        view = AnswerView(heading, id="chart", at_end=True)
        view.chart = chart
        yield view
        yield TableView()

    def answered(self, view: AnswerView) -> None:
        """See Page: the table shows the same answer."""
        view.show_dates()
        table = self.query_one(TableView)
        table.question = None
        if self.main is view and view.result is not None:
            table.show(view.result, view.empty)
        self.update_chrome()

    def action_table(self) -> None:
        """The table under the chart."""
        self.toggle_class("-table")
        if not self.has_class("-table") and isinstance(self.focused, TableView):
            self.first_view.focus()
