"""`footfall mark`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.definitions.board import Board
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tui.commands import run


@pytest.fixture
def db(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("FOOTFALL_PROFILE", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "machine")
    path = tmp_path / "work.db"
    open_writer(path, zone="Europe/Amsterdam").close()
    return path


def call(db: Path, *arguments: str) -> int:
    return run(["mark", *arguments, "--db", str(db)])


def test_every_field(db, capsys):
    board = Saved(db).save_board(Board(title="Growth"))
    assert (
        call(
            db,
            "--at",
            "2025-04-07 14:30",
            "Release 2.1",
            "--until",
            "2025-04-07T18:00:00Z",
            "--category",
            "incident",
            "--description",
            "d",
            "--ref",
            "abc",
            "--private",
            "--metadata",
            '{"a": 1}',
            "--tag",
            "web",
            "--tag",
            "big",
            "--board",
            "growth",
        )
        == 0
    )
    id_, *rest = capsys.readouterr().out.split()
    assert rest == ["2025-04-07", "14:30", "incident"]
    assert call(db, "show", id_) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown | {"id": "", "created_at": 0} == {
        "id": "", "title": "Release 2.1", "description": "d", "timestamp": 1_744_029_000_000,
        "end_at": 1_744_048_800_000, "category": "incident", "source": "manual",
        "source_ref": "abc", "scope": "private", "metadata": '{"a": 1}', "board_id": board.id,
        "chart_id": None, "tags": ["web", "big"], "created_by": "machine", "created_at": 0,
    }  # fmt: skip


def test_listing(db, capsys):
    for day, category in ((1, "news"), (2, "release"), (3, "release")):
        call(db, f"d{day}", "--at", f"2025-04-0{day}", "--category", category, "--tag", f"t{day}")
    capsys.readouterr()

    def titles(*arguments: str) -> list[str]:
        assert call(db, "list", "--json", *arguments) == 0
        return [mark["title"] for mark in json.loads(capsys.readouterr().out)]

    assert titles() == ["d3", "d2", "d1"]
    assert titles("--category", "release", "--limit", "1") == ["d3"]
    assert titles("--from", "2025-04-02", "--to", "2025-04-02") == ["d2"]
    assert titles("--last", "2025-04-01,2025-04-02") == ["d2", "d1"]
    assert titles("--tag", "t1") == ["d1"]
    assert titles("--source", "api") == []
    assert call(db, "list") == 0
    assert "d3" in capsys.readouterr().out


def test_editing_deleting_and_restoring(db, capsys):
    call(db, "first", "--at", "2025-04-01")
    id_ = capsys.readouterr().out.split()[0]
    assert call(db, "edit", id_, "--title", "second", "--tag", "web") == 0
    mark = Saved(db).mark(id_)
    assert (mark.title, mark.tags, mark.category) == ("second", ("web",), "release")
    assert call(db, "edit", id_, "--title", "x", "--as", "ben:editor") == 2
    assert "machine's" in capsys.readouterr().err
    assert call(db, "delete", id_) == 0
    assert Saved(db).marks() == []
    assert call(db, "restore", "second") == 0
    assert [m.title for m in Saved(db).marks()] == ["second"]


def test_words_that_are_no_command_are_the_text(db, capsys):
    assert call(db, "two", "words") == 0
    assert call(db, "add", "list") == 0
    assert {m.title for m in Saved(db).marks()} == {"two words", "list"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x", "--at", "tomorrow"), "--at 'tomorrow' is not a time"),
        (("x", "--at", "2025-04-02", "--until", "2025-04-01"), "end_at is before timestamp"),
        (("x", "--metadata", "{"), "metadata is not JSON"),
        (("x" * 201,), "1 to 200 characters"),
        (("x", "--board", "none"), "no board 'none'"),
        (("show", "mrk_none"), "no mark with the id"),
        (("list", "--last", "7d", "--from", "2025-01-01"), "Use --last instead of"),
        (("x", "--as", "vic:viewer"), "vic is a viewer here"),
    ],
)
def test_what_cannot_be_done_is_said(db, capsys, arguments, said):
    assert call(db, *arguments) == 2
    assert said in capsys.readouterr().err
