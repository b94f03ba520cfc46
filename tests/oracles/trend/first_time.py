"""First times (definitions 4.6), in plain loops."""

from __future__ import annotations

from typing import Any

from core.timeframe import Bucket, Span
from tests.oracles.conditions import matching, people_of, satisfies
from tests.oracles.seen import Seen, as_asked, calendar_of
from tests.oracles.times import observed, time_of, within
from tests.oracles.trend.trend import Period, period
from tests.worlds.world import DAY, World


@as_asked
@observed
def first_time(world: World, question: Any) -> tuple[Period, Period]:
    """First times in a question's period, and in the one it is compared with."""
    time = time_of(world, question)

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        if span is None or not slots:
            return Period({}, {} if question.breakdown else {(): 0})
        whole = (slots[0].start, slots[-1].end)
        items = _firsts(world, question, span)
        stretches = [(b.start, b.end) for b in slots]
        return period(
            world,
            within(items, *whole),
            question.breakdown,
            stretches,
            whole,
            lambda own: len(people_of(own)),
            of_people=True,
        )

    return of(time.span, time.slots), of(time.compared, time.compared_slots)


@as_asked
def _firsts(world: World, question: Any, span: Span) -> list[Seen]:
    """Everybody's first occurrence of those looked at, where it satisfies the conditions."""
    start = _scan_start(world, question, span)
    looked_at = [
        item
        for item in matching(world, question.event)
        if item.actor is not None and (start is None or item.ts >= start) and item.ts < span.end
    ]
    if question.match_mode:
        looked_at = [item for item in looked_at if _fits(world, question, item)]
    firsts: dict[str, Seen] = {}
    for item in sorted(looked_at, key=lambda item: (item.ts, item.number)):
        firsts.setdefault(str(item.actor), item)
    return [item for item in firsts.values() if _fits(world, question, item)]


@as_asked
def _fits(world: World, question: Any, item: Seen) -> bool:
    return all(satisfies(world, item, clause) for clause in question.conditions)


@as_asked
def _scan_start(world: World, question: Any, span: Span) -> int | None:
    if question.lookback_days is None:
        return None
    if not span.whole_days:
        return span.start - question.lookback_days * DAY
    return calendar_of(world).day_start(span.first_day - question.lookback_days)
