"""Boards: their limits, their JSON, which range a tile asks about, and where its tiles lie."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.boards.answering import answer_board, block_chart, block_question
from core.boards.files import board_from_json, board_to_json
from core.boards.starters import starter_boards
from core.definitions.board import Block, Board, Position
from core.definitions.shared import checked
from core.draw import Look
from core.draw.board import print_board
from core.draw.layout import layout
from core.errors import BadInput, FootfallError
from core.store.library.saved import Item, Saved
from tests.worlds.drawings import block, sample_board, shop
from tests.worlds.fixture import appendix_a
from tests.worlds.golden import check
from tests.worlds.world import DAY, Event, World, engine_of


def test_json_gives_the_board_back():
    board, _ = sample_board()
    assert board_from_json(board_to_json(board)) == board


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"blocks": [{"type": "chart", "question": " "}]}, "question"),
        ({"blocks": [{"id": "a", "question": "dau"}] * 2}, "one id"),
        ({"blocks": [{"question": "dau"}] * 51}, "50 chart"),
        ({"blocks": [{"type": "note"}] * 51}, "50 note"),
        ({"blocks": [{"question": "dau", "position": {"width": 0}}]}, "width"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_limits_are_named(change, named):
    with pytest.raises(BadInput, match=named):
        checked(Board, {"title": "Growth", **change})


def test_fifty_of_each_are_allowed():
    blocks = [{"question": "dau"}] * 50 + [{"type": "note"}] * 50
    assert len(checked(Board, {"title": "t", "blocks": blocks}).blocks) == 100


@pytest.mark.parametrize("text", ["", "[]", "{", "1", "[" * 5000])
def test_what_is_no_board_is_refused(text):
    with pytest.raises(BadInput):
        board_from_json(text)


def test_positions_are_cut_at_the_right_edge():
    assert Position(x=9, width=8).width == 3
    assert (Position(x=40, width=2).x, Position(x=40, width=2).width) == (11, 1)


@pytest.mark.parametrize(
    ("question", "default", "override", "expected"),
    [
        ("dau", "30d", None, "30d"),
        ("dau", "90d", None, "90d"),
        ("dau last 7d", "90d", None, "7d"),
        ("dau last 30d", "90d", None, "30d"),
        ("dau last 7d", "90d", "mtd", "mtd"),
        ('{"kind": "active_users", "range": "12m"}', "90d", None, "12m"),
        ('{"kind": "active_users"}', "90d", None, "90d"),
        ("dau", "", None, "30d"),
    ],
)
def test_the_range_of_a_tile(question, default, override, expected):
    board = Board(title="b", default_range=default)
    tile = Block(question=question)
    assert block_question(board, tile, override).range == expected


def test_the_chart_of_a_tile():
    assert block_chart(Block(question="dau as bars")) == "bars"
    assert block_chart(Block(question="paths from signup as edges")) == "edges"
    assert block_chart(Block(question="signup > purchase as bars")) == "bars", "kept files are read"
    assert block_chart(Block(question="dau as bars", chart="table")) == "table"
    assert block_chart(Block(question='{"kind": "active_users"}')) == ""


def test_an_error_stays_in_its_tile():
    blocks = (Block(id="good", question="dau"), Block(id="bad", question="users of ce:gone"))
    with engine_of(appendix_a()) as engine:
        found = answer_board(Board(title="b", blocks=blocks), engine)
    assert found["good"].shape == "series"
    assert isinstance(found["bad"], FootfallError)


def test_a_tile_of_what_was_never_seen_is_0_and_says_so():
    blocks = (
        Block(id="event", question="nosuchevent"),
        Block(id="field", question="dau by contry"),
        Block(id="chart", chart_id="Kept"),
    )
    with engine_of(appendix_a()) as engine:
        Saved(engine.path).save("charts", Item(title="Kept", body={"question": "users of gone"}))
        board = Board(title="b", blocks=blocks)
        found = answer_board(board, engine)
        printed = print_board(board, found, 100)
    for tile, name in (("event", "nosuchevent"), ("field", "contry"), ("chart", "gone")):
        assert any(name in note for note in found[tile].missed)
        assert set(found[tile].missed) <= set(found[tile].notes)
        assert f"{name!r} is not" in printed
    assert found["event"].lines[0].total == 0


# -- layout

places = st.builds(
    Position,
    x=st.integers(0, 11),
    y=st.integers(0, 9),
    width=st.integers(1, 12),
    height=st.integers(1, 6),
)
boards = st.lists(places, max_size=12).map(
    lambda found: Board(
        title="b",
        blocks=tuple(Block(id=str(n), question="dau", position=p) for n, p in enumerate(found)),
    )
)


@settings(max_examples=200, deadline=None)
@given(boards, st.integers(1, 200), st.none() | st.integers(1, 60))
def test_tiles_never_overlap_and_stay_within_the_width(board, width, height):
    found = layout(board, width, height)
    assert sorted(p.block.id for p in found) == sorted(b.id for b in board.blocks)
    for place in found:
        assert place.x >= 0
        assert place.x + place.width <= width
        assert place.height >= 4
    for a, b in combinations(found, 2):
        assert (
            a.x + a.width <= b.x
            or b.x + b.width <= a.x
            or a.y + a.height <= b.y
            or b.y + b.height <= a.y
        )


@settings(max_examples=60, deadline=None)
@given(boards, st.integers(20, 200), st.integers(1, 60))
def test_a_height_is_filled_or_passed(board, width, height):
    found = layout(board, width, height)
    assert not found or max(p.y + p.height for p in found) >= height


def test_the_grid_at_eighty_columns():
    board, _ = sample_board()
    found = {p.block.id: p[1:] for p in layout(board.without("bad"), 80, 20)}
    assert found["n1"] == (0, 0, 20, 4)
    assert found["note"] == (40, 0, 40, 4)
    assert found["line"] == (0, 4, 53, 8)
    assert found["bars"] == (53, 4, 27, 8)


@pytest.mark.parametrize(("width", "columns"), [(120, 4), (80, 4), (75, 2), (40, 2), (37, 1)])
def test_tiles_reflow_to_four_two_and_one_column(width, columns):
    blocks = tuple(block(3 * n, 0, 3, 2, id=str(n)) for n in range(4))
    found = layout(Board(title="b", blocks=blocks), width, None)
    assert len({p.x for p in found}) == columns


def test_the_first_of_two_overlapping_blocks_keeps_its_place():
    blocks = (block(0, 0, 8, 2, id="first"), block(4, 0, 8, 2, id="second"))
    first, second = layout(Board(title="b", blocks=blocks), 120, None)
    assert (first.block.id, first.y) == ("first", 0)
    assert second.y == first.height


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("glyphs", ["ascii", "braille"])
def test_a_printed_board(width, glyphs):
    board, found = sample_board()
    check(f"board_{glyphs}_{width}", print_board(board, found, width, Look(glyphs)))


# -- starter boards


def test_starter_boards_answer_every_tile():
    with engine_of(shop(25, ago=1)) as engine:
        for board in starter_boards(engine):
            assert 1 <= len(board.blocks) <= 8
            for tile in board.blocks:
                block_question(board, tile)
            failed = [a for a in answer_board(board, engine).values() if isinstance(a, Exception)]
            assert failed == []


def test_the_funnel_guess_follows_the_order_people_begin_in():
    with engine_of(shop(25, ago=1)) as engine:
        questions = [tile.question for tile in starter_boards(engine)[0].blocks]
    assert "visit > signup > purchase within 7d" in questions


@pytest.mark.parametrize(
    ("world", "expected", "unit"),
    [
        (shop(25, ago=1), "30d", "daily"),
        (shop(25, ago=100), "2023-", "daily"),
        (shop(300, ago=400), "2021-", "weekly"),
    ],
)
def test_the_range_of_starter_boards_holds_data(world, expected, unit):
    with engine_of(world) as engine:
        board = starter_boards(engine)[0]
        assert board.default_range.startswith(expected)
        assert unit in board.blocks[0].question or unit == "daily"
        assert engine.answer(block_question(board, board.blocks[0])).lines[0].total


def test_names_that_need_quotes_are_quoted():
    world = World(
        tuple(Event('say "hi" > [x]', 1_700_000_000_000 - n * DAY, f"u{n}") for n in range(5)),
        now=1_700_000_000_000,
    )
    with engine_of(world) as engine:
        for board in starter_boards(engine):
            failed = [a for a in answer_board(board, engine).values() if isinstance(a, Exception)]
            assert failed == []


def test_an_empty_workspace_gets_a_note():
    with engine_of(World((), now=1_700_000_000_000)) as engine:
        board = starter_boards(engine)[0]
    assert [b.type for b in board.blocks] == ["note"]
