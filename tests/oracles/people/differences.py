"""What two groups did or had differently (definitions 11.19), in plain loops."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import group_of, matching, people_of
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World

Counts = dict[tuple[str, str], tuple[int, int, int]]


@as_asked
def differences(
    world: World, question: Any, left_out: set[str]
) -> tuple[set[str], set[str], Counts]:
    """Both groups of trend questions, and (field, value) -> how many of each and of either had it.

    Args:
        left_out: events that are not compared.
    """
    span = span_of(world, question)
    items = within(matching(world, "_all"), span.start, span.end)
    one = _group(world, question.of)
    everybody = people_of(items)
    other = everybody - one if question.other is None else _group(world, question.other)
    had: dict[tuple[str, str], set[str]] = {}
    for field in question.breakdown:
        for item in items:
            value = group_of(world, item, [field])[0]
            if item.actor is None or (value == "(none)" and field != "event"):
                continue
            if not (field == "event" and value in left_out):
                had.setdefault((field, value), set()).add(item.actor)
    return one, other, {
        key: (len(who & one), len(who & other), len(who & (one | other)))
        for key, who in had.items()
        if who & (one | other)
    }  # fmt: skip


def _group(world: World, question: Any) -> set[str]:
    span = span_of(world, question)
    found = matching(world, question.event, question.conditions)
    return people_of(within(found, span.start, span.end))
