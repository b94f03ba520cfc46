"""Columns of value ids as numbers from 0 on, which sets are sorted by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from core.store.rows.numbers import Column, Ints, Small


class Coded(NamedTuple):
    """A column of value ids.

    Attributes:
        known: the different ids, in ascending order.
        codes: which of them is at each place.
    """

    known: Ints
    codes: Small


def coded(columns: Mapping[int, Column]) -> dict[int, Coded]:
    """Return columns of value ids by dimension."""
    return {dimension: _coded(column) for dimension, column in columns.items()}


def _coded(column: Column) -> Coded:
    known, codes = np.unique(np.asarray(column, np.int64), return_inverse=True)
    return Coded(known, codes.astype(np.int32))
