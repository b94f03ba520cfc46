"""Heap's tables in a warehouse: `all_events`, which names the table of each event, and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.sources.products.nested import columns, first, others

SIGN: Final = frozenset({"event_id", "user_id", "session_id", "time"})
MARKS: Final = frozenset({"event_table_name"})

_COLUMNS: Final = {
    "country": "country", "region": "region", "city": "city", "platform": "os",
    "device_type": "device_type", "browser": "browser", "app_version": "version",
}  # fmt: skip
_USED: Final = SIGN | MARKS | frozenset(_COLUMNS) | {"identity", "ip"}


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one event. Heap's `user_id` is a number of its own, and `identity` the user's id."""
    yield {
        "event": found.get("event_table_name"),
        "time": found.get("time"),
        "user_id": first(found, ("identity",)),
        "device_id": found.get("user_id"),
        "session_id": found.get("session_id"),
        "insert_id": f"{found.get('user_id')}.{found.get('event_id')}",
        **columns(found, _COLUMNS),
        "properties": others(found, _USED),
    }
