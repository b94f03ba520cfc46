"""Aggregates over what each person did: how many events, or the sum of a property."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from core.blocks.functions import figures
from core.blocks.functions.aggregates import Figures, Row
from core.blocks.functions.figures import Grouped, Numbers
from core.blocks.functions.gathering import PLACE, WHO
from core.blocks.functions.groups import Groups, counted, numbered, packed
from core.blocks.functions.plan import Ints


class Each(NamedTuple):
    """The people of groups: the group of each, who it is, and the number; and the numbers of events
    that these are sums of, None if they are how many events.
    """

    places: Ints
    actors: Ints
    numbers: Numbers
    events: Grouped | None = None


class Persons(Figures):
    """Aggregate: rows as of `Figures`, of one number for each person in each group.

    "given" is still of events, as is "numbers", how many have a number; "count" is of people.
    """

    def _columns(self, groups: Groups, chosen: Ints | None) -> list[list[Any]]:
        own = self._each(groups)
        each = Grouped(own.numbers, own.places, len(groups))
        return [self._over(groups, own.events, each, word) for word in self.plan.figures]

    def _over(self, groups: Groups, events: Grouped | None, each: Grouped, word: Any) -> list[Any]:
        if word == "given":
            return self._figure(groups, events, word, None)
        if word == "numbers":
            return self._figure(groups, events, "count", None)
        return each.figure(word)

    def _each(self, groups: Groups) -> Each:
        actors = self.column(WHO)
        if self.plan.x is None:
            most = int(actors.max(initial=0)) + 1
            if len(groups) == 1:
                who, counts = counted(actors, most)
                return Each(np.zeros(len(who), np.int64), who, Numbers(counts, 0))
            keys, counts = counted(groups.places * most + actors, len(groups) * most)
            return Each(keys // most, keys % most, Numbers(counts, 0))
        events, own = self._measured(groups, None), actors[self.column(PLACE)]
        keys, most = packed(events.places, own)
        found, persons = numbered(keys, most)
        width = int(own.max(initial=0)) + 1
        sums = figures.added(events.numbers, persons, len(found))
        return Each(found // width, found % width, sums, events)


class Spread(Persons):
    """Aggregate: rows [slot, v0, v1, number, people]: how many people have each number."""

    def _rows(self, slots: Ints, chosen: Ints | None) -> list[Row]:
        groups = self._groups(slots, chosen)
        each = self._each(groups)
        values, places = figures.alike(each.numbers)
        most = len(groups) * len(values)
        keys, people = counted(each.places * len(values) + places, most)
        shown = list(zip(*self.shown(groups.keys), strict=True))
        return [
            [*shown[key // len(values)], float(values[key % len(values)]), count]
            for key, count in zip(keys.tolist(), people.tolist(), strict=True)
        ]


class Listed(Persons):
    """Aggregate: rows [slot, v0, v1, number, actor] of everybody."""

    def _rows(self, slots: Ints, chosen: Ints | None) -> list[Row]:
        groups = self._groups(slots, chosen)
        each = self._each(groups)
        shown = list(zip(*self.shown(groups.keys), strict=True))
        numbers = each.numbers.floats.tolist()
        found = zip(each.places.tolist(), numbers, each.actors.tolist(), strict=True)
        return [[*shown[place], x, actor] for place, x, actor in found]
