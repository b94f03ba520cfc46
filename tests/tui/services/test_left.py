"""What was left comes back: the place, its pages, their questions and cursors."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from core.definitions.board import Board
from tests.worlds.tui_pilot import Driver, explorer
from tui.services.state import State


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the explorer remembers."""
    return tmp_path / "state.json"


def again(path: Path, state: Path) -> AbstractAsyncContextManager[Driver]:
    """Start where the last session ended."""
    kept = json.loads(state.read_text())["workspaces"][str(path)]
    return explorer(path, place=kept["place"], state_file=state, back=True)


def test_the_board_that_was_open_last_is_opened_if_it_is_still_there(tmp_path: Path) -> None:
    kept = State(tmp_path / "some.db", tmp_path / "state.json")
    first, second = Board(title="First"), Board(title="Second")
    assert kept.last_board(()) is None
    for last, opened in (("", first), (second.id, second), ("deleted", first)):
        kept.values["board"] = last
        assert kept.last_board((first, second)) is opened


async def test_a_start_in_another_place_keeps_the_boards_that_are_open(
    path: Path, state: Path
) -> None:
    async with explorer(path, state_file=state) as ff:
        open_ = ff.app.tabs.ids()
    async with explorer(path, place="metrics", state_file=state) as ff:
        assert ff.app.tabs.ids() == open_ != []


async def test_pages_questions_and_cursors_come_back(path: Path, state: Path) -> None:
    async with explorer(path, place="metrics", state_file=state) as ff:
        await ff.press("tab", "r", "9", "g", "left", "left", "enter")
        await ff.press("down", "down", "enter", "down")
        kinds, left = [type(page) for page in ff.app.screen_stack], ff.page.left_at()
        assert len(kinds) == 3
        ff.app.remember()
    async with again(path, state) as ff:
        assert [type(page) for page in ff.app.screen_stack] == kinds
        assert ff.page.left_at() == left
        assert "u09" in await ff.press("escape")
        await ff.press("escape")
        chart = ff.page.main
        assert (chart.question.range, chart.question.granularity) == ("90d", "weekly")
        assert chart.cursor == (0, chart.answer.buckets.__len__() - 3)


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        ("segments", ("down", "down", "down")),
        ("events", ("down", "down", "right")),
        ("metrics", ("down", "down")),
    ],
)
async def test_every_place_comes_back_as_it_was(
    path: Path, state: Path, place: str, keys: tuple[str, ...]
) -> None:
    async with explorer(path, place=place, state_file=state, size=(120, 40)) as ff:
        await ff.press(*keys)
        line, left = ff.line, ff.page.left_at()
        ff.app.remember()
    async with explorer(path, place=place, state_file=state, size=(120, 40), back=True) as ff:
        assert ff.line == line
        found = ff.page.left_at()
        assert found["focus"] == left["focus"]
        assert found["cursors"].items() <= left["cursors"].items()
        assert bool(found["cursors"]) == bool(left["cursors"])


async def test_a_board_comes_back_with_its_range_and_tile_or_the_list_if_it_is_gone(
    path: Path, state: Path
) -> None:
    async with explorer(path, state_file=state) as ff:
        await ff.press("r", "9", "down", "right")
        screen = ff.screen
        ff.app.remember()
    async with again(path, state) as ff:
        assert ff.screen.split("\n")[:-2] == screen.split("\n")[:-2]
        ff.app.pop_screen()
        await ff.settle()
        ff.app.remember()
    async with again(path, state) as ff:
        assert ff.page.page_id == "boards"
    kept = json.loads(state.read_text())
    kept["workspaces"][str(path)]["pages"] = [{"at": {}}, {"page": "board", "board": "gone"}]
    state.write_text(json.dumps(kept))
    async with again(path, state) as ff:
        assert ff.page.page_id == "boards"


async def test_a_closed_terminal_loses_nothing_and_two_explorers_keep_each_others(
    path: Path, state: Path
) -> None:
    async with explorer(path, place="marks", state_file=state) as ff:
        other = State(path.with_name("other.db"), state)
        other.values["place"] = "sql"
        other.save()
        ff.app._poll()
        kept = json.loads(state.read_text())["workspaces"]
        assert kept[str(path)]["place"] == "marks"
        assert kept[str(path.with_name("other.db"))]["place"] == "sql"
        written = state.stat().st_mtime_ns
        ff.app._poll()
        assert state.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "pages",
    [
        "text",
        [{"at": 3}, {"page": "chart", "question": {"kind": "nothing"}}],
        [{"at": {"focus": 7, "cursors": {"events": [1]}}}, {"page": "board", "board": []}],
    ],
)
async def test_what_is_damaged_in_what_was_remembered_is_passed_over(
    path: Path, state: Path, pages: Any
) -> None:
    kept = {"version": 1, "workspaces": {str(path): {"place": "metrics", "pages": pages}}}
    state.write_text(json.dumps(kept))
    async with again(path, state) as ff:
        assert ff.page.page_id == "metrics"
        assert ff.page.main.answer is not None
