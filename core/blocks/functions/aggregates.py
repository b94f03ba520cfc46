"""The aggregates over blocks that SQL calls."""

from __future__ import annotations

import json
from array import array
from base64 import b64encode
from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from pyroaring import BitMap

from core.blocks.functions import figures
from core.blocks.functions.figures import Grouped
from core.blocks.functions.gathering import GIVEN, PLACE, SLOT, VALUE, WHO, Gathering, of_chosen
from core.blocks.functions.groups import (
    Groups,
    added_up,
    coded,
    counted,
    decoded,
    is_dense,
    ordered,
    packed,
    spans,
    starts,
)
from core.blocks.functions.plan import OUTSIDE, Ints
from core.blocks.ordering import LARGEST

WHOLE = -1
"""The slot of the figures of all slots together."""

GROUPS = 1 << 12
"""Up to so many groups are counted block by block."""

Row = list[Any]


class Figures(Gathering):
    """Aggregate: a JSON list of rows [slot, v0, v1, figures...] for each group.

    The slot of rows outside every slot is null; groups by a number have its label.
    """

    def finalize(self) -> str:
        """Return the rows."""
        if not len(self):
            return "[]"
        if self._only_counts and prod(sizes := self._sizes) <= GROUPS:
            return self._counts(sizes)
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

    @property
    def _only_counts(self) -> bool:
        plan = self.plan
        return plan.figures == ("rows",) and plan.windows is None and not plan.whole

    @property
    def _keys(self) -> list[str]:
        """The columns that rows are grouped by."""
        return [SLOT, *(f"v{n}" for n in range(len(self.plan.by)))]

    @property
    def _sizes(self) -> list[int]:
        """A number above all slots, counted from OUTSIDE, and one above all of each code."""
        slot, *codes = map(self.most, self._keys)
        return [slot - OUTSIDE, *codes]

    def _counts(self, sizes: Sequence[int]) -> str:
        """Return how many rows each group has, block by block."""
        counts = np.zeros(prod(sizes), np.int64)
        for slots, *codes in self.blocks(self._keys):
            counts += np.bincount(coded(slots, codes, sizes), minlength=len(counts))
        groups = np.flatnonzero(counts)
        found = [*self.shown(decoded(groups, sizes)), counts[groups].tolist()]
        return json.dumps(list(zip(*found, strict=True)))

    def _rows(self, slots: Ints, chosen: Ints | None) -> list[Row]:
        """Return the figures of the groups of some rows, or of all."""
        groups = self._groups(slots, chosen)
        columns = [*self.shown(groups.keys), *self._columns(groups, chosen)]
        return [list(row) for row in zip(*columns, strict=True)]

    def _columns(self, groups: Groups, chosen: Ints | None) -> list[list[Any]]:
        numbers = self._measured(groups, chosen) if self.plan.x is not None else None
        return [self._figure(groups, numbers, word, chosen) for word in self.plan.figures]

    def _groups(self, slots: Ints, chosen: Ints | None) -> Groups:
        codes = (self.column(f"v{n}") for n in range(len(self.plan.by)))
        return Groups(slots, [of_chosen(code, chosen) for code in codes])

    def _figure(
        self, groups: Groups, numbers: Grouped | None, word: Any, chosen: Ints | None
    ) -> list[Any]:
        if word in ("rows", "people", "distinct", "given"):
            found: list[int] = self._of_rows(groups, word, chosen).tolist()
            return found
        if word == "distinct_per_user":
            values, actors = (of_chosen(self.column(name), chosen) for name in (VALUE, WHO))
            return figures.different_each(values, actors, groups.places, len(groups))
        assert numbers is not None
        return numbers.figure(word)

    def _of_rows(self, groups: Groups, word: str, chosen: Ints | None) -> Ints:
        """Return how many rows, people, values or events with a value each group has."""
        if word == "rows":
            return groups.rows
        name = {"people": WHO, "distinct": VALUE, "given": GIVEN}[word]
        column = of_chosen(self.column(name), chosen)
        if word == "given":
            if column.all():
                return groups.rows
            return np.bincount(groups.places[column > 0], minlength=len(groups))
        return figures.different(column, groups.places, len(groups))

    def _measured(self, groups: Groups, chosen: Ints | None) -> Grouped:
        """Return the numbers of rows in their groups."""
        numbers = self.numbers
        in_order = self.plan.numbers is None  # those that texts stand for come after the others
        if chosen is None and in_order and len(numbers) == len(self):
            return Grouped(numbers, groups.places, len(groups))
        rows = self.column(PLACE)
        if chosen is None:
            return Grouped(numbers, groups.places[rows], len(groups))
        table = np.full(len(self), -1)
        table[chosen] = groups.places
        places = table[rows]
        inside = np.flatnonzero(places >= 0)
        return Grouped(numbers.at(inside), places[inside], len(groups))


class Sets(Figures):
    """Aggregate: a JSON list of rows [slot, v0, v1, rows, set of actors in base64]."""

    def finalize(self) -> str:
        """Return the rows."""
        sizes, wide = self._sizes, self.most(WHO)
        count = prod(sizes)
        if count > LARGEST >> (wide - 1).bit_length() or not len(self):
            return super().finalize()
        if count <= GROUPS and is_dense(count * wide, len(self)):
            groups, counts, sets = self._marked(sizes, wide)
        else:
            groups, counts, sets = self._sorted(sizes, (wide - 1).bit_length())
        columns = [*self.shown(decoded(groups, sizes)), counts.tolist(), sets]
        return json.dumps(list(zip(*columns, strict=True)))

    def _marked(self, sizes: Sequence[int], wide: int) -> tuple[Ints, Ints, list[str]]:
        """Return the groups, how many rows and which people each has, from a table of all of both.

        Args:
            wide: a number above all actors.
        """
        there = np.zeros((prod(sizes), wide), np.bool_)
        rows = np.zeros(len(there), np.int64)
        for slots, *codes, who in self.blocks([*self._keys, WHO]):
            own = coded(slots, codes, sizes)
            rows += np.bincount(own, minlength=len(rows))
            there.ravel()[own * wide + who] = True
        groups = np.flatnonzero(rows)
        sets = [packed_set(np.flatnonzero(there[group])) for group in groups.tolist()]
        return groups, rows[groups], sets

    def _sorted(self, sizes: Sequence[int], bits: int) -> tuple[Ints, Ints, list[str]]:
        """Return the same by sorting.

        Args:
            bits: how many an actor has.
        """
        parts = [share.pairs(sizes, bits) for share in self.shares() if len(share)]
        groups, counts = added_up([part[1:] for part in parts])
        pairs = ordered(np.concatenate([part[0] for part in parts]))
        edges = [*np.searchsorted(pairs, groups << bits).tolist(), len(pairs)]
        actors = pairs & ((1 << bits) - 1)
        return groups, counts, [packed_set(actors[low:high]) for low, high in pairwise(edges)]

    def pairs(self, sizes: Sequence[int], bits: int) -> tuple[Ints, Ints, Ints]:
        """Return the different pairs of a group and an actor, as one number each, the groups, and
        how many rows each has.
        """
        slots, *codes = map(self.column, self._keys)
        found = coded(slots, codes, sizes)
        found <<= bits
        found |= self.column(WHO)
        found.sort()
        groups, counts = counted(found >> bits)
        return found[starts(found)], groups, counts

    def _columns(self, groups: Groups, chosen: Ints | None) -> list[list[Any]]:
        actors = self.column(WHO)
        places, actors = np.divmod(counted(packed(groups.places, actors)[0])[0], self.most(WHO))
        sets = [packed_set(actors[low:high]) for low, high in spans(places, len(groups))]
        return [groups.rows.tolist(), sets]


def packed_set(actors: Ints) -> str:
    """Return ascending actors as a set in base64, without nobody."""
    known = actors[1:] if len(actors) and not actors[0] else actors
    found = array("I", known.astype(np.uint32).tobytes())
    return b64encode(BitMap(found).serialize()).decode()
