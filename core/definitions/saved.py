"""Models of saved things: marks, and whatever is saved under a title."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from core.answers import Model
from core.definitions.shared import Title, new_id

CATEGORIES = ("release", "news", "incident", "post")
SOURCES = ("manual", "api", "plugin")
MAX_METADATA = 10_240

Kind = Literal["boards", "charts", "audiences", "queries", "custom_events", "alerts", "marks"]
NAMES: Final[dict[Kind, str]] = {
    "boards": "board", "charts": "chart", "audiences": "audience", "queries": "query",
    "custom_events": "custom event", "alerts": "alert", "marks": "mark",
}  # fmt: skip
"""Kind -> what one is called."""

PREFIXES: Final[dict[Kind, str]] = {
    "boards": "brd", "charts": "cht", "audiences": "aud", "queries": "qry", "custom_events": "cev",
    "alerts": "alr", "marks": "mrk",
}  # fmt: skip
"""Kind -> what the ids of its things begin with."""

Category = Literal["release", "news", "incident", "post"]


def now_ms() -> int:
    """Return the current time in UTC ms."""
    return int(time.time() * 1000)


class Mark(Model):
    """Something that happened, shown on charts over time (definitions 10.3).

    Attributes:
        timestamp, end_at: UTC ms; end_at is None for a moment.
        source: where it comes from: manual, api or plugin.
        source_ref: URL, commit or other reference.
        scope: "private" marks are seen only by their creator.
        metadata: JSON text of at most 10,240 bytes, or "".
        board_id, chart_id: the only board or saved chart that shows it; None means all.
        tags: words to find it by.
    """

    id: str = Field(default_factory=lambda: new_id(PREFIXES["marks"]), min_length=1, max_length=100)
    title: Title
    description: str = Field(default="", max_length=2000)
    timestamp: int = Field(default_factory=lambda: now_ms())
    end_at: int | None = None
    category: Category = "release"
    source: Literal["manual", "api", "plugin"] = "manual"
    source_ref: str = Field(default="", max_length=2000)
    scope: Literal["public", "private"] = "public"
    metadata: str = ""
    board_id: str | None = Field(default=None, max_length=100)
    chart_id: str | None = Field(default=None, max_length=100)
    tags: tuple[Annotated[str, Field(min_length=1, max_length=50)], ...] = Field(
        default=(), max_length=20
    )
    created_by: str = ""
    created_at: int = 0

    @model_validator(mode="after")
    def _sound(self) -> Mark:
        if self.end_at is not None and self.end_at < self.timestamp:
            raise ValueError("end_at is before timestamp")
        if len(self.metadata.encode(errors="replace")) > MAX_METADATA:
            raise ValueError(f"metadata is larger than {MAX_METADATA:,} bytes")
        if self.metadata:
            try:
                json.loads(self.metadata)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"metadata is not JSON: {error}") from error
        return self


class Item(Model):
    """Something saved under a name: a chart, an audience or a query.

    Attributes:
        body: its content: {"question": ..., "chart": ...}, an audience's definition, {"sql": ...}.
    """

    id: str = Field(default="", max_length=100)
    title: Title
    description: str = Field(default="", max_length=2000)
    body: dict[str, Any] = Field(default_factory=dict)
    owner: str = ""
    is_pinned: bool = False
    created_at: int = 0
    updated_at: int = 0


class Version(Model):
    """A version of a saved thing.

    Attributes:
        version: from 1; the highest is the current one.
        saved_at: UTC ms.
    """

    version: int
    title: str
    description: str
    body: dict[str, Any]
    saved_by: str
    saved_at: int
