"""Umami's table website_event, as CSV or in a database: a row per page view or event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.records import LeftOut
from core.sources.web import PAGE_VIEW

SIGN: Final = frozenset({"website_id", "session_id", "event_type", "created_at", "url_path"})

_CONTEXT: Final = {
    "browser": "browser", "os": "os", "device": "device_type", "language": "language",
    "country": "country", "region": "region", "subdivision1": "region", "city": "city",
}  # fmt: skip
"""Column -> context column."""

_RENAMED: Final = {"url_path": "path", "url_query": "query", "page_title": "title"}

_USED: Final = frozenset({
    *_CONTEXT, "website_id", "session_id", "visit_id", "event_id", "event_type", "event_name",
    "distinct_id", "created_at",
})  # fmt: skip


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield the event in one row.

    Umami's session is a visitor, recognised by address and browser within a month; its visit is a
    session; a distinct id is one set by the site. Rows without a name are page views.
    """
    yield {
        "event": found.get("event_name") or (PAGE_VIEW if _is_view(found) else None),
        "time": found.get("created_at"),
        "user_id": found.get("distinct_id"),
        "device_id": found.get("session_id"),
        "session_id": found.get("visit_id"),
        "insert_id": found.get("event_id"),
        **{column: found[name] for name, column in _CONTEXT.items() if found.get(name)},
        "properties": {
            _RENAMED.get(name, name): value
            for name, value in found.items()
            if name not in _USED and value not in (None, "")
        },
    }


def _is_view(found: dict[str, Any]) -> bool:
    return str(found.get("event_type") or "1") == "1"
