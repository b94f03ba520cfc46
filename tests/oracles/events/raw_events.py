"""The events themselves (definitions 4.2, 1.8), in plain loops."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import matching
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World


@as_asked
def raw_events(world: World, question: Any) -> list[tuple[Any, ...]]:
    """All rows (ts, event, person, device, given session, properties), newest first."""
    span = span_of(world, question)
    items = within(
        matching(world, question.event or "_all", question.conditions), span.start, span.end
    )
    items.sort(key=lambda item: (item.ts, item.number), reverse=True)
    return [
        (
            item.ts, item.name, item.actor, item.event.device, item.event.session,
            dict(item.event.properties),
        )
        for item in items
    ]  # fmt: skip
