"""The actors of new events by event, day and value: what is added to the sets of `activity`.

Events are sorted once for each dimension, by the key of their set and their actor, both packed into
one number of 64 bits.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from core.blocks.ordering import order_of
from core.store.rows.blobs import blobs
from core.store.rows.facts import Facts
from core.store.rows.numbers import Ints, Small, changes

Found = tuple[int, int, int, int, int, bytes]
"""event, dimension, value, day, number of events, serialised set: a row of `activity`."""

Places = slice | Ints

_ACTOR_BITS: Final = 32


class Buckets:
    """Sets of actors of new events, and how many events they are of.

    Args:
        facts: the events; there is at least one.
        wholes: returns the pseudo events whose sets an event is part of.
    """

    def __init__(self, facts: Facts, wholes: Callable[[int], Iterable[int]]) -> None:
        self._facts = facts
        self._actors = np.asarray(facts.actors)
        self._events = np.asarray(facts.events)
        self._days = np.asarray(facts.days)
        self._names = np.unique(self._events)
        self._parts = [self._part(slice(None))]
        found: dict[int, list[int]] = {}
        for event in self._names.tolist():
            for whole in wholes(event):
                found.setdefault(whole, []).append(event)
        for whole, events in found.items():
            self._parts.append(self._part(self._places(events), whole))

    def _places(self, events: Collection[int]) -> Places:
        """Return the places of events with one of some names."""
        if set(self._names.tolist()) <= set(events):
            return slice(None)
        return np.flatnonzero(np.isin(self._events, list(events)))

    def _part(self, places: Places, whole: int | None = None) -> _Part:
        """Return the events at some places as part of their sets, or of those of a pseudo event."""
        first = int(self._days.min())
        span = int(self._days.max()) - first + 1
        if whole is None:
            keys = self._events[places].astype(np.int64)
            keys *= span
        else:
            keys = np.full(len(self._days[places]), whole * span)
        keys += self._days[places]
        keys -= first
        known = np.unique(keys)
        groups = np.searchsorted(known, keys).astype(np.int32)
        return _Part(places, self._actors[places], groups, known // span, known % span + first)

    def everyone(self) -> Iterator[tuple[int, int, int, BitMap]]:
        """Yield the event, the day, the number of events and the actors of each set without a
        breakdown, those of the pseudo events last.
        """
        for part in self._parts:
            found = part.sets(np.zeros_like(part.groups), 1)
            users = _bitmaps(found.members, found.starts.tolist(), found.ends.tolist())
            columns = (part.events, part.days, found.totals)
            yield from zip(*(column.tolist() for column in columns), users, strict=True)

    def by_value(self, dimension: int) -> Iterator[Iterator[Found]]:
        """Yield the sets of a context dimension that some event has a value of, in the order of
        their keys, those of each pseudo event apart.
        """
        known, codes = self._facts.values[dimension]
        codes = codes[np.asarray(self._facts.contexts)]
        for part in self._parts:
            yield part.stored(dimension, codes[part.places], known)

    def says(self, dimension: int) -> bool:
        """Whether some event may have a value of a context dimension."""
        return dimension in self._facts.values

    def of_property(self, dimension: int, events: Collection[int]) -> Iterator[Found]:
        """Return the sets of a property for some events, in the order of their keys."""
        part = self._part(self._places(events))
        known, codes = self._property(dimension)
        return part.stored(dimension, codes[part.places], known)

    def _property(self, dimension: int) -> tuple[Ints, Small]:
        """Return the values of a property, and which one of them every event has."""
        facts = self._facts
        if dimension not in facts.said:
            return np.zeros(1, np.int64), np.zeros(len(facts), np.int32)
        known, codes = facts.said[dimension]
        return known, codes[np.asarray(facts.texts)]


@dataclass(frozen=True)
class _Part:
    """Some of the events, and the event and day whose sets they are part of.

    Attributes:
        places: their places among all.
        actors: of every one.
        groups: the number of its event and day.
        events, days: of every group, in this order.
    """

    places: Places
    actors: NDArray[Any]
    groups: Small
    events: Ints
    days: Ints

    def sets(self, codes: Small, count: int) -> _Sets:
        """Return the sets of these events by group and value.

        Args:
            codes: the number of the value of every event, less than `count`.
        """
        packed = self.groups.astype(np.int64)
        packed *= count
        packed += codes
        packed <<= _ACTOR_BITS
        packed |= self.actors.astype(np.int64)
        packed.sort()
        counted = changes(packed)
        members = packed.astype(np.uint32)
        counted &= members != 0
        keys = np.right_shift(packed, _ACTOR_BITS, out=packed)
        starts = np.flatnonzero(changes(keys))
        sizes = np.add.reduceat(counted, starts, dtype=np.int64)
        ends = np.cumsum(sizes)
        return _Sets(
            *np.divmod(keys[starts], count),
            np.diff(starts, append=len(keys)),
            ends - sizes,
            ends,
            members[counted],
        )

    def stored(self, dimension: int, codes: Small, known: Ints) -> Iterator[Found]:
        """Return the sets by group and value as rows of `activity`, in the order of their keys.

        Args:
            codes: the place in `known` of the value of every event.
        """
        found = self.sets(codes, len(known))
        events, values, days = (
            self.events[found.groups],
            known[found.codes],
            self.days[found.groups],
        )
        sets = blobs(found.members, found.starts, found.ends)
        order = order_of(events, values, days)
        columns = (events, values, days, found.totals)
        event, value, day, total = (column[order].tolist() for column in columns)
        users = map(sets.__getitem__, order.tolist())
        return zip(event, repeat(dimension), value, day, total, users, strict=False)


@dataclass(frozen=True)
class _Sets:
    """Sets, column by column.

    Attributes:
        groups, codes: of which group and value.
        totals: the numbers of events.
        starts, ends: from where to where their actors are in `members`, without nobody (actor 0).
    """

    groups: Ints
    codes: Ints
    totals: Ints
    starts: Ints
    ends: Ints
    members: NDArray[np.uint32]


def _bitmaps(members: NDArray[np.uint32], starts: list[int], ends: list[int]) -> Iterator[BitMap]:
    actors = array("I", members.tobytes())
    for part in map(slice, starts, ends):
        yield BitMap(actors[part])
