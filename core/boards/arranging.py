"""Arranging tiles on a board's grid by hand: every function returns another board.

A tile that gets into the way of the one being arranged moves down; then all move up as far as
there is room. Sizes stay, but for the tile that is made wider and the one it takes a column from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.definitions.board import COLUMNS, Block, Board, Position

NARROWEST = 2
"""Columns that a tile has at least."""

LOWEST = 2
"""Rows that a tile other than a heading has at least."""

Places = Mapping[str, Position]
"""Block id -> where it is."""


def moved(board: Board, id_: str, rows: int, columns: int) -> Board:
    """Return the board with a tile one step up, down, left or right.

    Across it goes to the next column, or changes places with the tile there; up and down it goes
    past the next tile above or below.
    """
    places = _places(board)
    here = places[id_]
    if columns:
        return _arranged(board, id_, _across(places, id_, columns))
    if rows < 0:
        above = [p for k, p in places.items() if k != id_ and _under(p, here) and p.y < here.y]
        y = max((p.y for p in above), default=here.y)
    else:
        below = [p for k, p in places.items() if k != id_ and _under(p, here) and p.y > here.y]
        y = min((p.y + p.height for p in below), default=here.y)
    return _arranged(board, id_, {**places, id_: _at(here, y=y)})


def swapped(board: Board, id_: str, step: int) -> Board:
    """Return the board with a tile in the place of the one before (-1) or after (1) it."""
    order = board.in_order
    at = next(index for index, block in enumerate(order) if block.id == id_)
    if not 0 <= at + step < len(order):
        return board
    here, there = order[at], order[at + step]
    changed = {here.id: there.position, there.id: here.position}
    return _arranged(board, id_, {**_places(board), **changed})


def widened(board: Board, id_: str, columns: int) -> Board:
    """Return the board with a tile some columns wider or narrower.

    A wider one takes the columns from the tile at its right, as long as that can spare them; at
    the right edge it grows to the left.
    """
    places = dict(_places(board))
    here = places[id_]
    width = min(max(here.width + columns, min(NARROWEST, here.width)), COLUMNS)
    x = min(here.x, COLUMNS - width)
    grown = width - here.width
    for other, p in places.items():
        beside = p.x == here.x + here.width and p.y == here.y
        if grown > 0 and beside and p.width - grown >= NARROWEST:
            places[other] = _at(p, x=p.x + grown, width=p.width - grown)
    return _arranged(board, id_, {**places, id_: _at(here, x=x, width=width)})


def heightened(board: Board, id_: str, rows: int) -> Board:
    """Return the board with a tile some rows higher or lower."""
    places = _places(board)
    here = places[id_]
    height = min(max(here.height + rows, min(LOWEST, here.height)), 100)
    return _arranged(board, id_, {**places, id_: _at(here, height=height)})


def free_place(board: Board, size: Position, top: int, bottom: int) -> Position:
    """Return the first place between two rows with room for a tile of a size, else below them."""
    rows = range(top, bottom - size.height + 1)
    return next(_free(board, size, rows), _at(size, x=0, y=bottom))


def tidied(board: Board) -> Board:
    """Return the board without overlaps and gaps that can be closed."""
    return _arranged(board, "", _places(board))


def put(board: Board, block: Block) -> Board:
    """Return the board with a new tile of a size in the first place with room for it.

    Args:
        block: its position says how wide and high it is, not where.
    """
    free = next(_free(board, block.position, range(board.bottom + 1)))
    return board.with_block(block.model_copy(update={"position": free}))


def removed(board: Board, id_: str) -> Board:
    """Return the board without a tile; those below it move up."""
    return tidied(board.without(id_))


def _places(board: Board) -> Places:
    return {block.id: block.position for block in board.blocks}


def _at(position: Position, **changes: int) -> Position:
    return position.model_copy(update=changes)


def _free(board: Board, size: Position, rows: Iterable[int]) -> Iterator[Position]:
    """Yield the places that begin in some rows with room for a tile of a size, in reading order."""
    taken = list(_places(board).values())
    for y in rows:
        for x in range(COLUMNS - size.width + 1):
            spot = _at(size, x=x, y=y)
            if not _hits(spot, taken):
                yield spot


def _under(a: Position, b: Position) -> bool:
    """Whether two tiles share a column."""
    return a.x < b.x + b.width and b.x < a.x + a.width


def _hits(position: Position, others: Iterable[Position]) -> bool:
    return any(
        _under(position, p) and position.y < p.y + p.height and p.y < position.y + position.height
        for p in others
    )


def _across(places: Places, id_: str, columns: int) -> Places:
    here = places[id_]
    target = _at(here, x=min(max(here.x + columns, 0), COLUMNS - here.width))
    met = {k: p for k, p in places.items() if k != id_ and _hits(target, [p])}
    if not met:
        return {**places, id_: target}
    other, there = min(met.items(), key=lambda found: (found[1].y, found[1].x))
    if columns > 0:
        there = _at(there, x=here.x)
        here = _at(here, x=min(there.x + there.width, COLUMNS - here.width))
    else:
        here = _at(here, x=there.x)
        there = _at(there, x=min(here.x + here.width, COLUMNS - there.width))
    return {**places, id_: here, other: there}


def _arranged(board: Board, first: str, places: Places) -> Board:
    """Return the board with its tiles at places, none overlapping and no gap that can be closed.

    Args:
        first: the tile that keeps its place where two would overlap, or "".
    """

    def key(found: tuple[str, Position]) -> tuple[int, bool, int]:
        return found[1].y, found[0] != first, found[1].x

    settled: dict[str, Position] = {}
    for id_, wanted in sorted(places.items(), key=key):
        here = wanted
        while _hits(here, settled.values()):
            here = _at(here, y=here.y + 1)
        settled[id_] = here
    packed: dict[str, Position] = {}
    for id_, wanted in sorted(settled.items(), key=key):
        here = wanted
        while here.y and not _hits(_at(here, y=here.y - 1), packed.values()):
            here = _at(here, y=here.y - 1)
        packed[id_] = here
    if packed == _places(board):
        return board
    blocks = tuple(b.model_copy(update={"position": packed[b.id]}) for b in board.blocks)
    return board.model_copy(update={"blocks": blocks})
