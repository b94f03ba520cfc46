"""The explorer while its file is deleted, replaced, locked or damaged, and afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.definitions.board import Block, Board
from core.store.ingest.importer import Event, Log, store_logs
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests.worlds.tui_pilot import NOW, Driver, explorer, workspace
from tui.screens.bases.frame_page import FramePage


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Another program in the middle of a write."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        yield
        other.rollback()


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Another program that has the file for itself, so that nobody can read it."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma journal_mode = delete")
        other.execute("begin exclusive")
        yield
        other.rollback()


async def polled(ff: Driver) -> str:
    """Look for news as the clock does; return the status line."""
    ff.app._poll()
    await ff.settle()
    return ff.status


async def test_a_deleted_file_is_told_and_so_is_its_return(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        facts = ff.status
        ff.page.say("Saved as Weekly signups.")
        away = path.with_name("away.db")
        path.rename(away)
        assert "small.db is no longer there." in await polled(ff)
        await ff.press("tab", "f5")
        assert "is no longer there." in ff.screen
        away.rename(path)
        assert "no longer" not in await polled(ff)
        assert "is no longer there." not in ff.screen
        assert ff.page.main.answer.lines[0].total
        assert ff.status.split("  ")[:3] == facts.split("  ")[:3]


async def test_a_replaced_file_is_told_and_read_on_f5(path: Path, tmp_path: Path) -> None:
    other = workspace(tmp_path / "other.db", [Event("signup", NOW - 1000, user="only")])
    async with explorer(path, place="metrics") as ff:
        assert ff.page.main.answer.lines[0].total == 40
        os.replace(other, path)
        assert "small.db was replaced by another file. F5 reads it." in await polled(ff)
        await ff.press("tab", "f5")
        assert "1 event" in ff.status
        assert ff.page.main.answer.lines[0].total == 1


async def test_the_list_of_boards_shows_what_a_board_says_of_a_file_read_again(
    path: Path, tmp_path: Path
) -> None:
    other = workspace(tmp_path / "other.db", [Event("signup", NOW - 1000, user="only")])
    board = Board(title="Growth", blocks=(Block(id="a", question="count of signup last 30d"),))
    for each in (path, other):
        Saved(each, clock=lambda: NOW).save_board(board)
    async with explorer(path, place="boards", size=(120, 40)) as ff:

        def is_told(total: int) -> bool:
            answer = ff.page.query_one("#outline")._answers.get("a")
            return answer is not None and answer.lines[0].total == total

        await ff.press("escape")
        await ff.until(lambda: is_told(40), "the answer of the tile")
        await ff.press("enter")
        os.replace(other, path)
        await ff.press("f5", "escape")
        await ff.until(lambda: is_told(1), "that of the other file")


async def test_news_of_the_file_do_not_disturb_a_page_that_is_still_opening(path: Path) -> None:
    async with explorer(path, place="boards") as ff:
        path.unlink()
        ff.app.go("sql")
        assert ff.page.question is None  # nothing of it is there
        assert "small.db is no longer there." in await polled(ff)
        ff.app.go("users")
        ff.page.say("Said while it opens.")
        await ff.says("Said while it opens.")


async def test_a_board_takes_the_days_of_a_file_that_has_taken_its_place(
    path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    open_writer(other, zone="Asia/Tokyo").close()
    async with explorer(path, place="boards") as ff:
        os.replace(other, path)
        await polled(ff)
        await ff.press("f5")
        assert ff.page.page_id == "board"
        assert ff.app.look.calendar.zone_name == "Asia/Tokyo"


async def test_something_else_in_the_place_of_the_file_is_told(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        path.unlink()
        path.write_text("hello, this is not a database at all")
        assert "small.db is not a SQLite file." in await polled(ff)
        await ff.press("tab", "f5", "5", "6", "1")
        assert "is not a SQLite file." in ff.screen


async def test_a_file_that_another_program_keeps_for_itself_is_told(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        ff.app.engine.wait = 0.05
        ff.app.engine._pool.close()
        with holding(path):
            assert "Another program is writing to small.db." in await polled(ff)
        assert "Another program" not in await polled(ff)


async def test_a_mark_waits_for_another_writer_and_is_stored(path: Path) -> None:
    async with explorer(path, place="marks") as ff:
        with writing(path):
            await ff.press("n")
            await ff.type("2025-04-30 release 4.2")
            await ff.press("enter", "r")
            assert "Another program is writing to the file. Waiting for it" in ff.status
            await ff.press("2", "6")
            assert "[6 Marks]" in ff.screen
        await ff.shows("R  Apr 30 2025  release 4.2")
        assert [mark.title for mark in Saved(path).marks()] == ["release 4.2"]


@pytest.mark.parametrize(
    ("place", "keys", "typed"),
    [
        ("marks", ("n", "2025-04-30 release 4.2", "enter", "r"), "2025-04-30 release 4.2"),
        ("boards", ("escape", "n", "Growth", "enter"), "Growth"),
        ("metrics", ("tab", "w", "My chart", "enter"), "My chart"),
        ("segments", ("n", "escape", "ctrl+j", "Dutch", "enter"), "Dutch"),
    ],
)
async def test_what_was_typed_comes_back_when_it_cannot_be_stored(
    path: Path, monkeypatch: pytest.MonkeyPatch, place: str, keys: tuple[str, ...], typed: str
) -> None:
    monkeypatch.setattr("tui.actions.storing.WAIT", 0.05)
    async with explorer(path, place=place) as ff:
        with writing(path):
            for key in keys:
                await (ff.type(key) if " " in key or key[0].isupper() else ff.press(key))
            await ff.shows("Try again.")
            assert ff.app.focused.value == typed
        await ff.press("enter", *keys[4:] if place == "marks" else ())
        if place == "marks":
            await ff.press("r")
        saved = Saved(path)
        kept = [*saved.marks(), *saved.boards(), *saved.items("charts"), *saved.items("audiences")]
        assert len(kept) == 1


async def test_a_place_that_was_opened_without_its_file_asks_once_it_is_back(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        away = path.with_name("away.db")
        path.rename(away)
        assert "There is no workspace at small.db." in await ff.press("3")
        away.rename(path)
        await polled(ff)
        await ff.press("f5")
        assert ff.page.main.answer is not None
        assert "106 events" in ff.status


async def test_what_is_stored_later_is_said_on_the_page_that_is_on_top_by_then(path: Path) -> None:
    async with explorer(path, place="marks") as ff:
        with writing(path):
            await ff.press("n")
            await ff.type("2025-04-30 release 4.2")
            await ff.press("enter", "r", "2")
        await ff.says("Marked Apr 30 2025: release 4.2.")


async def test_a_file_that_may_not_be_written_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.services.freshness.writable", lambda _: False)
    async with explorer(path, place="marks") as ff:
        assert ff.status.startswith("small.db  read-only  106 events")


async def test_news_that_come_while_a_covered_page_is_built_wait_for_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Saved(path, clock=lambda: NOW).save_board(Board(title="Growth"))
    mount = FramePage.mount_all
    built: list[bool] = []

    def mounting(page: FramePage, widgets: Any) -> Any:
        def news() -> None:
            page.app.data.look = lambda: True
            page.app._poll()
            page.update_chrome()
            built.append(page.is_built)

        news()
        waiting = mount(page, widgets)
        news()
        return waiting

    monkeypatch.setattr(FramePage, "mount_all", mounting)
    async with explorer(path, place="boards") as ff:
        assert ff.page.page_id == "board"
        await ff.press("escape")
        assert ff.page.page_id == "boards"
        assert "Growth" in ff.screen
        assert built[-2:] == [False, False]


async def test_a_file_of_logs_alone_says_how_many_there_are(tmp_path: Path) -> None:
    file = tmp_path / "logs.db"
    with closing(open_writer(file)) as connection:
        store_logs(connection, [Log(NOW - n, f"m {n}", "INFO", "web") for n in range(3)])
    async with explorer(file, place="metrics") as ff:
        assert "3 logs, no events" in ff.status
