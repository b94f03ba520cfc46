"""Sections of a board: what lies below its headings."""

from __future__ import annotations

import pytest

from core.boards.sections import moved_to, only, section_named, sections
from core.definitions.board import Block, Board, Position
from core.errors import BadInput


def board(*blocks: tuple[str, int, int, int, int]) -> Board:
    """A board of blocks (id, x, y, width, height); those in capitals are headings."""
    found = []
    for id_, x, y, width, height in blocks:
        content = f"# {id_}" if id_.isupper() else "words"
        place = Position(x=x, y=y, width=width, height=height)
        found.append(Block(id=id_, type="note", content=content, position=place))
    return Board(title="Growth", blocks=tuple(found))


def places(of: Board) -> dict[str, tuple[int, int]]:
    return {b.id: (b.position.x, b.position.y) for b in of.in_order}


THREE = board(
    ("a", 0, 0, 6, 2),
    ("NEW", 0, 2, 12, 1),
    ("b", 0, 3, 6, 2),
    ("c", 6, 3, 6, 2),
    ("MONEY", 0, 5, 12, 1),
    ("d", 0, 6, 12, 3),
)


def test_a_heading_across_the_board_begins_a_section_and_the_next_one_ends_it():
    found = sections(THREE)
    assert [(s.name, [b.id for b in s.blocks]) for s in found] == [
        ("Top", ["a"]),
        ("NEW", ["NEW", "b", "c"]),
        ("MONEY", ["MONEY", "d"]),
    ]
    assert sections(board(("a", 0, 0, 6, 2))) == []
    assert sections(board(("SIDE", 0, 0, 6, 1), ("a", 0, 1, 6, 2))) == []


def test_one_section_is_a_board_of_its_own_and_unknown_names_are_refused():
    assert places(only(THREE, section_named(THREE, "money"))) == {"MONEY": (0, 0), "d": (0, 1)}
    with pytest.raises(BadInput, match="no section 'Mony'"):
        section_named(THREE, "Mony")


def test_a_tile_moves_to_the_first_free_place_of_another_section():
    moved = moved_to(THREE, "b", "MONEY")
    assert places(moved)["b"] == (0, 9)
    assert [s.name for s in sections(moved) if "b" in [b.id for b in s.blocks]] == ["MONEY"]
    beside = moved_to(THREE, "c", "")
    assert places(beside)["c"] == (6, 0)
    pushed = moved_to(THREE, "d", "NEW")
    assert places(pushed) == {
        "a": (0, 0), "NEW": (0, 2), "b": (0, 3), "c": (6, 3), "d": (0, 5), "MONEY": (0, 8),
    }  # fmt: skip
    assert moved_to(THREE, "b", "NEW") == THREE
    with pytest.raises(BadInput, match="a section itself"):
        moved_to(THREE, "NEW", "MONEY")
