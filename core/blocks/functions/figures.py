"""Figures of groups of rows: how many, who, and of their values.

A figure is named "rows", "people", "given" (events with a value of any kind), "count" (with a
number), "sum", "min", "max", "integers" (different numbers, 0 unless all are whole), "distinct"
(different values), "distinct_per_user", or is a list of a word and a number: `["percentile", 0.9]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.groups import counted, grouped, numbered, packed, spans
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

    def at(self, rows: NDArray[Any]) -> Numbers:
        """Return those of some rows."""
        return Numbers(self.values[rows], self.scale)


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


def of_numbers(numbers: Numbers, places: Ints, count: int, word: Any) -> Found:
    """Return a figure of the numbers of each group.

    Args:
        places: the group of each number.
        count: how many groups there are.
        word: "count", "sum", "min", "max", "integers" or ["percentile", p].
    """
    if word == "count":
        return list(np.bincount(places, minlength=count).tolist())
    if word == "sum":
        return sums(numbers, places, count)
    if word in ("min", "max"):
        return extremes(numbers, places, count, word)
    if word == "integers":
        return integers(numbers.floats, places, count)
    return percentiles(numbers.floats, places, count, word[1])


def added(numbers: Numbers, places: Ints, count: int) -> Numbers:
    """Return the sum of the numbers of each group, none of which is empty."""
    if numbers.scale is not None and numbers.scale <= DECIMALS and _is_exact(numbers.values):
        found = np.bincount(places, weights=numbers.values, minlength=count)
        return Numbers(found.astype(np.int64), numbers.scale)
    return Numbers(np.array(sums(numbers, places, count), np.float64), None)


def _is_exact(values: NDArray[Any]) -> bool:
    """Whether no sum of some whole numbers is too large for a float to be exact."""
    return int(np.abs(values.astype(np.int64)).max(initial=0)) * len(values) < EXACT


def integers(values: Floats, places: Ints, count: int) -> Found:
    """Return how many different numbers each group has if all are whole, else 0."""
    found: Found = []
    order = grouped(places, count)
    for low, high in spans(places[order], count):
        own = values[order[low:high]]
        whole = bool((own == np.rint(own)).all())
        found.append(len(set(own.tolist())) if whole else 0)
    return found


def sums(numbers: Numbers, places: Ints, count: int) -> Found:
    """Return the sum of the numbers of each group as `core.sums` has it, None of nothing."""
    there = np.bincount(places, minlength=count)
    if numbers.scale is None or numbers.scale > DECIMALS:
        return _listed(numbers.floats, places, count)
    values = numbers.values
    if _is_exact(values):
        exact = np.bincount(places, weights=values, minlength=count).astype(np.int64).tolist()
    else:
        exact = [0] * count
        order = grouped(places, count)
        whole = values[order].tolist()
        for group, (low, high) in enumerate(spans(places[order], count)):
            exact[group] = sum(whole[low:high])
    divisor = 10**numbers.scale
    return [n / divisor if some else None for n, some in zip(exact, there.tolist(), strict=True)]


def _listed(values: Floats, places: Ints, count: int) -> Found:
    order = grouped(places, count)
    listed = values[order].tolist()
    return [
        total(listed[low:high]) if high > low else None for low, high in spans(places[order], count)
    ]


def extremes(numbers: Numbers, places: Ints, count: int, word: str) -> Found:
    """Return the least or the greatest number of each group, "min" or "max"."""
    order = grouped(places, count)
    values, scale = numbers.values[order], numbers.scale
    found: Found = []
    for low, high in spans(places[order], count):
        one = None
        if high > low:
            one = (values[low:high].min() if word == "min" else values[low:high].max()).item()
            one = one / 10**scale if scale or (scale == 0 and abs(one) <= EXACT) else one
        found.append(one)
    return found


def percentiles(values: Floats, places: Ints, count: int, p: float) -> Found:
    """Return percentile p (0 to 1) of the numbers of each group, type 7."""
    order = grouped(places, count)
    ordered = values[order]
    found: Found = []
    for low, high in spans(places[order], count):
        found.append(percentile(np.sort(ordered[low:high]), p))
    return found


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
    keys, _ = counted((places * most + values)[values > 0])
    return np.bincount(keys // most, minlength=count)


def different_each(values: Ints, actors: Ints, places: Ints, count: int) -> Found:
    """Return how many different values above 0 the people of each group have on average."""
    known = (values > 0) & (actors > 0)
    values, actors, places = values[known], actors[known], places[known]
    _, pairs = numbered(*packed(actors, values))
    everything = different(pairs + 1, places, count).tolist()
    people = different(actors, places, count).tolist()
    return [n / many if many else None for n, many in zip(everything, people, strict=True)]
