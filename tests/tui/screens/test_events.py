"""The place of single events: paging, filtering by a value, following, and what is beside them."""

from __future__ import annotations

from pathlib import Path

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tests.worlds.tui_pilot import HOUR, NOW, explorer, workspace

MINUTE = HOUR // 60


def plenty(count: int) -> list[Event]:
    """Events a minute apart, in pairs at one instant, the newest first in number."""
    return [
        Event(
            event=("visit", "signup")[number % 2],
            ts_ms=NOW - (number // 2 + 1) * MINUTE,
            user=f"u{number % 3}",
            context={"country": "NL" if number % 3 else "DE"},
            properties={"number": number, "text": "long words " * (number % 5) * 9},
        )
        for number in range(count)
    ]


async def test_older_events_are_loaded_at_the_end_each_once(tmp_path: Path) -> None:
    async with explorer(workspace(tmp_path / "many.db", plenty(250)), place="events") as ff:
        assert "1-17 of 250" in ff.screen
        await ff.press("end", "end", "end")
        assert "234-250 of 250" in ff.screen
        events = ff.page.events.events
        assert sorted(event.properties["number"] for event in events) == list(range(250))
        assert [event.key for event in events] == sorted((e.key for e in events), reverse=True)
        assert ff.page.main.answer.rows[-1][5] == events[-1].properties
        assert "1-17 of 250" in await ff.press("home")


async def test_a_value_under_the_cursor_filters_and_leads_to_its_person(tmp_path: Path) -> None:
    path = workspace(tmp_path / "few.db", plenty(40))
    async with explorer(path, place="events") as ff:
        await ff.press("down", "right", "right", "f")
        assert ">country is " in ff.screen
        await ff.press("enter")
        assert "f country is " in ff.line
        kept = ff.page.events.events
        assert {event.context["country"] for event in kept} == {
            ff.page.events.event.context["country"]
        }
        assert "+1 filter" not in await ff.press("0")
        await ff.press("left", "left", "f")
        assert ">event is " in ff.screen
        await ff.press("enter", "down", "down")
        asked = ff.page.question
        assert asked.event in ("signup", "visit")
        assert "whole" not in asked.model_dump(exclude_defaults=True)
        event = ff.page.events.event
        shown = await ff.press("enter")
        assert ff.page.page_id == "event"
        assert f"number   {event.properties['number']}" in shown
        await ff.press("full_stop", "comma", "enter")
        assert ff.page.page_id == "timeline"
        found = ff.page._event()
        assert (found.ts, found.event) == (event.ts, event.event)


async def test_new_events_appear_while_following_and_the_cursor_stays(tmp_path: Path) -> None:
    path = workspace(tmp_path / "live.db", plenty(150))
    async with explorer(path, place="events") as ff:
        await ff.press("end", "down", "up")
        here = ff.page.events.event
        loaded = len(ff.page.events.events)
        assert loaded == 150
        connection = open_writer(path)
        store_events(connection, [Event(event="fresh", ts_ms=NOW - 1, user="new")])
        connection.close()
        ff.page._poll()
        await ff.settle()
        assert len(ff.page.events.events) == loaded
        shown = await ff.press("T")
        assert "following" in shown
        assert len(ff.page.events.events) == loaded + 1
        assert ff.page.events.event == here
        assert ff.page.events.events[0].event == "fresh"
        assert "of 151" in ff.screen
        await ff.press("tab", "tab", "tab")
        assert ff.page.query_one("#rate").answer.lines[0].total == 151
        await ff.press("tab")
        asked = ff.app.engine.run
        ff.app.engine.run = None  # a question would fail
        ff.page._poll()
        await ff.settle()
        ff.app.engine.run = asked
        assert "following" not in await ff.press("T")


async def test_what_has_no_room_is_shown_by_tab_alone(tmp_path: Path) -> None:
    path = workspace(tmp_path / "few.db", plenty(40))
    async with explorer(path, place="events") as ff:
        assert "Events by" not in ff.screen
        shown = await ff.press("tab")
        assert "2025-05-11 14:59:00.000 UTC" in shown
        assert "-[ Events ]" not in shown
        await ff.press("tab")
        assert "[ Events by day ]" in await ff.press("tab")
        assert ff.page.query_one("#rate").answer.lines[0].total == 40
        assert "=[ Events ]" in await ff.press("tab")
        await ff.press("shift+tab", "escape")
        assert "=[ Events ]" in ff.screen


async def test_on_a_large_screen_everything_about_an_event_is_beside_it(tmp_path: Path) -> None:
    path = workspace(tmp_path / "few.db", plenty(40))
    async with explorer(path, place="events", size=(120, 40)) as ff:
        assert "[ Events by day ]" in ff.screen
        await ff.press("down")
        event = ff.page.events.event
        facts = ff.page.query_one("#event")
        assert [f.value for f in facts.facts if f.label == "number"] == [event.properties["number"]]
        ff.page.accompany()
        await ff.settle()
        around = ff.page.query_one("#around")
        assert around.answer.user == event.user
        assert around.answer.events[int(around.cell.row)].ts == event.ts
        asked = around.question
        ff.page.accompany()
        assert around.question is asked
        await ff.press("r", "y")
        assert ff.page.query_one("#rate").question.range == "yesterday"
