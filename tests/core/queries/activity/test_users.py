"""Active, new and known users (definitions 4.10, 9.1, appendix A.2)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from tests.oracles.activity.users import users
from tests.worlds.compare import ask, both_engines, by_day, check_people, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import Event, World, engine_of


def test_new_users_of_the_fixture(engine):
    answer = ask(engine, "users", metric="new", range=A_RANGE)
    assert {day: n for day, n in by_day(answer).items() if n} == {
        "04-07": 2,
        "04-09": 1,
        "04-14": 1,
    }
    assert answer.additive
    assert answer.lines[0].total == 4


def test_known_users_grow_from_those_before_the_range(engine):
    answer = ask(engine, "users", metric="cumulative", range=A_RANGE)
    assert answer.lines[0].values == (4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6)
    assert answer.lines[0].total == 6
    question = from_json({"kind": "users", "metric": "cumulative", "range": A_RANGE})
    cell = Cell(bucket="2025-04-07")
    assert people(engine, question, cell) == ["a", "b", "d", "f"]
    assert format_cell(question, cell) == "Known users on Apr 7, 2025"


def test_active_users_are_the_daily_ones(engine):
    mine = ask(engine, "users", range=A_RANGE)
    assert mine.lines == ask(engine, "active_users", range=A_RANGE).lines


def test_weeks_and_months_are_whole(engine):
    weeks = ask(engine, "users", range="2025-04-09,2025-04-15", granularity="weekly")
    assert weeks.lines[0].values == (3, 3)
    assert (weeks.first, weeks.last) == ("2025-04-07", "2025-04-20")
    months = ask(
        engine, "users", metric="new", range="2025-04-09,2025-04-15", granularity="monthly"
    )
    assert months.lines[0].values == (5,)


def test_a_breakdown_is_by_the_first_event(engine):
    answer = ask(engine, "users", metric="new", range=A_RANGE, breakdown="item")
    assert {line.name: line.total for line in answer.lines} == {"(none)": 3, "hat": 1}


def test_lone_devices_can_be_left_out():
    events = (Event("open", 1_000, user="ann"), Event("open", 2_000, device="phone"))
    with engine_of(World(events, now=5_000)) as small:
        for metric in ("active", "new", "cumulative"):
            fields = {"metric": metric, "range": "today"}
            assert ask(small, "users", **fields).lines[0].total == 2
            assert ask(small, "users", **fields, identified=True).lines[0].total == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "old"}, "metric"),
        ({"identified": "perhaps"}, "identified"),
        ({"granularity": "fortnightly"}, "granularity"),
        ({"breakdown": "contry"}, "contry"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "users", **fields)


def test_a_workspace_without_events_is_zero():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        for metric in ("active", "new", "cumulative"):
            assert not any(ask(empty, "users", metric=metric, range="7d").lines[0].values)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": "users",
        "metric": draw(st.sampled_from(("active", "new", "cumulative"))),
        "identified": draw(st.sampled_from((False, False, True))),
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES, "2025-03-25,2025-04-05"))),
        "granularity": draw(st.sampled_from(("hourly", "daily", "weekly", "monthly"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"]))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "limit": 1000,
    }


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), questions())
def test_users_match_the_oracle(world, fields):
    question = from_json(fields)
    now, before = users(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            check_series(answer, now, before)
            check_people(engine, question, answer)


def test_users_by_when_a_trait_was_last_set():
    noon = 1_744_027_200_000
    day = 86_400_000
    world = World(
        (Event("e", noon, "ann"), Event("e", noon, "bob"), Event("e", noon, "cem")),
        traits=(("ann", "plan", "pro", noon - day), ("ann", "seats", "9", noon),
                ("bob", "plan", "free", noon - day), ("dee", "plan", "free", noon)),
        now=noon + 5,
    )  # fmt: skip
    with engine_of(world) as found:
        fields = {"kind": "users", "metric": "updated", "range": "2d"}
        answer = found.answer(from_json(fields))
        assert answer.lines[0].values == (1, 1)  # dee has no events
        assert (answer.lines[0].total, answer.additive) == (2, True)
        question = from_json(fields)
        assert people(found, question, Cell(bucket=answer.buckets[0].label)) == ["bob"]
        assert people(found, question, Cell()) == ["ann", "bob"]
        free = {"field": "trait:plan", "value": "free"}
        assert found.answer(from_json({**fields, "conditions": [free]})).lines[0].values == (1, 0)
        assert parse(format_question(question)) == question
        for more, words in (
            ({"breakdown": "country"}, "no breakdown"),
            ({"conditions": [{"field": "country", "value": "NL"}]}, "only conditions on people"),
        ):
            with pytest.raises(BadQuestion, match=words):
                found.answer(from_json({**fields, **more}))
