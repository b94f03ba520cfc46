"""Slow, obvious counts of what people had between entering and converting (definitions 11.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.oracles.conditions import label_of, matching, trait, value_of
from tests.oracles.funnel.funnel_orders import Attempt, instant, reported, window
from tests.oracles.seen import Seen, as_asked
from tests.oracles.times import span_of
from tests.worlds.world import World

Values = tuple[str, ...]


@dataclass
class Had:
    """Who entered and converted, who did not, and which of them had each value."""

    converted: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    values: dict[Values, set[str]] = field(default_factory=dict)

    def sides(self, values: Values) -> tuple[set[str], set[str]]:
        """Who had a value and converted, and who had it and did not."""
        had = self.values[values]
        return had & self.converted, had & self.others


@as_asked
def had(world: World, question: Any) -> Had:
    """What everybody who entered had on the way."""
    found = Had()
    names = question.breakdown or ("event",)
    for actor, attempt in reported(world, question, span_of(world, question)):
        done = len(attempt) == len(question.steps)
        (found.converted if done else found.others).add(actor)
        if all(name.startswith("trait:") for name in names):
            known = [trait(world, actor, name.removeprefix("trait:")) for name in names]
            rows = [tuple(label_of(value) for value in known)]
        else:
            rows = [
                tuple(label_of(value_of(world, item, name)) for name in names)
                for item in _between(world, question, attempt)
            ]
        for values in rows:
            pairs = zip(names, values, strict=True)
            if not any(value == "(none)" and name != "event" for name, value in pairs):
                found.values.setdefault(values, set()).add(actor)
    return found


@as_asked
def _between(world: World, question: Any, attempt: Attempt) -> list[Seen]:
    """Events that fit no step by name, after the first of an attempt and before its end."""
    times = [instant(question, item) for item in attempt]
    converted = len(attempt) == len(question.steps)
    first, conditions = min(times), question.conditions
    if question.filters_on == "first":
        conditions = ()
    return [
        item
        for item in matching(world, None, conditions)
        if item.actor == attempt[0].actor
        and item.name not in [step.event for step in question.steps]
        and instant(question, item) > first
        and (
            instant(question, item) < max(times)
            if converted
            else instant(question, item) <= first + window(question)
        )
    ]
