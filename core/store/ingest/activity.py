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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap

from core.blocks.adding import Adding
from core.columns import CONTEXT, MAX_SET_VALUES
from core.errors import FootfallError
from core.sql.sets import load
from core.store.ingest.flags import Flags
from core.store.rows.facts import Facts

if TYPE_CHECKING:
    from core.store.rows.buckets import Found
    from core.store.rows.gathering import Gathered, Wanted

_ADDING: Final = """
on conflict do update set total = total + excluded.total, users = united(users, excluded.users)
"""

Key = tuple[int, int, int, int]
"""event, dimension, value, day."""


class Activity:
    """Keeps both tables in step with `events`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.flags = Flags.read(connection)
        self._seen: dict[int, BitMap] = {}
        self._damage: list[FootfallError] = []
        connection.create_function("united", 2, self._united)
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

    def add(self, facts: Facts) -> None:
        """Add new events."""
        for part in self.adding(facts):
            part.store()

    def adding(self, facts: Facts) -> Iterator[Adding]:
        """Return what adds new events, to be stored in turn. Making it does not use the file, so
        that a thread can do it.
        """
        if not len(facts):
            return iter(())
        from core.store.rows.gathering import Wanted, having

        for dimension in facts.said:
            for event in having(facts, dimension):
                if dimension not in self._properties[event]:
                    self.start_property(event, dimension)
        return self._adding(facts, Wanted(self.flags.wholes, self.sets, self._events()))

    def add_properties(self, facts: Facts) -> None:
        """Like `add`, but only for the sets of properties."""
        from core.store.rows.gathering import Wanted

        if len(facts):
            wanted = Wanted(self.flags.wholes, (), self._events(), everyone=False)
            for part in self._adding(facts, wanted):
                part.store()

    def _events(self) -> dict[int, list[int]]:
        """Return the events for which each property has sets."""
        found: dict[int, list[int]] = defaultdict(list)
        for event, dimensions in self._properties.items():
            for dimension in dimensions:
                found[dimension].append(event)
        return found

    def _adding(self, facts: Facts, wanted: Wanted) -> Iterator[Adding]:
        from core.store.rows.gathering import gathered

        return (Adding(part.size, partial(self._add, part)) for part in gathered(facts, wanted))

    def _add(self, found: Gathered) -> None:
        self._write(found.rows)
        for event, by_day in found.firsts.items():
            self._add_firsts_of(event, by_day)

    def _write(self, found: Sequence[Found]) -> None:
        """Add sets, and numbers of events, to those that are stored."""
        from core.store.rows.inserting import insert, parts_of

        try:
            insert(
                self._connection, "insert into activity",
                ("event", "dimension", "value", "day", "total", "users"), parts_of(found), _ADDING,
            )  # fmt: skip
        except sqlite3.OperationalError as error:
            raise (self._damage[0] if self._damage else error) from error

    def _united(self, one: bytes, other: bytes) -> bytes:
        """Return the union of two stored sets, for SQLite."""
        try:
            return (load(one) | load(other)).serialize()
        except FootfallError as error:
            self._damage.append(error)
            raise

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
