"""Objects with a list of events each: those of a person, a session or a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from core.sources.documents import document_of, first_objects
from core.sources.frames.frame import Frame, first_lines, most, object_of, of_document
from core.sources.frames.sense import are_events, are_known
from core.sources.values import as_json, parse_kindly

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
        return Frame(_said(key), partial(_text, key))
    document = document_of(head)
    if document is None:
        return None
    start = head[:_ENOUGH]
    if document.key:
        return _of_one(start)
    key = _key(first_objects(start, document))
    return of_document(Frame(_said(key), partial(_text, key)), document) if key else None


def _said(key: str) -> str:
    return f'the events are those in "{key}" of each object, with what stands beside them'


def _of_one(start: bytes) -> Frame | None:
    """Return the frame of one object of which the whole is known; None for other documents."""
    try:
        found = parse_kindly(start)
    except ValueError:
        return None
    key = _key([found]) if isinstance(found, dict) else ""
    return Frame(_said(key), partial(_whole, key)) if key else None


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


def _texts(found: Any, key: str, line: bytes) -> bytes:
    if not isinstance(found, dict) or not _are_objects(found.get(key)):
        return line + b"\n"
    return b"".join(as_json(row).encode() + b"\n" for row in _rows(found, key))


def _text(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield b"".join(_texts(object_of(line), key, line) for line in lines if line.strip())
    yield _texts(object_of(rest), key, rest) if rest.strip() else b""


def _whole(key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    text = b"".join(chunks)
    yield _texts(object_of(text.strip()), key, text)
