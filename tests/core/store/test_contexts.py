"""Events are stored with the number of their combination of context columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.columns import CONTEXT, VERSION
from core.engines.sqlite.engine import SqliteEngine
from core.health import checks
from core.queries import from_json
from core.records import OWN, short_id, stored_id
from core.store.ingest.importer import Event, store_events
from core.store.pushes.connected import connect
from core.store.upkeep.check import check
from core.store.upkeep.erasing import erase
from core.store.upkeep.exporting import export_events
from core.store.waiting import Patience
from core.store.workspace import open_writer, read_calendar
from tests.worlds import recount
from tests.worlds.programs.older import in_long_rows, in_one_table

NOON = 1_760_000_000_000
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"kind": "trend", "event": "a", "range": "all_time", "breakdown": "country"},
    {"kind": "trend", "event": "a", "range": "all_time", "measure": "users", "breakdown": "city"},
    {"kind": "raw_events", "whole": True},
)


def events() -> list[Event]:
    return [
        Event(
            "ab"[n % 2], NOON + n * 7_000_000, f"u{n % 5}",
            context={"country": ("NL", "US", None)[n % 3], "city": f"c{n % 4}" if n % 3 else None},
            properties={"n": n},
        )
        for n in range(60)
    ]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, events())
    return path


def asked(path: Path) -> list[Any]:
    with closing(SqliteEngine(path, clock=lambda: NOON)) as engine:
        views = engine.read(
            "select event_name, country, city, count(*) from events_v1 group by 1, 2, 3"
        )
        return [views, *(engine.answer(from_json(each)) for each in QUESTIONS)]


def exported(path: Path) -> bytes:
    parts: list[bytes] = []
    export_events(path, parts.append)
    return b"".join(parts)


def combinations(db: sqlite3.Connection) -> set[tuple[int, ...]]:
    return set(db.execute(f"select {', '.join(CONTEXT)} from contexts"))


def test_each_combination_is_stored_once(path: Path) -> None:
    with closing(open_writer(path)) as db:
        before = combinations(db)
        assert len(before) == 1 + 9
        store_events(db, [Event("c", NOON, "new", context={"country": "DE"})])
        assert len(combinations(db)) == len(before) + 1
        own = f"select distinct {', '.join(CONTEXT)} from events"
        assert set(db.execute(own)) == combinations(db) - {(0,) * len(CONTEXT)}
        recount.check(db)


def test_a_combination_that_nobody_has_any_more_is_taken_out(path: Path) -> None:
    with closing(open_writer(path)) as db:
        store_events(db, [Event("c", NOON, "gone", context={"country": "NL", "city": "Urk"})])
        before = combinations(db)
    erase(path, "gone")
    with closing(sqlite3.connect(path)) as db:
        assert len(combinations(db)) == len(before) - 1
        recount.check(db)


@pytest.mark.parametrize("older", [in_one_table, in_long_rows])
def test_an_older_file_says_the_same_before_and_after_it_is_brought_up(
    path: Path, older: Callable[[sqlite3.Connection], None]
) -> None:
    with closing(open_writer(path)) as db:
        connect(db, "{}")
    expected, lines = asked(path), exported(path)
    with closing(sqlite3.connect(path)) as db, db:
        older(db)
    assert asked(path) == expected
    assert exported(path) == lines
    assert check(path).wrong == 0
    assert [each for each in checks(path) if not each.ok] == []
    with closing(open_writer(path)) as db:
        made = dict(db.execute("select name, tbl_name from sqlite_master"))
        assert "events_by_event" not in made
        assert {
            made[name] for name in made if name.startswith(("cluster_event", "block_event_"))
        } == {"event_rows"}
        assert made["events_by_own_id"] == made["events_by_seq"] == "event_rows"
        assert db.execute("select value from meta where key = 'version'").fetchone() == (
            str(VERSION),
        )
        recount.check(db)
    assert asked(path) == expected
    assert exported(path) == lines


ABROAD = [
    Event("a", NOON + n * 3_600_000, user, device)
    for n in range(48)
    for user, device in ((None, None), ("u1", None), (None, "d1"), ("u2", "d2"), ("u2", None))
]
"""Every hour of two days: events of nobody, of users, of devices and of both."""


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_rows_say_day_and_user_in_every_zone(tmp_path: Path, zone: str) -> None:
    with closing(open_writer(tmp_path / "w.db", zone=zone)) as db:
        store_events(db, ABROAD)
        store_events(db, [Event("$identify", NOON, "u9", "d1")])  # whose events are u9's from then
        calendar = read_calendar(db)
        users = {0: None, **dict(db.execute("select id, key from identities"))}
        rows = db.execute("select ts, day, user, device, actor from events order by seq").fetchall()
        assert [(ts, day) for ts, day, *_ in rows] == [
            (event.ts_ms, calendar.day_of(event.ts_ms)) for event in ABROAD
        ]
        assert [(users[user], users[device]) for *_, user, device, _ in rows] == [
            (event.user, event.device) for event in ABROAD
        ]
        assert {users[actor] for *_, actor in rows} == {None, "u1", "u2", "u9"}
        recount.check(db)


def test_lines_of_one_moment_are_told_apart_by_the_bits_that_are_stored(path: Path) -> None:
    with closing(open_writer(path)) as db:
        (stored,) = db.execute("select min(id), max(id) from events where not id & 1").fetchall()
    assert all(-(2**47) <= id_ < 2**47 for id_ in stored)
    for id_ in (0, 2**62 + 12, -(2**62) + 12, 2**47 + 4, -4):
        assert short_id(stored_id(id_)) == short_id(id_) == short_id(id_ & ~3)
        assert stored_id(id_ | OWN) == id_ | OWN
    assert short_id(4) != short_id(8)


def test_an_older_file_knows_its_events_again(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        in_long_rows(db, "seq")
    with closing(open_writer(path)) as db:
        store_events(db, events())
        assert db.execute("select count(*) from events").fetchone() == (60,)
        recount.check(db)


def test_converting_an_older_file_is_told_and_can_be_stopped(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.schema._EVERY", 0)
    monkeypatch.setattr("core.store.schema._STEPS", 10)
    with closing(sqlite3.connect(path)) as db, db:
        in_one_table(db)
    before, told = path.read_bytes(), list[float | None]()

    def stop(seconds: float | None) -> None:
        if seconds is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_writer(path, patience=Patience(converting=stop))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select value from meta where key = 'version'").fetchone() == ("5",)
    assert path.read_bytes() == before
    open_writer(path, patience=Patience(converting=told.append)).close()
    seconds = [each for each in told if each is not None]
    assert len(seconds) > 1
    assert told == [*sorted(seconds), None]
    told.clear()
    open_writer(path, patience=Patience(converting=told.append)).close()
    assert told == []
