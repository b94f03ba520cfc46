"""Ahoy (Rails): its tables ahoy_events and ahoy_visits, as CSV or in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut

EVENTS: Final = frozenset({"user_id", "name", "properties", "time"})
OF_VISITS: Final = frozenset({"visit_id", "visit_token"})
"""Names of which events have one."""

VISITS: Final = frozenset({"visit_token", "visitor_token", "started_at"})

_CONTEXT: Final = {
    "browser": "browser", "os": "os", "device_type": "device_type", "country": "country",
    "region": "region", "city": "city", "platform": "platform", "app_version": "version",
}  # fmt: skip

_OF_A_VISIT: Final = frozenset({
    *_CONTEXT, "id", "ip", "started_at", "user_agent", "user_id", "visit_token", "visitor_token",
})  # fmt: skip
"""Fields that are not properties of a visit; the IP address is not stored."""

_VISITED: Final = ("browser", "os", "device_type", "country", "region", "city")


def joined(visits: Collection[str]) -> str:
    """Return the statement that reads events with what the visits of a database say of them; "" if
    these have no visitors.

    Args:
        visits: the columns of ahoy_visits.
    """
    if not {"id", "visitor_token"} <= set(visits):
        return ""
    named = ", ".join(f"v.{name}" for name in ("visitor_token", *_VISITED) if name in visits)
    return (
        f"select e.*, {named} from ahoy_events as e left join ahoy_visits as v on v.id = e.visit_id"
    )


def reshape_event(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield one event. Its visit is the session, and the device of whoever signs in later."""
    visit = found.get("visit_id") or found.get("visit_token")
    yield {
        "event": found.get("name"),
        "time": found.get("time"),
        "user_id": found.get("user_id"),
        "device_id": found.get("visitor_token") or _device(visit),
        "session_id": visit,
        "insert_id": found.get("id"),
        **_context(found),
        "properties": found.get("properties"),
    }


def reshape_visit(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield an event called "visit", which links its device to the user who signed in.

    A visitor has several visits, so it becomes a user of its own, `visitor:TOKEN`, which owns the
    visits of nobody and is the same person as the user of the others.
    """
    visit, user, time = found.get("id"), found.get("user_id"), found.get("started_at")
    yield {
        "event": "visit",
        "time": time,
        "user_id": user,
        "device_id": _device(visit) or found.get("visitor_token"),
        "session_id": visit,
        "insert_id": found.get("visit_token"),
        **_context(found),
        "properties": {
            name: value
            for name, value in found.items()
            if name not in _OF_A_VISIT and value not in (None, "")
        },
    }
    visitor = found.get("visitor_token")
    if visitor and visit and user:
        yield {"type": "alias", "previous_id": f"visitor:{visitor}", "user_id": user, "time": time}
    elif visitor and visit:
        who = {"user_id": f"visitor:{visitor}", "device_id": _device(visit)}
        yield {"type": "identify", **who, "time": time}


def _device(visit: Any) -> str | None:
    return f"visit-{visit}" if visit not in (None, "") else None


def _context(found: Mapping[str, Any]) -> dict[str, Any]:
    return {column: found[name] for name, column in _CONTEXT.items() if found.get(name)}
