"""Files whose times are shuffled: several batches are one transaction, with right sets."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from threading import active_count
from typing import Any

import pytest

from core.columns import MAX_SET_VALUES
from core.store import schema
from core.store.ingest.importer import import_files
from tests.worlds import recount
from tests.worlds.blocks import check_blocks
from tests.worlds.programs.lines import write_events

START = 1_760_000_000_000
DAY = 86_400_000
BATCH = 20
WHOLE = 7 * BATCH
"""How many events are written in one transaction."""


def _events(count: int) -> list[dict[str, Any]]:
    """Events in order, with fields that have too many values for sets after a while."""
    random = Random(count)
    return [
        {
            "event": random.choice("abc"),
            "time": START + n * (5 * DAY // count),
            "user" if random.random() < 0.8 else "device_id": f"u{random.randrange(9)}",
            "session_id": random.choice((None, None, f"s{n % 7}")),
            "browser": f"b{n % (MAX_SET_VALUES + 30)}",
            "country": random.choice(("NL", None)),
            "late": n % 3 if n > count / 2 else None,
            "page": n,
        }
        for n in range(count)
    ]


def _write(path: Path, events: list[dict[str, Any]], *, shuffled: bool = True) -> Path:
    if shuffled:
        Random(1).shuffle(events)
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return path


def _count(db: sqlite3.Connection) -> tuple[int, int]:
    """How many events are stored, and how many transactions did that."""
    (generation,) = db.execute("select value from meta where key = 'generation'").fetchone()
    (events,) = db.execute("select count(*) from events").fetchone()
    return events, int(generation)


@pytest.mark.parametrize(("shuffled", "commits"), [(True, 3), (False, 16)])
def test_batches_with_shuffled_times_are_written_in_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shuffled: bool, commits: int
) -> None:
    monkeypatch.setattr("core.store.rows.gathering._CHUNK", 17)
    monkeypatch.setattr("core.store.rows.gathering._MOST", 40)
    monkeypatch.setattr("core.store.rows.pending._BIG", 2 * BATCH)
    file = _write(tmp_path / "in.jsonl", _events(2 * WHOLE + BATCH), shuffled=shuffled)
    import_files(tmp_path / "w.db", [file], batch_size=BATCH)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert _count(db) == (2 * WHOLE + BATCH, commits)
        recount.check(db)
        check_blocks(db)
        (states,) = db.execute("select count(distinct state) from property_keys").fetchone()
        assert states == 2


@pytest.mark.parametrize("seed", range(3))
def test_events_that_move_to_others_before_they_are_in_blocks_are_in_them_once(
    tmp_path: Path, seed: int
) -> None:
    write_events(tmp_path / "in.jsonl", WHOLE, seed)
    import_files(tmp_path / "w.db", [tmp_path / "in.jsonl"], batch_size=BATCH)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert db.execute("select 1 from events where actor not in (user, device)").fetchone()
        recount.check(db)
        check_blocks(db)


def test_a_big_import_that_fails_while_a_thread_makes_sets_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    file, threads = _write(tmp_path / "in.jsonl", _events(WHOLE)), active_count()
    with monkeypatch.context() as patched:
        patched.setattr("core.store.rows.pending._BIG", 1)
        patched.setattr("core.store.ingest.sessions.Sessions.change", fail)
        with pytest.raises(KeyboardInterrupt):
            import_files(tmp_path / "w.db", [file], batch_size=BATCH)
    assert active_count() == threads
    import_files(tmp_path / "w.db", [file], batch_size=BATCH)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert _count(db) == (WHOLE, 2)
        recount.check(db)
        check_blocks(db)


def test_a_big_import_creates_indexes_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.imports.indexes.BIG", 1)
    told: list[str] = []
    import_files(
        tmp_path / "w.db",
        [_write(tmp_path / "in.jsonl", _events(WHOLE))],
        batch_size=BATCH,
        progress=lambda now: told.append(now.doing),
    )
    assert "building indexes" in told
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        names = {row[0] for row in db.execute("select name from sqlite_master")}
        assert names >= set(schema.INDEXES)


def test_a_stopped_import_keeps_all_batches_and_goes_on(tmp_path: Path) -> None:
    file, going_on = _write(tmp_path / "in.jsonl", _events(WHOLE)), iter([False] * 3)
    report = import_files(
        tmp_path / "w.db", [file], batch_size=BATCH, stop=lambda: next(going_on, True)
    )
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert _count(db) == (report.stored, 1)
        assert BATCH < report.stored < WHOLE
        recount.check(db)
    import_files(tmp_path / "w.db", [file], batch_size=BATCH)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert _count(db) == (WHOLE, 2)
        recount.check(db)
