"""Sessions, kept up to date batch by batch (definitions 9.2).

A session with an id is all events of one actor with that id. Events without a session id are split
where more than the workspace's gap, 30 minutes by default, passes between two of them, and 24 hours
after the session's start. Events outside any session (session -1) and events of nobody belong to
none, and neither do inactive and deleted ones: sessions are as if these had not happened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from core.errors import BadInput
from core.store.ingest.flags import Flags
from core.store.rows.inserting import insert, parts_of

GAP = 30 * 60 * 1000
"""The usual gap, ms."""

GAP_KEY = "session_gap"
"""Where in `meta` that of a workspace is kept, ms, if it is another one."""

LONGEST = 24 * 60 * 60 * 1000
_LEAST_GAP = 1000

Event = tuple[int, int, int, int]
"""ts, event, day and session of one event."""

Session = tuple[int, int, int, int, int, int, int, int]
"""A row of `sessions`: actor, start, session, end, events, day, entry, exit."""

_COLUMNS = ("actor", "start", "session", '"end"', "events", "day", "entry", "exit")

_REPLACING = """
on conflict (actor, start, session) do update
set "end" = excluded."end", events = excluded.events, day = excluded.day, entry = excluded.entry,
    exit = excluded.exit
"""

_INSERT = f"""
insert into sessions ({", ".join(_COLUMNS)}) values (?, ?, ?, ?, ?, ?, ?, ?) {_REPLACING}
"""

_DELETE = "delete from sessions where actor = ? and start = ? and session = ?"

_SELECT = 'select actor, start, session, "end", events, day, entry, exit from sessions'
_BETWEEN = """
select s.actor, start, session, "end", events, day, entry, exit
from (values %s) asked
cross join sessions s
    on s.actor = asked.column1 and start between asked.column2 and asked.column3 and session = 0
"""
_OF_ID = f"{_SELECT} where session = ? and session > 0 and actor = ?"


def gap_of(connection: sqlite3.Connection) -> int:
    """Return how many ms may pass between two events of a session without an id."""
    found = connection.execute("select value from meta where key = ?", (GAP_KEY,)).fetchone()
    return int(found[0]) if found else GAP


def check_gap(gap: int) -> None:
    """Raise BadInput if a gap, ms, is shorter than a second or longer than any session."""
    if not _LEAST_GAP <= gap <= LONGEST:
        raise BadInput("A session gap is at least 1s and at most 24h.")


def cut(actor: int, events: Iterable[Event], gap: int) -> Iterator[Session]:
    """Split events without session ids, in order of (ts, seq), into sessions.

    Args:
        gap: the most ms between two events of one.
    """
    start = end = count = day = entry = exit_ = 0
    for ts, event, event_day, _ in events:
        if count and ts - end <= gap and ts - start < LONGEST:
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
    """Keeps the table `sessions` in step with `events`; triggers keep `session_days` with it.

    Attributes:
        uncounted: the names of events that belong to none.
        gap: the most ms between two events of a session without an id.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.uncounted = Flags.read(connection).uncounted
        self.gap = gap_of(connection)
        self._counted = ""
        if self.uncounted:
            self._counted = (
                "and event not in (select id from event_names where inactive or deleted)"
            )

    def change(self, gone: Iterable[tuple[int, ...]], rows: Iterable[tuple[int, ...]]) -> None:
        """Delete sessions, given by actor, start and session, and write others."""
        self._connection.executemany(_DELETE, gone)
        parts = parts_of(list(rows))
        insert(self._connection, "insert into sessions", _COLUMNS, parts, _REPLACING)

    def between(self, asked: Sequence[tuple[int, int, int]]) -> list[Session]:
        """Return the sessions without an id of actors that start from some ms to others."""
        found: list[Session] = []
        for part in parts_of(asked):
            marks = ", ".join(["(?, ?, ?)"] * (len(part) // 3))
            found += self._connection.execute(_BETWEEN % marks, part)
        return found

    def of_id(self, actor: int, session: int) -> list[Session]:
        """Return an actor's session with an id, or nothing."""
        return self._connection.execute(_OF_ID, (session, actor)).fetchall()

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
            without_id = cut(actor, (e for e in events if e[3] == 0), self.gap)
            self._connection.executemany(_INSERT, without_id)
            self._connection.executemany(_INSERT, gather(actor, (e for e in events if e[3] > 0)))

    def recut(self, actor: int, since: int) -> None:
        """Cut an actor's sessions without an id anew, from the one running at `since` ms on."""
        row = self._connection.execute(
            """
            select max(start) from sessions
            where actor = ? and session = 0 and start <= ?
            """,
            (actor, since),
        ).fetchone()
        since = since if row[0] is None else row[0]
        self._connection.execute(
            "delete from sessions where actor = ? and session = 0 and start >= ?", (actor, since)
        )
        events = self._connection.execute(
            f"""
            select ts, event, day, session from events
            where actor = ? and ts >= ? and session = 0 {self._counted}
            order by ts, seq
            """,
            (actor, since),
        ).fetchall()
        self._connection.executemany(_INSERT, cut(actor, events, self.gap))
