"""Requests for saved things: audiences and marks (definitions 5.2, 10.3, 10.5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from core.api.route import Asked, Backend, Nothing
from core.api.tell.shapes import moment
from core.definitions.saved import Item, Mark
from core.errors import BadQuestion

Json = dict[str, Any]


class One(Asked):
    """One thing by its id."""

    id: str = Field(description="Its id.")


class NewAudience(Asked):
    """An audience to create."""

    name: str = Field(description="Name, 1 to 200 characters.")
    description: str = Field("", description="At most 2,000 characters.")
    definition: Json = Field(description="Rules: filters, events, lookback_days.")


class ChangedAudience(One):
    """Changes to an audience; parts left out stay as they are."""

    name: str | None = Field(None, description="New name.")
    description: str | None = Field(None, description="New description.")
    definition: Json | None = Field(None, description="New rules.")


def audiences(asked: Nothing, backend: Backend) -> Json:
    """Return all audiences."""
    return {"data": [_audience(item) for item in backend.audiences.all()]}


def create_audience(asked: NewAudience, backend: Backend) -> Json:
    """Create an audience, as an editor."""
    made = backend.audiences.create(asked.name, asked.definition, asked.description)
    return {"data": _audience(made)}


def audience(asked: One, backend: Backend) -> Json:
    """Return one audience."""
    return {"data": _audience(backend.audiences.one(asked.id))}


def change_audience(asked: ChangedAudience, backend: Backend) -> Json:
    """Change an audience, as its owner or an admin."""
    changed = backend.audiences.change(
        asked.id, title=asked.name, description=asked.description, definition=asked.definition
    )
    return {"data": _audience(changed)}


def delete_audience(asked: One, backend: Backend) -> Json:
    """Delete an audience, as its owner or an admin."""
    found = backend.audiences.one(asked.id)
    backend.audiences.delete(found.id)
    return {"data": {"id": found.id, "deleted": True}}


def count_audience(asked: One, backend: Backend) -> Json:
    """Return how many people are in an audience now."""
    found = backend.audiences.one(asked.id)
    return {"data": {"id": found.id, "count": backend.audiences.count(backend.engine, found.id)}}


def _audience(item: Item) -> Json:
    return {
        "id": item.id, "owner_id": item.owner, "name": item.title,
        "description": item.description, "definition": item.body,
        "created_at": moment(item.created_at), "updated_at": moment(item.updated_at),
    }  # fmt: skip


# -- marks


class Marks(Asked):
    """Which marks to list."""

    from_: str | None = Field(
        None,
        alias="from",
        description="Start time, ISO 8601; in the workspace's zone unless it has one.",
    )
    to: str | None = Field(None, description="End time; a date alone includes the whole day.")
    category: str | None = Field(None, description="release, news or incident.")
    source: str | None = Field(None, description="manual, api or plugin.")
    limit: int = Field(500, ge=1, le=500, description="The most marks to return.")


class NewMark(Asked):
    """A mark to create."""

    title: str = Field(description="Title, 1 to 200 characters.")
    description: str = Field("", description="At most 2,000 characters.")
    timestamp: str | None = Field(
        None,
        description="When it happened, ISO 8601; in the workspace's zone by default. Default now.",
    )
    category: str = Field("release", description="release, news or incident.")
    source_ref: str = Field("", description="URL, commit or other reference.")
    scope: Literal["public", "private"] = Field("public", description="public or private.")
    metadata: str = Field("", description="JSON, at most 10 KB.")


def marks(asked: Marks, backend: Backend) -> Json:
    """Return the visible marks, newest first."""
    found = backend.saved.moments.all(
        _instant(asked.from_, "from", backend),
        _instant(asked.to, "to", backend, end=True),
        asked.category,
        source=asked.source,
        limit=asked.limit,
    )
    return {"data": [_mark(mark) for mark in found]}


def mark(asked: One, backend: Backend) -> Json:
    """Return one mark; somebody else's private one is not found."""
    return {"data": _mark(backend.saved.moments.one(asked.id))}


def create_mark(asked: NewMark, backend: Backend) -> Json:
    """Create a mark, as an editor."""
    from core.definitions.shared import checked

    given = asked.model_dump(exclude={"timestamp"})
    when = _instant(asked.timestamp, "timestamp", backend)
    given["timestamp"] = backend.saved.access.clock() if when is None else when
    return {"data": _mark(backend.saved.moments.save(checked(Mark, given)))}


def delete_mark(asked: One, backend: Backend) -> Json:
    """Delete a mark, as its creator or an admin."""
    backend.saved.moments.delete(asked.id)
    return {"data": {"id": asked.id, "deleted": True}}


def _mark(found: Mark) -> Json:
    return {
        **found.model_dump(include={
            "id", "title", "description", "category", "source", "source_ref", "scope", "metadata",
            "created_by",
        }),
        "timestamp": moment(found.timestamp), "end_at": moment(found.end_at),
        "created_at": moment(found.created_at),
    }  # fmt: skip


def _instant(
    text: str | None, parameter: str, backend: Backend, *, end: bool = False
) -> int | None:
    """Return an ISO 8601 time as UTC ms; one without a zone is in the workspace's.

    Args:
        end: a date alone is its last instant, not its first.
    """
    if text is None:
        return None
    calendar = backend.engine.calendar
    try:
        when = datetime.fromisoformat(text)
        if end and len(text.strip()) <= len("2025-01-31"):
            return calendar.instant(when + timedelta(days=1)) - 1
        return int(when.timestamp() * 1000) if when.tzinfo else calendar.instant(when)
    except (ValueError, OverflowError):
        raise BadQuestion(
            f"{parameter} {text!r} is not a time.",
            "For example 2025-01-31T09:30:00Z.",
            parameter=parameter,
        ) from None
