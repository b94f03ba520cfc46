"""Snowplow's enriched events as a CSV with its native column names."""

from __future__ import annotations

from typing import Final

SIGN: Final = frozenset({"collector_tstamp", "event_name", "domain_userid"})
RENAMES: Final[dict[str, str | None]] = {
    "derived_tstamp": "time",
    "collector_tstamp": "timestamp",
    "domain_userid": "device_id",
    "domain_sessionid": "session_id",
    "event": "snowplow_event",
    "geo_country": "country",
    "geo_region": "region",
    "geo_city": "city",
    "br_lang": "language",
    "br_family": "browser",
    "os_family": "os",
    "dvce_type": "device_type",
}
"""Names of this format and what they mean."""
