"""`footfall forget`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tui.commands import run
from tui.commands.upkeep import common

DAY = 24 * 3_600_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [Event("a", (20_370 + n) * DAY, f"u{n}") for n in range(9)])
    return path


def events(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("select count(*) from events").fetchone()[0])


def test_it_says_what_goes_and_asks(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ["forget", str(path), "--before", "2025-10-12"]
    assert run([*call, "--dry-run"]) == 0
    said = "3 events and 0 logs before 2025-10-12; 3 people have no event after that\n"
    assert capsys.readouterr().out == said
    assert run(call) == 2
    assert "--yes" in capsys.readouterr().err
    monkeypatch.setattr(common.sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(common.sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: False)
    assert run(call) == 1
    assert events(path) == 9
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    assert run(call) == 0
    assert "took out 3 events and 0 logs; 3 people have no event left" in capsys.readouterr().out
    assert events(path) == 6
    assert run([*call, "--yes"]) == 0
    assert "0 events" in capsys.readouterr().out


def test_a_day_is_a_date_or_so_many_days_ago(path: Path) -> None:
    for text in ("yesterday", "0d", "2025-13-01", "d"):
        assert run(["forget", str(path), "--before", text, "--yes"]) == 2
    assert run(["forget", str(path), "--before", "90000d", "--yes"]) == 0
    assert events(path) == 9
    assert run(["forget", "--db", str(path), "--before", "1d", "--yes"]) == 0
    assert events(path) == 0
