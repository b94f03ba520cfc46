"""Events made together, column by column, and other records, put in the order of their lines."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from core.records import Record, Rejected, Row

Context = tuple[str | None, ...]


class Numbered(NamedTuple):
    """Contexts of events as their numbers in a table, which only ever gets longer."""

    numbers: array[int]
    table: Sequence[Context]

    def each(self) -> list[Context]:
        """Return the context of every event."""
        return list(map(self.table.__getitem__, self.numbers))


@dataclass(frozen=True, slots=True)
class Events:
    """Events, column by column; the fields are those of a `Row`."""

    event: Sequence[str]
    ts: Sequence[int]
    user: Sequence[str | None]
    device: Sequence[str | None]
    session: Sequence[str | None]
    id: Sequence[int]
    context: Sequence[Context] | Numbered
    properties: Sequence[str | None]
    traits: Sequence[dict[str, Any] | None]

    @property
    def columns(self) -> list[Sequence[Any]]:
        """The columns, in the order of the fields of a `Row`."""
        given = [getattr(self, field.name) for field in fields(self)]
        return [each.each() if isinstance(each, Numbered) else each for each in given]

    def __len__(self) -> int:
        return len(self.ts)

    def __iter__(self) -> Iterator[Row]:
        return map(tuple.__new__, repeat(Row), zip(*self.columns, strict=True))


def events_of(rows: Sequence[Row]) -> Events:
    """Return events, at least one, column by column."""
    return Events(*zip(*rows, strict=True))


Part = tuple[Sequence[int], Events]
"""Events, and the places of their lines."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The records of some lines, the events among them column by column.

    Attributes:
        parts: the events, those that were made together in one part, at least one.
        others: all other records in order, each with how many events come before it.
    """

    parts: Sequence[Part]
    others: Sequence[tuple[int, Record | Rejected]]

    @property
    def events(self) -> Events:
        """All events in order."""
        if len(self.parts) == 1:
            return self.parts[0][1]
        places = list(chain.from_iterable(places for places, _ in self.parts))
        in_order = itemgetter(*sorted(range(len(places)), key=places.__getitem__))
        columns = zip(*(events.columns for _, events in self.parts), strict=True)
        return Events(*(in_order(list(chain.from_iterable(column))) for column in columns))

    def __len__(self) -> int:
        return sum(len(places) for places, _ in self.parts) + len(self.others)

    def __iter__(self) -> Iterator[Record | Rejected]:
        rows, passed = iter(self.events), 0
        for place, record in self.others:
            yield from islice(rows, place - passed)
            yield record
            passed = place
        yield from rows


class Gatherer:
    """Gathers what is made of some lines, in any order, by the places of these lines."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._alone: list[tuple[int, Record | Rejected]] = []

    def add(self, places: Sequence[int], made: Sequence[Record] | Events) -> None:
        """Take what was made of several lines together, one record of each."""
        if isinstance(made, Events):
            self._parts.append((places, made))
        else:
            self._alone += zip(places, made, strict=True)

    def add_one(self, place: int, record: Record | Rejected) -> None:
        """Take a record of one line."""
        self._alone.append((place, record))

    def lacking(self, count: int) -> Sequence[int]:
        """Return the places, of so many, from which nothing was taken."""
        if sum(len(places) for places, _ in self._parts) == count:
            return ()
        if not (self._parts or self._alone):
            return range(count)
        taken = {place for place, _ in self._alone}.union(*(places for places, _ in self._parts))
        return [place for place in range(count) if place not in taken]

    def gathered(self) -> Sequence[Record | Rejected] | Gathered:
        """Return all records in the order of their lines, those of one line as they were taken."""
        alone = sorted(self._alone, key=itemgetter(0))
        if not self._parts:
            return [record for _, record in alone]
        rows = [(place, record) for place, record in alone if isinstance(record, Row)]
        if rows:
            self._parts.append(([place for place, _ in rows], events_of([row for _, row in rows])))
        others = [each for each in alone if not isinstance(each[1], Row)]
        if not others:
            return Gathered(self._parts, ())
        places = sorted(chain.from_iterable(places for places, _ in self._parts))
        return Gathered(self._parts, [(bisect_left(places, place), each) for place, each in others])
