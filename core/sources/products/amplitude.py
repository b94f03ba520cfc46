"""Amplitude's Export API: one flat object per event, with a long envelope around it; and its file
of merged ids.

An `amplitude_id` is one person, whatever the devices and user ids: here it becomes a user id of its
own, `amplitude_id:77`, which owns its devices and is the same person as its user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut, Once
from core.sources.products.nested import first, inside

SIGN: Final = frozenset({"event_type", "event_time", "event_properties"})
SAME_FOR: Final = 7 * 86_400_000
"""Within how many ms Amplitude considers two events with one $insert_id the same."""

MARKS: Final = frozenset({"$insert_id", "amplitude_id", "server_upload_time", "uuid"})
MERGED: Final = frozenset({"amplitude_id", "merged_amplitude_id"})
"""Names in a line of the file of merged ids."""

_CONTEXT: Final = {
    "country": ("country",),
    "region": ("region",),
    "city": ("city",),
    "dma": ("dma",),
    "language": ("language",),
    "platform": ("platform",),
    "os": ("os_name",),
    "device_model": ("device_model", "device_family"),
    "device_type": ("device_type",),
    "version": ("version_name",),
}
"""Context column -> Amplitude's names for it."""

_ENVELOPE: Final = frozenset({
    "$insert_id", "$insert_key", "$schema", "amplitude_attribution_ids", "amplitude_event_type",
    "amplitude_id", "app", "client_event_time", "client_upload_time", "data", "data_type",
    "device_id", "event_id", "event_properties", "event_time", "event_type",
    "global_user_properties", "group_properties", "groups", "ip_address", "is_attribution_event",
    "library", "plan", "processed_time", "sample_rate", "server_received_time",
    "server_upload_time", "session_id", "source_id", "user_creation_time", "user_id",
    "user_properties", "uuid",
}) | {name for names in _CONTEXT.values() for name in names}  # fmt: skip
"""Names that are not properties set by the sender: they have a meaning, or only describe delivery.

`event_id` is unique only within one device, so `$insert_id`, else `uuid`, identifies an event.
"""

_SETS: Final = "$set"
_SETS_ONCE: Final = "$setOnce"
_UNSETS: Final = "$unset"


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield the plain lines of one event."""
    event, user, device = found["event_type"], found.get("user_id"), found.get("device_id")
    who = {"user_id": user, "device_id": device, "time": found.get("event_time")}
    traits = traits_of(inside(found.get("user_properties")))
    if event == "$groupidentify":
        yield LeftOut("descriptions of groups")
        return
    if event == "$identify":
        yield {"type": "identify", **who, "traits": traits}
    else:
        yield _event(found, who, traits)
    person = found.get("amplitude_id")
    if person in (None, "", 0):
        return
    own = own_id(person)
    if user not in (None, ""):
        yield {"type": "alias", "previous_id": own, "user_id": user, "time": who["time"]}
    elif device not in (None, ""):
        yield {"type": "identify", **who, "user_id": own}


def reshape_merged(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statement of one line of the file of merged ids."""
    yield {
        "type": "alias",
        "previous_id": own_id(found["amplitude_id"]),
        "user_id": own_id(found["merged_amplitude_id"]),
        "time": first(found, ("merge_event_time", "merge_server_time")),
    }


def own_id(amplitude_id: Any) -> str:
    """Return the user id that stands for an amplitude_id."""
    return f"amplitude_id:{amplitude_id}"


def traits_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the traits in user properties, which may be operations.

    Sums and lists ($add, $append, ...) are not included: their result is not in the operation but
    in the user properties of the events that follow.
    """
    traits = {name: value for name, value in properties.items() if not name.startswith("$")}
    for name, value in inside(properties.get(_SETS_ONCE)).items():
        traits.setdefault(name, Once(value))
    traits |= inside(properties.get(_SETS))
    traits |= dict.fromkeys(inside(properties.get(_UNSETS)))
    return traits


def _event(found: Mapping[str, Any], who: dict[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    fields = dict(found)
    line = {
        "event": fields["event_type"],
        **who,
        "session_id": fields.get("session_id"),
        "insert_id": first(fields, ("$insert_id", "uuid")),
        **{column: first(fields, names) for column, names in _CONTEXT.items()},
    }
    if traits:
        line["traits"] = traits
    beside = {n: v for n, v in fields.items() if v is not None and n not in _ENVELOPE}
    groups = {f"group_{kind}": _group(v) for kind, v in inside(fields.get("groups")).items()}
    properties = fields.get("event_properties")
    if groups or beside or not isinstance(properties, dict):
        properties = {**groups, **beside, **inside(properties)}
    return {**line, "properties": properties}


def _group(value: Any) -> Any:
    """Return the one group of a type, or all of them."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
