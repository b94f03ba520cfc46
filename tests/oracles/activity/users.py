"""Active, new and known users by plain loops (definitions 4.10, 9.1)."""

from __future__ import annotations

from typing import Any

from core.timeframe import Span, buckets, fit
from tests.oracles.conditions import group_of, matching, people_of, satisfies
from tests.oracles.seen import Group, Seen, as_asked, calendar_of, ended, local_day
from tests.oracles.times import (
    compared_of,
    later,
    observed,
    period_of,
    span_of,
    until_the_end,
    within,
)
from tests.oracles.trend.trend import Period
from tests.worlds.world import World


@as_asked
@observed
def users(world: World, question: Any) -> tuple[Period, Period]:
    """The figures of the range and of the period compared with."""
    span, calendar = span_of(world, question), calendar_of(world)
    now = _period(world, question, span)
    if not question.compare:
        return now, Period({}, {})
    unit = fit(question.granularity, span, world.now)
    count = len(until_the_end(question, buckets(span, unit, calendar, world.now), ended(world)))
    before, _ = compared_of(world, question, unit, count)
    return now, _period(world, question, before, unit)


@as_asked
def _period(world: World, question: Any, span: Span, unit: str = "") -> Period:
    calendar = calendar_of(world)
    unit = unit or fit(question.granularity, span, world.now)
    start, end = span.start, span.end
    slots = until_the_end(question, buckets(span, unit, calendar, world.now), ended(world))
    stretches = [(slot.start, slot.end) for slot in slots]
    if unit not in ("minute", "hourly", "daily"):
        today = local_day(world.now, calendar)
        first = period_of(span.first_day, unit, world.week_start)
        last = later(period_of(span.last_day, unit, world.week_start), unit, world.week_start, 1)
        start = calendar.day_start(first)
        end = calendar.day_start(max(min(last, today + 1), span.last_day + 1))
        end = span.end if span.cut else end
        stretches, day = [], first
        while day < last and day <= today and calendar.day_start(day) < end:
            following = later(day, unit, world.week_start, 1)
            ends = min(calendar.day_start(following), end)
            stretches.append((calendar.day_start(day), ends))
            day = following
        stretches = stretches[: len(slots)]
    return _figures(world, question, stretches, start, end)


@as_asked
def _figures(
    world: World, question: Any, stretches: list[tuple[int, int]], start: int, end: int
) -> Period:
    found = Period({}, {})
    if question.metric != "active" and stretches:
        end = min(end, stretches[-1][1])  # everybody is new once, so the buckets make the total
    groups: dict[Group, list[Seen]] = {} if question.breakdown else {(): []}
    for item in _items(world, question):
        groups.setdefault(group_of(world, item, question.breakdown), []).append(item)
    for group, own in groups.items():
        far = min((item.ts for item in own), default=0)
        cumulative = question.metric == "cumulative"
        begins = [far if cumulative else begin for begin, _ in stretches]
        values = [
            len(people_of(within(own, begin, ends)))
            for begin, (_, ends) in zip(begins, stretches, strict=True)
        ]
        total = len(people_of(within(own, far if cumulative else start, end)))
        if total or not question.breakdown:
            found.values[group], found.totals[group] = list(values), total
    return found


@as_asked
def _items(world: World, question: Any) -> list[Seen]:
    """The events that count: all matching ones, or of each person the very first if it matches."""
    with_id = {e.user for e in world.events if e.user} | {u for _, u, _ in world.links}
    with_id |= {name for alias in world.aliases for name in alias[:2]}
    items = [
        item
        for item in matching(world, None if question.metric == "active" else "_all")
        if item.actor is not None and (not question.identified or item.actor in with_id)
    ]
    if question.metric != "active":
        firsts: dict[str, Seen] = {}
        for item in items:
            firsts.setdefault(str(item.actor), item)
        items = list(firsts.values())
    return [item for item in items if all(satisfies(world, item, c) for c in question.conditions)]
