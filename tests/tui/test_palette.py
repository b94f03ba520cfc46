"""The palette: commands, names, places with a filter and a range, people, questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.definitions.board import Block, Board
from core.store.library.saved import Item, Saved
from tests.worlds.tui_pilot import Driver, explorer


@pytest.fixture
def path(path: Path) -> Path:
    """A small workspace with a funnel, a board and an audience."""
    saved = Saved(path)
    body = {"question": "signup > purchase last 30d", "chart": ""}
    saved.save("charts", Item(id="", title="Activation", body=body))
    saved.save_board(Board(title="Growth", blocks=(Block(question="dau last 30d"),)))
    return path


async def typed(ff: Driver, text: str, *keys: str) -> str:
    """Type a text in the palette, then press keys."""
    await ff.press("colon")
    await ff.type(text)
    return await ff.press(*keys)


OPENED = (
    ("users", "users", "u"),
    ("users country=DE", "users", "13 people"),
    ("users country = DE 7d", "users", " people"),
    ("events country=DE 7d", "events", "country is DE"),
    ("events purchase where amount > 3", "events", "amount"),
    ("marks release 7d", "marks", "7d"),
    ("user u07", "marks", "u07"),
    ("u07", "marks", "u07"),
    ("funnel activation 7d", "funnel", "Activation"),
    ("funnels act 90d", "funnel", "90d"),
    ("funnel activation where country = NL", "funnel", "country"),
    ("board growth 7d", "boards", "7d"),
    ("metrics signup 7d", "metrics", "7d"),
    ("segments power 90d", "segments", "people"),
    ("signup by country as bars", "marks", "country"),
    ("dau", "marks", "Active users"),
)
"""A text, the place it leads to, and what is shown there."""


async def test_a_place_a_person_or_a_question_is_opened_by_its_text(path: Path) -> None:
    async with explorer(path, place="marks", size=(120, 40)) as ff:
        for text, place, shown in OPENED:
            await ff.press("6")
            screen = await typed(ff, text, "enter")
            assert ff.page.place == place, text
            assert shown in screen, text
            assert ff.app.screen is ff.page, text


async def test_as_bars_is_obeyed_in_the_palette_and_in_n(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await typed(ff, "signup by country as bars", "enter")
        assert ff.page.view.drawn_as == "bars"
        await ff.press("escape", "n")
        await ff.type("signup by plan as bars")
        await ff.press("enter")
        assert ff.page.page_id == "metrics"
        assert ff.page.view.drawn_as == "bars"


async def test_words_of_everyday_are_understood(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await typed(ff, "signups per week", "enter")
        assert ff.page.view.question.granularity == "weekly"


REFUSED = (
    ("funnel chekout 7d", "Funnels has nothing called 'chekout'"),
    ("users country=", "not finished"),
    ("events chekout", "There is no event 'chekout'"),
    ("marks day=3", "Marks are listed by a category"),
    ("signup wehre x", "not expected here"),
    ("signup by nofield", "nofield"),
)


async def test_a_refusal_stands_where_the_text_was_typed_and_keeps_it(path: Path) -> None:
    async with explorer(path, place="marks", size=(120, 40)) as ff:
        for text, why in REFUSED:
            assert why in await typed(ff, text, "enter")
            assert ff.app.focused.value == text
            await ff.press("escape")


async def test_what_is_possible_here_comes_first_and_the_rest_last_with_its_reason(
    path: Path,
) -> None:
    async with explorer(path, place="boards") as ff:
        await ff.press("escape", "colon")
        rows = [row for row in ff.app.screen.listing.rows if row.value is not None]
        off = [bool(row.off) for row in rows]
        assert off == sorted(off)
        assert rows[0].text.startswith("save: new")
        assert rows[-1].right == rows[-1].off == "not on this page"
        await ff.type("sanew")
        assert ff.app.screen.listing.row.text.startswith("save: new")


async def test_a_board_is_renamed_and_duplicated_from_the_palette(path: Path) -> None:
    async with explorer(path, place="boards") as ff:
        await typed(ff, "rename", "enter")
        await ff.type("Growth 2")
        await ff.press("enter")
        assert "Growth 2" in ff.line
        await typed(ff, "save as", "enter")
        await ff.type("Growth 3")
        await ff.press("enter")
        assert "Growth 3" in ff.line
        assert sorted(b.title for b in Saved(path).boards()) == ["Growth 2", "Growth 3"]
