"""What a figure is compared with: running, shorter periods, unequal buckets (definitions 1.6)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.api import Backend, read, respond
from core.draw import draw
from core.draw.spans import plain
from core.export import export
from core.language.questions import parse
from core.queries import from_json
from core.store.library.saved import Saved
from tests.oracles.activity.active_users import active_users
from tests.oracles.trend.trend import trend
from tests.worlds.compare import ask, both_engines, check_series, people
from tests.worlds.strategies import worlds
from tests.worlds.world import Event, World, engine_of


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def views(now: str, *moments: str) -> World:
    """A world in which somebody new views something at each moment."""
    return World(
        tuple(Event("view", ms(text), f"u{n:02}") for n, text in enumerate(moments)), now=ms(now)
    )


RUNNING = views(
    "2025-04-09T12:00",
    "2025-04-09T10:00",
    "2025-04-08T10:00",
    "2025-04-08T18:00",
    "2025-04-02T18:00",
    "2025-04-02T09:00",
    "2025-03-09T18:00",
    "2025-03-09T11:00",
    "2025-03-20T11:00",
    "2024-04-09T20:00",
)


@pytest.fixture(scope="module")
def running():
    with engine_of(RUNNING) as engine:
        yield engine


@pytest.mark.parametrize(
    ("text", "total", "previous"),
    [
        ("view today vs prev", 1, 1),
        ("view wtd vs prev", 3, 1),
        ("view mtd vs prev", 5, 1),
        ("view weekly mtd vs prev", 5, 1),
        ("view qtd vs prev", 5, 0),
        ("view ytd vs year", 8, 0),
        ("view today vs year", 1, 0),
        ("view hourly today vs prev", 1, 1),
        ("users of view mtd vs prev", 5, 1),
        ("dau mtd vs prev", 5, 1),
        ("view 2025-04-01..2025-04-30 vs prev", 5, 1),
        ("first time view mtd vs prev", 5, 1),
    ],
)
def test_a_running_period_is_compared_with_as_much_of_the_one_before(
    running, text, total, previous
):
    line = running.answer(parse(text)).lines[0]
    assert (line.total, line.previous_total) == (total, previous)


def test_who_is_behind_what_has_passed_of_the_period_before(running):
    for text in ("view wtd vs prev", "view weekly wtd vs prev", "dau wtd vs prev"):
        question = parse(text)
        assert people(running, question, Cell(previous=True)) == ["u04"]


def test_what_a_running_period_is_compared_with_is_said(running):
    answer = running.answer(parse("view wtd vs prev"))
    shown = "\n".join(plain([line]) for line in draw(answer, 100, 12, chart="line"))
    assert "+200.0% vs 1" in shown
    assert "Mar 31 – Apr 02 2025 until 12:00" in shown
    tile = plain(draw(answer, 40, 4, chart="number"))
    assert "~ ▲ 200.0% vs 1" in tile
    assert "until 12:00" in tile
    reply = respond(
        read("GET /api/v1/metrics/events?range=wtd&compare=previous"),
        Backend(running, Saved(running.path, clock=running.clock)),
    )
    said = reply.body["data"]["comparison"]
    assert (said["previous_total"], said["until"]) == (1, "2025-04-02T12:00")


def test_the_answer_to_a_running_comparison_is_kept_for_a_minute(tmp_path):
    from core.engines.sqlite.engine import SqliteEngine
    from tests.worlds.world import store

    now = [RUNNING.now]
    engine = SqliteEngine(store(RUNNING, tmp_path / "x.db"), clock=lambda: now[0])
    question = parse("view wtd vs prev")
    assert engine.answer(question).lines[0].previous_total == 1
    now[0] += 7 * 3_600_000
    assert engine.answer(question).lines[0].previous_total == 2
    engine.close()


def days(first: str, count: int) -> list[str]:
    start = datetime.fromisoformat(f"{first}T10:00")
    return [(start + timedelta(days=n)).isoformat() for n in range(count)]


SHORTER = views(
    "2025-05-01T00:00", *days("2025-02-26", 6), *days("2025-03-28", 4), "2025-04-30T10:00"
)


@pytest.fixture(scope="module")
def march():
    with engine_of(SHORTER) as engine:
        yield engine.answer(parse("view 2025-03-01..2025-03-31 vs prev"))


def test_a_shorter_period_before_has_no_value_past_its_end(march):
    line = march.lines[0]
    assert (line.total, line.previous_total) == (7, 3)
    assert line.previous[25:] == (1, 1, 1, None, None, None)


def test_no_value_before_is_a_dash_an_empty_cell_and_no_line(march):
    table = [plain([line]) for line in draw(march, 44, 40, chart="table")]
    last = next(line for line in table if "Mar 31" in line)
    assert last.split()[-2:] == ["–", "–"]
    assert "new" not in last
    assert export(march, "csv").splitlines()[-1] == "2025-03-31,1,"
    assert json.loads(export(march, "json"))["lines"][0]["previous"][-3:] == [None] * 3
    assert export(march, "markdown").splitlines()[-1].split("|")[-2].strip() in ("", "–")
    dotted = plain(draw(march, 60, 8, chart="line", cursor=(0, 30)))
    assert "Mon Mar 31: 1 event  prev – –" in dotted


def test_a_longer_period_before_counts_what_is_shown(tmp_path):
    world = views("2025-05-01T00:00", *days("2025-01-01", 59))
    with engine_of(world) as engine:
        line = engine.answer(parse("view 2025-02-01..2025-02-28 vs prev")).lines[0]
        assert (line.previous_total, sum(line.previous)) == (28, 28)
        month = engine.answer(parse("view monthly 2025-02-01..2025-02-28 vs prev"))
        assert month.lines[0].previous_total == 31


def test_buckets_of_different_lengths_show_no_change():
    world = views("2025-05-01T00:00", *days("2025-03-23", 20))
    with engine_of(world) as engine:
        answer = engine.answer(parse("view weekly 2025-04-02..2025-04-11 vs prev"))
    line = answer.lines[0]
    assert (line.total, line.previous_total) == (10, 10)
    assert (line.values, line.previous) == ((5, 5), (1, 7))
    drawn = [plain([line]) for line in draw(answer, 48, 12, chart="table")]
    rows = [line.split() for line in drawn if "week of" in line]
    assert len(rows) == 2
    assert [row[-3:] for row in rows] == [["5", "1", "–"], ["5", "7", "–"]]
    value = plain(draw(answer, 90, 12, chart="line", cursor=(0, 1)))
    assert "prev 7" in value
    assert "-28.6%" not in value


def test_the_running_day_of_a_moving_range_shows_no_change():
    world = views("2025-04-09T12:00", "2025-04-09T10:00", *days("2025-03-30", 8))
    with engine_of(world) as engine:
        answer = engine.answer(parse("view 7d vs prev"))
    assert answer.comparison.alike == (True,) * 6 + (False,)


COMPARED: list[dict[str, Any]] = [
    {"kind": "trend", "event": "view"},
    {"kind": "trend", "event": "view", "measure": "users"},
    {"kind": "trend", "measure": "count"},
    {"kind": "trend", "event": "view", "measure": "sum", "property": "amount"},
    {"kind": "active_users"},
    {"kind": "active_users", "metric": "wau"},
]


@settings(deadline=None)
@given(
    worlds(days=20),
    st.sampled_from(COMPARED),
    st.sampled_from(("today", "wtd", "mtd", "qtd", "ytd")),
    st.sampled_from(("previous", "yoy")),
    st.sampled_from(("hourly", "daily", "weekly", "monthly")),
    st.sampled_from(((), ("country",), ("item",))),
)
def test_what_has_passed_is_counted_alike_from_sets_and_from_events(
    world, fields, text, mode, unit, by
):
    question = from_json(
        {**fields, "range": text, "compare": mode, "granularity": unit, "breakdown": by,
         "limit": 1000}
    )  # fmt: skip
    expected = (trend if question.kind == "trend" else active_users)(world, question)
    with both_engines(world) as engines:
        if question.kind == "trend" and question.event not in world.names:
            return
        for engine in engines:
            check_series(engine.answer(question), *expected)


def test_explain_compares_what_has_passed(running):
    table = ask(
        running,
        "explain",
        of={"kind": "trend", "event": "view"},
        range="wtd",
        breakdown=["country"],
    )
    assert table.rows[0][2:4] == (1, 3)
