"""Counts by the values of a property (definitions 4.4), in plain loops."""

from __future__ import annotations

from typing import Any

from core.timeframe import Bucket, Span
from tests.oracles.conditions import label_of, matching, value_of
from tests.oracles.seen import as_asked
from tests.oracles.times import observed, time_of, within
from tests.oracles.trend.trend import Period
from tests.worlds.world import World


@as_asked
@observed
def properties(world: World, question: Any) -> tuple[Period, Period]:
    """How often the event happened with each value, and in the period compared with."""
    time = time_of(world, question)
    items = matching(world, question.event, question.conditions)

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        found = Period({}, {})
        for item in within(items, span.start, span.end) if span else ():
            value = label_of(value_of(world, item, f"properties.{question.property}"))
            values = found.values.setdefault((value,), [0] * len(slots))
            found.totals[(value,)] = (found.totals.get((value,)) or 0) + 1
            for slot in slots:
                if slot.start <= item.ts < slot.end:
                    values[slot.index] = (values[slot.index] or 0) + 1
        return found

    return of(time.span, time.slots), of(time.compared, time.compared_slots)
