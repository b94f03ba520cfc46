"""Figures over people of what each did (definitions 4.7), in plain loops."""

from __future__ import annotations

from typing import Any

from core.timeframe import Bucket, Span
from tests.oracles.conditions import matching, number_of, value_of
from tests.oracles.seen import Seen, as_asked
from tests.oracles.times import observed, time_of
from tests.oracles.trend.trend import Period, _aggregate, period
from tests.worlds.world import World


@as_asked
def amount_of(world: World, question: Any, item: Seen) -> float | None:
    """What one event adds to its person's figure; None when it does not count."""
    if item.actor is None:
        return None
    if question.property is None:
        return 1
    return number_of(value_of(world, item, f"properties.{question.property}"))


@as_asked
def counted(world: World, question: Any) -> list[Seen]:
    """The events that count."""
    items = matching(world, question.event or "_all", question.conditions)
    return [item for item in items if amount_of(world, question, item) is not None]


@as_asked
@observed
def per_actor(world: World, question: Any) -> tuple[Period, Period]:
    """The figures of a question's period, and of the one it is compared with."""
    time = time_of(world, question)
    items = counted(world, question)

    def figure(own: list[Seen]) -> float | None:
        each: dict[str, float] = {}
        for item in own:
            amount = amount_of(world, question, item) or 0
            each[str(item.actor)] = each.get(str(item.actor), 0) + amount
        return _aggregate(question.metric, sorted(each.values()))

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        stretches = [(b.start, b.end) for b in slots]
        whole = (span.start, span.end) if span else (0, 0)
        return period(world, items, question.breakdown, stretches, whole, figure, of_people=False)

    return of(time.span, time.slots), of(time.compared, time.compared_slots)
