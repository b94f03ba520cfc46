"""Marks, charts, boards and audiences made, changed, deleted and brought back by key."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from sqlite3 import complete_statement

import pytest

from core.definitions.board import Block, Board
from core.store.ingest.importer import Event
from core.store.library.saved import Saved
from tests.worlds.languages import second_language
from tests.worlds.tui_pilot import DAY, NOW, explorer, workspace


async def test_a_mark_is_made_drawn_deleted_and_brought_back(path: Path) -> None:
    async with explorer(path, place="marks") as ff:
        assert "No marks yet. n creates one" in ff.screen
        await ff.press("n")
        await ff.type("2025-04-30 release 4.2")
        await ff.press("enter", "i")
        assert "I  Apr 30 2025  release 4.2" in ff.screen
        chart = ff.screen.split("[ Active users ]")[1]
        assert " I " in chart
        await ff.press("d", "y")
        assert "release 4.2" not in ff.screen.split("Deleted")[0]
        assert Saved(path).marks() == []
        await ff.press("U")
        assert "I  Apr 30 2025  release 4.2" in ff.screen
        await ff.press("n")
        await ff.type("2025-05-02 hotfix")
        await ff.press("enter", "i")
        assert "> I  May 02 2025  hotfix" in ff.screen


async def test_m_marks_the_day_under_the_cursor(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "left", "m")
        assert ff.app.focused.value.startswith("2025-05-09 00:00 ")
        await ff.type("2025-05-09 00:00 launch")
        await ff.press("enter", "r")
        assert "Marked May 09 2025: launch." in ff.status
        assert " R " in ff.screen


async def test_a_mark_needs_its_day(path: Path) -> None:
    async with explorer(path, place="marks") as ff:
        await ff.press("n")
        await ff.type("release 4.2")
        await ff.press("enter")
        assert "A mark must start with its day." in ff.screen


async def test_a_question_is_saved_and_listed(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "b", *"zz")
        assert 'Nothing matches "zz". BACKSPACE takes letters back.' in ff.screen
        await ff.press("escape", "g", "w", *"Weekly", "enter")
        assert "Saved as Weekly." in ff.status
        assert not ff.line.endswith("*")
        assert Saved(path).items("charts")[0].title == "Weekly"
        await ff.press("colon")
        await ff.type("chart Weekly")
        await ff.press("enter")
        assert "> Weekly" in ff.line


async def test_a_chart_goes_on_a_new_board(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "a")
        await ff.type("new board")
        await ff.press("enter")
        await ff.type("Growth")
        await ff.press("enter")
        assert "Added to Growth." in ff.status
        board = Saved(path).board("growth")
        assert len(board.blocks) == 1
        await ff.press("1", "escape")
        assert "Growth" in ff.screen
        await ff.press("d", "y")
        assert Saved(path).boards() == []
        await ff.press("U")
        assert [b.title for b in Saved(path).boards()] == ["Growth"]


async def test_starter_boards_are_saved_only_when_asked(path: Path) -> None:
    async with explorer(path) as ff:
        assert Saved(path).boards() == []
        await ff.press("escape", "colon")
        await ff.type("starter boards")
        await ff.press("enter")
        assert "Saved" in ff.status
        assert Saved(path).boards()


async def test_a_tile_of_what_was_never_seen_says_so(path: Path) -> None:
    blocks = (Block(id="a", question="refund"),)
    Saved(path).save_board(Board(title="Refunds", blocks=blocks))
    async with explorer(path) as ff:
        await ff.press("escape", "colon")
        await ff.type("board Refunds")
        await ff.press("enter")
        assert "'refund' is not in this" in ff.screen
        assert "it never happened" in ff.screen


async def test_a_tile_is_removed_and_put_back(path: Path) -> None:
    async with explorer(path) as ff:
        count = len(ff.page.tiles)
        await ff.press("d", "y")
        assert len(ff.page.tiles) == count - 1
        await ff.press("U")
        assert len(ff.page.tiles) == count


async def test_an_audience_is_made_and_has_people(path: Path) -> None:
    async with explorer(path, place="segments") as ff:
        await ff.press("n", "escape", "ctrl+t")
        await ff.type('{"filters": [{"field": "country", "operator": "eq", "value": "NL"}]}')
        await ff.press("enter")
        await ff.type("Dutch")
        await ff.press("enter")
        assert "Saved audience Dutch." in ff.status
        await ff.press("end")
        assert "> Dutch" in ff.screen.replace(">  ", "> ")
        await ff.press("enter")
        assert ff.page.main.answer.total == 14


async def test_an_export_writes_a_new_file_and_never_overwrites(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    async with explorer(path, place="metrics") as ff:
        target = Path("out.csv")
        await ff.press("tab", "x", "c")
        await ff.type(str(target))
        await ff.press("enter")
        assert target.read_text().startswith("bucket,")
        await ff.press("x", "c")
        await ff.type(str(target))
        await ff.press("enter")
        assert "exists already" in ff.screen
        await ff.press("escape", "x", "q")
        await ff.type("out.sql")
        await ff.press("enter")
        text = Path("out.sql").read_text()
        assert text.startswith("-- ")
        assert complete_statement(text)
        assert "select" in text


async def test_a_chart_is_exported_as_a_picture(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab")
        for key, name, start in (("s", "out.svg", "<svg"), ("h", "out.html", "<!doctype html>")):
            await ff.press("x", key)
            await ff.type(name)
            await ff.press("enter")
            text = Path(name).read_text("utf-8")
            assert text.startswith(start)
            assert f">{ff.page.view.heading}<" in text
        ff.page.perform("share")
        await ff.press("enter")
        (page,) = {*Path.cwd().glob("*.html")} - {Path.cwd() / "out.html"}
        assert page.name in ff.status
        assert f"<h1>{ff.page.view.heading}</h1>" in page.read_text("utf-8")


async def test_a_whole_board_is_exported_as_it_is_on_show(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    async with explorer(path) as ff:
        tiles = ff.page.tiles
        formats = {"H": "<!doctype html>", "M": f"# {ff.page.board.title}", "J": "{", "S": "<svg"}
        found = {}
        for key, start in formats.items():
            await ff.press("x", key)
            await ff.type(f"out.{key}")
            await ff.press("enter")
            found[key] = Path(f"out.{key}").read_text("utf-8")
            assert found[key].startswith(start)
        assert found["H"].count("<details>") == len(tiles)
        assert all(f"## {tile.heading}" in found["M"] for tile in tiles)
        assert set(json.loads(found["J"])["answers"]) == {tile.block.id for tile in tiles}
        ff.page.perform("share")
        await ff.press("enter")
        (page,) = set(Path.cwd().glob("*.html"))
        assert page.name in ff.status
        assert page.read_text("utf-8").count("<details>") == len(tiles)


async def test_copy_says_sent_and_refuses_what_is_too_big(path: Path) -> None:
    from tui.services.clipboard import send

    async with explorer(path, place="metrics") as ff:
        await ff.press("y")
        assert "to your terminal's clipboard" in ff.status
        assert "Too big to copy" in send(ff.app, "x" * 80_000)


async def test_a_tile_of_an_older_footfall_keeps_its_meaning_when_the_board_is_saved(
    tmp_path: Path,
) -> None:
    event = Event(event="lifecycle", ts_ms=NOW - DAY, user="ana")
    path = workspace(tmp_path / "old.db", [event])
    tiles = [
        {"id": "old", "question": "lifecycle", "position": {"width": 12}},
        {"id": "later", "question": "dau", "language": 3, "position": {"y": 4, "width": 12}},
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            """
            insert into boards (id, title, body, created_at, updated_at)
            values ('brd_old', 'Old', ?, 0, 0)
            """,
            (json.dumps({"blocks": tiles}),),
        )
    with second_language():
        async with explorer(path, size=(120, 40)) as ff:
            await ff.press("E")
            assert ff.app.focused.value == '"lifecycle" last 30d'
            await ff.press("escape")
            assert "This question needs version 3 of the question language" in ff.screen
            await ff.press("g", "w")
            assert "Board saved." in ff.status
        old, later = Saved(path).board("Old").blocks
    assert (old.question, old.language) == ('"lifecycle" last 30d weekly', None)
    assert (later.question, later.language) == ("dau", 3)


async def test_a_new_board_opens_where_tiles_are_added(path: Path) -> None:
    Saved(path).save_board(Board(title="Growth", blocks=(Block(question="dau"),)))
    async with explorer(path, place="boards") as ff:
        await ff.press("n", "up", "enter", *"Yam", "enter")  # in a tab beside the one on show
        assert (ff.page.page_id, ff.page.board.title) == ("layout", "Yam")
        await ff.press("escape", "escape", "n", *"Zed", "enter")
        assert (ff.page.page_id, ff.page.board.title) == ("layout", "Zed")
        assert "n adds a tile" in ff.status
        await ff.press("escape", "escape")
        assert ff.page.listing.row.text == "Zed"
