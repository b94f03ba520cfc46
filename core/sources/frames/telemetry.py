"""OpenTelemetry's JSON (OTLP): records and spans deep in the object of the program that sent them.

A log record with a name of its own (`eventName`, or the attribute `event.name`) is an event, any
other a log; a span is an event called by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.sources.documents import document_of, first_objects
from core.sources.frames.frame import Frame, first_lines, object_of, of_document, of_objects

_LISTS: Final = (
    ("resourceLogs", "scopeLogs", "logRecords"),
    ("resourceSpans", "scopeSpans", "spans"),
)
_OLD: Final = {"scopeLogs": "instrumentationLibraryLogs", "scopeSpans": "ilSpans"}
_TIMES: Final = ("timeUnixNano", "observedTimeUnixNano", "startTimeUnixNano")
_NAME: Final = "event.name"
_PERSON: Final = {
    "user.id": "user_id", "enduser.id": "user_id", "enduser.pseudo.id": "device_id",
    "app.installation.id": "device_id", "device.id": "device_id", "session.id": "session_id",
    "service.name": "service", "host.name": "host",
}  # fmt: skip
"""What attributes are called in OpenTelemetry, and here."""

_WHOLE: Final = re.compile(r"-?\d{1,19}", re.ASCII)
_ENOUGH: Final = 1 << 16
_DEEPEST: Final = 50

Object = Mapping[str, Any]


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of OTLP's objects, one per line or in a document; None for others."""
    if b'"resource' not in head[:_ENOUGH]:
        return None
    document = document_of(head)
    if document is not None:
        objects = first_objects(head[:_ENOUGH], document)
        return of_document(_frame(), document) if _are_its(objects) else None
    objects = [found for line in first_lines(head) if (found := object_of(line)) is not None]
    return _frame() if _are_its(objects) else None


def _frame() -> Frame:
    return of_objects(
        "records of OpenTelemetry are taken out of those of the programs that sent them",
        lambda found: _of_object(found) if _are_its([found]) else None,
    )


def _are_its(objects: Sequence[Object]) -> bool:
    return bool(objects) and any(key in objects[0] for key, *_ in _LISTS)


def _of_object(found: Object) -> Iterator[dict[str, Any]]:
    for outer, middle, inner in _LISTS:
        for resource in _objects(found.get(outer)):
            around = _attributes(resource.get("resource"))
            scopes = resource.get(middle) or resource.get(_OLD[middle])
            for scope in _objects(scopes):
                for record in _objects(scope.get(inner)):
                    yield _plain(record, around)


def _objects(found: Any) -> Iterator[Object]:
    return (each for each in _list(found) if isinstance(each, dict))


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _attributes(found: Any) -> dict[str, Any]:
    """Return the attributes of an object by their names."""
    listed = found.get("attributes") if isinstance(found, dict) else None
    return {
        name: _value(each.get("value"))
        for each in _objects(listed)
        if isinstance(name := each.get("key"), str)
    }


def _value(found: Any, depth: int = 0) -> Any:
    """Return a value without its type."""
    if not isinstance(found, dict) or len(found) != 1 or depth > _DEEPEST:
        return found
    ((kind, inner),) = found.items()
    if kind == "intValue" and isinstance(inner, str) and _WHOLE.fullmatch(inner):
        return int(inner)
    if kind == "arrayValue" and isinstance(inner, dict):
        return [_value(each, depth + 1) for each in _list(inner.get("values"))]
    if kind == "kvlistValue" and isinstance(inner, dict):
        pairs = _objects(inner.get("values"))
        return {str(each.get("key")): _value(each.get("value"), depth + 1) for each in pairs}
    return inner


def _plain(record: Object, around: Object) -> dict[str, Any]:
    """Return a record as an event or a log."""
    said = {**around, **_attributes(record)}
    time = next((v for name in _TIMES if (v := record.get(name)) not in (None, "", "0", 0)), None)
    name = record.get("eventName") or said.pop(_NAME, None)
    meant = {known: v for each, known in _PERSON.items() if (v := said.pop(each, None)) is not None}
    if "startTimeUnixNano" in record:
        of_span = {"kind": record.get("kind"), "span_id": record.get("spanId")}
        own = {"event_name": record.get("name"), "duration_ms": _duration(record), **of_span}
    elif name:
        own = {"event_name": name, "body": _value(record.get("body"))}
    else:
        level = record.get("severityText") or _level(record.get("severityNumber"))
        own = {"level": level, "message": _value(record.get("body"))}
    found = {"time": time, **own, **meant, "trace_id": record.get("traceId") or None}
    return _given(said) | _given(found)


def _given(found: Object) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None}


def _duration(record: Object) -> float | None:
    try:
        return (int(record["endTimeUnixNano"]) - int(record["startTimeUnixNano"])) / 1e6
    except (KeyError, TypeError, ValueError):
        return None


def _level(number: Any) -> str | None:
    """Return the level of a severity: four numbers each, from TRACE to FATAL."""
    names = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
    fits = number.__class__ is int and 0 < number <= 4 * len(names)
    return names[(number - 1) // 4] if fits else None
