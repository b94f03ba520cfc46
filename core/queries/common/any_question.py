"""A question of any kind inside another, given as one or as an object with its kind."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from core.queries.common.question import Inner, Question


def _read(value: Any) -> Any:
    from core.queries import from_json

    return from_json(value) if isinstance(value, dict) else value


AnyQuestion = Annotated[Inner, BeforeValidator(_read)]


def said_by(question: Question) -> dict[str, Any]:
    """Return a question as an object with its kind, without what it does not say."""
    body = question.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {**body, "kind": question.kind}
