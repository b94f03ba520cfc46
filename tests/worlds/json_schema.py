"""JSON schemas as far as ours go: whether one is sound, and whether a value is as it says."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

SAID = frozenset({"title", "description", "default", "$defs"})
"""Keywords that allow and forbid nothing."""

TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
LIMITS: dict[str, tuple[tuple[type, ...], Callable[[Any, Any], bool]]] = {
    "minimum": ((int, float), operator.ge),
    "maximum": ((int, float), operator.le),
    "exclusiveMinimum": ((int, float), operator.gt),
    "minLength": ((str,), lambda value, limit: len(value) >= limit),
    "maxLength": ((str,), lambda value, limit: len(value) <= limit),
    "minItems": ((list,), lambda value, limit: len(value) >= limit),
    "maxItems": ((list,), lambda value, limit: len(value) <= limit),
}
"""Keyword -> the types it is about, and whether a value keeps to a limit."""


def wrong(schema: dict[str, Any], value: Any, whole: dict[str, Any] | None = None) -> list[str]:
    """Return what is wrong with a value, each with its place; [] when it is as the schema says.

    Args:
        whole: the schema whose definitions are referred to; by default the schema itself.

    Raises:
        AssertionError: the schema has a keyword or a type that is not known.
        KeyError: it refers to a definition that it does not have.
    """
    return [f"{place or 'value'}: {why}" for place, why in _wrong(schema, value, whole or schema)]


def _wrong(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    unknown = schema.keys() - SAID - LIMITS.keys() - PARTS.keys()
    assert not unknown, f"keywords {unknown} are not known"
    for keyword in LIMITS.keys() & schema.keys():
        types, holds = LIMITS[keyword]
        if isinstance(value, types) and not holds(value, schema[keyword]):
            yield "", f"not within {keyword} {schema[keyword]}"
    for part in dict.fromkeys(PARTS[keyword] for keyword in schema if keyword in PARTS):
        yield from part(schema, value, whole)


def _type(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    assert schema["type"] in TYPES, schema["type"]
    if not TYPES[schema["type"]](value):
        yield "", f"{value!r} is no {schema['type']}"


def _choice(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    allowed = schema["enum"] if "enum" in schema else [schema["const"]]
    if value not in allowed:
        yield "", f"{value!r} is not one of {allowed}"


def _any_of(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    found = [list(_wrong(part, value, whole)) for part in schema["anyOf"]]
    if all(found):
        yield from min(found, key=len)


def _ref(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    start, name = schema["$ref"].rsplit("/", 1)
    assert start == "#/$defs"
    yield from _wrong(whole["$defs"][name], value, whole)


def _items(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        first = schema.get("prefixItems", ())
        for at, part in enumerate(value):
            rule = first[at] if at < len(first) else schema.get("items", {})
            yield from ((f"[{at}]{place}", why) for place, why in _wrong(rule, part, whole))


def _fields(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        return
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (
        ("", f"{name} is missing") for name in schema.get("required", ()) if name not in value
    )
    for name, part in value.items():
        rule = known.get(name, others)
        if rule is False:
            yield "", f"{name} is not known"
        elif rule is not True:
            yield from ((f".{name}{place}", why) for place, why in _wrong(rule, part, whole))


PARTS = {
    "type": _type, "enum": _choice, "const": _choice, "anyOf": _any_of, "$ref": _ref,
    "items": _items, "prefixItems": _items,
    "properties": _fields, "required": _fields, "additionalProperties": _fields,
}  # fmt: skip
"""Keyword -> the check it belongs to, which reads all of its keywords at once."""
