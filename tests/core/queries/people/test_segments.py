"""The built-in segments (definitions 5.1, appendix A.5)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.queries import from_json
from core.queries.people.segments import SEGMENTS
from tests.oracles.people import segments as oracle
from tests.oracles.trend.trend import trend
from tests.worlds.compare import ask, both_engines, check_people, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, worlds
from tests.worlds.world import DAY, Event, World, engine_of

NOON = 1_744_027_200_000  # 2025-04-07 12:00 UTC


def users(table) -> dict[str, int]:
    """People by key."""
    return {key: row[2] for key, row in zip(table.keys, table.rows, strict=True)}


def test_segments_of_the_fixture(engine):
    table = ask(engine, "segments", range=A_RANGE)
    assert users(table) == {
        "new": 1, "returning": 2, "dormant": 2, "churned": 1,
        "one_timer": 2, "casual": 3, "regular": 0, "power_user": 0, "no_sessions": 1,
    }  # fmt: skip
    assert {row[1] for row in table.rows} == {"lifecycle", "engagement"}
    assert [row[3] for row in table.rows[4:6]] == [2 / 5, 3 / 5]


def test_all_time_engagement_of_the_fixture(engine):
    found = users(ask(engine, "segments", range="all_time"))
    assert (found["one_timer"], found["casual"], found["no_sessions"]) == (2, 4, 0)


def test_the_people_of_segments(engine):
    question = from_json({"kind": "segments", "range": A_RANGE})
    named = {key: people(engine, question, Cell(row=key)) for key in SEGMENTS}
    assert named["returning"] == ["a", "d"]
    assert named["dormant"] == ["b", "c"]
    assert named["casual"] == ["a", "b", "e"]
    assert people(engine, question, Cell(row="no_sessions")) == ["f"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e", "f"]


def test_drilling_into_a_segment_lists_the_busiest_first(engine):
    found = ask(engine, "segment", segment="casual", range=A_RANGE)
    assert found.total == 3
    assert found.columns == ("sessions",)
    assert [(p.user, p.values) for p in found.rows] == [("a", (3,)), ("e", (2,)), ("b", (2,))]
    page = ask(engine, "segment", segment="casual", range=A_RANGE, limit=1, offset=1)
    assert (page.total, [p.user for p in page.rows]) == (3, ["e"])


def test_drilling_into_a_lifecycle_segment_lists_the_last_seen_first(engine):
    found = ask(engine, "segment", segment="dormant", range=A_RANGE)
    assert [p.user for p in found.rows] == ["c", "b"]


def test_a_segment_narrows_any_question(engine):
    answer = ask(engine, "trend", range=A_RANGE, segment="dormant")
    assert answer.lines[0].total == 7  # all events of b and c
    answer = ask(engine, "active_users", range=A_RANGE, segment="casual")
    assert answer.lines[0].total == 3


@pytest.mark.parametrize(
    ("age", "stage"), [(0, "new"), (7, "new"), (8, "dormant"), (30, "dormant"), (31, "churned")]
)
def test_ages_are_whole_local_days(age, stage):
    world = World((Event("a", NOON - age * DAY, "ann"),), now=NOON)
    with engine_of(world) as found:
        assert users(ask(found, "segments", range="1d"))[stage] == 1


@pytest.mark.parametrize(
    ("sessions", "stage"),
    [(1, "one_timer"), (2, "casual"), (4, "casual"), (5, "regular"), (14, "regular"),
     (15, "power_user")],
)  # fmt: skip
def test_engagement_counts_sessions(sessions, stage):
    events = tuple(Event("a", NOON - n * 3_600_000, "ann") for n in range(sessions))
    with engine_of(World(events, now=NOON)) as found:
        assert users(ask(found, "segments", range="2d"))[stage] == 1


def test_with_a_condition_the_sessions_that_hold_such_an_event_count():
    nl, us = {"country": "NL"}, {"country": "US"}
    events = (
        Event("a", NOON - 2, "ann", session="s1", context=us),
        Event("a", NOON - 1, "ann", session="s2", context=nl),
        Event("a", NOON, "ann", session="s1", context=us),
    )
    conditions = [{"field": "country", "value": "NL"}]
    with engine_of(World(events, now=NOON)) as found:
        assert users(ask(found, "segments", range="1d"))["casual"] == 1
        assert users(ask(found, "segments", range="1d", conditions=conditions))["one_timer"] == 1


def test_an_unknown_segment_is_answered_with_the_nearest(engine):
    with pytest.raises(BadQuestion, match="power_user"):
        ask(engine, "segment", segment="power_users")
    with pytest.raises(BadQuestion, match="power_user"):
        ask(engine, "trend", segment="power_users")


RANGES = st.sampled_from(
    ("1d", "7d", "30d", "24h", "all_time", "2025-03-25,2025-04-05", "2024-01-01,2027-01-01")
)


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), RANGES, st.sampled_from(CONDITIONS))
def test_segments_match_the_oracle(world, span, conditions):
    question = from_json({"kind": "segments", "range": span, "conditions": conditions})
    expected = oracle.segments(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            table = engine.answer(question)
            assert users(table) == {key: len(found) for key, found in expected.items()}
            check_people(engine, question, table)


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), st.sampled_from(SEGMENTS), st.sampled_from(("count", "users")))
def test_a_trend_within_a_segment_matches_the_oracle(world, segment, measure):
    from tests.worlds.compare import check_series

    whole = from_json({"kind": "segments", "range": "30d"})
    members = oracle.segments(world, whole)[segment]
    question = from_json({"kind": "trend", "range": "30d", "segment": segment, "measure": measure})
    expected = trend(world, question, members)
    with both_engines(world) as engines:
        for engine in engines:
            check_series(engine.answer(question), *expected)
