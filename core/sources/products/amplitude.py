"""Amplitude's Export API: one flat object per event, with a long envelope around it; and its file
of merged ids.

An `amplitude_id` is one person, whatever the devices and user ids: here it becomes a user id of its
own, `amplitude_id:77`, which owns its devices and is the same person as its user.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from core.records import Change, LeftOut, Once
from core.sources.placeholders import is_placeholder
from core.sources.products.nested import columns, first, inside, only

SIGN: Final = frozenset({"event_type", "event_time", "event_properties"})
SAME_FOR: Final = 7 * 86_400_000
"""Within how many ms Amplitude considers two events with one $insert_id the same."""

MARKS: Final = frozenset({"$insert_id", "amplitude_id", "server_upload_time", "uuid"})
_SENT: Final = {
    "time": "event_time", "insert_id": "$insert_id", "app_version": "version_name",
    "ip": "ip_address",
}  # fmt: skip
"""Name of an event as a library sends it -> its name in the export."""

_SENT_SIGN: Final = frozenset({"event_type", "time"})
_SENT_PROPERTIES: Final = frozenset({"event_properties", "user_properties"})
_SENT_MARKS: Final = frozenset(
    {"insert_id", "device_id", "session_id", "os_name", "app_version", "library"}
)

MERGED: Final = frozenset({"amplitude_id", "merged_amplitude_id"})
"""Names in a line of the file of merged ids."""

_COLUMNS: Final = {
    "country": "country",
    "region": "region",
    "city": "city",
    "dma": "dma",
    "language": "language",
    "platform": "platform",
    "os_name": "os",
    "device_family": "device_model",
    "device_model": "device_model",
    "device_type": "device_type",
    "version_name": "version",
}
"""Name -> context column; of several names for one column the last is best."""

_ENVELOPE: Final = frozenset({
    "$insert_id", "$insert_key", "$schema", "amplitude_attribution_ids", "amplitude_event_type",
    "amplitude_id", "app", "client_event_time", "client_upload_time", "data", "data_type",
    "device_id", "event_id", "event_properties", "event_time", "event_type",
    "global_user_properties", "group_properties", "groups", "ip_address", "is_attribution_event",
    "library", "plan", "processed_time", "sample_rate", "server_received_time",
    "server_upload_time", "session_id", "source_id", "user_creation_time", "user_id",
    "user_properties", "uuid",
}) | frozenset(_COLUMNS)  # fmt: skip
"""Names that are no properties of the sender: they have a meaning, or only describe the delivery.

`event_id` is unique only within one device, so `$insert_id`, else `uuid`, identifies an event.
"""

_SETS: Final = "$set"
_SETS_ONCE: Final = "$setOnce"
_UNSETS: Final = "$unset"
_CLEARS: Final = "$clearAll"
_CHANGES: Final = {
    "$add": "add", "$append": "append", "$prepend": "prepend", "$postInsert": "insert",
    "$preInsert": "insert_first", "$remove": "remove",
}  # fmt: skip
"""Operation -> how it changes a trait."""


class Events:
    """Reshapes the events of one file, and remembers what was said about amplitude_ids."""

    def __init__(self) -> None:
        self._said: dict[tuple[Any, Any], str] = {}

    def reshape(self, found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
        """Yield the plain lines of one event."""
        event, user, device = found["event_type"], found.get("user_id"), found.get("device_id")
        who = {"user_id": user, "device_id": device, "time": found.get("event_time")}
        given = inside(found.get("user_properties"))
        traits = traits_of(given, first(found, ("$insert_id", "uuid"))) if given else {}
        if event == "$groupidentify":
            yield LeftOut("descriptions of groups")
            return
        if event == "$identify":
            yield {"type": "identify", **who, "traits": traits}
        else:
            yield _event(found, who, traits)
        if user and is_placeholder(str(user)):
            user = None
        person, other = found.get("amplitude_id"), user or device
        ids = isinstance(person, (int, str)) and isinstance(other, (int, str))
        if person and other and ids and self._is_news(person, other, who["time"]):
            own = own_id(person)
            if user:
                yield {"type": "alias", "previous_id": own, "user_id": user, "time": who["time"]}
            else:
                yield {"type": "identify", **who, "user_id": own}

    def reshape_sent(self, found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
        """Yield the plain lines of one event as a library sends it."""
        return self.reshape({_SENT.get(name, name): value for name, value in found.items()})

    def _is_news(self, person: Any, other: Any, time: Any) -> bool:
        """Whether two ids were not said to be one person at an earlier time."""
        known = self._said.get((person, other))
        if known is not None and known <= str(time):
            return False
        self._said[person, other] = str(time)
        return True


def is_sent(names: Collection[str]) -> bool:
    """Whether names are those of an event as a library sends it to Amplitude."""
    found = frozenset(names)
    return bool(
        found >= _SENT_SIGN
        and "event_time" not in found
        and found & _SENT_PROPERTIES
        and found & _SENT_MARKS
    )


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


def traits_of(properties: Mapping[str, Any], statement: Any) -> dict[str, Any]:
    """Return the traits in user properties, which may be operations.

    Args:
        statement: identifies the event, for operations that must not be applied twice.
    """
    traits = {name: value for name, value in properties.items() if not name.startswith("$")}
    if len(traits) == len(properties):
        return traits
    for name, value in inside(properties.get(_SETS_ONCE)).items():
        traits.setdefault(name, Once(value))
    traits |= inside(properties.get(_SETS))
    traits |= dict.fromkeys(inside(properties.get(_UNSETS)))
    for name, how in _CHANGES.items():
        for key, value in inside(properties.get(name)).items():
            traits.setdefault(key, Change(how, value, f"{statement}"))
    if _CLEARS in properties:
        traits[""] = Change("clear", None, f"{statement}")
    return traits


def _event(found: Mapping[str, Any], who: dict[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    fields = dict(found)
    line = {
        "event": fields["event_type"],
        **who,
        "session_id": fields.get("session_id"),
        "insert_id": first(fields, ("$insert_id", "uuid")),
        **columns(fields, _COLUMNS),
    }
    if traits:
        line["traits"] = traits
    beside = {n: v for n, v in fields.items() if v is not None and n not in _ENVELOPE}
    given = inside(fields.get("groups"))
    groups = {f"group_{kind}": only(value) for kind, value in given.items()} if given else {}
    properties = fields.get("event_properties")
    if groups or beside or not isinstance(properties, dict):
        properties = {**groups, **beside, **inside(properties)}
    return {**line, "properties": properties}
