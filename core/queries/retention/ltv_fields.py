"""The fields of lifetime value, shared by its modules."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Limited

from core.queries.common.question import TimedQuestion


class LtvFields(TimedQuestion):
    """The fields of `Ltv`, which documents them."""

    metric: Literal["arpu", "arppu", "revenue", "paying_users"] = "arpu"
    event: str | None = None
    property: str | None = Limited(default=None, min_length=1)
    days: tuple[int, ...] = Limited(
        default=(1, 2, 3, 7, 14, 30, 60, 90), min_length=1, max_length=366
    )
