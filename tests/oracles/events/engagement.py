"""The engagement matrix by plain loops (definitions 11.14)."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import matching, people_of
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World


@as_asked
def engagement(
    world: World, question: Any
) -> tuple[dict[str, tuple[set[str], int, int]], set[str]]:
    """(event -> its people, how often it happened and how often they did it, all the active)."""
    span = span_of(world, question)
    items = within(matching(world, None, question.conditions), span.start, span.end)
    found = {}
    for name in {item.name for item in items}:
        own = [item for item in items if item.name == name]
        known = [item for item in own if item.actor is not None]
        found[name] = (people_of(own), len(own), len(known))
    return found, people_of(items)
