"""Retention: a grid of cohorts with a cursor on its cells; Enter lists who returned, u the rest."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.actions.following import by_a_field, by_heading, period_before, the_same
from tui.screens.bases.page import bindings
from tui.screens.bases.place_page import PlacePage
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Companion, Composition


class RetentionPage(PlacePage):
    """The place of retention."""

    page_id = "retention"
    kind = "retention"
    nothing = "Retention needs a start event."
    labels = {"open": "returned", "others": "did not", "related": "related"}  # noqa: RUF012
    BINDINGS = bindings("retention")
    DEFAULT_CSS = "RetentionPage Composition .below { height: 52%; }"

    def body(self) -> ComposeResult:
        """See Page."""
        yield Composition(
            [AnswerView(id="grid")],
            aside=[self.saved_list()],
            below=[
                Pointed(the_same, "Curve", id="curve", chart="curve"),
                Companion(period_before, "The period before", id="before", chart="curve"),
                Companion(by_a_field, by_heading, id="by"),
            ],
        )

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Draw the curve of the cohort under the cursor."""
        if event.view is self.main:
            curve = self.query_one(Pointed)
            curve.pointed = event.view.cursor
            curve.repaint()


class Pointed(Companion):
    """Another picture of the page's answer, with the cursor where the page's is.

    Attributes:
        pointed: the row and column of the page's cursor.
    """

    pointed: tuple[int, int] | None = None

    @property
    def shown_cursor(self) -> tuple[int, int] | None:
        """See AnswerView."""
        return self.cursor if self.has_focus else self.pointed
