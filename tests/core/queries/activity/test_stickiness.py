"""Stickiness: daily and weekly over monthly users, and day counts (definitions 4.11, 9.12)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.activity.stickiness import PERIODS
from tests.oracles.activity.stickiness import day_counts, over_time, ratios
from tests.worlds.compare import ask, both_engines, by_day, check_people, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS, World, engine_of

TABLE = {
    "04-08": (2 / 3, 2 / 3), "04-13": (0, 3 / 4), "04-14": (2 / 5, 1), "04-16": (1 / 5, 3 / 5),
    "04-20": (0, 3 / 5),
}  # fmt: skip


def bins(answer) -> dict[str, int]:
    return {part.label: part.count for part in answer.bins}


@pytest.mark.parametrize("day", TABLE)
def test_daily_and_weekly_over_monthly_users(engine, day):
    daily, weekly = TABLE[day]
    assert by_day(ask(engine, "stickiness", range=A_RANGE))[day] == pytest.approx(daily)
    answer = ask(engine, "stickiness", range=A_RANGE, interval="week")
    assert by_day(answer)[day] == pytest.approx(weekly)
    assert answer.unit == "percent"


def test_a_week_and_the_range_are_means_of_their_days(engine):
    days = ask(engine, "stickiness", range=A_RANGE)
    weeks = ask(engine, "stickiness", range=A_RANGE, granularity="weekly")
    values = days.lines[0].values
    assert weeks.lines[0].values == pytest.approx((sum(values[:7]) / 7, sum(values[7:]) / 7))
    assert weeks.lines[0].total == days.lines[0].total == pytest.approx(sum(values) / 14)


def test_days_without_anybody_in_a_month_have_no_ratio(engine):
    answer = ask(engine, "stickiness", range="2025-02-27,2025-03-02")
    assert answer.lines[0].values == (None, None, 1, 0)
    assert answer.lines[0].total == 0.5


def test_day_counts_per_week_are_pooled(engine):
    answer = ask(engine, "stickiness", range=A_RANGE, mode="exact")
    assert {k: n for k, n in bins(answer).items() if n} == {"1 day": 3, "2 days": 3}
    assert len(answer.bins) == 7
    assert answer.total == 6
    assert answer.bins[0].share == 0.5
    cumulative = ask(engine, "stickiness", range=A_RANGE, mode="cumulative")
    assert {k: n for k, n in bins(cumulative).items() if n} == {"1+ days": 6, "2+ days": 3}
    assert cumulative.bins[1].share == 0.5


def test_the_power_curve_of_the_range(engine):
    answer = ask(engine, "stickiness", range=A_RANGE, mode="exact", interval="range")
    assert bins(answer) == {"1 day": 2, "2 days": 2, "3 days": 1}
    assert sum(part.start * part.count for part in answer.bins) == 9


def test_hours_weeks_and_months_are_counted_like_days(engine):
    hours = ask(engine, "stickiness", range=A_RANGE, mode="exact", unit="hour")
    assert hours.title == "Hours with any event per day"
    assert hours.bins[0].label == "1 hour"
    weeks = ask(engine, "stickiness", range=A_RANGE, mode="exact", unit="week")
    assert bins(weeks) == {"1 week": 4, "2 weeks": 1}
    months = ask(engine, "stickiness", range=A_RANGE, mode="cumulative", unit="month")
    assert bins(months) == {"1+ months": 5}


def test_a_day_is_active_with_so_many_events(engine):
    often = {"range": A_RANGE, "mode": "exact", "interval": "range", "at_least": 2}
    answer = ask(engine, "stickiness", **often)
    assert answer.title == "Days with any event at least twice per range"
    assert bins(answer) == {"1 day": 4}
    exactly = ask(engine, "stickiness", **often, at_most=2)
    assert exactly.title == "Days with any event exactly twice per range"


def test_the_people_of_a_number_of_days(engine):
    fields = {"kind": "stickiness", "range": A_RANGE, "mode": "exact", "interval": "range"}
    question = from_json(fields)
    assert people(engine, question, Cell(row="1 day")) == ["c", "d"]
    assert people(engine, question, Cell(row="3 days")) == ["a"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]
    assert format_cell(question, Cell(row="3 days")).startswith("Active users on 3 days of a range")
    pooled = from_json({**fields, "interval": "week", "mode": "cumulative"})
    assert people(engine, pooled, Cell(row="2+ days")) == ["a", "b", "e"]


def test_the_people_of_a_ratio_are_those_above_the_line(engine):
    question = from_json({"kind": "stickiness", "range": A_RANGE})
    assert people(engine, question, Cell(bucket="2025-04-08")) == ["a", "b"]
    weekly = from_json({"kind": "stickiness", "range": A_RANGE, "interval": "week"})
    assert people(engine, weekly, Cell(bucket="2025-04-13")) == ["a", "b", "c"]
    by = from_json({"kind": "stickiness", "range": A_RANGE, "breakdown": "country"})
    assert people(engine, by, Cell(bucket="2025-04-08", group=("US",))) == ["b"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"granularity": "hourly"}, "granularity"),
        ({"mode": "often"}, "mode"),
        ({"interval": "month"}, "interval"),
        ({"interval": "day", "mode": "exact"}, "interval"),
        ({"breakdown": "country", "mode": "exact"}, "breakdown"),
        ({"compare": "previous", "mode": "exact"}, "compare"),
        ({"granularity": "weekly", "mode": "cumulative"}, "granularity"),
        ({"interval": "range", "mode": "exact", "range": "3y"}, "366 days"),
        ({"interval": "day", "mode": "exact", "unit": "week"}, "of weeks"),
        ({"at_least": 3, "at_most": 2, "mode": "exact"}, "at_most 2 is less"),
        ({"at_least": 2}, "mode ratio takes no at_least"),
        ({"event": "purchas"}, "purchase"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "stickiness", **fields)


def test_a_bin_that_is_not_there_is_named(engine):
    question = from_json({"kind": "stickiness", "mode": "exact"})
    with pytest.raises(BadQuestion, match="8 days"):
        people(engine, question, Cell(row="8 days"))


def test_a_workspace_without_events(engine):
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        answer = ask(empty, "stickiness", range="7d")
        assert set(answer.lines[0].values) == {None}
        assert answer.lines[0].total is None
        assert not any(bins(ask(empty, "stickiness", mode="exact")).values())


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": "stickiness",
        "event": draw(st.sampled_from((None, None, *EVENTS[:2], *SELECTORS))),
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES[:1], "2025-03-25,2025-04-05"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "mode": draw(st.sampled_from(("ratio", "ratio", "exact", "cumulative"))),
    }
    if fields["mode"] != "ratio":
        unit = draw(st.sampled_from(("day", "day", "hour", "week", "month")))
        least = draw(st.sampled_from((1, 1, 2)))
        return {
            **fields,
            "unit": unit,
            "interval": draw(st.sampled_from((None, *PERIODS[unit]))),
            "at_least": least,
            "at_most": draw(st.sampled_from((None, least, 3))),
        }
    return {
        **fields,
        "interval": draw(st.sampled_from((None, "day", "week"))),
        "granularity": draw(st.sampled_from(("daily", "weekly", "monthly"))),
        "breakdown": draw(st.sampled_from(([], [], ["country"], ["properties.item"]))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "limit": 1000,
    }


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), questions())
def test_stickiness_matches_the_oracle(world, fields):
    question: Any = from_json(fields)
    if question.event not in world.names:
        return
    with both_engines(world) as engines:
        for engine in engines:
            if question.mode == "ratio":
                _check_ratios(engine.answer(question), *ratios(world, question))
                continue
            answer = engine.answer(question)
            expected = day_counts(world, question)
            found = {int(part.start): part for part in answer.bins}
            assert {k: p.count for k, p in found.items() if p.count} == {
                k: len(actors) for k, actors in expected.items()
            }
            assert {k: p.people for k, p in found.items() if p.people} == {
                k: len(set(actors)) for k, actors in expected.items()
            }
            check_people(engine, question, answer)


def _check_ratios(answer: Any, now: Any, before: Any) -> None:
    assert {line.group for line in answer.lines} == set(now.totals)
    for line in answer.lines:
        assert list(line.values) == pytest.approx(now.values[line.group])
        assert line.total == pytest.approx(now.totals[line.group])
        if answer.comparison and line.group in before.totals:
            shown = min(len(line.values), len(before.values[line.group]))
            expected = before.values[line.group][:shown]
            assert list(line.previous[:shown]) == pytest.approx(expected)
            assert line.previous_total == pytest.approx(before.totals[line.group])


# -- one number of days over time


def test_a_number_of_days_over_time(engine):
    fields = {"mode": "exact", "days": 2, "range": A_RANGE}
    answer = ask(engine, "stickiness", **fields)
    assert [bucket.label for bucket in answer.buckets] == ["2025-04-07", "2025-04-14"]
    assert answer.lines[0].values == pytest.approx((2 / 3, 1 / 3))
    assert answer.lines[0].total == pytest.approx(1 / 2)
    assert (answer.unit, answer.granularity) == ("percent", "weekly")
    question = from_json({"kind": "stickiness", **fields})
    assert people(engine, question, Cell(bucket="2025-04-07")) == ["a", "b"]
    assert people(engine, question, Cell()) == ["a", "b", "e"]
    least = ask(engine, "stickiness", mode="cumulative", days=1, range=A_RANGE, interval="month")
    assert least.lines[0].values == (1,)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": 2}, "days needs mode"),
        ({"days": 2, "mode": "exact", "interval": "range"}, "days needs mode"),
        ({"days": 8, "mode": "exact"}, "at most 7"),
        ({"days": 32, "mode": "exact", "interval": "month"}, "days must be at most 31"),
    ],
)
def test_days_that_make_no_sense_are_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "stickiness", **fields)


@settings(max_examples=30, deadline=None)
@given(
    worlds(flagged=True),
    st.sampled_from(("exact", "cumulative")),
    st.sampled_from(("week", "month")),
    st.integers(1, 3),
    st.sampled_from(CONDITIONS),
    st.sampled_from(({}, {}, {"unit": "hour"}, {"at_least": 2})),
)
def test_days_over_time_match_the_oracle(world, mode, interval, days, conditions, more):
    question = from_json(
        {
            **more,
            "kind": "stickiness",
            "mode": mode,
            "interval": interval,
            "days": days,
            "range": "30d",
            "conditions": conditions,
        }
    )
    expected = over_time(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            found = dict(
                zip((b.label for b in answer.buckets), answer.lines[0].values, strict=True)
            )
            assert {label: value for label, value in found.items() if value is not None} == {
                label: pytest.approx(len(came) / len(active))
                for label, (active, came) in expected.items()
            }
            for label, (_, came) in expected.items():
                assert people(engine, question, Cell(bucket=label)) == sorted(came)
