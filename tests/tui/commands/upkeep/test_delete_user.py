"""`footfall delete-user`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tui.commands import run


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOOTFALL_STATE_DIR", str(tmp_path))
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [
            Event("view", 1_760_000_000_000, "ann-4711", "phone-0815"),
            Event("view", 1_760_000_000_001, "bob", properties={"by": "\x1bphone-0815"}),
        ])  # fmt: skip
    return path


def test_it_says_what_went_and_what_is_left(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["delete-user", "phone-0815", "--db", str(path)]
    assert run(call) == 2
    assert "--yes" in capsys.readouterr().err
    (path.parent / "state.json").write_text('{"recent": "user ann-4711"}')
    assert run([*call, "--yes", "--ignore"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "took out ann-4711, phone-0815: 1 event, 0 logs, 0 traits"
    assert said[1:] == [
        "  ann-4711 is still in the settings of the workspace, such as its ids to ignore",
        "  phone-0815 is still in the settings of the workspace, such as its ids to ignore, "
        "1 row of event_properties.properties, 1 row of property_values.value, "
        "1 row of block_texts.text",
        "  ignored from here on: ann-4711, phone-0815",
        f"  may be in {path.parent / 'state.json'}",
        "  backups and copies of the file are as they were",
    ]
    assert run([*call, "--yes"]) == 2
    assert "There is no person" in capsys.readouterr().err


def test_it_verifies_that_nothing_is_left(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_writer(path)) as db:
        store_events(db, [Event("view", 1_760_000_000_000, "cem-99")])
    assert run(["delete-user", "cem-99", "--db", str(path), "--yes"]) == 0
    assert "verified: none of the ids is left in the file" in capsys.readouterr().out
    assert run(["check", str(path)]) == 0
