"""Slow, obvious grouped metrics (definitions 4.14)."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from tests.oracles.conditions import group_of, matching, number_of, people_of, value_of
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World

Row = tuple[float, float | None, set[str]]


@as_asked
def grouped(world: World, question: Any) -> dict[str, Row]:
    """Group -> size, intensity and people."""
    span = span_of(world, question)
    items = within(
        matching(world, question.event or "_all", question.conditions), span.start, span.end
    )
    groups: dict[str, list[Any]] = {}
    for item in items:
        groups.setdefault(group_of(world, item, [question.group_by])[0], []).append(item)
    return {
        group: (
            _size(world, own, question.size),
            _intensity(world, own, question.intensity),
            people_of(own),
        )
        for group, own in groups.items()
    }


def _numbers(world: World, items: list[Any], name: str) -> list[float]:
    found = [number_of(value_of(world, item, f"properties.{name}")) for item in items]
    return [number for number in found if number is not None]


def _size(world: World, items: list[Any], size: Any) -> float:
    if size.type == "count":
        return len(items)
    if size.type == "unique_actors":
        return len(people_of(items))
    return sum(_numbers(world, items, size.property))


def _intensity(world: World, items: list[Any], intensity: Any) -> float | None:
    if intensity.type == "unique_actors":
        return len(people_of(items))
    if intensity.type == "avg":
        numbers = _numbers(world, items, intensity.property)
        return sum(numbers) / len(numbers) if numbers else None
    counts = sorted(Counter(item.actor for item in items if item.actor).values())
    if not counts:
        return None
    if intensity.type == "avg_per_actor":
        return sum(counts) / len(counts)
    place = (len(counts) - 1) * intensity.percentile
    low, high = counts[math.floor(place)], counts[math.ceil(place)]
    return low + (place - math.floor(place)) * (high - low)
