"""People, and one person over time."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from core.answers.cells import Model, Shape


class Person(Model):
    """One actor in a list. Instants in ms; user is text from data, to be cleaned before showing."""

    user: str
    first_seen: int
    last_seen: int
    events: int
    values: tuple[Any, ...] = ()


class People(Shape):
    """A page of the people behind something; `total` counts them all.

    Attributes:
        columns: the names of the `values` of each row.
        picked: the users drawn as picked; not part of the answer.
    """

    shape: Literal["people"] = "people"
    total: int
    limit: int
    offset: int
    columns: tuple[str, ...] = ()
    rows: tuple[Person, ...]
    picked: SkipJsonSchema[frozenset[str]] = Field(default=frozenset(), exclude=True)


class TimelineEvent(Model):
    """One event of a person; its text is from data."""

    ts: int
    event: str
    session: int
    properties: dict[str, Any] = Field(default_factory=dict)
    context: dict[str, str] = Field(default_factory=dict)


class TimelineSession(Model):
    """A session with some of the listed events; number 1 is the person's first.

    Attributes:
        key: its id in the data; None if it is derived from gaps.
    """

    number: int
    start: int
    end: int
    events: int
    key: str | None = None


class TimelineChange(Model):
    """A property of a person that got another value.

    Attributes:
        before, after: None for no value.
        source: the event it came with, "" if it was said about the person outside any event.
    """

    ts: int
    field: str
    before: str | None
    after: str | None
    source: str


class TimelineAudience(Model):
    """A saved audience that a person is in.

    Attributes:
        listed: whether it lists people by id, so that there is no day they came in.
        since: ISO local date of the first day of those at whose ends they were in it without a
            break; None if that is further back than is looked, or `listed`.
    """

    audience: str
    listed: bool = False
    since: str | None = None


class Timeline(Shape):
    """One person: their summary, and their events with the sessions these belong to.

    Attributes:
        days: distinct active local days as ISO dates, ascending.
        events: in the requested order; `total_events` counts all of the person's events.
        changes: how their properties changed, oldest first; empty unless asked for.
        audiences: those asked for that they are in.
    """

    shape: Literal["timeline"] = "timeline"
    user: str
    merged: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    first_seen: int | None
    last_seen: int | None
    total_events: int
    total_sessions: int
    usage_seconds: float = 0
    traits: dict[str, str] = Field(default_factory=dict)
    context: dict[str, str] = Field(default_factory=dict)
    segments: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    top_events: tuple[tuple[str, int], ...] = ()
    sessions: tuple[TimelineSession, ...] = ()
    events: tuple[TimelineEvent, ...] = ()
    truncated: bool = False
    changes: tuple[TimelineChange, ...] = ()
    audiences: tuple[TimelineAudience, ...] = ()
