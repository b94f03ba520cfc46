"""Countly's raw events (drill): an object per event with short names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.sources.products.nested import columns, first, inside

SIGN: Final = frozenset({"did", "ts", "sg"})
MARKS: Final = frozenset({"e", "n"})

_COLUMNS: Final = {
    "cc": "country", "rgn": "region", "cty": "city", "la": "language", "p": "os",
    "d": "device_model", "dt": "device_type", "brw": "browser", "av": "version",
}  # fmt: skip
_NUMBERS: Final = {"s": "sum", "dur": "duration"}
_OWN: Final = "[CLY]_"
_NAMES: Final = {"view": "page view", "session": "session", "crash": "crash", "action": "action"}


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one event. `did` is the id that the app gave its user, or else made up for a device."""
    given = first(found, ("e", "n"))
    if given == f"{_OWN}custom":
        given = found.get("n")
    name = str(given or "")
    own = _NAMES.get(name.removeprefix(_OWN), name) if name.startswith(_OWN) else name
    yield {
        "event": own or None,
        "time": found.get("ts"),
        "device_id": found.get("did"),
        "session_id": found.get("lsid"),
        "insert_id": found.get("_id"),
        **columns(inside(found.get("up")), _COLUMNS),
        "properties": {
            **inside(found.get("sg")),
            **columns(found, _NUMBERS),
        },
    }
