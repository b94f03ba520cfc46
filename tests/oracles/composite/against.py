"""How two groups differ in the answer to one question (definitions 11.20), in plain loops."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import group_of, matching, number_of, people_of
from tests.oracles.funnel.funnel import funnel
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World

Counts = dict[str, tuple[tuple[int, int], tuple[int, int]]]
"""What people did -> (people, of how many) of each group."""


@as_asked
def groups(world: World, question: Any, first: str, second: str) -> tuple[set[str], set[str]]:
    """The people of both groups who were there in the range.

    Args:
        first: an event, whose people of the range are the group.
        second: another, "" for everyone, "else" for everyone else.
    """
    span = span_of(world, question)
    everyone = people_of(within(matching(world, "_all"), span.start, span.end))
    one = people_of(within(matching(world, first), span.start, span.end))
    if second in ("", "else"):
        return one, everyone - one if second else everyone
    return one, people_of(within(matching(world, second), span.start, span.end))


@as_asked
def shares(world: World, question: Any, one: set[str], other: set[str]) -> Counts:
    """The shares of users of an event by country, or of the steps of a funnel."""
    sides = [_counts(world, question, members) for members in (one, other)]
    names = list(dict.fromkeys([*sides[0], *sides[1]]))
    none = [(0, len(members)) for members in (one, other)]
    return {
        name: (sides[0].get(name, none[0]), sides[1].get(name, none[1])) for name in names
    }  # fmt: skip


def _counts(world: World, question: Any, members: set[str]) -> dict[str, tuple[int, int]]:
    span = span_of(world, question)
    if question.of.kind == "funnel":
        steps = question.of.steps
        found = funnel(world, question.sides()[0], span, members)[()]
        of = [len(members)] + [len(found.reached(1))] * (len(steps) - 1)
        return {
            f"{n} {step.event}": (len(found.reached(n)), of[n - 1])
            for n, step in enumerate(steps, 1)
        }
    had: dict[str, set[str]] = {}
    fits = matching(world, question.of.event, question.conditions)
    for item in within(fits, span.start, span.end):
        if item.actor in members:
            had.setdefault(group_of(world, item, ["country"])[0], set()).add(item.actor)
    return {name: (len(who), len(members)) for name, who in had.items()}


@as_asked
def means(world: World, question: Any, *groups: set[str]) -> list[float | None]:
    """The mean of each group."""
    return [_mean(world, question, members) for members in groups]


def _mean(world: World, question: Any, members: set[str]) -> float | None:
    span, of = span_of(world, question), question.of
    items = within(matching(world, of.event, question.conditions), span.start, span.end)
    own = [item for item in items if item.actor in members]
    values = [number_of(item.event.properties.get(of.property)) for item in own]
    numbers = [value for value in values if value is not None]
    added = sum(numbers) if of.property else len(own)
    whole = {
        "count": len(members), "sum": len(members), "avg": len(numbers),
        "average": len({item.actor for item in own}),
    }[of.measure]  # fmt: skip
    return added / whole if whole else None
