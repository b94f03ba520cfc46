"""Rows in groups: by slot and up to two codes, and who is in each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.plan import OUTSIDE, Ints

FEW_KEYS = 1 << 16
"""Rows of up to so many possible groups are counted before they are placed."""

DENSE = 1 << 23
"""Up to so many cells are counted in a table, more of them by sorting."""

CELLS = 1 << 26
"""Up to so many pairs of a group and a person are marked in a table."""

PLACES = 64
"""So many cells of such a table are looked through in the time in which a row is sorted."""


class Groups:
    """The groups of rows.

    Args:
        slots: the slot of each row.
        codes: its codes, none of them negative.

    Attributes:
        places: the group of each row, from 0, in the order of `keys`.
        keys: the slot and the codes of each group, in order, a column each.
        rows: how many rows each group has.
    """

    def __init__(self, slots: Ints, codes: list[Ints]) -> None:
        if not codes and len(slots) and (slots == slots[0]).all():  # as of a whole period
            self.keys, self.rows = [slots[:1]], np.array([len(slots)])
            self.places = np.zeros(len(slots), np.int64)
            return
        sizes = [int(column.max(initial=0)) + 1 for column in (slots - OUTSIDE, *codes)]
        keys, most = coded(slots, codes, sizes), prod(sizes)
        if most <= FEW_KEYS:
            counts = np.bincount(keys)
            found = np.flatnonzero(counts)
            self.rows, self.places = counts[found], placed(keys, found, most)
        else:
            found, self.places = numbered(keys, most)
            self.rows = np.bincount(self.places, minlength=len(found))
        self.keys = decoded(found, sizes)

    def __len__(self) -> int:
        return len(self.keys[0])


def coded(slots: Ints, codes: Sequence[Ints], sizes: Sequence[int]) -> Ints:
    """Return the slot and the codes of rows as one number each.

    Args:
        sizes: numbers above all slots, counted from OUTSIDE, and above all of each code.
    """
    found = slots - OUTSIDE
    for column, size in zip(codes, sizes[1:], strict=True):
        found *= size
        found += column
    return found


def decoded(packed: Ints, sizes: Sequence[int]) -> list[Ints]:
    """Return the slots and the codes that `coded` has packed, a column each."""
    keys = []
    for size in reversed(sizes[1:]):
        packed, code = np.divmod(packed, size)
        keys.append(code)
    return [packed + OUTSIDE, *reversed(keys)]


def numbered(keys: Ints, most: int) -> tuple[Ints, Ints]:
    """Return the different keys, ascending, and the place of each given one among them.

    Args:
        most: a number above all of them; none is negative.
    """
    if most <= DENSE:
        there = np.zeros(most, np.bool_)
        there[keys] = True
        found = np.flatnonzero(there)
        return found, placed(keys, found, most)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = starts(ordered)
    places = np.empty(len(keys), np.int64)
    places[order] = np.cumsum(begins) - 1
    return ordered[begins], places


def placed(keys: Ints, found: Ints, most: int) -> Ints:
    """Return the place of each key among the different ones, which ascend and are below `most`."""
    if len(found) and found[-1] - found[0] == len(found) - 1:
        moved: Ints = keys - found[0]
        return moved
    table = np.zeros(most, np.int64)
    table[found] = np.arange(len(found))
    places: Ints = table[keys]
    return places


def is_dense(cells: int, rows: int) -> bool:
    """Whether a table of so many cells, a bit for each, is quicker than sorting so many rows."""
    return cells <= min(CELLS, PLACES * rows)


def packed(one: Ints, other: Ints) -> tuple[Ints, int]:
    """Return pairs of numbers from 0 on as one number each, and a number above all of them."""
    most = int(other.max(initial=0)) + 1
    return one * most + other, (int(one.max(initial=0)) + 1) * most


def starts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which of ordered values differ from the one before; the first does."""
    found = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=found[1:])
    return found


def ordered(values: Ints) -> Ints:
    """Return values in order; those that are already are only looked at."""
    if bool((values[1:] >= values[:-1]).all()):
        return values
    return np.sort(values)


def counted(values: Ints, most: int = 0) -> tuple[Ints, Ints]:
    """Return the different values, ascending, and how often each one is there.

    Args:
        most: a number above all values, none of which is negative; 0 if that is not known.
    """
    if 0 < most <= min(DENSE, len(values)):  # in a fraction of the time of sorting
        table = np.bincount(values)
        there = np.flatnonzero(table)
        return there, table[there]
    found = ordered(values)
    begins = np.flatnonzero(starts(found)) if len(found) else np.zeros(0, np.int64)
    return found[begins], np.diff(np.append(begins, len(found)))


def added_up(parts: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Return the different keys of several parts, ascending, and the sum of the counts of each."""
    if len(parts) == 1:
        return parts[0]
    keys, counts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(starts(keys[order]))
    return keys[order[begins]], np.add.reduceat(counts[order], begins)


def grouped(places: Ints, count: int) -> Ints:
    """Return the order that has the rows of each group together, in their own order."""
    small = places.astype(np.uint16) if count <= 1 << 16 else places
    return np.argsort(small, kind="stable")


def spans(places: Ints, count: int) -> Iterator[tuple[int, int]]:
    """Yield where each of some groups begins and ends in ascending places."""
    edges = np.searchsorted(places, np.arange(count + 1)).tolist()
    yield from pairwise(edges)
