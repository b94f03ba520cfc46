"""The welcome: without a workspace, a terminal shows what there is to begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.worlds.terminal.session import DOWN, ENTER, Terminal
from tui.start.files import recent, rows_of

LINES = [
    {"event": "signup", "timestamp": f"2026-01-{day:02}T10:00:00Z", "user_id": f"u{day}"}
    for day in range(1, 20)
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a workspace, with a file of events."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("FOOTFALL_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("FOOTFALL_DB", raising=False)
    (tmp_path / "ev.jsonl").write_text("\n".join(map(json.dumps, LINES)))
    return tmp_path


def test_a_file_of_events_is_imported_and_opened_and_is_there_the_next_time(home: Path) -> None:
    with Terminal([], home / "state") as screen:
        screen.until("There is no workspace yet", "sample data")
        screen.send(DOWN, ENTER, *f"{home}/nothing", ENTER)
        screen.until("There is no file", "nothing")
        screen.send(*["\x7f"] * 7, *"ev.j", ENTER)
        screen.until("ev.db: 19 events", "in range")
        screen.send("q")
        screen.settle(1)
    assert [path.name for path in recent()] == ["ev.db"]
    with Terminal([], home / "state") as screen:
        screen.until("opened before", "ev.db")
        screen.send(DOWN, DOWN, ENTER)
        screen.until("signup", "in range")


def test_files_are_listed_as_a_path_is_typed(home: Path) -> None:
    (home / "empty").mkdir()
    (home / ".hidden").touch()
    assert [row.value.name for row in rows_of(f"{home}/")] == ["empty", "ev.jsonl"]
    assert [row.value.name for row in rows_of(f"{home}/ev")] == ["ev.jsonl"]
    assert rows_of(f"{home}/nothing/there") == []
