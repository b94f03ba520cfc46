"""Comparing stored sessions and totals of logs with the events and logs, and mending them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from pyroaring import BitMap

from core.store.ingest.flags import Flags
from core.store.ingest.sessions import Session, Sessions, cut, gap_of, gather
from core.store.session_days import COUNTED_DAYS, DAY_COLUMNS
from core.store.upkeep.comparing import Told, readable

EVERY: Final = 5_000
"""How many people's sessions are compared between two progress reports."""

_COLUMNS: Final = "day, level, service, source, pattern"


@dataclass
class SessionsApart:
    """How stored sessions differ from those of the events.

    Attributes:
        sessions: how many there should be.
        wrong: how many differ, are missing or should not be.
        actors: whose they are.
        example: an actor and the ms at which one of theirs starts or should.
    """

    sessions: int
    wrong: int
    actors: BitMap
    example: tuple[int, int] | None = None


def compare_sessions(
    connection: sqlite3.Connection, told: Told, *, repair: bool = False
) -> SessionsApart:
    """Compare all sessions; `repair` writes what differs, inside the caller's transaction."""
    found = SessionsApart(0, 0, BitMap())
    stored = _Stored(connection)
    people = _people(connection)
    for done, (actor, right) in enumerate(_counted(connection)):
        if not done % EVERY:
            told("sessions", done, people)
        for other, sessions in stored.before(actor):
            _note(found, other, sessions, set())
        found.sessions += len(right)
        _note(found, actor, stored.of(actor), right)
    for other, sessions in stored.before(2**62):
        _note(found, other, sessions, set())
    if repair:
        rebuild(connection, found.actors, told)
    return found


def compare_session_days(
    connection: sqlite3.Connection, *, repair: bool = False
) -> tuple[int, int]:
    """Return how many days have stored sessions, and on how many the totals are other ones."""
    if not connection.execute("pragma table_info(session_days)").fetchall():
        return 0, 0
    stored = f"select {DAY_COLUMNS} from session_days where sessions <> 0"
    totals = _Totals("session_days", "day", DAY_COLUMNS, stored, COUNTED_DAYS)
    return totals.compare(connection, repair=repair)


def rebuild(connection: sqlite3.Connection, actors: BitMap, told: Told) -> None:
    """Write the sessions of some actors anew, inside the caller's transaction."""
    sessions = Sessions(connection)
    for start in range(0, len(actors), EVERY):
        told("writing sessions", start, len(actors))
        sessions.rebuild(actors[start : start + EVERY])


def _note(found: SessionsApart, actor: int, stored: set[Session], right: set[Session]) -> None:
    if apart := {session[1:3] for session in stored ^ right}:
        found.wrong += len(apart)
        found.actors.add(actor)
        found.example = found.example or (actor, min(apart)[0])


def _people(connection: sqlite3.Connection) -> int:
    firsts = connection.execute("select users from first_activity where event = 0")
    return sum(len(readable(users)) for (users,) in firsts)


def _counted(connection: sqlite3.Connection) -> Iterator[tuple[int, set[Session]]]:
    """Yield every actor, in order, with the sessions that their events make."""
    uncounted, gap = Flags.read(connection).uncounted, gap_of(connection)
    rows = connection.execute(
        """
        select actor, ts, event, day, session from events
        where actor > 0 and session >= 0
        order by actor, ts, seq
        """
    )
    for actor, those in groupby(rows, itemgetter(0)):
        events = [row[1:] for row in those if row[2] not in uncounted]
        found = set(cut(actor, (e for e in events if not e[3]), gap))
        found.update(gather(actor, (e for e in events if e[3])))
        yield actor, found


class _Stored:
    """The stored sessions, read in order of their actors."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            """
            select actor, start, session, "end", events, day, entry, exit from sessions
            order by actor, start, session
            """
        )
        self._groups = groupby(rows, itemgetter(0))
        self._next = self._read()

    def _read(self) -> tuple[int, set[Session]] | None:
        for actor, rows in self._groups:
            return actor, set(rows)
        return None

    def before(self, actor: int) -> Iterator[tuple[int, set[Session]]]:
        """Yield the actors up to this one that were not asked for."""
        while self._next and self._next[0] < actor:
            yield self._next
            self._next = self._read()

    def of(self, actor: int) -> set[Session]:
        """Return the sessions of an actor, who is behind all asked for before."""
        if not self._next or self._next[0] != actor:
            return set()
        found = self._next[1]
        self._next = self._read()
        return found


def compare_log_days(connection: sqlite3.Connection, *, repair: bool = False) -> tuple[int, int]:
    """Return how many totals of logs there should be and how many are stored otherwise."""
    columns = f"{_COLUMNS}, total"
    stored = f"select {columns} from log_days"
    counted = f"select {_COLUMNS}, count(*) from logs group by {_COLUMNS}"
    return _Totals("log_days", _COLUMNS, columns, stored, counted).compare(
        connection, repair=repair
    )


class _Totals(NamedTuple):
    """Totals that are stored, and how they are counted.

    Attributes:
        table: where they are.
        key: the columns that tell them apart, which come first.
        columns: all columns.
        stored, counted: the queries for those that are and those that should be there.
    """

    table: str
    key: str
    columns: str
    stored: str
    counted: str

    def compare(self, connection: sqlite3.Connection, *, repair: bool) -> tuple[int, int]:
        """Return how many there should be and how many are stored otherwise; `repair` writes them
        anew, inside the caller's transaction.
        """
        (totals,) = connection.execute(f"select count(*) from ({self.counted})").fetchone()
        (wrong,) = connection.execute(
            f"""
            select count(*) from (
                select {self.key} from (select * from ({self.counted}) except {self.stored})
                union
                select {self.key} from ({self.stored} except select * from ({self.counted}))
            )
            """
        ).fetchone()
        if wrong and repair:
            connection.execute(f"delete from {self.table}")
            connection.execute(f"insert into {self.table} ({self.columns}) {self.counted}")
        return totals, wrong
