"""Everything before a day is taken out, and the file holds nothing of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.errors import Busy
from core.health import checks
from core.store.ingest.importer import Event, Identify, Log, store_events, store_logs
from core.store.upkeep.check import check
from core.store.upkeep.forgetting import before, forget_before
from core.store.waiting import Patience
from core.store.workspace import open_writer
from tests.worlds import recount

DAY = 24 * 3_600_000
FIRST = 20_370
MIDNIGHT = FIRST * DAY


def build(path: Path, days: range) -> Path:
    with closing(open_writer(path)) as db:
        store_events(db, [
            Identify("ann", "phone", MIDNIGHT),
            *(Event(
                "ab"[n % 2], MIDNIGHT + n * DAY // 3, ("ann", "bob", f"cem{n // 30}")[n % 3],
                properties={"note": f"secret {n // 3}"}, context={"city": f"town {n // 9}"},
            ) for n in range(90) if n // 3 in days),
        ])  # fmt: skip
        store_logs(db, [Log(MIDNIGHT + n * DAY, f"secret {n} lost", session="s") for n in days])
    return path


def rest(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as db:
        said = recount.in_words(db)
        said["logs"] = db.execute("select timestamp, message, pattern from logs_v1").fetchall()
        said["links"] = db.execute("select * from user_devices").fetchall()
        return said


def test_what_is_left_is_as_if_the_rest_had_never_been(tmp_path: Path) -> None:
    path = build(tmp_path / "w.db", range(30))
    found = before(path, FIRST + 20)
    assert (found.events, found.people, found.logs) == (60, 2, 20)
    size = path.stat().st_size
    assert forget_before(path, FIRST + 20) == found
    assert before(path, FIRST + 20).nothing
    assert rest(path) == rest(build(tmp_path / "rest.db", range(20, 30)))
    assert not check(path).wrong
    assert path.stat().st_size <= size
    assert b"secret 3" not in path.read_bytes()


def test_a_stop_leaves_all_of_it_or_what_a_second_call_finishes(tmp_path: Path) -> None:
    path = build(tmp_path / "w.db", range(30))
    whole = rest(path)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forget_before(path, FIRST + 20, told=lambda what, *_: what == "names" and stop())
    assert rest(path) == whole
    with pytest.raises(KeyboardInterrupt):
        forget_before(path, FIRST + 20, committed=stop)
    left = before(path, FIRST + 20)
    assert (left.events, left.due, left.nothing) == (0, True, False)
    assert {each.name: each.ok for each in checks(path)}["size"] is False
    forget_before(path, FIRST + 20)
    assert {each.name: each.ok for each in checks(path)}["size"] is True
    assert b"secret 3" not in path.read_bytes()


def test_another_reader_delays_the_end_but_not_the_removal(tmp_path: Path) -> None:
    path = build(tmp_path / "w.db", range(30))
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("begin")
        assert reader.execute("select count(*) from events").fetchone() == (90,)
        with pytest.raises(Busy, match="taken out, but may still be in unused pages"):
            forget_before(path, FIRST + 20, patience=Patience(0.2))
        assert reader.execute("select count(*) from events").fetchone() == (90,)
    assert before(path, FIRST + 20).due
    forget_before(path, FIRST + 20)
    assert before(path, FIRST + 20).nothing
