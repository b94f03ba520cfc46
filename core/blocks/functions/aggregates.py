"""The aggregates over blocks that SQL calls."""

from __future__ import annotations

import json
from array import array
from base64 import b64encode
from itertools import pairwise
from typing import Any

import numpy as np
from pyroaring import BitMap

from core.blocks.functions import figures
from core.blocks.functions.gathering import GIVEN, PLACE, SLOT, VALUE, WHO, Gathering, of_chosen
from core.blocks.functions.groups import LARGEST, Groups, coded, decoded, starts
from core.blocks.functions.plan import Ints

WHOLE = -1
"""The slot of the figures of all slots together."""

Row = list[Any]


class Figures(Gathering):
    """Aggregate: a JSON list of rows [slot, v0, v1, figures...] for each group.

    The slot of rows outside every slot is null; groups by a number have its label.
    """

    def finalize(self) -> str:
        """Return the rows."""
        if not len(self):
            return "[]"
        slots, rows = self.column(SLOT), []
        if self.plan.windows is None:
            rows += self._rows(slots, None)
        else:
            for slot, low, high in self.plan.windows:
                inside = np.flatnonzero((slots >= low) & (slots <= high))
                rows += self._rows(np.full(len(inside), slot), inside)
        if self.plan.whole:
            rows += [[WHOLE, *row[1:]] for row in self._rows(np.zeros(len(slots), np.int64), None)]
        return json.dumps(rows)

    def _rows(self, slots: Ints, chosen: Ints | None) -> list[Row]:
        """Return the figures of the groups of some rows, or of all."""
        groups = self._groups(slots, chosen)
        columns = [*self.shown(groups.keys), *self._columns(groups, chosen)]
        return [list(row) for row in zip(*columns, strict=True)]

    def _columns(self, groups: Groups, chosen: Ints | None) -> list[list[Any]]:
        return [self._figure(groups, word, chosen) for word in self.plan.figures]

    def _groups(self, slots: Ints, chosen: Ints | None) -> Groups:
        codes = (self.column(f"v{n}") for n in range(len(self.plan.by)))
        return Groups(slots, [of_chosen(code, chosen) for code in codes])

    def _figure(self, groups: Groups, word: Any, chosen: Ints | None) -> list[Any]:
        if word in ("rows", "people", "distinct", "given"):
            found: list[int] = self._of_rows(groups, word, chosen).tolist()
            return found
        count = len(groups)
        if word == "distinct_per_user":
            values, actors = (of_chosen(self.column(name), chosen) for name in (VALUE, WHO))
            return figures.different_each(values, actors, groups.places, count)
        return figures.of_numbers(*self._measured(groups, chosen), count, word)

    def _of_rows(self, groups: Groups, word: str, chosen: Ints | None) -> Ints:
        """Return how many rows, people, values or events with a value each group has."""
        if word == "rows":
            return groups.rows
        name = {"people": WHO, "distinct": VALUE, "given": GIVEN}[word]
        column = of_chosen(self.column(name), chosen)
        if word == "given":
            return np.bincount(groups.places[column > 0], minlength=len(groups))
        return figures.different(column, groups.places, len(groups))

    def _measured(self, groups: Groups, chosen: Ints | None) -> tuple[figures.Numbers, Ints]:
        """Return the numbers of rows, and their groups."""
        numbers, rows = self.numbers, self.column(PLACE)
        if chosen is None:
            return numbers, groups.places[rows]
        table = np.full(len(self), -1)
        table[chosen] = groups.places
        places = table[rows]
        inside = np.flatnonzero(places >= 0)
        return numbers.at(inside), places[inside]


class Sets(Figures):
    """Aggregate: a JSON list of rows [slot, v0, v1, rows, set of actors in base64]."""

    def _rows(self, slots: Ints, chosen: Ints | None) -> list[Row]:
        codes = [of_chosen(self.column(f"v{n}"), chosen) for n in range(len(self.plan.by))]
        packed, sizes = coded(slots, codes)
        actors = of_chosen(self.column(WHO), chosen)
        bits = int(actors.max(initial=0)).bit_length()
        if int(packed.max(initial=0)) >= LARGEST >> bits:
            groups = Groups(slots, codes)
            packed, sizes, keys = groups.places, [], groups.keys
        ordered = np.sort(packed << bits | actors)
        edges = np.flatnonzero(starts(ordered >> bits))
        found = decoded(ordered[edges] >> bits, sizes) if sizes else keys
        counts = np.diff(np.append(edges, len(ordered)))
        each = np.flatnonzero(starts(ordered))
        different = ordered[each] & ((1 << bits) - 1)
        places = [*np.searchsorted(each, edges).tolist(), len(each)]
        sets = [packed_set(different[low:high]) for low, high in pairwise(places)]
        columns = [*self.shown(found), counts.tolist(), sets]
        return [list(row) for row in zip(*columns, strict=True)]


def packed_set(actors: Ints) -> str:
    """Return ascending actors as a set in base64, without nobody."""
    known = actors[1:] if len(actors) and not actors[0] else actors
    found = array("I", known.astype(np.uint32).tobytes())
    return b64encode(BitMap(found).serialize()).decode()
