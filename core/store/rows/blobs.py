"""Many small sets of numbers as bytes, without making a set of each.

The bytes are those of `BitMap.serialize`, the format of
https://github.com/RoaringBitmap/RoaringFormatSpec. A set of numbers with the same upper 16 bits is
one container: if it is small and has few runs, the lower 16 bits of its numbers after a header.
"""

from __future__ import annotations

from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from core.store.rows.numbers import Ints

_COOKIE: Final = 12_346
_HEADER: Final = 8
"""The length of a header, as that of everything here in numbers of 16 bits: the cookie, how many
containers there are, the upper bits, how many numbers, less one, and where they begin in bytes.
"""

_MOST: Final = 4_096
"""So many numbers are written one after the other; more of them as bits."""


def blobs(members: NDArray[np.uint32], starts: Ints, ends: Ints) -> list[bytes]:
    """Return sets as bytes.

    Args:
        members: the different numbers of each set, ascending, one set after the other.
        starts, ends: from where to where those of each set are.
    """
    sizes = ends - starts
    data = _containers(members, starts, sizes).tobytes()
    edges = 2 * (starts + _HEADER * np.arange(len(starts)))
    till = edges + 2 * (sizes + _HEADER)
    found = [data[at:end] for at, end in zip(edges.tolist(), till.tolist(), strict=True)]
    others = np.flatnonzero(~_are_small(members, starts, sizes)).tolist()
    for place in others:
        part = members[starts[place] : ends[place]]
        found[place] = BitMap(array("I", part.tobytes())).serialize()
    return found


def _are_small(members: NDArray[np.uint32], starts: Ints, sizes: Ints) -> NDArray[np.bool_]:
    """Return which sets are one container that is written number by number."""
    some = (sizes > 0) & (sizes <= _MOST)
    first, last = starts[some], (starts + sizes)[some] - 1
    begins = np.ones(len(members), np.bool_)
    begins[1:] = np.diff(members.astype(np.int64)) != 1
    begins[first] = True
    before = np.cumsum(begins)
    runs = before[last] - before[first] + 1
    some[some] = (members[first] >> 16 == members[last] >> 16) & (2 * runs >= sizes[some])
    return some


def _containers(members: NDArray[np.uint32], starts: Ints, sizes: Ints) -> NDArray[np.uint16]:
    """Return all sets as if each was such a container."""
    number = np.arange(len(sizes))
    found = np.zeros(len(members) + _HEADER * len(sizes), "<u2")
    found[np.arange(len(members)) + _HEADER * (np.repeat(number, sizes) + 1)] = members & 0xFFFF
    header = starts + _HEADER * number
    some = sizes > 0
    found[header] = _COOKIE
    found[header + 2] = 1
    found[header[some] + 4] = members[starts[some]] >> 16
    found[header + 5] = (sizes - 1) & 0xFFFF
    found[header + 6] = 2 * _HEADER
    return found
