"""TabbedPage: a board among those that are open, each as it was left."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from textual.app import ComposeResult
from textual.geometry import Size

from core.definitions.board import Block, Board
from core.definitions.shared import checked
from core.errors import FootfallError
from core.text import clean, things
from tui.screens.bases.tiled_page import TiledPage
from tui.widgets.boards.tabs import Tab, TabLine
from tui.widgets.boards.tile import Tile
from tui.widgets.chrome import Crumb
from tui.widgets.listing import Row

ALONE = "Only this board is open. n opens another beside it."


class TabbedPage(TiledPage):
    """A page that shows a board, with a line of tabs where several are open.

    Args:
        board, before: see TiledPage.
        changes: fields changed for all tiles; None shows an open board as it was left.
    """

    DEFAULT_CSS = "TabbedPage.-short TabLine { display: none; }"

    def __init__(
        self,
        place: str,
        board: Board,
        changes: dict[str, Any] | None = None,
        before: Board | None = None,
    ) -> None:
        super().__init__(place, board, changes, before)
        self._as_left = changes is None

    def body(self) -> ComposeResult:
        """See Page."""
        yield TabLine()
        yield from super().body()

    def start(self) -> None:
        """See Page: an open board is as it was left."""
        left = self.app.tabs.left(self.board.id) if self._as_left else {}
        self.take(left)
        if isinstance(left.get("at"), dict) and not self._left_at:
            self.come_back(left["at"])
        super().start()
        self.keep_tab()

    def take(self, left: Mapping[str, Any]) -> None:
        """Take what was changed when the board was left, as `memory` returns it."""
        changes, edited = left.get("changes"), left.get("edited")
        if isinstance(changes, dict):
            self.changes, self._as_left = changes, False
        for block in edited if isinstance(edited, list) else ():
            with suppress(FootfallError):
                found = checked(Block, block)
                if self.board.block(found.id) is not None:
                    self.edited[found.id] = found

    # -- tabs

    @property
    def crumb(self) -> str:
        """See Page; on a low screen also which of the open boards it is."""
        ids = self.app.tabs.ids()
        if not self.has_class("-short") or len(ids) < 2 or self.board.id not in ids:
            return super().crumb
        return f"{super().crumb} ({ids.index(self.board.id) + 1} of {len(ids)})"

    def resized(self, size: Size) -> None:
        """See FramePage."""
        self.update_chrome()

    def keep_tab(self) -> None:
        """Remember how the board is now, and show the tabs as they are."""
        left = {**self.memory(), "title": self.board.title, "at": self.left_at()}
        self.app.tabs.keep(left)
        line = self.query_one(TabLine)
        keys = self.query_one(Crumb).keys
        line.hint = f"{keys['earlier_tab']} {keys['later_tab']} go   {keys['new']} opens   "
        line.hint += f"{keys['close_tab']} closes"
        line.fill(
            [
                Tab(tab["board"], str(tab.get("title", "")), _is_changed(tab))
                for tab in self.app.tabs.all()
            ],
            self.board.id,
        )

    def on_screen_suspend(self) -> None:
        """See Page; the tab is as it is left."""
        if self.is_attached and self.board.id in self.app.tabs.ids():
            self.keep_tab()

    def action_later_tab(self) -> None:
        """Show the next open board."""
        self._go_to_tab(self.app.tabs.beside(self.board.id, 1))

    def action_earlier_tab(self) -> None:
        """Show the open board before."""
        self._go_to_tab(self.app.tabs.beside(self.board.id, -1))

    def on_tab_line_picked(self, event: TabLine.Picked) -> None:
        """Show the board whose tab was clicked."""
        board = self.query_one(TabLine).tabs[event.at].board
        if board != self.board.id:
            self._go_to_tab(board)

    def action_close_tab(self) -> None:
        """Close the board's tab and show the next, or the list after the last."""
        following = self.app.tabs.beside(self.board.id, 1)
        if following:
            self._go_to_tab(following)
        else:
            self.app.pop_screen()
        self.app.tabs.close(self.board.id)

    def action_new(self) -> None:
        """Open another board as a tab, or a new one."""
        from tui.actions.saving import NEW, new_board
        from tui.widgets.dialogs import Chooser

        open_ = self.app.tabs.ids()
        boards = {board.id: board for board in self.app.library.boards()}
        rows = [
            Row(
                clean(board.title),
                id_,
                "open" if id_ in open_ else things(len(board.blocks), "tile"),
            )
            for id_, board in boards.items()
            if id_ != self.board.id
        ]
        rows.append(Row(NEW, NEW))

        def chosen(id_: str | None) -> None:
            if id_ == NEW:
                new_board(self, lambda board: self.keep_tab())
            elif id_:
                self._go_to_tab(id_)

        self.app.push_screen(Chooser("Open as a tab", rows), chosen)

    def _go_to_tab(self, id_: str) -> None:
        if not id_:
            self.say(ALONE)
            return
        boards = {board.id: board for board in self.app.library.boards()}
        if id_ in boards:
            self.keep_tab()
            self.app.navigator.show_board(boards[id_], None)
        else:
            self.app.tabs.rename({board: found.title for board, found in boards.items()})
            self.keep_tab()
            self.say("That board is gone; its tab is closed.")

    def ask_tiles(self, tiles: list[Tile], *, fresh: bool = False) -> None:
        """See TiledPage."""
        super().ask_tiles(tiles, fresh=fresh)
        if self._started:
            self.keep_tab()


def _is_changed(tab: Mapping[str, Any]) -> bool:
    return bool(tab.get("changes") or tab.get("edited"))
