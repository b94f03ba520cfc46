"""Taking events and logs out of a workspace, with everything that is derived from them.

Everything happens inside the caller's transaction. Links, aliases and traits stay: they are
statements of their own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from pyroaring import BitMap, BitMap64

from core.columns import CONTEXT
from core.sources.moments import EARLIEST
from core.store.imports.statements import read_bitmap
from core.store.ingest.activity import Activity
from core.store.ingest.properties import Properties
from core.store.rows.contexts import clear_contexts
from core.store.rows.extent import measure_extent
from core.store.upkeep.comparing import Comparison, Place, Told, silent
from core.store.upkeep.recutting import rebuild
from core.store.upkeep.shifts import SEQ, Shifts
from core.store.upkeep.unused import (
    clear_identities,
    clear_names,
    clear_places,
    clear_scanned,
    clear_sessions,
)
from core.store.workspace import bump

FEW: Final = 20_000
"""Sets are mended actor by actor if the actors have at most this many events, or a quarter of all,
but not above MANY; otherwise all are counted again."""

MANY: Final = 300_000


@dataclass
class Removed:
    """What was taken out.

    Attributes:
        events: how many.
        people: those who have no event left.
        actors: everybody who lost some.
    """

    events: int = 0
    people: int = 0
    actors: BitMap = field(default_factory=BitMap)


def remove_events(
    connection: sqlite3.Connection,
    seqs: BitMap64,
    told: Told = silent,
) -> Removed:
    """Take events out, with their properties, sets, sessions, and names that only they used.

    Args:
        seqs: `seq` of the events; those that are not stored are passed over.
        told: called with the progress.
    """
    with _listed(connection, "removed_seqs", seqs):
        removed = _Removal(connection, told).run()
    _forget(connection, "import_events", "seqs", seqs)
    return removed


class _Removal:
    """One removal of the events listed in temp.removed_seqs."""

    def __init__(self, connection: sqlite3.Connection, told: Told) -> None:
        self._connection = connection
        self._told = told
        self._activity = Activity(connection)

    def run(self) -> Removed:
        """Remove them."""
        self._told("events", 0, 0)
        scanned = "".join(f", {CONTEXT[d - 1]}" for d in self._scanned())
        self._connection.execute(
            f"""
            create temp table removed_events as
            select actor, ts, seq, event, session, user, device, context{scanned}
            from events
            where seq in (select id from temp.removed_seqs)
            order by actor, ts, seq
            """
        )
        try:
            (count,) = self._connection.execute(
                "select count(*) from temp.removed_events"
            ).fetchone()
            actors = self._distinct("actor")
            actors.discard(0)
            removed = Removed(count, 0, actors)
            if count:
                self._remove(removed)
        finally:
            self._connection.execute("drop table if exists temp.removed_events")
        return removed

    def _remove(self, removed: Removed) -> None:
        people, sessions = self._distinct("user", "device", "actor"), self._distinct("session")
        names = self._distinct("event")
        scanned = {d: self._distinct(CONTEXT[d - 1]) for d in self._scanned()}
        before = len(self._activity.seen(0))
        if self._are_few(removed):
            emptied = self._one_by_one(removed.actors)
        else:
            emptied = self._all_at_once()
        rebuild(self._connection, removed.actors, self._told)
        self._told("names", 0, 0)
        clear_places(self._connection, emptied)
        for dimension, ids in scanned.items():
            clear_scanned(self._connection, dimension, ids)
        clear_names(self._connection, names)
        clear_sessions(self._connection, sessions)
        clear_identities(self._connection, people)
        clear_contexts(self._connection, "temp.removed_events")
        self._settle()
        removed.people = before - len(Activity(self._connection).seen(0))

    def _distinct(self, *columns: str) -> BitMap:
        union = " union ".join(f"select {column} from temp.removed_events" for column in columns)
        return BitMap(id_ for (id_,) in self._connection.execute(union) if id_ >= 0)

    def _scanned(self) -> list[int]:
        rows = self._connection.execute("select id from dimensions where state = 'scan'")
        return [id_ for (id_,) in rows]

    def _are_few(self, removed: Removed) -> bool:
        count = removed.events
        most = min(max(FEW, self._all() // 4), MANY)
        for actor in removed.actors:
            if count > most:
                return False
            (own,) = self._connection.execute(
                "select count(*) from events where actor = ?", (actor,)
            ).fetchone()
            count += own
        return count <= most

    def _all(self) -> int:
        (found,) = self._connection.execute("select count(*) from events").fetchone()
        return int(found)

    def _one_by_one(self, actors: BitMap) -> set[Place]:
        """Delete the events and mend the sets of their actors."""
        shifts = Shifts(self._connection, self._activity, Properties(self._connection))
        before = shifts.first_days(actors)
        for actor, ts, seq in self._connection.execute(
            "select actor, ts, seq from temp.removed_events"
        ).fetchall():
            for row in shifts.rows("actor = ? and ts = ? and seq = ?", (actor, ts, seq)):
                assert row[SEQ] == seq
                shifts.drop(actor, row)
        emptied = shifts.write(actors)
        shifts.write_firsts(before, shifts.first_days(actors))
        return {key[:3] for key in emptied}

    def _all_at_once(self) -> set[Place]:
        """Delete the events and count all sets again."""
        self._connection.execute(
            """
            delete from event_rows
            where (actor, ts, seq) in (select actor, ts, seq from temp.removed_events)
            """
        )
        self._connection.execute(
            "delete from event_properties where seq in (select id from temp.removed_seqs)"
        )
        return Comparison(self._connection, self._told, repair=True).run().emptied

    def _settle(self) -> None:
        """Write the time of the latest event, which decides what an import looks up."""
        self._connection.execute(
            """
            insert or replace into meta (key, value)
            select 'latest', coalesce(max(ts), ?) from event_rows
            """,
            (EARLIEST,),
        )
        measure_extent(self._connection)
        bump(self._connection)


# -- logs


def remove_logs(
    connection: sqlite3.Connection,
    messages: BitMap64,
    told: Told = silent,
) -> int:
    """Take logs out, with their messages, totals by day, and texts that only they used.

    Args:
        messages: the column `message` of the logs; those that are not stored are passed over.

    Returns:
        How many were taken out.
    """
    told("logs", 0, 0)
    with _listed(connection, "removed_logs", messages):
        removed = _remove_logs(connection)
    _forget(connection, "import_logs", "messages", messages)
    return removed


def _remove_logs(connection: sqlite3.Connection) -> int:
    among = "message in (select id from temp.removed_logs)"
    lost = connection.execute(
        f"""
        select day, level, service, source, pattern, count(*) from logs where {among}
        group by day, level, service, source, pattern
        """
    ).fetchall()
    if not lost:
        return 0
    sessions = connection.execute(f"select distinct session from logs where {among}").fetchall()
    connection.execute(f"delete from logs where {among}")
    connection.execute("delete from log_messages where id in (select id from temp.removed_logs)")
    day = "day = ? and level = ? and service = ? and source = ? and pattern = ?"
    connection.executemany(
        f"update log_days set total = total - ? where {day}",
        ((count, *key) for *key, count in lost),
    )
    connection.execute("delete from log_days where total <= 0")
    _clear_texts(connection, {text for row in lost for text in row[2:5]})
    clear_sessions(connection, [session for (session,) in sessions])
    bump(connection)
    return sum(row[-1] for row in lost)


def _clear_texts(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Delete texts that no log has."""
    connection.execute(
        """
        delete from log_texts
        where id in (select value from json_each(?))
          and id not in (
              select service from log_days
              union select source from log_days
              union select pattern from log_days
          )
        """,
        (json.dumps(list(ids)),),
    )
    connection.execute("delete from log_letters where pattern not in (select id from log_texts)")


# -- both


def _forget(connection: sqlite3.Connection, table: str, column: str, ids: BitMap64) -> None:
    """Take events or logs out of what imports contained: a number may be given again."""
    for (import_,) in connection.execute(f"select import from {table}").fetchall():
        before = read_bitmap(connection, table, column, import_)
        if left := before - ids:
            if len(left) < len(before):
                connection.execute(
                    f"update {table} set {column} = ? where import = ?",
                    (left.serialize(), import_),
                )
        else:
            connection.execute(f"delete from {table} where import = ?", (import_,))


@contextmanager
def _listed(connection: sqlite3.Connection, table: str, ids: BitMap64) -> Iterator[None]:
    """List numbers in a temporary table with the column `id`."""
    connection.execute(f"create temp table {table} (id integer primary key)")
    try:
        connection.executemany(f"insert into temp.{table} values (?)", ((id_,) for id_ in ids))
        yield
    finally:
        connection.execute(f"drop table if exists temp.{table}")
