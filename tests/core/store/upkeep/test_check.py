"""A check finds everything that is not what the rows say, and repairs it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyroaring import BitMap

from core.errors import Damaged
from core.store.ingest.importer import Event, Log, store_events, store_logs
from core.store.library.event_flags import flag_event
from core.store.upkeep import recount as counting
from core.store.upkeep.check import check
from core.store.workspace import open_writer
from tests.worlds import recount

NOON = 1_760_000_000_000
DAY = 24 * 3_600_000


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty days of events, counted a few days at a time."""
    monkeypatch.setattr(counting, "MOST", 30)
    monkeypatch.setattr(counting, "_CHUNK", 7)
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [
            Event(
                "ab"[number % 2], NOON + number * DAY // 4 + hour * 7_000_000,
                f"u{(number + hour) % 7}" if number % 5 else None,
                session=("s" + str(number) if number % 3 == 0 else None),
                context={"country": ("NL", "US", "")[number % 3]},
                properties={"plan": number % 4} if number % 2 else {},
            )
            for number in range(160) for hour in range(3)
        ])  # fmt: skip
        store_logs(db, [Log(NOON + n * DAY, f"lost {n}", service="shop") for n in range(9)])
    flag_event(path, "b", {"inactive": True})
    return path


BREAK = (
    ("events", "update event_rows set actor = 6, other_user = 5 where actor = 5"),
    ("sets", "update activity set total = total + 1 where event = 0 and dimension = 0"),
    ("sets", "delete from activity where event = -1 and day % 3 = 0"),
    ("sets", "update activity set users = 'no set' where event = 1 and dimension = 1"),
    ("sets", "delete from activity where dimension >= 100"),
    ("sets", "delete from activity where dimension >= 100 and value > 0"),
    ("sets", "insert into activity select event, 1, 999, day, total, users from activity "
             "where event = 1 and dimension = 0"),
    ("sets", "update event_properties set properties = '{\"plan\":\"new\"}' where seq < 200"),
    ("first days", "delete from first_activity where event = 2"),
    ("first days", "update first_activity set day = day + 1000 where event = 0"),
    ("sessions", 'update sessions set "end" = "end" + 1 where actor = 3'),
    ("sessions", "delete from sessions where actor > 2"),
    ("sessions", "update sessions set actor = actor + 50 where actor < 3"),
    ("totals of sessions", "update session_days set length = length + 1"),
    ("totals of sessions", "delete from session_days where day % 2 = 0"),
    ("totals of logs", "delete from log_days where day % 2 = 0"),
    ("totals of logs", "update log_days set total = 7"),
    ("blocks", "delete from blocks where event = 1 and day % 2 = 0"),
    ("blocks", "delete from blocks where field = 10"),
    ("blocks", "update blocks set data = x'00' where field = 0 and event = 2"),
)  # fmt: skip


@pytest.mark.parametrize(("part", "statement"), BREAK)
def test_what_is_wrong_is_found_and_repaired(path: Path, part: str, statement: str) -> None:
    assert not check(path).wrong
    with closing(sqlite3.connect(path)) as db, db:
        before = recount.dump(db)
        assert db.execute(statement).rowcount > 0
    found = check(path)
    wrong = [each.name for each in found.parts if each.wrong]
    assert wrong[0] == part
    if part == "events":  # whose sets and sessions are others' then
        assert "blocks" not in wrong
    else:
        assert wrong in ([part], [part, "blocks"])
        assert ("blocks" in wrong) == ("event_properties" in statement or part == "blocks")
    assert all(each.example for each in found.parts[:4] if each.wrong)
    repaired = check(path, repair=True)
    assert repaired.repaired
    if part != "events":
        assert [each.wrong for each in repaired.parts] == [each.wrong for each in found.parts]
    assert not check(path).wrong
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        after = recount.dump(db)
        if "event_properties" not in statement:
            assert recount.stored_activity(db)
            assert {**after, "activity": 0, "first_activity": 0} == {
                **before, "activity": 0, "first_activity": 0
            }  # fmt: skip


def test_a_set_that_differs_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        nobody = BitMap().serialize()
        db.execute(
            """
            update activity set users = ? where (event, dimension, value, day) = (
                select event, dimension, value, day from activity
                where event = 1 and dimension = 1 and value > 0
                order by day, value desc limit 1
            )
            """,
            (nobody,),
        )
    (_, found, *_) = check(path).parts
    assert (found.wrong, found.days) == (1, 1)
    assert found.example == (
        "a on 2025-10-09 with country '': stored 2 events of 0 people, counted 2 events of 2 people"
    )


def test_a_repair_that_stops_leaves_everything(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("delete from activity where day % 2 = 0")
        before = recount.dump(db)

    def stop(what: str, done: int, whole: int) -> None:
        if what == "sessions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(path, repair=True, told=stop)
    with closing(sqlite3.connect(path)) as db:
        assert recount.dump(db) == before


def test_a_person_that_is_no_number_is_damage_and_is_repaired(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        before = recount.dump(db)
        db.execute("update event_rows set actor = -7, other_user = 3 where actor = 3")
    with pytest.raises(Damaged, match="cannot be decoded"):
        check(path)
    assert check(path, repair=True).wrong
    with closing(sqlite3.connect(path)) as db:
        assert recount.dump(db) == before
