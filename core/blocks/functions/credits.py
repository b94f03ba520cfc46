"""Which touches led to conversions (definitions 11.15), in the events of blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from core.blocks.functions.attempts import BITS, Marked
from core.blocks.functions.block import Mask
from core.blocks.functions.figures import Floats
from core.blocks.functions.gathering import ARRIVED, AT, PLACE, WHO
from core.blocks.functions.groups import counted, numbered, packed
from core.blocks.functions.plan import Credit, Ints

CONVERSION, TOUCH = 1, 2
"""Bits of the events."""

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


class Credits(Marked):
    """Aggregate: a JSON list of rows [part, value, conversions, amount, people].

    Part 1 has a row for each value that is credited, part 2 the conversions without a touch, and
    part 0 all of them; of no events there is no row. The plan's `by` is the field, its `x` what is
    added up.
    """

    def finalize(self) -> str:
        """Return the rows."""
        if not len(self):
            return "[]"
        start, end = self._credit.between
        at, bits = self.column(AT), self.column(BITS)
        own = np.flatnonzero((bits & CONVERSION > 0) & (at >= start) & (at < end))
        self._amounts = np.zeros(len(self))
        self._amounts[self.column(PLACE)] = self.numbers.floats
        touches = self._touches(own)
        low, high = self._reach(own, touches)
        rows = self._credited(own, touches, low, high)
        alone = own[high <= low]
        return json.dumps([*rows, self._all(2, alone), self._all(0, own)])

    @property
    def _credit(self) -> Credit:
        assert self.plan.credit is not None
        return self.plan.credit

    def _all(self, part: int, those: Ints) -> list[Any]:
        people = len(counted(self.column(WHO)[those])[0])
        return [part, 0, float(len(those)), float(self._amounts[those].sum()), people]

    def _touches(self, own: Ints) -> Ints:
        """Return the rows of touches of those who converted, by person, time and arrival."""
        who = self.column(WHO)
        converted = np.zeros(int(who.max()) + 1, np.bool_)
        converted[who[own]] = True
        rows = np.flatnonzero((self.column(BITS) & TOUCH > 0) & converted[who])
        keys = self._keys(rows)
        order = np.argsort(keys)
        keys, rows = keys[order], rows[order]
        tied = np.zeros(len(rows), np.bool_)
        tied[1:] = keys[1:] == keys[:-1]
        tied[:-1] |= tied[1:]
        if tied.any():
            some = rows[tied]
            rows[tied] = some[np.lexsort((self.column(ARRIVED)[some], keys[tied]))]
        return rows

    def _keys(self, rows: Ints, back: int = 0) -> Ints:
        """Return rows' persons and times, some ms earlier, as numbers in their order."""
        at = self.column(AT)
        first = int(at.min())
        width = int(at.max()) - first + 2
        return self.column(WHO)[rows] * width + np.maximum(at[rows] - first - back, 0)

    def _reach(self, own: Ints, touches: Ints) -> tuple[Ints, Ints]:
        """Return where the touches of each conversion begin and end."""
        keys, found = self._keys(touches), self._keys(own)
        low = np.searchsorted(keys, self._keys(own, self._credit.back), "left")
        high = np.searchsorted(keys, found, "left")
        same = np.searchsorted(keys, found, "right")
        arrived = np.append(self.column(ARRIVED)[touches], 0)
        mine = self.column(ARRIVED)[own]
        while True:
            more = (high < same) & (arrived[high] <= mine)
            if not more.any():
                return low, high
            high = high + more

    def _credited(self, own: Ints, touches: Ints, low: Ints, high: Ints) -> list[list[Any]]:
        codes, who = self.column("v0"), self.column(WHO)
        most = int(codes.max()) + 1
        conversions, amounts, known = np.zeros(most), np.zeros(most), [np.zeros(0, np.int64)]
        wide = int(who.max()) + 1
        for value, credit, place in self._divided(touches, codes[touches], low, high):
            given = credit > 0
            value, credit, place = value[given], credit[given], place[given]
            conversions += np.bincount(value, credit, most)
            amounts += np.bincount(value, credit * self._amounts[own[place]], most)
            known.append(counted(value * wide + who[own[place]])[0])
        people = np.bincount(counted(np.concatenate(known))[0] // wide, minlength=most)
        some = np.flatnonzero(people)
        shown = self.shown([some, some])[1]
        columns = (conversions[some].tolist(), amounts[some].tolist(), people[some].tolist())
        return [[1, *row] for row in zip(shown, *columns, strict=True)]

    def _divided(self, touches: Ints, values: Ints, low: Ints, high: Ints) -> Iterator[Shares]:
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
            yield self._shares(part, touches[part.row], values[part.row])

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

    def _shares(self, pairs: Pairs, rows: Ints, values: Ints) -> Shares:
        """Return the values of touches, the part of the conversion each gets, and which that is."""
        model, count = self._credit, pairs.whole
        if model.each:
            found, _ = numbered(*packed(pairs.conversion, values))
            conversion, value = np.divmod(found, int(values.max(initial=0)) + 1)
            return value, np.ones(len(found)), conversion
        if model.half_life:
            when = self.column(AT)[rows]
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
