"""Mixpanel's people profiles, {"$distinct_id": ..., "$properties": {...}} or a table of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from core.records import LeftOut
from core.sources.products.mixpanel import DEVICE_PREFIX
from core.sources.products.nested import first, inside
from core.sources.values import typed

GROUPS: Final = frozenset({"$group_key", "$group_id"})
"""Names in a profile of a group."""

_SHOWN: Final = {
    "Distinct ID": "$distinct_id", "Name": "$name", "Email": "$email", "Updated at": "$last_seen",
    "Last Seen": "$last_seen", "Country": "$country_code", "Region": "$region", "City": "$city",
    "Timezone": "$timezone", "Phone": "$phone", "Created": "$created",
}  # fmt: skip
"""Header of a table downloaded from the page of users -> the property shown."""

_NOT_SHOWN: Final = frozenset({"event", "Event", "Event Name", "Time", "time", "Date"})
_NOT_TRAITS: Final = frozenset({"$last_seen", "$distinct_id", "$distinct_ids"})


def is_people(names: Collection[str]) -> bool:
    """Whether names are those of a people profile."""
    if _NOT_SHOWN.intersection(names):
        return False
    shown = "Distinct ID" in names and ("Name" in names or "Email" in names)
    return "$distinct_id" in names or shown


class Profiles:
    """Reshapes the profiles of one file."""

    def reshape(self, found: dict[str, Any]) -> Iterator[dict[str, Any] | LeftOut]:
        """Yield the statement of one people profile: its person has these traits.

        It holds as of `$last_seen`; without that, any value with a time takes precedence.
        """
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


def who(distinct_id: Any) -> dict[str, Any]:
    """Return the user or the device that a distinct id stands for."""
    if isinstance(distinct_id, str) and distinct_id.startswith(DEVICE_PREFIX):
        return {"device_id": distinct_id.removeprefix(DEVICE_PREFIX)}
    return {"user_id": distinct_id}


def reshape_group(found: dict[str, Any]) -> Iterator[LeftOut]:
    """Leave out the profile of a group, which is no person."""
    yield LeftOut("descriptions of groups")
