"""Columns of the rows that count, block by block, in few bytes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.plan import Ints

PIECES: Final = 1024
"""Into at most so many pieces people are divided, of which shares are made."""


class Part(NamedTuple):
    """The values of a column in a block: what is added to each, and the rest in few bytes."""

    base: int
    values: NDArray[Any]

    def whole(self) -> Ints:
        """Return the values."""
        found: Ints = np.add(self.values, self.base, dtype=np.int64)
        return found


def narrow(column: NDArray[Any]) -> Part:
    """Return a column, which is not empty, in the narrowest type."""
    if column.dtype == np.bool_:
        return Part(0, column.view(np.uint8))
    low, high = int(column.min()), int(column.max())
    for kind in (np.uint8, np.uint16, np.uint32):
        if high - low <= np.iinfo(kind).max:
            return Part(low, (column - low).astype(kind))
    return Part(0, column.astype(np.int64))


def joined(parts: Sequence[Part]) -> Ints:
    """Return the values of parts one after the other."""
    if not parts:
        return np.zeros(0, np.int64)
    columns = [part.values for part in parts]
    found: Ints = np.concatenate(columns, dtype=np.int64, casting="unsafe")
    start = 0
    for base, values in parts:
        if base:
            found[start : start + len(values)] += base
        start += len(values)
    return found


class Shares:
    """Rows divided among shares of people, in one pass over them.

    Args:
        columns: of the rows, each in as many parts; they are put in the order of shares.
        who: the one that says whose each row is.
        most: a number above all people.
        each: about how many rows a share has.

    Attributes:
        people: of each share the first number of its people, and the one after the last.
    """

    def __init__(self, columns: dict[str, list[Part]], who: str, most: int, each: int) -> None:
        shift = max((most - 1).bit_length() - PIECES.bit_length() + 1, 0)
        rows = np.zeros(PIECES, np.int64)
        for part in columns[who]:
            rows += np.bincount(part.whole() >> shift, minlength=PIECES)
        found = np.unique(np.cumsum(rows) // each, return_index=True, return_inverse=True)
        begins, share = found[1], found[2].astype(np.min_scalar_type(len(rows)))
        edges = [*(begins << shift).tolist(), PIECES << shift]
        self.people = list(pairwise(edges))
        self._edges: list[list[int]] = []
        for place, part in enumerate(columns[who]):
            own = share[part.whole() >> shift]
            order = np.argsort(own, kind="stable")
            for parts in columns.values():
                parts[place] = Part(parts[place].base, parts[place].values[order])
            ends = np.cumsum(np.bincount(own, minlength=len(begins)))
            self._edges.append([0, *ends.tolist()])

    def rows(self, share: int) -> list[slice]:
        """Return where each part has a share's rows."""
        return [slice(edges[share], edges[share + 1]) for edges in self._edges]
