"""Comparing stored sets with those that are counted from the events, and mending them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pyroaring import BitMap

from core.columns import ACTIVE, FIRST_PROPERTY
from core.errors import Damaged
from core.sql.sets import load
from core.store.collector import no_collector
from core.store.ingest.activity import Key
from core.store.upkeep.recount import Counted, Days, Recount

Told = Callable[[str, int, int], None]
"""Called with what is being worked on, how much of it is done, and the total or 0."""


def silent(what: str, done: int, whole: int) -> None:
    """Say nothing of the progress."""


Place = tuple[int, int, int]
"""event, dimension, value."""


class Apart(NamedTuple):
    """A set that differs: how many events and people are stored for it, and how many counted.

    Attributes:
        key: event, dimension, value and day.
    """

    key: Key
    stored: tuple[int, int]
    counted: tuple[int, int]


@dataclass
class Difference:
    """How stored sets differ from what is counted.

    Attributes:
        sets: how many sets there should be.
        wrong: how many differ, are missing or should not be.
        days: the local days on which some do.
        example: the first of them.
        emptied: the places of those for which no event was counted.
        firsts, wrong_firsts, first_days, first_example: the same of first days, of which there is
            one for each event and day.
    """

    sets: int = 0
    wrong: int = 0
    days: set[int] = field(default_factory=set)
    example: Apart | None = None
    emptied: set[Place] = field(default_factory=set)
    firsts: int = 0
    wrong_firsts: int = 0
    first_days: set[int] = field(default_factory=set)
    first_example: Apart | None = None

    def note(self, apart: Apart) -> None:
        """Note a set that differs."""
        self.wrong += 1
        self.days.add(apart.key[3])
        self.example = self.example or apart
        if not apart.counted[0]:
            self.emptied.add(apart.key[:3])

    def note_first(self, apart: Apart) -> None:
        """Note first days that differ."""
        self.wrong_firsts += 1
        self.first_days.add(apart.key[3])
        self.first_example = self.first_example or apart


class Comparison:
    """Compares the tables `activity` and `first_activity` with the events.

    Args:
        repair: write what differs, inside the caller's transaction.
    """

    def __init__(self, connection: sqlite3.Connection, told: Told, *, repair: bool = False) -> None:
        self._connection = connection
        self._told = told
        self._repair = repair
        self._recount = Recount(connection, learn=repair)
        self._seen: dict[int, BitMap] = {}

    def run(self) -> Difference:
        """Compare all of it."""
        with no_collector():
            return self._run()

    def _run(self) -> Difference:
        found = self._once()
        while self._recount.learned:
            self._recount.learned = False
            again = self._once()
            if self._repair:  # those of the first round are mended already
                again.wrong += found.wrong
                again.days |= found.days
                again.example = found.example or again.example
                again.emptied |= found.emptied
                again.wrong_firsts += found.wrong_firsts
                again.first_days |= found.first_days
                again.first_example = found.first_example or again.first_example
            found = again
        return found

    def _once(self) -> Difference:
        found = Difference()
        self._seen.clear()
        parts = list(self._recount.parts())
        whole, done = sum(days.events for days in parts), 0
        for days in parts:
            self._told("sets", done, whole)
            counted = self._recount.count(days)
            self._compare(days, counted, found)
            self._compare_firsts(days, counted, found)
            done += days.events
        return found

    def _compare(self, days: Days, counted: Mapping[Key, Counted], found: Difference) -> None:
        left = dict(counted)
        wrong: list[Key] = []
        for *place, total, blob in self._connection.execute(
            """
            select event, dimension, value, day, total, users from activity
            where day between ? and ?
            """,
            days[:2],
        ):
            key: Key = tuple(place)
            if key[1] >= FIRST_PROPERTY and not self._recount.properties:
                continue
            right = left.pop(key, None)
            if right is None or total != right[0] or not _is_same(blob, right[1]):
                found.note(Apart(key, (total, len(readable(blob))), _size(right)))
                wrong.append(key)
        for key, right in left.items():
            found.note(Apart(key, (0, 0), _size(right)))
        found.sets += len(counted)
        if self._repair:
            self._write([*wrong, *left], counted)

    def _write(self, keys: Iterable[Key], counted: Mapping[Key, Counted]) -> None:
        for key in keys:
            right = counted.get(key)
            if right is None:
                self._connection.execute(
                    """
                    delete from activity
                    where event = ? and dimension = ? and value = ? and day = ?
                    """,
                    key,
                )
            else:
                self._connection.execute(
                    """
                    insert or replace into activity (event, dimension, value, day, total, users)
                    values (?, ?, ?, ?, ?, ?)
                    """,
                    (*key, right[0], right[1].serialize()),
                )

    def _compare_firsts(
        self, days: Days, counted: Mapping[Key, Counted], found: Difference
    ) -> None:
        firsts = self._firsts(counted)
        left = dict(firsts)
        wrong: list[tuple[int, int]] = []
        for event, day, blob in self._connection.execute(
            "select event, day, users from first_activity where day between ? and ?", days[:2]
        ):
            right = left.pop((event, day), BitMap())
            if not right or not _is_same(blob, right):
                stored = len(readable(blob))
                found.note_first(
                    Apart((event, 0, 0, day), (stored, stored), (len(right), len(right)))
                )
                wrong.append((event, day))
        for (event, day), right in left.items():
            found.note_first(Apart((event, 0, 0, day), (0, 0), (len(right), len(right))))
        found.firsts += len(firsts)
        if self._repair:
            self._write_firsts([*wrong, *left], firsts)

    def _firsts(self, counted: Mapping[Key, Counted]) -> dict[tuple[int, int], BitMap]:
        """Return who did which event for the first time on which day; days are given in order."""
        plain = sorted((key[3], key[0]) for key in counted if key[1] == 0)
        found = {}
        for day, event in plain:
            users = counted[event, 0, 0, day][1]
            seen = self._seen.setdefault(event, BitMap())
            if fresh := users - seen:
                found[event, day] = fresh
                seen |= fresh
        return found

    def _write_firsts(
        self, keys: Iterable[tuple[int, int]], firsts: Mapping[tuple[int, int], BitMap]
    ) -> None:
        for key in keys:
            if users := firsts.get(key):
                self._connection.execute(
                    "insert or replace into first_activity (event, day, users) values (?, ?, ?)",
                    (*key, users.serialize()),
                )
            else:
                self._connection.execute(
                    "delete from first_activity where event = ? and day = ?", key
                )


def readable(blob: bytes) -> BitMap:
    """Return the set in a blob, an empty one if it cannot be decoded."""
    try:
        return load(blob)
    except Damaged:
        return BitMap()


def _is_same(blob: bytes, users: BitMap) -> bool:
    if blob == users.serialize():
        return True
    try:
        return load(blob) == users
    except Damaged:
        return False


def _size(counted: Counted | None) -> tuple[int, int]:
    return (counted[0], len(counted[1])) if counted else (0, 0)


def named(connection: sqlite3.Connection, event: int) -> str:
    """Return what a number in the column `event` of the sets stands for."""
    if event == 0:
        return "any event"
    if event == ACTIVE:
        return "any active event"
    row = connection.execute("select name from event_names where id = ?", (event,)).fetchone()
    return str(row[0]) if row else f"event {event}, which has no name"
