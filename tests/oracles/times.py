"""The time of a question (definitions 1.2 to 1.6): span, buckets and the period compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any

from core.timeframe import Bucket, Span, buckets, comparison, days_span, fit, resolve, to_date
from tests.oracles.seen import Seen, as_asked, calendar_of, earliest, ended, known, local_day
from tests.worlds.world import World


def observed(answer: Any) -> Any:
    """Of an oracle of two periods: figures of what has been observed alone."""

    @wraps(answer)
    def seen_so(world: World, question: Any, *args: Any, **more: Any) -> Any:
        both = answer(world, question, *args, **more)
        time = time_of(world, question)
        for found, slots in zip(both, (time.slots, time.compared_slots), strict=True):
            starts = [_begin(world, question, slot) for slot in slots]
            found.values = {g: known(world, starts, own) for g, own in found.values.items()}
            if starts and not any(known(world, starts, [True] * len(starts))):
                found.totals = dict.fromkeys(found.totals)
        return both

    return seen_so


def _begin(world: World, question: Any, slot: Bucket) -> int:
    """Where a bucket begins; of users by week and so on it is whole."""
    if question.kind != "users" or "T" in slot.label:
        return slot.start
    first = datetime.fromisoformat(slot.label).date() - datetime(1970, 1, 1).date()
    return calendar_of(world).day_start(first.days)


@dataclass(frozen=True)
class Time:
    """A question's span and buckets, and those it is compared with."""

    span: Span
    slots: list[Bucket]
    compared: Span | None
    compared_slots: list[Bucket]


@as_asked
def time_of(world: World, question: Any) -> Time:
    """Resolve a timed question's range in a world."""
    calendar = calendar_of(world)
    span = span_of(world, question)
    unit = fit(question.granularity, span, world.now)
    own = until_the_end(question, buckets(span, unit, calendar, world.now), ended(world))
    before = None
    slots: list[Bucket] = []
    if question.compare:
        before, slots = compared_of(world, question, unit, len(own))
    return Time(span, own, before, slots)


def until_the_end(question: Any, slots: list[Bucket], last: int | None) -> list[Bucket]:
    """The buckets of a range; all of time ends with the data, if that has ended at an instant."""
    if question.range != "all_time" or last is None:
        return slots
    return [slot for slot in slots if slot.start <= last]


@as_asked
def compared_of(
    world: World, question: Any, unit: str, count: int, span: Span | None = None
) -> tuple[Span, list[Bucket]]:
    """The span that a question's is compared with, and at most `count` of its daily buckets."""
    calendar = calendar_of(world)
    span = span or span_of(world, question)
    if span.running:
        span = resolve(question.range, calendar, world.now, earliest(world))
    before = comparison(question.range, question.compare, span, calendar, world.now)
    slots = buckets(before, unit, calendar, world.now)
    if len(slots) > count and unit in ("minute", "five_minute", "hourly", "daily"):
        slots = slots[:count]
        end = slots[-1].end if slots else before.start
        before = replace(before, end=end, last_day=slots[-1].last_day if slots else 0)
    return before, slots


def within(items: Iterable[Seen], start: int, end: int) -> list[Seen]:
    """The events of a half-open stretch of time."""
    return [item for item in items if start <= item.ts < end]


def date_of(day: int) -> str:
    """A local day as ISO text."""
    return to_date(day).isoformat()


@as_asked
def span_of(world: World, question: Any) -> Span:
    """A question's range in a world, without the days that have not come."""
    calendar = calendar_of(world)
    span = resolve(question.range, calendar, world.now, earliest(world))
    today = local_day(world.now, calendar)
    if span.first_day > today or span.last_day <= today:
        return span
    return days_span(span.first_day, today, calendar, running=span.running)


@lru_cache(maxsize=65536)
def period_of(day: int, unit: str, week_start: int) -> int:
    """The first local day of the day's period, walking back day by day."""
    while True:
        when = to_date(day)
        first = {
            "daily": True,
            "weekly": when.weekday() == week_start,
            "monthly": when.day == 1,
            "yearly": (when.month, when.day) == (1, 1),
        }[unit]
        if first:
            return day
        day -= 1


@lru_cache(maxsize=65536)
def later(first: int, unit: str, week_start: int, count: int) -> int:
    """The first local day of the period `count` periods after the one that starts on `first`."""
    for _ in range(count):
        day = first + 1
        while period_of(day, unit, week_start) == first:
            day += 1
        first = day
    return first
