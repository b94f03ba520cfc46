"""The JSON paths of a property's name (definitions 2.5), and their form in SQLite."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

MAX_DOTS = 3
"""How many dots of a name are tried both as part of a key and as a step into the key's value."""

_ODD_KEY = re.compile(r'["\\\x00-\x1f]|^$')


def ways_of(name: str) -> list[tuple[str, ...]]:
    """Return the paths that a property's name can mean, best first (definitions 2.5).

    The key "a.b" comes before the key "b" inside "a". "properties." is the empty name, for places
    where empty text would mean none.
    """
    if name in ("", "properties."):
        return [("",)]
    first, *rest = name.split(".")
    if len(rest) > MAX_DOTS:
        return [(name,), (first, *rest)]
    return _splits(first, rest)


def _splits(first: str, rest: list[str]) -> list[tuple[str, ...]]:
    if not rest:
        return [(first,)]
    longer = _splits(f"{first}.{rest[0]}", rest[1:])
    return [*longer, *((first, *path) for path in _splits(rest[0], rest[1:]))]


def property_of(column: str, name: str, bind: Callable[[Any], str]) -> str:
    """Return SQLite's JSON text of a property in a JSON column, NULL if missing.

    Args:
        bind: binds one value and returns its placeholder, in the order of the text.
    """
    found = [_at(column, path, bind) for path in ways_of(name)]
    if len(found) == 1:
        return found[0]
    present = (f"nullif({raw}, 'null')" for raw in found)
    return f"coalesce({', '.join(present)})"


def _at(column: str, path: tuple[str, ...], bind: Callable[[Any], str]) -> str:
    """SQLite's paths cannot express some keys; our function takes any."""
    if any(_ODD_KEY.search(key) for key in path):
        return f"json_at({column}, {bind(json.dumps(path))})"
    return f"({column} -> {bind(json_path(path))})"


def json_path(path: Sequence[str]) -> str:
    """Return the SQLite JSON path of keys, each quoted."""
    return "$" + "".join(f'."{key}"' for key in path)
