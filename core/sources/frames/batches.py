"""Objects with a list of events each: those of a person, a session or a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from core.sources.documents import document_of, first_objects
from core.sources.frames.frame import (
    Frame,
    first_lines,
    most,
    object_of,
    of_document,
    of_objects,
)
from core.sources.frames.sense import are_events, are_known
from core.sources.values import parse_kindly

_PEOPLE: Final = frozenset({
    "user_id", "userId", "distinct_id", "device_id", "deviceId", "anonymous_id", "anonymousId",
    "visitor_id", "visitorId", "session_id", "sessionId", "uid", "user",
})  # fmt: skip
_ENOUGH: Final = 1 << 16

Object = Mapping[str, Any]


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of objects with a person and a list of events each; None for others."""
    lines = first_lines(head)
    parsed = [found for line in lines if (found := object_of(line)) is not None]
    if most(len(parsed), len(lines)) and (key := _key(parsed)):
        return _of_lists(key)
    document = document_of(head)
    if document is None:
        return None
    start = head[:_ENOUGH]
    if document.key:
        return _of_one(start)
    key = _key(first_objects(start, document))
    return of_document(_of_lists(key), document) if key else None


def _of_lists(key: str) -> Frame:
    return of_objects(
        f'the events are those in "{key}" of each object, with what stands beside them',
        lambda found: _rows(found, key) if _are_objects(found.get(key)) else None,
    )


def _of_one(start: bytes) -> Frame | None:
    """Return the frame of one object of which the whole is known; None for other documents."""
    try:
        found = parse_kindly(start)
    except ValueError:
        return None
    key = _key([found]) if isinstance(found, dict) else ""
    if not key:
        return None
    frame = _of_lists(key)

    def text(chunks: Iterable[bytes]) -> Iterator[bytes]:
        return frame.text([b"".join(chunks).replace(b"\n", b" ")])

    return Frame(frame.said, text)


def _key(parsed: Sequence[Object]) -> str:
    """Return the key that has the events in most objects, whose person stands beside them."""
    good = [found for found in parsed if _PEOPLE & found.keys()]
    if not most(len(good), len(parsed)):
        return ""
    for key in dict.fromkeys(name for found in good for name in found):
        lists = [found for found in good if _are_objects(found.get(key))]
        if not most(len(lists), len(good)):
            continue
        rows = [row for found in lists for row in _rows(found, key)]
        inner = [row for found in lists for row in found[key]]
        lack = not any(_PEOPLE & row.keys() for row in inner)
        if rows and lack and are_events(rows) and not are_known(parsed) and not are_events(parsed):
            return str(key)
    return ""


def _are_objects(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


def _rows(found: Object, key: str) -> list[dict[str, Any]]:
    """Return the events of an object, with the plain values beside them that they lack."""
    beside = {k: v for k, v in found.items() if v.__class__ not in (list, dict)}
    return [{**beside, **row} for row in found[key]]
