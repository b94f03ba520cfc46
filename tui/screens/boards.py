"""The list of boards; the last open one opens automatically."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.timer import Timer

from core.definitions.board import Board
from core.text import age
from tui.screens.bases.page import REST, Page, bindings
from tui.widgets.listing import Listing, Row

if TYPE_CHECKING:
    from tui.actions.kept.copying import Link


EMPTY = "No boards yet. n creates one, or : Add starter boards."


class BoardsPage(Page):
    """All boards, pinned ones first; starter boards until a board is saved."""

    page_id = "boards"
    BINDINGS = bindings("boards")
    DEFAULT_CSS = """
    BoardsPage #outline { display: none; width: 58%; }
    BoardsPage.-wide.-tall #outline { display: block; }
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.boards: dict[str, Board] = {}
        self._resting: Timer | None = None

    def body(self) -> ComposeResult:
        """See Page."""
        yield Horizontal(Listing("Boards", id="boards", empty=EMPTY))

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one(Listing)

    def start(self) -> None:
        """See Page."""
        last = self.app.state.last_board(self.fill())
        alone = self.app.stack_of(self.place) == [self]
        opened = self.was_covered or self.app.first_page is not None or self.app.returning
        if last is not None and alone and not opened:
            self.app.navigator.open_board(last)

    def resume(self) -> None:
        """See Page."""
        self.fill()
        self._outline()

    def resized(self, size: Size) -> None:
        """See FramePage: on a large screen the board under the cursor is told."""
        self._outline()

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """See Page, which is called too: tell the board under the cursor."""
        self._outline()

    def _outline(self) -> None:
        """Show the board under the cursor in outline, where there is room."""
        if self.app.screen is not self or not self.roomy:
            return
        from tui.widgets.boards.outline import Outline

        if not self.query(Outline):
            self.query_one(Horizontal).mount(Outline(id="outline"))
        self.query_one(Outline).tell(self.boards.get(self.listing.value))
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._ask_tiles)

    def _ask_tiles(self) -> None:
        """Ask what the tiles of the board under the cursor ask, once the cursor rests, and no
        longer what those of another one do.
        """
        from tui.services.runner import Callback
        from tui.widgets.boards.outline import Outline

        board = self.boards.get(self.listing.value)
        if board is None or self.app.screen is not self:
            return
        self.questions.cancel_all()
        outline = self.query_one(Outline)
        for block, question in outline.wanted().items():
            view = Callback(partial(outline.take, board.id, block), forgiving=True)
            self.ask(view, question)

    def fill(self) -> list[Board]:
        """List the current boards."""
        saved = self.app.library.saved_boards()
        boards = saved or self.app.library.starters()
        now = self.app.engine.clock()
        rows = [Row(b.title, b.id, _about(b, bool(saved), now)) for b in boards]
        self.boards = {b.id: b for b in boards}
        troubles = self.app.library.troubles
        self.listing.empty = troubles.get("boards") or troubles.get("starter boards") or EMPTY
        self.listing.fill(rows)
        if boards:
            self.app.tabs.rename({b.id: b.title for b in boards})
        return boards

    @property
    def opens(self) -> str:
        """See FramePage: the board under the cursor."""
        board = self.boards.get(self.listing.value)
        return f"board {board.title}" if board is not None else ""

    def action_open(self) -> None:
        """Open the board under the cursor."""
        board = self.boards.get(self.listing.value)
        if board is not None:
            self.app.navigator.open_board(board)

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        """A double click opens."""
        self.action_open()

    def action_new(self) -> None:
        """Create an empty board."""
        from tui.actions.saving import new_board

        def made(board: Board) -> None:
            self.fill()
            self.listing.select(board.id)

        new_board(self, made)

    def action_rename(self) -> None:
        """Give the board under the cursor another name."""
        from tui.actions.board_names import rename_board

        rename_board(self, self.boards.get(self.listing.value), lambda _: self.fill())

    def action_duplicate(self) -> None:
        """Save a copy of the board under the cursor."""
        from tui.actions.board_names import duplicate_board

        duplicate_board(self, self.boards.get(self.listing.value), lambda _: self.fill())

    @property
    def link(self) -> Link | None:
        """The link of the board under the cursor."""
        from tui.actions.kept.copying import board_link

        return board_link(self.boards.get(self.listing.value))

    def action_copy_command(self) -> None:
        """Copy the command that prints the board under the cursor."""
        from tui.actions.kept.copying import copy_command

        copy_command(self, self.link)

    def action_copy_link(self) -> None:
        """Copy the text that brings the board back."""
        from tui.actions.kept.copying import copy_link

        copy_link(self, self.link)

    def action_delete(self) -> None:
        """Delete the board under the cursor."""
        from tui.actions.saving import delete_board

        delete_board(self)

    def action_undo(self) -> None:
        """Bring the last deleted board back."""
        from tui.actions.saving import undo_last

        undo_last(self, "boards")

    def action_starter_boards(self) -> None:
        """Save the starter boards."""
        from tui.actions.saving import save_starters

        save_starters(self)


def _about(board: Board, saved: bool, now: int) -> str:
    tiles = f"{len(board.blocks)} tile{'s' * (len(board.blocks) != 1)}"
    if not saved:
        return f"{tiles}   starter, not saved"
    return f"{tiles}   {'pinned   ' if board.is_pinned else ''}{age(now - board.updated_at)}"
