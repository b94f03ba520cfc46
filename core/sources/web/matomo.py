"""Matomo's Live.getLastVisitsDetails: an object per visit, with its actions inside, or a row with
columns such as actionDetails_0_type.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut, Refused
from core.sources.values import typed
from core.sources.web import PAGE_VIEW

SIGN: Final = frozenset({"idVisit", "visitorId", "actionDetails"})

TABLE: Final = frozenset({"idVisit", "visitorId"})
_CELL: Final = re.compile(r"actionDetails_(\d+)_(\w+)")

_CONTEXT: Final = {
    "browserName": "browser", "operatingSystemName": "os", "deviceType": "device_type",
    "deviceModel": "device_model", "country": "country", "region": "region", "city": "city",
    "languageCode": "language",
}  # fmt: skip

_EVENTS: Final = {
    "action": PAGE_VIEW, "outlink": "outlink", "download": "download", "search": "search",
    "ecommerceOrder": "order", "ecommerceAbandonedCart": "abandoned cart",
}  # fmt: skip
"""Type of an action -> the event's name; other actions are named after their type."""

_PROPERTIES: Final = {
    "url": "url", "pageTitle": "title", "eventCategory": "category", "eventName": "name",
    "eventValue": "value", "siteSearchKeyword": "keyword", "goalName": "goal",
    "revenue": "revenue", "orderId": "order_id", "timeSpent": "time_spent", "itemDetails": "items",
}  # fmt: skip
_NUMBERS: Final = frozenset({"value", "revenue", "time_spent"})
"""Properties that Matomo writes as text."""


def is_table(names: Collection[str]) -> bool:
    """Whether a header is that of visits with their actions in numbered columns."""
    return TABLE.issubset(names) and any(map(_CELL.fullmatch, names))


def reshape_row(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield one event for each action of a visit in one row."""
    actions: dict[int, dict[str, Any]] = {}
    for name, value in found.items():
        if (cell := _CELL.fullmatch(name)) and value not in (None, ""):
            actions.setdefault(int(cell[1]), {})[cell[2]] = value
    given = [actions[number] for number in sorted(actions)]
    return reshape({**found, "actionDetails": given})


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
    """Yield one event for each action of a visit."""
    actions = found["actionDetails"]
    if not isinstance(actions, list):
        raise Refused("actions not a list")
    if not actions:
        yield LeftOut("visits without an action")
    context = {ours: found[name] for name, ours in _CONTEXT.items() if found.get(name)}
    visit = {
        "user_id": found.get("userId"),
        "device_id": found["visitorId"],
        "session_id": found["idVisit"],
    }
    for place, action in enumerate(actions):
        if isinstance(action, dict):
            yield {
                "event": _event(action),
                "time": action.get("timestamp") or action.get("serverTimePretty"),
                **visit,
                "insert_id": f"{found['idVisit']}.{place}",
                **context,
                "properties": _properties(found, action),
            }


def _event(action: Mapping[str, Any]) -> Any:
    kind = action.get("type")
    if kind == "event":
        return action.get("eventAction") or action.get("eventName")
    if kind == "goal":
        return action.get("goalName") or "goal"
    return _EVENTS.get(str(kind), kind)


def _properties(visit: Mapping[str, Any], action: Mapping[str, Any]) -> dict[str, Any]:
    said = {ours: action.get(name) for name, ours in _PROPERTIES.items()}
    said["referrer"] = visit.get("referrerUrl") or visit.get("referrerName")
    return {
        name: typed(value) if isinstance(value, str) and name in _NUMBERS else value
        for name, value in said.items()
        if value not in (None, "", False)
    }
