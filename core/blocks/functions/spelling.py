"""How numbers of blocks are written in the JSON of events."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.packing import INTEGERS, Column


def texts_of(column: Column, values: NDArray[Any]) -> list[str]:
    """Return the JSON of numbers of a column, as `Column.whole` gives them.

    A column whose numbers may be spelled in several ways has no such texts.
    """
    if not column.is_float and column.scale == 0 and column.spelled & INTEGERS:
        return list(map(str, values.tolist()))
    floats = values.tolist() if column.is_float else (values / 10**column.scale).tolist()
    if not column.spelled & INTEGERS:
        return list(map(repr, floats))
    return [str(int(x)) if x.is_integer() else repr(x) for x in floats]


def different(column: Column) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the different numbers of a column, and which of them each event has; 0.0 and -0.0
    differ.
    """
    values = column.whole()
    found, places = np.unique(values.view(np.int64), return_inverse=True)
    return found.view(values.dtype), places
