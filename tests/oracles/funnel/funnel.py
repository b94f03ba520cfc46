"""Funnels in order (definitions 6.3, 6.4): the best of all attempts, in plain loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.timeframe import Span
from tests.oracles.conditions import group_of, matching, people_of
from tests.oracles.funnel.funnel_orders import window
from tests.oracles.seen import Group, Seen, as_asked
from tests.oracles.times import within
from tests.worlds.world import World


@dataclass
class Funnel:
    """What a funnel should show of some people, from their reported attempts."""

    attempts: dict[str, list[Seen]]
    steps: int
    window: int
    now: int

    def reached(self, step: int) -> set[str]:
        """Who did steps 1 to `step`."""
        return {actor for actor, own in self.attempts.items() if len(own) >= step}

    def waits(self, first: int, last: int) -> list[float]:
        """Seconds between two steps of everybody who reached the later one, ascending."""
        return sorted(
            (own[last - 1].ts - own[first - 1].ts) / 1000
            for own in self.attempts.values()
            if len(own) >= last
        )

    @property
    def in_progress(self) -> int:
        """How many did not convert and still have time."""
        return sum(
            len(own) < self.steps and own[0].ts + self.window > self.now
            for own in self.attempts.values()
        )


@as_asked
def funnel(
    world: World, question: Any, span: Span, members: set[str] | None = None
) -> dict[Group, Funnel]:
    """The funnel of each group and, under (), of everybody; every possible attempt is tried."""
    fits = [
        matching(world, step.event, [*question.conditions, *step.filters], members)
        for step in question.steps
    ]
    most = window(question)
    found: dict[Group, Funnel] = {}
    for actor in people_of(fits[0]):
        own = [[item for item in items if item.actor == actor] for items in fits]
        tries = [
            attempt
            for first in within(own[0], span.start, span.end)
            for attempt in _attempts(own, [first], most)
        ]
        if not tries:
            continue
        best = min(tries, key=lambda a: (-len(a), a[0].ts, a[0].number, [x.ts for x in a]))
        for group in {(), group_of(world, best[0], question.breakdown)}:
            part = found.setdefault(group, Funnel({}, len(fits), most, world.now))
            part.attempts[actor] = best
    found.setdefault((), Funnel({}, len(fits), most, world.now))
    return found


def _attempts(fits: list[list[Seen]], begun: list[Seen], most: int) -> list[list[Seen]]:
    """An attempt and all its continuations, by definition 6.3."""
    found = [begun]
    for item in fits[len(begun)] if len(begun) < len(fits) else []:
        late = item.ts - begun[0].ts > most
        if item.ts >= begun[-1].ts and not late and item not in begun:
            found += _attempts(fits, [*begun, item], most)
    return found
