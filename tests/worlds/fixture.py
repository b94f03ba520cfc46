"""The fixture of definitions appendix A."""

from __future__ import annotations

from typing import Any

from tests.worlds.world import Event, World, utc_ms

_ITEMS = """
04-07T10:00 a s1 sign_up
04-07T10:05 a s1 view_item shirt
04-07T10:06 a s1 add_to_cart shirt
04-07T10:10 a s1 purchase shirt 20
04-08T09:59 a s2 view_item jeans
04-15T11:00 a s3 view_item hat
04-07T12:00 b s4 sign_up
04-08T12:00 b s5 add_to_cart jeans
04-08T12:30 b s5 contact_support
04-08T13:00 b s5 purchase jeans 50
04-09T08:00 c s6 add_to_cart hat
04-09T08:10 c s6 sign_up
04-09T08:20 c s6 purchase hat 10
04-01T09:00 d s7 sign_up
04-01T09:30 d s7 view_item hat
04-14T09:00 d s8 add_to_cart hat
04-14T10:00 e s9 sign_up
04-16T10:00 e s10 sign_up
04-16T10:30 e s10 add_to_cart shirt
04-16T10:30 e s10 purchase shirt 20
03-01T10:00 f s11 view_item shirt
"""
_COUNTRY = {"a": "NL", "b": "US", "c": "US", "d": "NL", "e": "DE", "f": "NL"}
_PLAN = {"a": "pro", "b": "free", "c": "free", "d": "pro", "f": "free"}


def appendix_a() -> World:
    """The fixture of definitions appendix A; event 1 of its table has number 0 here."""
    events = []
    for line in _ITEMS.strip().splitlines():
        when, user, session, event, *more = line.split()
        properties: dict[str, Any] = {}
        if more:
            properties["item"] = more[0]
        if len(more) > 1:
            properties["amount"] = int(more[1])
        device = "phone-a" if session == "s3" else f"device-{user}"
        events.append(
            Event(
                event,
                utc_ms(f"2025-{when}"),
                user,
                device,
                session,
                {"country": _COUNTRY[user]},
                properties,
            )
        )
    traits = tuple((u, "plan", p, utc_ms("2025-04-01")) for u, p in _PLAN.items())
    return World(tuple(events), traits=traits, now=utc_ms("2025-04-20T12:00"))


A_RANGE = "2025-04-07,2025-04-20"
"""Range R of appendix A."""
