"""Sets of actors as they are stored, and percentiles, where questions compute with rows.

A set is a serialised 32-bit roaring bitmap.
"""

from __future__ import annotations

from pyroaring import BitMap

Blob = bytes | None


def load(blob: Blob) -> BitMap:
    """Return the set a blob holds; NULL is the empty set.

    Raises:
        TypeError, ValueError: it is no set.
    """
    if blob is None:
        return BitMap()
    if not blob:
        raise ValueError("no set is so short")
    return BitMap.deserialize(blob)


def percentile(values: list[float], p: float) -> float | None:
    """Return percentile p (0 to 1) by linear interpolation, or None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    position = (len(ordered) - 1) * p
    low = int(position)
    if low + 1 >= len(ordered):
        return float(ordered[low])
    return ordered[low] + (position - low) * (ordered[low + 1] - ordered[low])
