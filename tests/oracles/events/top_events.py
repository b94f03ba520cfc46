"""The most frequent events (definitions 4.3), in plain loops."""

from __future__ import annotations

from typing import Any

from core.timeframe import resolve
from tests.oracles.conditions import matching, people_of
from tests.oracles.seen import as_asked, calendar_of, earliest
from tests.oracles.times import within
from tests.worlds.world import World


@as_asked
def top_events(world: World, question: Any) -> list[tuple[str, int, int]]:
    """(event, count, users), the most frequent first, ties by name (definitions 4.3)."""
    span = resolve(question.range, calendar_of(world), world.now, earliest(world))
    items = within(matching(world, "_all", question.conditions), span.start, span.end)
    rows = []
    for name in {item.name for item in items}:
        own = [item for item in items if item.name == name]
        rows.append((name, len(own), len(people_of(own))))
    at = {"count": 1, "users": 2}[question.order_by]
    return sorted(rows, key=lambda row: (-row[at], row[0]))[: question.limit]
