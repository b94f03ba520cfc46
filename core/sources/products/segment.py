"""Segment's calls, and those of RudderStack and other libraries with its API: one object per call,
whose `type` names the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut
from core.sources.products.nested import at, same
from core.sources.web.agents import described

SIGN: Final = frozenset({"type"})

MARKS: Final = frozenset({"anonymousId", "messageId", "originalTimestamp", "sentAt", "userId"})

CALLS: Final = frozenset({"track", "page", "screen", "identify", "alias", "group"})

OTHER_CALLS: Final = frozenset({"delete", "merge"})
"""Calls that are neither events nor about people."""

_TIMES: Final = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")

_LIFTED: Final = {
    "language": ("locale",),
    "country": ("location", "country"),
    "region": ("location", "region"),
    "city": ("location", "city"),
    "os": ("os", "name"),
    "device_model": ("device", "model"),
    "device_type": ("device", "type"),
    "version": ("app", "version"),
}
"""Context column -> its path in `context`."""

_DELIVERY: Final = frozenset({
    "_metadata", "anonymousId", "category", "channel", "context", "event", "groupId",
    "integrations", "messageId", "name", "originalTimestamp", "previousId", "projectId",
    "properties", "receivedAt", "request_ip", "rudderId", "sentAt", "timestamp", "traits", "type",
    "userId", "version", "writeKey",
})  # fmt: skip


def is_call(found: Mapping[str, Any]) -> bool:
    """Whether an object with the names of a call is a call."""
    call = found["type"]
    return isinstance(call, str) and call in CALLS


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield the plain lines of one call."""
    call, user, device = found.get("type"), found.get("userId"), found.get("anonymousId")
    given = found.get("context")
    context: Mapping[str, Any] = given if isinstance(given, dict) else {}
    who = {"user_id": user, "device_id": device, "time": _time(found)}
    if not isinstance(call, str) or call not in CALLS | OTHER_CALLS:
        yield found
    elif call == "group" or call in OTHER_CALLS:
        yield LeftOut(f"{call} calls")
        if user and device:
            yield {"type": "identify", **who}
    elif call == "identify":
        yield {"type": "identify", **who, "traits": found.get("traits") or context.get("traits")}
    elif call == "alias":
        previous = found.get("previousId")
        if previous:
            yield from same(previous, who)
        else:
            yield {"type": "alias", "previous_id": device, **who}
    else:
        yield _event(found, call, who, context)


def _event(
    found: Mapping[str, Any], call: str, who: dict[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    kept = {name: value for name, value in context.items() if name not in ("ip", "traits")}
    properties, agent = found.get("properties"), context.get("userAgent")
    seen = described(agent) if isinstance(agent, str) else {}
    line = {
        "event": found.get("event") if call == "track" else call,
        **who,
        "session_id": context.get("sessionId"),
        "insert_id": found.get("messageId"),
        **seen,
        **{c: at(context, path) or seen.get(c) for c, path in _LIFTED.items()},
        "properties": properties,
    }
    beside = {name: value for name, value in found.items() if name not in _DELIVERY}
    if call != "track":
        beside |= {name: found.get(name) for name in ("name", "category") if found.get(name)}
    if kept:
        beside["context"] = kept
    if isinstance(properties, dict):
        line["properties"] = {**beside, **properties}
    elif not properties:
        line["properties"] = beside
    return line


def _time(found: Mapping[str, Any]) -> Any:
    return next((found[name] for name in _TIMES if found.get(name)), None)
