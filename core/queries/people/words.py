"""The rows of the kinds of question that are answered with people."""

from __future__ import annotations

import json
from typing import Any

from core.text import things
from core.words.kinds import (
    Kind,
    Nested,
    Opening,
    Phrase,
    Wording,
    Writing,
    alone,
    keyword,
    people_of,
)
from core.words.names import SEGMENTS
from core.words.reading import DEPTH, Body, Name, Part, Whole, inner, inside, merged

# -- segments


def _in_segment(question: Any, cell: Any) -> str:
    return f"Segment {cell.row or question.segment or ''}".rstrip()


SEGMENTS_KIND = Kind(
    name="segments",
    at="core.queries.people.segments:Segments",
    shapes=("table",),
    wording=alone("segments"),
    example="segments",
    about="the sizes of the eight built-in segments",
    behind=_in_segment,
    totalled=False,
    openings=lambda _: iter([Opening("people", 70, "Segments", {})]),
)


def _segment(writer: Writing) -> str:
    segment = str(writer.value("segment"))
    return f"segment {segment if segment in SEGMENTS else writer.name(segment)}"


SEGMENT = Kind(
    name="segment",
    at="core.queries.people.segments:Segment",
    shapes=("people",),
    wording=Wording(
        phrases=(
            Phrase("SEGMENT name", lambda read: Part({"segment": read[-1].text}, read[-1].at)),
        ),
        write=_segment,
    ),
    example="segment power_user",
    about="the people of one segment",
    behind=_in_segment,
    page="people",
)


# -- audience


def _read_audience(read: list[Any]) -> Body:
    return {"audience": read[-1].text} if isinstance(read[-1], Name) else {}


def _audience(writer: Writing) -> str:
    named = writer.take("audience")
    return "audience" if named is None else f"audience {writer.name(named)}"


def _members(question: Any) -> str:
    if question.audience:
        return f"Audience {question.audience}"
    rules = question.definition
    if rules.static_ids and not (rules.filters or rules.events or rules.groups):
        return f"{things(len(rules.static_ids), 'person', 'people')} by id"
    return "Audience of these rules"


AUDIENCE = Kind(
    name="audience",
    at="core.queries.people.audience:Audience",
    shapes=("people",),
    wording=Wording(phrases=(Phrase("AUDIENCE name?", _read_audience),), write=_audience),
    example="audience Paying",
    about="the people of a saved audience",
    behind=lambda question, _: _members(question),
    dated=False,
    page="people",
)


# -- one person


def _user(read: list[Any]) -> Body:
    return {"user": read[-1].text}


USER_ACTIVITY = Kind(
    name="user_activity",
    at="core.queries.people.activity:UserActivity",
    shapes=("timeline",),
    wording=Wording(
        phrases=(Phrase("USER name", _user), Phrase("ACTIVITY OF name", _user)),
        write=lambda writer: f"user {writer.name(str(writer.value('user')))}",
        words=keyword("activity"),
    ),
    example="user u_08213",
    about="one person's timeline; also `activity of u_08213`",
    behind=people_of,
    totalled=False,
    page="person",
)


USER_SEARCH = Kind(
    name="user_search",
    at="core.queries.people.search:UserSearch",
    shapes=("people",),
    wording=Wording(
        phrases=(Phrase("USERS MATCHING name", _user),),
        write=lambda writer: f"users matching {writer.name(str(writer.value('user')))}",
        words=keyword("matching"),
    ),
    example="users matching ana",
    about="people whose id or traits contain the text",
    behind=people_of,
    totalled=False,
    page="people",
)


# -- people


def _read_people(read: list[Any]) -> Part:
    cell = merged(child for child in read if isinstance(child, Part))
    return Part({**inside(read), **({"cell": cell} if cell else {})})


def _of_number(writer: Writing, whom: str) -> str:
    """Return the text for what stands behind a number of a question."""
    writer.take("range")
    cell = writer.take("cell")
    address = f" at {writer.cell(cell)}" if cell is not None else ""
    return f"{whom} of ({writer.nested(writer.value('of'))}){address}"


def _people(writer: Writing) -> str:
    text, order = _of_number(writer, "people"), writer.take("order")
    return text if order is None else f"{text} sorted by {writer.name(order)}"


def _behind_people(question: Any, _: Any, nested: Nested) -> str:
    return nested.whole(question.of, question.cell)


PEOPLE = Kind(
    name="people",
    at="core.queries.people.people:PeopleBehind",
    shapes=("people",),
    wording=Wording(
        phrases=(
            Phrase('PEOPLE OF "(" question ")" (AT cell_part (","? cell_part)*)?', _read_people),
        ),
        write=_people,
    ),
    example="people of (signup by country) at group NL",
    about="the people behind one number",
    behind=people_of,
    around=_behind_people,
    dated=False,
    page="people",
)


# -- units


def _behind_units(question: Any, cell: Any, nested: Nested) -> str:
    whole = nested.whole(question.of, question.cell)
    return whole if cell.row is None else f"People of {cell.row}: {whole}"


UNITS = Kind(
    name="units",
    at="core.queries.people.units:Units",
    shapes=("table",),
    wording=Wording(
        phrases=(
            Phrase('UNITS OF "(" question ")" (AT cell_part (","? cell_part)*)?', _read_people),
        ),
        write=lambda writer: _of_number(writer, "units"),
        words=keyword("units"),
    ),
    example="units of (users of signup counting country)",
    about="the devices, sessions or accounts behind one number of a question that counts them",
    behind=people_of,
    around=_behind_units,
    dated=False,
    filtered=False,
    since=5,
)


# -- differences


def _read_differences(read: list[Any]) -> Part:
    groups = [inner(child, read) for child in read if isinstance(child, Whole)]
    named = dict(zip(("of", "other"), groups, strict=False))
    depth = max(group[DEPTH] for group in groups)
    return Part({**{name: group["of"] for name, group in named.items()}, DEPTH: depth})


def _differences(writer: Writing) -> str:
    text = f"differences of ({writer.nested(writer.value('of'))})"
    other = writer.take("other")
    return text if other is None else f"{text} and ({writer.nested(other)})"


DIFFERENCES = Kind(
    name="differences",
    at="core.queries.people.differences:Differences",
    shapes=("table",),
    wording=Wording(
        phrases=(
            Phrase('DIFFERENCES OF "(" question ")" (AND "(" question ")")?', _read_differences),
        ),
        write=_differences,
        words=keyword("differences"),
    ),
    example="differences of (purchase) and (signup)",
    about="what two groups of people did or had differently; without `and` from everybody else",
    behind=lambda question, cell: _in_groups(question, cell),
    filtered=False,
    since=3,
)


def _in_groups(question: Any, cell: Any) -> str:
    group = {"reached": "first group", "dropped": "second group"}.get(cell.outcome, "both groups")
    return f"People of {group}{_had(cell.row)}"


def _had(row: str | None) -> str:
    """Return what the people of a row had: " with country: NL"."""
    if row is None:
        return ""
    try:
        found = json.loads(row)
    except (ValueError, RecursionError):
        found = row
    return f" with {': '.join(map(str, found)) if isinstance(found, list) else row}"


KINDS = (SEGMENTS_KIND, SEGMENT, AUDIENCE, USER_ACTIVITY, USER_SEARCH, PEOPLE, UNITS, DIFFERENCES)
