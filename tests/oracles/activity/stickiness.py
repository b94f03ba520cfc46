"""Stickiness by plain loops (definitions 4.11, 9.12)."""

from __future__ import annotations

from typing import Any

from core.timeframe import buckets
from tests.oracles.conditions import group_of, matching, people_of
from tests.oracles.seen import Group, as_asked, calendar_of, ended, local_day
from tests.oracles.times import observed, period_of, span_of, time_of
from tests.oracles.trend.trend import Period
from tests.worlds.world import World


@as_asked
@observed
def ratios(world: World, question: Any) -> tuple[Period, Period]:
    """The ratios of the range and of the period compared with."""
    time = time_of(world, question)
    return (
        _ratios(world, question, time.span, time.slots),
        _ratios(world, question, time.compared, time.compared_slots),
    )


@as_asked
def _ratios(world: World, question: Any, span: Any, slots: Any) -> Period:
    found = Period({}, {})
    if span is None:
        return found
    items = matching(world, question.event, question.conditions)
    if span.cut:
        items = [item for item in items if item.ts < span.end]
    today = local_day(world.now, calendar_of(world))
    groups: dict[Group, list[Any]] = {} if question.breakdown else {(): []}
    for item in items:
        groups.setdefault(group_of(world, item, question.breakdown), []).append(item)
    for group, own in groups.items():
        by_day = {}
        last = ended(world)
        if last is not None:
            today = min(today, local_day(last, calendar_of(world)))
        for day in range(span.first_day, min(span.last_day, today) + 1):
            month = people_of(i for i in own if day - 30 < i.day <= day)
            back = 7 if question.interval == "week" else 1
            some = people_of(i for i in own if day - back < i.day <= day)
            if month:
                by_day[day] = len(some) / len(month)
        if by_day or not question.breakdown:
            found.totals[group] = _mean(list(by_day.values()))
            found.values[group] = [
                _mean([r for day, r in by_day.items() if slot.first_day <= day <= slot.last_day])
                for slot in slots
            ]
    return found


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


@as_asked
def day_counts(world: World, question: Any) -> dict[int, list[str]]:
    """Number of days -> a person for every period in which they came on that many days."""
    calendar, span = calendar_of(world), span_of(world, question)
    today = local_day(world.now, calendar)
    items = matching(world, question.event, question.conditions)
    unit = {"month": "monthly"}.get(question.interval, "weekly")
    starts = {slot.label: slot for slot in buckets(span, unit, calendar, world.now)}
    days: dict[tuple[str, object], set[int]] = {}
    for item in items:
        if item.actor is None:
            continue
        if question.interval == "range":
            inside = span.first_day <= item.day <= span.last_day and span.first_day <= today
            period: object = "range"
        else:
            first = period_of(item.day, unit, world.week_start)
            period = first
            inside = first in {
                period_of(slot.first_day, unit, world.week_start) for slot in starts.values()
            }
        if inside:
            days.setdefault((item.actor, period), set()).add(item.day)
    found: dict[int, list[str]] = {}
    for (actor, _), active in days.items():
        for k in range(1, len(active) + 1):
            if question.mode == "cumulative" or k == len(active):
                found.setdefault(k, []).append(actor)
    return found


@as_asked
def over_time(world: World, question: Any) -> dict[str, tuple[set[str], set[str]]]:
    """First day of a period -> everybody active in it, and those of so many days."""
    unit = {"month": "monthly"}.get(question.interval, "weekly")
    slots = buckets(span_of(world, question), unit, calendar_of(world), world.now)
    items = matching(world, question.event, question.conditions)
    found = {}
    for slot in slots:
        first = period_of(slot.first_day, unit, world.week_start)
        days: dict[str, set[int]] = {}
        for item in items:
            if item.actor and period_of(item.day, unit, world.week_start) == first:
                days.setdefault(item.actor, set()).add(item.day)
        came = {
            who
            for who, active in days.items()
            if len(active) == question.days
            or (question.mode == "cumulative" and len(active) > question.days)
        }
        if days:
            found[slot.label] = (set(days), came)
    return found
