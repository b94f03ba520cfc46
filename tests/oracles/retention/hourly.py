"""Retention by cohorts of hours (definitions 7.3), in plain loops."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import Any

from core.timeframe import DAY, Span, buckets
from tests.oracles.conditions import matching
from tests.oracles.retention.cohorts import Cohorts, _starts, begun, return_clauses
from tests.oracles.seen import as_asked, calendar_of, known_until, local_day
from tests.oracles.times import span_of
from tests.worlds.world import World


@as_asked
def hourly(world: World, question: Any) -> Cohorts:
    """Who started in each hour, and who of them came back in the n-th hour after it."""
    span, calendar = span_of(world, question), calendar_of(world)
    slots = buckets(span, "hourly", calendar, world.now)
    found = Cohorts({}, {}, {})
    if not slots:
        return found
    end = slots[-1].end + 100 * DAY
    whole = Span(slots[0].start, end, span.first_day, local_day(end, calendar), whole_days=False)
    hours = buckets(whole, "hourly", calendar, end)
    begins = [hour.start for hour in hours]
    places: dict[str, int] = {}
    for item in _starts(world, question, span, None):
        place = bisect_right(begins, item.ts) - 1
        if place < len(slots):
            places[slots[place].label] = place
            found.members.setdefault(slots[place].label, set()).add(str(item.actor))
    times = Counter(
        (str(item.actor), bisect_right(begins, item.ts) - 1)
        for item in matching(world, question.return_event, return_clauses(question))
        if item.actor and item.ts >= begins[0] and item.ts <= world.now
    )
    came = {key for key, number in times.items() if number >= question.at_least}
    for label, first in places.items():
        for n in range(question.periods):
            if not begun(world, question, begins[first + n]):
                break
            found.incomplete[label, n] = hours[first + n].end > known_until(world)
            found.returned[label, n] = {
                who for who in found.members[label] if _is_back(question, came, who, first, n)
            }
    return found


def _is_back(question: Any, came: set[tuple[str, int]], who: str, first: int, n: int) -> bool:
    if n == 0:
        return True
    if question.mode == "unbounded":
        return any(person == who and place >= first + n for person, place in came)
    if question.mode == "on_or_before":
        return any((who, first + m) in came for m in range(1, n + 1))
    if question.mode == "streak":
        return all((who, first + m) in came for m in range(1, n + 1))
    return (who, first + n) in came
