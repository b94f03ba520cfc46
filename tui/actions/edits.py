"""What keys do to a question: each function returns a new question, or raises with the reason."""

from __future__ import annotations

from typing import Any

from core.errors import BadQuestion
from core.queries import from_json
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.timeframe import CLOCK, DAY, GRANULARITIES, Span, to_date
from tui.texts.fields import has
from tui.widgets.host import Host

LADDER = ("24h", "7d", "14d", "30d", "90d", "180d", "12m", "24m", "all_time")
"""Ranges that "shorter" and "longer" step through, by their length in days."""

_LADDER_DAYS = (1, 7, 14, 30, 90, 180, 365, 730)
_SIZES = (*CLOCK.values(), DAY, 7 * DAY, 30 * DAY, 91 * DAY, 365 * DAY)
_MOST_POINTS = 750
_FEWEST_POINTS = 2

RANGES = (
    ("t", "today", "today"),
    ("y", "yesterday", "yesterday"),
    ("1", "24 hours", "24h"),
    ("7", "7 days", "7d"),
    ("3", "30 days", "30d"),
    ("9", "90 days", "90d"),
    ("w", "week to date", "wtd"),
    ("m", "month to date", "mtd"),
    ("p", "last month", "last_month"),
    ("a", "all time", "all_time"),
)
"""The range menu: letter, words, range text."""


def revise(question: Question, **changes: Any) -> Question:
    """Return the question with some fields changed, validated.

    Raises:
        BadQuestion: a value is not valid for the kind.
    """
    fitting = {name: value for name, value in changes.items() if has(question, name)}
    if not fitting:
        return question
    return from_json({**question.model_dump(by_alias=True), **fitting})


def dates_text(first_day: int, last_day: int) -> str:
    """Return the range text of local days, both inclusive."""
    return f"{to_date(first_day).isoformat()},{to_date(last_day).isoformat()}"


def shifted(range_text: str, ctx: Context, direction: int) -> str:
    """Return the range one length earlier (-1) or later (+1); never past today.

    Raises:
        BadQuestion: there is no earlier or later data.
    """
    span = ctx.span(range_text)
    if direction < 0:
        before = ctx.compared(range_text, "previous", span)
        if ctx.earliest is not None and before.end <= ctx.earliest:
            raise BadQuestion("There are no earlier events.")
        return dates_text(before.first_day, before.last_day)
    if span.last_day >= ctx.today:
        raise BadQuestion("This range already ends today.")
    first, last = span.last_day + 1, span.last_day + span.days
    if _whole_months(span):
        following = ctx.calendar.next_period(span.first_day, "monthly", _months(span))
        last = ctx.calendar.next_period(following, "monthly", _months(span)) - 1
    return _running(first, min(last, ctx.today), ctx, span.days)


def _running(first: int, last: int, ctx: Context, days: int) -> str:
    """Return the moving range for dates of a usual length that end today, else the dates."""
    if last == ctx.today and days in _LADDER_DAYS[1:6]:
        return f"{days}d"
    return dates_text(first, last)


def _whole_months(span: Span) -> bool:
    return to_date(span.first_day).day == 1 and to_date(span.last_day + 1).day == 1


def _months(span: Span) -> int:
    first, after = to_date(span.first_day), to_date(span.last_day + 1)
    return (after.year - first.year) * 12 + after.month - first.month


def resized(range_text: str, ctx: Context, direction: int) -> str:
    """Return the next shorter (-1) or longer (+1) range with the same end.

    Raises:
        BadQuestion: it is already the shortest or the longest.
    """
    if range_text == "all_time" and direction > 0:
        raise BadQuestion("This range already covers all events.")
    span = ctx.span(range_text)
    if direction > 0:
        at = next((i for i, d in enumerate(_LADDER_DAYS) if d > span.days), len(LADDER) - 1)
    else:
        at = max((i for i, d in enumerate(_LADDER_DAYS) if d < span.days), default=-1)
    if at < 0 or (span.days <= 1 and direction < 0):
        raise BadQuestion("This is already the shortest range.")
    if span.last_day >= ctx.today:
        return LADDER[at]
    if LADDER[at] == "all_time":
        return "all_time"
    return dates_text(span.last_day - _LADDER_DAYS[at] + 1, span.last_day)


def granularities(range_text: str, ctx: Context) -> list[str]:
    """Return the granularities that give a range a readable number of points."""
    span = ctx.span(range_text)
    length = min(span.end, ctx.now) - span.start
    fitting = [
        unit
        for unit, size in zip(GRANULARITIES, _SIZES, strict=True)
        if _FEWEST_POINTS * size <= length + size and length / size <= _MOST_POINTS
    ]
    return fitting or ["daily"]


def next_granularity(question: Question, ctx: Context) -> Question:
    """Return the question with the next granularity that fits its range and its kind.

    Raises:
        BadQuestion: none fits.
    """
    units = granularities(question.range, ctx)
    if has(question, "start_event"):
        units = [u for u in units if u in ("daily", "weekly", "monthly")] or ["daily"]
    unit = getattr(question, "granularity", "daily")
    refused: BadQuestion | None = None
    for _ in units:
        unit = after(units, unit)
        try:
            return revise(question, granularity=unit)
        except BadQuestion as error:
            refused = error
    raise refused or BadQuestion("No granularity fits this range.")


def next_compare(question: Question) -> Question:
    """Return the question compared with: nothing, the previous period, the year before."""
    return revise(question, compare=after([None, "previous", "yoy"], field_of(question, "compare")))


def after(choices: list[Any], now: Any) -> Any:
    """Return the choice after `now`, cyclically; the first if `now` is not one of them."""
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]


def field_of(question: Question, field: str) -> Any:
    """Return a field of a question; None if its kind has no such field."""
    return getattr(question, field, None)


def complete_only(question: Question, ctx: Context) -> Question:
    """Return the question over its complete periods only.

    Raises:
        BadQuestion: none of its periods is complete.
    """
    span = ctx.span(question.range)
    unit = field_of(question, "granularity") or "daily"
    whole = [b for b in ctx.buckets(span, unit) if not b.partial]
    if not whole:
        raise BadQuestion("No period of this range is complete.", "Choose a longer range.")
    return revise(question, range=dates_text(whole[0].first_day, whole[-1].last_day))


LAST_DAYS = (89, 364)
"""How many days before its last one data that ended is shown from."""

FEW = 0.01
"""The share of all events below which a time is not worth showing."""


def usual_range(host: Host) -> str:
    """Return the configured range or, where it ends after the newest events, the days before it.

    Without one it is 30d; data that ended is shown by its last 90 days, or its last year or all of
    it where these are hardly any of its events.
    """
    ctx, usual = host.engine.context(), host.config.range or "30d"
    if ctx.latest is None:
        return usual
    last = ctx.calendar.day_of(ctx.latest)
    if last >= ctx.span(usual).first_day:
        return usual
    first = ctx.calendar.day_of(ctx.earliest or ctx.latest)
    engine = host.engine
    least = FEW * engine.events_in(first, last)
    begins = (last - days for days in LAST_DAYS)
    enough = (day for day in begins if engine.events_in(day, last) >= least)
    return dates_text(next(enough, first), last)
