"""A file is followed as it grows, and a stream as it arrives."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.blocks.keeping import events_left
from core.errors import BadInput
from core.store.fresh import following
from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.blocks import check_blocks

START = 1_743_933_600_000


def line(number: int) -> str:
    return json.dumps({"event": "a", "user_id": "u", "time": START, "n": number}) + "\n"


def numbers(target: Path) -> list[int]:
    try:
        with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as db:
            rows = db.execute("select properties ->> 'n' from event_properties").fetchall()
    except sqlite3.OperationalError:
        return []
    return sorted(number for (number,) in rows)


def wait_for(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not reached() and time.monotonic() < until:
        time.sleep(0.01)
    assert reached()


@contextmanager
def followed(source: str, target: Path) -> Iterator[None]:
    """Follow a source in a thread, which must end without an error."""
    stopped, errors = threading.Event(), []

    def run() -> None:
        try:
            following.follow(target, source, stopped)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
    assert not errors


def test_a_file_is_waited_for_and_followed_through_rotation_and_truncation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "EVERY", 0.01)
    source, target = tmp_path / "app.log", tmp_path / "w.db"
    with followed(str(source), target):
        wait_for(target.exists)
        with source.open("w") as stream:
            stream.write(line(1) + line(2) + line(3)[:20])
        wait_for(lambda: numbers(target) == [1, 2])
        with source.open("a") as stream:
            stream.write(line(3)[20:] + line(4))
        source.rename(tmp_path / "app.log.1")
        source.write_text(line(5))
        wait_for(lambda: numbers(target) == [1, 2, 3, 4, 5])
        source.write_text("")
        with source.open("a") as stream:
            stream.write(line(66))
        wait_for(lambda: numbers(target) == [1, 2, 3, 4, 5, 66])
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        assert db.execute("select count(*) from imports where not finished").fetchone() == (0,)


def test_a_stream_is_stored_as_it_arrives_and_ends_with_complete_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sources.lines._TOGETHER", 0.02)
    monkeypatch.setattr("core.sources.lines._LOOK", 0.01)
    target = tmp_path / "w.db"
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stdin, os.fdopen(writing, "wb", buffering=0) as writer:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stdin))
        with followed("-", target):
            writer.write(line(1).encode())
            wait_for(lambda: numbers(target) == [1])
            writer.write(line(2).encode() + line(3)[:20].encode())
            wait_for(lambda: numbers(target) == [1, 2])
    assert numbers(target) == [1, 2]


def test_events_without_blocks_get_them_once_a_followed_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "EVERY", 0.01)
    source, target = tmp_path / "app.log", tmp_path / "w.db"
    with closing(open_writer(target)) as db:
        store_events(db, [Event("older", START, "ann")])
        for table in ("blocks", "block_events"):
            db.execute(f"delete from {table}")
        db.commit()
        source.write_text(line(1))
        with followed(str(source), target):
            wait_for(lambda: not events_left(db) and numbers(target) == [1])
        check_blocks(db)


def test_what_does_not_grow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a file that grows"):
        following.follow(tmp_path / "w.db", str(tmp_path), threading.Event())
    assert not (tmp_path / "w.db").exists()
