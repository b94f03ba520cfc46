"""Writing the fields of a question: one after another, the rest as settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from core.filters import Clause
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.queries.terms import (
    bracketed,
    cell_words,
    duration_words,
    name,
    quoted,
    scalar,
    step_words,
)
from core.queries.trend.words import whole_property
from core.text import is_unsafe
from core.words.names import BARE


class Writer:
    """The fields of a question that are still to be written; see core.words.kinds.Writing.

    Args:
        nested: writes a question inside this one.
    """

    def __init__(self, question: Question, nested: Callable[[Question], str]) -> None:
        self.question: Any = question
        self._nested = nested
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
        """See Writing."""
        return self.left.pop(key, None)

    def value(self, key: str) -> Any:
        """See Writing."""
        self.left.pop(key, None)
        return getattr(self.question, key, None)

    def nested(self, question: Question) -> str:
        """See Writing."""
        return self._nested(question)

    def alone(self, question: Question) -> str:
        """See Writing."""
        inner = Writer(question, self._nested)
        inner.left.pop("range", None)
        text = KINDS[question.kind].wording.write(inner)
        return " ".join(filter(None, [text, settings(inner)]))

    def name(self, text: str) -> str:
        """See Writing."""
        return name(text)

    def quoted(self, text: str) -> str:
        """See Writing."""
        return quoted(text)

    def is_bare(self, text: str) -> bool:
        """See Writing."""
        return BARE.fullmatch(text) is not None

    def step(self, step: Any) -> str:
        """See Writing."""
        return step_words(step)

    def filtered(self, clauses: Sequence[Clause]) -> str:
        """See Writing."""
        return bracketed(clauses)

    def duration(self, seconds: float) -> str:
        """See Writing."""
        return duration_words(seconds)

    def cell(self, cell: Any) -> str:
        """See Writing."""
        return cell_words(cell)


def settings(writer: Writer) -> str:
    """Return the fields that no other clause has written, as a clause, or nothing."""
    if not writer.left:
        return ""
    asked = writer.question
    dumped = asked.model_dump(mode="json", by_alias=True) | said_by(asked)
    if "property" in writer.left and KINDS[writer.question.kind].drops_prefix:
        dumped["property"] = whole_property(dumped["property"])
    if "definition" in writer.left:
        from core.language.audiences import format_rules

        dumped["definition"] = format_rules(asked.definition)
    return "with " + ", ".join(f"{k} = {_setting(dumped[k])}" for k in writer.left)


def _setting(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str | int | float):
        return scalar(value)
    if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
        return f"({', '.join(scalar(v) for v in value)})"
    text = json.dumps(value, ensure_ascii=False)
    if any(char in "'\\" or is_unsafe(char) for char in text):
        return f"json {quoted(text)}"
    return f"json '{text}'"
