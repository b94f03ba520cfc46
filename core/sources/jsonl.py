"""JSON lines: one object a line, flat or with its fields inside `properties`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from core.sources.maker import Maker
from core.sources.mixpanel import INSIDE
from core.sources.rows import MissingField, Record, Refused, Rejected


def read(lines: Iterable[bytes | Rejected], maker: Maker) -> Iterator[Record | Rejected]:
    """Yield one record or rejection per line that is not blank."""
    for number, line in enumerate(lines, 1):
        if isinstance(line, Rejected):
            yield line
            continue
        if not line or line.isspace():
            continue
        try:
            yield record(line, maker)
        except MissingField as refused:
            yield Rejected(number, str(refused), line, refused.names)
        except Refused as refused:
            yield Rejected(number, str(refused), line)


def record(line: bytes, maker: Maker) -> Record:
    """Return what one line says; Refused with the reason when it cannot be used."""
    found = parse(line)
    plan = maker.plan(tuple(found))
    if plan.properties >= 0 and (not plan.time or not plan.user or not plan.device):
        inside = found[plan.names[plan.properties]]
        if inside.__class__ is dict and not INSIDE.isdisjoint(inside):
            found = _lifted(found, plan.names[plan.properties], inside)
            plan = maker.plan(tuple(found))
    try:
        return maker.make(plan, list(found.values()), line.rstrip())
    except MissingField as missing:
        missing.names = plan.names
        raise


def _lifted(found: dict[str, Any], key: str, inside: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in found.items() if name != key}
    return {**inside, **flat}


def parse(line: bytes) -> dict[str, Any]:
    """Return the object on a line.

    Raises:
        Refused: not UTF-8, not JSON, or not an object.
    """
    try:
        found = orjson.loads(line)
    except ValueError as error:
        raise Refused(_why(line)) from error
    if found.__class__ is not dict:
        raise Refused("not a JSON object")
    return found


def _why(line: bytes) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    try:
        json.loads(text)
    except RecursionError:
        return "nested too deep"
    except ValueError:
        return "not JSON"
    return "JSON with NaN, Infinity or a lone surrogate"
