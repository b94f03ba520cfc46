"""Which fields a question has."""

from __future__ import annotations

from core.queries.common.question import Question


def has(question: Question, field: str) -> bool:
    """Whether a question's kind has a field."""
    return field in type(question).model_fields
