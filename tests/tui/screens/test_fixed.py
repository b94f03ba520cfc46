"""Segments of exactly the people a page lists, made and taken back by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.ingest.importer import Event
from core.store.library.saved import Saved
from tests.worlds.tui_pilot import NOW, Driver, explorer, workspace
from tui.screens.people import PeoplePage


async def to_people(ff: Driver) -> None:
    """From a funnel to the people who reached its second step."""
    await ff.press("E")
    await ff.type("signup > activate within 7d last 30d")
    await ff.press("enter", "down", "enter")


async def named(ff: Driver, name: str) -> None:
    """Make a segment of the people listed."""
    await ff.press("n")
    await ff.type(name)
    await ff.press("enter")
    await ff.settle()


async def test_n_keeps_exactly_the_people_listed(path: Path) -> None:
    async with explorer(path, place="funnel", size=(100, 24)) as ff:
        await to_people(ff)
        listed = ff.page.main.answer
        await named(ff, "Activated")
        assert f"Saved Activated: {listed.total} people" in ff.status
        (item,) = Saved(path).audiences()
        assert sorted(item.body["static_ids"]) == sorted(p.user for p in listed.rows)
        assert item.description == listed.title
        await ff.press("5", "end")
        assert "yours" in ff.screen
        assert "Activated" in ff.screen
        assert f"and {listed.total - 6} more" in ff.screen
        await ff.press("enter")
        assert ff.page.main.answer.total == listed.total
        assert ff.line.endswith("@Activated")
        assert {p.user for p in ff.page.main.answer.rows} == {p.user for p in listed.rows}


async def test_s_applies_a_segment_made_of_people(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_people(ff)
        total = ff.page.main.answer.total
        await named(ff, "Activated")
        await ff.press("escape", "s")
        await ff.type("Activated")
        await ff.press("enter")
        first, second = ff.page.main.answer.groups[0].steps
        assert first.count == second.count == total


async def test_all_the_people_are_kept_not_only_the_rows_that_are_loaded(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_people(ff)
        question = ff.page.question.model_copy(update={"limit": 5, "offset": 5})
        ff.app.push_screen(PeoplePage("funnel", question))
        await ff.settle()
        assert len(ff.page.main.answer.rows) == 5
        await named(ff, "All of them")
        (item,) = Saved(path).audiences()
        assert len(item.body["static_ids"]) == ff.page.main.answer.total


async def test_people_found_by_name_are_kept_too(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        await ff.press("slash")
        await ff.type("u1")
        await ff.pilot.pause(0.3)
        await ff.press("enter")
        await named(ff, "Tens")
        (item,) = Saved(path).audiences()
        assert sorted(item.body["static_ids"]) == [f"u1{digit}" for digit in range(10)]
        assert "Saved Tens: 10 people" in ff.status


async def test_undo_takes_the_segment_away_and_segments_brings_it_back(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_people(ff)
        await ff.press("U")
        assert "No segment was made here." in ff.status
        await named(ff, "Activated")
        await ff.press("U")
        assert "Deleted Activated." in ff.status
        assert Saved(path).audiences() == []
        await ff.press("5", "U")
        assert [item.title for item in Saved(path).audiences()] == ["Activated"]


async def test_a_name_that_is_taken_is_refused(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await to_people(ff)
        await named(ff, "Activated")
        await named(ff, "Activated")
        await ff.says("There is already")
        assert len(Saved(path).audiences()) == 1


async def test_too_many_people_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.actions.people_segment.MOST", 10)
    async with explorer(path, place="funnel") as ff:
        await to_people(ff)
        await ff.press("n")
        assert "A fixed segment holds at most 10 people" in ff.status
        assert Saved(path).audiences() == []


async def test_ids_that_two_people_share_are_told(tmp_path: Path) -> None:
    events = [
        Event(event="signup", ts_ms=NOW - 9000, user="same"),
        Event(event="visit", ts_ms=NOW - 8000, device="same"),
    ]
    path = workspace(tmp_path / "shared.db", events)
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "colon")
        await ff.type("users of signup last 7d")
        await ff.press("enter", "right", "enter")
        assert "> 1 person " in ff.line
        await named(ff, "One")
        assert "it has 2 people, not 1, because ids are shared." in ff.status
