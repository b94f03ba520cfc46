"""Windows over a trend's buckets: rolling, or growing from the start (definitions 8.2).

A rolling window reads data from before the range; buckets there, and the first bucket of the range,
are whole periods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.catalog.fields import Field
from core.errors import BadQuestion
from core.queries.common.assemble import Figure
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.sql.dialect import Statement
from core.sums import mean
from core.timeframe import CLOCK, DAY, Bucket, Span, cut_span, days_span

LONGEST = {
    "minute": 36, "five_minute": 36, "hourly": 72, "daily": 90, "weekly": 12, "monthly": 12,
    "quarterly": 12, "yearly": 12,
}  # fmt: skip
"""Granularity -> the most buckets of a rolling window."""


class Windows(NamedTuple):
    """A window per bucket of a series.

    Attributes:
        span: the span to read.
        base: the buckets of the span.
        windows: (bucket of the series, first and last position in `base`).
        growing: whether they all begin with the first bucket.
        length: the number of buckets of a rolling window.
        whole: the position from which `base` is exactly the series' range; None if it never is.
    """

    span: Span
    base: list[Bucket]
    windows: list[tuple[int, int, int]]
    growing: bool = False
    length: int = 0
    whole: int | None = None

    def stretch(self, slot: int) -> Span:
        """The time covered by a bucket's window."""
        _, low, high = self.windows[slot]
        first, last = self.base[low], self.base[high]
        days = self.span.of_days and first.of_days
        return Span(
            first.start,
            last.end,
            first.first_day,
            last.last_day,
            whole_days=days and not last.cut,
            cut=days and last.cut,
        )


def check_length(parameter: str, length: int, unit: str) -> None:
    """Refuse too many buckets in a rolling window; BadQuestion."""
    if length > LONGEST[unit]:
        raise BadQuestion(
            f"{parameter} must be at most {LONGEST[unit]} when {unit}, not {length}.",
            parameter=parameter,
        )


def rolling(ctx: Context, span: Span, slots: list[Bucket], unit: str, length: int) -> Windows:
    """Return the windows of `length` buckets that end with each bucket of a series."""
    reach = _reach(ctx, span, unit, length)
    base = [b for b in ctx.buckets(reach, unit) if slots and b.start <= slots[-1].start]
    shift = len(base) - len(slots)
    ends = [(n, n + shift) for n in range(len(slots))]
    windows = [(n, max(end - length + 1, 0), end) for n, end in ends]
    first = base[shift] if shift < len(base) else None
    days = span.of_days and bool(first and first.of_days)
    aligned = days and first is not None and first.start == slots[0].start == span.start
    return Windows(reach, base, windows, length=length, whole=shift if aligned else None)


def cumulative(span: Span, slots: list[Bucket]) -> Windows:
    """Return the windows from the first bucket of a series to each of them."""
    return Windows(span, slots, [(n, 0, n) for n in range(len(slots))], growing=True, whole=0)


def _reach(ctx: Context, span: Span, unit: str, length: int) -> Span:
    """The span with at least length - 1 whole buckets before it, its first bucket made whole."""
    calendar = ctx.calendar
    if unit in CLOCK:
        back = (length + 2) * CLOCK[unit]
        if span.whole_days:
            return days_span(span.first_day - back // DAY - 2, span.last_day, calendar)
        start = span.start - back
        return Span(start, span.end, calendar.day_of(start), span.last_day, whole_days=False)
    first = calendar.period_start(span.first_day, unit)
    first = calendar.next_period(first, unit, 1 - length)
    if span.of_days:
        return cut_span(first, span.last_day, span.end, calendar)
    start = calendar.day_start(first)
    return Span(start, span.end, first, span.last_day, whole_days=False)


def people_statement(
    ctx: Context, selection: Selection, view: Windows, by: Sequence[Field]
) -> Statement:
    """Return (slot, v0, v1, users): everybody of each window, once."""
    bind = ctx.binder()
    d = ctx.dialect
    listed = d.rows(bind.rows(view.windows), ["slot", "lo", "hi"])
    return bind.statement(
        f"""
        with s as materialized (
            {selection.people(bind, view.span, slots=view.base, by=by)}
        )
        select w.slot, s.v0, s.v1, {d.count(d.union("s.users"))} as users
        from {listed} w
        join s on s.slot between w.lo and w.hi
        group by w.slot, s.v0, s.v1
        """,
        "users of each window",
    )


def summed(points: Rows, view: Windows) -> Rows:
    """Add up rows (position in base, v0, v1, number) over each window."""
    found: dict[tuple[object, object], dict[int, float]] = {}
    for place, v0, v1, number in points:
        found.setdefault((v0, v1), {})[place] = number
    return [
        (slot, v0, v1, sum(own.get(place, 0) for place in range(low, high + 1)))
        for (v0, v1), own in found.items()
        for slot, low, high in view.windows
    ]


def averaged(points: Mapping[int, Figure], view: Windows, empty: Figure) -> dict[int, Figure]:
    """Return the mean of each window's values; None if one of them is undefined."""
    found: dict[int, Figure] = {}
    for slot, low, high in view.windows:
        values = [points.get(place, empty) for place in range(low, high + 1)]
        known = [value for value in values if value is not None]
        found[slot] = mean(known) if len(known) == len(values) else None
    return found
