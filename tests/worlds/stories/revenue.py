"""Events that bring revenue in every way they may say so (definitions 2.6)."""

from __future__ import annotations

from typing import Any

from tests.worlds.world import DAY, Event, World

EVENTS: list[tuple[str, dict[str, Any], float | None]] = [
    ("look", {"$revenue": 5}, 5),
    ("look", {"revenue": 2.5}, 2.5),
    ("look", {"$revenue": 5, "revenue": 2, "price": 7, "quantity": 2}, 5),
    ("look", {"$revenue": "none", "revenue": 2}, 2),
    ("look", {"price": 7, "quantity": 2}, 14),
    ("look", {"$price": 7, "$quantity": 3}, 21),
    ("look", {"price": 7}, None),
    ("look", {"amount": 7}, None),
    ("purchase", {"amount": 7}, 7),
    ("purchase", {"amount": 7, "quantity": 2}, 14),
    ("purchase", {"price": 7}, 7),
    ("purchase", {"amount": 7, "revenue": 6}, 6),
    ("Order Completed", {"amount": "9.5"}, 9.5),
    ("refund", {"amount": -3}, -3),
    ("purchase", {}, None),
]


def world(events: list[tuple[str, dict[str, Any], float | None]]) -> World:
    """The events, each of a person of its own who was first seen a minute before."""
    held = []
    for n, (name, properties, _) in enumerate(events):
        held.append(Event("open", n * 1000, f"u{n:02}"))
        held.append(Event(name, 60_000 + n * 1000, f"u{n:02}", properties=properties))
    return World(tuple(held), now=DAY // 2)
