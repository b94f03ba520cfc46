"""`footfall info` and `footfall backup`."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, Log, store_events, store_logs
from core.store.upkeep import info as reading
from core.store.workspace import open_writer
from tui.commands import run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with closing(open_writer(path, zone="Europe/Amsterdam")) as db:
        store_events(
            db,
            [Event("a", 1_760_000_000_000 + n * 86_400_000, f"u{n % 3}", "d") for n in range(9)],
            source="events\x1b.csv",
        )
        store_logs(db, [Log(1_760_000_000_000, "lost")])
    return path


def test_it_shows_what_is_in_a_file(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["info", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    said = {line[2:20].rstrip(): line[21:] for line in lines}
    assert said["events"] == "9, 2025-10-09 to 2025-10-17"
    assert said["people"] == "3 of 3 user ids and 1 device id"
    assert (said["logs"], said["imports"]) == ("1", "2")
    assert said["calendar"].startswith("zone Europe/Amsterdam, weeks start on Monday")
    assert run(["info", "--db", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["events"], found["first"], found["people"]) == (9, "2025-10-09", 3)
    assert found["measured"]
    assert sum(found["tables"].values()) + found["free"] == found["bytes"]
    monkeypatch.setattr(reading, "sizes", lambda db: (reading._estimates(db), False))
    assert run(["info", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not found["measured"]
    assert found["tables"]["event_rows"] > found["tables"]["logs"] > 0


def test_a_backup_is_a_workspace(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = path.with_name("copy.db")
    assert run(["backup", str(path), str(copy)]) == 0
    assert "MB, checked" in capsys.readouterr().out
    assert run(["backup", "--db", str(path), str(copy)]) == 2
    assert run(["backup", "--db", str(path), str(copy), "--force"]) == 0
    assert run(["check", str(copy)]) == 0
    assert run(["backup", "a", "b", "c"]) == 2
