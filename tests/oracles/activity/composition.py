"""Composition by plain loops (definitions 9.4)."""

from __future__ import annotations

from typing import Any

from core.timeframe import resolve
from tests.oracles.conditions import label_of, matching, value_of
from tests.oracles.seen import Seen, as_asked, calendar_of, earliest
from tests.oracles.times import within
from tests.worlds.world import World


@as_asked
def composition(world: World, question: Any) -> tuple[dict[str, set[str]], set[str]]:
    """(value -> people, everybody active in the range)."""
    span = resolve(question.range, calendar_of(world), world.now, earliest(world))
    items = within(matching(world, None, question.conditions), span.start, span.end)
    items = [item for item in items if item.actor is not None]
    counted: list[Seen] = items
    if question.mode == "most_recent":
        counted = list({item.actor: item for item in items}.values())
    found: dict[str, set[str]] = {}
    if question.mode == "cross_values":
        values: dict[str, set[str]] = {}
        for item in items:
            value = label_of(value_of(world, item, question.property))
            values.setdefault(str(item.actor), set()).add(value)
        for who, own in values.items():
            found.setdefault(" + ".join(sorted(own)), set()).add(who)
        return found, {str(item.actor) for item in items}
    for item in counted:
        value = label_of(value_of(world, item, question.property))
        found.setdefault(value, set()).add(str(item.actor))
    return found, {str(item.actor) for item in items}
