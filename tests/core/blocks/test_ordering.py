"""Rows come in the order of their columns, the first of which decides; equal rows stay in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.blocks.ordering import order_of

WIDE = 2**63 - 1
NUMBERS = st.integers(-2, 2) | st.integers(-(10**6), 10**6) | st.integers(-WIDE, WIDE)
"""Small numbers, of which many are equal, and some too large to be packed with others."""


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[NUMBERS] * n), max_size=30)))
def test_the_order_is_that_of_sorting_rows(rows: list[tuple[int, ...]]) -> None:
    columns = (
        [np.array([row[n] for row in rows], np.int64) for n in range(len(rows[0]))]
        if rows
        else [np.zeros(0, np.int64)]
    )
    assert order_of(*columns).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


def test_columns_of_few_bits_are_packed_without_loss() -> None:
    first, second = np.array([255, 0, 255], np.uint8), np.array([-128, 127, -127], np.int8)
    assert order_of(first, second).tolist() == [1, 0, 2]
