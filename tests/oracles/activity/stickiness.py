"""Stickiness by plain loops (definitions 4.11, 9.12)."""

from __future__ import annotations

from typing import Any

from core.timeframe import buckets
from tests.oracles.conditions import group_of, matching, people_of
from tests.oracles.seen import Group, as_asked, calendar_of, ended, local_day
from tests.oracles.times import observed, period_of, span_of, time_of
from tests.oracles.trend.trend import Period
from tests.worlds.world import World

HOUR = 3_600_000


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


def _unit_of(world: World, question: Any, ts: int, day: int) -> object:
    """The hour, day, week or month that an event lies in, as is counted."""
    if question.unit == "day":
        return day
    if question.unit == "hour":
        offset = calendar_of(world).offset(ts)
        return ts - (ts + offset) % HOUR
    return period_of(day, f"{question.unit}ly", world.week_start)


def _active(world: World, question: Any, period: Any) -> dict[object, dict[str, set[object]]]:
    """Period -> person -> the units in which they did it often enough.

    Args:
        period: returns the period of a local day; None if it does not count.
    """
    times: dict[tuple[object, str, object], int] = {}
    for item in matching(world, question.event, question.conditions):
        place = period(item.day)
        if item.actor is not None and place is not None:
            key = (place, item.actor, _unit_of(world, question, item.ts, item.day))
            times[key] = times.get(key, 0) + 1
    found: dict[object, dict[str, set[object]]] = {}
    for (place, actor, unit), number in times.items():
        if question.at_least <= number <= (question.at_most or number):
            found.setdefault(place, {}).setdefault(actor, set()).add(unit)
    return found


def _unit_word(question: Any) -> str:
    word = question.interval or ("day" if question.unit == "hour" else "week")
    return {"day": "daily", "month": "monthly"}.get(word, "weekly")


@as_asked
def day_counts(world: World, question: Any) -> dict[int, list[str]]:
    """Number of units -> a person for every period in which they came in that many."""
    calendar, span = calendar_of(world), span_of(world, question)
    today = local_day(world.now, calendar)
    unit = _unit_word(question)
    firsts = {
        period_of(slot.first_day, unit, world.week_start)
        for slot in buckets(span, unit, calendar, world.now)
    }

    def period(day: int) -> object:
        if question.interval == "range" or question.unit in ("week", "month"):
            inside = span.first_day <= day <= span.last_day and span.first_day <= today
            return "range" if inside else None
        first = period_of(day, unit, world.week_start)
        return first if first in firsts else None

    found: dict[int, list[str]] = {}
    for people in _active(world, question, period).values():
        for actor, active in people.items():
            for k in range(1, len(active) + 1):
                if question.mode == "cumulative" or k == len(active):
                    found.setdefault(k, []).append(actor)
    return found


@as_asked
def over_time(world: World, question: Any) -> dict[str, tuple[set[str], set[str]]]:
    """First day of a period -> everybody active in it, and those in so many units."""
    unit = _unit_word(question)
    slots = buckets(span_of(world, question), unit, calendar_of(world), world.now)
    active = _active(world, question, lambda day: period_of(day, unit, world.week_start))
    found = {}
    for slot in slots:
        units = active.get(period_of(slot.first_day, unit, world.week_start), {})
        came = {
            who
            for who, own in units.items()
            if len(own) == question.days
            or (question.mode == "cumulative" and len(own) > question.days)
        }
        if units:
            found[slot.label] = (set(units), came)
    return found
