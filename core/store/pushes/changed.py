"""What a push sends, new rows and those that changed, from one snapshot of a workspace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from core.store.pushes.connected import EVENT, SESSION
from core.store.workspace import read_meta


class Snapshot:
    """A workspace at the begin of a push.

    Attributes:
        last: the last event in order of arrival.
        last_log: the last message of logs.
        changes: the last change that is noted.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.last = int(read_meta(connection).get("next_seq", "1")) - 1
        self.last_log = self._one("select max(id) from log_messages")
        self.changes = self._one("select max(id) from cluster_changes")

    def keys(self, what: int) -> list[int]:
        """Return the people, or logs, of which something changed."""
        rows = self._connection.execute(
            "select distinct key from cluster_changes where what = ? order by key", (what,)
        )
        return [key for (key,) in rows]

    def events(self, upto: int) -> list[int]:
        """Return the events up to one whose rows changed, or their sessions."""
        rows = self._connection.execute(
            """
            select key from cluster_changes where what = ? and key <= ?
            union
            select e.seq
            from (
                select key as actor, min(since) as since
                from cluster_changes
                where what = ?
                group by key
            ) c
            join events e on e.actor = c.actor and e.ts >= c.since
            where e.seq <= ?
            """,
            (EVENT, upto, SESSION, upto),
        )
        return [seq for (seq,) in rows]

    def properties(self, most: int) -> list[tuple[str, str]]:
        """Return (name, state) of the properties that were first seen, up to a number of them."""
        return properties(self._connection, most)

    def rows(self, select: str, column: str, keys: Sequence[int]) -> Iterator[Sequence[Any]]:
        """Yield the rows of a statement where a column is one of some keys."""
        listed = f"[{','.join(map(str, keys))}]"
        yield from self._all(
            f"{select} where {column} in (select value from json_each(?))", (listed,)
        )

    def between(self, select: str, column: str, after: int, upto: int) -> Iterator[Sequence[Any]]:
        """Yield the rows of a statement where a column is above one number and up to another."""
        yield from self._all(f"{select} where {column} > ? and {column} <= ?", (after, upto))

    def all(self, select: str) -> Iterator[Sequence[Any]]:
        """Yield all rows of a statement."""
        yield from self._all(select, ())

    def count(self, after: int) -> int:
        """Return how many events arrived after one."""
        return self._one("select count(*) from events where seq > ?", (after,))

    def _one(self, select: str, parameters: Sequence[Any] = ()) -> int:
        (found,) = self._connection.execute(select, parameters).fetchone()
        return int(found or 0)

    def _all(self, select: str, parameters: Sequence[Any]) -> Iterator[Sequence[Any]]:
        yield from self._connection.execute(select, parameters)


def properties(connection: sqlite3.Connection, most: int) -> list[tuple[str, str]]:
    """Return (name, state) of the properties that were first seen, up to a number of them."""
    return connection.execute(
        "select name, state from property_keys order by id limit ?", (most,)
    ).fetchall()


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[Snapshot]:
    """Read a workspace as it is now, whatever is written meanwhile."""
    connection.execute("begin")
    try:
        yield Snapshot(connection)
    finally:
        connection.rollback()
