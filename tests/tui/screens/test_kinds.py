"""Every kind of question in the explorer: it opens, draws, and Enter goes on or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.queries import KINDS, from_json
from core.queries.common.question import Question
from tests.worlds import kinds
from tests.worlds.kinds import samples
from tests.worlds.tui_pilot import DAY, NOW, Driver, explorer, happened, workspace
from tui.navigation import page_for
from tui.screens.bases.page import Page

STEPS = {"steps": [{"event": "signup"}, {"event": "activate"}]}
TREND = {"kind": "trend", "event": "signup"}
WHY_NOT = ("There are no people behind", "Nobody is behind this number", "list the events")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace with logs and a saved chart."""
    from core.store.ingest.importer import Log, store_logs
    from core.store.library.saved import Item, Saved
    from core.store.workspace import open_writer

    found = workspace(tmp_path_factory.mktemp("tui") / "small.db", happened())
    connection = open_writer(found)
    logs = [Log(ts_ms=NOW - i * DAY // 4, message=f"it took {i} ms") for i in range(9)]
    store_logs(connection, logs)
    connection.close()
    Saved(found).save("charts", Item(title="Signups", body={"question": TREND}))
    return found


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that the samples of kinds are asked of."""
    return kinds.workspace(tmp_path_factory.mktemp("tui") / "kinds.db")


def every_sample() -> Iterator[Question]:
    """All samples of all kinds."""
    for kind in KINDS:
        yield from samples(kind)


async def test_every_question_draws_on_a_large_screen(sampled: Path) -> None:
    async with explorer(sampled, size=(120, 40), place="users") as ff:
        for question in every_sample():
            ff.app.push_screen(page_for("users", question))
            await ff.settle()
            sound(ff)
            assert answered(ff), (question, ff.screen)
            ff.app.pop_screen()


async def test_enter_on_every_question_goes_on_or_says_why_not(sampled: Path) -> None:
    async with explorer(sampled, place="users") as ff:
        for question in every_sample():
            page = page_for("users", question)
            ff.app.push_screen(page)
            await ff.settle()
            for place in ((0, 0), (-1, -1)):
                page.views[0].move_to(*place)
                await ff.press("enter")
                if not went_on(ff, page):
                    await ff.until(partial(went_on, ff, page), question)
                    await ff.settle()
                sound(ff)
                assert answered(ff), (question, ff.screen)
                while ff.app.screen is not page:
                    ff.app.pop_screen()
            ff.app.pop_screen()


def went_on(ff: Driver, page: Page) -> bool:
    """Whether Enter opened something over a page, or said why not."""
    said = any(words in ff.status for words in WHY_NOT)
    return said or ff.page is not page or ff.app.screen is not ff.page


def answered(ff: Driver) -> bool:
    """Whether the page on top has an answer to its question."""
    view = ff.page.views[0]
    return view.answer is not None and view.error is None


def sound(ff: Driver) -> None:
    """Nothing on the screen failed, and every line fits."""
    for words in ("Something broke", "cannot be drawn", "too small"):
        assert words not in ff.screen, ff.screen
    for strip in ff.app.screen._compositor.render_strips():
        assert strip.cell_length == ff.app.size.width


async def test_new_offers_every_kind_in_the_words_of_the_workspace(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        shown = await ff.press("n")
        assert "[ New question ]" in shown
        rows = ff.app.screen.listing.rows
        offered = {row.value.kind for row in rows if row.value is not None}
        assert offered == set(KINDS)
        for kind in KINDS.values():
            assert any(kind.about.replace("`", "") in row.text for row in rows)
        await ff.type("lifetime")
        await ff.press("enter")
        assert ff.page.page_id == "chart"
        assert ff.page.question.kind == "ltv"
        await ff.press("escape", "n")
        await ff.type("users of signup weekly")
        await ff.press("enter")
        assert "people* | r 30d | g by week*" in ff.line


async def test_a_question_to_begin_with_is_about_what_is_shown(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("slash")
        await ff.type("purchase")
        await ff.press("enter", "enter", "n")
        await ff.type("follows")
        await ff.press("enter")
        assert ff.page.question.from_ == "purchase"


async def test_every_question_to_begin_with_has_an_answer(path: Path) -> None:
    from core.boards.suggestions import Suggestions
    from core.engines.sqlite.engine import SqliteEngine

    engine = SqliteEngine(path, clock=lambda: NOW)
    for suggestion in Suggestions(engine).listed():
        assert engine.answer(suggestion.question) is not None, suggestion.title
    engine.close()


async def test_a_funnel_leads_on_to_its_other_kinds_and_back(path: Path) -> None:
    first = page_for("funnel", from_json({"kind": "funnel", **STEPS, "window_seconds": 3600}))
    async with explorer(path, place="funnel", first=first) as ff:
        funnel = ff.page
        for letter, kind in (
            ("t", "funnel_trend"),
            ("c", "time_to_convert"),
            ("g", "correlation"),
            ("w", "paths"),
        ):
            await ff.press("semicolon", letter)
            assert ff.page.question.kind == kind
            assert answered(ff)
            if kind != "paths":
                assert ff.page.question.window_seconds == 3600
                assert ff.page.question.steps == funnel.question.steps
            await ff.press("escape")
            assert ff.page is funnel


def test_a_letter_leads_one_way_only(sampled: Path) -> None:
    from core.answers import Cell
    from core.engines.sqlite.engine import SqliteEngine
    from tui.actions.related import ways

    engine = SqliteEngine(sampled, clock=lambda: NOW)
    step = Cell(step=2, outcome="reached")
    for question in every_sample():
        for cell in (None, Cell(row="signup"), Cell(step=2, row="signup"), step):
            letters = [way[0] for way in ways(question, None, cell, engine.context())]
            assert len(letters) == len(set(letters)), question
    engine.close()


def test_a_step_leads_to_what_those_who_dropped_did_instead_and_how_they_differ(
    sampled: Path,
) -> None:
    from core.answers import Cell
    from core.engines.sqlite.engine import SqliteEngine
    from core.language.questions import parse
    from tui.actions.related import ways

    engine = SqliteEngine(sampled, clock=lambda: NOW)
    funnel = parse("signup > purchase last 90d")
    cell = Cell(step=2, outcome="reached")
    found = {letter: to for letter, _, to in ways(funnel, None, cell, engine.context())}
    dropped = {"kind": "people", "of": funnel, "cell": {"step": 2, "outcome": "dropped"}}
    people = engine.answer(from_json(dropped)).total
    assert found["x"].from_ == "signup"
    assert engine.answer(from_json({**dropped, "of": found["x"], "cell": {}})).total <= people
    assert engine.answer(found["h"]).notes[0].endswith(f"{people:,}.")
    engine.close()


async def test_a_point_leads_on_to_why_it_changed(path: Path) -> None:
    first = page_for("metrics", from_json({**TREND, "granularity": "weekly"}))
    async with explorer(path, place="metrics", first=first) as ff:
        await ff.press("semicolon", "w")
        assert ff.page.question.kind == "explain"
        assert ff.page.question.range == "2025-04-28,2025-05-04"
        assert answered(ff)
        await ff.press("semicolon", "t")
        assert ff.page.question.kind == "trend"
        assert ff.page.question.event == "signup"
        await ff.press("semicolon", "u")
        assert ff.page.question.kind == "usual"
        assert answered(ff)
        await ff.press("semicolon", "u")
        assert ff.page.question.kind == "trend"


async def test_the_measure_key_offers_what_the_kind_can_count(path: Path) -> None:
    async with explorer(path, first=page_for("metrics", from_json(TREND))) as ff:
        shown = await ff.press("p")
        assert "[ Show as ]" in shown
        await ff.type("sum of amount")
        await ff.press("enter")
        assert (ff.page.question.measure, ff.page.question.property) == ("sum", "amount")
        await ff.press("E")
        await ff.type("lifecycle weekly")
        await ff.press("enter", "p")
        assert ff.page.question.new_means == "product"
        await ff.press("E")
        await ff.type("top events")
        await ff.press("enter", "p")
        assert ff.page.question.order_by == "users"


async def test_a_funnel_of_attempts_leads_on_to_people(path: Path) -> None:
    first = page_for("funnel", from_json({"kind": "funnel", **STEPS, "count_by": "totals"}))
    async with explorer(path, place="funnel", first=first) as ff:
        await ff.press("semicolon", "g")
        assert ff.page.question.kind == "correlation"
        assert answered(ff)


async def test_walking_the_list_asks_every_row_whatever_was_on_show(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "c", "b", "down", "enter")
        assert "by country" in ff.line
        for row in [row for row in ff.page.listing.rows if row.value is not None]:
            ff.page.listing.select(row.value)
            ff.page._show_row()
            await ff.settle()
            sound(ff)
            assert answered(ff), (row.text, ff.screen)


@pytest.mark.parametrize(
    "body",
    [{"kind": "lifecycle"}, {"kind": "stickiness"}, {"kind": "funnel_trend", **STEPS},
     {**TREND, "measure": "frequency"}],
    ids=["lifecycle", "stickiness", "funnel_trend", "frequency"],
)  # fmt: skip
async def test_the_granularity_key_passes_over_what_a_kind_refuses(
    path: Path, body: dict[str, Any]
) -> None:
    first = page_for("metrics", from_json(body))
    async with explorer(path, place="metrics", first=first) as ff:
        for _ in range(4):
            await ff.press("g", "c")
            sound(ff)
            assert answered(ff), ff.screen
