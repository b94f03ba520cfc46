"""The values in an event's JSON, as SQLite reads them where their text identifies them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import orjson

from core.errors import not_as_written

ODD: Final = object()
"""A value whose text does not follow from it, such as 1.50, or that is there twice."""


def parsed(text: str) -> dict[str, Any]:
    """Return the JSON object of an event's properties; a value is ODD where its text is needed.

    Raises:
        Damaged: it is no JSON.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise not_as_written("a stored value") from error
    if orjson.dumps(found) == text.encode():
        return found  # type: ignore[no-any-return]
    exact = json.loads(
        text, parse_int=_number, parse_float=_number, parse_constant=_number,
        object_pairs_hook=_without_repeats,
    )  # fmt: skip
    return {key: value if f'"{key}"' in text else ODD for key, value in exact.items()}


def _number(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except ValueError:
        return ODD
    return value if str(value) == text else ODD


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(key for key, _ in pairs)
        return {key: value if times[key] == 1 else ODD for key, value in found.items()}
    return found
