"""What is unusual on a day, by plain loops (definitions 11.6, 11.8)."""

from __future__ import annotations

from statistics import mean, median
from typing import Any, NamedTuple

from core.catalog.selectors import ANY
from core.timeframe import to_date
from tests.oracles.conditions import group_of, matching, people_of
from tests.oracles.seen import Seen, as_asked, calendar_of, earliest, local_day, newest
from tests.oracles.times import span_of
from tests.worlds.world import World


class Judged(NamedTuple):
    """A figure with the middle and the scale of its usual, and its people."""

    figure: int
    middle: float
    scale: float
    people: set[str]


@as_asked
def unusual(world: World, question: Any) -> dict[str, Judged]:
    """Everything that is judged on the day of a question, by the name of its row."""
    calendar, span = calendar_of(world), span_of(world, question)
    today, day = local_day(world.now, calendar), span.last_day
    if day == today and span.first_day < today:
        day -= 1
    first, last = earliest(world), newest(world)
    if first is None or last is None or last < calendar.day_start(day):
        return {}
    before = range(max(day - 90, local_day(first, calendar)), day)
    same = [n for n in before if to_date(n).weekday() == to_date(day).weekday()]
    compared = same if len(same) >= 6 else list(before)
    if len(compared) < 6:
        return {}
    groups: dict[str, dict[int, list[Seen]]] = {}
    for item in matching(world, ANY, question.conditions):
        at = local_day(item.ts, calendar)
        names = [f"{by} = {group_of(world, item, (by,))[0]}" for by in question.breakdown]
        for name in ("any event", *names):
            groups.setdefault(name, {}).setdefault(at, []).append(item)
    found = {}
    for name, days in groups.items():
        if not days.keys() & {day, *compared}:
            continue
        figures = [_figure(question, days.get(n, [])) for n in compared]
        middle = median(figures)
        away = [abs(x - middle) for x in figures]
        scale = 1.4826 * median(away) or 1.2533 * mean(away)
        there = days.get(day, [])
        found[name] = Judged(_figure(question, there), middle, scale, people_of(there))
    if day < today:
        return found
    return {name: each for name, each in found.items() if each.figure > _highest(each)}


def _highest(judged: Judged) -> float:
    return judged.middle + 1.96 * judged.scale


def _figure(question: Any, items: list[Seen]) -> int:
    return len(people_of(items)) if question.measure == "users" else len(items)
