"""Tiles: panels on a 12-column grid that reflows to four, two or one column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widget import Widget

from core.boards import COLUMNS

NARROWEST = 19
"""Cells a tile needs; decides how many stand side by side."""

LOWEST = 3
"""Rows of a tile's grid cell are never fewer than what makes a tile this high."""


class Place(NamedTuple):
    """Where a tile lies, in cells of the terminal."""

    x: int
    y: int
    width: int
    height: int


def side_by_side(width: int) -> int:
    """Return how many tiles may stand in a row: four, two or one."""
    return next((n for n in (4, 2) if width // n >= NARROWEST), 1)


def flow(positions: Sequence[Any], width: int) -> list[list[tuple[int, int]]]:
    """Put tiles into rows, in reading order.

    Args:
        positions: of core.boards, one per tile.

    Returns:
        Rows of (index of the tile, its columns of 12).
    """
    least = COLUMNS // side_by_side(width)
    order = sorted(range(len(positions)), key=lambda i: (positions[i].y, positions[i].x))
    rows: list[list[tuple[int, int]]] = []
    used, top = COLUMNS + 1, None
    for index in order:
        columns = max(positions[index].width, least)
        if used + columns > COLUMNS or (positions[index].y != top and _started(positions, index)):
            rows.append([])
            used = 0
        rows[-1].append((index, columns))
        used, top = used + columns, positions[index].y
    return rows


def _started(positions: Sequence[Any], index: int) -> bool:
    """Whether a tile begins a row of its own: nothing to its left reaches down to it."""
    here = positions[index]
    return here.x == 0


def arrange(positions: Sequence[Any], width: int, height: int) -> list[Place]:
    """Return where each tile goes in a box; rows share the height by their tiles' heights."""
    rows = flow(positions, width)
    weights = [max(positions[i].height for i, _ in row) for row in rows]
    heights = _shared(weights, height)
    found: dict[int, Place] = {}
    y = 0
    for row, high in zip(rows, heights, strict=True):
        total = max(sum(columns for _, columns in row), 1)
        full = width if total >= COLUMNS - 1 else width * total // COLUMNS
        taken = 0
        for index, columns in row:
            left, right = full * taken // total, full * (taken + columns) // total
            found[index] = Place(left, y, right - left, high)
            taken += columns
        y += high
    return [found[i] for i in range(len(positions))]


def _shared(weights: list[int], height: int) -> list[int]:
    """Share rows of the terminal by weight, each at least what a tile needs to say something."""
    needed = [max(LOWEST + min(w, 4), 4) for w in weights]
    if sum(needed) >= height or not weights:
        return needed
    total = sum(weights)
    found = [max(n, height * w // total) for n, w in zip(needed, weights, strict=True)]
    while sum(found) > height:
        at = max(range(len(found)), key=lambda i: found[i] - needed[i])
        found[at] -= 1
    found[-1] += height - sum(found)
    return found


class Tiles(VerticalScroll):
    """Panels laid out by the positions of their blocks.

    Args:
        tiles: the panels.
        positions: of their blocks, in the same order.
    """

    can_focus = False
    DEFAULT_CSS = """
    Tiles { height: 1fr; width: 1fr; scrollbar-size: 0 0; layout: vertical; }
    Tiles > Panel { position: absolute; }
    """

    def __init__(self, tiles: Sequence[Widget], positions: Sequence[Any]) -> None:
        super().__init__(*tiles, can_focus=False)
        self.tiles = list(tiles)
        self.positions = list(positions)
        self.zoomed: Widget | None = None

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new size."""
        self.lay_out()

    def lay_out(self) -> None:
        """Give every tile its place; a zoomed one takes all."""
        wide, high = self.size
        places = arrange(self.positions, wide, high)
        for tile, place in zip(self.tiles, places, strict=True):
            alone = tile is self.zoomed
            tile.display = self.zoomed is None or alone
            x, y, width, height = (0, 0, wide, high) if alone else place
            tile.styles.offset = (x, y)
            tile.styles.width = width
            tile.styles.height = height
