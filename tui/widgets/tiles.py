"""Tiles: a board's panels, laid out by core.draw.layout."""

from __future__ import annotations

from collections.abc import Mapping

from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widget import Widget

from core.definitions.board import Board
from core.draw.layout import layout


class Tiles(VerticalScroll):
    """Panels laid out by the positions of their blocks.

    Args:
        board: the board whose blocks they show.
        tiles: block id -> its panel.
    """

    can_focus = False
    DEFAULT_CSS = """
    Tiles { height: 1fr; width: 1fr; scrollbar-size: 0 0; layout: vertical; }
    Tiles > Panel { position: absolute; }
    """

    def __init__(self, board: Board, tiles: Mapping[str, Widget]) -> None:
        super().__init__(*tiles.values(), can_focus=False)
        self.board = board
        self.tiles = tiles
        self.zoomed: Widget | None = None

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new size."""
        self.lay_out()

    def lay_out(self) -> None:
        """Position every tile; a zoomed one takes the whole page."""
        wide, high = self.size
        for place in layout(self.board, wide, high):
            tile = self.tiles[place.block.id]
            alone = tile is self.zoomed
            tile.display = self.zoomed is None or alone
            x, y, width, height = (0, 0, wide, high) if alone else place[1:]
            tile.styles.offset = (x, y)
            tile.styles.width = width
            tile.styles.height = height
