"""Sums of numbers without drift (definitions 1.7)."""

from __future__ import annotations

import math
from collections.abc import Iterable

_EXACT = 2**53
_MILLION = 10**6


def total(values: Iterable[float]) -> float:
    """Return the sum of numbers; 0 for none, infinity if it is too large for a number.

    Values of up to six decimals give the exact sum: ten times 0.1 is 1. Others give the number
    nearest to the sum of the stored values.
    """
    listed = values if isinstance(values, list) else list(values)
    if not listed:
        return 0.0
    size = max(max(listed), -min(listed))
    if not math.isfinite(size):
        return math.inf if max(listed) == math.inf else -math.inf
    if size > _EXACT:
        return _of_large(listed)
    found = math.fsum(listed)
    doubt = 2 * size * len(listed) / _EXACT
    if doubt * _MILLION > 0.1:
        return _by_millionths(listed, found)
    near = round(found, 6)
    return near if abs(near - found) <= doubt else found


def _by_millionths(listed: list[float], found: float) -> float:
    """Return the exact sum if no value has more decimals, else the given one."""
    parts = [round(value * _MILLION) for value in listed]
    if any(part / _MILLION != value for part, value in zip(parts, listed, strict=True)):
        return found
    return sum(parts) / _MILLION


def _of_large(listed: list[float]) -> float:
    """Integers beyond the precision of a float, or values of very different magnitude."""
    from fractions import Fraction

    exact = sum(map(Fraction, listed))
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def mean(values: Iterable[float]) -> float | None:
    """Return the mean of numbers, None if there are none."""
    listed = list(values)
    return total(listed) / len(listed) if listed else None
