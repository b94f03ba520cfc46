"""Notes on the periods an answer covers: their actual dates, and lone old events.

Kinds with whole periods count the whole week even if the range begins or ends inside one
(definitions 1.4, 4.11, 4.12).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypedDict

from core import answers
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.timeframe import CLOCK, UNITS, Bucket, Calendar, Span, granularity, to_date

LONE_GAP = 365
"""After how many days without events the events before are called old."""

FEW_DAYS = 5
"""The most days with such old events."""


class Dates(TypedDict):
    """Local dates of a range, inclusive, ISO."""

    first: str
    last: str


def dates(span: Span) -> Dates:
    """Return a span's local dates as the `first` and `last` of a shape."""
    return Dates(first=to_date(span.first_day).isoformat(), last=to_date(span.last_day).isoformat())


def whole_dates(
    ctx: Context, span: Span, found: Sequence[Bucket], unit: str
) -> tuple[Dates, tuple[str, ...]]:
    """Return the dates that whole periods actually cover, and a note if the range cuts one."""
    if not found:
        return dates(span), ()
    first, last = found[0].first_day, min(found[-1].last_day, ctx.today)
    real: Dates = {"first": to_date(first).isoformat(), "last": to_date(last).isoformat()}
    if (first, last) == (span.first_day, min(span.last_day, ctx.today)):
        return real, ()
    return real, (f"Whole {UNITS[unit]}s count: {real['first']} to {real['last']}.",)


def newest_note(calendar: Calendar, newest: int) -> str:
    """Return a note that the data ends with the newest event, at an instant in ms."""
    day = to_date(calendar.day_of(newest)).isoformat()
    return f"The newest event is from {day}; nothing is known after that."


def lone_note(ctx: Context, span: Span) -> tuple[str, ...]:
    """Return a note on the few events at the start of history, if nearly all of it is empty.

    These come from clocks set to 1970, for example. They count all the same.
    """
    if ctx.earliest is None or ctx.latest is None:
        return ()
    first = ctx.calendar.day_of(ctx.earliest)
    last = min(span.last_day, ctx.calendar.day_of(ctx.latest))
    if last - first <= 2 * LONE_GAP:
        return ()
    days = ctx.catalog.read(
        """
        select day, total from activity
        where event = 0 and dimension = 0 and value = 0 and day >= ?
        order by day limit ?
        """,
        (first, FEW_DAYS + 1),
    )
    events = 0
    for (day, total), (following, _) in pairwise(days):
        events += total
        if following - day > LONE_GAP and following - day > last - following:
            return (_lone(events, first, day, following, last),)
    return ()


def _lone(events: int, first: int, day: int, following: int, last: int) -> str:
    old, until, begins, ends = (to_date(d).isoformat() for d in (first, day, following, last))
    when = f"of {old}" if first == day else f"from {old} to {until}"
    what = "1 event" if events == 1 else f"{events:,} events"
    return (
        f"All time begins with {what} {when}, the next is of {begins}: "
        f"{begins}..{ends} leaves out the empty time."
    )


def whole_days_only(word: str, kind: str) -> str:
    """Return a granularity of whole days; BadQuestion for a shorter one."""
    unit = granularity(word)
    if unit in CLOCK:
        raise BadQuestion(
            f"granularity {word!r} does not apply to {kind}.",
            "Allowed: daily, weekly, monthly, quarterly, yearly.",
            parameter="granularity",
        )
    return unit


@lru_cache(maxsize=2048)
def time_bucket(label: str, start: int, end: int, partial: bool) -> answers.TimeBucket:
    """Return a bucket in the form of an answer, kept because most answers have the same ones."""
    return answers.TimeBucket(label=label, start=start, end=end, partial=partial)
