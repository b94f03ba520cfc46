"""Buckets: the points on a time axis (definitions 1.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from core.timeframe.calendar import (
    CLOCK,
    DAY,
    GRANULARITIES,
    HOUR,
    MAX_POINTS,
    Calendar,
    to_date,
)
from core.timeframe.ranges import Span


@dataclass(frozen=True)
class Bucket:
    """One point on the time axis.

    Attributes:
        index: position in its series, from 0.
        start, end: UTC ms, half-open, clipped to the range.
        first_day, last_day: local days, inclusive, clipped to the range.
        label: ISO text of the period's local start: "2025-04-07", "2025-04-07T13:00".
        partial: whether the range clips it, or it contains now (definitions 1.4).
        cut: whether it ends within its last day.
    """

    index: int
    start: int
    end: int
    first_day: int
    last_day: int
    label: str
    partial: bool = False
    cut: bool = False

    @property
    def of_days(self) -> bool:
        """Whether it consists of local days and its label is a date; else its ends are instants."""
        return len(self.label) == 10


def fit(unit: str, span: Span, now: int) -> str:
    """Return `unit`, or the next coarser one that keeps the series within MAX_POINTS."""
    length = max(min(span.end, now + DAY) - span.start, 0)
    sizes = (*CLOCK.values(), DAY, 7 * DAY, 30 * DAY, 91 * DAY, 365 * DAY)
    index = GRANULARITIES.index(unit)
    while index < len(sizes) - 1 and length / sizes[index] > MAX_POINTS:
        index += 1
    return GRANULARITIES[index]


def buckets(
    span: Span, unit: str, calendar: Calendar, now: int, *, whole: bool = False
) -> list[Bucket]:
    """Divide a span into buckets, up to and including the one that contains now.

    Args:
        unit: a granularity.
        whole: keep whole periods at both ends instead of clipping them to the span.
    """
    return list(_cut(span, unit, calendar, now, whole))


@lru_cache(maxsize=16)
def _cut(span: Span, unit: str, calendar: Calendar, now: int, whole: bool) -> tuple[Bucket, ...]:
    """Return the buckets, cached because every number of an answer needs them."""
    if unit in CLOCK:
        return tuple(_clock_buckets(span, CLOCK[unit], calendar, now))
    return tuple(_calendar_buckets(span, unit, calendar, now, whole))


def _calendar_buckets(
    span: Span, unit: str, calendar: Calendar, now: int, whole: bool
) -> list[Bucket]:
    found: list[Bucket] = []
    today = calendar.day_of(now)
    first = calendar.period_start(span.first_day, unit)
    while first <= min(span.last_day, today):
        following = calendar.next_period(first, unit)
        start_day, end_day = (first, following - 1)
        if not whole:
            start_day = max(first, span.first_day)
        if not whole or span.cut:
            end_day = min(following - 1, span.last_day)
        start, end = calendar.day_start(start_day), calendar.day_start(end_day + 1)
        if not span.whole_days and not whole:
            start = max(start, span.start)
        if span.cut or not (span.whole_days or whole):
            end = min(end, span.end)
        found.append(
            Bucket(
                len(found),
                start,
                end,
                start_day,
                end_day,
                to_date(first).isoformat(),
                partial=start > calendar.day_start(first)
                or end < calendar.day_start(following)
                or calendar.day_start(following) > now,
                cut=end < calendar.day_start(end_day + 1),
            )
        )
        first = following
    return found


def _clock_buckets(span: Span, size: int, calendar: Calendar, now: int) -> list[Bucket]:
    """Buckets between marks of the local clock; a half-hour clock change makes shorter ones."""
    found: list[Bucket] = []
    start = span.start
    while start < span.end and start <= now:
        mark = _mark(start, size, calendar)
        following = mark + size
        end = min(following, span.end)
        cut_short = found == [] and mark < start
        found.append(
            Bucket(
                len(found),
                start,
                end,
                calendar.day_of(start),
                calendar.day_of(end - 1),
                clock_label(mark if cut_short else start, calendar),
                partial=cut_short or end < following or following > now,
            )
        )
        start = following
    return found


def _mark(ms: int, size: int, calendar: Calendar) -> int:
    """Return the last full mark of the local clock up to an instant."""
    shift = calendar.offset(ms)
    return (ms + shift) // size * size - shift


def clock_label(ms: int, calendar: Calendar) -> str:
    """Return local "2025-04-07T13:00", with the offset added in an hour that occurs twice."""
    local = calendar.local(ms)
    text = local.strftime("%Y-%m-%dT%H:%M")
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return text + (local.strftime("%z") if twice else "")


def clock_runs(span: Span, calendar: Calendar) -> Iterator[tuple[int, int, int, int]]:
    """Divide a span at changes of the local clock: (hour, mark ms, start ms, end ms).

    The mark is the full hour of the local clock up to the start, and `hour` that hour, 0 to 23.
    Lets SQL find the hour of the day by integer division.
    """
    edges = [span.start, *_changes(span, calendar), span.end]
    for start, end in pairwise(edges):
        local = start + calendar.offset(start)
        yield local // HOUR % 24, start - local % HOUR, start, end


def _changes(span: Span, calendar: Calendar) -> Iterator[int]:
    """Yield the clock changes inside a span, in ms; at most one per day."""
    for day in range(span.first_day, span.last_day + 1):
        low, high = calendar.day_start(day), calendar.day_start(day + 1)
        before = calendar.offset(low)
        if calendar.offset(high) == before:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if calendar.offset(middle) == before else (low, middle)
        if span.start < high < span.end:
            yield high


def runs(found: Sequence[Bucket]) -> Iterator[tuple[int, int, int, int]]:
    """Group buckets into runs of equal length: (first index, start ms, end ms, length ms).

    Lets SQL find a bucket by integer division even across clock changes.
    """
    index = 0
    while index < len(found):
        size = found[index].end - found[index].start
        stop = index + 1
        while stop < len(found) and found[stop].end - found[stop].start == size:
            stop += 1
        yield index, found[index].start, found[stop - 1].end, size
        index = stop
