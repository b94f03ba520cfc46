"""Active users: dau, wau and mau (definitions 4.1, appendix A.2)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw.figures import facts
from core.queries import from_json
from tests.oracles.activity import active_users as oracle
from tests.worlds.compare import ask, both_engines, by_day, check_people, check_series, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import DAY, Event, World, engine_of


def test_daily_active_users_of_the_fixture(engine):
    answer = ask(engine, "active_users", range=A_RANGE)
    active = {day: n for day, n in by_day(answer).items() if n}
    assert active == {"04-07": 2, "04-08": 2, "04-09": 1, "04-14": 2, "04-15": 1, "04-16": 1}
    assert len(answer.buckets) == 14
    assert answer.lines[0].total == 5
    assert answer.lines[0].bucket_sum == 9
    assert [b.label for b in answer.buckets if b.partial] == ["2025-04-20"]


@pytest.mark.parametrize(
    ("day", "wau", "mau"),
    [("04-08", 2, 3), ("04-13", 3, 4), ("04-14", 5, 5), ("04-16", 3, 5), ("04-20", 3, 5)],
)
def test_rolling_windows_end_with_the_day(engine, day, wau, mau):
    assert by_day(ask(engine, "active_users", metric="wau", range=A_RANGE))[day] == wau
    assert by_day(ask(engine, "active_users", metric="mau", range=A_RANGE))[day] == mau


MS = {"m": 7, "w": 9, "s": 20, "t": 21}
"""Four people and the day of April 2025 on which each looked first."""


@pytest.fixture(scope="module")
def april():
    """One view each on the days of MS, w another on the 10th; asked on 1 May."""
    noon = 1_743_505_200_000
    days = [*MS.items(), ("w", 10)]
    events = tuple(
        Event("view", noon + (day - 1) * DAY, who, context={"country": who}) for who, day in days
    )
    with engine_of(World(events, now=noon + 30 * DAY)) as found:
        yield found


def test_the_headline_of_rolling_users_is_that_of_the_last_point(april):
    line = ask(april, "active_users", metric="wau", range="2025-04-13,2025-04-16").lines[0]
    assert (line.values, line.total) == ((2, 1, 1, 1), 1)
    monthly = {"metric": "mau", "granularity": "weekly", "range": "2025-04-09,2025-04-20"}
    assert ask(april, "active_users", **monthly).lines[0].total == 3


def test_the_headline_of_rolling_users_is_compared_with_that_of_the_period_before(april):
    shown = {"metric": "wau", "range": "2025-04-19,2025-04-21", "compare": "previous"}
    line = ask(april, "active_users", **shown).lines[0]
    assert (line.values, line.previous) == ((0, 1, 2), (1, 0, 0))
    assert (line.total, line.previous_total) == (2, 0)


def test_the_people_behind_the_headline_of_rolling_users_are_those_of_the_last_point(april):
    body = {
        "kind": "active_users",
        "metric": "wau",
        "range": "2025-04-01,2025-04-13",
        "compare": "previous",
    }
    question = from_json(body)
    assert people(april, question, Cell()) == ["m", "w"]
    assert people(april, question, Cell(previous=True)) == []


def test_groups_of_rolling_users_are_those_of_any_point_by_their_last(april):
    shown = {"metric": "wau", "range": "2025-04-13,2025-04-20", "breakdown": "country"}
    lines = ask(april, "active_users", **shown).lines
    assert [(line.group, line.total) for line in lines] == [(("s",), 1), (("m",), 0), (("w",), 0)]


@pytest.mark.parametrize("metric", ["wau", "mau"])
def test_of_rolling_users_nothing_is_said_about_adding_up(april, metric):
    answer = ask(april, "active_users", metric=metric, range="2025-04-13,2025-04-16")
    assert facts(answer) == []


def test_a_formula_over_rolling_users_has_the_headline_of_their_last_point(april):
    body = {
        "series": [{"metric": "wau"}, {"metric": "mau"}],
        "formula": "A / B * 1",
        "range": "2025-04-13,2025-04-16",
        "compare": "previous",
    }
    line = ask(april, "formula", **body).lines[0]
    assert (line.total, line.previous_total) == (0.5, 1)


def test_people_are_counted_once_per_country(engine):
    answer = ask(engine, "active_users", range=A_RANGE, breakdown="country")
    assert {line.group[0]: line.total for line in answer.lines} == {"NL": 2, "US": 2, "DE": 1}


def test_previous_period_shows_both_totals(engine):
    answer = ask(engine, "active_users", range=A_RANGE, compare="previous")
    line = answer.lines[0]
    assert (answer.comparison.first, answer.comparison.last) == ("2025-03-24", "2025-04-06")
    assert (line.total, line.previous_total) == (5, 1)
    assert sum(line.previous) == 1


def test_a_workspace_without_events_is_zero_not_an_error():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        answer = ask(empty, "active_users", range="7d", compare="previous")
        assert answer.lines[0].values == (0,) * 7


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about active users."""
    exact = draw(st.integers(0, 4)) == 0
    return {
        "kind": "active_users",
        "metric": draw(st.sampled_from(("dau", "wau", "mau"))),
        "range": draw(st.sampled_from(EXACT_RANGES if exact else RANGES)),
        "granularity": draw(st.sampled_from(("hourly", "daily", "weekly", "monthly"))),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"],
                                           ["trait:plan"], ["user", "country"]))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 100,
    }  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(worlds(flagged=True), questions())
def test_active_users_match_the_oracle(world, fields):
    question = from_json(fields)
    expected = oracle.active_users(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            check_series(engine.answer(question), *expected)


@settings(max_examples=12, deadline=None)
@given(worlds(flagged=True), questions())
def test_every_active_user_can_be_named(world, fields):
    question = from_json({**fields, "range": "7d"})
    with both_engines(world) as engines:
        for engine in engines:
            check_people(engine, question, engine.answer(question))


def test_events_that_are_still_to_come_count_in_no_hour_and_no_total():
    now = 1_744_027_200_000
    later = now + 7_200_000
    events = (Event("e", now - 1000, "ann"), Event("e", later, "bob"), Event("e", later))
    world = World(events, now=now)
    with both_engines(world) as engines:
        for engine in engines:
            for kind in ("active_users", "users"):
                line = ask(engine, kind, range="today", granularity="hourly").lines[0]
                assert (sum(line.values), line.total) == (1, 1)
