"""Mixpanel raw export: {"event": ..., "properties": {"time": ..., "distinct_id": ..., ...}}.

Everything except the name is inside `properties`, mixed with the sender's own properties. A
distinct_id that starts with "$device:" is an anonymous device.
"""

from __future__ import annotations

from typing import Final

DEVICE_PREFIX: Final = "$device:"

SIGN: Final = frozenset({"event", "properties"})
INSIDE_SIGN: Final = frozenset({"time", "distinct_id"})

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
"""Names of this format and what they mean."""

INSIDE: Final = INSIDE_SIGN | frozenset(RENAMES) | {"$insert_id", "$device_id", "$user_id"}
"""Names that Mixpanel puts inside `properties`."""

INSIDE_OF: Final = {"$create_alias": {"alias": "previous_id"}}
"""Names that are Mixpanel's only on one kind of line, and what they mean."""
