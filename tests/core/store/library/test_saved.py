"""Saving, finding, deleting and restoring boards, audiences and other named things."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from core.definitions.board import Block, Board
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadInput, BadQuestion, CannotOpen, NotFound
from core.store.library.saved import Item, Saved
from core.store.workspace import open_writer
from core.timeframe import DAY

NOW = 1_700_000_000_000


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def saved(tmp_path, clock) -> Saved:
    path = tmp_path / "work.db"
    open_writer(path).close()
    return Saved(path, clock=clock)


def growth(**fields: object) -> Board:
    """A board with one tile."""
    return Board(title="Growth", blocks=(Block(id="a", question="dau"),), **fields)


def test_a_board_comes_back_as_it_was_saved(saved):
    stored = saved.save_board(growth(description="d", default_range="7d", is_pinned=True))
    assert saved.board("growth") == stored
    assert saved.board(stored.id) == stored
    assert stored.blocks == growth().blocks
    assert (stored.description, stored.default_range, stored.is_pinned) == ("d", "7d", True)
    assert (stored.created_at, stored.updated_at, stored.owner) == (NOW, NOW, saved.profile.user)


def test_saving_again_changes_the_same_board(saved, clock):
    first = saved.save_board(growth())
    clock.now += 1000
    again = saved.save_board(first.model_copy(update={"title": "More growth"}))
    assert [b.title for b in saved.boards()] == ["More growth"]
    assert (again.id, again.created_at, again.updated_at) == (first.id, NOW, NOW + 1000)


def test_titles_are_unique_without_regard_to_case(saved):
    saved.save_board(growth())
    with pytest.raises(BadInput, match="already a board"):
        saved.save_board(Board(title="GROWTH"))


def test_pinned_boards_come_first(saved):
    for title, pinned in (("b", False), ("C", True), ("a", False)):
        saved.save_board(Board(title=title, is_pinned=pinned))
    assert [b.title for b in saved.boards()] == ["C", "a", "b"]


def test_an_unknown_name_suggests_the_nearest(saved):
    saved.save_board(growth())
    with pytest.raises(NotFound, match="Did you mean Growth"):
        saved.board("grwth")


def test_what_is_deleted_can_be_restored_for_thirty_days(saved, clock):
    board = saved.save_board(growth())
    saved.delete_board(board.id)
    assert saved.boards() == []
    assert saved.deleted("boards") == [(board.id, "Growth", NOW)]
    clock.now += 30 * DAY
    saved.restore("boards", board.id)
    assert saved.board("Growth").blocks == board.blocks


def test_after_thirty_days_it_is_gone(saved, clock):
    board = saved.save_board(growth())
    other = saved.save_board(Board(title="other"))
    saved.delete_board(board.id)
    clock.now += 30 * DAY + 1
    assert saved.deleted("boards") == []
    with pytest.raises(NotFound, match="30 days"):
        saved.restore("boards", board.id)
    saved.delete_board(other.id)
    with closing(sqlite3.connect(saved.path)) as connection:
        assert connection.execute("select count(*) from boards").fetchone() == (1,)


def test_a_title_can_be_used_again_after_deleting(saved):
    first = saved.save_board(growth())
    saved.delete_board(first.id)
    saved.save_board(growth())
    with pytest.raises(BadInput, match="already"):
        saved.restore("boards", first.id)


def test_deleting_what_is_not_there(saved):
    with pytest.raises(NotFound):
        saved.delete_board("brd_nothing")


def test_audiences_are_found_by_questions(saved):
    definition = {"filters": [{"field": "country", "operator": "eq", "value": "NL"}]}
    item = saved.save_audience("Dutch", definition, "people in NL")
    assert [(i.title, i.body) for i in saved.audiences()] == [("Dutch", definition)]
    engine = SqliteEngine(saved.path)
    assert engine.context().audience("dutch") == definition
    assert engine.context().audience(item.id) == definition


@pytest.mark.parametrize("kind", ["charts", "queries"])
def test_charts_and_queries_are_kept_alike(saved, kind):
    item = saved.save(kind, Item(title="mine", body={"sql": "select 1"}))
    assert saved.item(kind, "MINE") == item
    saved.delete(kind, item.id)
    saved.restore(kind, item.id)
    assert [i.id for i in saved.items(kind)] == [item.id]


def test_every_change_raises_the_generation(saved):
    engine = SqliteEngine(saved.path)
    before = engine.generation()
    board = saved.save_board(growth())
    saved.delete_board(board.id)
    assert engine.generation() == before + 2


def test_kinds_are_checked_before_they_reach_sql(saved):
    with pytest.raises(BadInput, match="Nothing is saved"):
        saved.items("events; drop table boards")


def test_a_missing_workspace_is_not_made(tmp_path):
    path = tmp_path / "none.db"
    with pytest.raises(CannotOpen):
        Saved(path).save_board(growth())
    assert not path.exists()


def test_every_state_is_kept_as_a_version(saved, clock):
    item = saved.save("charts", Item(title="c", body={"question": "dau"}))
    clock.now += 1
    changed = saved.save("charts", item.model_copy(update={"body": {"question": "wau"}}))
    saved.save("charts", changed)
    found = saved.kept.versions("charts", "c")
    assert [(v.version, v.body["question"], v.saved_at) for v in found] == [
        (2, "wau", NOW + 1), (1, "dau", NOW),
    ]  # fmt: skip
    assert saved.kept.revert("charts", "c", 1).body == {"question": "dau"}
    assert [v.version for v in saved.kept.versions("charts", "c")] == [3, 2, 1]
    with pytest.raises(NotFound, match="no version 9"):
        saved.kept.revert("charts", "c", 9)


def test_fifty_versions_are_kept(saved):
    item = saved.save("charts", Item(title="c"))
    for n in range(60):
        item = saved.save("charts", item.model_copy(update={"body": {"n": n}}))
    found = saved.kept.versions("charts", item.id)
    assert [found[0].version, found[-1].version] == [61, 12]


def test_only_pinned_boards(saved):
    saved.save_board(Board(title="a"))
    saved.save_board(Board(title="b", is_pinned=True))
    assert [b.title for b in saved.boards(pinned_only=True)] == ["b"]


def test_an_impossible_audience_is_not_saved(saved):
    with pytest.raises(BadQuestion, match="filterz"):
        saved.save_audience("a", {"filterz": []})
    assert saved.audiences() == []
