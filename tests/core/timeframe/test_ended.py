"""What comes after the newest event of data that has ended; whole periods; lone old events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.draw import draw
from core.draw.figures import time_ticks
from core.draw.spans import Look, plain
from core.export import export
from core.language.questions import parse
from tests.worlds.compare import ask, both_engines
from tests.worlds.world import DAY, HOUR, Event, World, engine_of


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def world(now: str, *more: Event, days: int = 10, user: str = "u", zone: str = "UTC") -> World:
    """One event of somebody on each day of April until the tenth, at ten."""
    events = [
        Event("view", ms("2025-04-01T10:00") + n * DAY, f"{user}{n % 3}") for n in range(days)
    ]
    return World((*more, *events), now=ms(now), zone=zone)


@pytest.fixture(params=(0, 1), ids=("sets", "scan"))
def ended(request):
    """Two months after the last event."""
    with both_engines(world("2025-06-10T12:00")) as engines:
        yield engines[request.param]


def test_days_after_the_newest_event_are_neither_zero_nor_drawn(ended):
    answer = ended.answer(parse("view 2025-04-08..2025-04-14"))
    line = answer.lines[0]
    assert line.values == (1, 1, 1, None, None, None, None)
    assert line.total == 3
    assert answer.notes == ("The newest event is from 2025-04-10; nothing is known after that.",)
    rows = [plain([row]) for row in draw(answer, 44, 20, chart="table")]
    assert next(r for r in rows if "Apr 12" in r).split()[-1] == "–"
    assert export(answer, "csv").splitlines()[-1] == "2025-04-14,"


def test_all_of_time_ends_at_the_newest_event(ended):
    answer = ended.answer(parse("view all_time"))
    assert [bucket.label for bucket in answer.buckets][-1] == "2025-04-10"
    assert set(answer.lines[0].values) == {1}
    assert answer.notes == ("The newest event is from 2025-04-10; nothing is known after that.",)


@pytest.mark.parametrize(
    "text",
    [
        "view last 30d",
        "dau last 30d",
        "wau last 30d",
        "users of view today",
        "first time view last 30d",
        "average of view last 30d",
        "view / dau last 30d",
        "stickiness last 30d",
        "sessions last 30d",
        "lifecycle last 30d",
        "users last 30d",
    ],
)
def test_nothing_is_known_of_a_range_after_the_end(ended, text):
    answer = ended.answer(parse(text))
    assert answer.lines
    for line in answer.lines:
        assert set(line.values) == {None}
        assert line.total is None
    assert plain(draw(answer, 80, 12))
    assert "–" in plain(draw(answer, 30, 4, chart="number"))


def test_the_headline_of_a_rolling_figure_is_the_last_one_there_is(ended):
    line = ended.answer(parse("wau 2025-04-08..2025-04-14")).lines[0]
    assert (line.values[-1], line.total) == (None, 3)
    line = ended.answer(parse("stickiness 2025-04-08..2025-04-14")).lines[0]
    assert line.values[3:] == (None,) * 4
    assert line.total == pytest.approx(1 / 3)


def test_windows_after_the_end_are_in_no_cell_and_no_combined_row(ended):
    grid = ask(ended, "retention", range="2025-04-01,2025-04-10", granularity="daily", periods=30)
    assert {c.label: len(c.counts) for c in grid.cohorts} == {
        "2025-04-01": 10,
        "2025-04-02": 9,
        "2025-04-03": 8,
    }
    assert not any(flag for cohort in grid.cohorts for flag in cohort.incomplete)
    weekly = ask(ended, "retention", range="2025-04-01,2025-04-10", periods=8)
    assert [len(c.counts) for c in weekly.cohorts] == [2]
    assert weekly.cohorts[0].incomplete == (False, True)
    money = ask(ended, "ltv", range="2025-04-01,2025-04-30", granularity="daily", days=[1, 30])
    assert money.cohorts[-1].label == "2025-04-10"
    assert money.combined.sizes == (3, 0)


def test_a_quiet_week_is_zero():
    with engine_of(world("2025-04-17T09:00")) as engine:
        line = engine.answer(parse("view last 7d")).lines[0]
    assert (line.values, line.total) == ((0,) * 7, 0)


def test_nobody_is_dormant_after_the_end(ended):
    answer = ask(ended, "lifecycle", range="2025-03-31,2025-05-04")
    dormant = next(line for line in answer.lines if line.series == "dormant")
    assert dormant.values == (0, 0, None, None, None)
    assert dormant.total == 0


# -- whole periods


def test_whole_periods_have_their_real_dates():
    with engine_of(world("2025-04-11T12:00")) as engine:
        for kind, more in (
            ("lifecycle", {}),
            ("stickiness", {"mode": "exact"}),
            ("stickiness", {"mode": "exact", "days": 2}),
        ):
            fields: dict[str, Any] = {"range": "2025-04-02,2025-04-04", **more}
            answer = ask(engine, kind, **fields)
            assert (answer.first, answer.last) == ("2025-03-31", "2025-04-06")
            assert "Whole weeks count: 2025-03-31 to 2025-04-06." in answer.notes
            whole = ask(engine, kind, **{**fields, "range": "2025-03-31,2025-04-06"})
            assert not [note for note in whole.notes if "Whole" in note]
            running = ask(engine, kind, **{**fields, "range": "wtd"})
            assert (running.first, running.last) == ("2025-04-07", "2025-04-11")


# -- an hour that happens twice


def test_the_repeated_hour_is_told_apart():
    york = World(
        (
            Event("view", ms("2025-11-02T05:30"), "a"),
            Event("view", ms("2025-11-02T06:30"), "b"),
            Event("view", ms("2025-11-02T20:30"), "b"),
        ),
        zone="America/New_York",
        now=ms("2025-11-03T06:00"),
    )
    with engine_of(york) as engine:
        calendar = engine.calendar
        answer = engine.answer(parse("view hourly 2025-11-02..2025-11-02"))
        seen = engine.answer(parse("people of (view 2025-11-02..2025-11-02)"))
    assert len(answer.buckets) == 25
    rows = [plain([row]) for row in draw(answer, 60, 40, chart="table")]
    assert [row.split()[:5] for row in rows if " 01:00" in row] == [
        ["Nov", "02", "2025", "01:00", "-04:00"],
        ["Nov", "02", "2025", "01:00", "-05:00"],
    ]
    ticks = [text for _, text in next(time_ticks(answer.buckets, "hourly"))]
    assert ticks[1:4] == ["01:00-04", "01:00-05", "02:00"]
    assert "Nov 02 01:00 -05:00" in plain(draw(answer, 90, 12, chart="line", cursor=(0, 2)))
    assert "2025-11-02T01:00-0400,1" in export(answer, "csv")
    assert "2025-11-02 01:30-0500" in plain(draw(seen, 120, 12, Look(calendar=calendar)))


# -- a lone old event


def test_a_lone_old_event_is_named_with_the_range_without_it():
    old = Event("view", HOUR, "clock")
    with engine_of(world("2025-04-10T12:00", old)) as engine:
        answer = engine.answer(parse("view monthly all_time"))
        assert len(answer.buckets) == 664
        assert answer.lines[0].total == 11
        assert answer.notes == (
            "All time begins with 1 event of 1970-01-01, the next is of 2025-04-01: "
            "2025-04-01..2025-04-10 leaves out the empty time.",
        )
        assert engine.answer(parse("view monthly 2025-04-01..2025-04-10")).lines[0].total == 10
    with engine_of(world("2025-04-10T12:00")) as engine:
        assert engine.answer(parse("view all_time")).notes == ()


def test_all_of_time_in_whole_weeks_ends_there_too(ended):
    answer = ended.answer(parse("new users all_time weekly"))
    assert [bucket.label for bucket in answer.buckets][-1] == "2025-04-07"
    assert None not in answer.lines[0].values


def test_windows_over_all_of_time_end_there_too(ended):
    windows = ask(ended, "trend", event="view", range="all_time", rolling_window=2)
    assert windows.lines[0].values == (1, *[2] * 9)


def test_formulas_over_all_of_time_end_there_too(ended):
    both = ended.answer(parse("view / view all_time")).lines[0].values
    assert set(both) == {1}
