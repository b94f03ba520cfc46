"""JSON schemas of questions and of the shapes that answer them."""

from __future__ import annotations

from typing import Any, Final

from core.answers import (
    Flow,
    Grid,
    Histogram,
    People,
    Series,
    Shape,
    Steps,
    Table,
    Timeline,
    Treemap,
)
from core.queries import kind_class
from core.words.charts import charts_of

SHAPES: Final[dict[str, type[Shape] | tuple[type[Shape], ...]]] = {
    "active_users": Series,
    "trend": (Series, Histogram),
    "funnel": Steps,
    "correlation": Table,
    "funnel_trend": Series,
    "time_to_convert": Histogram,
    "retention": Grid,
    "lifecycle": Series,
    "users": Series,
    "composition": Table,
    "realtime": Series,
    "sessions": (Series, Histogram, Table),
    "ltv": Grid,
    "stickiness": (Series, Histogram),
    "usage_interval": Histogram,
    "engagement": Table,
    "attribution": Table,
    "segments": Table,
    "segment": People,
    "audience": People,
    "saved": (Series, Table, Steps, Grid, Histogram, People, Timeline, Treemap, Flow),
    "several": (Series, Table, Steps, Grid, Histogram, People, Timeline, Treemap, Flow),
    "top_events": Table,
    "first_time": Series,
    "per_actor": Series,
    "events_list": Table,
    "properties": Series,
    "raw_events": Table,
    "formula": (Series, Histogram),
    "grouped": Treemap,
    "paths": Flow,
    "explain": Table,
    "people": People,
    "user_activity": Timeline,
    "user_search": People,
    "sql": Table,
    "logs": (Series, Table),
}
"""kind -> the shape that answers it, or those of which one does."""


def charts(kind: str) -> tuple[str, ...]:
    """Return the names of the charts that answers of a kind can be drawn as."""
    return charts_of(shape.model_fields["shape"].default for shape in shapes_of(kind))


def shapes_of(kind: str) -> tuple[type[Shape], ...]:
    """Return the shapes of which one answers a kind."""
    shapes = SHAPES[kind]
    return shapes if isinstance(shapes, tuple) else (shapes,)


def schemas(kind: str) -> dict[str, Any]:
    """Return {"question": schema, "answer": schema} of a kind; BadQuestion when it is unknown."""
    question = kind_class(kind).model_json_schema()
    shapes = shapes_of(kind)
    if len(shapes) > 1:
        answer = {"anyOf": [shape.model_json_schema() for shape in shapes]}
    else:
        answer = shapes[0].model_json_schema()
    return {"question": question, "answer": answer}
