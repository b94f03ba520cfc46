"""Composition of the active people (semantics 9.4, appendix A.16)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.engines.sqlite import SqliteEngine
from core.errors import BadQuestion
from core.language import format_cell
from core.queries import from_json
from tests.compare import ask, both_engines, check_people, people
from tests.oracle_composition import composition
from tests.test_active_users import CONDITIONS
from tests.worlds import A_RANGE, EXACT_RANGES, RANGES, World, appendix_a, engine_of, store, worlds


@pytest.fixture(scope="module")
def engine():
    with engine_of(appendix_a()) as found:
        yield found


PLANS = (("free", 2, 0.4), ("pro", 2, 0.4), ("(none)", 1, 0.2))


def test_composition_by_plan(engine):
    answer = ask(engine, "composition", property="trait:plan", range=A_RANGE)
    assert answer.rows == PLANS
    assert answer.columns[0].name == "trait:plan"


def test_a_bare_name_that_only_a_trait_has_is_the_trait(tmp_path):
    world = appendix_a()
    engine = SqliteEngine(store(world, tmp_path / "a.db"), clock=lambda: world.now)
    assert ask(engine, "composition", property="plan", range=A_RANGE).rows == PLANS
    engine.close()


def test_the_most_recent_value_and_all_values(engine):
    recent = ask(engine, "composition", property="item", range=A_RANGE)
    assert {row[0]: row[1] for row in recent.rows} == {"hat": 3, "jeans": 1, "shirt": 1}
    assert recent.notes == ()
    every = ask(engine, "composition", property="item", range=A_RANGE, mode="all_values")
    assert {row[0]: row[1] for row in every.rows} == {
        "(none)": 4, "hat": 3, "jeans": 2, "shirt": 2,
    }  # fmt: skip
    assert every.rows[0][2] == 0.8
    assert "5 active users" in every.notes[0]


def test_values_past_the_limit_are_left_out(engine):
    answer = ask(engine, "composition", property="item", range=A_RANGE, limit=1)
    assert answer.truncated
    assert answer.rows == (("hat", 3, 0.6),)


def test_the_people_of_a_value(engine):
    question = from_json({"kind": "composition", "property": "item", "range": A_RANGE})
    assert people(engine, question, Cell(row="hat")) == ["a", "c", "d"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]
    assert format_cell(question, Cell(row="hat")).startswith("Active users with item hat")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "property"),
        ({"property": ""}, "property"),
        ({"property": "itm"}, "itm"),
        ({"property": "trait:colour"}, "colour"),
        ({"property": "item", "mode": "first"}, "mode"),
        ({"property": "item", "limit": 0}, "limit"),
        ({"property": "item", "range": "soon"}, "soon"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "composition", **fields)


def test_a_range_without_anybody_has_no_rows():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        assert ask(empty, "composition", property="item").rows == ()


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": "composition",
        "property": draw(
            st.sampled_from(("country", "properties.item", "item", "trait:plan", "event", "user"))
        ),
        "mode": draw(st.sampled_from(("most_recent", "all_values"))),
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 1000,
    }


@settings(max_examples=60, deadline=None)
@given(worlds(), questions())
def test_composition_matches_the_oracle(world, fields):
    question = from_json(fields)
    expected, everybody = composition(world, question)
    ranked = sorted(expected, key=lambda value: (-len(expected[value]), value))
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert [row[:2] for row in answer.rows] == [(v, len(expected[v])) for v in ranked]
            for value, share in ((row[0], row[2]) for row in answer.rows):
                assert share == pytest.approx(len(expected[value]) / len(everybody))
            check_people(engine, question, answer)
