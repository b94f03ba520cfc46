"""The rows of the kinds of question that list events or groups of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.queries.trend.words import users_of, whose
from core.words.kinds import (
    Beginning,
    Figures,
    Kind,
    Lead,
    Opening,
    Phrase,
    Wording,
    Writing,
    about,
    alone,
    always,
    keyword,
    of_event,
    top,
)
from core.words.reading import Part, number_in, selected_as

EVENTS_AND_FIELDS = "events and fields"


def _of_row(_: Any, cell: Any) -> str:
    return f"Users of {cell.row}" if cell.row else "Users with any event"


# -- top_events


def _top_events(writer: Writing) -> str:
    text, order = top(writer, "events"), writer.take("order_by")
    return text if order is None else f"{text} by {order}"


def _ranked(part: Part) -> Part:
    """Return a clause of top events: `by users` ranks them."""
    by = part.fields.get("breakdown")
    return Part({"order_by": by[0]}, part.at) if by in (["users"], ["count"]) else part


TOP_EVENTS = Kind(
    name="top_events",
    at="core.queries.events.top_events:TopEvents",
    shapes=("table",),
    wording=Wording(
        phrases=(Phrase("TOP INT? EVENTS", lambda read: number_in(read, "limit")),),
        write=_top_events,
    ),
    example="top 20 events by users",
    about="events ranked by `count` or `users`",
    behind=_of_row,
    figures=Figures("order_by", (("count", "by events"), ("users", "by people"))),
    openings=lambda _: iter([Opening(EVENTS_AND_FIELDS, 10, "Top events", {})]),
    rows_are_events=always,
    clause=_ranked,
)


# -- events_list

EVENTS_LIST = Kind(
    name="events_list",
    at="core.queries.events.events_list:EventsList",
    shapes=("table",),
    wording=alone("events list"),
    example="events list",
    about="every event in the data, with its flags",
    behind=_of_row,
    openings=lambda _: iter([Opening(EVENTS_AND_FIELDS, 20, "All events", {})]),
    rows_are_events=always,
)


# -- engagement

ENGAGEMENT = Kind(
    name="engagement",
    at="core.queries.events.engagement:Engagement",
    shapes=("table",),
    wording=alone("engagement"),
    example="engagement last 7d",
    about="reach and frequency of every event",
    behind=_of_row,
    openings=lambda _: iter([Opening(EVENTS_AND_FIELDS, 30, "Engagement by event", {})]),
)


# -- grouped


def _grouped(writer: Writing) -> str:
    event, limit = writer.take("event"), writer.take("max_groups")
    whose = "events" if event is None else writer.name(event)
    text = f"group {whose} by {writer.name(writer.value('group_by'))}"
    for key, word in (("size", "size"), ("intensity", "shade")):
        words = _tile_words(writer, writer.left[key]) if key in writer.left else None
        if words is not None:
            writer.take(key)
            text += f" {word} {words}"
    return text if limit is None else f"{text} top {limit}"


def _tile_words(writer: Writing, measure: Any) -> str | None:
    """Return a measure of grouped metrics in words; None if words cannot express it exactly."""
    if measure.property is not None:
        return f"{measure.type}({writer.name(measure.property)})"
    share = getattr(measure, "percentile", None)
    if share is not None:
        percent = f"{Decimal(repr(share)) * 100:f}".rstrip("0").rstrip(".") if share else "0"
        exact = float(Decimal(percent) / 100) == share and re.fullmatch(r"\d{1,2}(\.\d+)?", percent)
        return f"p{percent} per actor" if exact else None
    return "users" if measure.type == "unique_actors" else str(measure.type).replace("_", " ")


def _of_tiles(part: Part) -> Part:
    """Return a clause of grouped metrics, whose field and limit have different names."""
    fields = dict(part.fields)
    if len(fields.get("breakdown", ())) == 1:
        fields["group_by"] = fields.pop("breakdown")[0]
    if "limit" in fields:
        fields["max_groups"] = fields.pop("limit")
    return Part(fields, part.at)


def _in_group(question: Any, cell: Any) -> str:
    who = whose(question)
    return f"{who}, {question.group_by} {cell.row}," if cell.row is not None else who


def _groups(start: Beginning) -> Iterator[Opening]:
    if start.field:
        title = f"Groups of {start.field}"
        yield Opening(EVENTS_AND_FIELDS, 40, title, {"group_by": start.field})


GROUPED = Kind(
    name="grouped",
    at="core.queries.events.grouped:Grouped",
    shapes=("treemap",),
    wording=Wording(
        phrases=(Phrase("GROUP selector", lambda read: selected_as("event", read)),),
        write=_grouped,
        words={"SIZE": "size", "SHADE": "shade"},
        clauses=(
            Phrase("SIZE tile_measure", lambda read: {"size": read[-1]}),
            Phrase("SHADE tile_measure", lambda read: {"intensity": read[-1]}),
        ),
    ),
    example="group events by country size users shade p90 per actor top 8",
    about="a treemap: one measure as size, one as shade",
    behind=_in_group,
    openings=_groups,
    clause=_of_tiles,
)


# -- raw_events


def _one_by_one(start: Beginning) -> Iterator[Opening]:
    title = f"{start.shown} one by one"
    yield Opening(EVENTS_AND_FIELDS, 70, title, {"event": start.event})


RAW_EVENTS = Kind(
    name="raw_events",
    at="core.queries.events.raw_events:RawEvents",
    shapes=("table",),
    wording=of_event("raw events"),
    example="raw events of purchase limit 50",
    about="single events, newest first",
    behind=users_of,
    totalled=False,
    openings=_one_by_one,
    leads=(Lead("event", 80, "i", "{event} one by one", about("event")),),
)


# -- unusual


def _unusual(writer: Writing) -> str:
    return "unusual users" if writer.take("measure") == "users" else "unusual"


def _measured(read: list[Any]) -> dict[str, Any]:
    return {"measure": "users"} if len(read) > 1 else {}


def _on_the_day(_: Any, cell: Any) -> str:
    of_all = cell.row is None or "=" not in cell.row
    return "Users with any event" if of_all else f"Users with {cell.row}"


UNUSUAL = Kind(
    name="unusual",
    at="core.queries.events.unusual:Unusual",
    shapes=("table",),
    wording=Wording(
        phrases=(Phrase("UNUSUAL USERS?", _measured),),
        write=_unusual,
        words=keyword("unusual"),
    ),
    example="unusual by event, country",
    about="which events and values of fields moved most on a day, against what is usual for it",
    behind=_on_the_day,
    figures=Figures("measure", (("count", "by events"), ("users", "by people"))),
    openings=lambda _: iter([Opening(EVENTS_AND_FIELDS, 35, "What is unusual", {})]),
    since=4,
)


KINDS = (TOP_EVENTS, EVENTS_LIST, ENGAGEMENT, GROUPED, RAW_EVENTS, UNUSUAL)
