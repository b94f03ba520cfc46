"""Mixpanel's raw export, {"event": ..., "properties": {"time": ..., "distinct_id": ..., ...}}, and
its events in a warehouse.

Everything about an event except its name is inside `properties`, mixed with the sender's own
properties. A distinct_id that starts with "$device:" is an anonymous device. Times are numbers;
projects created before 2023 write local wall-clock time as if it were UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.records import Refused
from core.sources.moments import to_ms
from core.sources.placeholders import is_placeholder
from core.sources.products.nested import columns, first, inside

DEVICE_PREFIX: Final = "$device:"

SIGN: Final = frozenset({"event", "properties"})
_INSIDE_SIGN: Final = frozenset({"time", "distinct_id"})

TABLE_SIGN: Final = frozenset({"event", "distinct_id", "time"})
TABLE_MARKS: Final = frozenset(
    {"$insert_id", "$mp_api_endpoint", "mp_country_code", "mp_lib", "mp_processing_time_ms"}
)
"""The same names as columns of a table, or as keys at the top level."""

RENAMES: Final[dict[str, str | None]] = {
    "mp_country_code": "country",
    "$city": "city",
    "$region": "region",
    "$os": "os",
    "$browser": "browser",
    "$device": "device",
    "$model": "device_model",
    "$app_version": "app_version",
    "$app_version_string": "version",
    "$identified_id": "user_id",
    "$anon_id": "anonymous_id",
}
"""Names of a table and their meanings."""

_COLUMNS: Final = {
    "mp_country_code": "country",
    "$region": "region",
    "$city": "city",
    "$os": "os",
    "$device": "device_model",
    "$model": "device_model",
    "$browser": "browser",
    "$app_version": "version",
    "$app_version_string": "version",
}
"""Name -> context column; of several names for one column the last is best."""

_LIFTED: Final = frozenset(_COLUMNS) | {
    "$anon_id", "$device_id", "$distinct_id_before_identity", "$distinct_ids", "$identified_id",
    "$insert_id", "$user_id", "distinct_id", "ip", "time",
}  # fmt: skip
"""Names inside `properties` that do not stay there."""

_BEGIN: Final = datetime(1970, 1, 1)


def shows(found: Mapping[str, Any]) -> bool:
    """Whether an object with an event and properties is from the raw export."""
    return found.keys() == SIGN and _is_whole(found["properties"])


def _is_whole(properties: Any) -> bool:
    return isinstance(properties, dict) and properties.keys() >= _INSIDE_SIGN


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plain lines of one event."""
    properties = found["properties"]
    if not _is_whole(properties):
        yield found
        return
    event = found["event"]
    user, device = _person(properties)
    top = {name: value for name, value in found.items() if name not in SIGN}
    at = None if "time" in top else _wall(properties["time"])
    who = {"user_id": user, "device_id": device, "time": top.pop("time", at)}
    if event == "$identify":
        yield from _identify(properties, who)
    elif event == "$merge":
        yield from _merge(properties, who)
    elif event == "$create_alias":
        yield {"type": "alias", "previous_id": properties.get("alias"), **who}
    else:
        yield _event(event, properties, who, keep_time=at is None) | top
    before = properties.get("$distinct_id_before_identity")
    if user and isinstance(before, str) and before not in ("", user):
        yield from _same(before, user, who)


def _event(
    event: Any, properties: Mapping[str, Any], who: dict[str, Any], *, keep_time: bool
) -> dict[str, Any]:
    kept = {name: value for name, value in properties.items() if name not in _LIFTED}
    if keep_time:
        kept["time"] = properties["time"]
    line = {"event": event, **who, "insert_id": properties.get("$insert_id")}
    return {**line, **columns(properties, _COLUMNS), "properties": kept}


def _person(properties: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the user id and the device id of an event."""
    said, user = properties["distinct_id"], properties.get("$user_id")
    device = properties.get("$device_id")
    if isinstance(said, str) and said.startswith(DEVICE_PREFIX):
        return user, device or said.removeprefix(DEVICE_PREFIX)
    if said == device:
        return user, device
    return said or user, device


def _identify(properties: Mapping[str, Any], who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    user = properties.get("$identified_id") or who["user_id"]
    anonymous = properties.get("$anon_id") or who["device_id"]
    if not isinstance(anonymous, str):
        yield {"type": "identify", **who, "user_id": user}
        return
    device = anonymous.removeprefix(DEVICE_PREFIX)
    yield {"type": "identify", **who, "user_id": user, "device_id": device}
    refused = is_placeholder(anonymous) or is_placeholder(str(user))
    if device == anonymous and user and user != anonymous and not refused:
        yield {"type": "alias", **who, "previous_id": anonymous, "user_id": user}


def _merge(properties: Mapping[str, Any], who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given = properties.get("$distinct_ids")
    ids = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    users = [each for each in ids if not each.startswith(DEVICE_PREFIX)]
    if len(ids) < 2 or not users:
        raise Refused("merge without two ids")
    kept = who["user_id"] if who["user_id"] in users else users[0]
    for each in ids:
        if each != kept:
            yield from _same(each, kept, who)


def _same(other: str, user: str, who: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statement that a distinct id, of a device or a user, is this user."""
    device = other.removeprefix(DEVICE_PREFIX)
    if device != other:
        yield {"type": "identify", **who, "user_id": user, "device_id": device}
    else:
        yield {"type": "alias", **who, "previous_id": other, "user_id": user}


def _wall(time: Any) -> Any:
    """Return a time as text without a zone, to be read in the zone given for the import, UTC by
    default; anything but a number unchanged.
    """
    if isinstance(time, (int, float)) and not isinstance(time, bool):
        try:
            at = _BEGIN + timedelta(milliseconds=to_ms(time))
        except Refused:
            return time
        return at.isoformat(" ", "milliseconds")
    return time


_NESTED: Final = frozenset({"distinct_id", "time", "properties"})
_NESTED_NAMES: Final = ("event_name", "mp_event_name", "name")
_NESTED_MARKS: Final = frozenset(
    {"insert_id", "$insert_id", "mp_insert_id", "mp_processing_time_ms", "sampling_factor"}
)
_NESTED_IDS: Final = {
    "distinct_id": ("distinct_id",),
    "time": ("time",),
    "$insert_id": ("insert_id", "$insert_id", "mp_insert_id"),
    "$device_id": ("device_id", "$device_id", "mp_device_id"),
    "$user_id": ("user_id", "$user_id", "mp_user_id"),
}
_NESTED_USED: Final = frozenset({
    "properties", *_NESTED_NAMES, "mp_date", "sampling_factor", "dataset", "labels",
    "mp_processing_time_ms",
}) | frozenset(name for names in _NESTED_IDS.values() for name in names)  # fmt: skip


def is_nested(names: Collection[str]) -> bool:
    """Whether names are those of an event in a warehouse, or in an answer of a query: an id, a time
    and the event's name beside its properties.
    """
    found = frozenset(names)
    return bool(
        found >= _NESTED
        and "event" not in found
        and found & frozenset(_NESTED_NAMES)
        and found & _NESTED_MARKS
    )


def reshape_nested(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plain lines of one event of a warehouse."""
    ids = {name: first(found, names) for name, names in _NESTED_IDS.items()}
    beside = {name: value for name, value in found.items() if name not in _NESTED_USED}
    said = {name: value for name, value in ids.items() if value is not None}
    properties = {**beside, **inside(found["properties"]), "distinct_id": None, **said}
    yield from reshape({"event": first(found, _NESTED_NAMES), "properties": properties})
