"""What stored sets lose and gain when a few stored events leave their actors.

Only the events of the affected actors are read; sets lose and gain exactly the actors that left.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pyroaring import BitMap

from core.columns import CONTEXT
from core.sql.sets import load
from core.store.ingest.activity import Activity, Key
from core.store.ingest.properties import Properties
from core.store.rows.layout import move

_CONTEXT = ", ".join(CONTEXT)
_JSON = "(select properties from event_properties p where p.seq = e.seq)"

Stored = tuple[Any, ...]
"""ts, id, seq, event, day, user, device, then the context columns and the JSON of properties."""

SEQ, EVENT, DAY, USER, DEVICE, _FIRST_CONTEXT = 2, 3, 4, 5, 6, 7

First = tuple[int, int, int]
"""event, the day of its first occurrence, actor."""


class Shifts:
    """One round of changes, inside the caller's transaction.

    `move` and `drop` change rows and note what that means for the sets; `write` writes it.
    """

    def __init__(
        self, connection: sqlite3.Connection, activity: Activity, properties: Properties
    ) -> None:
        self._connection = connection
        self._activity = activity
        self._properties = properties
        self._gone: dict[Key, set[int]] = defaultdict(set)
        self._come: dict[Key, set[int]] = defaultdict(set)
        self._lost: dict[Key, int] = defaultdict(int)

    def rows(self, where: str, values: Sequence[int]) -> list[Stored]:
        """Return the events that a condition finds."""
        return self._connection.execute(
            f"""
            select ts, id, seq, event, day, user, device, {_CONTEXT}, {_JSON}
            from events e
            where {where}
            """,
            values,
        ).fetchall()

    def move(self, old: int, new: int, row: Stored) -> None:
        """Let an event of `old` count for `new`."""
        for key in self._keys(row):
            self._gone[key].add(old)
            self._come[key].add(new)
        move(self._connection, [(new, old, row[0], row[SEQ])])

    def drop(self, actor: int, row: Stored) -> None:
        """Delete an event."""
        ts, _, seq = row[:3]
        self._connection.execute(
            "delete from event_rows where actor = ? and ts = ? and seq = ?", (actor, ts, seq)
        )
        self._connection.execute("delete from event_properties where seq = ?", (seq,))
        for key in self._keys(row):
            self._gone[key].add(actor)
            self._lost[key] += 1

    def _keys(self, row: Stored) -> list[Key]:
        day, event = row[DAY], row[EVENT]
        wholes = self._activity.flags.wholes(event)
        values = [(0, 0), *((d, row[_FIRST_CONTEXT + d - 1]) for d in self._activity.sets)]
        keys = [(each, d, value, day) for each in (event, *wholes) for d, value in values]
        if properties := self._activity.properties(event):
            found = self._properties.read(row[-1]) if row[-1] else {}
            keys += [(event, d, found.get(d, 0), day) for d in properties]
        return keys

    def write(self, actors: Iterable[int], again: Iterable[int] = ()) -> list[Key]:
        """Write the changed sets; return those that have no event left.

        Args:
            actors: those that lost events.
            again: those that gained events and lost others for them.
        """
        self._keep_what_remains(actors, set(again))
        emptied = [key for key, gone in self._gone.items() if not self._write_set(key, gone)]
        self._activity.forget()
        return emptied

    def _keep_what_remains(self, actors: Iterable[int], again: set[int]) -> None:
        """Keep actors in sets where another of their events belongs; recheck those in `again`."""
        for members in self._come.values():
            members -= again
        for actor in {*actors, *again} - {0}:
            for row in self.rows("actor = ?", (actor,)):
                for key in self._keys(row):
                    if key in self._gone:
                        self._gone[key].discard(actor)
                        if actor in again:
                            self._come[key].add(actor)

    def _write_set(self, key: Key, gone: set[int]) -> bool:
        """Write one set; return whether any event is left in it."""
        place = "event = ? and dimension = ? and value = ? and day = ?"
        row = self._connection.execute(
            f"select total, users from activity where {place}", key
        ).fetchone()
        users = (load(row[1]) - BitMap(gone)) | BitMap(self._come[key])
        total = row[0] - self._lost.get(key, 0)
        if total:
            self._connection.execute(
                f"update activity set total = ?, users = ? where {place}",
                (total, users.serialize(), *key),
            )
        else:
            self._connection.execute(f"delete from activity where {place}", key)
        return bool(total)

    def first_days(self, actors: Iterable[int]) -> set[First]:
        """Return the first day of every event of some actors, including that of any event."""
        found = set()
        for actor in actors:
            firsts = self._connection.execute(
                "select event, min(day) from events where actor = ? group by event", (actor,)
            ).fetchall()
            found |= {(event, day, actor) for event, day in firsts}
            first: dict[int, int] = {}
            for event, day in firsts:
                for whole in self._activity.flags.wholes(event):
                    first[whole] = min(day, first.get(whole, day))
            found |= {(whole, day, actor) for whole, day in first.items()}
        return found

    def write_firsts(self, before: set[First], after: set[First]) -> None:
        """Write the first days that changed, given those of some actors before and after."""
        changes: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        for event, day, actor in before - after:
            changes.setdefault((event, day), ([], []))[0].append(actor)
        for event, day, actor in after - before:
            changes.setdefault((event, day), ([], []))[1].append(actor)
        for (event, day), (gone, come) in changes.items():
            self._write_first(event, day, gone, come)

    def _write_first(self, event: int, day: int, gone: Sequence[int], come: Sequence[int]) -> None:
        row = self._connection.execute(
            "select users from first_activity where event = ? and day = ?", (event, day)
        ).fetchone()
        users = load(row[0]) if row else BitMap()
        users = (users - BitMap(gone)) | BitMap(come)
        if users:
            self._connection.execute(
                "insert or replace into first_activity (event, day, users) values (?, ?, ?)",
                (event, day, users.serialize()),
            )
        else:
            self._connection.execute(
                "delete from first_activity where event = ? and day = ?", (event, day)
            )
