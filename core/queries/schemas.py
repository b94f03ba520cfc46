"""JSON schemas of questions and of the shapes that answer them."""

from __future__ import annotations

from typing import Any, Final

from core.answers import (
    Flow,
    Grid,
    Histogram,
    Number,
    People,
    Series,
    Shape,
    Steps,
    Table,
    Timeline,
    Treemap,
)
from core.queries import kind_class
from core.queries.kinds import KINDS

SHAPES: Final[dict[str, type[Shape]]] = {
    shape.model_fields["shape"].default: shape
    for shape in (
        Series, Steps, Grid, Table, Histogram, Treemap, Flow, People, Timeline, Number,
    )
}  # fmt: skip
"""name -> shape."""


def shapes_of(kind: str) -> tuple[type[Shape], ...]:
    """Return the shapes of which one answers a kind."""
    return tuple(SHAPES[shape] for shape in KINDS[kind].shapes)


def schemas(kind: str) -> dict[str, Any]:
    """Return {"question": schema, "answer": schema} of a kind; BadQuestion when it is unknown."""
    question = kind_class(kind).model_json_schema()
    shapes = shapes_of(kind)
    if len(shapes) > 1:
        answer = {"anyOf": [shape.model_json_schema() for shape in shapes]}
    else:
        answer = shapes[0].model_json_schema()
    return {"question": question, "answer": answer}
