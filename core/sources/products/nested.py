"""Reading objects inside objects, as vendors nest them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from core.records import Refused
from core.sources.placeholders import is_placeholder
from core.sources.values import load, typed

_NOTHING: Final = (None, "")


def at(found: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path of keys; None where a key is missing."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def inside(found: Any) -> dict[str, Any]:
    """Return an object, given as one or as JSON text; an empty one for anything else.

    Raises:
        Refused: text that is not JSON.
    """
    if isinstance(found, str) and found.strip().startswith("{"):
        found = load(found, "properties")
    return found if isinstance(found, dict) else {}


def listed(found: Any, what: str) -> list[Any]:
    """Return a list, given as one or as JSON text; an empty one if it is missing.

    Raises:
        Refused: anything else.
    """
    if isinstance(found, str) and found.strip():
        found = load(found, what)
    if found is None or found == "":
        return []
    if not isinstance(found, list):
        raise Refused(f"{what} not a list")
    return found


def columns(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of context columns that an object has.

    Args:
        names: its name -> column; of several for one column the last that has a value.
    """
    return {c: value for name, c in names.items() if (value := found.get(name)) not in _NOTHING}


def first(found: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first value under some names that is not missing or empty."""
    return next((v for name in names if (v := found.get(name)) not in _NOTHING), None)


def only(found: Any) -> Any:
    """Return the one element of a list; a longer list, or anything else, as it is."""
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def others(found: Mapping[str, Any], used: Collection[str]) -> dict[str, Any]:
    """Return the values under all other names that are not missing or empty; numbers in text as
    numbers.
    """
    return {
        name: typed(value) if isinstance(value, str) else value
        for name, value in found.items()
        if name not in used and value not in _NOTHING
    }


def same(previous: Any, who: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statements that an id, which may be that of a user or a device, is this user.

    If one of the two is nobody, it is only one statement, so that one is counted as refused.

    Args:
        who: the user and the time, as in a plain line.
    """
    yield {"type": "alias", "previous_id": previous, **who}
    user = who["user_id"]
    if user and not (is_placeholder(str(previous)) or is_placeholder(str(user))):
        yield {"type": "identify", **who, "device_id": previous}
