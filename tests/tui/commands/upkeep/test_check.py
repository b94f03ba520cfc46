"""`footfall check`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tui.commands import run


def test_it_says_what_differs_and_repairs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [Event("a\x1b", 1_760_000_000_000, user) for user in ("ann", "bob")])
    assert run(["check", str(path)]) == 0
    assert "  ok  sets             2, all as the rows say\n" in capsys.readouterr().out
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update activity set total = 9 where event = 1")
    assert run(["check", "--db", str(path)]) == 1
    said = capsys.readouterr()
    assert (
        "  BAD sets             1 of 2 differ on 1 day; a\N{REPLACEMENT CHARACTER} on 2025-10-09: "
        "stored 9 events of 2 people, counted 2 events of 2 people\n"
    ) in said.out
    assert "footfall check --repair" in said.err
    assert run(["check", str(path), "--repair"]) == 0
    assert "repaired" in capsys.readouterr().out
    assert run(["check", str(path)]) == 0


def test_a_workspace_is_named_once_and_is_one(tmp_path: Path) -> None:
    assert run(["check", "one.db", "--db", "other.db"]) == 2
    assert run(["check", str(tmp_path / "none.db")]) == 3
    assert not list(tmp_path.iterdir())
    assert run(["check", str(tmp_path / "none.db"), "--repair"]) == 3
