"""The list of events (definitions 9.11)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.events.events_list import events_list
from tests.worlds.compare import ask, both_engines, check_people, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds


def test_every_event_of_the_running_week(engine):
    answer = ask(engine, "events_list")
    assert (answer.first, answer.last) == ("2025-04-14", "2025-04-20")
    assert [row[:4] for row in answer.rows] == [
        ("add_to_cart", 2, 2, 2 / 3),
        ("sign_up", 2, 1, 1 / 3),
        ("purchase", 1, 1, 1 / 3),
        ("view_item", 1, 1, 1 / 3),
        ("contact_support", 0, 0, 0),
    ]


def test_another_range(engine):
    answer = ask(engine, "events_list", range=A_RANGE)
    assert [row[:4] for row in answer.rows][:2] == [
        ("add_to_cart", 5, 5, 1),
        ("sign_up", 5, 4, 0.8),
    ]
    assert [column.type for column in answer.columns][3] == "percent"


def test_nobody_active_is_no_share(engine):
    answer = ask(engine, "events_list", range="2020-01-01,2020-01-07")
    assert {row[1:4] for row in answer.rows} == {(0, 0, None)}


def test_a_cell_is_told_in_words(engine):
    question = from_json({"kind": "events_list"})
    assert format_cell(question, Cell(row="purchase")) == "Users of purchase this week"
    assert people(engine, question, Cell(row="purchase")) == ["e"]
    assert people(engine, question, Cell()) == ["a", "d", "e"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"range": "0d"}, "range"),
        ({"event": "purchase"}, "'event' is not known"),
        ({"conditions": [{"field": "contry", "value": "NL"}]}, "'contry'"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "events_list", **fields)


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), st.sampled_from((*RANGES, *EXACT_RANGES)), st.sampled_from(CONDITIONS))
def test_the_list_matches_the_oracle(world, span, conditions):
    question = from_json({"kind": "events_list", "range": span, "conditions": conditions})
    expected = events_list(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert [row[:4] for row in answer.rows] == expected
            check_people(engine, question, answer)
