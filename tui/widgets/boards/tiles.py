"""Tiles: a board's panels, laid out by core.draw.layout."""

from __future__ import annotations

from collections.abc import Callable

from textual.containers import VerticalScroll
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from core.definitions.board import Block, Board
from core.draw.layout import layout
from tui.widgets.panel import Panel


class Sheet(Widget):
    """What the tiles lie on; as high as they need."""

    DEFAULT_CSS = """
    Sheet { width: 1fr; layout: vertical; }
    Sheet > Panel { position: absolute; }
    """


class Tiles(VerticalScroll):
    """Panels laid out by the positions of their blocks.

    Args:
        board: the board whose blocks they show.
        make: returns the panel of a block.
    """

    can_focus = False
    DEFAULT_CSS = """
    Tiles { height: 1fr; width: 1fr; scrollbar-size: 0 0; layout: vertical; }
    """

    class Scrolled(Message):
        """Other tiles are on show."""

    def __init__(self, board: Board, make: Callable[[Block], Panel]) -> None:
        self.tiles = {block.id: make(block) for block in board.blocks}
        self.sheet = Sheet(*self.tiles.values())
        super().__init__(self.sheet, can_focus=False)
        self.board = board
        self.make = make
        self.zoomed: Panel | None = None
        self.revealed: Panel | None = None

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new size."""
        self.lay_out()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """See Widget."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def watch_virtual_size(self, virtual_size: Size) -> None:
        """See Widget; what is to be seen may lie where there was nothing before."""
        if self.revealed is not None and self.revealed.is_attached:
            self.call_later(self.reveal, self.revealed)

    @property
    def below(self) -> int:
        """How many tiles are not on show down to their end."""
        if self.zoomed is not None or not self.size.height:
            return 0
        end = self.scroll_target_y + self.size.height
        places = layout(self.board, *self.size)
        return sum(place.y + place.height > end for place in places)

    def reveal(self, panel: Panel) -> None:
        """Scroll as far as it takes to show a tile, its top at least."""
        self.revealed = panel
        wide, high = self.size
        for place in layout(self.board, wide, high):
            if self.tiles.get(place.block.id) is panel and self.zoomed is None:
                last = max(place.y + place.height - high, 0)
                y = min(max(round(self.scroll_target_y), last), place.y)
                if y != self.scroll_target_y:
                    self.scroll_to(y=y, animate=False, immediate=True)

    def show(self, board: Board) -> list[Panel]:
        """Lay out another state of the board; return the panels of blocks that are new on it."""
        self.board = board
        known = {block.id for block in board.blocks}
        for id_ in [id_ for id_ in self.tiles if id_ not in known]:
            self.tiles.pop(id_).remove()
        added = {b.id: self.make(b) for b in board.blocks if b.id not in self.tiles}
        self.tiles |= added
        if added:
            self.sheet.mount(*added.values())
        self.lay_out()
        return list(added.values())

    def narrow(self, board: Board) -> None:
        """Show a part of the board; the panels of the rest are hidden."""
        self.board = board
        self.lay_out()
        self.scroll_to(y=0, animate=False, immediate=True)

    def lay_out(self) -> None:
        """Position every tile of the board; a zoomed one takes the whole page."""
        wide, high = self.size
        places = layout(self.board, wide, high)
        bottom = max((place.y + place.height for place in places), default=high)
        self.sheet.styles.height = high if self.zoomed is not None else bottom
        shown = {place.block.id for place in places}
        for id_, tile in self.tiles.items():
            if id_ not in shown:
                tile.display = False
        for place in places:
            tile = self.tiles[place.block.id]
            alone = tile is self.zoomed
            tile.display = self.zoomed is None or alone
            x, y, width, height = (0, 0, wide, high) if alone else place[1:]
            tile.styles.offset = (x, y)
            tile.styles.width = width
            tile.styles.height = height
        self.post_message(self.Scrolled())
