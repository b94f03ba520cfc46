"""Layout of a board's tiles: from grid positions to rectangles of cells, a pure function.

The explorer and printing share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.definitions.board import COLUMNS, Block, Board, Position

NARROWEST = 19
"""Width in cells that a tile needs; decides how many are side by side."""

THINNEST = 12
"""Width in cells below which a tile is useless; a board with one this narrow flows instead."""

LOW_TILE = 2
"""Tiles of at most this many grid rows show a number, for which two lines inside the frame are
enough.
"""

LOW_LINES = 4
HIGH_LINES = 8
"""Cells that low and other tiles have at least; a board that needs more than there are scrolls."""

HEADING_LINES = 2


class Place(NamedTuple):
    """A block's rectangle in cells, its frame included."""

    block: Block
    x: int
    y: int
    width: int
    height: int


def side_by_side(width: int) -> int:
    """Return how many tiles may be in a row: four, two or one."""
    return next((n for n in (4, 2) if width // n >= NARROWEST), 1)


def layout(board: Board, width: int, height: int | None = None) -> list[Place]:
    """Return the rectangle of every block, in reading order, none overlapping another.

    A block that overlaps an earlier one flows below it. If the width has no room for four tiles,
    blocks take half or all of it and flow in reading order.

    Args:
        height: cells to fill; tiles that need more run past it. None gives each its default height.
    """
    blocks = board.in_order
    least = COLUMNS // side_by_side(width)
    kept = side_by_side(width) == 4 and all(
        width * b.position.width // COLUMNS >= THINNEST for b in blocks
    )
    positions = _settled(blocks) if kept else _flowed(blocks, least)
    lines = _lines(blocks, positions, height)
    tops = [sum(lines[:y]) for y in range(len(lines) + 1)]
    found = []
    for block, p in zip(blocks, positions, strict=True):
        left, right = width * p.x // COLUMNS, width * (p.x + p.width) // COLUMNS
        top, bottom = tops[p.y], tops[p.y + p.height]
        found.append(Place(block, left, top, right - left, bottom - top))
    return found


def _settled(blocks: Sequence[Block]) -> list[Position]:
    """Keep positions; later blocks move down until they overlap nothing; empty rows are removed."""
    placed: list[Position] = []
    for block in blocks:
        here = block.position
        while any(_overlap(here, other) for other in placed):
            here = here.model_copy(update={"y": here.y + 1})
        placed.append(here)
    used = sorted({y for p in placed for y in range(p.y, p.y + p.height)})
    row = {y: index for index, y in enumerate(used)}
    return [p.model_copy(update={"y": row[p.y]}) for p in placed]


def _overlap(a: Position, b: Position) -> bool:
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


def _flowed(blocks: Sequence[Block], least: int) -> list[Position]:
    """Fill shelf after shelf with blocks at least `least` columns wide, each shelf one height."""
    shelves: list[list[tuple[Block, int]]] = []
    used = COLUMNS
    for block in blocks:
        columns = least if block.position.width <= least else COLUMNS
        if used + columns > COLUMNS:
            shelves.append([])
            used = 0
        shelves[-1].append((block, columns))
        used += columns
    found: list[Position] = []
    y = 0
    for shelf in shelves:
        height = max(block.position.height for block, _ in shelf)
        wide = COLUMNS // len(shelf)
        found += [Position(x=at * wide, y=y, width=wide, height=height) for at in range(len(shelf))]
        y += height
    return found


def _lines(blocks: Sequence[Block], positions: Sequence[Position], height: int | None) -> list[int]:
    """Return the height of every grid row in cells: what its tiles need, and a share of the rest.

    A row of charts takes three times the share of a row of numbers, a row of headings none.
    """
    count = max((p.y + p.height for p in positions), default=0)
    rows, shares = [1] * count, [0] * count
    for block, p in zip(blocks, positions, strict=True):
        share = 0 if block.is_heading else 1 if p.height <= LOW_TILE else 3
        for y in range(p.y, p.y + p.height):
            rows[y] = max(rows[y], _needed(block, p, height is None, y - p.y))
            shares[y] = max(shares[y], share)
    spare, whole = max((height or 0) - sum(rows), 0), max(sum(shares), 1)
    given = [spare * sum(shares[:y]) // whole for y in range(count + 1)]
    return [row + given[y + 1] - given[y] for y, row in enumerate(rows)]


def _needed(block: Block, place: Position, natural: bool, row: int) -> int:
    """Return how many cells one of a block's grid rows needs."""
    low = place.height <= LOW_TILE
    if block.is_heading:
        whole = HEADING_LINES
    elif natural:
        whole = 5 if low else 3 * place.height
    else:
        whole = LOW_LINES if low else HIGH_LINES
    return -(-whole * (row + 1) // place.height) - -(-whole * row // place.height)
