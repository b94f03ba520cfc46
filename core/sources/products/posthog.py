"""PostHog's events: JSON lines, pages of its API, the CSV of its pages and of its batch exports.

A person has several distinct ids. Those that PostHog made up itself are devices; those that it has
joined are named by $identify, $create_alias and $merge_dangerously, and by the `person_id` they
share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from core.records import LeftOut, Once
from core.sources.products.nested import at, first, inside
from core.sources.values import typed

SIGN: Final = frozenset({"event", "properties", "timestamp", "distinct_id"})
MARKS: Final = frozenset({
    "uuid", "team_id", "person_id", "person", "person_properties", "elements", "elements_chain",
})  # fmt: skip
_INSIDE_MARKS: Final = frozenset({"$lib", "$device_id", "$session_id", "$insert_id"})

_CONTEXT: Final = {
    "country": ("$country", "$geoip_country_code", "$geoip_country_name"),
    "region": ("$region", "$geoip_subdivision_1_name"),
    "city": ("$city", "$geoip_city_name"),
    "language": ("$locale", "$browser_language"),
    "os": ("$os",),
    "device_model": ("$device_model", "$device"),
    "device_type": ("$device_type",),
    "browser": ("$browser",),
    "version": ("$app_version",),
}
"""Context column -> what PostHog's libraries call it inside `properties`."""

_LIFTED: Final = frozenset(name for names in _CONTEXT.values() for name in names) | {
    "$anon_distinct_id", "$device_id", "$insert_id", "$ip", "$session_id", "$set", "$set_once",
    "$time", "$unset", "distinct_id", "token",
}  # fmt: skip
"""Names inside `properties` that do not stay there."""

_JOINS: Final = frozenset({"$create_alias", "$merge_dangerously"})
_DESCRIBES: Final = frozenset({"$identify", "$set"}) | _JOINS
_COLUMN: Final = "properties."
_PERSON: Final = "person.properties."
_LONGEST_ID: Final = 36


def shows(found: Mapping[str, Any]) -> bool:
    """Whether an object with the usual four names is PostHog's."""
    properties = found["properties"]
    if not isinstance(properties, dict):
        return bool(MARKS & found.keys())
    event = found["event"]
    own = isinstance(event, str) and event.startswith("$")
    return own or bool(MARKS & found.keys() or _INSIDE_MARKS & properties.keys())


def is_table(names: Collection[str]) -> bool:
    """Whether a header is that of a CSV made on one of PostHog's pages."""
    plain = {name.removeprefix("*.") for name in names}
    starred = "*.event" in names and "timestamp" in plain
    own = any(name.startswith(_COLUMN + "$") for name in names)
    return starred or (own and {"event", "timestamp"} <= plain)


class Events:
    """Reshapes the events of one file, and remembers whose distinct ids belong together."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._devices: dict[str, set[str]] = {}

    def row(self, found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
        """Yield the plain lines of a row of a CSV made on one of PostHog's pages."""
        event: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        person: dict[str, Any] = {}
        for name, cell in found.items():
            if name.startswith(_COLUMN):
                properties[name.removeprefix(_COLUMN)] = typed(cell)
            elif name.startswith(_PERSON):
                person[name.removeprefix(_PERSON)] = typed(cell)
            elif name.startswith("*.") or name not in event:
                event[name.removeprefix("*.")] = cell
        event["properties"] = {**inside(event.get("properties")), **properties}
        if person:
            event["person_properties"] = person
        return self.event(event)

    def event(self, found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
        """Yield the plain lines of one event."""
        properties = inside(found.get("properties"))
        name, user = found.get("event"), found.get("distinct_id")
        device = properties.get("$device_id")
        anonymous = properties.get("$anon_distinct_id")
        made_up = user == device
        who = {"user_id": None if made_up else user, "device_id": device}
        who["time"] = found.get("timestamp")
        if name == "$groupidentify":
            yield LeftOut("descriptions of groups")
            return
        if name in _JOINS:
            yield {"type": "alias", "previous_id": properties.get("alias"), **who, "user_id": user}
        elif name in _DESCRIBES:
            yield {"type": "identify", **who, "traits": _traits(found, properties)}
        else:
            yield _event(found, properties, who)
        if anonymous and anonymous != user and not made_up:
            yield {"type": "alias", "previous_id": anonymous, **who}
            yield {"type": "identify", **who, "device_id": anonymous}
        person = found.get("person_id")
        if isinstance(person, str) and isinstance(user, str) and person and user:
            for joined in self._joined(person, user, made_up):
                yield {**joined, "time": found.get("timestamp")}

    def _joined(self, person: str, user: str, made_up: bool) -> Iterator[dict[str, Any]]:
        """Yield what follows from two distinct ids having one `person_id`."""
        known = self._ids.get(person)
        if made_up and known is None:
            self._devices.setdefault(person, set()).add(user)
        elif made_up:
            yield {"type": "identify", "user_id": known, "device_id": user}
        elif known is None:
            self._ids[person] = user
            for device in sorted(self._devices.pop(person, ())):
                yield {"type": "identify", "user_id": user, "device_id": device}
        elif known != user:
            old, new = (user, known) if _looks_made_up(user) else (known, user)
            self._ids[person] = new
            yield {"type": "alias", "previous_id": old, "user_id": new}


def _event(
    found: Mapping[str, Any], properties: dict[str, Any], who: dict[str, Any]
) -> dict[str, Any]:
    context = {column: first(properties, names) for column, names in _CONTEXT.items()}
    line = {
        "event": found.get("event"),
        **who,
        "session_id": properties.get("$session_id"),
        "insert_id": found.get("uuid") or properties.get("$insert_id") or found.get("id"),
        **context,
    }
    traits = _traits(found, properties)
    if traits:
        line["traits"] = traits
    kept = {name: value for name, value in properties.items() if name not in _LIFTED}
    return {**line, "properties": kept}


def _traits(found: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event says about its person; PostHog's own findings are left out."""
    known = inside(found.get("person_properties")) or at(found, ("person", "properties")) or {}
    traits = {name: value for name, value in known.items() if not name.startswith("$")}
    removed = properties.get("$unset") or found.get("$unset")
    for where in (found, properties):
        for name, value in inside(where.get("$set_once")).items():
            traits.setdefault(name, Once(value))
        traits |= inside(where.get("$set"))
    traits |= dict.fromkeys(removed if isinstance(removed, list) else ())
    return {name: value for name, value in traits.items() if not name.startswith("$")}


def _looks_made_up(distinct_id: str) -> bool:
    return len(distinct_id) == _LONGEST_ID and distinct_id.count("-") == 4
