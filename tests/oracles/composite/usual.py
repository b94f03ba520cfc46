"""What is usual for events by day (definitions 11.6), in plain loops."""

from __future__ import annotations

from statistics import mean, median
from typing import Any

from tests.oracles.conditions import matching
from tests.oracles.seen import as_asked, calendar_of, earliest, ended, local_day
from tests.oracles.times import span_of
from tests.worlds.world import World

Band = tuple[float, float] | None


@as_asked
def usual_days(world: World, question: Any) -> list[Band]:
    """The band of every day of a range."""
    calendar = calendar_of(world)
    span, today = span_of(world, question), local_day(world.now, calendar)
    fits = matching(world, question.of.event, question.conditions)
    first = earliest(world)
    last = ended(world)

    def count(day: int) -> int | None:
        """The events of a day; None of one that says nothing."""
        if first is None or day < local_day(first, calendar) or day >= today:
            return None
        if last is not None and calendar.day_start(day) > last:
            return None
        return sum(item.day == day for item in fits)

    return [_band(day, count) for day in range(span.first_day, min(span.last_day, today) + 1)]


def _band(day: int, count: Any) -> Band:
    window = [n for n in range(day - 90, day) if count(n) is not None]
    same = [n for n in window if (day - n) % 7 == 0]
    figures = [count(n) for n in (same if len(same) >= 6 else window)]
    if len(figures) < 6:
        return None
    middle = median(figures)
    away = [abs(figure - middle) for figure in figures]
    scale = 1.4826 * median(away) or 1.2533 * mean(away)
    return middle - 1.96 * scale, middle + 1.96 * scale
