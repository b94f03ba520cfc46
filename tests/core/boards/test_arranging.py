"""Arranging tiles by hand: nothing overlaps, nothing is lost, and steps do what they say."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.boards.arranging import heightened, moved, put, removed, swapped, widened
from core.definitions.board import COLUMNS, Block, Board, Position


def board_of(*tiles: tuple[int, int, int, int]) -> Board:
    blocks = tuple(
        Block(id="abcdefgh"[n], question="dau", position=Position(x=x, y=y, width=w, height=h))
        for n, (x, y, w, h) in enumerate(tiles)
    )
    return Board(title="b", blocks=blocks)


def where(board: Board) -> dict[str, tuple[int, int, int, int]]:
    return {
        b.id: (b.position.x, b.position.y, b.position.width, b.position.height)
        for b in board.blocks
    }


STEPS = {
    "up": lambda board, id_: moved(board, id_, -1, 0),
    "down": lambda board, id_: moved(board, id_, 1, 0),
    "left": lambda board, id_: moved(board, id_, 0, -1),
    "right": lambda board, id_: moved(board, id_, 0, 1),
    "J": lambda board, id_: swapped(board, id_, 1),
    "K": lambda board, id_: swapped(board, id_, -1),
    "+": lambda board, id_: widened(board, id_, 1),
    "-": lambda board, id_: widened(board, id_, -1),
    ">": lambda board, id_: heightened(board, id_, 1),
    "<": lambda board, id_: heightened(board, id_, -1),
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(sorted(STEPS))), max_size=12))
def test_no_step_loses_overlaps_or_pushes_a_tile_off_the_grid(steps):
    board = board_of((0, 0, 3, 2), (3, 0, 9, 4), (0, 2, 3, 3), (0, 5, 12, 4))
    for id_, step in steps:
        board = STEPS[step](board, id_)
    assert sorted(where(board)) == list("abcd")
    for block in board.blocks:
        assert block.position.x + block.position.width <= COLUMNS
    for (_, a), (_, b) in combinations(where(board).items(), 2):
        apart = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0]
        assert apart or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]


def test_a_tile_changes_places_with_its_neighbour_and_goes_past_the_one_below():
    board = board_of((0, 0, 6, 4), (6, 0, 6, 4), (0, 4, 12, 4))
    right = where(moved(board, "a", 0, 1))
    assert (right["a"][:2], right["b"][:2], right["c"][:2]) == ((6, 0), (0, 0), (0, 4))
    up = where(moved(board, "c", -1, 0))
    assert (up["c"][:2], up["a"][:2], up["b"][:2]) == ((0, 0), (0, 4), (6, 4))
    down = where(moved(moved(board, "c", -1, 0), "c", 1, 0))
    assert down == where(board)
    assert moved(board, "a", -1, 0) == board


def test_a_wider_tile_takes_a_column_from_the_one_beside_it():
    board = board_of((0, 0, 6, 4), (6, 0, 6, 4))
    assert where(widened(board, "a", 1)) == {"a": (0, 0, 7, 4), "b": (7, 0, 5, 4)}
    assert where(widened(board, "b", 1))["b"][2] == 7
    assert where(widened(board, "b", -1)) == {"a": (0, 0, 6, 4), "b": (6, 0, 5, 4)}


def test_a_new_tile_goes_where_there_is_room():
    board = board_of((0, 0, 6, 4), (0, 4, 12, 2))
    new = Block(id="n", question="dau", position=Position(width=6, height=4))
    assert where(put(board, new))["n"] == (6, 0, 6, 4)
    wide = new.model_copy(update={"position": Position(width=7, height=4)})
    assert where(put(board, wide))["n"] == (0, 6, 7, 4)
    assert where(removed(board, "a")) == {"b": (0, 0, 12, 2)}


def test_tiles_in_order_change_places():
    board = board_of((0, 0, 4, 4), (4, 0, 8, 4), (0, 4, 12, 3))
    assert [b.id for b in swapped(board, "a", 1).in_order] == ["b", "a", "c"]
    assert where(swapped(board, "a", 1))["a"] == (4, 0, 8, 4)
    assert swapped(board, "c", 1) == board
