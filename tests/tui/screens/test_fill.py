"""At 120x40 no place is mostly blank: what a person would ask next has the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.library.saved import Saved
from fixtures.demo import make
from tests.worlds.tui_pilot import NOW, Driver, explorer
from tui.actions.typed import read
from tui.keys import PLACES

BLANK = frozenset(" |+-=")
MOST, OF_HALF = 0.25, 0.4
"""The share of content rows that may be blank: of whole rows, and of those of the left or the right
half."""


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with its boards and marks."""
    path: Path = tmp_path_factory.mktemp("sample") / "demo.db"
    make(path, NOW)
    return path


def blank_share(rows: list[str]) -> float:
    """Return the share of rows that hold nothing but frames."""
    return sum(set(row) <= BLANK for row in rows) / len(rows)


def content(ff: Driver) -> list[str]:
    """Return the rows between the lines of the chrome."""
    return [row.ljust(120) for row in ff.screen.split("\n")[2:-2]]


async def test_no_half_of_a_place_is_blank(sampled: Path) -> None:
    assert Saved(sampled).boards()
    async with explorer(sampled, size=(120, 40)) as ff:
        for _, digit, _ in PLACES:
            await ff.press(digit)
            rows = content(ff)
            assert blank_share(rows) <= MOST, ff.screen
            for half in (slice(0, 60), slice(60, 120)):
                assert blank_share([row[half] for row in rows]) <= OF_HALF, ff.screen
        await ff.press("8", "enter")  # a person, of few events
        assert blank_share(content(ff)) <= MOST, ff.screen
        for key in ("escape", "down"):
            await ff.press("1", key)
            board = ff.page.boards[ff.page.listing.value]
            assert all(block.title in ff.screen for block in board.blocks[:8])
            ff.page._ask_tiles()
            await ff.settle()
            assert key == "down" or blank_share(content(ff)) <= MOST, ff.screen
        assert "vs prev" not in ff.screen  # figures stand where their questions did


FEW_ROWS = (
    "composition by plan",
    "experiment of signup > project_created by source",
    "attribution of purchase by source within 14d",
    "signup > purchase for new against everyone",
    "users of signup by source vs prev as table",
    "users of signup by source as bars",
    "users of signup as number",
    "top sessions",
    "usage interval of purchase last 90d",
    "signup > email_verified > project_created",
    "paths from signup 4 steps within 1d as matrix",
    "explain users of signup by country",
)
"""Questions whose answers need less than the room of the first panel."""


async def test_an_answer_of_few_rows_leaves_its_room_to_what_is_asked_next(sampled: Path) -> None:
    async with explorer(sampled, place="metrics", size=(120, 40)) as ff:
        for text in FEW_ROWS:
            question, chart = read(text, ff.app.engine.context())
            ff.app.navigator.open(question, chart=chart)
            await ff.settle()
            assert blank_share(content(ff)) <= MOST, ff.screen
        page = ff.page
        question, _ = read("sessions entry", ff.app.engine.context())
        page.ask(page.main, question)
        await ff.settle()
        assert page.main.size.height < 12  # one row
        when = page.query_one("#hours")
        assert when.question.among.cell == page.main.cell
        assert when.size.width > 100
        await ff.press("shift+tab", "enter")
        assert ff.page.page_id == "people"


async def test_where_nothing_is_there_to_be_told_no_empty_panels_stand(sampled: Path) -> None:
    async with explorer(sampled, place="metrics", size=(120, 40)) as ff:
        for text in ("revenue by source", "users matching nobody_at_all"):
            question, chart = read(text, ff.app.engine.context())
            ff.app.navigator.open(question, chart=chart)
            await ff.settle()
            assert [panel.id for panel in ff.page.panels] in (["chart"], ["people"])
