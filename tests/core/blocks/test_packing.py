"""Columns of blocks are the same after packing, and damaged ones are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.blocks.columns import join
from core.blocks.packing import Column, pack, pack_runs, scaled, unpack, unpack_runs
from core.errors import Damaged

WHOLE = st.one_of(
    st.integers(-(2**63), 2**63 - 1), *(st.integers(0, 2**n) for n in (8, 23, 35, 45))
)
CHEAP = settings(max_examples=60, derandomize=True, deadline=None)


def numbers(column: Column) -> list[float | None]:
    """The values, None where there is none."""
    mask = np.ones(len(column), bool) if column.present is None else column.present
    return [v if there else None for v, there in zip(column.whole().tolist(), mask, strict=True)]


@CHEAP
@given(
    st.lists(
        st.one_of(WHOLE, *(st.integers(0, 2**n) for n in (8, 23, 35, 45))), min_size=1, max_size=30
    ),
    st.integers(0, 2**30),
    st.booleans(),
)
def test_whole_numbers_come_back(values: list[int], lacking: int, steps: bool) -> None:
    present = np.array([not lacking >> n & 1 for n in range(len(values))])
    ordered = sorted(values) if steps else values
    for column in (Column(np.array(ordered)), Column(np.array(ordered), present=present)):
        for tight in (False, True):
            found = unpack(pack(column, steps=steps and column.present is None, tight=tight))
            assert numbers(found) == numbers(column)


def test_the_narrowest_width_is_taken() -> None:
    head = len(pack(Column(np.full(100, 7))))
    sizes = [
        (len(pack(Column(np.array(values)))) - head) / 100
        for values in ([5, 6] * 50, [0, 300] * 50, [0, 70_000] * 50, [0, 2**40] * 50)
    ]
    assert sizes == [1, 2, 4, 8]
    times = pack(Column(np.array([0, 2**34 + 1] * 50)), tight=True)
    assert (len(times) - head) / 100 == 5
    seconds = np.array([0, 2**40 * 1000 // 2**10] * 50) // 1000 * 1000
    assert len(pack(Column(seconds))) - head == 400
    ascending = np.arange(0, 100_000, 1_000)
    assert (len(pack(Column(ascending), steps=True)) - head) / 100 == 2


@pytest.mark.parametrize(("different", "bits"), [(2, 2), (4, 2), (5, 4), (16, 4), (17, 8)])
@pytest.mark.parametrize("count", [256, 1_001])
@pytest.mark.parametrize(("low", "apart"), [(-3, 1), (70_000, 40)])
def test_few_different_numbers_take_a_part_of_a_byte(
    different: int, bits: int, count: int, low: int, apart: int
) -> None:
    column = Column(np.arange(count) * 7 % different * apart + low, scale=1)
    blob = pack(column)
    found = unpack(blob)
    assert (found.whole().tolist(), found.scale) == (column.whole().tolist(), 1)
    if bits < 8:
        assert len(blob) - len(pack(Column(np.full(1, 7)))) == -(-count * bits // 8) + 2 * different
        for bad in (blob[:-1], blob + b"0"):
            with pytest.raises(Damaged):
                unpack(bad)
    assert len(pack(Column(column.raw[:255]))) >= 255


@CHEAP
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_floats_are_whole_numbers_only_where_nothing_is_lost(values: list[float]) -> None:
    found, scale = scaled(np.array(values, np.float64))
    column = Column(found, scale=scale)
    back = unpack(pack(column)).numbers() if values else column.numbers()
    assert list(map(str, back.tolist())) == list(map(str, values))


def test_a_value_that_few_events_have_takes_no_room_on_others() -> None:
    present = np.arange(1_600) % 100 == 0
    for values in (np.arange(1_600) * 9, np.arange(1_600) / 7):
        column = Column(values, present=present)
        found = unpack(pack(column))
        assert numbers(found) == numbers(column)
        assert len(pack(column)) < 24 + 16 * 8 + 201


def test_amounts_are_exact() -> None:
    found, scale = scaled(np.array([0.1, 12.34, 5.0]))
    assert (found.tolist(), scale) == ([10, 1234, 500], 2)
    assert scaled(np.array([0.1, -0.0]))[0].dtype == np.float64


def test_numbers_and_texts_of_one_property_stay_apart() -> None:
    texts = Column(np.array([0, 4, 0]), present=np.array([False, True, False]), is_text=True)
    column = Column(
        np.array([15, 0, 0]), scale=1, present=np.array([True, False, False]), spelled=2,
        holes=True, texts=texts,
    )  # fmt: skip
    found = unpack(pack(column))
    assert found.texts is not None
    assert (numbers(found), numbers(found.texts)) == ([15, None, None], [None, 4, None])
    assert (found.scale, found.spelled, found.holes, found.texts.is_text) == (1, 2, True, True)


def test_joined_columns_have_the_values_of_each() -> None:
    cents = Column(np.array([125, 50]), scale=2)
    ones = Column(np.array([3, 9]), present=np.array([True, False]))
    words = Column(np.array([7]), is_text=True)
    found = join([cents, ones, None, words], [2, 2, 1, 1])
    assert found.texts is not None
    assert (numbers(found), found.scale) == ([125, 50, 300, None, None, None], 2)
    assert numbers(found.texts) == [None] * 5 + [7]
    large = Column(np.array([2**53 - 1]))
    assert join([cents, large], [2, 1]).numbers().tolist() == [1.25, 0.5, float(2**53 - 1)]


def test_runs_come_back() -> None:
    days, counts = unpack_runs(pack_runs(np.array([19_000, 19_003]), np.array([1, 900])))
    assert (days.tolist(), counts.tolist()) == ([19_000, 19_003], [1, 900])


@pytest.mark.parametrize("change", [b"", b"\x09", None, 7, "cut", "more"])
def test_damaged_blobs_are_refused(change: object) -> None:
    good = pack(Column(np.arange(300), present=np.arange(300) > 4))
    blob = {"cut": good[:-1], "more": good + b"0"}.get(str(change), change)
    for read in (unpack, unpack_runs):
        with pytest.raises(Damaged, match="a block of events cannot be decoded"):
            read(blob)  # type: ignore[arg-type]
