"""Formulas over series (definitions 4.13)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.formulas.parser import Term, parse_formula
from core.language.questions import format_cell, parse
from core.queries import from_json
from tests.oracles.formula import formula as oracle_formula
from tests.worlds.compare import ask, both_engines, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import Event, World, engine_of


def answer(engine: Any, formula: str, *metrics: str, **fields: Any) -> Any:
    """The answer over series that are only metrics."""
    series = [{"metric": metric} for metric in metrics]
    return ask(engine, "formula", formula=formula, series=series, **{"range": A_RANGE, **fields})


def value(text: str, **letters: float | None) -> float | None:
    """What a formula comes to."""
    given = {"A": None, "B": None, "C": None, **letters}
    return parse_formula(text, 3).at_once({Term(letter): x for letter, x in given.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A + B * C", 32), ("(A + B) * C", 42), ("A - B - C", -9), ("A / B / C", 0.4 / 6),
        ("-A + b", 3), ("--a", 2), ("2.5 * a", 5), (".5*A", 1), ("abs(A - B)", 3),
        ("round(A / C, 2)", 0.33), ("round(2.5)", 3), ("round(-2.5)", -3), ("round(25, -1)", 30),
        ("min(A, B)", 2), ("MAX(A, B)", 5), ("if(A - 2, 1, 7)", 7), ("if(B, A, A / 0)", 2),
        ("A / (A - 2)", None), ("A / 0 + 1", None), ("if(A/0, 1, 2)", None),
    ],
)  # fmt: skip
def test_arithmetic(text, expected):
    found = value(text, A=2, B=5, C=6)
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_what_is_missing_makes_the_result_missing():
    assert value("A + 1") is None
    assert value("if(B, A, 3)", B=0) == 3
    assert value("9" * 200 + " * " + "9" * 90 + " * A", A=1e300) is None


def test_purchases_per_active_user(engine):
    found = answer(engine, "A / B", "event:purchase", "dau")
    line = found.lines[0]
    assert line.total == pytest.approx(4 / 5)
    days = dict(zip((b.label for b in found.buckets), line.values, strict=True))
    assert days["2025-04-07"] == pytest.approx(1 / 2)
    assert days["2025-04-08"] == pytest.approx(1 / 2)
    assert days["2025-04-10"] is None  # nobody was active
    assert found.unit == "number"
    assert not found.additive


def test_headline_is_the_formula_over_the_range(engine):
    """5 people over two weeks, not the mean of the days."""
    assert answer(engine, "a", "users").lines[0].total == 5
    assert answer(engine, "A / B", "events", "sessions").lines[0].total == pytest.approx(2)


def test_a_series_with_its_own_range_is_aligned_by_index(engine):
    series = [{"metric": "events"}, {"metric": "events", "range": "2025-04-07,2025-04-09"}]
    found = ask(engine, "formula", formula="A - B", series=series, range="2025-04-14,2025-04-17")
    assert found.lines[0].values == (2 - 5, 1 - 4, 3 - 3, 0)
    assert found.lines[0].total == 6 - 12


def test_groups_are_united_and_what_has_none_counts_for_all(engine):
    series = [{"metric": "event:purchase", "breakdown": "country"}, {"metric": "users"}]
    found = ask(engine, "formula", formula="A / B", series=series, range=A_RANGE)
    totals = {line.group: line.total for line in found.lines}
    assert totals == pytest.approx({("US",): 0.4, ("DE",): 0.2, ("NL",): 0.2})
    assert [line.group[0] for line in found.lines] == ["US", "DE", "NL"]
    assert found.breakdown == ("country",)
    cut = ask(engine, "formula", formula="A / B", series=series, range=A_RANGE, limit=1)
    assert (len(cut.lines), cut.omitted) == (1, 2)


def test_the_period_before(engine):
    found = answer(engine, "A / B", "events", "users", compare="previous")
    assert found.lines[0].previous_total == 2  # d signed up and viewed
    assert len(found.lines[0].previous) == 14


def test_a_formula_of_groups_is_compared_where_one_series_had_a_group_only_before(engine):
    asked = {"range": "2025-04-14,2025-04-20", "breakdown": ["country"], "compare": "previous"}
    series = [{"metric": "mau"}, {"metric": "event:add_to_cart"}]
    found = ask(engine, "formula", series=series, formula="A / B", **asked)
    (united,) = [line for line in found.lines if line.group == ("US",)]
    assert (united.total, united.previous_total) == (None, 1)
    assert united.previous == (None, 1, 2, None, None, None, None)


def test_what_a_formula_does_not_name_is_not_asked(engine):
    question = from_json(
        {
            "kind": "formula",
            "formula": "B",
            "range": A_RANGE,
            "series": [{"metric": "event:nowhere"}, {"metric": "users"}],
        }
    )
    assert engine.answer(question).lines[0].total == 5


def test_one_series_of_people_has_exactly_them(engine):
    question = from_json(
        {
            "kind": "formula",
            "formula": "A",
            "series": [{"metric": "dau"}],
            "range": A_RANGE,
            "breakdown": "country",
        }
    )
    found = engine.answer(question)
    for cell, count in found.cells():
        assert len(people(engine, question, cell)) == (count or 0)


def test_people_are_those_of_all_series(engine):
    question = from_json(
        {
            "kind": "formula",
            "formula": "A / B",
            "range": A_RANGE,
            "series": [{"metric": "event:purchase"}, {"metric": "event:sign_up"}],
        }
    )
    assert people(engine, question, Cell(bucket="2025-04-08")) == ["b"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    with pytest.raises(BadQuestion, match="cell"):
        people(engine, question, Cell(bucket="2020-01-01"))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("A / C", "'C' at column 5"),
        ("A + foo(B)", "'foo' at column 5"),
        ("A % B", "'%' at column 3"),
        ("A + ", "not finished at column 4"),
        ("(A", "not finished at column 3"),
        ("A + * B", r"'\*' at column 5"),
        ("A B", "'B' at column 3"),
        ("round(A, 1, 2)", "takes 1 or 2 values at column 1"),
        ("min()", "takes 2 values at column 1"),
        ("1 + 1", "names no series"),
        ("UNIQES(A)", "'UNIQES' at column 1"),
        ("A" + " + A" * 99, "longer than 300"),
        ("(" * 299 + "A", "not finished"),
        ("   ", "not finished"),
    ],
)
def test_a_bad_formula_is_answered_with_its_column(engine, formula, words):
    with pytest.raises(BadQuestion, match=words) as caught:
        answer(engine, formula, "dau", "mau")
    assert caught.value.parameter == "formula"


def test_deep_formulas_are_computed():
    assert value("(" * 149 + "A" + ")" * 149, A=1) == 1
    assert value("-" * 299 + "A", A=1) == -1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"series": []}, "series"),
        ({"series": [{"metric": "dau"}] * 27}, "series"),
        ({"series": [{"metric": "dauu"}]}, "metric 'dauu'"),
        ({"series": [{"metric": "event:"}]}, "metric 'event:'"),
        ({"series": [{"metric": "event:nope"}]}, "nope"),
        ({"series": [{"metric": "dau", "breakdown": "country"},
                     {"metric": "dau", "breakdown": "plan"}]}, "breakdown"),
        ({"series": [{"metric": "dau", "range": "soon"}]}, "soon"),
    ],
)  # fmt: skip
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "formula", formula="A", **fields)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("purchase / dau", "purchase / dau"),
        ("(sign_up +purchase)/( dau +1 ) last 30d", "(sign_up + purchase) / (dau + 1) last 30d"),
        (
            "purchase[country = NL] / purchase * 100 weekly by plan vs prev",
            "purchase[country = NL] / purchase * 100 weekly by plan vs prev",
        ),
        ("events / sessions", "events / sessions"),
        ('"dau" / dau', '"dau" / dau'),
        ("dau / (dau + mau)", "dau / (dau + mau)"),
        (
            'formula "round(A / B, 2)" '
            'with series = json \'[{"metric": "dau"}, {"metric": "mau"}]\'',
            None,
        ),
        ('formula "a/B" with series = json \'[{"metric": "dau"}, {"metric": "mau"}]\'', None),
    ],
)
def test_text_round_trip(text, canonical):
    assert from_text(text, canonical or "").kind == "formula"


def test_equal_operands_are_one_series():
    question = parse("dau / (dau + mau)")
    assert question.formula == "A / (A + B)"
    assert [series.metric for series in question.series] == ["dau", "mau"]


@pytest.mark.parametrize("text", ["purchase /", "purchase / / dau", "dau / 1e9", "(dau"])
def test_a_bad_text_has_a_caret(text):
    with pytest.raises(BadQuestion) as caught:
        parse(text)
    assert "^" in caught.value.hint


def test_a_cell_in_words():
    words = format_cell(parse("purchase / dau"), Cell(bucket="2025-04-08"))
    assert words == "People behind purchase / dau on Apr 8"


FORMULAS = (
    ("A / B", lambda a, b: None if not b else a / b),
    ("A", lambda a, b: a),
    ("a + B * 2", lambda a, b: a + b * 2),
    ("max(A, B) - min(A, B)", lambda a, b: max(a, b) - min(a, b)),
    ("if(B, A / B * 100, -1)", lambda a, b: a / b * 100 if b else -1),
)
METRICS = ("dau", "wau", "mau", "events", "sessions", "users", *(f"event:{e}" for e in EVENTS))


@st.composite
def questions(draw: st.DrawFn) -> tuple[dict[str, Any], Any]:
    """A question about two series, and what its formula computes."""
    by = draw(st.sampled_from(((), (), ("country",), ("trait:plan",))))
    series = [{"metric": draw(st.sampled_from(METRICS))} for _ in range(2)]
    if by and draw(st.booleans()):
        series[draw(st.sampled_from((0, 1)))]["breakdown"] = by[0]
        by = ()
    if draw(st.booleans()):
        series[1]["filters"] = draw(st.sampled_from(CONDITIONS))
    formula, compute = draw(st.sampled_from(FORMULAS))
    body = {
        "kind": "formula",
        "series": series,
        "formula": formula,
        "breakdown": list(by),
        "granularity": draw(st.sampled_from(("daily", "weekly", "monthly"))),
        "range": draw(st.sampled_from(("7d", "3w", "30d", "last_week", "all_time"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "limit": 1000,
    }
    return body, compute


@settings(max_examples=60, deadline=None)
@given(worlds(), questions())
def test_formulas_match_the_oracle(world: World, asked: tuple[dict[str, Any], Any]):
    body, compute = asked
    named = {s["metric"].removeprefix("event:") for s in body["series"] if ":" in s["metric"]}
    if not named <= {event.event for event in world.events}:
        return
    if "B" not in body["formula"]:
        body = {**body, "series": body["series"][:1]}
        whole = compute
        compute = lambda a: whole(a, 0)  # noqa: E731
    expected, before = oracle_formula.formula(world, body, compute)
    with both_engines(world) as engines:
        for engine in engines:
            found = engine.answer(from_json(body))
            assert {line.group for line in found.lines} == set(expected.totals)
            for line in found.lines:
                assert line.total == pytest.approx(expected.totals[line.group])
                assert list(line.values) == pytest.approx(expected.values[line.group])
                if found.comparison and line.group in before.totals:
                    shown = min(len(before.values[line.group]), len(line.values))
                    assert line.previous_total == pytest.approx(before.totals[line.group])
                    past = before.values[line.group][:shown]
                    assert list(line.previous[:shown]) == pytest.approx(past)


def test_a_title_names_events_without_the_word_before_them() -> None:
    world = World((Event("_active", 1, "ann"), Event("buy", 2, "ann")), now=10)
    with engine_of(world) as engine:
        for metric in ("event:event:buy", "event:event:_active"):
            answer = ask(engine, "formula", series=[{"metric": metric}], formula="TOTALS(A)")
            assert answer.title == f"TOTALS(A) where A = {metric.split(':')[-1]}"
        pair = [{"metric": "event:buy"}, {"metric": "dau"}]
        assert ask(engine, "formula", series=pair, formula="A / B").title == "buy / dau"
        assert ask(engine, "trend", event="event:buy").title == "buy"
