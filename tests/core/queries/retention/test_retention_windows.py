"""Retention by windows of 24 hours, brackets and the other modes (definitions 7.3, A.14, B)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from tests.oracles.retention import retention as oracle_retention
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.retention import check_grid, rows
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import Event, World, engine_of

EVERY = {
    "cohort": "every", "start_event": "sign_up", "granularity": "daily", "periods": 4,
    "range": A_RANGE,
}  # fmt: skip


def flags(grid: Any) -> list[tuple[str, int]]:
    """The incomplete cells."""
    return [(c.label, n) for c in grid.cohorts for n, flag in enumerate(c.incomplete) if flag]


def test_24_hour_windows_of_the_fixture(engine):
    grid = ask(engine, "retention", **EVERY, basis="24h")
    assert rows(grid) == {
        "2025-04-07": (2, (2, 1, 0, 0)),  # a came back after 23.98 hours: still day 0
        "2025-04-09": (1, (1, 0, 0, 0)),
        "2025-04-14": (1, (1, 0, 1, 0)),
        "2025-04-16": (1, (1, 0, 0, 0)),
    }
    assert flags(grid) == [("2025-04-16", 3)]


def test_24_hour_windows_on_or_after_of_the_fixture(engine):
    grid = ask(engine, "retention", **EVERY, basis="24h", mode="unbounded")
    assert rows(grid) == {
        "2025-04-07": (2, (2, 2, 1, 1)),
        "2025-04-09": (1, (1, 0, 0, 0)),
        "2025-04-14": (1, (1, 1, 1, 0)),
        "2025-04-16": (1, (1, 0, 0, 0)),
    }
    assert flags(grid) == [("2025-04-16", 3)]


def test_calendar_modes_of_the_fixture(engine):
    for mode, first, third in (
        ("n_day", (2, 2, 0, 0), (1, 0, 1, 0)),
        ("unbounded", (2, 2, 1, 1), (1, 1, 1, 0)),
        ("on_or_before", (2, 2, 2, 2), (1, 0, 1, 1)),
        ("streak", (2, 2, 0, 0), (1, 0, 0, 0)),
    ):
        found = rows(ask(engine, "retention", **EVERY, mode=mode))
        assert found["2025-04-07"] == (2, first), mode
        assert found["2025-04-14"] == (1, third), mode


def test_brackets_of_days_after_each_start(engine):
    fields = {**EVERY, "mode": "bracket", "brackets": [[0, 1], [1, 3], [3, 9]]}
    grid = ask(engine, "retention", **fields)
    assert rows(grid)["2025-04-07"] == (2, (2, 2, 1))
    assert rows(grid)["2025-04-14"] == (1, (1, 1, 0))
    assert flags(grid) == [("2025-04-14", 2), ("2025-04-16", 2)]
    hours = ask(engine, "retention", **fields, basis="24h")
    assert rows(hours)["2025-04-07"] == (2, (2, 1, 1))


def test_combined_row_adds_up_or_counts_once(engine):
    once = ask(engine, "retention", **EVERY)
    both = ask(engine, "retention", **EVERY, combined="sum")
    assert once.combined.sizes == (4, 4, 4, 4)
    assert both.combined.sizes == (5, 5, 5, 5)
    assert "adds up" in both.notes[-1]
    assert all(cell.cohort for cell, _ in both.cells())


def test_new_users_start_with_their_first_event_ever(engine):
    grid = ask(
        engine,
        "retention",
        start_event="_new",
        cohort="every",
        granularity="daily",
        periods=2,
        range=A_RANGE,
    )
    assert {c.label: c.size for c in grid.cohorts} == {
        "2025-04-07": 2,
        "2025-04-09": 1,
        "2025-04-14": 1,
    }


def at(text: str) -> int:
    """An instant, ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def came(start: str, back: str, **fields: Any) -> list[int]:
    """The windows that a single return lies in."""
    events = (Event("go", at(start), "ann"), Event("back", at(back), "ann"))
    world = World(events, now=at("2025-12-31T00:00"))
    with engine_of(world) as engine:
        grid = ask(
            engine,
            "retention",
            start_event="go",
            return_event="back",
            range="2025-12-01,2025-12-31",
            **fields,
        )
        return [n for n, count in enumerate(grid.cohorts[0].counts) if count and n < 12]


def test_the_examples_of_the_documentation():
    evening, next_day = "2025-12-01T17:59", "2025-12-02T17:00"
    assert came(evening, next_day, granularity="daily", basis="24h") == [1]
    assert came(evening, next_day, granularity="daily") == [0, 1]
    assert came("2025-12-01T10:00", "2025-12-06T09:00", granularity="weekly", basis="24h") == [0]
    assert came("2025-12-06T10:00", "2025-12-12T09:00", granularity="monthly", basis="24h") == [0]


def test_hours_are_those_of_the_clock_on_the_wall():
    """5:59 pm and 5:00 pm in Kathmandu are 12:14 and 11:15 in UTC."""
    events = (
        Event("go", at("2025-12-01T12:14"), "ann"),
        Event("back", at("2025-12-02T11:15"), "ann"),
    )
    world = World(events, zone="Asia/Kathmandu", now=at("2025-12-05T00:00"))
    with engine_of(world) as engine:
        grid = ask(
            engine,
            "retention",
            start_event="go",
            return_event="back",
            basis="24h",
            granularity="daily",
            range="30d",
        )
        assert grid.cohorts[0].counts[:3] == (0, 1, 0)


def test_day_0_needs_a_return_after_the_start():
    noon = at("2025-12-01T12:00")
    for offset, counted in ((-1, 0), (0, 1), (1, 1)):
        events = (Event("go", noon, "ann"), Event("back", noon + offset, "ann"))
        with engine_of(World(events, now=noon + 9_000_000)) as engine:
            grid = ask(
                engine,
                "retention",
                start_event="go",
                return_event="back",
                basis="24h",
                granularity="daily",
                range="7d",
            )
            assert grid.cohorts[0].counts == (counted,)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"brackets": [[0, 5]]}, "brackets need mode bracket"),
        ({"mode": "bracket"}, "mode bracket needs brackets"),
        ({"mode": "bracket", "brackets": [[0, 5], [6, 9]]}, "brackets cannot contain"),
        ({"mode": "bracket", "brackets": [[5, 5]]}, "brackets cannot contain"),
        ({"mode": "bracket", "brackets": [[-1, 5]]}, "brackets cannot contain"),
        ({"mode": "bracket", "brackets": [[n, n + 1] for n in range(101)]}, "at most 100"),
        ({"combined": "mean"}, "combined"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "retention", **fields)


@pytest.mark.parametrize(
    "text",
    [
        "retention daily 14 24 hour windows",
        "retention of signup on or after 24 hour windows",
        "retention in a streak",
        'retention of "sign up" in a streak',
        "retention brackets 0, 1-6, 7-30 daily",
        "retention of signup return purchase brackets 0-4, 5-9 24 hour windows cohorts every",
        "retention of _new with combined=sum",
    ],
)
def test_text_round_trip(text):
    assert "json" not in format_question(from_text(text))


def test_bad_brackets_in_text_have_a_caret():
    with pytest.raises(BadQuestion) as caught:
        parse("retention brackets 0-1, soon")
    assert "^" in caught.value.hint


def test_brackets_are_named_in_drawings_exports_and_words(engine):
    fields = {**EVERY, "mode": "bracket", "brackets": [[0, 1], [1, 3], [3, 120]]}
    question = from_json({"kind": "retention", **fields})
    grid = engine.answer(question)
    text = plain(draw(grid, 80, 20, cursor=(1, 2)))
    assert "1-2" in text
    assert "3-119" in text
    assert "W1" not in text
    cell = Cell(cohort="2025-04-07", period=1, outcome="returned")
    assert format_cell(question, cell) == "Returned on days 1 to 2 of the cohort of Apr 7"
    assert "\n2025-04-07,2,1-2," in export(grid, "csv")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": "unbounded"}, "Returned in week 1 or later of all complete cohorts"),
        ({"mode": "on_or_before"}, "Returned by week 1 of all complete cohorts"),
        ({"mode": "streak"}, "Returned every week up to 1 of all complete cohorts"),
        (
            {"basis": "24h", "granularity": "daily"},
            "Returned on day 1 (24 hours each) of all complete cohorts",
        ),
    ],
)
def test_cells_in_words(fields, words):
    question = from_json({"kind": "retention", **fields})
    assert format_cell(question, Cell(period=1, outcome="returned")) == words


def test_coming_back_takes_as_many_returns_as_asked(engine):
    fields = {"range": A_RANGE, "granularity": "daily", "periods": 3, "cohort": "every"}
    once = ask(engine, "retention", **fields)
    twice = ask(engine, "retention", **fields, at_least=2)
    assert once.title == "Retention: any event, then any event"
    assert twice.title == "Retention: any event, then any event at least twice"
    assert [row.counts[1:] for row in once.cohorts][:2] == [(2, 0), (0, 0)]
    assert [row.counts[1:] for row in twice.cohorts][:2] == [(1, 0), (0, 0)]


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about retention in any basis and mode."""
    mode = draw(st.sampled_from(("n_day", "unbounded", "bracket", "on_or_before", "streak")))
    brackets = (((0, 1), (1, 4), (4, 9)), ((2, 3), (3, 20)), ((0, 30),))
    return {
        "kind": "retention",
        "basis": draw(st.sampled_from(("calendar", "24h"))),
        "mode": mode,
        "brackets": draw(st.sampled_from(brackets)) if mode == "bracket" else (),
        "combined": draw(st.sampled_from(("deduplicated", "deduplicated", "sum"))),
        "start_event": draw(st.sampled_from((None, None, *EVENTS[:2]))),
        "return_event": draw(st.sampled_from((None, None, *EVENTS[:2]))),
        "granularity": draw(st.sampled_from(("daily", "daily", "weekly", "monthly"))),
        "periods": draw(st.sampled_from((1, 2, 5, 12))),
        "cohort": draw(st.sampled_from(("first_ever", "first_in_range", "every", "every"))),
        "range": draw(st.sampled_from(("7d", "3w", "30d", "90d", "24h", "all_time",
                                       "2025-03-25,2025-04-05"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "filters_on": draw(st.sampled_from(("start", "start", "both"))),
        "start_filters": draw(st.sampled_from(CONDITIONS)),
        "return_filters": draw(st.sampled_from(CONDITIONS)),
        "at_least": draw(st.sampled_from((1, 1, 1, 2))),
    }  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(worlds(), questions())
def test_every_basis_and_mode_matches_the_oracle(world, fields):
    question = from_json(fields)
    names = {event.event for event in world.events}
    if not {question.start_event, question.return_event} <= {None, *names}:
        return
    expected = oracle_retention.retention(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            grid = engine.answer(question)
            if grid.summed:
                _check_sums(grid, expected)
            else:
                check_grid(grid, expected)
                assert len(people(engine, question, Cell())) == grid.combined.size
            check_people(engine, question, grid)


def _check_sums(grid: Any, expected: Any) -> None:
    for n, count in enumerate(grid.combined.counts):
        used = expected.used(n)
        assert grid.combined.sizes[n] == sum(len(expected.members[c]) for c in used)
        assert count == sum(len(expected.returned[c, n]) for c in used)
