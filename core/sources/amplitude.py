"""Amplitude Export API: one flat JSON object per line, with a long envelope around each event."""

from __future__ import annotations

from typing import Final

_ENVELOPE: Final = (
    "$insert_key", "$schema", "amplitude_event_type", "amplitude_id", "app",
    "amplitude_attribution_ids", "client_event_time", "client_upload_time", "data", "data_type",
    "event_id", "global_user_properties", "group_properties", "groups", "is_attribution_event",
    "library", "plan", "processed_time", "sample_rate", "server_received_time",
    "server_upload_time", "source_id", "user_creation_time",
)  # fmt: skip

SIGN: Final = frozenset({"event_type", "event_time", "event_properties"})
MARKS: Final = frozenset({"$insert_id", "amplitude_id", "server_upload_time", "uuid"})

RENAMES: Final[dict[str, str | None]] = {
    **dict.fromkeys(_ENVELOPE),
    "uuid": "event_id",
    "os_name": "os",
    "version_name": "version",
    "device_family": "device_model",
}
"""Names of this format and what they mean; None for those that only describe the delivery.

`event_id` is unique only within one device, so `$insert_id`, else `uuid`, identifies an event.
"""
