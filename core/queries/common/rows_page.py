"""A page of stored rows: events or logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.answers import Column, Table
from core.queries.common.periods import dates
from core.timeframe import Span


def rows_page(
    what: str,
    title: str,
    span: Span,
    columns: Sequence[Column],
    rows: Sequence[tuple[Any, ...]],
    *,
    limit: int,
    total: int | None,
) -> Table:
    """Return a page as a table.

    Args:
        what: what the rows are, in the plural.
        rows: those of the page, and one more if there are more.
        limit: how many rows a page has.
        total: how many there are on all pages, None if they were not counted.
    """
    return Table(
        title=title,
        **dates(span),
        notes=() if total is None else (f"{total:,} {what} in all.",),
        columns=tuple(columns),
        rows=tuple(rows[:limit]),
        truncated=len(rows) > limit,
        total=total,
    )
