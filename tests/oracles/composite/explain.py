"""Slow, obvious explanations (definitions 11.18): a figure per value, in both periods."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import group_of, matching, number_of, people_of, value_of
from tests.oracles.seen import as_asked
from tests.oracles.times import compared_of, span_of, within
from tests.worlds.world import World

Figures = dict[tuple[str, str], tuple[float, float]]


@as_asked
def explain(world: World, question: Any) -> tuple[Figures, tuple[float, float]]:
    """(field, value) -> figures before and now, and those of everybody."""
    now = span_of(world, question)
    before, _ = compared_of(world, question, "yearly", 1)
    items = matching(world, getattr(question.of, "event", None), question.conditions)
    both = [within(items, span.start, span.end) for span in (before, now)]
    found: Figures = {}
    for field in question.breakdown:
        values = {group_of(world, item, [field])[0] for part in both for item in part}
        for value in values:
            mine = [[i for i in p if group_of(world, i, [field])[0] == value] for p in both]
            figures = [_figure(world, question.of, part) for part in mine]
            if any(_counts(question.of, part) for part in mine):
                found[field, value] = (figures[0], figures[1])
    return found, (_figure(world, question.of, both[0]), _figure(world, question.of, both[1]))


def _counts(of: Any, items: list[Any]) -> bool:
    """Whether there is anything to count: somebody, or an event."""
    return bool(people_of(items) if _by_people(of) else items)


def _by_people(of: Any) -> bool:
    return of.kind == "active_users" or of.measure == "users"


def _figure(world: World, of: Any, items: list[Any]) -> float:
    if _by_people(of):
        return len(people_of(items))
    if of.measure == "count":
        return len(items)
    numbers = [number_of(value_of(world, item, f"properties.{of.property}")) for item in items]
    return sum(number for number in numbers if number is not None)
