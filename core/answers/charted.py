"""A table as a series, where its columns allow it: rows over time, or rows as lines with totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from core.answers.series import Line, Series, TimeBucket
from core.answers.tables import Table

Way = Literal["bars", "line"]
MOST_LINES: Final = 8
MOST_BARS: Final = 1_000


def ways(table: Table) -> tuple[Way, ...]:
    """Return the charts that a table can be drawn as: lines over days, or bars by name."""
    if not table.rows or not _numbers(table):
        return ()
    over_time = len(table.rows) > 1 and _days(table) is not None
    return (*(("line",) if over_time else ()), "bars")


def charted(table: Table, way: Way) -> Series:
    """Return a table as lines over the days of its first column, or as a line per row.

    Raises:
        ValueError: the table cannot be drawn so; see `ways`.
    """
    days = _days(table) if way == "line" else None
    if not _numbers(table) or (way == "line" and days is None):
        raise ValueError(f"The table cannot be drawn as {way}.")
    return _bars(table) if days is None else _over_days(table, days)


def _over_days(table: Table, days: Sequence[date]) -> Series:
    every = [min(days) + timedelta(days=n) for n in range((max(days) - min(days)).days + 1)]
    lines = []
    for at in _numbers(table)[:MOST_LINES]:
        values = {day: _number(row[at]) for day, row in zip(days, table.rows, strict=True)}
        lines.append(
            Line(series=table.columns[at].name, values=tuple(values.get(day) for day in every))
        )
    return Series(
        title=table.title,
        granularity="daily",
        unit="number",
        buckets=tuple(TimeBucket(label=day.isoformat(), start=0, end=0) for day in every),
        lines=tuple(lines),
    )


def _bars(table: Table) -> Series:
    at = _numbers(table)[0]
    named = [n for n in range(len(table.columns)) if n != at]
    label = named[0] if named else at
    rows = sorted(table.rows, key=lambda row: -(_number(row[at]) or 0))[:MOST_BARS]
    return Series(
        title=table.title,
        granularity="daily",
        unit="number",
        buckets=(TimeBucket(label="", start=0, end=0),),
        breakdown=(table.columns[label].name,),
        lines=tuple(
            Line(group=(_text(row[label]),), values=(None,), total=_number(row[at])) for row in rows
        ),
    )


def _numbers(table: Table) -> list[int]:
    """The columns of figures; the first column is a name unless it is the only one."""
    kinds = [column.type in ("count", "number", "percent", "duration") for column in table.columns]
    found = [at for at, figures in enumerate(kinds) if figures]
    return [at for at in found if at] or found


def _days(table: Table) -> list[date] | None:
    """The days in the first column; None unless all rows have one, each another."""
    found = [_day(row[0]) for row in table.rows] if len(table.columns) > 1 else []
    days = [day for day in found if day is not None]
    if not days or len(days) < len(found) or len(set(days)) < len(days):
        return None
    return days if (max(days) - min(days)).days < 5_000 else None


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def _text(value: Any) -> str:
    return "(none)" if value is None else str(value)
