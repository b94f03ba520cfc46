"""`footfall profile` and acting as somebody."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, store_events
from core.store.library.profiles import Profile
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tui.commands import run


@pytest.fixture
def db(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("FOOTFALL_PROFILE", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "machine")
    path = tmp_path / "work.db"
    open_writer(path).close()
    return path


def test_showing_and_switching(db, capsys):
    assert run(["profile", "--db", str(db)]) == 0
    assert capsys.readouterr().out == "machine  admin\n"
    assert run(["profile", "ana", "--role", "editor", "--db", str(db)]) == 0
    assert capsys.readouterr().out == "ana  editor\n"
    assert run(["profile", "--db", str(db), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"user": "ana", "role": "editor"}
    run(["profile", "machine", "--db", str(db)])
    run(["profile", "ana", "--db", str(db)])
    assert Saved(db).profile == Profile(user="ana", role="editor")
    run(["profile", "--role", "viewer", "--db", str(db)])
    assert Saved(db).profile == Profile(user="ana", role="viewer")


def test_the_environment_acts_for_once(db, capsys, monkeypatch):
    monkeypatch.setenv("FOOTFALL_PROFILE", "vic:viewer")
    assert run(["profile", "--db", str(db)]) == 0
    assert capsys.readouterr().out == "vic  viewer\n"
    assert Saved(db).profile.user == "machine"


def test_an_unknown_role_is_refused(db, capsys):
    assert run(["profile", "ana", "--role", "boss", "--db", str(db)]) == 2
    assert "boss" in capsys.readouterr().err


@pytest.mark.parametrize(
    "call",
    [
        ["forget", "--before", "2026-01-01", "--yes"],
        ["delete-user", "ann", "--yes"],
        ["undo", "1", "--yes"],
        ["check", "--repair"],
    ],
)
def test_only_an_admin_takes_out_or_rewrites_data(db, capsys, monkeypatch, call):
    with closing(open_writer(db)) as connection:
        store_events(connection, [Event("a", 1_700_000_000_000, "ann")])
    before = db.read_bytes()
    monkeypatch.setenv("FOOTFALL_PROFILE", "eve:editor")
    assert run([*call, "--db", str(db)]) == 2
    assert "requires an admin" in capsys.readouterr().err
    assert db.read_bytes() == before
    monkeypatch.setenv("FOOTFALL_PROFILE", "eve:admin")
    assert run([*call, "--db", str(db)]) == 0
