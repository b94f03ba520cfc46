"""JSON values as our SQL functions see them: texts, numbers, and conditions on them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import orjson

from core.filters import Condition, number

_EXACT, _INT64, _LARGEST = 2**53, 2**63, 10**308


def json_elements(raw: str | None, *, numbers: bool = True) -> tuple[str, ...] | None:
    """Return a JSON value's texts: one for a scalar, many for an array, None for null.

    Args:
        raw: the value; numbers keep their spelling, whatever their length.
        numbers: False leaves out elements that are numbers.
    """
    if raw is None or raw == "null":
        return None
    if raw[0] == '"':
        return (str(orjson.loads(raw)),)
    if raw[0] == "[":
        spelled = json.loads(raw, parse_int=str, parse_float=str)
        plain = orjson.loads(raw)
        return tuple(
            _element(value, text)
            for value, text in zip(plain, spelled, strict=True)
            if value is not None and (numbers or not _is_number(value))
        )
    return (raw,) if numbers or raw[0] not in "-0123456789" else ()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _element(value: Any, spelled: Any) -> str:
    if isinstance(value, str) or _is_number(value):
        return str(spelled)
    return orjson.dumps(value).decode()


class _Spelled(str):
    """A JSON number in its original spelling."""


def json_at(text: str | None, keys: str) -> str | None:
    """Return the JSON at a path of keys, given as a JSON list; None if there is nothing."""
    if text is None:
        return None
    found = json.loads(text, parse_int=_Spelled, parse_float=_Spelled)
    for key in json.loads(keys):
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return _written(found)


def _written(value: Any) -> str:
    if isinstance(value, _Spelled):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k, ensure_ascii=False)}:{_written(v)}" for k, v in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=65536)
def json_number(raw: str | None) -> float | int | None:
    """Return a JSON value as a number if it is one or is text that reads as one; else None.

    Integers that a float cannot represent stay integers as long as they fit SQL's.
    """
    if raw is None or raw in ("true", "false", "null"):
        return None
    if raw.startswith('"'):
        raw = str(orjson.loads(raw))
    found = number(raw)
    if found is None or isinstance(found, float):
        return found
    if _EXACT < abs(found) < _INT64:
        return found
    return float(found) if abs(found) < _LARGEST else None


@lru_cache(maxsize=1024)
def _parsed(condition: str) -> Condition:
    return Condition.model_validate(json.loads(condition))


@lru_cache(maxsize=65536)
def holds_json(condition: str, raw: str | None) -> bool:
    """Return whether a JSON value satisfies a condition given as JSON; memoised for SQL."""
    wanted = _parsed(condition)
    return wanted.holds(json_elements(raw, numbers=not wanted.passes_over_numbers))
