"""Lifetime value (semantics 9.5, appendix A.10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language import format_cell
from core.queries import from_json
from tests.compare import ask, both_engines, check_people, people
from tests.oracle_ltv import ltv
from tests.test_active_users import CONDITIONS
from tests.worlds import A_RANGE, DAY, EVENTS, RANGES, Event, World, appendix_a, engine_of, worlds


@pytest.fixture(scope="module")
def engine():
    with engine_of(appendix_a()) as found:
        yield found


def row(engine, label: str = "all", **fields: Any) -> dict[str, Any]:
    answer = ask(engine, "ltv", range=A_RANGE, **fields)
    names = [column.name for column in answer.columns]
    return dict(zip(names, answer.rows[answer.keys.index(label)], strict=True))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("arpu", (7.5, 20, 25, 80 / 3)),
        ("revenue", (30, 80, 100, 80)),
        ("arppu", (15, 80 / 3, 25, 80 / 3)),
        ("paying_users", (2, 3, 4, 3)),
    ],
)
def test_the_new_users_of_the_fixture(engine, metric, expected):
    found = row(engine, metric=metric)
    assert tuple(found[f"r{n}d"] for n in (1, 2, 3, 7)) == pytest.approx(expected)
    assert (found["users"], found["paid"], found["total_amount"]) == (4, 4, 100)
    assert found["r30d"] is None


def test_cohorts_by_week(engine):
    answer = ask(engine, "ltv", range=A_RANGE, granularity="weekly", days=[1, 7])
    assert answer.keys == ("all", "2025-04-07", "2025-04-14")
    assert row(engine, "2025-04-14", granularity="weekly")["r7d"] is None
    assert row(engine, "2025-04-07", granularity="weekly")["r7d"] == pytest.approx(80 / 3)


def test_the_people_of_a_cohort(engine):
    question = from_json({"kind": "ltv", "range": A_RANGE, "granularity": "weekly"})
    assert people(engine, question, Cell(row="2025-04-14")) == ["e"]
    assert people(engine, question, Cell(row="all")) == ["a", "b", "c", "e"]
    assert format_cell(question, Cell(row="2025-04-14")).startswith("New users of Apr 14")
    with pytest.raises(BadQuestion, match="2020"):
        people(engine, question, Cell(row="2020-01-01"))


def test_quantities_refunds_and_currencies():
    events = (
        Event("buy", 1, user="ann", properties={"amount": 5, "quantity": 3, "currency": "EUR"}),
        Event("refund", 2, user="ann", properties={"amount": -5, "currency": "USD"}),
        Event("buy", 1, user="bob"),
    )
    with engine_of(World(events, now=2 * DAY)) as small:
        answer = ask(small, "ltv", range="1970-01-01,1970-01-01", days=[1])
        assert answer.rows[0] == ("all", 2, 5, 1, 10)
        assert "2 currencies" in answer.notes[0]
        bought = ask(small, "ltv", range="1970-01-01,1970-01-01", days=[1], event="buy")
        assert bought.rows[0][-1] == 15


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "profit"}, "metric"),
        ({"granularity": "hourly"}, "granularity"),
        ({"days": []}, "days"),
        ({"days": [7, 1]}, "days"),
        ({"days": [0]}, "days"),
        ({"breakdown": "country"}, "breakdown"),
        ({"compare": "previous"}, "compare"),
        ({"property": "price"}, "price"),
        ({"event": "purchas"}, "purchase"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "ltv", **fields)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": "ltv",
        "metric": draw(st.sampled_from(("arpu", "arppu", "revenue", "paying_users"))),
        "event": draw(st.sampled_from((None, None, *EVENTS[:2]))),
        "range": draw(st.sampled_from((*RANGES, "24h"))),
        "granularity": draw(st.sampled_from(("daily", "weekly", "monthly"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "days": [1, 2, 7],
    }


@settings(max_examples=50, deadline=None)
@given(worlds(), questions())
def test_ltv_matches_the_oracle(world, fields):
    question = from_json(fields)
    if question.event not in {None, *(event.event for event in world.events)}:
        return
    expected = ltv(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert list(answer.keys) == list(expected)
            for label, *values in answer.rows:
                assert values == pytest.approx(list(expected[label])), label
            check_people(engine, question, answer)
