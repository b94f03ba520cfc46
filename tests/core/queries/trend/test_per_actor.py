"""Figures over people (definitions 4.7, appendix A.6)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from tests.oracles.conditions import group_of, people_of
from tests.oracles.times import within
from tests.oracles.trend.per_actor import counted, per_actor
from tests.worlds.compare import ask, both_engines, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS


@pytest.mark.parametrize(
    ("metric", "figure"),
    [("avg", 3.6), ("median", 4), ("p50", 4), ("p75", 4), ("p90", 5.2), ("p95", 5.6), ("min", 1),
     ("max", 6), ("sum", 18)],
)  # fmt: skip
def test_events_per_person_of_the_fixture(engine, metric, figure):
    line = ask(engine, "per_actor", range=A_RANGE, metric=metric).lines[0]
    assert line.total == pytest.approx(figure)


@pytest.mark.parametrize(("metric", "figure"), [("avg", 25), ("median", 20), ("p90", 41)])
def test_a_property_is_summed_per_person(engine, metric, figure):
    fields = {"event": "purchase", "property": "properties.amount", "metric": metric}
    assert ask(engine, "per_actor", range=A_RANGE, **fields).lines[0].total == pytest.approx(figure)


def test_weeks_stand_for_themselves(engine):
    answer = ask(engine, "per_actor", range=A_RANGE, granularity="weekly")
    assert answer.lines[0].values == (4, 2)
    assert not answer.additive


def test_nobody_has_no_average_and_a_sum_of_zero(engine):
    quiet = {"range": "2025-04-10,2025-04-13"}
    assert ask(engine, "per_actor", **quiet).lines[0].values == (None,) * 4
    summed = ask(engine, "per_actor", **quiet, metric="sum")
    assert (summed.lines[0].values, summed.lines[0].total) == ((0,) * 4, 0)
    assert summed.additive


def test_events_of_nobody_and_values_that_are_no_numbers_do_not_count(engine):
    question = from_json({"kind": "per_actor", "property": "amount", "range": A_RANGE})
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell(bucket="2025-04-08")) == ["b"]


def test_the_period_before(engine):
    fields = {"kind": "per_actor", "range": A_RANGE, "compare": "previous"}
    line = engine.answer(from_json(fields)).lines[0]
    assert (line.total, line.previous_total) == (pytest.approx(3.6), 2)
    assert people(engine, from_json(fields), Cell(previous=True)) == ["d"]


def test_a_cell_is_told_in_words():
    question = from_json({"kind": "per_actor", "event": "purchase"})
    assert format_cell(question, Cell(bucket="2025-04-07")) == "Users of purchase on Apr 7"


def test_a_dot_in_the_name_of_an_event_is_no_property():
    question = from_json({"kind": "per_actor", "event": "a.b", "metric": "p90"})
    assert format_question(question) == 'per actor p90 of "a.b"'
    assert parse('per actor p90 of "a.b"') == question


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "medain"}, "metric 'medain'"),
        ({"metric": "p101"}, "metric 'p101'"),
        ({"event": "purchas"}, "event 'purchas'"),
        ({"property": "amuont"}, "property 'amuont'"),
        ({"breakdown": "contry"}, "'contry'"),
        ({"measure": "avg"}, "measure"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "per_actor", **fields)


def test_a_cell_that_is_not_in_the_answer_is_refused(engine):
    question = from_json({"kind": "per_actor", "breakdown": "country"})
    for cell in (Cell(bucket="2020-01-06"), Cell(group=("NL", "web"))):
        with pytest.raises(BadQuestion, match="cell"):
            people(engine, question, cell)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about figures over people."""
    exact = draw(st.integers(0, 4)) == 0
    return {
        "kind": "per_actor",
        "event": draw(st.sampled_from((None, *EVENTS[:2], *SELECTORS))),
        "metric": draw(st.sampled_from(("avg", "median", "min", "max", "sum", "p75", "p90"))),
        "property": draw(st.sampled_from((None, "amount"))),
        "range": draw(st.sampled_from(EXACT_RANGES if exact else RANGES)),
        "granularity": draw(st.sampled_from(("hourly", "daily", "weekly", "monthly"))),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"],
                                           ["trait:plan"], ["user", "country"]))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 100,
    }  # fmt: skip


def known(world, question) -> bool:
    """Whether a world has the question's event."""
    return question.event in world.names


@settings(max_examples=50, deadline=None)
@given(worlds(flagged=True), questions())
def test_figures_over_people_match_the_oracle(world, fields):
    question = from_json(fields)
    if not known(world, question):
        return
    expected = per_actor(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            check_series(engine.answer(question), *expected)


@settings(max_examples=12, deadline=None)
@given(worlds(flagged=True), questions())
def test_everybody_a_figure_is_over_can_be_named(world, fields):
    question = from_json({**fields, "range": "7d", "granularity": "daily"})
    if not known(world, question):
        return
    items = counted(world, question)
    with both_engines(world) as (engine, _):
        answer = engine.answer(question)
        for line in answer.lines:
            own = [i for i in items if group_of(world, i, question.breakdown) == line.group]
            for bucket in answer.buckets:
                cell = Cell(group=line.group, bucket=bucket.label)
                expected = people_of(within(own, bucket.start, bucket.end))
                assert people(engine, question, cell) == sorted(expected)


@settings(max_examples=12, deadline=None)
@given(worlds(flagged=True))
def test_the_average_is_events_over_users(world):
    with both_engines(world) as (engine, _):
        fields = {"range": "30d", "conditions": [{"field": "user", "operator": "is_set"}]}
        average = ask(engine, "per_actor", **fields).lines[0].values
        counts = ask(engine, "trend", **fields).lines[0].values
        users = ask(engine, "trend", **fields, measure="users").lines[0].values
        assert list(average) == pytest.approx(
            [count / n if n else None for count, n in zip(counts, users, strict=True)]
        )
