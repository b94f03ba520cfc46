"""Ratios, distinct values, rolling and growing windows of a trend (definitions 8.1, 8.2)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw.figures import facts
from core.errors import BadQuestion
from core.queries import from_json
from tests.oracles.trend import trend_windows as oracle
from tests.worlds.compare import ask, both_engines, check_people, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import Event, World, engine_of

PURCHASES = {"event": "purchase", "measure": "users", "range": A_RANGE}


def line(engine, **fields: Any) -> Any:
    """The only line of a trend of the fixture."""
    return ask(engine, "trend", **{"range": A_RANGE, **fields}).lines[0]


def test_events_per_user_of_the_fixture(engine):
    assert line(engine, event="purchase", measure="average").total == 1
    views = line(engine, event="view_item", measure="average")
    assert (views.total, views.values[:3]) == (3, (1, 1, None))


def test_share_of_the_active_of_the_fixture(engine):
    assert line(engine, event="add_to_cart", measure="pct_dau").total == 1
    purchases = ask(engine, "trend", range=A_RANGE, event="purchase", measure="pct_dau")
    assert purchases.unit == "percent"
    assert purchases.lines[0].total == 0.8
    values = dict(zip(range(7, 21), purchases.lines[0].values, strict=True))
    assert {day: value for day, value in values.items() if value is not None} == {
        7: 0.5,
        8: 0.5,
        9: 1,
        14: 0,
        15: 0,
        16: 1,
    }


def test_conditions_about_people_narrow_both_parts_of_a_share(engine):
    share = {"event": "purchase", "measure": "pct_dau"}
    by_person = [{"field": "trait:plan", "value": "free"}]
    by_event = [{"field": "country", "value": "US"}]
    assert line(engine, **share, conditions=by_person).total == 1
    assert line(engine, **share, conditions=by_event).total == 2 / 5
    groups = ask(engine, "trend", **share, range=A_RANGE, breakdown="country").lines
    assert [(g.group[0], g.total) for g in groups] == [("US", 0.4), ("DE", 0.2), ("NL", 0.2)]


def test_different_values_of_a_property(engine):
    assert line(engine, event="purchase", measure="distinct", property="item").total == 3
    assert line(engine, event="purchase", measure="distinct", property="amount").values[:4] == (
        1,
        1,
        1,
        0,
    )


def test_all_events_of_the_sessions_that_hold_one(engine):
    found = line(engine, event="purchase", measure="session_events")
    assert (found.total, found.values[:3]) == (13, (4, 3, 3))  # s1, s5, s6 and s10
    groups = ask(
        engine, "trend", event="purchase", measure="session_events", range=A_RANGE, breakdown="item"
    ).lines
    assert [(g.group[0], g.total) for g in groups] == [("shirt", 7), ("hat", 3), ("jeans", 3)]


def test_elements_of_lists():
    held = (["hat", "shirt", "hat", None], "hat", [], None, [1, "1", True], ["x"])
    events = tuple(
        Event("cart", n * 1000, "ann" if n else "bob", properties={"item": value})
        for n, value in enumerate(held)
    )
    with engine_of(World(events, now=24 * 3_600_000)) as found:
        asked = {"range": "1970-01-01,1970-01-01", "property": "item"}
        totals = {
            measure: ask(found, "trend", measure=measure, **asked).lines[0].total
            for measure in ("items", "distinct_items", "distinct_per_user")
        }
    assert totals == {"items": 8, "distinct_items": 6, "distinct_per_user": 2.5}


def test_a_rolling_window_counts_everybody_once(engine):
    found = ask(engine, "trend", **PURCHASES, rolling_window=7)
    assert found.lines[0].values == (1, 2, 3, 3, 3, 3, 3, 2, 1, 1, 1, 1, 1, 1)
    assert found.lines[0].total == 4
    question = from_json({"kind": "trend", **PURCHASES, "rolling_window": 7})
    assert people(engine, question, Cell(bucket="2025-04-14")) == ["b", "c"]


def test_a_rolling_window_reads_what_was_before_the_range(engine):
    later = {**PURCHASES, "range": "2025-04-14,2025-04-15"}
    assert line(engine, **later, rolling_window=7).values == (2, 1)


def test_a_growing_window_counts_everybody_once(engine):
    found = ask(engine, "trend", **PURCHASES, cumulative=True)
    assert found.lines[0].values == (1, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4)
    counts = ask(engine, "trend", event="sign_up", range=A_RANGE, cumulative=True)
    assert counts.lines[0].values == (2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 5)
    assert counts.lines[0].total == 5
    assert not counts.additive


@pytest.mark.parametrize("window", [{"cumulative": True}, {"rolling_window": 7}])
def test_of_windows_nothing_is_said_about_adding_up(engine, window):
    assert facts(ask(engine, "trend", **PURCHASES, **window)) == []


def test_a_rolling_average_of_daily_users(engine):
    values = line(engine, measure="users", rolling_average=7).values
    assert values[6] == pytest.approx(5 / 7)  # 13 April
    assert values[0] == pytest.approx(3 / 7)  # 1 April, before the range, is in its week


def test_a_rolling_average_with_an_undefined_value_is_undefined(engine):
    amounts = {"event": "purchase", "measure": "avg", "property": "amount"}
    values = line(engine, **amounts, rolling_average=2).values
    assert values[:4] == (None, 35, 30, None)


def test_the_title_says_what_rolls():
    title = from_json({"kind": "trend", **PURCHASES, "rolling_window": 7}).title()
    assert title == "Users of purchase, rolling window of 7"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rolling_window": 7, "rolling_average": 7}, "rolling_window and rolling_average"),
        ({"rolling_window": 7, "cumulative": True}, "rolling_window and cumulative"),
        ({"rolling_window": 91}, "at most 90 when daily"),
        ({"rolling_average": 13, "granularity": "weekly"}, "at most 12 when weekly"),
        ({"rolling_window": 13, "granularity": "monthly"}, "at most 12 when monthly"),
        ({"rolling_window": 73, "granularity": "hourly"}, "at most 72 when hourly"),
        ({"rolling_window": 1}, "rolling_window must be at least 2"),
        ({"measure": "distinct"}, "needs a property"),
        ({"measure": "pct_dua"}, "measure 'pct_dua'"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "trend", **fields)


def test_a_window_too_long_for_a_coarser_granularity_is_refused(engine):
    fields = {"range": "2015-01-01,2025-04-20", "rolling_window": 90}
    with pytest.raises(BadQuestion, match="at most 12 when weekly"):
        ask(engine, "trend", **fields)


MEASURES = (
    "count",
    "users",
    "users",
    "sessions",
    "sum",
    "avg",
    "median",
    "min",
    "max",
    "average",
    "pct_dau",
    "distinct",
    "distinct_per_user",
    "items",
    "distinct_items",
)
WINDOWS: tuple[dict[str, Any], ...] = (
    {}, {"cumulative": True}, {"rolling_window": 2}, {"rolling_window": 7},
    {"rolling_window": 12}, {"rolling_average": 2}, {"rolling_average": 5},
)  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about events over time that rolls, grows or is a ratio."""
    exact = draw(st.integers(0, 4)) == 0
    return {
        "kind": "trend",
        **draw(st.sampled_from(WINDOWS)),
        "event": draw(st.sampled_from((None, *EVENTS[:2]))),
        "measure": draw(st.sampled_from(MEASURES)),
        "property": draw(st.sampled_from(("amount", "item"))),
        "range": draw(st.sampled_from(EXACT_RANGES if exact else RANGES)),
        "granularity": draw(st.sampled_from(("hourly", "daily", "daily", "weekly", "monthly"))),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"],
                                           ["trait:plan"], ["user", "country"]))),
        "compare": draw(st.sampled_from((None, None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 100,
    }  # fmt: skip


def possible(world, fields: dict[str, Any]) -> bool:
    """Whether a world has the question's event."""
    return fields["event"] in {None, *(event.event for event in world.events)}


@settings(max_examples=40, deadline=None)
@given(worlds(max_events=16), questions())
def test_windows_match_the_oracle(world, fields):
    if not possible(world, fields):
        return
    if fields["granularity"] == "hourly":
        fields = {**fields, "range": "49h" if fields["range"].endswith("h") else "yesterday"}
    question = from_json(fields)
    expected = oracle.trend(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            check_series(engine.answer(question), *expected)


@settings(max_examples=15, deadline=None)
@given(worlds(), questions())
def test_everybody_in_a_window_can_be_named(world, fields):
    averages = {"rolling_average": None, "measure": "users", "range": "7d"}
    fields = {**fields, **averages, "granularity": "daily"}
    if not possible(world, fields):
        return
    question = from_json(fields)
    with both_engines(world) as engines:
        for engine in engines:
            check_people(engine, question, engine.answer(question))
