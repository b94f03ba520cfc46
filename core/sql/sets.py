"""Stored sets of actors, and percentiles, for questions that compute on rows.

A set is a serialised 32-bit roaring bitmap.
"""

from __future__ import annotations

from pyroaring import BitMap

from core.errors import not_as_written

Blob = bytes | None


def load(blob: Blob) -> BitMap:
    """Return the set in a blob; NULL is the empty set.

    Raises:
        Damaged: it is not a set.
    """
    if blob is None:
        return BitMap()
    try:
        return BitMap.deserialize(blob)
    except (TypeError, ValueError, IndexError) as error:
        raise not_as_written("a set of people") from error


def percentile(values: list[float], p: float) -> float | None:
    """Return percentile p (0 to 1) by linear interpolation, or None if there are no values."""
    if not values:
        return None
    ordered = sorted(values)
    position = (len(ordered) - 1) * p
    low = int(position)
    if low + 1 >= len(ordered):
        return float(ordered[low])
    return ordered[low] + (position - low) * (ordered[low + 1] - ordered[low])
