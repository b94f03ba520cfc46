"""PostHog's events: one object per line, with its libraries' fields inside `properties`."""

from __future__ import annotations

from typing import Final

SIGN: Final = frozenset({"event", "properties", "timestamp", "distinct_id"})

INSIDE_MARKS: Final = frozenset({"$lib", "$device_id", "$session_id", "$insert_id"})

RENAMES: Final[dict[str, str | None]] = {"$device": "device", "$app_version": "app_version"}
"""Names of this format and what they mean."""

INSIDE: Final = frozenset(RENAMES) | {
    "$browser", "$city", "$device_id", "$device_model", "$device_type", "$insert_id", "$locale",
    "$os", "$region", "$session_id", "$user_id",
}  # fmt: skip
"""Names that PostHog's libraries put inside `properties`."""
