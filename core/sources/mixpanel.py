"""Mixpanel raw export: {"event": ..., "properties": {"time": ..., "distinct_id": ..., ...}}.

Everything but the name is inside `properties`; the reader lifts it out before names are looked
at. A distinct_id that starts with "$device:" is an anonymous device.
"""

from __future__ import annotations

from typing import Final

DEVICE_PREFIX: Final = "$device:"
INSIDE: Final = frozenset(
    {"time", "distinct_id", "$insert_id", "$device_id", "$user_id", "insert_id"}
)
"""Keys of `properties` that say it holds what is missing at the top of the line."""

SIGN: Final = frozenset({"event", "distinct_id", "time"})
RENAMES: Final[dict[str, str | None]] = {
    "mp_country_code": "country",
    "$city": "city",
    "$region": "region",
    "$os": "os",
    "$browser": "browser",
    "$model": "device_model",
    "$app_version_string": "version",
    "$identified_id": "user_id",
    "$anon_id": "anonymous_id",
    "alias": "previous_id",
}
"""Names of this format that mean one of ours."""
