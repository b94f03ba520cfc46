"""The rows of the kinds of question about how often and how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.text import clean
from core.words.counted import many, title
from core.words.kinds import (
    Beginning,
    Choice,
    Figures,
    Kind,
    Lead,
    NumbersOf,
    Opening,
    Phrase,
    Wording,
    Writing,
    about,
    always,
    keyword,
)
from core.words.reading import Body

OVER_TIME = "events over time"
EVENT = "event"

_COUNTS = ("count", "users", "sessions", "average", "pct_dau", "frequency", "session_events")


def measured(writer: Writing, event: str | None, found: str) -> str:
    """Return a property of an event, or of any, as text: purchase.amount."""
    return dotted(writer, event, whole_property(found))


def dotted(writer: Writing, event: str | None, found: str) -> str:
    """Return a field of an event, or of any, as text; the field is taken as it is given."""
    if event is None:
        return found if writer.name(found) == found and "." not in found else writer.quoted(found)
    bare = writer.name(event) == event and "." not in event and writer.is_bare(found)
    return f"{event}.{found}" if bare else f"{writer.quoted(event)}.{writer.quoted(found)}"


def whole_property(found: str) -> str:
    """Return a property so that the prefix a question drops is not part of its name."""
    return f"properties.{found}" if found.startswith("properties.") else found


def whose(question: Any) -> str:
    """Return the words for everybody of a question that may be about one event."""
    whom = title(question)
    return f"{whom} of {question.event}" if question.event else f"{whom} with any event"


def users_of(question: Any, cell: Any) -> str:
    """Return the words for the people of a number of such a question."""
    return whose(question) if cell.row is None else f"{whose(question)}, {cell.row},"


def _given(event: str | None, found: str | None) -> Body:
    both = {"event": event, "property": found}
    return {key: value for key, value in both.items() if value is not None}


# -- trend


class Measures(Figures):
    """What a trend can measure: its event, and the event's numeric properties."""

    def choices(self, question: Any, numbers_of: NumbersOf) -> list[Choice]:
        """See Figures."""
        found: list[Choice] = [
            (words, {"measure": measure, "property": None}) for measure, words in self.values
        ]
        for name in numbers_of(question.event):
            found += [
                (f"{words} of {clean(name, 30)}", {"measure": measure, "property": name})
                for measure, words in OF_NUMBERS
            ]
        return found

    def summary(self, question: Any) -> str:
        """See Figures; nothing for events."""
        if question.measure == "count":
            return ""
        if question.measure == "users" and question.counting is not None:
            return clean(many(question), 30)
        words = dict((*self.values, *OF_NUMBERS)).get(question.measure, question.measure)
        return f"{words} of {clean(question.property, 30)}" if question.property else words


OF_NUMBERS = (
    ("sum", "sum"),
    ("avg", "average"),
    ("median", "median"),
    ("p90", "90th percentile"),
    ("min", "least"),
    ("max", "most"),
    ("distinct", "distinct values"),
    ("histogram", "distribution"),
)
"""The measures of a numeric property, in words."""


def _trend(writer: Writing) -> str:
    event, measure = writer.take("event"), writer.value("measure")
    if measure == "count" and "property" in writer.left:
        found = writer.take("property")
        if event is not None:
            return f"count({measured(writer, event, found)})"
        found = whole_property(found)
        return f"count(any.{found if writer.is_bare(found) else writer.quoted(found)})"
    if measure == "count":
        return "events" if event is None else writer.name(event)
    if measure in _COUNTS:
        return f"{measure} of {'any event' if event is None else writer.name(event)}"
    return f"{measure}({measured(writer, event, writer.take('property') or '')})"


def _behind_trend(question: Any, cell: Any) -> str:
    if question.measure == "histogram" and cell.row is not None:
        return f"{whose(question)}, {question.property} {cell.row},"
    return users_of(question, cell)


def _trends(start: Beginning) -> Iterator[Opening]:
    event, shown = start.event, start.shown
    yield Opening(OVER_TIME, 10, "Any event", {})
    yield Opening(OVER_TIME, 20, f"People of {shown}", {"event": event, "measure": "users"})
    for name in start.numbers_of(event)[:1]:
        body = {"event": event, "measure": "sum", "property": name}
        yield Opening(OVER_TIME, 50, f"Sum of {name}", body)
    yield Opening(OVER_TIME, 60, f"How often {shown}", {"event": event, "measure": "frequency"})


TREND = Kind(
    name="trend",
    at="core.queries.trend.trend:Trend",
    shapes=("series", "histogram"),
    wording=Wording(phrases=(Phrase("EVENTS", lambda _: {}),), write=_trend),
    example="signup",
    about="how often an event happened; `events` is any event",
    behind=_behind_trend,
    figures=Measures(
        "measure",
        (
            ("count", "events"),
            ("users", "people"),
            ("sessions", "sessions with it"),
            ("average", "events per person"),
            ("pct_dau", "share of active people"),
            ("frequency", "people by how often"),
            ("session_events", "events in sessions with it"),
        ),
    ),
    openings=_trends,
    leads=(
        Lead(EVENT, 10, "e", "{event} over time", about("event")),
        Lead(EVENT, 70, "o", "how often {event}", about("event", measure="frequency")),
    ),
    over_time=lambda question: question.measure not in ("frequency", "histogram"),
    explained=True,
    drops_prefix=True,
)


# -- first_time


def _first(start: Beginning) -> Iterator[Opening]:
    yield Opening(OVER_TIME, 30, f"First {start.shown}", {"event": start.event})


FIRST_TIME = Kind(
    name="first_time",
    at="core.queries.trend.first_time:FirstTime",
    shapes=("series",),
    wording=Wording(
        phrases=(Phrase("FIRST_TIME OF? name", lambda read: {"event": read[-1].text}),),
        write=lambda writer: f"first time {writer.name(str(writer.value('event')))}",
        words=keyword("first time"),
    ),
    example="first time purchase",
    about="people who did an event for the first time",
    behind=lambda question, _: f"{title(question)} of {question.event} for the first time",
    openings=_first,
    leads=(Lead(EVENT, 50, "n", "first {event}", about("event")),),
    over_time=always,
    explained=True,
)


# -- per_actor


def _read_per_actor(read: list[Any]) -> Body:
    event, found, _ = read[-1]
    metric = {"metric": str(read[1]).lower()} if len(read) == 4 else {}
    return {**_given(event, found), **metric}


def _per_actor(writer: Writing) -> str:
    metric, event = writer.value("metric"), writer.take("event")
    if event is None:
        return f"per actor {metric} of any event"
    found = writer.take("property")
    if found is not None:
        return f"per actor {metric} of {measured(writer, event, found)}"
    return f"per actor {metric} of {writer.quoted(event) if '.' in event else writer.name(event)}"


def _per_person(start: Beginning) -> Iterator[Opening]:
    yield Opening(OVER_TIME, 40, f"{start.shown} per person", {"event": start.event})


PER_ACTOR = Kind(
    name="per_actor",
    at="core.queries.trend.per_actor:PerActor",
    shapes=("series",),
    wording=Wording(
        phrases=(Phrase("PER_ACTOR WORD? OF target", _read_per_actor),),
        write=_per_actor,
    ),
    example="per actor p90 of purchase.amount",
    about="a figure per person, then its distribution; also `per user`",
    behind=users_of,
    figures=Figures(
        "metric",
        (
            ("avg", "average per person"),
            ("median", "median"),
            ("p90", "90th percentile"),
            ("min", "least"),
            ("max", "most"),
            ("sum", "sum"),
        ),
    ),
    openings=_per_person,
    leads=(Lead(EVENT, 60, "p", "{event} per person", about("event")),),
    over_time=always,
    explained=True,
    drops_prefix=True,
)


# -- properties


def _read_properties(read: list[Any]) -> Body:
    event, found, _ = read[-1]
    return _given(event, found)


def _properties(writer: Writing) -> str:
    return f"values of {measured(writer, writer.value('event'), writer.value('property'))}"


def _values(start: Beginning) -> Iterator[Opening]:
    for name in start.carried:
        body = {"event": start.event, "property": name}
        yield Opening("events and fields", 60, f"Values of {name}", body)


PROPERTIES = Kind(
    name="properties",
    at="core.queries.trend.properties:Properties",
    shapes=("series",),
    wording=Wording(
        phrases=(Phrase("VALUES OF target", _read_properties),),
        write=_properties,
        words=keyword("values"),
    ),
    example="values of purchase.plan",
    about="the values of a property and how often each occurs",
    behind=users_of,
    openings=_values,
    over_time=always,
    drops_prefix=True,
)


KINDS = (TREND, FIRST_TIME, PER_ACTOR, PROPERTIES)
