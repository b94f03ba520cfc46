"""GoatCounter's CSV export: a row per hit. The header starts with the version of the format, as in
2Path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut
from core.sources.web import PAGE_VIEW

SIGN: Final = frozenset({"Title", "Event", "Session", "Bot", "Referrer", "FirstVisit", "Date"})

_PROPERTIES: Final = {
    "Title": "title", "Referrer": "referrer", "Screen size": "screen", "FirstVisit": "first_visit",
}  # fmt: skip


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield the event in one row; hits by bots are left out.

    The column Event says whether the path is the name of an event. GoatCounter recognises a visitor
    only within a session of a few hours, so the session is the visitor too.
    """
    if str(found.get("Bot") or "0") != "0":
        yield LeftOut("hits by bots")
        return
    path = next((value for name, value in found.items() if name.lstrip("0123456789") == "Path"), "")
    is_event = str(found.get("Event", "")).lower() in ("true", "1", "t")
    page, _, query = str(path or "").partition("?")
    country, _, region = str(found.get("Location") or "").partition("-")
    yield {
        "event": path if is_event else PAGE_VIEW,
        "time": found.get("Date"),
        "device_id": found.get("Session"),
        "session_id": found.get("Session"),
        "browser": found.get("Browser"),
        "os": found.get("System"),
        "country": country or None,
        "region": region or None,
        "properties": _properties(found, {} if is_event else {"path": page, "query": query}),
    }


def _properties(found: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
    said = {ours: found.get(name) for name, ours in _PROPERTIES.items()}
    return {name: value for name, value in {**more, **said}.items() if value not in (None, "")}
