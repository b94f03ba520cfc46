"""An event by the values of a property (definitions 4.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from tests.oracles.conditions import label_of, matching, people_of, value_of
from tests.oracles.times import within
from tests.oracles.trend.properties import properties
from tests.worlds.compare import ask, both_engines, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS

CARTS = {"event": "add_to_cart", "property": "item", "range": A_RANGE}


def test_values_of_the_fixture_most_frequent_first(engine):
    answer = ask(engine, "properties", **CARTS)
    assert [(line.group, line.total) for line in answer.lines] == [
        (("hat",), 2),
        (("shirt",), 2),
        (("jeans",), 1),
    ]
    assert answer.lines[1].values[:2] == (1, 0)
    assert answer.title == "add_to_cart by item"


def test_what_is_left_out_is_counted(engine):
    answer = ask(engine, "properties", **CARTS, limit=1)
    assert ([line.group for line in answer.lines], answer.omitted) == ([("hat",)], 2)


def test_events_without_the_property_are_a_group(engine):
    answer = ask(engine, "properties", **{**CARTS, "event": "sign_up"})
    assert [(line.group, line.total) for line in answer.lines] == [(("(none)",), 5)]


def test_the_people_of_a_value(engine):
    question = from_json({"kind": "properties", **CARTS})
    assert people(engine, question, Cell(group=("hat",))) == ["c", "d"]
    assert people(engine, question, Cell(group=("hat",), bucket="2025-04-14")) == ["d"]
    words = "Users of add_to_cart on Apr 14, 2025, hat"
    assert format_cell(question, Cell(group=("hat",), bucket="2025-04-14")) == words


def test_names_with_dots_come_back():
    question = from_json({"kind": "properties", "event": "a.b", "property": "properties.c.d"})
    assert format_question(question) == 'values of "a.b"."c.d"'
    assert parse('values of "a.b"."c.d"') == question


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"event": "purchase"}, "property is missing"),
        ({"property": "item"}, "event is missing"),
        ({"event": "purchase", "property": ""}, "property must not be empty"),
        ({"event": "purchase", "property": "itme"}, "property 'itme'"),
        ({"event": "purchas", "property": "item"}, "event 'purchas'"),
        ({**CARTS, "breakdown": "country"}, "takes no breakdown"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "properties", **fields)


def test_a_cell_that_is_not_in_the_answer_is_refused(engine):
    question = from_json({"kind": "properties", **CARTS})
    for cell in (Cell(bucket="2020-01-06"), Cell(group=("hat", "web"))):
        with pytest.raises(BadQuestion, match="cell"):
            people(engine, question, cell)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about the values of a property."""
    exact = draw(st.integers(0, 4)) == 0
    return {
        "kind": "properties",
        "event": draw(st.sampled_from((*EVENTS[:2], *SELECTORS))),
        "property": draw(st.sampled_from(("item", "amount", "item.x"))),
        "range": draw(st.sampled_from(EXACT_RANGES if exact else RANGES)),
        "granularity": draw(st.sampled_from(("hourly", "daily", "weekly", "monthly"))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 100,
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), questions())
def test_values_match_the_oracle(world, fields):
    question = from_json(fields)
    if question.event not in world.names:
        return
    expected = properties(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            check_series(engine.answer(question), *expected)


@settings(max_examples=12, deadline=None)
@given(worlds(flagged=True), questions())
def test_everybody_with_a_value_can_be_named(world, fields):
    question = from_json({**fields, "range": "7d", "granularity": "daily", "property": "item"})
    if question.event not in world.names:
        return
    items = matching(world, question.event, question.conditions)
    with both_engines(world) as (engine, _):
        answer = engine.answer(question)
        for line in answer.lines:
            own = [
                i for i in items if label_of(value_of(world, i, "properties.item")) == line.group[0]
            ]
            for bucket in answer.buckets:
                cell = Cell(group=line.group, bucket=bucket.label)
                expected = people_of(within(own, bucket.start, bucket.end))
                assert people(engine, question, cell) == sorted(expected)
