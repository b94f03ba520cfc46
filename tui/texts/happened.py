"""Single events: the rows of a page of them, and what is known about one, field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.answers import Table, Timeline, TimelineAudience, TimelineChange
from core.columns import CONTEXT
from core.filters import Condition
from core.text import clean, duration, things
from core.timeframe import Calendar


@dataclass(frozen=True)
class Happened:
    """One event; its texts are from data.

    Attributes:
        ts: its instant in ms.
        seq: its number; with `ts` its place among all events.
        user: the person it counts for, None for nobody.
        context: its columns that have a value.
    """

    ts: int
    seq: int
    event: str
    user: str | None
    device: str | None
    session: str | None
    context: dict[str, str]
    properties: dict[str, Any]

    @property
    def key(self) -> tuple[int, int]:
        """Its place among all events."""
        return self.ts, self.seq


@dataclass(frozen=True)
class Fact:
    """One thing known about an event.

    Attributes:
        label: what it is.
        text: its value as text.
        field: the field that conditions name it by, "" if there is none.
        value: the value that conditions compare with.
    """

    label: str
    text: str
    field: str = ""
    value: Any = None

    def condition(self, operator: str) -> Condition:
        """Return the condition that a field has, or has not, this value."""
        return Condition(field=self.field, operator=operator, value=self.value)


def happened(table: Table) -> tuple[Happened, ...]:
    """Return the events in a page of `raw_events` that was asked for as a whole."""
    names = [column.name for column in table.columns]
    found = []
    for row in table.rows:
        value = dict(zip(names, row, strict=True))
        found.append(
            Happened(
                value["timestamp"],
                value["seq"],
                value["event_name"],
                value["user"],
                value["device_id"],
                value["session_id"],
                {name: value[name] for name in CONTEXT if value[name]},
                value["properties"],
            )
        )
    return tuple(found)


def facts(event: Happened, calendar: Calendar) -> list[Fact]:
    """Return everything known about an event, in the order in which it is read."""
    found = [
        Fact("time", moment(calendar.local(event.ts)), "time", event.ts),
        Fact("event", event.event, "event", event.event),
        Fact("person", event.user or "nobody", "user" if event.user else "", event.user),
    ]
    if event.device:
        found.append(Fact("device", event.device, "device", event.device))
    if event.session:
        found.append(Fact("session", event.session, "session", event.session))
    found += [Fact(name, text, name, text) for name, text in event.context.items()]
    found += [property_fact(name, value) for name, value in event.properties.items()]
    return found


def about(person: Timeline, calendar: Calendar) -> list[Fact]:
    """Return what is known about a person: when they were seen, traits, context, segments."""
    found = []
    if person.first_seen is not None and person.last_seen is not None:
        first, last = calendar.local(person.first_seen), calendar.local(person.last_seen)
        found = [
            Fact("first seen", f"{first:%a %Y-%m-%d %H:%M}"),
            Fact("last seen", f"{last:%a %Y-%m-%d %H:%M}"),
            Fact("did", f"{things(person.total_events, 'event')} in "
                 f"{things(person.total_sessions, 'session')}, {duration(person.usage_seconds)}"),
        ]  # fmt: skip
    if person.segments:
        found.append(
            Fact("segments", ", ".join(name.replace("_", " ") for name in person.segments))
        )
    found += [Fact(key, value) for key, value in person.traits.items()]
    found += [Fact(key, value) for key, value in person.context.items()]
    for label, names in (("devices", person.devices), ("also", person.merged)):
        if names:
            found.append(Fact(label, ", ".join(names)))
    return found


def with_history(facts: list[Fact], known: Timeline, calendar: Calendar) -> list[Fact]:
    """Return facts about a person with since when and by which event those are so that changed, and
    with the audiences they are in.
    """
    last = {change.field: change for change in known.changes if change.before is not None}
    found = []
    for fact in facts:
        change = last.get(fact.label)
        if change is not None and change.after == fact.text:
            when = f"{calendar.local(change.ts):%Y-%m-%d}"
            by = f", {change.source}" if change.source else ""
            fact = replace(fact, text=f"{fact.text} (since {when}{by})")
        found.append(fact)
    return [*found, *(Fact(f"in {each.audience}", _since(each)) for each in known.audiences)]


def _since(audience: TimelineAudience) -> str:
    """Since when somebody is in an audience, in words."""
    if audience.listed:
        return "listed by id"
    return f"since {audience.since}" if audience.since else "for more than 30 days"


def change_text(change: TimelineChange, calendar: Calendar) -> str:
    """Return a change on one line: when, what, from what to what."""
    before, after = ("–" if v is None else clean(v, 40) for v in (change.before, change.after))
    when = f"{calendar.local(change.ts):%Y-%m-%d %H:%M}"
    return f"{when}  {clean(change.field, 30)}  {before} > {after}"


def property_fact(name: str, value: Any) -> Fact:
    """Return a property; lists and objects are written as JSON and cannot be compared."""
    if isinstance(value, dict | list):
        return Fact(name, json.dumps(value, ensure_ascii=False, indent=1))
    text = json.dumps(value) if value is None or isinstance(value, bool) else str(value)
    return Fact(name, text, "" if value is None else f"properties.{name}", value)


def moment(local: datetime) -> str:
    """Return a local time to the millisecond, with its zone."""
    return f"{local:%a %Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03} {local:%Z}"


def pairs(properties: dict[str, Any]) -> str:
    """Return properties on one line."""
    return "  ".join(f"{name}={_short(value)}" for name, value in properties.items())


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
