"""Mixpanel's people profiles, {"$distinct_id": ..., "$properties": {...}} or a table of them, and
updates of profiles, {"$distinct_id": ..., "$set": {...}}.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from core.records import Change, LeftOut, Occurrences, Once
from core.sources.products.mixpanel import DEVICE_PREFIX
from core.sources.products.nested import first, inside
from core.sources.values import as_json, typed

GROUPS: Final = frozenset({"$group_key", "$group_id"})
"""Names in a profile of a group."""

_SHOWN: Final = {
    "Distinct ID": "$distinct_id", "Name": "$name", "Email": "$email", "Updated at": "$last_seen",
    "Last Seen": "$last_seen", "Country": "$country_code", "Region": "$region", "City": "$city",
    "Timezone": "$timezone", "Phone": "$phone", "Created": "$created",
}  # fmt: skip
"""Header of a table downloaded from the page of users -> the property shown."""

_CHANGES: Final = {
    "$add": "add", "$append": "append", "$union": "insert", "$remove": "remove",
}  # fmt: skip
"""Operation of an update -> how it changes a trait."""

_UPDATES: Final = frozenset({"$set", "$set_once", "$unset", "$delete", *_CHANGES})
_UNDATED: Final = 1
"""The time in seconds of updates that have none; they hold in order of arrival."""

_NOT_SHOWN: Final = frozenset({
    "Date", "Event", "Event Name", "Time", "event", "event_name", "mp_event_name", "time",
})  # fmt: skip
"""Names that only events have."""

_NOT_TRAITS: Final = frozenset({"$last_seen", "$distinct_id", "$distinct_ids"})


def is_people(names: Collection[str]) -> bool:
    """Whether names are those of a people profile."""
    if _NOT_SHOWN.intersection(names):
        return False
    shown = "Distinct ID" in names and ("Name" in names or "Email" in names)
    return "$distinct_id" in names or shown


class Profiles:
    """Reshapes the profiles of one file, and counts equal updates."""

    def __init__(self) -> None:
        self._occurrences = Occurrences()

    def reshape(self, found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
        """Yield the statement of one people profile: its person has these traits.

        It holds as of `$last_seen`; without that, any value with a time takes precedence.
        """
        if not _UPDATES.isdisjoint(found):
            yield self._update(found)
            return
        found = {_SHOWN.get(name, name): value for name, value in found.items()}
        said = found["$distinct_id"]
        given = inside(found.get("$properties"))
        own = ("$distinct_id", "$properties")
        beside = {name: v for name, v in found.items() if name not in own}
        given |= {name: typed(v) if isinstance(v, str) and v else v for name, v in beside.items()}
        traits = {name.removeprefix("$"): v for name, v in given.items() if name not in _NOT_TRAITS}
        if not traits:
            yield LeftOut("empty people profiles")
            return
        time = first(given, ("$last_seen",)) or 0
        yield {"type": "identify", **who(said), "time": time, "traits": traits}

    def _update(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the statement of an update. The n-th equal one of a file is the same update, in
        whatever file it is.
        """
        number = self._occurrences.event_id(as_json(found).encode())
        traits: dict[str, Any] = {}
        for name, value in inside(found.get("$set_once")).items():
            traits[name] = Once(value)
        traits |= inside(found.get("$set"))
        for operation, how in _CHANGES.items():
            for name, value in inside(found.get(operation)).items():
                traits.setdefault(name, Change(how, value, f"{number}"))
        removed = found.get("$unset")
        traits |= dict.fromkeys(map(str, removed) if isinstance(removed, list) else ())
        if "$delete" in found:
            traits[""] = Change("clear", None, f"{number}")
        time = first(found, ("$time",)) or _UNDATED
        named = {name.removeprefix("$"): value for name, value in traits.items()}
        return {"type": "identify", **who(found["$distinct_id"]), "time": time, "traits": named}


def who(distinct_id: Any) -> dict[str, Any]:
    """Return the user or the device that a distinct id stands for."""
    if isinstance(distinct_id, str) and distinct_id.startswith(DEVICE_PREFIX):
        return {"device_id": distinct_id.removeprefix(DEVICE_PREFIX)}
    return {"user_id": distinct_id}


def reshape_group(found: dict[str, Any]) -> Iterator[LeftOut]:
    """Leave out the profile of a group, which is no person."""
    yield LeftOut("descriptions of groups")
