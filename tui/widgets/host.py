"""What pages, verbs and widgets need from the application they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App
from textual.screen import Screen

if TYPE_CHECKING:
    from core.answers import Cell
    from core.definitions.board import Board
    from core.draw.spans import Glyphs, Look
    from core.engines.running import Engine
    from core.queries.common.question import Question
    from core.store.library.saved import Saved
    from tui.services.config import Config
    from tui.services.freshness import Freshness
    from tui.services.library import Library
    from tui.services.renames import Renames
    from tui.services.state import State
    from tui.services.tabs import BoardTabs
    from tui.texts.happened import Happened
    from tui.widgets.paint import Ink
    from tui.wire.frames import Frames


class Navigator(Protocol):
    """Opens pages on top of the place on show; Esc comes back from each.

    Attributes:
        group: the question of the people kept to compare others with, if any.
    """

    group: Question | None

    def open(self, question: Question, title: str = "", chart: str = "") -> None:
        """Open the page of a question: people as a list, a person as a timeline, else a chart.

        Args:
            title: the name of a chart, "" for its answer's own title.
            chart: how it is drawn, "" for its shape's own.
        """

    def open_chart(
        self, question: Question, title: str = "", chart: str = "", saved: Question | None = None
    ) -> None:
        """Open a question of any kind as a chart.

        Args:
            saved: the question as it is saved, where it was changed since.
        """

    def open_people(self, question: Question, cell: Cell, expected: float | None = None) -> None:
        """Open the people behind a number of a question's answer.

        Args:
            expected: how many people that number said there are, where it counts people.
        """

    def open_person(
        self,
        user: str,
        users: Sequence[str] = (),
        at: tuple[int, str] | None = None,
        *,
        last: bool = False,
        within: tuple[int, int] = (0, 0),
    ) -> None:
        """Open a person's timeline.

        Args:
            users: the list the person is in, which the timeline can walk through.
            at: the instant in ms and the name of the event to begin at, None for the newest.
            last: whether to show only the last session.
            within: how many come before `users` in the whole list, and how many that has.
        """

    def open_event(
        self, event: Happened, events: Sequence[Happened] = (), total: int | None = None
    ) -> None:
        """Open the page of one event.

        Args:
            events: the list the event is in, which the page can walk through.
            total: how many the list has beyond those, None if that is not known.
        """

    def open_board(
        self, board: Board, range_text: str | None = None, *, arrange: bool = False
    ) -> None:
        """Open a board in the place of boards.

        Args:
            range_text: overrides the range of every tile.
            arrange: whether to go on to its layout.
        """

    def show_board(
        self, board: Board, changes: dict[str, Any] | None, before: Board | None = None
    ) -> None:
        """Show a state of a board in place of the page on top.

        Args:
            changes: fields changed for all tiles; None shows a board that is open as it was left.
            before: the board before its tiles were changed, or None.
        """

    def arrange_board(self, board: Board, changes: dict[str, Any], before: Board | None) -> None:
        """Arrange the tiles of a board, in place of the page on top; see show_board."""


class Host(App[int]):
    """An application over one workspace; implemented by the explorer.

    Attributes:
        engine: answers questions about the workspace.
        saved: its boards, marks and audiences.
        state: what was remembered from the last session.
        renames: the names that were given, for the undo key.
        tabs: the boards that are open as tabs.
        library: saved things, as pages list them.
        navigator: opens pages, which do not know each other.
        data: the freshness of the data on show.
        look: how charts are drawn.
        ink: the colours of this terminal.
        frames: what the terminal shows.
        keymap: action id -> keys it was remapped to.
        config: the settings.
        first_page: the page to open above the root, or None.
        came_from: the question on show in the place left last, or None.
        returning: what was remembered of the pages of the place, if they are opened again.
    """

    engine: Engine
    saved: Saved
    state: State
    renames: Renames
    tabs: BoardTabs
    library: Library
    navigator: Navigator
    data: Freshness
    look: Look
    ink: Ink
    frames: Frames
    keymap: Mapping[str, str]
    config: Config
    first_page: Screen[Any] | None
    came_from: Question | None
    returning: list[Any]

    def stack_of(self, place: str) -> list[Screen[Any]]:
        """Return the pages of the place on show, its root first."""
        raise NotImplementedError

    @property
    def root_is_covered(self) -> bool:
        """Whether the root of the place opens with another page on it: nobody sees it yet."""
        raise NotImplementedError

    def go(self, place: str) -> None:
        """Show a place as it was left."""
        raise NotImplementedError

    def show_soon(self) -> None:
        """Show the page that opened in a moment, even without its answers."""
        raise NotImplementedError

    def leave(self) -> None:
        """Stop running questions, remember the place, and exit."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Reopen the file, even if another one has taken its place."""
        raise NotImplementedError

    def set_glyphs(self, glyphs: Glyphs) -> None:
        """Switch to other glyphs."""
        raise NotImplementedError

    def set_colours(self, theme: str) -> None:
        """Switch to another theme and remember it."""
        raise NotImplementedError

    def settings_changed(self, name: str) -> None:
        """Read the settings again, one of which was changed, and apply them."""
        raise NotImplementedError

    def show_colours(self, theme: str) -> None:
        """Show another theme for the time being."""
        raise NotImplementedError
