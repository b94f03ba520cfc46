"""Figures of groups of rows: how many, who, and of their values.

A figure is named "rows", "people", "given" (events with a value of any kind), "count" (with a
number), "sum", "min", "max", "integers" (different numbers, 0 unless all are whole), "distinct"
(different values), "distinct_per_user", or is a list of a word and a number: `["percentile", 0.9]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.groups import counted, grouped, is_dense, numbered, packed, starts
from core.blocks.functions.plan import Ints
from core.sums import total

EXACT = 2**53
"""Up to here a float holds every whole number."""

DECIMALS = 6
"""Sums of values of so many decimals are exact (`core.sums`)."""

Floats = NDArray[np.float64]
Found = list[Any]
"""One figure of each group; None of nothing."""


class Numbers:
    """The numbers of rows: whole ones that stand for decimals, or floats.

    Args:
        values: the numbers times 10 to the power of `scale`, or as they are.
        scale: None for floats.
    """

    def __init__(self, values: NDArray[Any], scale: int | None) -> None:
        self.values = values
        self.scale = scale

    @property
    def floats(self) -> Floats:
        """The numbers as they are."""
        found: Floats = self.values.astype(np.float64, copy=False)
        return found / 10**self.scale if self.scale else found

    def __len__(self) -> int:
        return len(self.values)

    def at(self, rows: NDArray[Any]) -> Numbers:
        """Return those of some rows."""
        return Numbers(self.values[rows], self.scale)


def alike(numbers: Numbers) -> tuple[Floats, Ints]:
    """Return the different numbers, ascending, and the place of each number among them."""
    if numbers.scale is None or not len(numbers.values):
        return np.unique(numbers.values.astype(np.float64), return_inverse=True)
    whole = numbers.values.astype(np.int64, copy=False)
    low, high = int(whole.min()), int(whole.max())
    found, places = numbered(whole - low, high - low + 1)
    return Numbers(found + low, numbers.scale).floats, places


def together(parts: Sequence[Numbers]) -> Numbers:
    """Return the numbers of several blocks, whose scales may differ, one after the other."""
    scales = {part.scale for part in parts}
    if len(scales) == 1:
        return Numbers(np.concatenate([part.values for part in parts]), *scales)
    wide = max((scale for scale in scales if scale is not None), default=0)
    largest = max((int(np.abs(part.values).max(initial=0)) for part in parts), default=0)
    if None in scales or largest * 10**wide >= EXACT:
        return Numbers(np.concatenate([part.floats for part in parts]), None)
    scaled = [part.values.astype(np.int64) * 10 ** (wide - (part.scale or 0)) for part in parts]
    return Numbers(np.concatenate(scaled), wide)


class Grouped:
    """The numbers of groups, put in order once however many figures are asked for.

    Attributes:
        places: the group of each number.
        count: how many groups there are.
    """

    def __init__(self, numbers: Numbers, places: Ints, count: int) -> None:
        self.numbers = numbers
        self.places = places
        self._count = count

    def figure(self, word: Any) -> Found:
        """Return a figure of each group: "count", "sum", "min", "max", "integers" or
        ["percentile", p].
        """
        if word == "count":
            return list(self._rows.tolist())
        if word == "sum":
            return self._sums()
        if word in ("min", "max"):
            return [self._extreme(low, high, word) for low, high in self._spans]
        if word == "integers":
            return [self._integers(low, high) for low, high in self._spans]
        return [percentile(self._ascending[low:high], word[1]) for low, high in self._spans]

    @cached_property
    def _rows(self) -> Ints:
        return np.bincount(self.places, minlength=self._count)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """Where each group begins and ends, of numbers with those of a group together."""
        return list(pairwise([0, *np.cumsum(self._rows).tolist()]))

    @cached_property
    def _together(self) -> Numbers:
        if self._count == 1:
            return self.numbers
        return self.numbers.at(grouped(self.places, self._count))

    @cached_property
    def _ascending(self) -> Floats:
        found = np.array(self._together.floats)
        for low, high in self._spans:
            found[low:high].sort()
        return found

    def _integers(self, low: int, high: int) -> int:
        """Return how many different numbers a group has if all are whole, else 0."""
        own = self._ascending[low:high]
        return int(np.count_nonzero(starts(own))) if (own == np.rint(own)).all() else 0

    def _sums(self) -> Found:
        """Return sums as `core.sums` has them, None of nothing."""
        scale = self.numbers.scale
        if scale is None or scale > DECIMALS:
            listed = self._together.floats.tolist()
            return [total(listed[low:high]) if high > low else None for low, high in self._spans]
        values = self.numbers.values
        if _is_exact(values):
            found = np.bincount(self.places, weights=values, minlength=self._count)
            exact = found.astype(np.int64).tolist()
        else:
            whole = self._together.values.tolist()
            exact = [sum(whole[low:high]) for low, high in self._spans]
        rows = self._rows.tolist()
        return [n / 10**scale if some else None for n, some in zip(exact, rows, strict=True)]

    def _extreme(self, low: int, high: int, word: str) -> float | None:
        """Return the least or the greatest number of a group, "min" or "max"."""
        if high == low:
            return None
        own, scale = self._together.values[low:high], self.numbers.scale
        one: float = (own.min() if word == "min" else own.max()).item()
        return one / 10**scale if scale or (scale == 0 and abs(one) <= EXACT) else one


def added(numbers: Numbers, places: Ints, count: int) -> Numbers:
    """Return the sum of the numbers of each group, none of which is empty."""
    if numbers.scale is not None and numbers.scale <= DECIMALS and _is_exact(numbers.values):
        found = np.bincount(places, weights=numbers.values, minlength=count)
        return Numbers(found.astype(np.int64), numbers.scale)
    return Numbers(np.array(Grouped(numbers, places, count).figure("sum"), np.float64), None)


def _is_exact(values: NDArray[Any]) -> bool:
    """Whether no sum of some whole numbers is too large for a float to be exact."""
    largest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    return largest * len(values) < EXACT


def percentile(ordered: Floats, p: float) -> float | None:
    """Return percentile p (0 to 1) of ascending numbers by linear interpolation."""
    if not len(ordered):
        return None
    position = (len(ordered) - 1) * p
    low = int(position)
    if low + 1 >= len(ordered):
        return float(ordered[low])
    one, other = float(ordered[low]), float(ordered[low + 1])
    return one + (position - low) * (other - one)


def different(values: Ints, places: Ints, count: int) -> Ints:
    """Return how many different values above 0 each group has."""
    most = int(values.max(initial=0)) + 1
    keys = places * most + values
    if is_dense(count * most, len(keys)):
        there = np.zeros((count, most), np.bool_)
        there.ravel()[keys] = True
        found: Ints = np.count_nonzero(there[:, 1:], axis=1)
        return found
    keys, _ = counted(keys[values > 0])
    return np.bincount(keys // most, minlength=count)


def different_each(values: Ints, actors: Ints, places: Ints, count: int) -> Found:
    """Return how many different values above 0 the people of each group have on average."""
    known = (values > 0) & (actors > 0)
    values, actors, places = values[known], actors[known], places[known]
    _, pairs = numbered(*packed(actors, values))
    everything = different(pairs + 1, places, count).tolist()
    people = different(actors, places, count).tolist()
    return [n / many if many else None for n, many in zip(everything, people, strict=True)]
