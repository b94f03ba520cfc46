"""Which touches led to conversions (definitions 11.15), in the events of blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from core.blocks.functions.aggregates import packed_set
from core.blocks.functions.block import Mask
from core.blocks.functions.figures import Floats
from core.blocks.functions.gathering import ARRIVED, AT, PLACE, WHO, Timed
from core.blocks.functions.groups import counted, numbered, packed
from core.blocks.functions.masks import Reach
from core.blocks.functions.plan import Credit, Ints
from core.blocks.ordering import order_of

MOST = 4_000_000
"""So many touches are credited together."""


Shares = tuple[Ints, Floats, Ints]
"""Values, what each gets of a conversion, and of which conversion."""


class Pairs(NamedTuple):
    """Touches of conversions: the conversion of each, and its row.

    Attributes:
        place: from 0 for the conversion's first touch.
        whole: how many touches the conversion has.
    """

    conversion: Ints
    row: Ints
    place: Ints
    whole: Ints


class Owned(NamedTuple):
    """Conversions, by person: whose each is, when it was, its arrival, and its amount."""

    who: Ints
    at: Ints
    arrived: Ints
    amount: Floats

    @classmethod
    def of(cls, reach: Reach) -> Owned:
        """Read the rows of `Conversions`."""
        amount = np.ascontiguousarray(reach.codes[0]).view(np.float64)
        return cls(reach.actors, reach.first, reach.arrived, amount)

    def between(self, low: int, high: int) -> tuple[slice, Owned]:
        """Return those of the people from one to before another, and their places."""
        places = slice(*np.searchsorted(self.who, [low, high]).tolist())
        return places, self.some(places)

    def some(self, places: slice | Mask) -> Owned:
        """Return some of them."""
        who, at, arrived, amount = self
        return Owned(who[places], at[places], arrived[places], amount[places])


class Conversions(Timed):
    """Aggregate: the rows of `masks.Reach` of events, with the bits of their number as a code."""

    def finalize(self) -> bytes:
        """Return the rows."""
        amount = np.zeros(len(self))
        amount[self.column(PLACE)] = self.numbers.floats
        at, none = self.column(AT), np.zeros(len(self), np.int64)
        who, arrived = self.column(WHO), self.column(ARRIVED)
        return np.column_stack([who, at, at, arrived, amount.view(np.int64), none]).tobytes()


class Credits(Timed):
    """Aggregate: a JSON list of rows [part, value, 0, people, set of them, conversions, amount].

    Part 1 has a row for each value that is credited, part 2 the conversions without a touch, and
    part 0 all of them; without any there is no row. The events are the touches, the plan's `by` is
    the field of these. The set is null unless it is asked for.
    """

    def finalize(self) -> str:
        """Return the rows."""
        whole = Owned.of(self._extras.reach(self._credit.conversions))
        if not len(whole.who):
            return "[]"
        touched = np.zeros(len(whole.who), np.bool_)
        found = Credited(self.most("v0"), int(whole.who.max()) + 1)
        for share in self.shares():
            places, own = whole.between(*share.people)
            if len(own.who) and len(share):
                touched[places] = share.credit(own, found)
        some, people, sets = found.by_value()
        columns = (
            self.shown([some, some])[1], [0] * len(some), people,
            [packed_set(each) if self.plan.people else None for each in sets],
            found.conversions[some].tolist(), found.amounts[some].tolist(),
        )  # fmt: skip
        rows = [[1, *row] for row in zip(*columns, strict=True)]
        alone = whole.some(~touched)
        return json.dumps([*rows, self._all(2, alone), self._all(0, whole)])

    @property
    def _credit(self) -> Credit:
        assert self.plan.credit is not None
        return self.plan.credit

    def _all(self, part: int, own: Owned) -> list[Any]:
        people = counted(own.who)[0]
        users = packed_set(people) if self.plan.people else None
        return [part, 0, 0, len(people), users, float(len(own.who)), float(own.amount.sum())]

    def credit(self, own: Owned, found: Credited) -> Mask:
        """Divide some people's conversions among their touches; return which have any."""
        who, at = self.column(WHO), self.column(AT)
        touches = order_of(who, at, self.column(ARRIVED))
        who, at, values = who[touches], at[touches], self.column("v0")[touches]
        low, high = self._reach(own, who, at, touches)
        for value, credit, place in self._divided(at, values, low, high):
            given = credit > 0
            place = place[given]
            found.add(value[given], credit[given], own.amount[place], own.who[place])
        some: Mask = high > low
        return some

    def _reach(self, own: Owned, who: Ints, at: Ints, touches: Ints) -> tuple[Ints, Ints]:
        """Return where the touches of each conversion begin and end; of these, in order."""
        back = self._credit.back
        first = min(int(at.min()), int(own.at.min()) - back)
        width = max(int(at.max()), int(own.at.max())) - first + 1
        keys, found = who * width + (at - first), own.who * width + (own.at - first)
        low = np.searchsorted(keys, found - back, "left")
        high = np.searchsorted(keys, found, "left")
        same = np.searchsorted(keys, found, "right")
        places, arrived = np.append(touches, touches[-1]), self.column(ARRIVED)
        while True:
            more = high < same
            more[more] = arrived[places[high[more]]] <= own.arrived[more]
            if not more.any():
                return low, high
            high = high + more

    def _divided(self, at: Ints, values: Ints, low: Ints, high: Ints) -> Iterator[Shares]:
        """Yield what the values of touches get of conversions, value by value if they are few."""
        named = counted(values)[0]
        pairs = int(np.maximum(high - low, 0).sum())
        if not self._credit.half_life and len(named) * len(values) < 2 * pairs:
            own = np.flatnonzero(high > low)
            for value in named.tolist():
                credit = self._of_value(values == value, low[own], high[own])
                yield np.full(len(own), value), credit, own
            return
        for part in _in_parts(low, high):
            yield self._shares(part, at[part.row], values[part.row])

    def _of_value(self, fits: Mask, low: Ints, high: Ints) -> Floats:
        """Return what a value gets of each conversion, as `attribution_weights.weight` says."""
        model, n = self._credit, high - low
        upto = np.concatenate([[0], np.cumsum(fits)])
        m = upto[high] - upto[low]
        if model.each:
            whole: Floats = (m > 0).astype(np.float64)
            return whole
        if model.ends is None:
            share: Floats = m / n
            return share
        one, inside, other = _ends(model.ends, n)
        first, last = fits[low], fits[high - 1]
        between = np.where(n > 2, m - first - last, 0)
        credit: Floats = first * one + last * other + between * inside
        return credit

    def _shares(self, pairs: Pairs, when: Ints, values: Ints) -> Shares:
        """Return the values of touches, the part of the conversion each gets, and which that is."""
        model, count = self._credit, pairs.whole
        if model.each:
            found, _ = numbered(*packed(pairs.conversion, values))
            conversion, value = np.divmod(found, int(values.max(initial=0)) + 1)
            return value, np.ones(len(found)), conversion
        if model.half_life:
            latest = np.maximum.reduceat(when, np.flatnonzero(pairs.place == 0))
            each = np.cumsum(pairs.place == 0) - 1
            parts = 2.0 ** ((when - latest[each]) / model.half_life)
            return values, parts / np.bincount(each, parts)[each], pairs.conversion
        if model.ends is None:
            return values, 1.0 / count, pairs.conversion
        one, inside, other = _ends(model.ends, count)
        begins, stops = pairs.place == 0, pairs.place == count - 1
        credit = begins * one + stops * other + ~(begins | stops) * inside
        return values, credit, pairs.conversion


class Credited:
    """What values have been credited.

    Attributes:
        conversions, amounts: of each value.
    """

    def __init__(self, values: int, wide: int) -> None:
        self.conversions = np.zeros(values)
        self.amounts = np.zeros(values)
        self._wide = wide
        self._whose = [np.zeros(0, np.int64)]

    def add(self, value: Ints, credit: Floats, amount: Floats, who: Ints) -> None:
        """Add parts of conversions, their amounts, and whose they are."""
        values = len(self.conversions)
        self.conversions += np.bincount(value, credit, values)
        self.amounts += np.bincount(value, credit * amount, values)
        self._whose.append(counted(value * self._wide + who)[0])

    def by_value(self) -> tuple[Ints, list[int], list[Ints]]:
        """Return the values that are credited, how many people of each, and who these are."""
        value, who = np.divmod(counted(np.concatenate(self._whose))[0], self._wide)
        some, people = counted(value)
        edges = np.append(0, np.cumsum(people)).tolist()
        return some, people.tolist(), [who[low:high] for low, high in pairwise(edges)]


def _ends(ends: tuple[float, float, float], n: Ints) -> tuple[Floats, Floats, Floats]:
    """Return what the first of `n` touches gets, each one in between, and the last."""
    first, between, last = ends
    both = first + last
    one = np.where(n == 1, 0.0, np.where(n == 2, first / both, first))
    other = np.where(n == 1, 1.0, np.where(n == 2, last / both, last))
    return one, np.where(n > 2, between / np.maximum(n - 2, 1), 0.0), other


def _in_parts(low: Ints, high: Ints) -> Iterator[Pairs]:
    """Yield the touches of conversions, of as many at a time as have MOST of them."""
    counts = np.maximum(high - low, 0)
    ends = np.cumsum(counts)
    start, passed = 0, 0
    while start < len(counts):
        stop = max(int(np.searchsorted(ends, passed + MOST, "right")), start + 1)
        own = counts[start:stop]
        place = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        yield Pairs(
            np.repeat(np.arange(start, stop), own),
            place + np.repeat(low[start:stop], own),
            place,
            np.repeat(own, own),
        )
        start, passed = stop, int(ends[stop - 1])
