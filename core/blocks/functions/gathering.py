"""The chosen rows of every block of a statement, one block after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions import plan as plans
from core.blocks.functions.block import Block, Mask
from core.blocks.functions.figures import Numbers, together
from core.blocks.functions.masks import Extras, among, begun, fits
from core.blocks.functions.parts import Part, Shares, joined, narrow
from core.blocks.functions.plan import OUTSIDE, Ints, Plan
from core.blocks.functions.spelling import different, texts_of
from core.blocks.layout import ACTOR, SEQ, TIME
from core.blocks.packing import Column
from core.columns import NONE

BEGUN = ("false", "true")
"""The labels of whether something has begun."""

SLOT, WHO, GIVEN, VALUE, PLACE = "slot", "who", "given", "value", "place"
"""Columns of the rows that count; PLACE is of those that have a number."""

AT, ARRIVED = "at", "seq"
"""Further ones: ms, and seq."""


TOGETHER = 250_000
"""About so many rows are looked at together if there are MANY; from this one on what is computed of
them is kept in few bytes.
"""

MANY = 500_000


class Gathering:
    """What is needed of the rows that count, as columns.

    Attributes:
        plan: what is asked, from the first block on.
        labels: the label of each code of a number that rows are grouped by.
        people: the first of the actors that it may have rows of, and the one after the last.
    """

    plan: Plan
    people = (0, 2**62)

    def __init__(self) -> None:
        self.labels: dict[str, int] = {NONE: 0}
        self._extras = Extras(())
        self._parts: dict[str, list[Part]] = {}
        self._numbers: list[Numbers] = []
        self._count = 0
        self._seen = False

    def step(self, text: str, event: int, runs: bytes | None, *given: Any) -> None:
        """Take one block: its runs, the blobs of the plan's columns, then the extras.

        The plan and the extras are those of the first call, which may have no block.
        """
        if not self._seen:
            self.plan, self._seen = plans.read(text), True
            self._extras = Extras(given[len(self.plan.fields) :])
        if runs is None:
            return
        block = Block(self.plan, event, runs, given[: len(self.plan.fields)])
        if not len(block):
            return
        chosen = self._chosen(block)
        if chosen is None:
            self._take(block, None, len(block))
            return
        rows = np.flatnonzero(chosen)
        if len(rows):
            self._take(block, None if len(rows) == len(block) else rows, len(rows))

    def column(self, name: str) -> Ints:
        """Return a column of all rows that count, after the last block."""
        parts = self._parts.setdefault(name, [])
        if name == SLOT and not parts:
            return np.zeros(len(self), np.int64)
        if len(parts) != 1 or parts[0].values.dtype != np.int64:
            parts[:] = [Part(0, joined(parts))]
        return parts[0].values

    def blocks(self, names: Sequence[str]) -> Iterator[list[Ints]]:
        """Yield some columns of the rows of each block that has any; a missing one is of zeros."""
        some = next(iter(self._parts.values()), ())
        none = [Part(0, np.zeros(len(part.values), np.uint8)) for part in some]
        for parts in zip(*(self._parts.get(name, none) for name in names), strict=True):
            yield [part.whole() for part in parts]

    def most(self, name: str) -> int:
        """Return a number above all values of a column."""
        parts = self._parts.get(name, ())
        return max((base + int(values.max()) for base, values in parts), default=0) + 1

    def shares(self) -> Iterator[Self]:
        """Yield the rows of some people at a time as if they were all, of nobody's numbers.

        So many rows need no more memory than those of a share and what they are kept in.
        """
        if len(self) <= MANY:
            yield self
            return
        shares = Shares(self._parts, WHO, self.most(WHO), TOGETHER)
        for number, people in enumerate(shares.people):
            yield self._share(people, shares.rows(number))

    def _share(self, people: tuple[int, int], own: Sequence[slice]) -> Self:
        """Return some rows, those of the people from one to before another."""
        found = copy(self)
        found.people = people
        found._count = sum(rows.stop - rows.start for rows in own)
        found._parts = {
            name: [
                Part(part.base, part.values[rows]) for part, rows in zip(parts, own, strict=True)
            ]
            for name, parts in self._parts.items()
        }
        return found

    @cached_property
    def numbers(self) -> Numbers:
        """The numbers of the rows that have one; PLACE says which these are."""
        if not self._numbers:
            return Numbers(np.zeros(0, np.int64), 0)
        return together(self._numbers)

    def shown(self, keys: Sequence[Ints]) -> list[list[Any]]:
        """Return the slots, v0, v1 and further codes of groups as they are shown."""
        slots, *codes = keys
        found: list[list[Any]] = [[None if slot == OUTSIDE else slot for slot in slots.tolist()]]
        labels = list(self.labels)
        for by, code in zip(self.plan.by, codes, strict=True):
            plain = code.tolist()
            begun_by = isinstance(by, dict) and "begun" in by
            names = labels if isinstance(by, list) else BEGUN if begun_by else None
            found.append(plain if names is None else [names[n] for n in plain])
        return [*found, *([0] * len(slots) for _ in range(2 - len(codes)))]

    def __len__(self) -> int:
        return self._count

    # -- which rows

    def _chosen(self, block: Block) -> Mask | None:
        """Return which rows of a block count, None if all do."""
        plan, found = block.plan, None
        if plan.times is not None:
            when = block.ints(TIME)
            inside = (when >= plan.times[0]) & (when < plan.times[1])
            found = None if inside.all() else inside
        if plan.mask is not None:
            found = both(found, fits(plan.mask, block, self._extras))
        for extra in plan.members:
            found = both(found, among(block.ints(ACTOR), self._extras.ids(extra)))
        if not plan.nobody and block.least(ACTOR) <= 0:
            found = both(found, block.ints(ACTOR) != 0)
        return found

    # -- what of them, given their places in the block, None for all

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        plan = block.plan
        if plan.slots != ():
            slots = block.slots()
            self._keep(SLOT, Part(slots.base, of_chosen(slots.values, chosen)))
        for number, by in enumerate(plan.by):
            if isinstance(by, int):
                self._keep(f"v{number}", block.part(by, chosen))
            elif by == "event":
                self._same(f"v{number}", block.event, size)
            else:
                self._add(f"v{number}", self._codes(block, by, chosen, size))
        if ACTOR in plan.fields:
            self._keep(WHO, block.part(ACTOR, chosen))
        if plan.value is not None:
            self._add(VALUE, self._codes(block, plan.value, chosen, size))
        if plan.x is not None:
            self._measure(block, plan.x, chosen, size)
        self._count += size

    def _add(self, name: str, column: NDArray[Any]) -> None:
        part = narrow(column) if self._count > TOGETHER else Part(0, column)
        self._keep(name, part)

    def _same(self, name: str, value: int, size: int) -> None:
        """Add a column of one value."""
        self._keep(name, Part(value, np.zeros(size, np.uint8)))

    def _keep(self, name: str, part: Part) -> None:
        self._parts.setdefault(name, []).append(part)

    def _codes(self, block: Block, by: Any, chosen: Ints | None, size: int) -> NDArray[Any]:
        """Return what rows are grouped by, as numbers from 0."""
        if by == "event":
            return np.full(size, block.event)
        if isinstance(by, dict) and "coded" in by:
            places = self._extras.places(by["coded"])
            return self._extras.reach(by["coded"]).codes[0][places[block.picked(ACTOR, chosen)]]
        if isinstance(by, dict) and "holds" in by:
            return of_chosen(fits(by["holds"], block, self._extras), chosen)
        if isinstance(by, dict):
            return of_chosen(begun(block, self._extras, by["begun"]), chosen)
        if not isinstance(by, list):
            return block.picked(by, chosen)
        found = block.column(by[0])
        if found is None:
            return np.zeros(size, np.int64)
        own = found if chosen is None else found.take(chosen)
        values, places = different(own)
        codes = [self.labels.setdefault(text, len(self.labels)) for text in texts_of(own, values)]
        coded = np.array(codes, np.int64)[places]
        return coded if own.present is None else np.where(own.present, coded, 0)

    def _measure(self, block: Block, field: int, chosen: Ints | None, size: int) -> None:
        """Note the numbers of a property, and which rows have a value at all."""
        given = np.zeros(size, np.bool_)
        found = block.column(field)
        if found is not None:
            found = found if chosen is None else found.take(chosen)
            for own in (found, found.texts):
                if own is not None:
                    given[_there(own)] = True
                    self._note(own)
        self._add(GIVEN, given)

    def _note(self, column: Column) -> None:
        """Note the numbers of a column, or those that its texts stand for."""
        there = _there(column)
        rows = np.arange(self._count, self._count + len(column))[there]
        values = column.whole()[there]
        if not column.is_text:
            self._numbers.append(Numbers(values, None if column.is_float else column.scale))
            self._add(PLACE, rows)
        elif self.plan.numbers is not None:
            numbers, found = self._read_numbers(self.plan.numbers, values)
            self._numbers.append(Numbers(numbers, None))
            self._add(PLACE, rows[found])

    def _read_numbers(self, extra: int, ids: Ints) -> tuple[NDArray[Any], Mask]:
        """Return the numbers that texts stand for, and which texts stand for one."""
        known, values = self._extras.numbers(extra)
        found = among(ids, known)
        return values[np.searchsorted(known, ids[found])], found


class Timed(Gathering):
    """Needs besides when the rows were, and in which order they arrived."""

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        super()._take(block, chosen, size)
        self._keep(AT, block.part(TIME, chosen))
        self._keep(ARRIVED, block.part(SEQ, chosen))


def _there(column: Column) -> slice | Mask:
    return slice(None) if column.present is None else column.present


def both(one: Mask | None, other: Mask) -> Mask:
    """Return which rows are in both masks; one of None has all."""
    return other if one is None else one & other


def of_chosen(column: NDArray[Any], chosen: Ints | None) -> NDArray[Any]:
    """Return the values of the chosen rows of a column; all if none are chosen apart."""
    return column if chosen is None else column[chosen]
