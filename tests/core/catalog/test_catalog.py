"""Names of properties: any that data may have can be asked for, and stands beside the columns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.language.questions import format_question, parse
from core.queries import from_json
from tests.worlds.compare import ask, both_engines, people
from tests.worlds.world import Event, World, engine_of

NOON = 1_743_508_800_000
DAY = "2025-04-01..2025-04-01"
ODD = (
    "page.url", "a.b.c", 'say "hi"', "back\\slash", "with space", "items[0]", "", "x" * 200,
    "line\nbreak", "$ref", "properties.x", "trait:x", "100%", "it's", " edge ", "by", "where", ".",
    "a..b", "café", "user", "event", "1", "tab\t", "gp:x", "日本", "{}", "/", "a.b.c.d.e.f",
)  # fmt: skip


def world(*events: dict[str, Any], **context: str) -> World:
    """An event of each person u0, u1, ... with some properties."""
    found = (Event("x", NOON, f"u{n}", properties=held) for n, held in enumerate(events))
    return World(tuple(found), now=NOON)


@pytest.mark.parametrize("name", ODD)
def test_any_name_can_be_asked_for(name):
    """In conditions, breakdowns and measures, in text and in JSON."""
    asked = f"properties.{name}"
    condition = {"field": asked, "operator": "gte", "value": 5}
    with both_engines(world({name: 5}, {name: 7}, {"other": 5})) as engines:
        for engine in engines:
            by = {"kind": "trend", "event": "x", "breakdown": [asked], "range": "1d"}
            for question in (from_json(by), parse(format_question(from_json(by)))):
                answer = engine.answer(question)
                assert {line.group[0]: line.total for line in answer.lines} == {
                    "5": 1,
                    "7": 1,
                    "(none)": 1,
                }
                assert people(engine, question, Cell(group=("7",))) == ["u1"]
                assert answer.breakdown == (asked,)
            where = {"kind": "trend", "event": "x", "conditions": [condition], "range": "1d"}
            for question in (from_json(where), parse(format_question(from_json(where)))):
                assert engine.answer(question).lines[0].total == 2
            summed = {"kind": "trend", "measure": "sum", "property": asked, "range": "1d"}
            for question in (from_json(summed), parse(format_question(from_json(summed)))):
                assert engine.answer(question).lines[0].total == 12


@pytest.mark.parametrize("name", ODD)
def test_names_are_listed_as_they_are_asked_for(name):
    known = {"amount", "item", "plain", "plan", "seats"}
    with engine_of(world({name: 5, "plain": 1})) as engine:
        (asked,) = set(engine.context().catalog.fields) - known
        answer = ask(engine, "trend", range="1d", breakdown=asked)
        assert [line.group for line in answer.lines] == [("5",)]


def test_a_dot_is_part_of_a_key_first_and_else_a_step_into_it():
    found = world(
        {"page.url": "/a", "http.status": 200},
        {"page.url": "/b", "http.status": 500, "page": {"url": "/else"}},
        {"page": {"url": "/c"}},
        {"page.url": None, "page": {"url": "/d"}},
        {"page": "plain"},
    )
    with both_engines(found) as engines:
        for engine in engines:
            lines = engine.answer(parse(f"users of x by page.url {DAY}")).lines
            assert {line.group[0]: line.total for line in lines} == {
                "/a": 1,
                "/b": 1,
                "/c": 1,
                "/d": 1,
                "(none)": 1,
            }
            assert engine.answer(parse(f"sum(x.http.status) {DAY}")).lines[0].total == 700
            answer = engine.answer(parse(f"users of x where http.status >= 500 {DAY}"))
            assert answer.lines[0].total == 1


def test_every_way_to_read_the_dots_of_a_name_is_tried():
    found = world({"a.b": {"c": 1}}, {"a": {"b.c": 2}}, {"a": {"b": {"c": 3}}}, {"a.b.c": 4})
    with both_engines(found) as engines:
        for engine in engines:
            lines = engine.answer(parse(f"users of x by a.b.c {DAY}")).lines
            assert sorted(line.group[0] for line in lines) == ["1", "2", "3", "4"]


def mixed() -> World:
    """Countries as a column, as a property, as both and as none."""
    held: list[tuple[str | None, Any]] = [
        ("NL", None),
        ("NL", "DE"),
        (None, "NL"),
        (None, "US"),
        (None, 7),
        (None, None),
        ("", "US"),
    ]
    return World(
        tuple(
            Event(
                "x",
                NOON,
                f"u{n}",
                context={} if column is None else {"country": column},
                properties={} if own is None else {"country": own},
            )
            for n, (column, own) in enumerate(held)
        ),
        now=NOON,
    )


def test_a_column_that_is_empty_on_an_event_is_the_property_of_its_name():
    with both_engines(mixed()) as engines:
        for engine in engines:
            question = parse(f"users of x by country {DAY}")
            answer = engine.answer(question)
            assert answer.breakdown == ("country",)
            assert {line.group[0]: line.total for line in answer.lines} == {
                "NL": 3,
                "US": 1,
                "7": 1,
                "(none)": 1,
                "(empty)": 1,
            }
            assert people(engine, question, Cell(group=("NL",))) == ["u0", "u1", "u2"]
            for condition, expected in (
                ("country = NL", 3),
                ("country != NL", 4),
                ("country is set", 6),
                ("country = 7", 1),
                ("country is not set", 1),
                ("properties.country = DE", 1),
                ("country > M", 4),
            ):
                asked = parse(f"users of x where {condition} {DAY}")
                assert engine.answer(asked).lines[0].total == expected, condition


def test_a_column_that_is_empty_on_all_events_is_the_property_with_its_stored_sets():
    found = world({"country": "NL"}, {"country": "US"}, {})
    with engine_of(found) as engine:
        result = engine.run(parse(f"users of x by country {DAY}"))
        assert {line.group[0] for line in result.answer.lines} == {"NL", "US", "(none)"}
        assert "event_properties" not in result.statements[0].text


def test_devices_and_sessions_that_no_event_has_are_the_properties_of_their_names():
    found = world({"device_id": "d1", "session_id": 5}, {"device_id": "d2"})
    with both_engines(found) as engines:
        for engine in engines:
            for name, groups in (("device_id", {"d1", "d2"}), ("session_id", {"5", "(none)"})):
                lines = engine.answer(parse(f"users of x by {name} {DAY}")).lines
                assert {line.group[0] for line in lines} == groups
    own = Event("x", NOON, "u", "d3", properties={"device_id": "d1"})
    with engine_of(World((own,), now=NOON)) as engine:
        (line,) = engine.answer(parse(f"users of x by device_id {DAY}")).lines
        assert line.group == ("d3",)


def test_the_empty_name_as_a_measure_in_text():
    with engine_of(world({"": 5}, {"": 7})) as engine:
        for text in ('sum("x"."")', 'sum("x"."properties.")', 'sum(x."")'):
            assert engine.answer(parse(f"{text} {DAY}")).lines[0].total == 12


def test_a_column_without_gaps_keeps_its_stored_sets():
    events = tuple(
        Event("x", NOON, f"u{n}", context={"country": "NL"}, properties={"country": "US"})
        for n in range(3)
    )
    with engine_of(World(events, now=NOON)) as engine:
        result = engine.run(parse(f"users of x by country {DAY}"))
        assert [line.group for line in result.answer.lines] == [("NL",)]
        assert "event_properties" not in result.statements[0].text


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12))
def test_whatever_a_property_is_called_it_is_found(name):
    with engine_of(world({name: 1}, {name + "x": 1})) as engine:
        question = from_json({"kind": "trend", "breakdown": [f"properties.{name}"], "range": "1d"})
        lines = engine.answer(parse(format_question(question))).lines
        assert {line.group[0]: line.total for line in lines}["1"] == 1


def asked_of(name: str) -> list[dict[str, Any]]:
    """A question of every way to use a property, as JSON."""
    own = f"properties.{name}"
    present = {"field": own, "operator": "is_set"}
    rule = {"event": "x", "sum": own, "op": "gte", "value": 1, "days": 1}
    return [
        {"kind": "per_actor", "event": "x", "property": own, "metric": "sum"},
        {"kind": "properties", "event": "x", "property": own},
        {"kind": "grouped", "event": "x", "group_by": own,
         "size": {"type": "sum", "property": own}},
        {"kind": "ltv", "event": "x", "property": own},
        {"kind": "attribution", "to": "x", "property": own, "value": own},
        {"kind": "formula", "formula": "PROPSUM(A)",
         "series": [{"metric": "event:x", "property": own}]},
        {"kind": "composition", "property": own},
        {"kind": "sessions", "metric": "entry", "property": own},
        {"kind": "audience", "definition": {"events": [rule]}},
        {"kind": "funnel", "steps": [{"event": "x", "filters": [present]}, {"event": "x"}],
         "hold": [own], "breakdown": [own]},
        {"kind": "retention", "start_event": "x", "conditions": [present], "breakdown": [own]},
        {"kind": "trend", "measure": "distinct", "property": own},
        {"kind": "trend", "measure": "p90", "property": own},
        {"kind": "trend", "event": "x", "property": own},
        {"kind": "explain", "of": {"kind": "trend", "event": "x", "measure": "sum",
                                   "property": own}, "breakdown": [own]},
        {"kind": "correlation", "steps": [{"event": "x"}, {"event": "x"}], "breakdown": [own]},
        {"kind": "lifecycle", "breakdown": [own]},
        {"kind": "raw_events", "conditions": [present]},
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in ODD if not name.startswith("properties.")])
def test_every_kind_takes_any_name_and_writes_it_so_that_it_is_read_back(name):
    with engine_of(world({name: 5}, {name: 7})) as engine:
        for body in asked_of(name):
            question = from_json({**body, "range": "1d"})
            assert parse(format_question(question)) == question
            assert engine.answer(question)
