"""Who was active when, as sets: the tables `activity` and `first_activity`.

Event 0 is any event that is not deleted, event -1 any active one while some event is inactive,
dimension 0 no breakdown, value 0 a missing value. A dimension has rows once some event has a value
for it, and then for missing values too; beyond MAX_SET_VALUES values it has none and its state is
"scan".

A property is a dimension of single events only, not of 0 and -1, and has rows only for events that
ever had a value for it. For others the rows would equal those of no breakdown.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from pyroaring import BitMap

from core.columns import CONTEXT, MAX_SET_VALUES
from core.sql.sets import load
from core.store.ingest.flags import Flags
from core.store.ingest.properties import Values

Key = tuple[int, int, int, int]
"""event, dimension, value, day."""


class Activity:
    """Keeps both tables in step with `events`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.flags = Flags.read(connection)
        self._seen: dict[int, BitMap] = {}
        self._days: set[int] | None = None
        self._scanned = {
            row[0] for row in connection.execute("select id from dimensions where state = 'scan'")
        }
        self._properties: dict[int, set[int]] = defaultdict(set)
        for event, dimension in connection.execute(
            """
            select n.id, k.id from event_names n, property_keys k
            where exists (select 1 from activity a where a.event = n.id and a.dimension = k.id)
            """
        ):
            self._properties[event].add(dimension)
        self._counts = dict.fromkeys(range(1, len(CONTEXT) + 1), 0)
        self._counts.update(
            connection.execute(
                "select dimension, count(*) from dimension_values group by dimension"
            )
        )

    @property
    def sets(self) -> list[int]:
        """The context dimensions that have rows in `activity`."""
        return [d for d, count in self._counts.items() if count and d not in self._scanned]

    def properties(self, event: int) -> Collection[int]:
        """Return the properties that have rows for an event."""
        return self._properties.get(event, ())

    def seen(self, event: int) -> BitMap:
        """Return everyone who ever did an event (0: any event)."""
        found = self._seen.get(event)
        if found is None:
            found = BitMap()
            for (users,) in self._connection.execute(
                "select users from first_activity where event = ?", (event,)
            ):
                found |= load(users)
            self._seen[event] = found
        return found

    def forget(self) -> None:
        """Drop what is cached between batches, after events changed their actor."""
        self._seen.clear()

    def grow(self, counts: Mapping[int, int]) -> None:
        """Record how many new values each dimension got; new and overfull ones change state."""
        for dimension, count in counts.items():
            before = self._counts[dimension]
            self._counts[dimension] = before + count
            if dimension in self._scanned:
                continue
            if before + count > MAX_SET_VALUES:
                self._stop_sets(dimension)
            elif not before and count:
                self._start_sets(dimension)

    def _start_sets(self, dimension: int) -> None:
        self._connection.execute(
            """
            insert into activity (event, dimension, value, day, total, users)
            select event, ?, 0, day, total, users from activity where dimension = 0
            """,
            (dimension,),
        )

    def _stop_sets(self, dimension: int) -> None:
        self._scanned.add(dimension)
        self._connection.execute("update dimensions set state = 'scan' where id = ?", (dimension,))
        self._connection.execute("delete from activity where dimension = ?", (dimension,))

    def know_property(self, event: int, dimension: int) -> None:
        """Note that a property has, or is about to have, rows for an event."""
        self._properties[event].add(dimension)

    def start_property(self, event: int, dimension: int) -> None:
        """Start a property's sets for an event; no stored event of that name has a value for it
        yet.
        """
        self.know_property(event, dimension)
        self._connection.execute(
            """
            insert into activity (event, dimension, value, day, total, users)
            select event, ?, 0, day, total, users from activity where event = ? and dimension = 0
            """,
            (dimension, event),
        )

    def stop_property(self, dimension: int) -> None:
        """Drop a property's sets."""
        for event, dimensions in self._properties.items():
            if dimension in dimensions:
                dimensions.discard(dimension)
                self._connection.execute(
                    "delete from activity where event = ? and dimension = ?", (event, dimension)
                )

    def add(
        self,
        actors: Sequence[int],
        events: Sequence[int],
        days: Sequence[int],
        context: Mapping[int, Sequence[int]],
        properties: Sequence[Values] = (),
    ) -> None:
        """Add new events, given column by column.

        Args:
            context: dimension -> value ids.
            properties: per event, the values of properties that have sets; () if no event has any.
        """
        if not actors:
            return
        self._start_properties(events, properties)
        self.add_properties(actors, events, days, properties)
        self._add_sets(0, _bucket(events, days, None, actors), firsts=True)
        missing: dict[tuple[int, int, int], list[int]] | None = None
        for dimension in self.sets:
            values = context.get(dimension)
            if values is not None:
                self._add_sets(dimension, _bucket(events, days, values, actors))
                continue
            if missing is None:
                missing = _bucket(events, days, None, actors)
            self._add_sets(dimension, missing)
        if self._days is not None:
            self._days.update(days)

    def _start_properties(self, events: Sequence[int], properties: Sequence[Values]) -> None:
        found: dict[int, set[int]] = defaultdict(set)
        for event, values in zip(events, properties, strict=False):
            if values:
                found[event].update(values)
        for event, dimensions in found.items():
            for dimension in dimensions - self._properties[event]:
                self.start_property(event, dimension)

    def add_properties(
        self,
        actors: Sequence[int],
        events: Sequence[int],
        days: Sequence[int],
        properties: Sequence[Values],
    ) -> None:
        """Like `add`, but only for the sets of properties."""
        rows: dict[tuple[int, int], list[tuple[Values, int]]] = defaultdict(list)
        nothing: Sequence[Values] = [{}] * len(actors)
        columns = zip(events, days, properties or nothing, actors, strict=True)
        for event, day, values, actor in columns:
            rows[event, day].append((values, actor))
        found: dict[int, dict[tuple[int, int, int], list[int]]] = defaultdict(dict)
        for (event, day), those in rows.items():
            for dimension in self.properties(event):
                buckets: dict[int, list[int]] = defaultdict(list)
                for values, actor in those:
                    buckets[values.get(dimension, 0)].append(actor)
                for value, members in buckets.items():
                    found[dimension][event, value, day] = members
        for dimension, bucketed in sorted(found.items()):
            self._add_sets(dimension, bucketed, wholes=False)

    def _add_sets(
        self,
        dimension: int,
        buckets: Mapping[tuple[int, int, int], list[int]],
        *,
        firsts: bool = False,
        wholes: bool = True,
    ) -> None:
        totals: dict[Key, int] = defaultdict(int)
        users: dict[Key, BitMap] = {}
        for (event, value, day), members in buckets.items():
            found = BitMap(members)
            found.discard(0)
            totals[event, dimension, value, day] = len(members)
            users[event, dimension, value, day] = found
            for whole in self.flags.wholes(event) if wholes else ():
                anyone = (whole, dimension, value, day)
                totals[anyone] += len(members)
                if anyone in users:
                    users[anyone] |= found
                else:
                    users[anyone] = found.copy()
        if firsts:
            self._add_firsts(users)
        self._write(totals, users)

    def _write(self, totals: Mapping[Key, int], users: Mapping[Key, BitMap]) -> None:
        stored_days = self._stored_days()
        rows = []
        for key in sorted(users):
            found, total = users[key], totals[key]
            if key[3] in stored_days:
                row = self._connection.execute(
                    """
                    select total, users from activity
                    where event = ? and dimension = ? and value = ? and day = ?
                    """,
                    key,
                ).fetchone()
                if row is not None:
                    total += row[0]
                    found = found | load(row[1])
            rows.append((*key, total, found.serialize()))
        self._connection.executemany(
            """
            insert or replace into activity (event, dimension, value, day, total, users)
            values (?, ?, ?, ?, ?, ?)
            """,
            rows,
        )

    def _stored_days(self) -> set[int]:
        if self._days is None:
            self._days = {
                row[0]
                for row in self._connection.execute(
                    """
                    select day from activity
                    where event in (select 0 union select id from event_names where deleted)
                      and dimension = 0 and value = 0
                    """
                )
            }
        return self._days

    def _add_firsts(self, users: Mapping[Key, BitMap]) -> None:
        by_event: dict[int, dict[int, BitMap]] = defaultdict(dict)
        for (event, _, _, day), found in users.items():
            by_event[event][day] = found
        for event, by_day in by_event.items():
            self._add_firsts_of(event, by_day)

    def _add_firsts_of(self, event: int, found: Mapping[int, BitMap]) -> None:
        seen = self.seen(event)
        changed: dict[int, BitMap] = {}
        running = BitMap()
        again: dict[int, BitMap] = {}
        for day in sorted(found):
            first_here = found[day] - running
            running |= found[day]
            if fresh := first_here - seen:
                changed[day] = fresh
            if old := first_here & seen:
                again[day] = old
        later = self._stored_firsts(event, min(found)) if changed or again else {}
        stored = dict(later)
        for day, fresh in changed.items():
            stored[day] = stored[day] | fresh if day in stored else fresh
        moved = self._moved_earlier(again, later, stored)
        seen |= running
        self._write_firsts(event, stored, changed.keys() | moved)

    def _stored_firsts(self, event: int, day: int) -> dict[int, BitMap]:
        return {
            row[0]: load(row[1])
            for row in self._connection.execute(
                "select day, users from first_activity where event = ? and day >= ?", (event, day)
            )
        }

    @staticmethod
    def _moved_earlier(
        again: Mapping[int, BitMap], later: Mapping[int, BitMap], stored: dict[int, BitMap]
    ) -> set[int]:
        """Move actors who turn out to have started earlier; return the days that changed."""
        if not again or not later:
            return set()
        everyone = BitMap.union(*again.values())
        hits = {day: both for day, users in later.items() if (both := users & everyone)}
        if not hits:
            return set()
        day_of = {actor: day for day, users in again.items() for actor in users}
        moves: dict[tuple[int, int], BitMap] = defaultdict(BitMap)
        for day, both in hits.items():
            for actor in both:
                if day_of[actor] < day:
                    moves[day, day_of[actor]].add(actor)
        moved = set()
        for (day, earlier), actors in moves.items():
            stored[day] = stored[day] - actors
            stored[earlier] = stored.get(earlier, BitMap()) | actors
            moved |= {day, earlier}
        return moved

    def _write_firsts(self, event: int, rows: Mapping[int, BitMap], days: Iterable[int]) -> None:
        for day in days:
            if rows[day]:
                self._connection.execute(
                    "insert or replace into first_activity (event, day, users) values (?, ?, ?)",
                    (event, day, rows[day].serialize()),
                )
            else:
                self._connection.execute(
                    "delete from first_activity where event = ? and day = ?", (event, day)
                )


def _bucket(
    events: Sequence[int],
    days: Sequence[int],
    values: Sequence[int] | None,
    actors: Sequence[int],
) -> dict[tuple[int, int, int], list[int]]:
    found: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    if values is None:
        for event, day, actor in zip(events, days, actors, strict=True):
            found[event, 0, day].append(actor)
    else:
        for event, value, day, actor in zip(events, values, days, actors, strict=True):
            found[event, value, day].append(actor)
    return found
