"""Money of new people by its age (definitions 9.5), in the payments of blocks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from core.blocks.functions import figures
from core.blocks.functions.figures import Numbers
from core.blocks.functions.gathering import AT, PLACE, WHO, Timed
from core.blocks.functions.groups import Groups, numbered, packed
from core.blocks.functions.masks import Reach
from core.blocks.functions.plan import Ages, Ints, slots_of
from core.timeframe import DAY

PEOPLE, AMOUNTS, PAYERS, PAYERS_IN = range(4)
"""What rows are of, as in `core.queries.retention.ltv_money`."""

Row = list[Any]


class New:
    """The new people of some cohorts.

    Attributes:
        actors: ascending.
        born: ms of the first event of each.
        value: its code.
        slot: the cohort.
        had: the days of 24 hours that are over since then, of those that are asked for.
    """

    def __init__(self, reach: Reach, ages: Ages) -> None:
        start, end = ages.slots[0][1], ages.slots[-1][2]
        inside = (reach.codes[1] > 0) & (reach.first >= start) & (reach.first < end)
        self.actors, self.born = reach.actors[inside], reach.first[inside]
        self.value = reach.codes[0][inside]
        self.slot = slots_of(self.born, ages.slots)
        self.had = _days(ages.until - self.born, ages)

    def rows(self) -> list[Row]:
        """Return rows [slot, 0, value, PEOPLE, had, 0, people]."""
        groups = Groups(self.slot, [self.value, self.had])
        slots, values, had = groups.keys
        each = zip(*(column.tolist() for column in (slots, values, had, groups.rows)), strict=True)
        return [[slot, 0, value, PEOPLE, had, 0, count] for slot, value, had, count in each]


def new_people(given: bytes | None, ages: Ages) -> list[Row]:
    """Return the rows of the new people that the bytes of a reach tell; the second code of each is
    whether they count.
    """
    found = New(Reach.of(given), ages)
    return found.rows() if len(found.actors) else []


class Money(Timed):
    """Aggregate: a JSON list of rows [slot, currency, value, what, had, age, figure] of what new
    people paid. The plan's `by` is the currency, and `x` the amount.
    """

    def finalize(self) -> str:
        """Return the rows."""
        ages = self.plan.ages
        assert ages is not None
        new = New(self._extras.reach(ages.people), ages)
        rows, numbers = self.column(PLACE), self.numbers
        who = self.column(WHO)[rows]
        place = np.minimum(np.searchsorted(new.actors, who), max(len(new.actors) - 1, 0))
        inside = np.flatnonzero(new.actors[place] == who) if len(new.actors) else place[:0]
        if not len(inside):
            return "[]"
        rows, place, numbers = rows[inside], place[inside], numbers.at(inside)
        age = _days(self.column(AT)[rows] - new.born[place], ages)
        code = self.column("v0")[rows] if self.plan.by else np.zeros_like(rows)
        return json.dumps(
            [
                *_listed(new, AMOUNTS, place, code, age, numbers),
                *_listed(new, PAYERS, *_youngest(place, np.zeros_like(code), age)),
                *_listed(new, PAYERS_IN, *_youngest(place, code, age)),
            ]
        )


def _listed(
    new: New, what: int, place: Ints, code: Ints, age: Ints, numbers: Numbers | None = None
) -> list[Row]:
    """Return the rows of payments, or of people: the sum of their numbers or how many they are."""
    slots, values, had = new.slot[place], new.value[place], new.had[place]
    groups = Groups(slots, [values, code, had, age])
    found = groups.rows.tolist()
    if numbers is not None:
        found = figures.Grouped(numbers, groups.places, len(groups)).figure("sum")
    slots, values, codes, had, ages = groups.keys
    columns = (slots, values, codes, had, ages)
    each = zip(*(column.tolist() for column in columns), found, strict=True)
    return [[slot, code, value, what, had, age, n] for slot, value, code, had, age, n in each]


def _youngest(place: Ints, code: Ints, age: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the different pairs of a person's place and a code, and the least age of each."""
    keys, most = packed(place, code)
    found, pairs = numbered(keys, most)
    least = np.full(len(found), int(age.max()))
    np.minimum.at(least, pairs, age)
    place, code = np.divmod(found, int(code.max()) + 1)
    return place, code, least


def _days(ms: Ints, ages: Ages) -> Ints:
    """Return the last of the days that are asked for that is over; 0 before the first."""
    return np.array([0, *ages.days])[np.searchsorted(ages.days, ms // DAY, "right")]
