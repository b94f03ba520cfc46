"""The sets of who was active when, counted again from the events themselves.

Events are read some days at a time, so that memory does not grow with the workspace.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pyroaring import BitMap

from core.columns import CONTEXT, FIRST_PROPERTY, with_context
from core.errors import not_as_written
from core.store.ingest.activity import Activity, Key
from core.store.ingest.properties import Properties, Values, counted
from core.store.workspace import read_meta

MOST: Final = 500_000
"""How many events the days that are counted together have, unless a single day has more."""

_CHUNK: Final = 50_000
_EARLIEST, _LATEST = -(2**40), 2**40

Counted = tuple[int, BitMap]
"""How many events, and whose."""

Bucket = tuple[int, int, int]
"""event, value, day."""


class Days(NamedTuple):
    """Local days from first to last that are counted together, and how many events they have."""

    first: int
    last: int
    events: int


def in_parts(counts: Iterable[tuple[int, int]]) -> Iterator[Days]:
    """Yield days, which come in order with how many events each has, in parts of at most MOST
    events, unless a single day has more.
    """
    first = last = events = 0
    for day, count in list(counts):
        if events and events + count > MOST:
            yield Days(first, last, events)
            events = 0
        first, last = first if events else day, day
        events += count
    if events:
        yield Days(first, last, events)


class Recount:
    """Counts the sets of one workspace.

    Args:
        learn: store values of properties that are missing, inside the caller's transaction.

    Attributes:
        learned: whether a property turned out to have, or not to have, sets for an event, so that
            days counted before this have to be counted again.
        properties: whether the workspace has sets of properties.
    """

    def __init__(self, connection: sqlite3.Connection, *, learn: bool = False) -> None:
        self._connection = connection
        self._learn = learn
        self._reader = Properties(connection)
        self._known = frozenset(self._reader.live)
        self.activity = Activity(connection)
        self.properties = "property_sets" in read_meta(connection)
        self.learned = False

    def parts(self) -> Iterator[Days]:
        """Yield all days, from the earliest on, in parts to count one by one."""
        first, waiting = _EARLIEST, Days(_EARLIEST, _LATEST, 0)
        for days in in_parts(
            self._connection.execute("select day, count(*) from events group by day order by day")
        ):
            if waiting.events:
                yield waiting._replace(first=first)
                first = waiting.last + 1
            waiting = days
        yield waiting._replace(first=first, last=_LATEST)

    def count(self, days: Days) -> dict[Key, Counted]:
        """Return every set of some days."""
        return _Count(self).run(days)

    def rows(self, days: Days) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the events of some days: actor, event, day, JSON or None, then the context columns
        that have sets.
        """
        context = "".join(f", e.{CONTEXT[d - 1]}" for d in self.activity.sets)
        text, join = "null", ""
        if self.properties:
            text, join = "p.properties", "left join event_properties p on p.seq = e.seq"
        cursor = self._connection.execute(
            f"""
            select e.actor, e.event, e.day, {text}{context}
            from {with_context(self._connection.execute)} {join}
            where e.day between ? and ?
            """,
            days[:2],
        )
        while rows := cursor.fetchmany(_CHUNK):
            yield rows

    def values(self, events: Sequence[int], texts: Sequence[str | None]) -> list[Values]:
        """Return the values of events that have sets."""
        given = counted(texts)
        if self._learn:
            self._take(given)
        of_text = {text: self._read(text) for text in given}
        of_each = [of_text.get(text or "", {}) for text in texts]
        for event, values in zip(events, of_each, strict=True):
            has = self.activity.properties(event)
            for dimension in values:
                if dimension not in has:
                    self.activity.know_property(event, dimension)
                    self.learned = True
        return of_each

    def _take(self, texts: Mapping[str, int]) -> None:
        _, stopped = self._reader.take(texts)
        for dimension in stopped:
            self.activity.stop_property(dimension)
            self.learned = True

    def _read(self, text: str) -> Values:
        said = self._reader.read(text)
        return said if self._learn else {d: v for d, v in said.items() if d in self._known}


class _Count:
    """Counts some days."""

    def __init__(self, recount: Recount) -> None:
        self._recount = recount
        self._activity = recount.activity
        self._open: dict[int, dict[Bucket, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._found: dict[Key, Counted] = {}

    def run(self, days: Days) -> dict[Key, Counted]:
        """Return every set of the days."""
        held = 0
        for rows in self._recount.rows(days):
            self._add(rows)
            held += len(rows)
            if held >= MOST:
                self._fold()
                held = 0
        self._fold()
        self._add_wholes()
        return self._found

    def _add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        actors, events, days, texts, *context = zip(*rows, strict=True)
        nothing = (0,) * len(rows)
        for dimension, values in zip((0, *self._activity.sets), (nothing, *context), strict=True):
            found = self._open[dimension]
            for key, actor in zip(zip(events, values, days, strict=True), actors, strict=True):
                found[key].append(actor)
        if self._recount.properties:
            self._add_properties(actors, events, days, texts)

    def _add_properties(
        self,
        actors: Sequence[int],
        events: Sequence[int],
        days: Sequence[int],
        texts: Sequence[str | None],
    ) -> None:
        said = self._recount.values(events, texts)
        grouped: dict[tuple[int, int], list[tuple[Values, int]]] = defaultdict(list)
        for event, day, values, actor in zip(events, days, said, actors, strict=True):
            grouped[event, day].append((values, actor))
        for (event, day), those in grouped.items():
            for dimension in self._activity.properties(event):
                found = self._open[dimension]
                for values, actor in those:
                    found[event, values.get(dimension, 0), day].append(actor)

    def _fold(self) -> None:
        """Turn the actors gathered so far into sets, which are smaller."""
        for dimension, buckets in self._open.items():
            for (event, value, day), actors in buckets.items():
                users = _people(actors)
                key = (event, dimension, value, day)
                before = self._found.get(key)
                total = len(actors)
                self._found[key] = (
                    (before[0] + total, before[1] | users) if before else (total, users)
                )
            buckets.clear()

    def _add_wholes(self) -> None:
        """Add the sets of any event and of any active one."""
        wholes = self._activity.flags.wholes
        totals: dict[Key, int] = defaultdict(int)
        users: dict[Key, BitMap] = {}
        for (event, dimension, value, day), (total, those) in self._found.items():
            if dimension >= FIRST_PROPERTY:
                continue
            for whole in wholes(event):
                key = (whole, dimension, value, day)
                totals[key] += total
                if key in users:
                    users[key] |= those
                else:
                    users[key] = those.copy()
        self._found.update({key: (total, users[key]) for key, total in totals.items()})


def _people(actors: Sequence[int]) -> BitMap:
    """Return actors as a set, without nobody.

    Raises:
        Damaged: one is no number of a person.
    """
    try:
        found = BitMap(actors)
    except (OverflowError, TypeError) as error:
        raise not_as_written("the person of an event") from error
    found.discard(0)
    return found
