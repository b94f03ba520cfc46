"""Lifetime value (definitions 9.5, appendix A.10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import Look, draw, navigate, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.retention.ltv import by_group, ltv
from tests.worlds.compare import ask, both_engines, check_people, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, RANGES, worlds
from tests.worlds.world import DAY, SELECTORS, Event, World, engine_of


def row(engine, label: str | None = None, **fields: Any) -> dict[str, Any]:
    """The figures of a cohort, or of all of them."""
    answer = ask(engine, "ltv", range=A_RANGE, **fields)
    cohorts = {None: answer.combined, **{cohort.label: cohort for cohort in answer.cohorts}}
    return figures(answer, cohorts[label])


def figures(answer: Any, cohort: Any) -> dict[str, Any]:
    values = {f"r{n}d": rate for n, rate in zip(answer.days, cohort.rates, strict=True)}
    return {**values, "count": cohort.size, "paid": cohort.paid, "total_amount": cohort.total}


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
    assert (found["count"], found["paid"], found["total_amount"]) == (4, 4, 100)
    assert found["r30d"] is None


@pytest.mark.parametrize(
    ("metric", "row"),
    [("arpu", "7.50   20.00   25.00   26.67"), ("paying_users", "2       3       4       3")],
)
def test_people_are_drawn_as_whole_numbers_and_money_is_not(engine, metric, row):
    answer = ask(engine, "ltv", range=A_RANGE, metric=metric, days=[1, 2, 3, 7])
    lines = plain(draw(answer, 80, 30, Look("ascii"))).split("\n")
    assert row in next(line for line in lines if line.startswith(" combined"))
    assert not any("revenue per" in line for line in lines)


def test_every_day_up_to_ninety(engine):
    found = row(engine, days=list(range(1, 91)))
    assert found["r1d"] == 7.5
    assert [found[f"r{n}d"] for n in (3, 4)] == [25, 25]
    assert found["r7d"] == pytest.approx(80 / 3)
    assert found["r90d"] is None


def test_cohorts_by_week(engine):
    answer = ask(engine, "ltv", range=A_RANGE, granularity="weekly", days=[1, 7])
    assert [cohort.label for cohort in answer.cohorts] == ["2025-04-07", "2025-04-14"]
    assert row(engine, "2025-04-14", granularity="weekly")["r7d"] is None
    assert row(engine, "2025-04-07", granularity="weekly")["r7d"] == pytest.approx(80 / 3)
    assert answer.combined.sizes == (4, 3)
    assert answer.combined.incomplete == (False, True)


def test_the_people_behind_counts(engine):
    question = from_json({"kind": "ltv", "range": A_RANGE, "granularity": "weekly"})
    assert people(engine, question, Cell(cohort="2025-04-14")) == ["e"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell(period=0, outcome="reached")) == ["a", "c"]
    assert people(engine, question, Cell(outcome="reached")) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell(period=0, outcome="dropped")) == ["b", "e"]
    assert people(engine, question, Cell(period=3, outcome="dropped")) == []
    assert people(engine, question, Cell(outcome="dropped")) == []
    within = Cell(cohort="2025-04-07", period=0, outcome="reached")
    assert format_cell(question, within).startswith("New users of Apr 7 who paid within 1 day")
    for cell in (Cell(cohort="2020-01-01"), Cell(period=8), Cell(group=("a", "b"))):
        with pytest.raises(BadQuestion, match="cell"):
            people(engine, question, cell)


def test_groups_are_by_the_value_on_the_first_event(engine):
    answer = ask(engine, "ltv", range=A_RANGE, breakdown="country", granularity="monthly")
    found = {part.group[0]: figures(answer, part.combined) for part in answer.groups}
    assert {name: part["total_amount"] for name, part in found.items()} == {
        "US": 60,
        "DE": 20,
        "NL": 20,
    }
    assert (found["US"]["r1d"], found["US"]["r2d"]) == (5, 30)
    question = from_json({"kind": "ltv", "range": A_RANGE, "breakdown": "country"})
    assert people(engine, question, Cell(group=("US",))) == ["b", "c"]
    paid = Cell(group=("US",), period=0, outcome="reached")
    assert people(engine, question, paid) == ["c"]
    limited = ask(engine, "ltv", range=A_RANGE, breakdown="country", limit=1)
    assert (len(limited.groups), limited.omitted) == (1, 2)


def test_the_drawing_and_its_files(engine):
    answer = ask(engine, "ltv", range=A_RANGE, granularity="weekly", breakdown="country")
    places = navigate(answer)
    assert len(places) == len(answer.lines) == 4 + 2 * 4
    assert places[0][-1] == Cell(outcome="reached")
    drawn = plain(draw(answer, 80, 24, cursor=(0, 1)))
    assert "All cohorts, 1 day: 7.50; 2 of 4 users paid." in drawn
    assert "US Apr 07" in drawn
    assert "All cohorts: 4 of 4 users paid, 100." in plain(draw(answer, 80, 24, cursor=(0, 9)))
    for size in ((80, 24), (120, 30), (30, 6)):
        for line in plain(draw(answer, *size, cursor=(3, 3))).splitlines():
            assert len(line) <= size[0]
    assert "r7d" in plain(draw(answer, 80, 16, chart="curve"))
    lines = export(answer, "csv").splitlines()
    assert lines[0] == "country,cohort,size,day,payers,value,incomplete,paid,total_amount"
    assert ",combined,4,1,2,7.5,false,4,100" in lines


def test_quantities_refunds_and_currencies():
    events = (
        Event("buy", 1, user="ann", properties={"amount": 5, "quantity": 3, "currency": "EUR"}),
        Event("refund", 2, user="ann", properties={"amount": -5, "currency": "USD"}),
        Event("buy", 1, user="bob"),
    )
    with engine_of(World(events, now=2 * DAY)) as small:
        answer = ask(small, "ltv", range="1970-01-01,1970-01-01", days=[1])
        assert figures(answer, answer.combined) == {
            "r1d": 5,
            "count": 2,
            "paid": 1,
            "total_amount": 10,
        }
        assert "2 currencies (EUR, USD)" in answer.notes[0]
        assert answer.breakdown == ("currency",)
        split = {part.group[0]: figures(answer, part.combined) for part in answer.groups}
        assert split == {
            "EUR": {"r1d": 7.5, "count": 2, "paid": 1, "total_amount": 15},
            "USD": {"r1d": -2.5, "count": 2, "paid": 1, "total_amount": -5},
        }
        question = from_json({"kind": "ltv", "range": "1970-01-01,1970-01-01", "days": [1]})
        check_people(small, question, answer)
        bought = ask(small, "ltv", range="1970-01-01,1970-01-01", days=[1], event="buy")
        assert bought.combined.total == 15
        assert bought.groups == ()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "profit"}, "metric"),
        ({"granularity": "hourly"}, "granularity"),
        ({"days": []}, "days"),
        ({"days": [7, 1]}, "days"),
        ({"days": [0]}, "days"),
        ({"breakdown": ["country", "item"]}, "one field"),
        ({"breakdown": "contry"}, "country"),
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
        "event": draw(st.sampled_from((None, None, *EVENTS[:2], *SELECTORS))),
        "range": draw(st.sampled_from((*RANGES, "24h"))),
        "granularity": draw(st.sampled_from(("daily", "weekly", "monthly"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "breakdown": draw(st.sampled_from(((), ("country",), ("properties.item",)))),
        "limit": 1000,
        "days": [1, 2, 7],
    }


@settings(max_examples=40, deadline=None)
@given(worlds(), questions())
def test_ltv_matches_the_oracle(world, fields):
    question = from_json(fields)
    if question.event not in {None, *(event.event for event in world.events)}:
        return
    expected = ltv(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            rows = {"all": answer.combined, **{c.label: c for c in answer.cohorts}}
            assert list(rows) == list(expected)
            for label, cohort in rows.items():
                values = [cohort.size, *cohort.rates, cohort.paid, cohort.total]
                assert values == pytest.approx(list(expected[label])), label
            groups = by_group(world, question)
            assert {part.group[0] for part in answer.groups} == set(groups)
            for part in answer.groups:
                rows = {"all": part.combined, **{c.label: c for c in part.cohorts}}
                for label, cohort in rows.items():
                    values = [cohort.size, *cohort.rates, cohort.paid, cohort.total]
                    assert values == pytest.approx(list(groups[part.group[0]][label])), label
            check_people(engine, question, answer)
