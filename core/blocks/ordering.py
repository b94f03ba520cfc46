"""The order of rows by several columns of whole numbers, for many rows at once.

Columns are packed into one number, which numpy sorts in a tenth of the time of one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LARGEST: Final = 2**63 - 1
"""Numbers that rows are sorted by are below this."""


def order_of(*columns: NDArray[Any]) -> Ints:
    """Return the places of rows in the order of their columns, the first of which decides; equal
    rows stay in the order in which they are.
    """
    packed, count = _packed(columns)
    order = np.argsort(packed)
    tied = _ties(packed[order])
    if tied is not None:
        some = order[tied]
        others = [column[some] for column in reversed(columns[count:])]
        order[tied] = some[np.lexsort((some, *others, packed[some]))]
    return order


def _packed(columns: Sequence[NDArray[Any]]) -> tuple[Ints, int]:
    """Return the first columns of each row as one number, and how many of them that are."""
    found, size = np.zeros(len(columns[0]), np.int64), 1
    if not len(found):
        return found, len(columns)
    for count, column in enumerate(columns):
        least = int(column.min())
        span = int(column.max()) - least + 1
        if size * span > LARGEST:
            return found, count
        found *= span
        found += column.astype(np.int64, copy=False) - least
        size *= span
    return found, len(columns)


def _ties(ordered: Ints) -> NDArray[np.bool_] | None:
    """Return which of ascending numbers are there several times; None if none is."""
    same = ordered[1:] == ordered[:-1]
    if not same.any():
        return None
    found = np.zeros(len(ordered), np.bool_)
    found[1:] = same
    found[:-1] |= same
    return found
