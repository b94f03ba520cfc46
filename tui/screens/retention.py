"""Retention: a grid of cohorts with a cursor on its cells; Enter lists who returned, u the rest."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from core.draw import draw
from core.draw.spans import Line
from core.errors import FootfallError
from tui.actions.following import by_a_field, by_heading, period_before
from tui.screens.bases.page import bindings
from tui.screens.bases.place_page import PlacePage
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Companion, Composition
from tui.widgets.words import wrapped

LEAST = 6
"""Rows from which the curve is drawn if there is no period before."""


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
        grid = AnswerView(id="grid")
        yield Composition(
            [grid],
            aside=[self.saved_list()],
            below=[
                Curves(grid, id="curve"),
                Companion(by_a_field, by_heading, id="by"),
            ],
        )

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Draw the curve of the cohort under the cursor."""
        if event.view is self.main:
            self.query_one(Curves).repaint()


class Curves(Companion):
    """The answer of the page as a curve, beside that of the period before.

    The cursor is where the page's is; with the focus it is in the period before.

    Args:
        grid: the panel with the page's answer.
    """

    def __init__(self, grid: AnswerView, *, id: str) -> None:
        super().__init__(period_before, "Curve and the period before", id=id, chart="curve")
        self._grid = grid

    @property
    def shown_cursor(self) -> tuple[int, int] | None:
        """See AnswerView."""
        return self.cursor if self.has_focus else self._grid.cursor

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel: without a period before, the page's curve and why it is alone."""
        own = self._grid.answer
        if not isinstance(self.error, FootfallError) or own is None or height < LEAST:
            return super().content(width, height)
        said = wrapped(self.error.message, width, "dim")
        look, cursor = self.app.look, self.shown_cursor
        lines = draw(own, width, height - len(said), look, chart="curve", cursor=cursor)
        return [*lines, *said]

    def draw(
        self, answer: Any, cursor: tuple[int, int] | None, width: int, height: int
    ) -> list[Line]:
        """See AnswerView: both periods in one chart."""
        from core.draw.grids.curve import compared_curves

        own, look = self._grid.answer, self.app.look
        if own is None:
            return super().draw(answer, cursor, width, height)
        return compared_curves(own, answer, width, height, look, cursor, earlier=self.has_focus)
