"""Questions from JSON; a kind is loaded when it is first used."""

from __future__ import annotations

import importlib
import json
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import BadQuestion, did_you_mean
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import clean
from core.words.kinds import Kind

__all__ = ["KINDS", "explained", "from_json", "kind_class", "kind_row"]


def kind_row(kind: str) -> Kind:
    """Return the row of a kind; BadQuestion with the nearest names if it is unknown."""
    if kind not in KINDS:
        raise BadQuestion(
            f"kind {kind!r} is not known.",
            did_you_mean(kind, KINDS) or f"Allowed: {', '.join(KINDS)}.",
            parameter="kind",
        )
    return KINDS[kind]


def kind_class(kind: str) -> type[Question]:
    """Return the class of a kind; BadQuestion as for its row."""
    module, _, name = kind_row(kind).at.partition(":")
    found: type[Question] = getattr(importlib.import_module(module), name)
    return found


def from_json(data: str | bytes | dict[str, Any]) -> Question:
    """Return the question described by a JSON object.

    Raises:
        BadQuestion: not JSON, not an object, or a field is unknown or out of bounds; the message
            names the parameter.
    """
    body = data if isinstance(data, dict) else _parsed(data)
    if "kind" not in body:
        raise BadQuestion(
            "The question has no kind.", f"Allowed: {', '.join(KINDS)}.", parameter="kind"
        )
    kind = kind_class(str(body["kind"]))
    if isinstance(body.get("among"), dict):
        body = {**body, "among": from_json(body["among"])}
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise explained(kind, error) from error


def _parsed(data: str | bytes) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"This is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise BadQuestion("A question in JSON must be an object.", 'For example {"kind": "trend"}.')
    return body


def explained(kind: type[BaseModel], error: ValidationError) -> BadQuestion:
    """Return the first error in a model's fields as a sentence that names the parameter."""
    first = error.errors(include_url=False)[0]
    parameter = ".".join(str(part) for part in first["loc"] if _named(part)) or "question"
    given, limits = first.get("input"), first.get("ctx", {})
    if first["type"] == "extra_forbidden":
        known = list(kind.model_fields)
        hint = did_you_mean(str(first["loc"][-1]), known) or f"Allowed: {', '.join(known)}."
        return BadQuestion(f"parameter {parameter!r} is not known.", hint, parameter=parameter)
    return BadQuestion(f"{parameter} {_wrong(first['type'], given, limits)}", parameter=parameter)


def _named(part: int | str) -> bool:
    """Whether a part of an error's location is a field or index, not a branch of a union."""
    return isinstance(part, int) or (part.isidentifier() and part[0].islower())


_LIMITS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be more than {gt}",
    "less_than": "must be less than {lt}",
    "too_short": "needs at least {min_length} and has {actual_length}",
    "too_long": "holds at most {max_length} and has more",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "literal_error": "must be {expected}",
    "missing": "is missing",
}
_TYPES = {
    "int": "a whole number", "float": "a number", "string": "a text", "bool": "true or false",
    "tuple": "a list", "list": "a list", "dict": "an object", "model": "an object",
}  # fmt: skip


def _wrong(type_: str, given: object, limits: dict[str, Any]) -> str:
    """Return what is wrong with a value, in words: "must be at least 1, not 0."."""
    shown = clean(json.dumps(given, default=str), 60)
    if type_ in ("missing", "too_short", "too_long", "string_too_short", "string_too_long"):
        return _LIMITS[type_].format(**limits) + "."
    if type_ in _LIMITS:
        return f"{_LIMITS[type_].format(**limits)}, not {shown}."
    wanted = next((words for start, words in _TYPES.items() if type_.startswith(start)), "")
    return f"must be {wanted}, not {shown}." if wanted else f"cannot be {shown}."
