"""What actions need from the page they are called on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from core.definitions.board import Block, Board
from core.errors import FootfallError
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.store.library.saved import Item
from tui.actions.storing import StoringPage
from tui.services.runner import View
from tui.widgets.answer import AnswerView
from tui.widgets.boards.tile import Tile
from tui.widgets.listing import Listing
from tui.widgets.panel import Panel


class AnyPage(StoringPage, Protocol):
    """Any page of a place."""

    place: str

    def sorry(self, error: FootfallError) -> None:
        """Say why something did not work."""

    def update_chrome(self) -> None:
        """Repaint crumb and status where they changed."""


class KeyedPage(AnyPage, Protocol):
    """A page whose actions the help and the palette list.

    Attributes:
        page_id: its name in the table of actions.
    """

    page_id: ClassVar[str]

    @property
    def crumb(self) -> str:
        """The page's step in the crumb."""

    def perform(self, call: str) -> None:
        """Run an action by its call."""

    def reason_against(self, action: str) -> str:
        """Return why an action makes no sense now, "" when it does."""


class AnswerPage(AnyPage, Protocol):
    """A page that shows answers."""

    @property
    def view(self) -> AnswerView | None:
        """The answer that actions are about."""

    def ask(self, view: View, question: Question) -> None:
        """Ask a question for a view."""


class QuestionShown(AnswerPage, Protocol):
    """A page about one question, which keys can change."""

    @property
    def question(self) -> Question | None:
        """The question that keys read and change."""

    @property
    def main(self) -> AnswerView | None:
        """The view whose question the keys change."""

    @property
    def context(self) -> Context:
        """The current context that questions are asked in."""

    def change(self, edit: Callable[[Question], Question]) -> None:
        """Ask the question that `edit` returns."""

    def marks_changed(self) -> None:
        """Show the marks as they are now."""


class PeopleListed(QuestionShown, Protocol):
    """A page that lists people.

    Attributes:
        made: the last segment made from them.
    """

    made: Item | None

    @property
    def range_now(self) -> str:
        """The range that they were counted in."""

    @property
    def picked(self) -> tuple[str, ...]:
        """The ids of the people picked."""


class ListPage(AnyPage, Protocol):
    """A page that lists what is saved."""

    @property
    def listing(self) -> Listing:
        """The list."""

    def fill(self) -> object:
        """Refresh the list."""


class BoardList(ListPage, Protocol):
    """A page that lists boards.

    Attributes:
        boards: those in the list, by id.
    """

    boards: dict[str, Board]


class AudienceList(ListPage, Protocol):
    """A page that lists audiences.

    Attributes:
        left: an audience that was built and not accepted.
    """

    left: Question | None

    @property
    def context(self) -> Context:
        """The current context that questions are asked in."""

    def ask(self, view: View, question: Question) -> None:
        """Ask a question for a view."""

    def audience_changed(self, id_: str) -> None:
        """Refresh an audience.

        Args:
            id_: the audience's id, "" for a new one.
        """


class TileShown(Protocol):
    """A tile of a board on show."""

    block: Block
    question: Question | None
    saved: Question | None
    chart: str


class BoardShown(AnyPage, Protocol):
    """A page that shows one board.

    Attributes:
        board: as it is saved.
        shown: as it is on show.
        before: the board before its last change, or None.
    """

    board: Board
    shown: Board
    before: Board | None

    def stored(self, board: Board, before: Board | None) -> None:
        """Take the board as it is stored now.

        Args:
            before: the board before, or None if there was none.
        """

    @property
    def tiles(self) -> Sequence[TileShown]:
        """The chart tiles in reading order."""

    @property
    def panel(self) -> Panel | None:
        """The panel with the focus, else the first."""

    def show_instead(self, board: Board, before: Board | None) -> None:
        """Show another state of the board.

        Args:
            before: the board before a tile was removed, or None.
        """


class BoardAnswered(AnswerPage, Protocol):
    """A page that shows a board's answers.

    Attributes:
        shown: the board as it is on show.
    """

    shown: Board

    @property
    def tiles(self) -> Sequence[Tile]:
        """The chart tiles in reading order."""
