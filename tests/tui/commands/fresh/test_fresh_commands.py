"""`footfall sync` and `footfall follow`: what they say, and how they end."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.report import ImportReport
from tui.commands import run
from tui.commands.fresh.follow import Status

LINE = '{"event": "a", "user_id": "u", "time": "2026-03-02", "n": %d}\n'


def finished(target: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as db:
            return db.execute("select 1 from imports where finished").fetchone() is not None
    except sqlite3.OperationalError:
        return False


def test_sync_is_short_without_news_and_silent_if_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, into = tmp_path / "a.jsonl", ["--into", str(tmp_path / "w.db")]
    source.write_text(LINE % 1)
    assert run(["sync", str(source), *into]) == 0
    assert "stored                    1" in capsys.readouterr().out
    assert run(["sync", str(source), *into]) == 0
    assert capsys.readouterr().out == "Nothing is new.\n"
    source.write_text(LINE % 1 + LINE % 2)
    assert run(["sync", str(source), *into, "--quiet"]) == 0
    assert run(["sync", str(source), *into, "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["sync", str(source), str(tmp_path / "none"), *into, "--quiet"]) == 1
    assert capsys.readouterr().out.startswith("not read:")


def test_follow_ends_when_it_is_told_to_and_keeps_what_was_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(LINE % 1 + LINE % 2)
    target = tmp_path / "w.db"

    def end() -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and not finished(target):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=end)
    thread.start()
    assert run(["follow", str(source), "--into", str(target), "--verbose"]) == 0
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
    assert "a.jsonl  2 stored\n" in capsys.readouterr().err


def test_the_status_says_what_was_stored(capsys: pytest.CaptureFixture[str]) -> None:
    status = Status("/var/log/app.log", verbose=False)
    report = ImportReport(stored=1234, repeated=2, rejected=1)
    assert status.text(report) == "app.log  1,234 stored  2 already there  1 rejected"
    status.show(report)
    assert capsys.readouterr().err == ""
