"""JSON schemas of questions and of the shapes that answer them."""

from __future__ import annotations

from typing import Any, Final

from core.answers import Grid, People, Series, Shape, Steps, Table, Timeline
from core.queries import kind_class

SHAPES: Final[dict[str, type[Shape]]] = {
    "active_users": Series,
    "trend": Series,
    "funnel": Steps,
    "retention": Grid,
    "lifecycle": Series,
    "segments": Table,
    "segment": People,
    "top_events": Table,
    "first_time": Series,
    "people": People,
    "user_activity": Timeline,
    "user_search": People,
}
"""kind -> the shape that answers it."""


def schemas(kind: str) -> dict[str, Any]:
    """Return {"question": schema, "answer": schema} of a kind; BadQuestion when it is unknown."""
    question = kind_class(kind).model_json_schema()
    return {"question": question, "answer": SHAPES[kind].model_json_schema()}
