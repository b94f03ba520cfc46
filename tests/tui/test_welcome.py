"""The welcome: without a workspace, a terminal shows what there is to begin with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from core.store.ingest.report import Progress
from tests.worlds.terminal.session import DOWN, ENTER, Terminal
from tui.start.files import recent, rows_of
from tui.start.importing import WAITING, Done, Job, Opened
from tui.start.welcome import WelcomeApp

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
    monkeypatch.chdir(tmp_path)
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


AT = Progress("/data/ev.jsonl", 30, 100, 3_000, 2_990, 10, 2.0)


@pytest.mark.parametrize(
    ("key", "shown", "end"),
    [
        ("", "ENTER opens it", Opened("ev.db", "ev.db: 9 events", imported=True)),
        ("escape", "Stopped. ev.db: 9 events.", None),
    ],
)
async def test_an_import_shows_how_far_it_is_and_can_be_stopped(
    home: Path, key: str, shown: str, end: Opened | None
) -> None:
    go_on = Event()

    def work(
        told: Callable[[Progress], None], waiting: Callable[[str], None], stop: Callable[[], bool]
    ) -> Done:
        waiting(WAITING)
        told(AT)
        while not (go_on.is_set() or stop()):
            sleep(0.01)
        return Done("9 events", ("9 events", "WARNING: 1 line is odd"), True, False)

    app = WelcomeApp(home / "footfall.db", lambda word: Job(Path("ev.db"), work))
    async with app.run_test(size=(80, 24)) as pilot:

        async def says(text: str) -> None:
            for _ in range(200):
                await pilot.pause(0.01)
                lines = [strip.text for strip in app.screen._compositor.render_strips()]
                if text in "\n".join(lines):
                    return
            raise AssertionError("\n".join(lines))

        await says("Start with")
        await pilot.press("o", *"ev.jsonl", "enter")
        await says("30%  5s left")
        await says("3,000 lines, 10 rejected")
        await pilot.press(*filter(None, [key]))
        go_on.set()
        await says(shown)
        if end is not None:
            await says("WARNING: 1 line is odd")
            await pilot.press("enter")
    assert app.chosen == end
