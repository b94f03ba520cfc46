"""Columns one after the other, as when blocks are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.packing import EXACT, Column
from core.columns import FIRST_PROPERTY


def join_field(field: int, columns: Sequence[Column | None], counts: Sequence[int]) -> Column:
    """Return the columns of a field one after the other; without values a property is missing, and
    any other field is 0. See `join`.
    """
    if field < FIRST_PROPERTY:
        columns = [
            Column(np.zeros(count, np.uint8)) if column is None else column
            for column, count in zip(columns, counts, strict=True)
        ]
    return join(columns, counts)


def missing(count: int) -> Column:
    """Return a column without values."""
    return Column(np.zeros(count, np.uint8), present=np.zeros(count, np.bool_))


def join(columns: Sequence[Column | None], counts: Sequence[int]) -> Column:
    """Return columns one after the other.

    Args:
        columns: None for one without values.
        counts: how many events each has.
    """
    numbers = [_without_texts(column) for column in columns]
    found = _joined(numbers, counts)
    texts = [None if column is None else column.words for column in columns]
    if not any(texts):
        return found
    ids = _joined(texts, counts)
    if not any(numbers):
        return replace(ids, holes=found.holes or ids.holes)
    return replace(found, texts=ids)


def _without_texts(column: Column | None) -> Column | None:
    return None if column is None or column.is_text else replace(column, texts=None)


def _joined(columns: Sequence[Column | None], counts: Sequence[int]) -> Column:
    """Join columns of numbers, or of texts."""
    given = [column for column in columns if column is not None]
    if not given:
        return missing(sum(counts))
    spelled, holes = 0, any(column.holes for column in given)
    for column in given:
        spelled |= column.spelled
    pairs = list(zip(columns, counts, strict=True))
    present = None
    if any(column is None or column.present is not None for column in columns):
        present = np.concatenate(
            [np.zeros(count, np.bool_) if each is None else each.there for each, count in pairs]
        )
    scale = max(column.scale for column in given)
    values: list[NDArray[Any]] = []
    floats = any(column.is_float for column in given)
    floats = floats or any(_outgrows(column, scale) for column in given)
    for each, count in pairs:
        if each is None:
            values.append(np.zeros(count, np.uint8))
        elif floats:
            values.append(each.numbers())
        else:
            values.append(each.whole() * 10 ** (scale - each.scale))
    return Column(
        np.concatenate(values), scale=0 if floats else scale, present=present,
        is_text=given[0].is_text, spelled=spelled, holes=holes,
    )  # fmt: skip


def _outgrows(column: Column, scale: int) -> bool:
    """Whether values times a higher power of ten are whole numbers that a float cannot hold."""
    if scale == column.scale:
        return False
    values = column.whole()
    size = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    return bool(size * 10 ** (scale - column.scale) >= EXACT)


def small(values: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers in as few bits as they need, those that already are as they are."""
    most = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    return values.astype(np.min_scalar_type(-most - 1), copy=False)
