"""Retention: a grid of cohorts with a cursor on its cells; Enter lists who returned, u the rest."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.screens.bases.page import bindings
from tui.screens.bases.place_page import PlacePage
from tui.widgets.answer import AnswerView


class RetentionPage(PlacePage):
    """The place of retention."""

    page_id = "retention"
    kind = "retention"
    nothing = "Retention needs a start event."
    labels = {"open": "returned", "others": "did not", "related": "related"}  # noqa: RUF012
    BINDINGS = bindings("retention")

    def body(self) -> ComposeResult:
        """See Page."""
        yield AnswerView(id="grid")
