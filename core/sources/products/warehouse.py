"""Tables that Segment and RudderStack keep in a warehouse: one for each kind of call, `tracks`,
`pages`, `screens`, `identifies`, `aliases`, `groups` and `users`, and one for each event, with
names in snake case and what was nested in columns such as `context_os_name`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut
from core.sources.products.nested import columns, first, others, same
from core.sources.web.agents import described

_COMMON: Final = frozenset({"id", "received_at"})
_ALSO: Final = frozenset({"original_timestamp", "uuid_ts"})
_PEOPLE: Final = frozenset({"anonymous_id", "user_id", "previous_id"})
_CONTEXT: Final = "context_"

_COLUMNS: Final = {
    "context_location_country": "country",
    "context_location_region": "region",
    "context_location_city": "city",
    "context_locale": "language",
    "context_os_name": "os",
    "context_device_model": "device_model",
    "context_device_type": "device_type",
    "context_app_version": "version",
}
_TIMES: Final = ("timestamp", "original_timestamp", "sent_at", "received_at")
_OF_A_PAGE: Final = frozenset({"path", "referrer", "search", "title", "url"})
_OF_A_PERSON: Final = frozenset({
    "avatar", "birthday", "company", "created_at", "email", "first_name", "last_name", "phone",
    "plan", "username",
})  # fmt: skip
_DELIVERY: Final = frozenset({
    "_dbt_source_relation", "anonymous_id", "channel", "context_ip", "event", "event_text", "id",
    "loaded_at", "original_timestamp", "previous_id", "received_at", "request_ip", "sent_at",
    "timestamp", "user_id", "uuid", "uuid_ts",
}) | frozenset(_COLUMNS)  # fmt: skip


def is_table(names: Collection[str]) -> bool:
    """Whether columns are those of such a table."""
    found = frozenset(names)
    if not found >= _COMMON or not found & (_ALSO | _contexts(found)):
        return False
    if found & _PEOPLE:
        return "timestamp" in found or "original_timestamp" in found
    return bool(found & _OF_A_PERSON)


def _contexts(names: Collection[str]) -> set[str]:
    return {name for name in names if name.startswith(_CONTEXT)}


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield the plain lines of one row; the columns it has tell what kind of call it was."""
    found = {name: value for name, value in found.items() if value not in (None, "")}
    user, device = found.get("user_id"), found.get("anonymous_id")
    who = {"user_id": user, "device_id": device, "time": first(found, _TIMES)}
    kept = others(found, _DELIVERY)
    if found.get("event") or found.get("event_text"):
        yield _event(found, first(found, ("event_text", "event")), who, kept)
    elif found.get("previous_id"):
        yield from same(found["previous_id"], who)
    elif found.get("group_id"):
        yield LeftOut("group calls")
        if user and device:
            yield {"type": "identify", **who}
    elif not (user or device):
        traits = _traits(kept)
        yield {"type": "identify", **who, "user_id": found["id"], "traits": traits}
    elif found.keys() & _OF_A_PAGE and not found.keys() & _OF_A_PERSON:
        yield _event(found, "page", who, kept)
    elif found.get("name") and not found.keys() & _OF_A_PERSON:
        yield _event(found, "screen", who, kept)
    else:
        yield {"type": "identify", **who, "traits": _traits(kept)}


def _event(
    found: Mapping[str, Any], name: Any, who: dict[str, Any], properties: dict[str, Any]
) -> dict[str, Any]:
    agent = found.get("context_user_agent")
    return {
        "event": name,
        **who,
        "session_id": first(found, ("context_session_id",)),
        "insert_id": found.get("id"),
        **(described(agent) if isinstance(agent, str) else {}),
        **columns(found, _COLUMNS),
        "properties": properties,
    }


def _traits(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if not name.startswith(_CONTEXT)}
