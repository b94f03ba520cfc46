"""The actors of new events by event, day and value: what is added to the sets of `activity`."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import add, mul, sub

from pyroaring import BitMap

from core.store.ingest.properties import Values
from core.store.rows.numbers import Numbers, picker

Key = tuple[int, int, int, int]
"""event, dimension, value, day."""

Found = dict[Key, tuple[int, bytes]]
"""Key -> number of events, serialised set."""


class Buckets:
    """Sets of actors of new events, and how many events they are of.

    Args:
        wholes: returns the pseudo events whose sets an event is part of.
        properties: returns the properties that have sets for an event.

    Attributes:
        everyone: event -> day -> its actors; pseudo events too.
    """

    def __init__(
        self,
        wholes: Callable[[int], Iterable[int]],
        properties: Callable[[int], Collection[int]],
    ) -> None:
        self._wholes = wholes
        self._properties = properties
        self._totals: dict[Key, int] = {}
        self._sets: dict[Key, BitMap] = {}
        self._found: Found = {}
        self.everyone: dict[int, dict[int, BitMap]] = {}

    def add(
        self,
        actors: Numbers,
        events: Numbers,
        days: Numbers,
        context: Mapping[int, Numbers | None],
        properties: Sequence[Values],
        *,
        only_properties: bool = False,
    ) -> Iterator[Found]:
        """Add events, and yield what is found, event by event, the pseudo events last.

        Arguments are as for `Activity.add`, None for a dimension without values.
        """
        order, groups = _grouped(events, days)
        pick = picker(order)
        actors = pick(actors)
        said = list(map(properties.__getitem__, order)) if properties else []
        columns = {d: values and pick(values) for d, values in context.items()}
        current = 0
        for event, day, start, stop in groups:
            if event != current and self._found:
                yield self._found
                self._found = {}
            current = event
            members = actors[start:stop]
            if not only_properties:
                self._add_group(event, day, members, columns, slice(start, stop))
            for dimension in self._properties(event):
                values = [each.get(dimension, 0) for each in said[start:stop]]
                values = values or [0] * len(members)
                for value, some in _split(values, members):
                    self._found[event, dimension, value, day] = _counted(some)
        yield self._found
        yield {key: (self._totals[key], users.serialize()) for key, users in self._sets.items()}

    def _add_group(
        self,
        event: int,
        day: int,
        members: Numbers,
        columns: Mapping[int, Numbers | None],
        part: slice,
    ) -> None:
        """Add the events of one name and day."""
        wholes = tuple(self._wholes(event))
        users = _set(members)
        blob, total = users.serialize(), len(members)
        self._found[event, 0, 0, day] = total, blob
        self.everyone.setdefault(event, {})[day] = users
        for whole in wholes:
            self._unite((whole, 0, 0, day), users, total)
            self.everyone.setdefault(whole, {})[day] = self._sets[whole, 0, 0, day]
        for dimension, column in columns.items():
            values = column[part] if column else (0,)
            if not column or values.count(values[0]) == total:
                self._found[event, dimension, values[0], day] = total, blob
                for whole in wholes:
                    self._unite((whole, dimension, values[0], day), users, total)
                continue
            for value, some in _split(values, members):
                few = _set(some)
                self._found[event, dimension, value, day] = len(some), few.serialize()
                for whole in wholes:
                    self._unite((whole, dimension, value, day), few, len(some))

    def _unite(self, key: Key, users: BitMap, total: int) -> None:
        known = self._sets.get(key)
        if known is None:
            self._sets[key], self._totals[key] = users.copy(), total
        else:
            known |= users
            self._totals[key] += total


def _grouped(events: Numbers, days: Numbers) -> tuple[list[int], Iterator[tuple[int, ...]]]:
    """Return the places of events by name and day, and of each: event, day, from where to where."""
    first = min(days)
    span = max(days) - first + 1
    keys = array("q", map(add, map(mul, events, repeat(span)), map(sub, days, repeat(first))))
    counts = sorted(Counter(keys).items())

    def groups() -> Iterator[tuple[int, ...]]:
        start = 0
        for key, count in counts:
            yield key // span, first + key % span, start, start + count
            start += count

    return sorted(range(len(keys)), key=keys.__getitem__), groups()


def _split(values: Numbers, members: Numbers) -> Iterable[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for value, member in zip(values, members, strict=True):
        if value in found:
            found[value].append(member)
        else:
            found[value] = [member]
    return found.items()


def _counted(members: Numbers) -> tuple[int, bytes]:
    return len(members), _set(members).serialize()


def _set(members: Numbers) -> BitMap:
    """Return actors as a set, without nobody."""
    users = BitMap(members)
    users.discard(0)
    return users
