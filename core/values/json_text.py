"""JSON text of parsed JSON, with integers of any length."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

from core.errors import not_as_written


def json_text(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Return a value as compact JSON; orjson cannot write integers beyond 64 bits.

    Args:
        default: returns a substitute for a value that JSON cannot represent.

    Raises:
        TypeError: it cannot be written, for example because it nests too deeply.
    """
    try:
        return orjson.dumps(value, default).decode()
    except TypeError as error:
        if "64-bit" not in str(error):
            raise
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=default)


def stored_object(text: Any) -> dict[str, Any]:
    """Return a JSON object as the workspace stores it.

    Raises:
        Damaged: it is not a JSON object.
    """
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise not_as_written("a stored value") from error
    if not isinstance(found, dict):
        raise not_as_written("a stored value")
    return found
