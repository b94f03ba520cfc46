"""Experiments (definitions 11.21), in plain loops."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import group_of, matching, value_of
from tests.oracles.seen import Seen, as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World

SEVERAL = "(several)"


@as_asked
def experiment(world: World, question: Any) -> dict[tuple[str, int], tuple[set[str], set[str]]]:
    """(variant, place of the goal) -> who was exposed to it, and who of them converted."""
    span = span_of(world, question)
    fits = matching(
        world, question.exposure.event, [*question.conditions, *question.exposure.filters]
    )
    shown: dict[str, list[Seen]] = {}
    for item in within(fits, span.start, span.end):
        if item.actor is not None and value_of(world, item, question.variant) is not None:
            shown.setdefault(item.actor, []).append(item)
    found: dict[tuple[str, int], tuple[set[str], set[str]]] = {}
    for at, goal in enumerate(question.goals):
        reached = matching(world, goal.event, [*question.conditions, *goal.filters])
        for actor, own in shown.items():
            names = {group_of(world, item, [question.variant])[0] for item in own}
            name = names.pop() if len(names) == 1 else SEVERAL
            exposed, converted = found.setdefault((name, at), (set(), set()))
            exposed.add(actor)
            if any(_after(item, first, question) for first in own for item in reached):
                converted.add(actor)
    return found


def _after(item: Seen, first: Seen, question: Any) -> bool:
    """Whether an event follows an exposure of the same person in time."""
    if item.actor != first.actor or item == first or item.ts < first.ts:
        return False
    window = question.window_seconds
    return window is None or item.ts - first.ts <= window * 1000
