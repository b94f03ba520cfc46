"""Events dated after now count only where a range names their days (definitions 1.9)."""

from __future__ import annotations

import pytest

from core.answers import Cell
from core.language.questions import parse
from tests.worlds.compare import ask, both_engines, people
from tests.worlds.stories.future import NOW, WORLD, event
from tests.worlds.world import DAY, HOUR, World, engine_of


@pytest.fixture(params=(0, 1), ids=("sets", "scan"))
def engine(request):
    with both_engines(WORLD) as engines:
        yield engines[request.param]


@pytest.mark.parametrize(
    "text",
    [
        "events today",
        "events last 7d",
        "events wtd",
        "events all_time",
        "events last 24h",
        "events hourly today",
        "events weekly last 3w",
        "events by country last 7d",
        "events by event last 7d",
        "sum(view.n) last 7d",
        "events 2025-04-01..2025-04-09",
        "sessions last 7d",
    ],
)
def test_every_total_is_the_sum_of_points_up_to_now(engine, text):
    answer = engine.answer(parse(text))
    assert answer.lines
    for line in answer.lines:
        assert line.total == sum(line.values)
    counted = {"sum(view.n)": 2, "sessions": 4}
    expected = next((n for word, n in counted.items() if text.startswith(word)), 4)
    if "today" in text or "24h" in text:
        expected = 3 - ("24h" in text)
    assert sum(line.total for line in answer.lines) == expected


@pytest.mark.parametrize("kind", ["active_users", "users", "lifecycle", "first_time"])
def test_nobody_is_active_before_their_time(engine, kind):
    fields = {"event": "view"} if kind == "first_time" else {}
    answer = ask(engine, kind, range="7d", granularity="weekly", **fields)
    known = {"first_time": 2}.get(kind, 3)
    total = sum(line.total for line in answer.lines if line.series != "dormant")
    assert total == known


def test_who_signed_up_an_hour_ago_has_not_bought_in_two_days(engine):
    steps = engine.answer(parse("signup > buy within 7d last 7d")).groups[0].steps
    assert [step.count for step in steps] == [2, 0]
    times = engine.answer(parse("time to convert signup > buy within 7d last 7d"))
    assert times.total == 0
    flow = engine.answer(parse("paths from signup 3 steps last 7d"))
    assert not [n for step in flow.steps for n in step.nodes if n.event == "buy"]


def test_retention_ends_now(engine):
    grid = ask(engine, "retention", range="7d", granularity="daily", periods=3)
    assert sum(cohort.size for cohort in grid.cohorts) == 3
    last = {cohort.label: cohort.size for cohort in grid.cohorts}
    assert last["2025-04-09"] == 2


def test_a_person_was_last_seen_before_now(engine):
    found = ask(engine, "user_search", user="ann")
    (row,) = found.rows
    assert (row.first_seen, row.last_seen, row.events) == (NOW - HOUR, NOW - HOUR, 1)
    timeline = engine.answer(parse("activity of ann"))
    assert [found.event for found in timeline.events] == ["signup"]


def test_segments_are_as_of_now(engine):
    table = ask(engine, "segments", range="30d")
    found = dict(zip(table.keys, (row[2] for row in table.rows), strict=True))
    assert found["new"] == 3


def test_a_session_lasts_until_now(engine):
    mean = ask(engine, "sessions", metric="average", range="today").lines[0].total
    assert mean == 0


def test_a_range_that_names_days_to_come_counts_them(engine):
    text = "events 2025-04-08..2025-04-30"
    line = engine.answer(parse(text)).lines[0]
    assert (line.total, sum(line.values)) == (9, 9)
    answer = engine.answer(parse(text))
    assert answer.buckets[-1].label == "2025-04-17"
    partial = {bucket.label for bucket in answer.buckets if bucket.partial}
    assert partial >= {"2025-04-09", "2025-04-10", "2025-04-17"}
    assert people(engine, parse("dau 2025-04-08..2025-04-30"), Cell(bucket="2025-04-17")) == ["dee"]
    steps = engine.answer(parse("signup > buy within 7d 2025-04-08..2025-04-30")).groups[0].steps
    assert [step.count for step in steps] == [3, 1]


def test_a_range_that_ends_before_what_is_to_come_counts_up_to_its_end(engine):
    assert engine.answer(parse("events 2025-04-08..2025-04-11")).lines[0].total == 8
    answer = engine.answer(parse("signup > buy within 7d 2025-04-08..2025-04-10"))
    assert [step.count for step in answer.groups[0].steps] == [2, 0]
    days = engine.answer(parse("events 2025-04-08..2025-04-10")).buckets
    assert [day.label for day in days] == ["2025-04-08", "2025-04-09"]


def test_what_is_to_come_counts_when_its_time_has_come():
    now = [NOW]
    with engine_of(WORLD) as engine:
        engine.clock = lambda: now[0]
        assert engine.answer(parse("events today")).lines[0].total == 3
        now[0] += 2 * HOUR
        assert engine.answer(parse("events today")).lines[0].total == 5
        now[0] += 30 * DAY
        assert engine.answer(parse("events all_time")).lines[0].total == 9


def test_a_workspace_of_events_to_come_alone_has_none_yet():
    world = World((event("a", 1, "ann"), event("a", 50, "bob")), now=NOW)
    with both_engines(world) as engines:
        for one in engines:
            assert one.answer(parse("events last 7d")).lines[0].total == 0
            assert one.answer(parse("events all_time")).lines[0].total == 0
            assert one.context().latest is None
