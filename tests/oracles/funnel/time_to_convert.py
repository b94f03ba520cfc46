"""Slow, obvious times between steps of a funnel (definitions 6.4), from every possible attempt."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor
from typing import Any

from tests.oracles.conditions import matching
from tests.oracles.funnel.funnel_orders import Attempt, group_of, instant, reported
from tests.oracles.seen import Group, as_asked
from tests.oracles.times import span_of
from tests.worlds.world import World


@dataclass
class Times:
    """What is known of one group: (who, figure) of every attempt that reached the later step."""

    figures: list[tuple[str, float]] = field(default_factory=list)

    @property
    def ascending(self) -> list[float]:
        """The figures, seconds or times."""
        return sorted(value for _, value in self.figures)

    def within(self, low: float, high: float | None, *, closed: bool) -> list[str]:
        """Whose figures lie in a bin, once for each figure."""
        return [
            actor
            for actor, value in self.figures
            if value >= low and (high is None or value < high or (closed and value == high))
        ]


@as_asked
def times(world: World, question: Any) -> dict[Group, Times]:
    """The figures of each group and, under (), of everybody."""
    last = question.to_step or len(question.steps)
    found: dict[Group, Times] = {(): Times()}
    for actor, attempt in reported(world, question, span_of(world, question)):
        if len(attempt) < last:
            continue
        for group in {(), group_of(world, question, attempt)}:
            part = found.setdefault(group, Times())
            part.figures.append((actor, _figure(world, question, attempt, last)))
    return found


@as_asked
def _figure(world: World, question: Any, attempt: Attempt, last: int) -> float:
    if question.measure == "seconds":
        by_time = sorted(instant(question, item) for item in attempt)
        return (by_time[last - 1] - by_time[question.from_step - 1]) / 1000
    first, end = attempt[question.from_step - 1], attempt[last - 1]
    step = question.steps[question.from_step - 1]
    common = question.conditions
    if question.filters_on == "first" and question.from_step > 1:
        common = ()
    done = [
        item
        for item in matching(world, step.event, [*common, *step.filters])
        if item.actor == end.actor and attempt[0].ts <= item.ts < end.ts
    ]
    return len(done) + (first.ts == end.ts)


def edges(question: Any, values: list[float]) -> list[tuple[float, float | None, bool]]:
    """(start, end, whether the end belongs to it) of each bin."""
    if question.measure == "repeats":
        starts: list[tuple[float, float | None]] = [(n, n + 1) for n in range(1, 6)]
        return [(low, high, False) for low, high in [*starts, (6, 11), (11, 21), (21, None)]]
    if not values:
        return []
    low, high = floor(min(values)), ceil(max(values))
    if question.width:
        found, at = [], low - low % question.width
        while at <= max(values) and len(found) < 90:
            found.append((at, at + question.width, False))
            at += question.width
        if at <= max(values):
            found[-1] = (found[-1][0], None, False)
        return found
    count = question.bins or 1
    while question.bins is None and count < 60 and count**3 < len(values):
        count += 1
    width = ceil((high - low) / count) or 60
    return [(low + n * width, low + (n + 1) * width, n == count - 1) for n in range(count)]
