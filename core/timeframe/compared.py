"""Which period a range is compared with (semantics 1.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.errors import BadQuestion
from core.timeframe.calendar import DAY, Calendar, add_months, to_date, to_day
from core.timeframe.ranges import COUNTED, RUNNING_RANGES, Span, days_span, exact_span

COMPARISONS: Final = ("previous", "yoy")


def comparison(text: str, mode: str, span: Span, calendar: Calendar, now: int) -> Span:
    """Return the span that `span` is compared with (semantics 1.6).

    "previous" is the same length immediately before; whole calendar months compare with the
    calendar months before, and a running month with the same days of the month before.
    "yoy" is the same dates one year earlier, 29 February becoming 28 February.
    """
    if mode not in COMPARISONS:
        raise BadQuestion(
            f"compare {mode!r} is not known.",
            f"Allowed: {', '.join(COMPARISONS)}.",
            parameter="compare",
        )
    first, last = to_date(span.first_day), to_date(span.last_day)
    if mode == "yoy":
        if not span.whole_days:
            shift = (first - add_months(first, -12)).days * DAY
            return exact_span(span.start - shift, span.end - shift, calendar)
        return days_span(to_day(add_months(first, -12)), to_day(add_months(last, -12)), calendar)
    if not span.whole_days:
        length = span.end - span.start
        return exact_span(span.start - length, span.start, calendar)
    word = text.strip().lower()
    counted = COUNTED.fullmatch(word.removeprefix("last "))
    if word in RUNNING_RANGES and word != "today":
        unit = {"w": "weekly", "m": "monthly", "q": "quarterly", "y": "yearly"}[word[0]]
        start = calendar.period_start(span.first_day - 1, unit)
        end = min(start + span.days - 1, span.first_day - 1)
        return days_span(start, end, calendar)
    if not counted and first.day == 1 and (last + timedelta(days=1)).day == 1:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return days_span(to_day(add_months(first, -months)), span.first_day - 1, calendar)
    return days_span(span.first_day - span.days, span.first_day - 1, calendar)
