"""The period that a range is compared with (definitions 1.6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.errors import BadQuestion
from core.timeframe.calendar import CLOCK, DAY, Calendar, add_months, to_date, to_day
from core.timeframe.points import Bucket
from core.timeframe.ranges import (
    COUNTED,
    RUNNING_RANGES,
    Span,
    cut_span,
    days_span,
    exact_span,
)

COMPARISONS: Final = ("previous", "yoy")


def comparison(text: str, mode: str, span: Span, calendar: Calendar, now: int) -> Span:
    """Return the span that `span` is compared with (definitions 1.6).

    "previous" is the same length immediately before; whole calendar months compare with the
    calendar months before, and a running month with the same days of the month before.
    "yoy" is the same dates one year earlier, 29 February becoming 28 February.

    Only the part of a running period that has passed is compared: the period before is cut on the
    same day, at the present time of day, or at its own end if it is shorter.
    """
    if mode not in COMPARISONS:
        raise BadQuestion(
            f"compare {mode!r} is not known.",
            f"Allowed: {', '.join(COMPARISONS)}.",
            parameter="compare",
        )
    if not span.whole_days:
        return _exact(mode, span, calendar)
    before = _year_before(span, calendar) if mode == "yoy" else _just_before(text, span, calendar)
    return elapsed(before, span, mode, calendar, now) if span.running else before


def _exact(mode: str, span: Span, calendar: Calendar) -> Span:
    """Return the span of the same length just before one in ms, or as many whole days earlier."""
    shift = span.end - span.start
    if mode == "yoy":
        first = to_date(span.first_day)
        shift = (first - add_months(first, -12)).days * DAY
    return exact_span(span.start - shift, span.end - shift, calendar)


def _year_before(span: Span, calendar: Calendar) -> Span:
    first, last = (add_months(to_date(day), -12) for day in (span.first_day, span.last_day))
    return days_span(to_day(first), to_day(last), calendar)


def _just_before(text: str, span: Span, calendar: Calendar) -> Span:
    word = text.strip().lower()
    first, last = to_date(span.first_day), to_date(span.last_day)
    if word in RUNNING_RANGES and word != "today":
        unit = {"w": "weekly", "m": "monthly", "q": "quarterly", "y": "yearly"}[word[0]]
        start = calendar.period_start(span.first_day - 1, unit)
        end = min(start + span.days - 1, span.first_day - 1)
        return days_span(start, end, calendar)
    counted = COUNTED.fullmatch(word.removeprefix("last "))
    if not counted and first.day == 1 and (last + timedelta(days=1)).day == 1:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return days_span(to_day(add_months(first, -months)), span.first_day - 1, calendar)
    return days_span(span.first_day - span.days, span.first_day - 1, calendar)


def elapsed(before: Span, span: Span, mode: str, calendar: Calendar, now: int) -> Span:
    """Return the part of a period that corresponds to what has passed of the running one.

    Args:
        before: the period, in whole days.
        span: the running one, which contains now.
        mode: "previous" cuts `before` on the same day number, "yoy" a year before today.

    An event at exactly this instant counts, so its counterpart does too.
    """
    today = calendar.day_of(now)
    day = before.first_day + today - span.first_day
    if mode == "yoy":
        day = to_day(add_months(to_date(today), -12))
        if span.days > 1 and to_date(day).day < to_date(today).day:
            return cut_span(before.first_day, day, calendar.day_start(day + 1), calendar)
    if day > before.last_day:
        return before
    return cut_span(before.first_day, day, same_time(now, day, calendar) + 1, calendar)


def same_time(ms: int, day: int, calendar: Calendar) -> int:
    """Return the instant of a day with the same local time as another instant.

    A time that the day skips moves later by the skip; of a time that occurs twice it is the first,
    unless the other instant is a second occurrence itself.
    """
    local = calendar.local(ms).replace(tzinfo=None)
    found = calendar.instant(datetime.combine(to_date(day), local.time(), None))
    if local.fold:
        found = calendar.instant(datetime.combine(to_date(day), local.time()).replace(fold=1))
    return min(max(found, calendar.day_start(day)), calendar.day_start(day + 1) - 1)


def shown_part(
    before: Span, points: list[Bucket], count: int, unit: str, calendar: Calendar
) -> Span:
    """Return a compared period up to the last of `count` points that are shown.

    A longer period, such as January beside February by day, has more points than can be shown; its
    total covers those shown. Weeks and longer units do not line up day by day, so for them the
    whole period counts.
    """
    if unit not in CLOCK and unit != "daily":
        return before
    if not 0 < count < len(points):
        return before
    last = points[count - 1]
    if unit == "daily" and before.of_days:
        return cut_span(before.first_day, last.last_day, last.end, calendar)
    return exact_span(before.start, last.end, calendar)


def alike(one: Bucket, other: Bucket, now: int, unit: str) -> bool:
    """Whether two buckets are equally long, so that a change between them is meaningful.

    They have the same number of days; of an unfinished one only the part that has passed is
    compared.
    """
    if unit in CLOCK:
        return min(one.end, now + 1) - one.start == other.end - other.start
    if one.last_day - one.first_day != other.last_day - other.first_day:
        return False
    return (one.cut or one.start <= now < one.end) == other.cut
