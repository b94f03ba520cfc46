"""Simple Analytics: a row or object per datapoint, which is a page view or an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.sources.products.nested import columns, first, others
from core.sources.web import PAGE_VIEW

SIGN: Final = frozenset({"datapoint", "added_iso"})

_COLUMNS: Final = {
    "country_code": "country", "lang_language": "language", "os_name": "os",
    "device_type": "device_type", "browser_name": "browser",
}  # fmt: skip
_USED: Final = SIGN | frozenset(_COLUMNS) | {"added_unix", "session_id", "user_agent", "uuid"}


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the event of one datapoint. A visitor is recognised only within a session."""
    name = found.get("datapoint")
    yield {
        "event": PAGE_VIEW if name == "pageview" else name,
        "time": found.get("added_iso"),
        "device_id": found.get("session_id"),
        "session_id": found.get("session_id"),
        "insert_id": first(found, ("uuid",)),
        **columns(found, _COLUMNS),
        "properties": others(found, _USED),
    }
