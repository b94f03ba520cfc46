"""Events over time (definitions 4.2, 4.5, 8.1, appendix A.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_question, parse
from core.queries import from_json
from tests.oracles.trend import trend as oracle
from tests.worlds.compare import ask, both_engines, check_people, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS, Event, World, engine_of


def total(engine, **fields) -> float | None:
    """The whole-range figure of a trend."""
    return ask(engine, "trend", range=A_RANGE, **fields).lines[0].total


def test_counts_of_the_fixture(engine):
    assert total(engine) == 18
    assert total(engine, event="purchase") == 4
    assert total(engine, event="purchase", measure="users") == 4
    assert total(engine, event="view_item") == 3
    assert total(engine, event="view_item", measure="users") == 1
    assert total(engine, measure="sessions") == 9


def test_figures_of_a_property(engine):
    amount = {"event": "purchase", "property": "amount"}
    assert total(engine, **amount, measure="sum") == 100
    assert total(engine, **amount, measure="avg") == 25
    assert total(engine, **amount, measure="median") == 20
    assert total(engine, **amount, measure="min") == 10
    assert total(engine, **amount, measure="max") == 50
    assert total(engine, **amount, measure="p90") == pytest.approx(41)


def test_an_average_of_nothing_is_not_zero(engine):
    answer = ask(
        engine,
        "trend",
        range=A_RANGE,
        event="purchase",
        measure="avg",
        property="properties.amount",
    )
    assert answer.lines[0].values[:4] == (20, 50, 10, None)
    sums = ask(engine, "trend", range=A_RANGE, event="purchase", measure="sum", property="amount")
    assert sums.lines[0].values[:4] == (20, 50, 10, 0)


GIVEN = (5, "6", "six", None, True, [7], -1.5)


def test_the_count_of_a_property_is_of_its_numbers():
    noon = 1_744_027_200_000
    events = tuple(
        Event("pay", noon + n, f"u{n}", context={"country": "NL"}, properties={"amount": amount})
        for n, amount in enumerate(GIVEN)
    )
    fields = {"event": "pay", "measure": "count", "property": "amount", "breakdown": "country"}
    question = from_json({"kind": "trend", "range": "1d", **fields})
    with both_engines(World(events, now=noon + 100)) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert [line.total for line in answer.lines] == [3]
            assert answer.title == "pay with amount"
            for cell, count in answer.cells():
                assert count == 3
                assert people(engine, question, cell) == ["u0", "u1", "u6"]
            whole = from_json({"kind": "trend", "range": "1d", **fields, "breakdown": []})
            assert people(engine, whole, Cell()) == ["u0", "u1", "u6"]


@pytest.mark.parametrize(
    ("text", "event", "of"),
    [
        ("count(purchase.amount)", "purchase", "amount"),
        ("count(any.amount) last 7d", None, "amount"),
        ('count(any."the amount")', None, "the amount"),
        ('count("the event"."the.amount")', "the event", "the.amount"),
        ('count("any"."amount")', "any", "amount"),
        ("count(purchase.properties.properties.x)", "purchase", "properties.x"),
    ],
)
def test_the_count_of_a_property_as_text(text, event, of):
    question = parse(text)
    assert (question.event, question.measure, question.property) == (event, "count", of)
    assert format_question(question) == text


def test_an_event_with_a_dot_in_its_name_is_counted_by_its_name():
    assert parse("count of page.view") == parse('count("page.view")')
    assert parse("count of page.view").event == "page.view"
    with pytest.raises(BadQuestion, match="A formula counts events"):
        parse("count(purchase.amount) / dau")
    assert parse('count("page.view") / dau').series[0].metric == "event:page.view"


def test_the_period_before(engine):
    line = ask(engine, "trend", range=A_RANGE, compare="previous").lines[0]
    assert (line.total, line.previous_total) == (18, 2)
    assert line.previous[8] == 2  # 1 April, the ninth day of the 14 before


def test_groups_are_ranked_by_figure_then_label(engine):
    answer = ask(engine, "trend", range=A_RANGE, breakdown="country")
    assert [(line.group[0], line.total) for line in answer.lines] == [
        ("NL", 7),
        ("US", 7),
        ("DE", 4),
    ]
    cut = ask(engine, "trend", range=A_RANGE, breakdown="country", limit=1)
    assert [line.group[0] for line in cut.lines] == ["NL"]
    assert cut.omitted == 2


def test_groups_without_a_figure_come_after_all_others():
    noon = 1_744_027_200_000
    given = {"DE": -5, "NL": 0, "(a)": None, "US": 2}
    events = tuple(
        Event("pay", noon + n, f"u{n}", context={"country": c}, properties={"amount": amount})
        for n, (c, amount) in enumerate(given.items())
    )
    fields = {"event": "pay", "measure": "avg", "property": "amount", "breakdown": "country"}
    question = from_json({"kind": "trend", "range": "1d", **fields})
    with both_engines(World(events, now=noon + 100)) as engines:
        for engine in engines:
            found = [(line.group[0], line.total) for line in engine.answer(question).lines]
            assert found == [("US", 2), ("NL", 0), ("DE", -5), ("(a)", None)]


def test_groups_of_an_average_are_ranked_by_the_average(engine):
    answer = ask(
        engine,
        "trend",
        range=A_RANGE,
        event="purchase",
        measure="avg",
        property="amount",
        breakdown="country",
    )
    assert [(line.group[0], line.total) for line in answer.lines] == [
        ("US", 30),
        ("DE", 20),
        ("NL", 20),
    ]


def test_the_people_of_a_count_are_those_who_did_it(engine):
    question = from_json({"kind": "trend", "range": A_RANGE, "event": "view_item"})
    cell = next(cell for cell, value in engine.answer(question).cells() if cell.bucket is None)
    assert people(engine, question, cell) == ["a"]


def test_nobody_counts_in_totals_and_never_among_people():
    noon = 1_744_000_000_000
    world = World((Event("a", noon), Event("a", noon, user="ann")), now=noon)
    with engine_of(world) as found:
        assert ask(found, "trend", range="1d").lines[0].total == 2
        assert ask(found, "trend", range="1d", measure="users").lines[0].total == 1
        anonymous = {"field": "user", "operator": "is_not_set"}
        assert ask(found, "trend", range="1d", conditions=[anonymous]).lines[0].total == 1
        groups = ask(found, "trend", range="1d", breakdown="user").lines
        assert sorted(line.group for line in groups) == [("(none)",), ("ann",)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"measure": "summ"}, "measure 'summ'"),
        ({"measure": "p100.5", "property": "amount"}, "measure"),
        ({"measure": "sum"}, "needs a property"),
        ({"event": "purchas"}, "event 'purchas'"),
        ({"breakdown": "contry"}, "'contry'"),
        ({"breakdown": ["a", "b", "c"]}, "breakdown"),
        ({"granularity": "fortnight"}, "granularity"),
        ({"range": "0d"}, "range"),
        ({"compare": "tomorrow"}, "compare"),
        ({"rnage": "7d"}, "rnage"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "trend", **fields)


MEASURES = ("count", "users", "sessions", "sum", "avg", "min", "max", "median", "p90", "p0", "p100")


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about events over time."""
    exact = draw(st.integers(0, 4)) == 0
    measure = draw(st.sampled_from(("count", *MEASURES)))
    return {
        "kind": "trend",
        "event": draw(st.sampled_from((None, *EVENTS, *SELECTORS))),
        "measure": measure,
        "property": draw(st.sampled_from((None, "amount"))) if measure == "count" else "amount",
        "range": draw(st.sampled_from(EXACT_RANGES if exact else RANGES)),
        "granularity": draw(st.sampled_from(("hourly", "daily", "weekly", "monthly", "yearly"))),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"],
                                           ["event"], ["trait:plan"], ["user", "country"],
                                           ["country", "item"]))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 100,
    }  # fmt: skip


def known(world: World, fields: dict[str, Any]) -> bool:
    """Whether every name in a question exists in a world, so that it can be asked."""
    return fields["event"] is None or fields["event"] in world.names


@settings(max_examples=50, deadline=None)
@given(worlds(flagged=True), questions())
def test_trends_match_the_oracle(world, fields):
    with both_engines(world) as engines:
        if not known(world, fields):
            with pytest.raises(BadQuestion):
                engines[0].answer(from_json(fields))
            return
        question = from_json(fields)
        expected = oracle.trend(world, question)
        for engine in engines:
            check_series(engine.answer(question), *expected)


@settings(max_examples=12, deadline=None)
@given(worlds(flagged=True), questions())
def test_every_user_of_an_event_can_be_named(world, fields):
    fields = {**fields, "range": "7d", "measure": "users"}
    if not known(world, fields):
        return
    question = from_json(fields)
    with both_engines(world) as engines:
        for engine in engines:
            check_people(engine, question, engine.answer(question))
