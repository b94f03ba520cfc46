"""The events of a batch as columns of integers, in the order in which they are stored."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import eq, itemgetter, le

from core.columns import CONTEXT

Stored = tuple[int, ...]
"""actor, ts, seq, id, event, day, session, user, device, then the context columns in use."""

NAMES = ("actor", "ts", "seq", "id", "event", "day", "session", "user", "device")

KEYS = ("actor", "ts", "seq", "id", "event", "day")
"""Those that every event has."""

Numbers = Sequence[int]


@dataclass
class Events:
    """Events, column by column, sorted by actor, time and arrival.

    Attributes:
        place: of the context of each event in the tables of `values`.
        used: the dimensions of the context columns that have values.
        values: for each of them the value ids of all contexts.
    """

    actor: Numbers
    ts: Numbers
    seq: Numbers
    id: Numbers
    event: Numbers
    day: Numbers
    session: Numbers
    user: Numbers
    device: Numbers
    place: Numbers
    used: Sequence[int] = ()
    values: Sequence[Numbers] = ()

    @cached_property
    def context(self) -> list[Numbers]:
        """One column of value ids for each dimension that has values."""
        return [array("i", list(map(ids.__getitem__, self.place))) for ids in self.values]

    @property
    def columns(self) -> list[Numbers]:
        """All columns, in the order of `Stored`."""
        return [*(getattr(self, name) for name in NAMES), *self.context]

    def written(self) -> tuple[list[str], Iterator[Stored]]:
        """Return the names of columns of the table `events`, and their values, one event after the
        other; without those that are 0, as is any that is not given.
        """
        named = [*NAMES, *(CONTEXT[dimension - 1] for dimension in self.used)]
        pairs = [(n, c) for n, c in zip(named, self.columns, strict=True) if n in KEYS or any(c)]
        names, columns = zip(*pairs, strict=True)
        return list(names), zip(*columns, strict=True)

    def __len__(self) -> int:
        return len(self.actor)

    def some(self, places: Sequence[int]) -> list[Stored]:
        """Return the events at some places."""
        columns = [map(column.__getitem__, places) for column in self.columns]
        return list(zip(*columns, strict=True))

    def take(self, places: Iterable[int]) -> Events:
        """Return the events at some places, in that order."""
        pick = picker(places)
        actor, ts, seq, id_, event, day, session, user, device, place = (
            array("q", pick(getattr(self, name))) for name in (*NAMES, "place")
        )
        return Events(
            actor, ts, seq, id_, event, day, session, user, device, place, self.used, self.values
        )

    def sorted(self) -> Events:
        """Return them in order; they are in that of arrival."""
        order: Sequence[int] = range(len(self))
        if not all(map(le, self.ts, islice(self.ts, 1, None))):
            order = sorted(order, key=self.ts.__getitem__)
        return self.take(sorted(order, key=self.actor.__getitem__))

    def together(self) -> set[int]:
        """Return the places of those that are at one moment with another of their actor."""
        actor, found = self.actor, set()
        equal = map(eq, self.ts, islice(self.ts, 1, None))
        for place in (place for place, same in enumerate(equal) if same):
            if actor[place] == actor[place + 1]:
                found |= {place, place + 1}
        return found


def picker(places: Iterable[int]) -> Callable[[Numbers], tuple[int, ...]]:
    """Return a function that returns the values of a column at some places."""
    order = tuple(places)
    if len(order) < 2:
        return lambda column: tuple(map(column.__getitem__, order))
    return itemgetter(*order)
