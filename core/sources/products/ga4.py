"""GA4's export to BigQuery as JSON lines: one object per event, with its parameters in a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.records import Refused
from core.sources.products.nested import at, first, inside, listed
from core.sources.values import load, typed

SIGN: Final = frozenset({"event_name", "event_timestamp", "event_params"})

MARKS: Final = frozenset({"user_pseudo_id", "event_date", "stream_id"})

_CONTEXT: Final = {
    "country": ("geo", "country"),
    "region": ("geo", "region"),
    "city": ("geo", "city"),
    "dma": ("geo", "metro"),
    "language": ("device", "language"),
    "platform": ("platform",),
    "os": ("device", "operating_system"),
    "device_model": ("device", "mobile_model_name"),
    "device_type": ("device", "category"),
    "browser": ("device", "web_info", "browser"),
    "version": ("app_info", "version"),
}
"""Context column -> its path in an event."""

_KEPT: Final = (
    "collected_traffic_source", "ecommerce", "event_value_in_usd", "items", "stream_id",
    "traffic_source",
)  # fmt: skip
"""Fields beside the parameters that describe the event."""

_NOTHING: Final = ("", "(not set)")

_OBJECTS: Final = frozenset({"app_info", "device", "geo", "items", "ecommerce", "traffic_source"})
"""Fields that a table has as JSON text."""

FLAT: Final = frozenset({"event_name", "event_timestamp", "user_pseudo_id"})
"""Columns of a query that selects parameters one by one."""

_USUAL: Final = frozenset(
    {"engagement_time_msec", "firebase_screen", "ga_session_id", "page_location"}
)
"""Parameters of which most events have one."""

_UNNESTED: Final = frozenset({"event_params.key", "event_params_key", "params.key"})
_FLAT_CONTEXT: Final = {
    "country": ("country", "geo.country", "geo_country"),
    "region": ("region", "geo.region", "geo_region"),
    "city": ("city", "geo.city", "geo_city"),
    "language": ("language", "device.language", "device_language"),
    "platform": ("platform",),
    "os": ("operating_system", "device.operating_system", "device_operating_system", "os"),
    "device_model": ("device.mobile_model_name", "device_mobile_model_name", "mobile_model_name"),
    "device_type": ("device.category", "device_category", "device_type"),
    "browser": ("browser", "device.web_info.browser", "device_web_info_browser", "device.browser"),
    "version": ("app_info.version", "app_info_version", "app_version"),
}
_FLAT_USED: Final = frozenset({
    *FLAT, "user_id", "ga_session_id", "event_params.ga_session_id", "event_date",
    "event_previous_timestamp", "event_bundle_sequence_id", "event_server_timestamp_offset",
    "user_first_touch_timestamp",
}) | frozenset(name for names in _FLAT_CONTEXT.values() for name in names)  # fmt: skip


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plain line of one event."""
    found = {name: _parsed(v) if name in _OBJECTS else v for name, v in found.items()}
    parameters = _values(found["event_params"])
    session = parameters.pop("ga_session_id", None)
    line = {
        "event": found["event_name"],
        "time": found["event_timestamp"],
        "user_id": found.get("user_id"),
        "device_id": found.get("user_pseudo_id"),
        "session_id": session,
    }
    for column, path in _CONTEXT.items():
        value = at(found, path) or (at(found, ("device", "browser")) if column == "browser" else "")
        line[column] = None if value in _NOTHING else value
    kept = {name: value for name in _KEPT if _says(value := found.get(name))}
    traits = _values(found.get("user_properties"))
    traits.pop("user_id", None)
    if traits:
        line["traits"] = traits
    yield {**line, "properties": {**kept, **parameters}}


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    return load(value, "properties")


def reshape_flat(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plain line of a row with one column for each parameter that was selected.

    Raises:
        Refused: a row of a query that unnests parameters, which has a row for each of them.
    """
    if found.keys() & _UNNESTED:
        raise Refused("a row of one parameter; export events without UNNEST")
    context = {column: first(found, names) for column, names in _FLAT_CONTEXT.items()}
    yield {
        "event": found.get("event_name"),
        "time": found.get("event_timestamp"),
        "user_id": found.get("user_id"),
        "device_id": found.get("user_pseudo_id"),
        "session_id": first(found, ("ga_session_id", "event_params.ga_session_id")),
        **{column: None if value in _NOTHING else value for column, value in context.items()},
        "properties": {
            name.removeprefix("event_params."): typed(value) if isinstance(value, str) else value
            for name, value in found.items()
            if name not in _FLAT_USED and value not in (None, *_NOTHING)
        },
    }


def _values(given: Any) -> dict[str, Any]:
    """Return a list of {key, value: {string_value, int_value, ...}} as an object.

    Parquet wraps the list and its elements; a query may return an object.
    """
    given = inside(given) or given
    if isinstance(given, dict) and "list" in given:
        given = [each.get("element") for each in listed(given["list"], "event_params")]
    elif isinstance(given, dict) and not _USUAL.isdisjoint(given):
        return {name: value for name, value in given.items() if value is not None}
    found = {}
    for each in listed(given, "event_params"):
        key, value = (each.get("key"), each.get("value")) if isinstance(each, dict) else ("", None)
        plain = _value(value) if isinstance(value, dict) else value
        if key and plain is not None:
            found[str(key)] = plain
    return found


def _value(value: Mapping[str, Any]) -> Any:
    """Return the one value of a parameter; whole numbers may be written as text."""
    if (text := value.get("string_value")) is not None:
        return text
    if (whole := value.get("int_value")) is not None:
        return _number(int, whole)
    for name in ("double_value", "float_value"):
        if (number := value.get(name)) is not None:
            return _number(float, number)
    return None


def _number(kind: type[int] | type[float], value: Any) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        return value


def _says(value: Any) -> bool:
    """Whether a field has a value, or a record has any."""
    if isinstance(value, dict):
        return any(_says(each) for each in value.values())
    return value is not None and value not in ("", "(not set)", [])
