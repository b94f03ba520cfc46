"""Attribution: which touches are credited with conversions (definitions 11.15, A.13)."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from core.queries.funnel.attribution import Attribution
from core.queries.funnel.attribution_weights import weights
from tests.oracles.funnel.attribution import attribution
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import DAY, SELECTORS, Event, World, engine_of

KIND = "attribution"
MODELS = get_args(Attribution.model_fields["model"].annotation)
AGES = (8 * DAY, 3 * DAY, DAY)
SHARES = {
    "first": (100, 0, 0), "last": (0, 0, 100), "linear": (33.33, 33.33, 33.33),
    "u_shaped": (40, 20, 40), "j_shaped": (20, 20, 60), "inverse_j": (60, 20, 20),
    "time_decay": (21.55, 35.35, 43.10), "participation": (100, 100, 100),
}  # fmt: skip
"""Per cent of a conversion of 100 that touches 8, 3 and 1 days before get (A.13)."""


def touched(*sources: str | None, apart: int = DAY) -> World:
    """Somebody who came from some sources, `apart` ms from each other, then paid 100."""
    end = 40 * DAY
    events = [
        Event(
            "visit",
            end - apart * (len(sources) - n),
            "ann",
            properties={"source": source} if source else {},
        )
        for n, source in enumerate(sources)
    ]
    events.append(Event("pay", end, "ann", properties={"amount": 100}))
    return World(tuple(events), now=41 * DAY)


def credit(world: World, **fields: Any) -> dict[str, float]:
    with engine_of(world) as found:
        asked = {"to": "pay", "property": "properties.source", "range": "7d", **fields}
        return {row[0]: row[1] for row in ask(found, KIND, **asked).rows}


@pytest.mark.parametrize("model", SHARES)
def test_what_touches_get(model):
    assert set(SHARES) == set(MODELS)
    found = weights(model, AGES)
    assert [round(100 * share, 2) for share in found] == list(SHARES[model])
    assert weights(model, [DAY]) == [1.0]


@pytest.mark.parametrize(
    ("model", "shares"),
    [("u_shaped", (0.5, 0.5)), ("j_shaped", (0.25, 0.75)), ("inverse_j", (0.75, 0.25))],
)
def test_two_touches_have_nothing_between(model, shares):
    assert weights(model, [DAY, 0]) == pytest.approx(shares)
    assert credit(touched("A", "B"), model=model) == pytest.approx({"A": shares[0], "B": shares[1]})


def test_those_between_share_equally():
    assert weights("j_shaped", [4, 3, 2, 1]) == pytest.approx([0.2, 0.1, 0.1, 0.6])
    assert credit(touched("A", "B", "C", "D"), model="j_shaped") == pytest.approx(
        {"A": 0.2, "B": 0.1, "C": 0.1, "D": 0.6}
    )


@pytest.mark.parametrize("model", SHARES)
def test_the_fixture(model):
    events = [
        Event("visit", 40 * DAY - age, "ann", properties={"source": source})
        for source, age in zip("ABC", AGES, strict=True)
    ]
    events.append(Event("pay", 40 * DAY, "ann", properties={"amount": 100}))
    with engine_of(World(tuple(events), now=41 * DAY)) as found:
        answer = ask(found, KIND, to="pay", property="source", value="amount", model=model)
    values = {row[0]: round(row[3], 2) for row in answer.rows}
    assert values == {s: v for s, v in zip("ABC", SHARES[model], strict=True) if v}
    assert [row[4] for row in answer.rows] == [1] * len(values)


def test_a_value_of_several_touches():
    world = touched("A", "B", "A")
    assert credit(world, model="linear") == pytest.approx({"A": 2 / 3, "B": 1 / 3})
    assert credit(world, model="participation") == {"A": 1, "B": 1}


def test_the_lookback_and_the_instant_of_the_conversion():
    world = touched("A", "B", apart=15 * DAY)
    assert credit(world, model="first") == {"A": 1}
    assert credit(world, model="first", lookback_days=29) == {"B": 1}
    assert credit(world, model="first", lookback_days=14) == {"(none)": 1}
    own = (*touched("A").events[:1], Event("pay", 40 * DAY, "ann", properties={"source": "B"}))
    assert credit(World(own, now=41 * DAY)) == {"B": 1}


def test_without_touches_and_of_nobody():
    assert credit(touched(None, None), property="item", value="amount") == {"(none)": 1}
    events = (Event("pay", DAY), Event("visit", 1, properties={"source": "A"}))
    assert credit(World(events, now=2 * DAY)) == {}


def test_the_people_of_a_value(engine):
    question = from_json(
        {"kind": KIND, "to": "purchase", "property": "item", "range": A_RANGE, "model": "first"}
    )
    answer = engine.answer(question)
    assert {row[0]: row[1] for row in answer.rows} == {"shirt": 2, "hat": 1, "jeans": 1}
    assert people(engine, question, Cell(row="shirt")) == ["a", "e"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell(row="(none)")) == []
    assert answer.notes[0] == "4 conversions of 4 users; touches up to 30 days before."
    assert "8, 3 and 1 days before a conversion get 100.0%, 0.0% and 0.0%" in answer.notes[1]
    assert format_cell(question, Cell(row="hat")).startswith("Users with purchase after item hat")


def test_it_is_drawn_and_exported(engine):
    answer = ask(engine, KIND, to="purchase", property="country", value="amount", range=A_RANGE)
    drawn = plain(draw(answer, 80, 16))
    assert "conversions" in drawn
    assert "US" in drawn
    assert "country,conversions,share,amount,users" in export(answer, "csv")


def test_nothing_converted():
    with engine_of(World((Event("pay", 0, "ann"),), now=90 * DAY)) as found:
        answer = ask(found, KIND, to="pay", property="country")
        assert (answer.rows, answer.notes) == ((), ())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": "purchas"}, "purchase"),
        ({"property": "contry"}, "'contry' is not a field"),
        ({"property": "trait:plan"}, "property cannot be trait:plan"),
        ({"value": "country"}, "value cannot be country"),
        ({"model": "best"}, "model must be 'first', 'last'"),
        ({"lookback_days": 0}, "lookback_days must be at least 1"),
        ({"lookback_days": 367}, "lookback_days must be at most 366"),
        ({"compare": "previous"}, "'compare' is not known"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **{"to": "purchase", "property": "item", **fields})


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("attribution of purchase by source", {}),
        ("attribution by source to purchase last 90d", {"range": "90d"}),
        (
            "attribution of purchase last 90d by source within 14d top 3 with model = linear",
            {"range": "90d", "lookback_days": 14, "limit": 3, "model": "linear"},
        ),
    ],
)
def test_its_text(text, fields):
    question = from_json({"kind": KIND, "to": "purchase", "property": "source", **fields})
    assert from_text(text) == question
    assert format_question(question).startswith("attribution of purchase by source")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("attribution of purchase", "property is missing"),
        ("attribution by source", "to is missing"),
        ("attribution of purchase by a, b", "does not apply to attribution"),
        ("attribution of purchase by source within 5h", "does not apply to attribution"),
    ],
)
def test_a_text_that_lacks_or_has_too_much(text, words):
    with pytest.raises(BadQuestion, match=words):
        parse(text)


questions = st.fixed_dictionaries(
    {
        "kind": st.just(KIND),
        "to": st.sampled_from((*EVENTS, *EVENTS, *SELECTORS)),
        "property": st.sampled_from(("country", "properties.item", "properties.amount")),
        "model": st.sampled_from(MODELS),
        "value": st.sampled_from((None, "amount")),
        "lookback_days": st.sampled_from((1, 3, 30, 90)),
        "range": st.sampled_from((*RANGES, *EXACT_RANGES[:1], "2025-03-25,2025-04-05")),
        "conditions": st.sampled_from(CONDITIONS),
    }
)


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), questions)
def test_attribution_matches_the_oracle(world, fields):
    question: Any = from_json(fields)
    if question.to not in world.names:
        return
    expected, count, converted = attribution(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert set(answer.keys) == set(expected)
            for row in answer.rows:
                conversions, value, who = expected[row[0]]
                assert row[1] == pytest.approx(conversions)
                assert row[2] == pytest.approx(conversions / count)
                assert row[-1] == len(who)
                if question.value:
                    assert row[3] == pytest.approx(value)
            check_people(engine, question, answer)
            assert people(engine, question, Cell()) == sorted(converted)
