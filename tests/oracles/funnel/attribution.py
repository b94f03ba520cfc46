"""Attribution by plain loops (definitions 11.15)."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import label_of, matching, number_of, value_of
from tests.oracles.seen import NONE, as_asked, seen
from tests.oracles.times import span_of, within
from tests.worlds.world import DAY, World

WEEK = 7 * DAY


@as_asked
def attribution(world: World, question: Any) -> tuple[dict[str, list[Any]], int, set[str]]:
    """(value -> [conversions, their value, people], all conversions, who converted)."""
    span = span_of(world, question)
    found: dict[str, list[Any]] = {}
    converted = [
        item
        for item in within(matching(world, question.to, question.conditions), span.start, span.end)
        if item.actor is not None
    ]
    for item in converted:
        own = value_of(world, item, question.value) if question.value else 1
        amount = number_of(own) or 0
        touches = []
        for other in seen(world):
            age = item.ts - other.ts
            after = (other.ts, other.number) > (item.ts, item.number)
            if other.actor == item.actor and not after and age <= question.lookback_days * DAY:
                value = label_of(value_of(world, other, question.property))
                if value != NONE:
                    touches.append((value, age))
        for value, share in _shares(question.model, touches):
            if share > 0:
                row = found.setdefault(value, [0.0, 0.0, set()])
                row[0] += share
                row[1] += share * amount
                row[2].add(item.actor)
    return found, len(converted), {str(item.actor) for item in converted}


def _shares(model: str, touches: list[tuple[str, int]]) -> list[tuple[str, float]]:
    """What each value gets, by the words of the definition."""
    if not touches:
        return [(NONE, 1.0)]
    values = [value for value, _ in touches]
    if model == "first":
        return [(values[0], 1.0)]
    if model == "last":
        return [(values[-1], 1.0)]
    if model == "participation":
        return [(value, 1.0) for value in set(values)]
    if model == "linear":
        return [(value, 1 / len(values)) for value in values]
    if model == "time_decay":
        halved = [0.5 ** (age / WEEK) for _, age in touches]
        return [(v, part / sum(halved)) for v, part in zip(values, halved, strict=True)]
    if len(values) == 1:
        return [(values[0], 1.0)]
    if len(values) == 2:
        first = {"u_shaped": 0.5, "j_shaped": 0.25, "inverse_j": 0.75}[model]
        return [(values[0], first), (values[1], 1 - first)]
    first, last = {"u_shaped": (40, 40), "j_shaped": (20, 60), "inverse_j": (60, 20)}[model]
    middle = values[1:-1]
    return [
        (values[0], first / 100),
        *((value, 0.2 / len(middle)) for value in middle),
        (values[-1], last / 100),
    ]
