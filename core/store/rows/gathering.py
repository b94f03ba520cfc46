"""What new events add to the sets of `activity`, made without the file, so that a thread can do it
while the file is busy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from pyroaring import BitMap

from core.store.rows.buckets import Buckets, Found
from core.store.rows.facts import Facts
from core.store.rows.numbers import Ints, Small

_CHUNK: Final = 50_000
"""About how many events are put into sets and sessions together, which takes memory."""

_MOST: Final = 150_000
"""From so many rows on they are written, which takes least time if they are many and in order."""

_ROW: Final = 250
"""About how many bytes a row takes."""


@dataclass(frozen=True)
class Wanted:
    """The sets that events are added to.

    Attributes:
        wholes: returns the pseudo events whose sets an event is part of.
        context: the context dimensions that have sets.
        properties: property -> the events for which it has sets.
        everyone: whether sets without a breakdown and of context dimensions are wanted.
    """

    wholes: Callable[[int], Iterable[int]]
    context: Collection[int]
    properties: Mapping[int, Collection[int]]
    everyone: bool = True


@dataclass
class Gathered:
    """What to add.

    Attributes:
        rows: rows of `activity`, one for each set, in the order of their keys.
        firsts: event -> day -> who did it then.
    """

    rows: list[Found] = field(default_factory=list)
    firsts: dict[int, dict[int, BitMap]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def size(self) -> int:
        """About how many bytes the rows take."""
        return _ROW * len(self.rows)


def gathered(facts: Facts, wanted: Wanted) -> Iterator[Gathered]:
    """Yield what events add, the earliest days first."""
    found = Gathered()
    for places in ranges(np.asarray(facts.days)):
        buckets = Buckets(facts.at(places), wanted.wholes)
        for some in _rows(buckets, wanted, found.firsts):
            found.rows += some
            if len(found.rows) >= _MOST:
                found.rows.sort()
                yield found
                found = Gathered()
    found.rows.sort()
    yield found


def having(facts: Facts, dimension: int) -> list[int]:
    """Return the events of which some have a value of a property."""
    known, codes = facts.said[dimension]
    has = (known > 0)[codes][np.asarray(facts.texts)]
    events: list[int] = np.unique(np.asarray(facts.events)[has]).tolist()
    return events


def ranges(column: Ints | Small) -> Iterator[Ints]:
    """Yield the places of about _CHUNK events at a time, with ascending values, in order; events
    with one value are together.
    """
    ends = np.unique(np.append(np.sort(column)[_CHUNK::_CHUNK], column.max()))
    for start, end in pairwise([column.min() - 1, *ends]):
        yield np.flatnonzero((column > start) & (column <= end))


def _rows(
    buckets: Buckets, wanted: Wanted, firsts: dict[int, dict[int, BitMap]]
) -> Iterator[Iterable[Found]]:
    """Yield the rows of some days, some at a time.

    Args:
        firsts: gets who did what on these days.
    """
    if wanted.everyone:
        yield _everyone(buckets, wanted, firsts)
        for dimension in wanted.context:
            if buckets.says(dimension):
                yield from buckets.by_value(dimension)
    for dimension, events in wanted.properties.items():
        yield buckets.of_property(dimension, events)


def _everyone(
    buckets: Buckets, wanted: Wanted, firsts: dict[int, dict[int, BitMap]]
) -> Iterator[Found]:
    unsaid = [dimension for dimension in wanted.context if not buckets.says(dimension)]
    for event, day, total, users in buckets.everyone():
        firsts[event][day] = users
        blob = users.serialize()
        for dimension in (0, *unsaid):
            yield event, dimension, 0, day, total, blob
