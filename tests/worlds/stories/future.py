"""A world with events dated after now (definitions 1.9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.worlds.world import HOUR, Event, World

NOW = int(datetime(2025, 4, 9, 12, tzinfo=UTC).timestamp() * 1000)


def event(name: str, after: float, user: str, **more: Any) -> Event:
    """An event so many hours after now."""
    return Event(name, NOW + round(after * HOUR), user, **more)


WORLD = World(
    (
        event("signup", -1, "ann", context={"country": "NL"}),
        event("view", 3, "ann", context={"country": "US"}, properties={"n": 5}),
        event("buy", 47, "ann"),
        event("signup", -30, "bob", context={"country": "NL"}, properties={"n": 1}),
        event("view", -0.2, "bob", properties={"n": 2}),
        event("view", 0.2, "bob", properties={"n": 3}),
        event("view", 2, "cem", context={"country": "DE"}),
        event("signup", 200, "dee"),
        event("view", 0, "eve"),
    ),
    now=NOW,
)
