"""A board while it is arranged by hand; all of it is one change of the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.boards import arranging
from core.boards.sections import moved_to
from core.definitions.board import COLUMNS, Block, Board, Position
from core.definitions.shared import new_id
from core.errors import FootfallError
from core.text import things
from tui.actions.kept.adding import add_tile, edit_tile, name_tile
from tui.actions.saving import BOARD_SAVED
from tui.actions.storing import attempt
from tui.screens.bases.page import bindings
from tui.screens.bases.tiled_page import TiledPage
from tui.widgets.boards.note import NoteView
from tui.widgets.boards.tile import Tile
from tui.widgets.boards.tiles import Tiles
from tui.widgets.panel import Panel

EMPTY = "This board is empty. n adds a tile."
HOW = "Arrows move the tile. ESC saves the layout; U then brings back the one before."
OWN = "This tile keeps its own range and filters, whatever the board has."
FOLLOWS = "This tile has the range and the filters that the board has for all."


class LayoutPage(TiledPage, inherit_bindings=False):
    """The tiles of a board, which keys move, resize, add, edit and remove.

    Args:
        board: the board as it is saved.
        changes, before: see TiledPage.
    """

    page_id = "layout"
    labels = {"open": "edit", "back": "done", "new": "add"}  # noqa: RUF012
    BINDINGS = bindings("layout")

    def __init__(
        self, place: str, board: Board, changes: dict[str, Any], before: Board | None
    ) -> None:
        super().__init__(place, board, changes, before)
        self.at_first = board
        self.earlier: list[Board] = []

    @property
    def crumb(self) -> str:
        """See Page."""
        return f"{self.board.title} (layout)"

    @property
    def opening(self) -> str:
        """See TiledPage."""
        return HOW if self.board.blocks else EMPTY

    @property
    def block(self) -> Block | None:
        """The block of the tile with the focus."""
        return self.panel.block if isinstance(self.panel, Tile | NoteView) else None

    @property
    def opens(self) -> str:
        """See FramePage: the form of the tile with the focus."""
        return self.labels["open"] if self.block is not None else ""

    # -- changing the board

    def step(self, change: Callable[[Board, str], Board], said: str = "") -> None:
        """Change the board around the tile with the focus; undo brings it back."""
        if self.block is None:
            self.say(EMPTY)
            return
        try:
            board = change(self.board, self.block.id)
        except FootfallError as error:
            self.sorry(error)
            return
        if board == self.board:
            self.say("There is no further that way.")
            return
        self._change(board)
        self.say(said or (_place_words(self.block.position) if self.block else ""))

    def add(self, block: Block) -> None:
        """Put a new tile in the first place with room for it."""
        try:
            board = arranging.put(self.board, block)
        except FootfallError as error:
            self.sorry(error)
            return
        self._change(board, block.id)

    def replace(self, block: Block) -> None:
        """Show another state of a tile."""
        now = self.board.block(block.id)
        if now is None or block == now:
            return
        self._change(self.board.with_block(block), block.id)

    def _change(self, board: Board, focus: str = "") -> None:
        """Show another state of the board, which undo takes back."""
        self.earlier.append(self.board)
        self._show(board, focus)

    def _show(self, board: Board, focus: str = "") -> None:
        """Show another state of the board; ask only what changed."""
        before, self.board = self.board, board
        tiles = self.query_one(Tiles)
        asked: list[Tile] = []
        for block in board.blocks:
            panel = tiles.tiles.get(block.id)
            if panel is not None and block != before.block(block.id):
                self._take(panel, block, asked)
        new = tiles.show(board)
        target = tiles.tiles.get(focus) or self.focused
        self.call_after_refresh(
            self._settled, [*asked, *(p for p in new if isinstance(p, Tile))], target
        )

    def _take(self, panel: Panel, block: Block, asked: list[Tile]) -> None:
        if isinstance(panel, NoteView):
            panel.take(block)
        elif isinstance(panel, Tile):
            was, panel.block = panel.block, block
            panel.heading = block.title or panel.heading
            if was.model_copy(update={"position": block.position}) != block:
                panel.chart = ""
                asked.append(panel)

    def _settled(self, asked: list[Tile], target: Panel | None) -> None:
        self.ask_tiles(asked)
        panels, tiles = self.panels, self.query_one(Tiles)
        if target is not None and target.is_attached:
            target.focus()
            tiles.reveal(target)
        elif panels:
            panels[0].focus()
        self.update_chrome()

    # -- keys

    def move(self, rows: int, columns: int) -> None:
        """Move the focused tile."""
        step = (rows > 0) - (rows < 0), (columns > 0) - (columns < 0)
        self.step(lambda board, id_: arranging.moved(board, id_, *step))

    def action_narrower(self) -> None:
        """Make the tile a column narrower."""
        self.step(lambda board, id_: arranging.widened(board, id_, -1))

    def action_wider(self) -> None:
        """Make the tile a column wider."""
        self.step(lambda board, id_: arranging.widened(board, id_, 1))

    def action_lower(self) -> None:
        """Make the tile a row lower."""
        self.step(lambda board, id_: arranging.heightened(board, id_, -1))

    def action_higher(self) -> None:
        """Make the tile a row higher."""
        self.step(lambda board, id_: arranging.heightened(board, id_, 1))

    def action_order_earlier(self) -> None:
        """Change places with the tile before."""
        self.step(lambda board, id_: arranging.swapped(board, id_, -1))

    def action_order_later(self) -> None:
        """Change places with the tile after."""
        self.step(lambda board, id_: arranging.swapped(board, id_, 1))

    def action_new(self) -> None:
        """Add a tile."""
        add_tile(self)

    def action_edit(self) -> None:
        """Edit the words or the question of the tile."""
        if self.block is not None:
            edit_tile(self, self.block)
        else:
            add_tile(self)

    def action_open(self) -> None:
        """The same."""
        self.action_edit()

    def action_rename(self) -> None:
        """Give the tile another title."""
        if self.block is not None:
            name_tile(self, self.block)

    def action_to_section(self) -> None:
        """Move the tile to another section."""
        from tui.actions.kept.adding import ask_section

        if self.block is not None:
            ask_section(self, self.board, self.block)

    def move_to_section(self, heading: str) -> None:
        """Put the tile into a section, by the id of its heading."""
        self.step(lambda board, id_: moved_to(board, id_, heading))

    def action_duplicate(self) -> None:
        """Add a copy of the tile."""
        if self.block is not None:
            self.add(self.block.model_copy(update={"id": new_id("blk")}))

    def action_filter(self) -> None:
        """Let the tile keep its own range and filters, or follow the board again."""
        block = self.block
        if block is not None and block.type == "chart":
            own = not block.ignore_board_filters
            self.replace(block.model_copy(update={"ignore_board_filters": own}))
            self.say(OWN if own else FOLLOWS)

    def action_delete(self) -> None:
        """Remove the tile."""
        self.step(arranging.removed, "Removed. U brings it back.")

    def action_undo(self) -> None:
        """Undo the last step."""
        if not self.earlier:
            self.say("Nothing was changed.")
            return
        self._show(self.earlier.pop())

    def action_back(self) -> None:
        """Store the board as it is now and show it."""
        self.store(self._done)

    def action_quit(self) -> None:
        """Store the board and leave."""
        self.store(lambda _: self.app.leave())

    def store(self, then: Callable[[Board], object]) -> None:
        """Store the board if it was changed."""
        if self.board == self.at_first:
            then(self.board)
            return
        board = self.board
        attempt(self, lambda saved: saved.save_board(board), BOARD_SAVED, then)

    def _done(self, stored: Board) -> None:
        changed = self.board != self.at_first
        before = self.at_first if changed else self.before
        self.app.navigator.show_board(stored, self.changes, before)


def _place_words(position: Position) -> str:
    across = f"columns {position.x + 1} to {position.x + position.width} of {COLUMNS}"
    return f"{across}, {things(position.height, 'row')} high"
