"""Slow, obvious funnels in every order (semantics 6.3): every possible attempt is tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.timeframe import Span
from tests.oracle import Funnel, Group, Seen, group_of, matching, people_of, within
from tests.worlds import World

Spoilers = list[tuple[Any, list[Seen]]]
"""Exclusions and one person's events that fit them."""


@dataclass
class Entered(Funnel):
    """A funnel whose attempts are in order of time, and when each person did step 1."""

    entered: dict[str, int] = field(default_factory=dict)

    @property
    def in_progress(self) -> int:
        """How many did not convert and still have time from step 1 on."""
        return sum(
            len(own) < self.steps and self.entered[actor] + self.window > self.now
            for actor, own in self.attempts.items()
        )


def funnel(world: World, question: Any, span: Span) -> dict[Group, Funnel]:
    """The funnel of each group and, under (), of everybody."""
    common = question.conditions if question.filters_on == "every" else ()
    fits = [
        matching(world, step.event, [*(common if number else question.conditions), *step.filters])
        for number, step in enumerate(question.steps)
    ]
    spoiling = [
        (each, matching(world, each.event, [*common, *each.filters]))
        for each in question.exclusions
    ]
    everything = matching(world, None, common)
    for items in (*fits, *(items for _, items in spoiling)):
        everything += [item for item in items if item not in everything]
    entered: dict[str, int] = {}

    def empty() -> Entered:
        return Entered({}, len(fits), question.window_seconds * 1000, world.now, entered)

    found: dict[Group, Funnel] = {(): empty()}
    for actor in people_of(within(fits[0], span.start, span.end)):
        own = [[item for item in items if item.actor == actor] for items in fits]
        others = [item for item in everything if item.actor == actor]
        spoilers = [(each, [i for i in items if i.actor == actor]) for each, items in spoiling]
        tries = [
            attempt for first in within(own[0], span.start, span.end)
            for attempt in attempts(question, own, others, spoilers, [first])
        ]  # fmt: skip
        best = min(tries, key=lambda a: (-len(a), a[0].ts, a[0].number, [x.ts for x in a]))
        entered[actor] = best[0].ts
        for group in {(), group_of(world, best[0], question.breakdown)}:
            part = found.setdefault(group, empty())
            part.attempts[actor] = sorted(best, key=lambda item: item.ts)
    return found


def attempts(
    question: Any, fits: list[list[Seen]], others: list[Seen], spoilers: Spoilers, begun: list[Seen]
) -> list[list[Seen]]:
    """An attempt, by step, and all that continue it."""
    found = [begun]
    for item in fits[len(begun)] if len(begun) < len(fits) else []:
        if item not in begun and continues(question, others, spoilers, begun, item):
            found += attempts(question, fits, others, spoilers, [*begun, item])
    return found


def continues(
    question: Any, others: list[Seen], spoilers: Spoilers, begun: list[Seen], item: Seen
) -> bool:
    """Whether an attempt may go on with an event."""
    times = [x.ts for x in [*begun, item]]
    if max(times) - min(times) > question.window_seconds * 1000:
        return False
    if question.order == "unordered":
        return not any(
            min(times) < other.ts < max(times) for _, items in spoilers for other in items
        )
    before = begun[-1].ts
    if item.ts < before:
        return False
    gap = len(begun)
    for each, items in spoilers:
        scoped = each.from_step <= gap < (each.to_step or len(question.steps))
        if scoped and any(before < other.ts < item.ts for other in items):
            return False
    between = [other for other in others if before < other.ts < item.ts]
    return question.order == "ordered" or not between
