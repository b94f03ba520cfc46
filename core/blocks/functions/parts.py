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
    bases = np.array([part.base for part in parts], np.int64)
    if bases.any():
        found += np.repeat(bases, list(map(len, columns)))
    return found


class Shares:
    """Rows divided among shares of people, in one pass over them.

    Args:
        who: whose each row is.
        most: a number above all people.
        each: about how many rows a share has.

    Attributes:
        people: of each share the first number of its people, and the one after the last.
    """

    def __init__(self, who: Sequence[Part], most: int, each: int) -> None:
        shift = max((most - 1).bit_length() - PIECES.bit_length() + 1, 0)
        pieces = [part.whole() >> shift for part in who]
        rows = np.zeros(PIECES, np.int64)
        for piece in pieces:
            rows += np.bincount(piece, minlength=PIECES)
        begins, share = np.unique(np.cumsum(rows) // each, return_index=True, return_inverse=True)[
            1:
        ]
        edges = [*(begins << shift).tolist(), PIECES << shift]
        self.people = list(pairwise(edges))
        self._orders = [_order(share[piece], len(begins)) for piece in pieces]

    def ordered(self, parts: Sequence[Part]) -> list[Part]:
        """Return a column of the rows in the order of their shares, part by part."""
        return [
            Part(part.base, part.values[order])
            for part, (order, _) in zip(parts, self._orders, strict=True)
        ]

    def rows(self, share: int) -> list[slice]:
        """Return where each part of an ordered column has a share's rows."""
        return [slice(edges[share], edges[share + 1]) for _, edges in self._orders]


def _order(share: Ints, count: int) -> tuple[Ints, list[int]]:
    """Return rows by their share, and where each share begins and ends."""
    small = share.astype(np.uint16) if count <= 1 << 16 else share
    ends = np.cumsum(np.bincount(share, minlength=count))
    order = np.argsort(small, kind="stable")
    return order.astype(np.uint32), [0, *ends.tolist()]
