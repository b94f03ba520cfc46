"""Slow, obvious funnels of every bucket of entries (definitions 6.5), of every possible attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.timeframe import Bucket, Span
from tests.oracles.funnel.funnel_orders import Attempt, Told, group_of, newcomers, reported, window
from tests.oracles.seen import Group, as_asked
from tests.oracles.times import time_of
from tests.worlds.world import World

Funnels = dict[Group, Told]


@dataclass
class Period:
    """The funnels of one period: of the whole of it, and of each bucket."""

    whole: Funnels = field(default_factory=dict)
    buckets: list[Funnels] = field(default_factory=list)


@as_asked
def trend(world: World, question: Any) -> tuple[Period, Period]:
    """The asked period and the one it is compared with, empty without one."""
    time = time_of(world, question)
    now = period(world, question, time.span, time.slots)
    if time.compared is None:
        return now, Period()
    return now, period(world, question, time.compared, time.compared_slots)


@as_asked
def period(world: World, question: Any, span: Span, buckets: Sequence[Bucket]) -> Period:
    """The funnels of a span up to the end of its last bucket."""
    if not buckets:
        return Period()
    span = replace(span, end=min(span.end, buckets[-1].end), whole_days=False)
    everything = list(reported(world, question, span))
    found = Period(_grouped(world, question, everything))
    known = newcomers(world, question, span)
    anybody = question.model_copy(update={"users": "active"})
    for bucket in buckets:
        if question.count_by == "totals":
            own = [a for a in everything if bucket.start <= a[1][0].ts < bucket.end]
        else:
            part = replace(span, start=bucket.start, end=min(bucket.end, span.end))
            own = [
                attempt
                for attempt in reported(world, anybody, part)
                if question.users != "new" or attempt[0] in known
            ]
        found.buckets.append(_grouped(world, question, own))
    return found


@as_asked
def _grouped(world: World, question: Any, attempts: list[tuple[str, Attempt]]) -> Funnels:
    found = {(): Told(question, world.now)}
    for actor, attempt in attempts:
        for group in {(), group_of(world, question, attempt)}:
            found.setdefault(group, Told(question, world.now)).attempts.append((actor, attempt))
    return found


@as_asked
def is_open(world: World, question: Any, bucket: Bucket) -> bool:
    """Whether somebody who enters in a bucket may still convert, or it is not a whole one."""
    last = bucket.end - 1
    return bucket.partial or last + window(question) >= world.now
