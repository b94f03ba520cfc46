"""Sets that are written without making them have the bytes that making them gives."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from pyroaring import BitMap

from core.store.rows.blobs import blobs

STARTS = st.sampled_from([0, 1, 65_530, 2**31, 2**32 - 70_000])


@st.composite
def _sets(draw: st.DrawFn) -> list[int]:
    """A set of one or two containers, with or without runs, small or large."""
    start, size = draw(STARTS), draw(st.sampled_from([0, 1, 2, 7, 300, 4_095, 4_096, 4_097]))
    apart = draw(st.sampled_from([1, 2, 3, 9]))
    gaps = draw(st.sets(st.integers(0, max(size - 1, 0)), max_size=20))
    return [start + apart * n for n in range(size) if n not in gaps]


@given(st.lists(_sets(), max_size=6))
@example([list(range(0, 8_192, 2)), [], list(range(1, 8_195, 2)), [0, 1, 2, 3], [0, 1, 3]])
def test_the_bytes_are_those_of_each_set(sets: list[list[int]]) -> None:
    ends = np.cumsum([len(members) for members in sets], dtype=np.int64)
    starts = ends - np.array([len(members) for members in sets], np.int64)
    members = np.array([n for each in sets for n in each], np.uint32)
    assert blobs(members, starts, ends) == [BitMap(each).serialize() for each in sets]
