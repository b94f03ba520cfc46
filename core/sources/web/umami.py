"""Umami's table website_event, as CSV or in a database, and the same from its API: a row per page
view or event.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from core.records import LeftOut
from core.sources.web import PAGE_VIEW

_SIGN: Final = frozenset({"website_id", "session_id", "created_at"})
_OF_EVENTS: Final = frozenset({"event_type", "url_path"})
_OF_DATA: Final = frozenset({"data_key", "data_type"})
_OF_SESSIONS: Final = frozenset({"browser", "os", "screen"})
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

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


def is_events(names: Collection[str]) -> bool:
    """Whether names are those of a page view or event."""
    found = frozenset(map(_snake, names))
    return found >= _SIGN | _OF_EVENTS and not found & _OF_DATA


def is_other(names: Collection[str]) -> bool:
    """Whether names are those of another table: of sessions, or of properties of events."""
    found = frozenset(map(_snake, names))
    return found >= _SIGN and bool(found & _OF_DATA or found >= _OF_SESSIONS)


def reshape_other(found: dict[str, Any]) -> Iterator[LeftOut]:
    """Leave out a row that is no event."""
    is_data = bool(_OF_DATA.intersection(map(_snake, found)))
    yield LeftOut("properties of events in a table of their own" if is_data else "sessions")


def _snake(name: str) -> str:
    return _CAMEL.sub("_", name).lower()


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield the event in one row.

    Umami's session is a visitor, recognised by address and browser within a month; its visit is a
    session; a distinct id is one set by the site. Rows without a name are page views.
    """
    if "createdAt" in found:
        found = {_snake(name): value for name, value in found.items()}
        found["event_id"] = found.pop("id", None)
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
