"""Slow, obvious retention in every basis and mode (definitions 7.3)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracles.conditions import label_of, matching, value_of
from tests.oracles.retention.cohorts import Cohorts, _starts, begun, return_clauses
from tests.oracles.seen import Seen, as_asked, calendar_of, known_until, local_day
from tests.oracles.times import date_of, later, period_of, span_of
from tests.worlds.world import DAY, World

UNIT_DAYS = {"daily": 1, "weekly": 7, "monthly": 30}


@as_asked
def groups(world: World, question: Any) -> dict[str, Cohorts]:
    """The same of each value of the breakdown field on the start event."""
    (field,) = question.breakdown
    starts = _starts(world, question, span_of(world, question), None)
    values = {label_of(value_of(world, item, field)) for item in starts}
    return {value: retention(world, question, value) for value in values}


@as_asked
def retention(world: World, question: Any, value: str | None = None) -> Cohorts:
    """Who started in each cohort, with a value where one is given, and who of them came back."""
    span, today = span_of(world, question), local_day(world.now, calendar_of(world))
    found = Cohorts({}, {}, {})
    starts: dict[str, list[Seen]] = {}
    firsts: dict[str, int] = {}
    for item in _starts(world, question, span, None):
        if value is not None and value != label_of(value_of(world, item, question.breakdown[0])):
            continue
        first = period_of(item.day, question.granularity, world.week_start)
        starts.setdefault(date_of(first), []).append(item)
        firsts[date_of(first)] = first
    back = [
        item
        for item in matching(world, question.return_event, return_clauses(question))
        if item.actor and period_begun(world, question, item, today)
    ]
    for label, own in starts.items():
        found.members[label] = {str(item.actor) for item in own}
        last = later(firsts[label], question.granularity, world.week_start, 1) - 1
        days = (max(firsts[label], span.first_day), min(last, span.last_day, today))
        for n in range(len(question.brackets) or question.periods):
            begin, end = bounds(world, question, firsts[label], days, n)
            if not begun(world, question, begin):
                break
            found.incomplete[label, n] = end > known_until(world)
            found.returned[label, n] = {
                who
                for who in found.members[label]
                if came_back(
                    world,
                    question,
                    firsts[label],
                    [item for item in own if item.actor == who],
                    [item for item in back if item.actor == who],
                    n,
                )
            }
    return found


@as_asked
def period_begun(world: World, question: Any, item: Seen, today: int) -> bool:
    """Returns count up to now: to the end of today, or of the calendar period that it is in."""
    if question.basis == "calendar" and not question.brackets:
        return period_of(item.day, question.granularity, world.week_start) <= today
    return item.day <= today


@as_asked
def bounds(
    world: World, question: Any, first: int, days: tuple[int, int], n: int
) -> tuple[int, int]:
    """The first instant that a window can begin for anybody, and the last it can end."""
    calendar, unit, week = calendar_of(world), question.granularity, world.week_start
    if question.basis == "calendar" and not question.brackets:
        starts = later(first, unit, week, n), later(first, unit, week, n + 1)
        return calendar.day_start(starts[0]), calendar.day_start(starts[1])
    size = UNIT_DAYS[unit]
    low, high = question.brackets[n] if question.brackets else (size * n, size * (n + 1))
    if question.basis == "calendar":
        return calendar.day_start(days[0] + low), calendar.day_start(days[1] + high)
    if question.brackets or unit == "daily":
        return (
            calendar.day_start(days[0]) + low * DAY,
            calendar.day_start(days[1] + 1) + high * DAY,
        )
    return calendar.day_start(days[0] + low), calendar.day_start(days[1] + 1 + high)


@as_asked
def came_back(
    world: World, question: Any, first: int, own: list[Seen], back: list[Seen], n: int
) -> bool:
    """Whether one person counts as returned at N, by any of their starts."""
    rolling = question.basis == "24h" or question.brackets
    if n == 0 and not rolling:
        return True
    windows = []
    for start in own:
        times = Counter(window_of(world, question, first, start, item) for item in back)
        enough = (w for w, number in times.items() if number >= question.at_least)
        windows.append({window for window in enough if window is not None})
    if question.mode == "unbounded":
        return any(window >= n for found in windows for window in found)
    if n and question.mode == "on_or_before":
        return any(1 <= window <= n for found in windows for window in found)
    if n and question.mode == "streak":
        return any(all(m in found for m in range(1, n + 1)) for found in windows)
    return any(n in found for found in windows)


@as_asked
def window_of(world: World, question: Any, first: int, start: Seen, item: Seen) -> int | None:
    """The window of a start that a return lies in."""
    unit = question.granularity
    if question.basis == "calendar" and not question.brackets:
        n = 0
        while later(first, unit, world.week_start, n + 1) <= item.day:
            n += 1
        return n
    if item.ts < start.ts:
        return None
    days = item.day - start.day
    if question.basis == "24h" and (question.brackets or unit == "daily"):
        days = (hour_of(world, item.ts) - hour_of(world, start.ts)) // DAY
    if not question.brackets:
        return days // UNIT_DAYS[unit]
    for n, (low, high) in enumerate(question.brackets):
        if low <= days < high:
            return n
    return None


def hour_of(world: World, ts: int) -> int:
    """The first instant of the local clock hour that an instant lies in."""
    local = datetime.fromtimestamp(ts // 1000, ZoneInfo(world.zone))
    return ts - ts % 1000 - (local.minute * 60 + local.second) * 1000
