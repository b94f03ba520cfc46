"""JSON schemas of questions and of the shapes that answer them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Final

from pydantic import TypeAdapter

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
from core.queries import kind_class, kind_row

SHAPES: Final[dict[str, type[Shape]]] = {
    shape.model_fields["shape"].default: shape
    for shape in (
        Series, Steps, Grid, Table, Histogram, Treemap, Flow, People, Timeline, Number,
    )
}  # fmt: skip
"""name -> shape."""


def shapes_of(kind: str) -> tuple[type[Shape], ...]:
    """Return the shapes that answers of a kind can have; BadQuestion if it is unknown."""
    return tuple(SHAPES[shape] for shape in kind_row(kind).shapes)


def schemas(kind: str) -> dict[str, Any]:
    """Return {"question": schema, "answer": schema} for a kind; BadQuestion if it is unknown."""
    question = kind_class(kind).model_json_schema()
    any_shape: TypeAdapter[Any] = TypeAdapter(reduce(or_, shapes_of(kind)))
    return {"question": question, "answer": any_shape.json_schema()}
