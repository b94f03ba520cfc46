"""Usage intervals by plain loops (definitions 7.4)."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.oracles.conditions import matching
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World


@as_asked
def usage_intervals(world: World, question: Any) -> dict[str, float]:
    """Person -> the median of the days from one active day to the next; only who has one."""
    span = span_of(world, question)
    days: dict[str, set[int]] = {}
    for item in within(matching(world, question.event, question.conditions), span.start, span.end):
        if item.actor is not None:
            days.setdefault(item.actor, set()).add(item.day)
    found = {}
    for who, own in days.items():
        ordered = sorted(own)
        gaps = [ordered[n] - ordered[n - 1] for n in range(1, len(ordered))]
        if gaps:
            found[who] = float(median(gaps))
    return found
