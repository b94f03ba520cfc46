"""The list of Metrics: made again when there is something else to list, and only then."""

from __future__ import annotations

from pathlib import Path

from core.alerts.running import run_alerts
from core.definitions.saved import Item
from core.engines.sqlite.engine import SqliteEngine
from core.store.ingest.importer import Event, store_events
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests.worlds.tui_pilot import NOW, explorer


async def test_closing_a_dialog_lists_nothing_anew(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        rows = ff.page.listing.rows
        for keys in (("r", "7"), ("i", "escape"), ("colon", "escape"), ("question_mark", "escape")):
            await ff.press(*keys)
        assert ff.page.listing.rows is rows


async def test_a_saved_chart_is_listed_at_once(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "w")
        await ff.type("Mine")
        await ff.press("enter", "r", "escape")
        assert " Mine" in [row.text for row in ff.page.listing.rows]


async def test_suggestions_follow_the_data(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        assert "Sum of amount" in ff.screen
        before = ff.app.library.suggested()
        assert ff.app.library.suggested() is before
        connection = open_writer(path)
        store_events(connection, [Event(event="launch", ts_ms=NOW - 1, user="u01")])
        connection.close()
        assert ff.app.library.suggested() is not before


async def test_suggestions_are_about_the_event_on_show(path: Path) -> None:
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        before = ff.page.listing.value
        await ff.press("down", "enter")
        event = ff.page.question.event
        texts = [row.text for row in ff.page.listing.rows]
        assert f" People of {event}" in texts
        assert ff.page.listing.value != before
        assert [row.text for row in ff.page.listing.rows][: len(ff.page.counts)] == [
            name for name, _ in ff.page.counts
        ]


async def test_a_box_says_more_about_the_row_under_the_cursor(path: Path) -> None:
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        await ff.press("n")
        assert "as text: events last 30d" in ff.screen
        await ff.press("escape", "b", "down")
        assert "DE, NL, US" in ff.screen
        assert "3 values" in ff.screen
        await ff.press("escape", "r")
        assert "last month      Apr 01 - Apr 30 2025" in ff.screen


async def test_alerts_are_listed_with_their_state_and_drawn_on_the_chart_of_their_question(
    path: Path,
) -> None:
    saved = Saved(path, clock=lambda: NOW)
    body = {"question": "signup monthly", "when": "above 1", "unfinished": True}
    item = saved.save("alerts", Item(title="Many", body=body))
    engine = SqliteEngine(path, clock=lambda: NOW)
    run_alerts(saved, engine, [item])
    engine.close()
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        rows = {row.text.strip(): row for row in ff.page.listing.rows}
        assert rows["Many"].right == "firing"
        assert ff.app.library.alarm() == "1 alert fires: Many."
        await ff.press("end", "enter")
        assert ff.page.question.event == "signup"
        assert "Many 1" in ff.screen
