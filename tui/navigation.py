"""Opening pages: the only module that knows them all. A page's file is loaded when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from core.answers import Cell
from core.definitions.board import Board
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from tui.widgets.host import Host

if TYPE_CHECKING:
    from tui.screens.board import BoardPage
    from tui.texts.happened import Happened


class Navigation:
    """See Navigator.

    Args:
        app: the application whose pages are opened.
    """

    def __init__(self, app: Host) -> None:
        self._app = app
        self.group: Question | None = None

    def open(self, question: Question, title: str = "", chart: str = "") -> None:
        """See Navigator."""
        self._app.push_screen(page_for(self._place, question, title, chart))

    def open_chart(
        self, question: Question, title: str = "", chart: str = "", saved: Question | None = None
    ) -> None:
        """See Navigator."""
        from tui.screens.chart import ChartPage

        self._app.push_screen(ChartPage(self._place, question, title, chart, saved))

    def open_people(self, question: Question, cell: Cell, expected: float | None = None) -> None:
        """See Navigator."""
        from tui.screens.people import PeoplePage

        self._app.push_screen(PeoplePage.behind(self._place, question, cell, expected))

    def open_person(
        self,
        user: str,
        users: Sequence[str] = (),
        at: tuple[int, str] | None = None,
        *,
        last: bool = False,
        within: tuple[int, int] = (0, 0),
    ) -> None:
        """See Navigator."""
        from tui.screens.timeline import TimelinePage

        page = TimelinePage(self._place, user, users, at, last=last, within=within)
        self._app.push_screen(page)

    def open_event(
        self, event: Happened, events: Sequence[Happened] = (), total: int | None = None
    ) -> None:
        """See Navigator."""
        from tui.screens.event import EventPage

        self._app.push_screen(EventPage(self._place, event, events, total))

    def open_board(
        self, board: Board, range_text: str | None = None, *, arrange: bool = False
    ) -> None:
        """See Navigator."""
        from tui.screens.board import BoardPage

        self._app.go("boards")
        opens = board_page(board, range_text)
        if arrange:
            opens.when_started(lambda: opens.perform("edit"))
        if isinstance(self._app.screen, BoardPage):
            self._app.switch_screen(opens)  # tabs lie side by side
        else:
            self._app.push_screen(opens)

    def show_board(
        self, board: Board, changes: dict[str, Any] | None, before: Board | None = None
    ) -> None:
        """See Navigator."""
        from tui.screens.board import BoardPage

        self._app.switch_screen(BoardPage(self._place, board, changes, before))

    def arrange_board(self, board: Board, changes: dict[str, Any], before: Board | None) -> None:
        """See Navigator."""
        from tui.screens.layout import LayoutPage

        self._app.switch_screen(LayoutPage(self._place, board, changes, before))

    @property
    def _place(self) -> str:
        """The current place: Textual's modes are our places."""
        return self._app.current_mode


def page_for(place: str, question: Question, title: str = "", chart: str = "") -> Screen[None]:
    """Return a page of a place for any question: people, a person's timeline, else a chart."""
    page = KINDS[question.kind].page
    if page == "people":
        from tui.screens.people import PeoplePage

        return PeoplePage(place, question)
    if page == "person":
        from tui.screens.timeline import TimelinePage

        return TimelinePage(place, str(getattr(question, "user", "")))
    from tui.screens.chart import ChartPage

    return ChartPage(place, question, title, chart)


def board_page(board: Board, range_text: str | None = None) -> BoardPage:
    """Return the page of a board.

    Args:
        range_text: overrides the range of every tile.
    """
    from tui.screens.board import BoardPage

    return BoardPage("boards", board, {"range": range_text} if range_text else None)
