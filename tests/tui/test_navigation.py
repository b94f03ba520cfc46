"""Opening pages: each question has its page, which is opened in the place on show."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.answers import Cell
from core.definitions.board import Block, Board
from core.language.questions import parse
from core.queries import from_json
from tests.worlds.tui_pilot import explorer, workspace
from tui.navigation import board_page, page_for
from tui.places import root

DAU = {"kind": "active_users", "range": "30d"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small workspace."""
    return workspace(tmp_path / "small.db")


@pytest.mark.parametrize(
    ("body", "page"),
    [
        (DAU, "chart"),
        ({"kind": "segment", "segment": "new", "range": "30d"}, "people"),
        ({"kind": "user_search", "user": "u0"}, "people"),
        ({"kind": "user_activity", "user": "u01"}, "timeline"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["kind"],
)
async def test_a_question_opens_the_page_of_its_kind(path: Path, body: object, page: str) -> None:
    async with explorer(path, place="marks") as ff:
        ff.app.navigator.open(from_json(body))
        await ff.settle()
        assert (ff.page.page_id, ff.page.place) == (page, "marks")
        await ff.press("escape")
        assert ff.page.page_id == "marks"


async def test_a_title_and_a_chart_are_taken_over(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        ff.app.navigator.open(from_json(DAU), "Mine", "bars")
        await ff.settle()
        assert " > Mine  " in ff.line
        assert ff.page.view.drawn_as == "bars"


async def test_any_question_can_be_opened_as_a_chart(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        people = {"kind": "segment", "segment": "new", "range": "30d"}
        ff.app.navigator.open_chart(from_json(people), saved=from_json(DAU))
        await ff.settle()
        assert ff.page.page_id == "chart"
        assert ff.page.view.saved == from_json(DAU)


async def test_people_and_one_of_them_open_in_the_place_on_show(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("3")
        ff.app.navigator.open_people(from_json(DAU), Cell(), expected=41)
        await ff.settle()
        assert "The number was 41" in ff.status
        assert (ff.page.page_id, ff.page.place) == ("people", "funnel")
        ff.app.navigator.open_person("u02", ["u01", "u02"])
        await ff.settle()
        assert (ff.page.page_id, ff.page.place) == ("timeline", "funnel")
        await ff.press("less_than_sign")
        assert ff.page.user == "u01"


async def test_behind_a_number_of_units_are_these_and_behind_one_its_people(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        ff.app.navigator.open(parse("dau monthly last 90d counting country"))
        await ff.settle()
        await ff.press("enter")
        listed = ff.page.question
        assert (listed.kind, ff.page.view.answer.columns[0].name) == ("units", "country")
        assert ff.page.view.answer.total == len(ff.page.view.answer.rows) > 0
        country, people, *_ = ff.page.view.answer.rows[0]
        await ff.press("enter")
        assert ff.page.page_id == "people"
        assert ff.page.view.answer.total == people
        assert f"People of {country}" in ff.screen


async def test_a_board_opens_in_the_place_of_boards_and_stays_on_top(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        ff.app.navigator.open_board(Board(title="Mine", blocks=(Block(question="dau"),)))
        await ff.settle()
        assert ff.app.current_mode == ff.page.place == "boards"
        assert ff.line.startswith("Boards > Mine  ")


async def test_a_page_closed_while_it_still_opens_does_no_harm(path: Path) -> None:
    async with explorer(path) as ff:
        before, board = ff.page, ff.app.library.boards()[0]
        pages = [
            lambda: page_for("boards", parse("visit last 7d")),
            lambda: page_for("boards", from_json({"kind": "user_activity", "user": "u01"})),
            lambda: board_page(board),
        ]
        for page in pages:
            for turns in (0, 1, 3):  # of the loop: before it has widgets, and with some of them
                ff.app.push_screen(page())
                for _ in range(turns):
                    await asyncio.sleep(0)
                ff.app.pop_screen()
                await ff.settle()
        assert ff.page is before


async def test_the_list_of_boards_is_built_when_it_is_seen(path: Path) -> None:
    async with explorer(path) as ff:
        below = ff.app.screen_stack[0]
        assert (below.page_id, ff.page.page_id) == ("boards", "board")
        assert not list(below.children)
        left = ff.page.board.title
        await ff.press("escape")
        assert ff.page is below
        assert left in ff.screen
        assert left in ff.app.state.values["tabs"][0]["title"]
        await ff.press("enter")
        assert ff.page.board.title == left


async def test_a_list_of_boards_that_nothing_covers_is_built_at_once(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        ff.app.push_screen(root("boards")())
        await ff.settle()
        assert ff.page.listing.rows
