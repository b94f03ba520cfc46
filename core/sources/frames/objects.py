"""Objects around objects: those of databases, queues and programs that collect lines."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from core.sources.documents import document_of, first_objects
from core.sources.frames.frame import (
    Frame,
    first_lines,
    line_of,
    most,
    object_of,
    of_document,
    of_lines,
)
from core.sources.frames.sense import are_events, are_known, are_logs, make_sense
from core.sources.text.looks import is_moment
from core.sources.values import as_json
from core.sources.web.logs import recognise

_INSIDE: Final = frozenset({
    "properties", "event_properties", "user_properties", "traits", "context", "contexts", "user",
    "device", "geo", "event",
})  # fmt: skip
"""Keys of an event whose objects are parts of it."""

_TEXTS: Final = (
    "log", "message", "MESSAGE", "msg", "textPayload", "_raw", "@message", "line", "data", "body",
)  # fmt: skip
"""Keys under which programs that collect lines keep one."""

_AROUND: Final = frozenset({
    "_source", "Item", "NewImage", "after", "attributes", "body", "data", "doc", "fields",
    "fullDocument", "jsonPayload", "payload", "record", "value",
})  # fmt: skip
"""Keys that hold the event if there is only one object to judge by."""

_IDS: Final = ("id", "user_id", "userId", "uid", "_id", "uuid")
_TIMES: Final = ("time", "timestamp", "ts", "event_time", "created_at", "occurred_at", "datetime")
_AROUND_TIMES: Final = (
    *_TIMES, "@timestamp", "eventTime", "createdAt", "receiveTimestamp", "__REALTIME_TIMESTAMP",
)  # fmt: skip
"""Names of the time beside a text or an object that has none itself."""

_OWN: Final = (
    "user_id", "userId", "distinct_id", "device_id", "anonymous_id", "anonymousId", "user",
)  # fmt: skip
"""Names of times and of people that are looked for inside objects if an event has none itself."""

_PEOPLE: Final = ("user", "actor")
_TYPES: Final = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})
_EXACT: Final = frozenset({
    "$oid", "$uuid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal",
})  # fmt: skip
_MOST_KEYS: Final = 50
_ENOUGH: Final = 1 << 16
_BYTE: Final = re.compile(rb"\\x([0-9A-Fa-f]{2})")

Object = Mapping[str, Any]


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of a file of JSON objects, one per line or in a document; None for none."""
    document = document_of(head)
    if document is not None:
        objects = first_objects(head[:_ENOUGH], document)
        frame = _of_objects(objects) if objects else None
        return frame and of_document(frame, document)
    lines = first_lines(head)
    parsed = [found for line in lines if (found := object_of(line)) is not None]
    if not parsed:
        return _repaired(lines)
    return _of_objects(parsed) if most(len(parsed), len(lines)) else None


def _of_objects(parsed: Sequence[Object]) -> Frame | None:
    if _is_usual(parsed[0]) or are_known(parsed):
        return None
    if any(_is_exact(value) for found in parsed for value in found.values()):
        return _each("the values are without their types", _exact)
    if are_events(parsed):
        return _lifted(parsed) if _lack_people(parsed) else None
    if inside := _text_frame(parsed):
        return inside
    return None if are_logs(parsed) else _object_frame(parsed) or _lifted(parsed)


def _is_usual(found: Object) -> bool:
    """Whether an object has what most files have, so that nothing more need be looked at."""
    named = isinstance(found.get("event"), str) and ("time" in found or "timestamp" in found)
    parts = _INSIDE - {"user", "event"}
    known = named and any(name in found for name in _OWN)
    return known and not any(isinstance(v, dict) and k not in parts for k, v in found.items())


def _each(said: str, change: Callable[[dict[str, Any]], Any]) -> Frame:
    """Return the frame of objects; `change` returns the text or object in one, None for nothing."""

    def inner(line: bytes) -> bytes:
        found = object_of(line)
        if found is None:
            return line
        made = change(found)
        if made is None:
            return line
        if made.__class__ is str:
            return str(made).strip().replace("\n", " ").encode(errors="replace")
        return line_of(made)

    return of_lines(said, inner)


def _text_frame(parsed: Sequence[Object]) -> Frame | None:
    """Return the frame of objects with one line of text each: Docker, Cloud Logging, Splunk."""
    for key in _TEXTS:
        texts = [found[key] for found in parsed if isinstance(found.get(key), str)]
        if not most(len(texts), len(parsed)):
            continue
        inner = "\n".join(text.strip() for text in texts).encode(errors="replace")
        objects = [found for line in inner.split(b"\n") if (found := object_of(line)) is not None]
        if recognise(inner) or (most(len(objects), len(texts)) and make_sense(objects)):
            return _each(f'the lines are those in "{key}"', partial(_text_of, key=key))
        change = partial(_timed_text_of, key=key)
        timed = [made for found in parsed if isinstance(made := change(found), dict)]
        if most(len(timed), len(texts)) and are_events(timed):
            return _each(f'the lines are those in "{key}", with the time beside it', change)
    return None


def _text_of(found: Object, key: str) -> Any:
    text = found.get(key)
    return text if isinstance(text, str) else None


def _timed_text_of(found: Object, key: str) -> Any:
    """Return the object in a text with the time beside it, or the text if it is none."""
    text = found.get(key)
    inner = object_of(text.strip().encode(errors="replace")) if isinstance(text, str) else None
    return text if inner is None else _timed(found, inner)


def _timed(found: Object, inner: Object) -> dict[str, Any]:
    """Return an object in another one with the time of that, if it has none itself."""
    if any(inner.get(name) not in (None, "") for name in _TIMES):
        return dict(inner)
    time = next((found[name] for name in _AROUND_TIMES if is_moment(found.get(name))), None)
    return dict(inner) if time is None else {**inner, "time": time}


def _timed_object_of(found: Object, key: str) -> Any:
    inner = found.get(key)
    return _timed(found, inner) if isinstance(inner, dict) else None


def _object_of(found: Object, key: str, change: Callable[[Object], dict[str, Any]]) -> Any:
    inner = found.get(key)
    return change(inner) if isinstance(inner, dict) else None


def _object_frame(parsed: Sequence[Object]) -> Frame | None:
    """Return the frame of objects with one object each: Elasticsearch, DynamoDB, Kafka."""
    every = dict.fromkeys(key for found in parsed for key in found)
    keys = [key for key in every if key not in _INSIDE][:_MOST_KEYS]
    for key in keys if len(parsed) > 1 else [key for key in keys if key in _AROUND]:
        inner = [found[key] for found in parsed if isinstance(found.get(key), dict)]
        if not most(len(inner) * (1 + (key in _AROUND)), len(parsed)):
            continue
        change = _typed if all(map(_is_typed, inner)) else dict
        if make_sense([change(found) for found in inner]):
            return _each(
                f'the events are the objects in "{key}"',
                partial(_object_of, key=key, change=change),
            )
        timed = [
            _timed(found, each) for found in parsed if isinstance(each := found.get(key), dict)
        ]
        if are_events(timed):
            return _each(
                f'the events are the objects in "{key}", with the time beside it',
                partial(_timed_object_of, key=key),
            )
    if all(map(_is_typed, parsed)) and make_sense(list(map(_typed, parsed))):
        return _each("the values are without their types", _typed)
    return None


def _is_exact(value: Any) -> bool:
    """Whether a value is MongoDB's, with its type."""
    return isinstance(value, dict) and len(value) == 1 and value.keys() <= _EXACT


def _exact(found: Object) -> dict[str, Any]:
    return {name: _of_exact(v) if _is_exact(v) else v for name, v in found.items()}


def _of_exact(value: dict[str, Any]) -> Any:
    ((kind, inner),) = value.items()
    if kind in ("$numberLong", "$numberInt") and isinstance(inner, str) and len(inner) < 20:
        try:
            return int(inner)
        except ValueError:
            return inner
    return inner


def _is_typed(found: Object) -> bool:
    """Whether an object is DynamoDB's, each value with its type."""
    return bool(found) and all(
        isinstance(value, dict) and len(value) == 1 and value.keys() <= _TYPES
        for value in found.values()
    )


def _typed(found: Object) -> dict[str, Any]:
    return {name: _value(value) for name, value in found.items()}


def _value(value: Any, depth: int = 0) -> Any:
    if not isinstance(value, dict) or len(value) != 1 or depth > 50:
        return value
    ((kind, inner),) = value.items()
    if kind == "M" and isinstance(inner, dict):
        return {name: _value(each, depth + 1) for name, each in inner.items()}
    if kind == "L" and isinstance(inner, list):
        return [_value(each, depth + 1) for each in inner]
    if kind == "N" and isinstance(inner, str):
        try:
            return json.loads(inner)
        except ValueError:
            return inner
    return None if kind == "NULL" else inner


def _lifted(parsed: Sequence[Object]) -> Frame | None:
    """Return the frame of events whose name and person are in objects of their own."""
    lifted = list(map(_flat, parsed))
    if are_known(lifted) or not are_events(lifted):
        return None
    return _each("the event, its time or the person are in objects of their own", _flat)


def _lack_people(parsed: Sequence[Object]) -> bool:
    """Whether most objects have the id of their person only in an object."""
    lacking = [found for found in parsed if (_flat(found).keys() - found.keys()) & {*_OWN}]
    return most(len(lacking), len(parsed))


def _flat(found: Object) -> dict[str, Any]:
    """Return an event with its time, the id of its person and what its own object says at the
    top.
    """
    flat = dict(found)
    event = flat.get("event")
    if isinstance(event, dict):
        del flat["event"]
        flat = {**flat, **event}
    inner = [value for value in flat.values() if value.__class__ is dict]
    for known, fits in ((_TIMES, is_moment), (_OWN, _is_id)):
        if not any(flat.get(name) not in (None, "") for name in known):
            flat |= next(({k: v[k]} for v in inner for k in known if fits(v.get(k))), {})
    for name in _PEOPLE:
        person = flat.get(name)
        if isinstance(person, dict) and "user_id" not in flat:
            own = next((person[key] for key in _IDS if person.get(key) not in (None, "")), None)
            if own is not None:
                flat["user_id"] = own
    return flat


def _is_id(value: Any) -> bool:
    return value.__class__ in (str, int) and value != ""


def _repaired(lines: Sequence[bytes]) -> Frame | None:
    """Return the frame of lines that are not JSON, but nearly."""
    escaped = [_BYTE.sub(rb"\\u00\1", line) for line in lines]
    if most(sum(object_of(line) is not None for line in escaped), len(lines)):
        return of_lines(
            "bytes written as \\x22, which is not JSON, are read as characters",
            lambda line: _BYTE.sub(rb"\\u00\1", line),
        )
    if lines[:1] and lines[0].startswith(b"{'") and _of_python(lines[0]) != lines[0]:
        return of_lines("the lines are read as Python's dicts, not as JSON", _of_python)
    return None


def _of_python(line: bytes) -> bytes:
    try:
        found = ast.literal_eval(line.decode())
        return as_json(found).encode() if isinstance(found, dict) else line
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return line
