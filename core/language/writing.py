"""The fields of a question as they are written: one after another, the rest as settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from core.queries.common.question import Question
from core.words.terms import quoted, scalar


class Writer:
    """The fields of a question that still have to be written.

    Args:
        nested: writes a question that stands inside this one.
    """

    def __init__(self, question: Question, nested: Callable[[Question], str]) -> None:
        self.question = question
        self.nested = nested
        fields = type(question).model_fields
        self.left: dict[str, Any] = {
            key: getattr(question, key)
            for key, info in fields.items()
            if key != "kind"
            and (
                getattr(question, key) != info.get_default(call_default_factory=True)
                or (key == "range" and key in question.model_fields_set)
            )
        }

    def take(self, key: str) -> Any:
        """Return a field's value and count it as written; None when it is at its default."""
        return self.left.pop(key, None)

    def value(self, key: str) -> Any:
        """Return a field's value, default or not, and count it as written."""
        self.left.pop(key, None)
        return getattr(self.question, key, None)


DROPPING = ("trend", "per_actor", "properties", "ltv")
"""Kinds of which a measured property loses the prefix "properties."."""


def whole_property(found: str) -> str:
    """Return a property so that the prefix a question drops is not part of its name."""
    return f"properties.{found}" if found.startswith("properties.") else found


def settings(writer: Writer) -> str:
    """Return the fields that no other clause has said, as a clause, or nothing."""
    if not writer.left:
        return ""
    dumped = writer.question.model_dump(mode="json", by_alias=True)
    if "property" in writer.left and writer.question.kind in DROPPING:
        dumped["property"] = whole_property(dumped["property"])
    return "with " + ", ".join(f"{k} = {_setting(dumped[k])}" for k in writer.left)


def _setting(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str | int | float):
        return scalar(value)
    if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
        return f"({', '.join(scalar(v) for v in value)})"
    return f"json {quoted(json.dumps(value, ensure_ascii=False))}"
