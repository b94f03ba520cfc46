"""Sessions: the given id, or a gap of 30 minutes and a cap of 24 hours (definitions 9.2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tests.worlds import recount

START = 1_760_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty workspace."""
    with closing(open_writer(tmp_path / "w.db")) as connection:
        yield connection


def _lengths(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """(minutes, events) of every session, by start."""
    rows = db.execute('select ("end" - start) / 60000, events from sessions order by start')
    return rows.fetchall()


def _at(*minutes: float, user: str = "ann", session: str | None = None) -> list[Event]:
    return [Event("a", START + int(m * MINUTE), user, session=session) for m in minutes]


def test_a_gap_of_exactly_30_minutes_goes_on_and_more_starts_anew(db: sqlite3.Connection) -> None:
    store_events(db, _at(0, 30, 60.001, 61))
    assert _lengths(db) == [(30, 2), (0, 2)]


def test_a_session_ends_24_hours_after_its_start(db: sqlite3.Connection) -> None:
    store_events(db, _at(*range(0, 26 * 60, 20)))
    assert _lengths(db) == [(24 * 60 - 20, 72), (100, 6)]


def test_single_events_have_sessions_of_no_length(db: sqlite3.Connection) -> None:
    store_events(db, _at(0, 200))
    assert _lengths(db) == [(0, 1), (0, 1)]


@pytest.mark.parametrize("order", [(0, 20, 40), (40, 20, 0), (0, 40, 20), (20, 0, 40)])
def test_the_order_of_arrival_does_not_matter(
    db: sqlite3.Connection, order: tuple[int, ...]
) -> None:
    for minute in order:
        store_events(db, _at(minute))
    assert _lengths(db) == [(40, 3)]
    recount.check(db)


def test_an_event_in_between_joins_two_sessions(db: sqlite3.Connection) -> None:
    store_events(db, _at(0, 50, 300))
    assert len(_lengths(db)) == 3
    store_events(db, _at(25))
    assert _lengths(db) == [(50, 3), (0, 1)]


def test_a_given_id_holds_a_session_together(db: sqlite3.Connection) -> None:
    store_events(db, _at(0, 300, session="s1") + _at(10, user="bob", session="s1"))
    assert _lengths(db) == [(300, 2), (0, 1)]
    store_events(db, _at(-60, 600, session="s1") + _at(5))
    assert _lengths(db) == [(660, 4), (0, 1), (0, 1)]
    recount.check(db)


def test_events_outside_any_session_and_of_nobody_make_none(db: sqlite3.Connection) -> None:
    store_events(db, [*_at(0, session="-1"), Event("a", START)])
    assert _lengths(db) == []
    assert db.execute("select count(*) from events").fetchone() == (2,)


def test_a_session_has_the_day_it_started_and_its_first_and_last_event(tmp_path: Path) -> None:
    midnight = 1_759_960_800_000
    with closing(open_writer(tmp_path / "a.db", zone="Europe/Amsterdam")) as db:
        store_events(
            db,
            [
                Event("open", midnight - MINUTE, "ann"),
                Event("read", midnight, "ann"),
                Event("close", midnight + MINUTE, "ann"),
            ],
        )
        row = db.execute(
            """
            select date(s.day * 86400, 'unixepoch'), i.name, o.name from sessions s
            join event_names i on i.id = s.entry join event_names o on o.id = s.exit
            """
        ).fetchall()
    assert row == [("2025-10-08", "open", "close")]


@pytest.mark.parametrize("seed", range(3))
def test_events_that_arrive_in_any_order_make_the_same_sessions(
    db: sqlite3.Connection, seed: int
) -> None:
    random = Random(seed)
    minutes = [(random.choice("aaaaaabc"), minute) for minute in range(0, 4 * 24 * 60, 7)]
    events = [
        Event(
            random.choice("vwxyz"),
            START + minute * MINUTE + random.choice((0, 0, 1)),
            user,
            session=random.choice((None, None, None, None, "s", "t", "-1")),
            event_id=str(number),
        )
        for number, (user, minute) in enumerate([each for each in minutes for _ in range(2)])
        if user != "b" or random.random() < 0.5
    ]
    random.shuffle(events)
    for start in range(0, len(events), 97):
        store_events(db, events[start : start + 97])
    recount.check(db)
    assert max(count for _, count in _lengths(db)) > 40
