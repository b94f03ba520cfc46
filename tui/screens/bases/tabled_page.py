"""TabledPage: a page with a chart, and the same answer as a table below it."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.actions.following import (
    by_heading,
    by_hour,
    by_value,
    change_heading,
    hour_heading,
    how_often,
    what_changed,
)
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Companion, Composition


class TableView(AnswerView):
    """The table under a chart."""

    DEFAULT_CSS = "TableView { height: 40%; display: none; }"

    def __init__(self) -> None:
        super().__init__("Table", id="table")
        self.chart = "table"


class TabledPage(AccompaniedPage):
    """A page whose main view has a table below it, toggled by a key."""

    def chart_and_table(self, heading: str = "", chart: str = "") -> ComposeResult:
        """Return the two panels.

        Args:
            heading: the chart's heading, "" for the answer's own title.
            chart: how it is drawn, "" for its shape's default.
        """
        view = AnswerView(heading, id="chart", at_end=True)
        view.chart = chart
        yield Composition(
            [view, TableView()],
            below=[
                Companion(by_value, by_heading, id="values", chart="table"),
                Companion(what_changed, change_heading, id="changed"),
            ],
            third=[
                Companion(by_hour, hour_heading, id="hours"),
                Companion(how_often, "People by how often", id="often"),
            ],
        )

    def answered(self, view: AnswerView) -> None:
        """See Page: the table shows the same answer."""
        super().answered(view)
        if view is not self.main:
            return
        view.show_dates()
        table = self.query_one(TableView)
        table.question = None
        if view.result is not None:
            table.show(view.result, view.empty)
        self.update_chrome()

    def action_table(self) -> None:
        """The table under the chart."""
        self.toggle_class("-table")
        self.rest()
        if not self.has_class("-table") and isinstance(self.focused, TableView):
            self.first_view.focus()
