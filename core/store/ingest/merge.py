"""Moving stored events to another actor after links or aliases (definitions 1.1).

Only the events of the affected actors are read; sets lose and gain exactly the actors that moved.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyroaring import BitMap

from core.columns import CONTEXT
from core.sql.sets import load
from core.store.ingest.activity import Activity, Key
from core.store.ingest.identity import Identity
from core.store.ingest.properties import Properties
from core.store.traits import Traits

_CONTEXT = ", ".join(CONTEXT)
_JSON = "(select properties from event_properties p where p.seq = e.seq)"

Stored = tuple[Any, ...]
"""ts, id, seq, event, day, user, device, then the context columns and the JSON of properties."""

_SEQ, _EVENT, _DAY, _USER, _DEVICE, _FIRST_CONTEXT = 2, 3, 4, 5, 6, 7


class Merge:
    """One round of moves, inside the caller's transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        identity: Identity,
        activity: Activity,
        properties: Properties,
        traits: Traits,
    ) -> None:
        self._connection = connection
        self._identity = identity
        self._activity = activity
        self._properties = properties
        self._traits = traits
        self._gone: dict[Key, set[int]] = defaultdict(set)
        self._come: dict[Key, set[int]] = defaultdict(set)
        self._lost: dict[Key, int] = defaultdict(int)
        self._again: set[int] = set()

    def run(self, affected: Mapping[int, int]) -> set[int]:
        """Move events to their new actors.

        Args:
            affected: actor -> ms: actors whose events, from then on, may count for someone else.

        Returns:
            The actors that lost or gained events.
        """
        moves = [move for actor, since in affected.items() for move in self._moves(actor, since)]
        for actor in affected:
            self._traits.move(actor)
        if not moves:
            return set()
        touched = {old for old, _, _ in moves} | {new for _, new, _ in moves}
        before = self._first_days(touched)
        for old, new, row in moves:
            self._move(old, new, row)
        self._keep_what_remains({old for old, _, _ in moves})
        self._write_activity()
        self._write_firsts(before, self._first_days(touched))
        self._activity.forget()
        return touched

    def _moves(self, actor: int, since: int) -> Iterable[tuple[int, int, Stored]]:
        for row in self._rows("actor = ? and ts >= ?", (actor, since)):
            new = self._identity.actor(row[_USER], row[_DEVICE], row[0])
            if new != actor:
                yield actor, new, row

    def _rows(self, where: str, values: Sequence[int]) -> list[Stored]:
        return self._connection.execute(
            f"""
            select ts, id, seq, event, day, user, device, {_CONTEXT}, {_JSON}
            from events e
            where {where}
            """,
            values,
        ).fetchall()

    def _move(self, old: int, new: int, row: Stored) -> None:
        """Move an event to `new`; if it has an identical one already, the first to arrive stays."""
        ts, id_, seq = row[:3]
        for twin in self._rows("actor = ? and ts = ? and id | 3 = ? | 3", (new, ts, id_)):
            if self._identity.actor(twin[_USER], twin[_DEVICE], ts) != new:
                continue  # about to move to somebody else
            if twin[_SEQ] < seq:
                self._drop(old, row)
                return
            self._drop(new, twin)
            self._again.add(new)
        for key in self._keys(row):
            self._gone[key].add(old)
            self._come[key].add(new)
        self._connection.execute(
            "update events set actor = ? where actor = ? and ts = ? and seq = ?",
            (new, old, ts, seq),
        )

    def _drop(self, actor: int, row: Stored) -> None:
        ts, _, seq = row[:3]
        self._connection.execute(
            "delete from events where actor = ? and ts = ? and seq = ?", (actor, ts, seq)
        )
        self._connection.execute("delete from event_properties where seq = ?", (seq,))
        for key in self._keys(row):
            self._gone[key].add(actor)
            self._lost[key] += 1

    def _keys(self, row: Stored) -> list[Key]:
        day, event = row[_DAY], row[_EVENT]
        wholes = self._activity.flags.wholes(event)
        values = [(0, 0), *((d, row[_FIRST_CONTEXT + d - 1]) for d in self._activity.sets)]
        keys = [(each, d, value, day) for each in (event, *wholes) for d, value in values]
        if properties := self._activity.properties(event):
            found = self._properties.read(row[-1]) if row[-1] else {}
            keys += [(event, d, found.get(d, 0), day) for d in properties]
        return keys

    def _keep_what_remains(self, actors: Iterable[int]) -> None:
        """Keep actors in sets where another of their events belongs; recheck those in `_again`."""
        for members in self._come.values():
            members -= self._again
        for actor in {*actors, *self._again}:
            for row in self._rows("actor = ?", (actor,)):
                for key in self._keys(row):
                    if key in self._gone:
                        self._gone[key].discard(actor)
                        if actor in self._again:
                            self._come[key].add(actor)

    def _write_activity(self) -> None:
        for key, gone in self._gone.items():
            row = self._connection.execute(
                """
                select total, users from activity
                where event = ? and dimension = ? and value = ? and day = ?
                """,
                key,
            ).fetchone()
            users = (load(row[1]) - BitMap(gone)) | BitMap(self._come[key])
            total = row[0] - self._lost.get(key, 0)
            if total:
                self._connection.execute(
                    """
                    update activity set total = ?, users = ?
                    where event = ? and dimension = ? and value = ? and day = ?
                    """,
                    (total, users.serialize(), *key),
                )
            else:
                self._connection.execute(
                    """
                    delete from activity
                    where event = ? and dimension = ? and value = ? and day = ?
                    """,
                    key,
                )

    def _first_days(self, actors: Iterable[int]) -> set[tuple[int, int, int]]:
        """Return (event, day, actor) for every first event, including those of any event."""
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

    def _write_firsts(
        self, before: set[tuple[int, int, int]], after: set[tuple[int, int, int]]
    ) -> None:
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
