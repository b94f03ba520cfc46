"""First times (definitions 4.6, appendix A.6)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.trend.first_time import first_time
from tests.worlds.compare import ask, both_engines, check_people, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS

HAT = [{"field": "item", "operator": "eq", "value": "hat"}]


def firsts(engine, event: str, **fields: Any) -> dict[str, list[str]]:
    """Whose first time is on which day, without the year."""
    question = from_json({"kind": "first_time", "event": event, "range": A_RANGE, **fields})
    cells = [(cell, value) for cell, value in engine.answer(question).cells() if cell.bucket]
    return {str(cell.bucket)[5:]: people(engine, question, cell) for cell, value in cells if value}


def test_first_times_of_the_fixture(engine):
    assert firsts(engine, "view_item") == {"04-07": ["a"]}
    assert firsts(engine, "purchase") == {
        "04-07": ["a"],
        "04-08": ["b"],
        "04-09": ["c"],
        "04-16": ["e"],
    }
    answer = ask(engine, "first_time", event="purchase", range=A_RANGE)
    assert answer.lines[0].total == answer.lines[0].bucket_sum == 4
    assert answer.additive


def test_the_first_time_and_the_first_match_differ(engine):
    assert firsts(engine, "view_item", conditions=HAT) == {}
    assert firsts(engine, "view_item", conditions=HAT, match_mode=True) == {"04-15": ["a"]}


def test_who_did_it_before_the_lookback_is_new(engine):
    assert firsts(engine, "sign_up") == {"04-07": ["a", "b"], "04-09": ["c"], "04-14": ["e"]}
    fields = {"event": "view_item", "range": "2025-04-12,2025-04-20"}
    assert ask(engine, "first_time", **fields).lines[0].total == 0
    assert ask(engine, "first_time", **fields, lookback_days=4).lines[0].total == 0
    near = ask(engine, "first_time", **fields, lookback_days=3)
    assert near.lines[0].total == 1
    assert "3 days before" in near.notes[0]


def test_groups_hold_the_value_of_the_first_time(engine):
    answer = ask(engine, "first_time", event="purchase", range=A_RANGE, breakdown="item")
    assert [(line.group[0], line.total) for line in answer.lines] == [
        ("shirt", 2),
        ("hat", 1),
        ("jeans", 1),
    ]


def test_the_period_before_has_its_own_first_times(engine):
    fields = {"kind": "first_time", "event": "view_item", "range": A_RANGE, "compare": "previous"}
    line = engine.answer(from_json(fields)).lines[0]
    assert (line.total, line.previous_total) == (1, 1)
    assert people(engine, from_json(fields), Cell(previous=True)) == ["d"]


def test_a_cell_is_told_in_words():
    question = from_json({"kind": "first_time", "event": "purchase"})
    words = "Users of purchase for the first time on Apr 7, NL"
    assert format_cell(question, Cell(bucket="2025-04-07", group=("NL",))) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "event is missing"),
        ({"event": "purchas"}, "event 'purchas'"),
        ({"event": "purchase", "lookback_days": 0}, "lookback_days must be at least 1"),
        ({"event": "purchase", "match_mode": "hat"}, "match_mode must be true or false"),
        ({"event": "purchase", "breakdown": "contry"}, "'contry'"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "first_time", **fields)


def test_a_cell_that_is_not_in_the_answer_is_refused(engine):
    question = from_json({"kind": "first_time", "event": "purchase", "breakdown": "country"})
    for cell in (Cell(bucket="2020-01-06"), Cell(group=("NL", "web"))):
        with pytest.raises(BadQuestion, match="cell"):
            people(engine, question, cell)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about first times."""
    exact = draw(st.integers(0, 4)) == 0
    return {
        "kind": "first_time",
        "event": draw(st.sampled_from((*EVENTS[:2], *SELECTORS))),
        "match_mode": draw(st.booleans()),
        "lookback_days": draw(st.sampled_from((None, None, 1, 3, 30))),
        "range": draw(st.sampled_from(EXACT_RANGES if exact else RANGES)),
        "granularity": draw(st.sampled_from(("hourly", "daily", "weekly", "monthly"))),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"],
                                           ["trait:plan"], ["user", "country"]))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 100,
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), questions())
def test_first_times_match_the_oracle(world, fields):
    question = from_json(fields)
    if question.event not in world.names:
        return
    expected = first_time(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            check_series(engine.answer(question), *expected)


@settings(max_examples=12, deadline=None)
@given(worlds(flagged=True), questions())
def test_everybody_new_can_be_named(world, fields):
    question = from_json({**fields, "range": "7d", "granularity": "daily"})
    if question.event not in world.names:
        return
    with both_engines(world) as engines:
        for engine in engines:
            check_people(engine, question, engine.answer(question))
