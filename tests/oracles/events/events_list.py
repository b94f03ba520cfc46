"""The list of events (definitions 9.11), in plain loops."""

from __future__ import annotations

from typing import Any

from core.filters import atoms
from tests.oracles.conditions import matching, people_of
from tests.oracles.seen import as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World


@as_asked
def events_list(world: World, question: Any) -> list[tuple[str, int, int, float | None]]:
    """(event, count, users, share of the active), most frequent first."""
    span = span_of(world, question)
    about_people = [
        clause
        for clause in question.conditions
        if all(a.field == "user" or a.field.startswith("trait:") for a in atoms(clause))
    ]
    active = len(people_of(within(matching(world, None, about_people), span.start, span.end)))
    rows = []
    stored = {event.event for event in world.events if not world.flagged(event.event, "deleted")}
    for name in stored:
        own = within(matching(world, name, question.conditions), span.start, span.end)
        users = len(people_of(own))
        rows.append((name, len(own), users, users / active if active else None))
    return sorted(rows, key=lambda row: (-row[1], row[0]))
