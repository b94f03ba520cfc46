"""The bucket of a day or an instant, as SQL."""

from __future__ import annotations

from collections.abc import Sequence

from core.sql.dialect import Binder
from core.timeframe import Bucket, runs


def whole_days(slots: Sequence[Bucket]) -> bool:
    """Whether buckets consist of whole local days, so that day numbers identify them."""
    return all(slot.of_days for slot in slots)


def day_runs(slots: Sequence[Bucket]) -> list[tuple[int, int, int, int]]:
    """Group day buckets into runs of equal length: (first index, first day, end day, days)."""
    found: list[tuple[int, int, int, int]] = []
    for slot in slots:
        size = slot.last_day - slot.first_day + 1
        if found and found[-1][3] == size:
            index, start, _, _ = found[-1]
            found[-1] = (index, start, slot.last_day + 1, size)
        else:
            found.append((slot.index, slot.first_day, slot.last_day + 1, size))
    return found


def slot_expression(bind: Binder, column: str, pieces: Sequence[tuple[int, int, int, int]]) -> str:
    """Return SQL for the index of the bucket that a day or instant lies in.

    Args:
        pieces: runs of equal buckets: (first index, start, end, length).
    """
    whens = []
    for index, start, end, size in pieces:
        place = bind.dialect.idiv(f"{column} - {bind(start)}", bind(size))
        whens.append((bind(end), f"{place} + {bind(index)}" if index else place))
    if len(whens) == 1:
        return whens[0][1]
    branches = " ".join(f"when {column} < {end} then {value}" for end, value in whens)
    return f"case {branches} end"


def slot_of(
    bind: Binder,
    slots: Sequence[Bucket],
    by_day: bool,
    *,
    day: str = "e.day",
    instant: str = "e.ts",
) -> str:
    """Return SQL for the index of the bucket that a row lies in.

    Args:
        by_day: whether local days tell it, if the buckets consist of these.
        day, instant: SQL of the row's local day and ms.
    """
    if by_day and whole_days(slots):
        return slot_expression(bind, day, day_runs(slots))
    return slot_expression(bind, instant, list(runs(slots)))
