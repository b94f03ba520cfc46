"""Formulas of functions over random worlds, against the oracle (definitions 8.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.formulas.functions import MEASURING, NUMBERS, WINDOWS
from core.queries import from_json
from tests.oracles.formula import formula as oracle_formula
from tests.worlds.compare import both_engines, check_people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import World


def part(series: int, measure: str, **fields: Any) -> dict[str, Any]:
    """What a function of a series asks."""
    return {"series": series, "measure": measure, **fields}


def ratio(a: float | None, b: float | None) -> float | None:
    """A quotient, missing where it does not exist."""
    return None if a is None or not b else a / b


def same(a: float | None) -> float | None:
    """A figure as it is."""
    return a


AMOUNT, ITEM = {"property": "amount"}, {"property": "item"}
FORMULAS: tuple[tuple[str, list[dict[str, Any]], Any], ...] = (
    ("UNIQUES(A) / TOTALS(B)", [part(0, "users"), part(1, "count")], ratio),
    ("ACTIVE(A)", [part(0, "pct_dau")], same),
    ("AVG(A)", [part(0, "average")], same),
    ("FREQPERCENTILE(A, 0.75)", [part(0, "p75", people=True)], same),
    ("PERCENTILE(B, 0.9)", [part(1, "p90", **AMOUNT)], same),
    ("PROPAVG(B) / PROPMAX(B)", [part(1, "avg", **AMOUNT), part(1, "max", **AMOUNT)], ratio),
    ("PROPMIN(B)", [part(1, "min", **AMOUNT)], same),
    ("PROPSUM(B) / UNIQUES(A)", [part(1, "sum", **AMOUNT), part(0, "users")], ratio),
    (
        "PROPCOUNT(C) / PROPCOUNTAVG(C)",
        [part(2, "distinct", **ITEM), part(2, "distinct_per_user", **ITEM)],
        ratio,
    ),
    ("SESSIONTOTALS(A)", [part(0, "sessions")], same),
    ("EVENTTOTALS(A)", [part(0, "session_events")], same),
    ("SEMANTICTOTALS(C, ALL_VALUES)", [part(2, "items", **ITEM)], same),
    ("SEMANTICTOTALS(C, UNIQUE_ARRAY_VALUES)", [part(2, "distinct_items", **ITEM)], same),
    ("CUMSUM(UNIQUES, A)", [part(0, "users", cumulative=True)], same),
    ("CUMSUM(PROPAVG, B)", [part(1, "avg", **AMOUNT, cumulative=True)], same),
    ("ROLLAVG(TOTALS, A, 3)", [part(0, "count", rolling_average=3)], same),
    ("ROLLWIN(UNIQUES, A, 2)", [part(0, "users", rolling_window=2)], same),
    ("ROLLWINBEFORE(PROPMAX, B, 4)", [part(1, "max", **AMOUNT, rolling_window=4)], same),
    ("A / D", [part(0, "count"), part(3, "users", event="_active")], ratio),
)
WINDOWS_OF_ALL: tuple[dict[str, Any], ...] = ({"cumulative": True}, {"rolling_window": 3})
UNWINDOWED = ("FREQPERCENTILE", "EVENTTOTALS", "CUMSUM", "ROLL")
"""What has a window of its own, or none."""


@st.composite
def questions(draw: st.DrawFn) -> tuple[dict[str, Any], Any, Any]:
    """A question with functions, what these ask, and what the formula computes of that."""
    formula, parts, compute = draw(st.sampled_from(FORMULAS))
    metrics = st.sampled_from(("events", *(f"event:{name}" for name in EVENTS[:2])))
    body = {
        "kind": "formula",
        "series": [{"metric": draw(metrics)}, {"metric": draw(metrics), **AMOUNT},
                   {"metric": draw(metrics), **ITEM}, {"metric": "dau"}],
        "formula": formula,
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"]))),
        "granularity": draw(st.sampled_from(("daily", "weekly"))),
        "range": draw(st.sampled_from(("7d", "3w", "last_week"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "compare": draw(st.sampled_from((None, None, "previous"))),
        "limit": 1000,
    }  # fmt: skip
    if not formula.startswith(UNWINDOWED) and draw(st.booleans()):
        window = draw(st.sampled_from(WINDOWS_OF_ALL))
        body, parts = {**body, **window}, [{**each, **window} for each in parts]
    return body, parts, compute


@settings(max_examples=30, deadline=None)
@given(worlds(max_events=16), questions())
def test_functions_match_the_oracle(world: World, asked: tuple[dict[str, Any], Any, Any]):
    body, parts, compute = asked
    named = {s["metric"].removeprefix("event:") for s in body["series"] if ":" in s["metric"]}
    if not named <= {event.event for event in world.events}:
        return
    expected, before = oracle_formula.formula(world, body, compute, parts)
    with both_engines(world) as engines:
        for engine in engines:
            found = engine.answer(from_json(body))
            assert {line.group for line in found.lines} == set(expected.totals)
            for line in found.lines:
                assert line.total == pytest.approx(expected.totals[line.group])
                assert list(line.values) == pytest.approx(expected.values[line.group])
                if found.comparison and line.group in before.totals:
                    assert line.previous_total == pytest.approx(before.totals[line.group])


def test_a_running_total_is_the_formula_over_everything_so_far(engine):
    buyers = {"metric": "event:purchase"}
    body = {"kind": "formula", "series": [buyers, {"metric": "dau"}], "range": A_RANGE}
    ratios = engine.answer(from_json({**body, "formula": "UNIQUES(A) / B", "cumulative": True}))
    assert ratios.lines[0].overlapping
    assert ratios.lines[0].values[-1] == ratios.lines[0].total == 4 / 5
    people = from_json({**body, "formula": "UNIQUES(A)", "cumulative": True})
    answer = engine.answer(people)
    assert list(answer.lines[0].values) == sorted(answer.lines[0].values)
    check_people(engine, people, answer)


@pytest.mark.parametrize(
    ("series", "formula", "window", "sentence"),
    [
        ("mau", "A", {"cumulative": True}, "cumulative does not apply to mau"),
        ("events", "FREQPERCENTILE(A, 0.5)", {"rolling_window": 3}, "does not apply to FREQ"),
        ("events", "CUMSUM(TOTALS, A)", {"cumulative": True}, "and CUMSUM cannot be combined"),
        ("events", "A", {"cumulative": True, "rolling_window": 3}, "cannot be combined"),
        ("events", "A", {"rolling_window": 91}, "at most 90 when daily"),
    ],
)
def test_a_window_that_does_not_apply_is_refused(series, formula, window, sentence):
    body = {"kind": "formula", "series": [{"metric": series}], "formula": formula, **window}
    with pytest.raises(BadQuestion, match=sentence):
        from_json(body)


def test_all_functions_are_named():
    names = {*MEASURING, *WINDOWS, *(name.upper() for name in NUMBERS)}
    assert names >= {
        "ACTIVE", "ARPAU", "AVG", "FREQPERCENTILE", "HIST", "PERCENTILE", "PROPAVG", "PROPCOUNT",
        "PROPCOUNTAVG", "PROPHIST", "PROPMAX", "PROPMIN", "PROPSUM", "REVENUETOTAL", "TOTALS",
        "UNIQUES", "EVENTTOTALS", "SESSIONTOTALS", "SEMANTICTOTALS", "CUMSUM", "ROLLAVG", "ROLLWIN",
        "ROLLWINBEFORE", "EXP", "LN", "LOG", "LOG10", "POWER", "SQRT", "TRENDLINE",
    }  # fmt: skip
