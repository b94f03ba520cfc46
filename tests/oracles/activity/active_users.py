"""Active users (definitions 4.1), in plain loops."""

from __future__ import annotations

from typing import Any

from core.timeframe import Bucket, Span
from tests.oracles.conditions import matching, people_of
from tests.oracles.seen import Seen, as_asked, calendar_of, known, local_day
from tests.oracles.times import observed, time_of
from tests.oracles.trend.trend import Period, period
from tests.worlds.world import DAY, World


@as_asked
@observed
def active_users(
    world: World, question: Any, members: set[str] | None = None
) -> tuple[Period, Period]:
    """dau, wau or mau (definitions 4.1)."""
    time = time_of(world, question)
    items = matching(world, None, question.conditions, members)

    def figure(own: list[Seen]) -> float:
        return len(people_of(own))

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        stretches = [window_of(world, question.metric, b) for b in slots]
        whole = (span.start, span.end) if span else (0, 0)
        by = question.breakdown
        found = period(world, items, by, stretches, whole, figure, of_people=True)
        if question.metric != "dau" and slots:  # the headline is the last point's
            there = [n for n, ok in enumerate(known(world, [b.start for b in slots], slots)) if ok]
            last = there[-1] if there else 0
            found.totals = {g: own[last] for g, own in found.values.items() if not by or any(own)}
        return found

    return of(time.span, time.slots), of(time.compared, time.compared_slots)


def window_of(world: World, metric: str, bucket: Bucket) -> tuple[int, int]:
    """The stretch of time whose people a bucket of dau, wau or mau counts."""
    days = {"dau": 0, "wau": 7, "mau": 30}[metric]
    if not days:
        return bucket.start, bucket.end
    if "T" in bucket.label:
        return bucket.end - days * DAY, bucket.end
    calendar = calendar_of(world)
    last = min(bucket.last_day, local_day(world.now, calendar))
    if bucket.cut and last == bucket.last_day:
        return calendar.day_start(last - days + 1), bucket.end
    return calendar.day_start(last - days + 1), calendar.day_start(last + 1)
