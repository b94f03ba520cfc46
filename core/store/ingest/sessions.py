"""Sessions, kept up to date batch by batch (definitions 9.2).

A session with an id is all events of one actor with that id. Events without a session id are split
where more than 30 minutes pass between two of them, and 24 hours after the session's start. Events
outside any session (session -1) and events of nobody belong to none, and neither do inactive and
deleted ones: sessions are as if these had not happened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Iterator

from core.store.ingest.flags import Flags

GAP = 30 * 60 * 1000
LONGEST = 24 * 60 * 60 * 1000

Event = tuple[int, int, int, int]
"""ts, event, day and session of one event."""

Session = tuple[int, int, int, int, int, int, int, int]
"""A row of `sessions`: actor, start, session, end, events, day, entry, exit."""

_INSERT = """
insert or replace into sessions (actor, start, session, "end", events, day, entry, exit)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""


def cut(actor: int, events: Iterable[Event], running: Session | None = None) -> Iterator[Session]:
    """Split events without session ids into sessions.

    Args:
        events: in order of (ts, seq).
        running: a session to continue, whose last event is before the first one given.
    """
    start = end = count = day = entry = exit_ = 0
    if running is not None:
        _, start, _, end, count, day, entry, exit_ = running
    for ts, event, event_day, _ in events:
        if count and ts - end <= GAP and ts - start < LONGEST:
            end, exit_ = ts, event
            count += 1
            continue
        if count:
            yield actor, start, 0, end, count, day, entry, exit_
        start = end = ts
        entry = exit_ = event
        count, day = 1, event_day
    if count:
        yield actor, start, 0, end, count, day, entry, exit_


def gather(actor: int, events: Iterable[Event]) -> Iterator[Session]:
    """Group events with session ids, in order of (ts, seq), into one session per id."""
    found: dict[int, list[int]] = {}
    for ts, event, day, session in events:
        row = found.get(session)
        if row is None:
            found[session] = [ts, ts, 1, day, event, event]
        else:
            row[1], row[5] = ts, event
            row[2] += 1
    for session, (start, end, count, day, entry, exit_) in found.items():
        yield actor, start, session, end, count, day, entry, exit_


class Sessions:
    """Keeps the table `sessions` in step with `events`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._uncounted = Flags.read(connection).uncounted
        self._counted = ""
        if self._uncounted:
            self._counted = (
                "and event not in (select id from event_names where inactive or deleted)"
            )

    def add(self, rows: Iterable[tuple[int, int, int, int, int]], known: Container[int]) -> None:
        """Update sessions for events that are already stored.

        Args:
            rows: (actor, ts, event, day, session), in order of (actor, ts, seq).
            known: actors who had events before these.
        """
        found: list[Session] = []
        special: dict[int, list[Event]] = {}
        current = start = end = count = first_day = entry = exit_ = 0
        fresh = False
        if self._uncounted:
            rows = (row for row in rows if row[2] not in self._uncounted)
        for actor, ts, event, day, session in rows:
            if actor != current:
                if count:
                    found.append((current, start, 0, end, count, first_day, entry, exit_))
                current, count, fresh = actor, 0, actor not in known
            if session or not fresh or not actor:
                special.setdefault(actor, []).append((ts, event, day, session))
                continue
            if count and ts - end <= GAP and ts - start < LONGEST:
                end, exit_ = ts, event
                count += 1
                continue
            if count:
                found.append((actor, start, 0, end, count, first_day, entry, exit_))
            start = end = ts
            entry = exit_ = event
            count, first_day = 1, day
        if count:
            found.append((current, start, 0, end, count, first_day, entry, exit_))
        special.pop(0, None)
        for actor, events in special.items():
            found += self._continued(actor, events, actor in known)
        self._connection.executemany(_INSERT, found)

    def _continued(self, actor: int, events: list[Event], known: bool) -> Iterator[Session]:
        given = gather(actor, (e for e in events if e[3] > 0))
        derived = [e for e in events if e[3] == 0]
        if derived:
            yield from self._go_on(actor, derived)
        for session in given:
            yield self._joined(session) if known else session

    def rebuild(self, actors: Iterable[int]) -> None:
        """Rebuild all sessions of some actors from their events."""
        for actor in actors:
            self._connection.execute("delete from sessions where actor = ?", (actor,))
            events = self._connection.execute(
                f"""
                select ts, event, day, session from events
                where actor = ? {self._counted}
                order by ts, seq
                """,
                (actor,),
            ).fetchall()
            self._connection.executemany(_INSERT, cut(actor, (e for e in events if e[3] == 0)))
            self._connection.executemany(_INSERT, gather(actor, (e for e in events if e[3] > 0)))

    def _go_on(self, actor: int, events: list[Event]) -> Iterable[Session]:
        first = events[0][0]
        last = self._connection.execute(
            """
            select actor, start, session, "end", events, day, entry, exit
            from sessions
            where actor = ? and session = 0
            order by start desc
            limit 1
            """,
            (actor,),
        ).fetchone()
        if last is None or last[3] < first:
            return cut(actor, events, last)
        return self._recut(actor, first)

    def _recut(self, actor: int, first: int) -> Iterable[Session]:
        row = self._connection.execute(
            """
            select max(start) from sessions
            where actor = ? and session = 0 and start <= ?
            """,
            (actor, first),
        ).fetchone()
        since = first if row[0] is None else row[0]
        self._connection.execute(
            "delete from sessions where actor = ? and session = 0 and start >= ?", (actor, since)
        )
        return cut(
            actor,
            self._connection.execute(
                f"""
                select ts, event, day, session from events
                where actor = ? and ts >= ? and session = 0 {self._counted}
                order by ts, seq
                """,
                (actor, since),
            ).fetchall(),
        )

    def _joined(self, session: Session) -> Session:
        actor, start, key, end, *_ = session
        row = self._connection.execute(
            'select start, "end" from sessions where session = ? and actor = ?', (key, actor)
        ).fetchone()
        if row is None:
            return session
        self._connection.execute(
            "delete from sessions where actor = ? and start = ? and session = ?",
            (actor, row[0], key),
        )
        events = self._connection.execute(
            f"""
            select ts, event, day, session from events
            where actor = ? and ts between ? and ? and session = ? {self._counted}
            order by ts, seq
            """,
            (actor, min(start, row[0]), max(end, row[1]), key),
        ).fetchall()
        return next(iter(gather(actor, events)))
