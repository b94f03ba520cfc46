"""A question of any kind inside another, given as one or as an object with its kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

from core.queries.common.question import Inner, Question


def _read(value: Any) -> Any:
    from core.queries import from_json

    return from_json(value) if isinstance(value, dict) else value


AnyQuestion = Annotated[Inner, BeforeValidator(_read)]


def said_by(question: Question) -> dict[str, Any]:
    """Return a question as an object with its kind, without what it does not say."""
    return question.model_dump(mode="json", by_alias=True, exclude_unset=True)


def lifted(data: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a question around another, which has some of the inner one's.

    Args:
        data: its fields, the inner question as `of`. What it says itself wins; conditions add up.
        names: the fields that it has for both.
    """
    given, of = dict(data), data.get("of")
    if isinstance(of, Question):
        of = said_by(of)
    if not isinstance(of, dict):
        return given
    given["of"] = {key: value for key, value in of.items() if key not in names}
    for name in names:
        if name not in of:
            continue
        if name == "conditions":
            given[name] = [*given.get(name, ()), *of[name]]
        elif of[name] is not None:
            given.setdefault(name, _read(of[name]) if name == "among" else of[name])
    return given
