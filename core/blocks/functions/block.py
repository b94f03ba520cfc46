"""The chosen rows of one block, and its columns, each unpacked when it is first used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.parts import Part, narrow
from core.blocks.functions.plan import Ints, Plan
from core.blocks.layout import TIME
from core.blocks.packing import Column, unpack, unpack_runs

Mask = NDArray[np.bool_]


class Block:
    """The rows of a block on the days of a plan, in the order of day, actor and time.

    Args:
        blobs: those of the plan's fields, None of a field that no event of the block has.

    Attributes:
        low, high: the first of its rows on these days, and the one after the last.
    """

    def __init__(self, plan: Plan, event: int, runs: bytes, blobs: Sequence[bytes | None]) -> None:
        self.plan = plan
        self.event = event
        days, counts = unpack_runs(runs)
        ends = np.cumsum(counts)
        first, last = 0, len(days)
        if plan.days is not None:
            first, last = np.searchsorted(days, [plan.days[0], plan.days[1] + 1]).tolist()
        self._days, self._counts = days[first:last], counts[first:last]
        self.low = int(ends[first - 1]) if first else 0
        self.high = int(ends[last - 1]) if last else 0
        self._blobs = dict(zip(plan.fields, blobs, strict=False))
        self._columns: dict[int, Column | None] = {}
        self._ints: dict[int, Ints] = {}

    def __len__(self) -> int:
        return max(self.high - self.low, 0)

    def column(self, field: int) -> Column | None:
        """Return the values of a field, None if no event of the block has one."""
        if field not in self._columns:
            blob = self._blobs.get(field)
            found = None if blob is None else unpack(blob)
            if found is not None and len(self) < len(found):
                found = found.take(slice(self.low, self.high))
            self._columns[field] = found
        return self._columns[field]

    def ints(self, field: int) -> Ints:
        """Return a column of ids, 0 for events without one."""
        if field not in self._ints:
            self._ints[field] = self._whole(field)
        return self._ints[field]

    def least(self, field: int) -> int:
        """Return a number that no event's id in a column is below."""
        found = self.column(field)
        return 0 if found is None or found.present is not None else found.base

    def picked(self, field: int, rows: Ints | None) -> Ints:
        """Return the same of some rows; of all for None."""
        if rows is None:
            return self.ints(field)
        if field in self._ints:
            return self._ints[field][rows]
        found = self.column(field)
        return _ids(found and found.take(rows), len(rows))

    def part(self, field: int, rows: Ints | None) -> Part:
        """Return the same in few bytes, those of the block itself if it can be."""
        found = self.column(field)
        if found is None or found.present is not None or found.unit != 1 or found.is_wide:
            return narrow(self.picked(field, rows))
        return Part(found.base, found.raw if rows is None else found.raw[rows])

    def _whole(self, field: int) -> Ints:
        return _ids(self.column(field), len(self))

    @cached_property
    def days(self) -> Ints:
        """The day of each row."""
        return np.repeat(self._days, self._counts)

    def slots(self) -> Part:
        """The slot of each row."""
        if self.plan.by_time:
            return narrow(self.plan.slot_of(self.ints(TIME)))
        slots = narrow(self.plan.slot_of(self._days))
        return Part(slots.base, np.repeat(slots.values, self._counts))


def _ids(found: Column | None, count: int) -> Ints:
    """Return the values of a column of so many rows, 0 for those without one."""
    if found is None:
        return np.zeros(count, np.int64)
    if found.present is not None:
        return np.where(found.present, found.whole(), 0)
    return found.whole()
