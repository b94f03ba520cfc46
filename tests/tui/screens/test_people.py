"""Lists of people: read on, found, picked, sorted, with columns, and as groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engines.sqlite.engine import SqliteEngine
from core.language.questions import parse
from core.queries import from_json
from core.store.ingest.importer import Event
from core.store.library.saved import Saved
from tests.worlds.tui_pilot import NOW, Driver, explorer, workspace
from tui.actions.people.live import rule_of
from tui.screens.people import PeoplePage
from tui.widgets.records.facts import FactsPanel


def users(ff: Driver) -> list[str]:
    """The people loaded, in order."""
    return [person.user for person in ff.page.main.answer.rows]


async def test_a_list_is_read_on_to_its_end_and_back(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        everybody = users(ff)
        assert len(everybody) == ff.page.main.answer.total == 40
        question = ff.page.question.model_copy(update={"limit": 7})
        ff.app.push_screen(PeoplePage("users", question))
        await ff.settle()
        seen = []
        for _ in range(16):
            seen.append(ff.page.main.cell.row)
            await ff.press("down")
        assert seen == everybody[:16]
        await ff.press("end", "end", "down")
        assert ff.page.main.cell.row == everybody[-1]
        await ff.press("up", "up", "up", "up", "up", "up")
        assert ff.page.main.cell.row == everybody[-7]
        await ff.press("home", "home")
        assert ff.page.main.cell.row == everybody[0]


async def test_people_are_picked_one_by_one_and_in_a_row(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        listed = users(ff)
        await ff.press("space", "down", "space", "down", "down", "J")
        assert set(ff.page.picked) == {listed[0], *listed[2:6]}
        assert "5 picked" in ff.screen
        await ff.press("n")
        await ff.type("Five")
        await ff.press("enter")
        (item,) = Saved(path).audiences()
        assert set(item.body["static_ids"]) == {listed[0], *listed[2:6]}
        await ff.press("escape")
        assert not ff.page.picked
        assert "picked" not in ff.screen


async def test_columns_come_and_go_and_sort_both_ways(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        await ff.press("p")
        await ff.type("plan")
        await ff.press("enter")
        assert "plan" in ff.screen
        assert {person.values for person in ff.page.main.answer.rows} == {("pro",), ("free",)}
        await ff.press("o", "o", "o", "o")
        assert "by plan" in ff.screen
        plans = [person.values[0] for person in ff.page.main.answer.rows]
        assert plans == sorted(plans)
        await ff.press("V")
        assert [person.values[0] for person in ff.page.main.answer.rows] == plans[::-1]
        await ff.press("p")
        await ff.type("plan")
        await ff.press("enter")
        assert ff.page.main.answer.columns == ()
        assert "by last seen" in ff.screen


async def to_dropped(ff: Driver) -> None:
    """From a funnel to the people who dropped before its second step."""
    await ff.press("E")
    await ff.type("signup > activate within 7d last 30d")
    await ff.press("enter", "down", "u")


async def test_people_are_found_within_a_list(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_dropped(ff)
        dropped = users(ff)
        await ff.press("slash")
        await ff.type("u1")
        await ff.pilot.pause(0.3)
        await ff.press("enter")
        assert sorted(users(ff)) == sorted(user for user in dropped if user.startswith("u1"))
        await ff.press("escape")
        await ff.until(lambda: users(ff) == dropped, "all who dropped")


async def test_tab_goes_to_the_events_of_those_listed_or_picked(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_dropped(ff)
        dropped = users(ff)
        await ff.press("tab")
        assert f"Their events: {len(dropped)} people" in ff.screen
        names = {row[2] for row in ff.page.view.answer.rows}
        assert names == set(dropped)
        await ff.press("shift+tab", "space", "tab")
        assert {row[2] for row in ff.page.view.answer.rows} == {dropped[0]}
        await ff.press("enter")
        assert ff.line.split("  ")[0].endswith(f"> {dropped[0]}")


async def test_people_are_counted_by_a_field_and_every_row_is_a_door(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_dropped(ff)
        total = ff.page.main.answer.total
        await ff.press("b")
        await ff.type("country")
        await ff.press("enter")
        table = ff.page.main.answer
        assert sum(row[1] for row in table.rows) == total
        await ff.press("enter")
        assert ff.page.main.answer.total == table.rows[0][1]


async def test_how_groups_differ_is_asked_from_the_list(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_dropped(ff)
        dropped = ff.page.main.answer.total
        await ff.press("semicolon", "k")
        assert "Kept" in ff.status
        await ff.press("escape", "enter")
        reached = ff.page.main.answer.total
        await ff.press("semicolon", "v")
        said = " ".join(ff.page.main.answer.notes)
        assert f"{reached}; second:" in said
        assert f", {dropped}." in said
        await ff.press("escape", "semicolon", "o")
        assert f", {dropped}." in " ".join(ff.page.main.answer.notes)


async def test_only_these_people_count_on_the_page_before(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_dropped(ff)
        dropped = ff.page.main.answer.total
        await ff.press("s", "enter")
        first, second = ff.page.main.answer.groups[0].steps
        assert (first.count, second.count) == (dropped, 0)
        assert "Only" in ff.status


async def test_l_shows_a_persons_last_session_alone(path: Path) -> None:
    async with explorer(path) as ff:
        await ff.press("8", "L")
        user = ff.page.user
        shown = ff.page.timeline
        assert {event.session for event in shown.events} == {shown.total_sessions}
        assert "the last session only" in ff.screen
        await ff.press("greater_than_sign")
        assert ff.page.user != user
        assert {event.session for event in ff.page.timeline.events} == {
            ff.page.timeline.total_sessions
        }
        await ff.press("L")
        assert len(ff.page.timeline.sessions) == ff.page.timeline.total_sessions
        assert "only" not in ff.page.view.footing


async def test_the_cursor_goes_from_session_to_session_and_gaps_are_said(path: Path) -> None:
    async with explorer(path, place="users", size=(100, 40)) as ff:
        await ff.press("slash")
        await ff.type("u01")
        await ff.pilot.pause(0.3)
        await ff.press("enter", "enter")
        events = ff.page.timeline.events
        assert len({event.session for event in events}) > 2
        assert "h away --" in ff.screen
        seen = [events[int(ff.page.view.cell.row)].session]
        for _ in range(2):
            await ff.press("right")
            seen.append(events[int(ff.page.view.cell.row)].session)
        assert seen == [ff.page.timeline.total_sessions - n for n in range(3)]
        await ff.press("left")
        assert events[int(ff.page.view.cell.row)].session == seen[1]


@pytest.mark.parametrize(
    "text",
    [
        "people of (users of signup by country last 60d) at group NL",
        "people of (signup last 60d where plan = pro)",
        "people of (purchase all_time)",
        "people of (dau last 60d)",
        "people of (top events last 60d) at row activate",
        "people of (signup > purchase within 14d last 60d) at step 2 reached",
        "people of (signup > purchase within 14d last 60d) at step 2 dropped",
        "people of (signup last 60d for segment new)",
        "segment new",
    ],
)
def test_a_live_rule_has_the_people_of_its_list(path: Path, text: str) -> None:
    question = parse(text)
    question = from_json({**question.model_dump(by_alias=True), "kind": question.kind})
    engine = SqliteEngine(path, clock=lambda: NOW)
    listed = engine.answer(question)
    rule = from_json({"kind": "audience", "definition": rule_of(question)})
    found = engine.answer(rule)
    engine.close()
    assert 0 < listed.total == found.total
    assert {person.user for person in listed.rows} == {person.user for person in found.rows}


@pytest.mark.parametrize(
    "text",
    [
        "people of (signup last 60d) at bucket 2025-05-01",
        "people of (sum(purchase.amount) last 60d)",
        "people of (signup mtd)",
        "people of (signup > activate > purchase last 60d) at step 3 reached",
        "people of (signup last 60d for (purchase))",
        "people of (lifecycle) at series new",
        "users matching ana",
    ],
)
def test_what_is_no_rule_is_none(text: str) -> None:
    assert rule_of(parse(text)) is None


async def test_a_list_is_kept_as_a_live_audience(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_dropped(ff)
        total = ff.page.main.answer.total
        await ff.press("N")
        await ff.type("Never activated")
        await ff.press("enter")
        await ff.settle()
        assert f"a live audience, now {total} people" in ff.status
        (item,) = Saved(path).audiences()
        assert not item.body.get("static_ids")
        await ff.press("space", "N")
        assert "n saves exactly them" in ff.status


async def test_a_persons_page_says_what_changed_and_which_audiences_they_are_in(
    tmp_path: Path,
) -> None:
    day = 24 * 3_600_000
    events = [
        Event("signup", NOW - 9 * day, "ann", context={"country": "NL"}),
        Event("purchase", NOW - 3 * day, "ann", context={"country": "DE"}),
    ]
    path = workspace(tmp_path / "ann.db", events)
    Saved(path).save_audience("Paying", {"events": [{"event": "purchase", "days": 30}]})
    Saved(path).save_audience("Friends", {"static_ids": ["ann"]})
    async with explorer(path, place="users", size=(120, 40)) as ff:
        await ff.press("enter")
        assert "DE (since 2025-05-08, purchase)" in ff.screen
        facts = {fact.label: fact.text for fact in ff.page.query_one(FactsPanel).facts}
        assert facts["in Paying"] == "since 2025-05-08"
        assert facts["in Friends"] == "listed by id"
        await ff.press("shift+tab")
        assert "country  NL > DE" in ff.screen
        await ff.press("down", "enter")
        assert ff.page.timeline.events[int(ff.page.view.cell.row)].event == "signup"
