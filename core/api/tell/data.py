"""Requests for raw data: SQL, sources, their fields and values (definitions 10.6)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from core.api.route import Asked, Backend, Nothing
from core.api.tell import exploration as explore
from core.api.tell.shapes import rows

Json = dict[str, Any]


class OfSource(Asked):
    """One source."""

    source: str = Field(description="events, logs, context, user_traits, users, user_devices.")


class OfField(OfSource):
    """The values of a field."""

    field: str = Field(description="A field of the source.")
    search: str | None = Field(None, description="Only values that contain this text.")
    limit: int = Field(100, ge=1, le=1000, description="The most values to return.")


class Query(Asked):
    """One SELECT."""

    query: str = Field(description="A SELECT or WITH statement.")
    limit: int = Field(1000, ge=1, le=10_000, description="The most rows to return.")


def query(asked: Query, backend: Backend) -> Json:
    """Return the rows of a read-only statement."""
    from core.queries import from_json

    question = from_json({"kind": "sql", "query": asked.query, "limit": asked.limit})
    result = backend.engine.run(question, stop=backend.stop)
    return {"data": {**rows(result.answer), "execution_time_ms": round(result.milliseconds)}}


def sources(asked: Nothing, backend: Backend) -> Json:
    """Return the sources."""
    return {"data": {"sources": [
        {"id": s.name, "name": s.name, "description": s.description, "table": s.table}
        for s in explore.sources()
    ]}}  # fmt: skip


def source_fields(asked: OfSource, backend: Backend) -> Json:
    """Return the fields of a source."""
    found = explore.fields(backend.engine.read, asked.source)
    return {
        "data": {
            "source": asked.source,
            "fields": [{"name": field.name, "data_type": field.type} for field in found],
        }
    }


def field_values(asked: OfField, backend: Backend) -> Json:
    """Return the values of a field, the most frequent first."""
    found = explore.values(
        backend.engine.read, asked.source, asked.field, limit=asked.limit, search=asked.search or ""
    )
    return {
        "data": {
            "source": asked.source,
            "field": asked.field,
            "values": [each.value for each in found],
            "counts": [each.count for each in found],
        }
    }
