"""Retention (definitions 7, appendix A.14)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_question, parse
from core.queries import from_json
from tests.oracles.retention import cohorts as oracle
from tests.oracles.retention.hourly import hourly
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.retention import check_grid, rows
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import Event, World, engine_of


def test_weekly_first_ever_cohorts_of_the_fixture(engine):
    grid = ask(engine, "retention")
    assert rows(grid) == {
        "2025-02-24": (1, (1, 0, 0, 0, 0, 0, 0, 0)),
        "2025-03-31": (1, (1, 0, 1)),
        "2025-04-07": (3, (3, 1)),
        "2025-04-14": (1, (1,)),
    }
    assert [c.incomplete[-1] for c in grid.cohorts] == [True] * 4
    assert sum(sum(c.incomplete) for c in grid.cohorts) == 4


def test_the_combined_row_reads_complete_cells(engine):
    combined = ask(engine, "retention").combined
    assert combined.counts[:3] == (5, 0, 0)
    assert combined.sizes[:3] == (5, 2, 1)
    assert combined.rates[:3] == (1, 0, 0)
    assert combined.incomplete == (False,) * 7 + (True,)


def test_daily_cohorts_of_every_sign_up(engine):
    grid = ask(
        engine,
        "retention",
        cohort="every",
        start_event="sign_up",
        granularity="daily",
        periods=4,
        range=A_RANGE,
    )
    assert rows(grid) == {
        "2025-04-07": (2, (2, 2, 0, 0)),
        "2025-04-09": (1, (1, 0, 0, 0)),
        "2025-04-14": (1, (1, 0, 1, 0)),
        "2025-04-16": (1, (1, 0, 0, 0)),
    }
    assert not any(flag for c in grid.cohorts for flag in c.incomplete)
    assert grid.combined.sizes == (4, 4, 4, 4)  # e is in two cohorts and counted once


def test_those_who_did_not_come_back(engine):
    question = from_json({"kind": "retention"})
    cell = Cell(cohort="2025-04-07", period=1, outcome="not_returned")
    assert people(engine, question, cell) == ["b", "c"]
    assert people(engine, question, Cell(cohort="2025-04-07")) == ["a", "b", "c"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e", "f"]


@settings(max_examples=30, deadline=None)
@given(worlds(flagged=True), st.sampled_from(("first_ever", "first_in_range", "every")))
def test_those_who_came_back_in_no_cohort_are_the_rest_of_the_combined_row(world, cohort):
    fields = {"kind": "retention", "cohort": cohort, "granularity": "daily", "periods": 4}
    question = from_json(fields | {"range": "7d"})
    with engine_of(world) as engine:
        combined = engine.answer(question).combined
        for period, (size, count) in enumerate(zip(combined.sizes, combined.counts, strict=False)):
            gone = people(engine, question, Cell(period=period, outcome="not_returned"))
            back = people(engine, question, Cell(period=period, outcome="returned"))
            assert len(gone) == len(set(gone)) == size - (count or 0)
            assert not {*gone} & {*back}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"periods": 53}, "periods"),
        ({"periods": 91, "granularity": "daily"}, "periods"),
        ({"granularity": "quarterly"}, "granularity"),
        ({"mode": "bounded"}, "mode"),
        ({"basis": "48h"}, "basis"),
        ({"start_event": "sign_upp"}, "sign_up"),
        ({"return_event": "nothing like it"}, "return_event|nothing"),
        ({"start_filters": [{"field": "countri", "value": "NL"}]}, "countri"),
        ({"return_filters": [{"field": "countri", "value": "NL"}]}, "countri"),
        ({"return_filters": [{"field": "country", "operator": "like"}]}, "operator"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "retention", **fields)


def test_a_cell_that_is_not_in_the_answer_is_refused(engine):
    question = from_json({"kind": "retention"})
    for cell in (Cell(cohort="2020-01-06"), Cell(period=8)):
        with pytest.raises(BadQuestion, match="cell"):
            people(engine, question, cell)


@pytest.mark.parametrize("cohort", ["first_ever", "first_in_range"])
def test_conditions_are_held_against_the_first_start(cohort):
    noon = 1_744_027_200_000
    nl, us = {"country": "NL"}, {"country": "US"}
    events = (
        Event("a", noon, "ann", context=us),
        Event("a", noon, "ann", context=nl),  # at the same time, but the second
        Event("a", noon + 1, "bob", context=nl),
        Event("b", noon, "bob", context=us),
    )
    fields = {"start_event": "a", "cohort": cohort, "range": "1d"}
    with both_engines(World(events, now=noon + 2)) as engines:
        for country, names in (("US", ["ann"]), ("NL", ["bob"])):
            conditions = [{"field": "country", "value": country}]
            question = from_json({"kind": "retention", **fields, "conditions": conditions})
            for engine in engines:
                assert people(engine, question, Cell()) == names


NOON = 1_744_027_200_000
DAY = 86_400_000


@pytest.mark.parametrize("basis", ["calendar", "24h"])
def test_conditions_are_about_the_start_unless_both_events_are_asked_for(basis):
    events = (
        Event("a", NOON, "ann", context={"country": "NL"}),
        Event("b", NOON + DAY, "ann", context={"country": "US"}),
        Event("a", NOON, "bob", context={"country": "NL"}),
        Event("b", NOON + DAY, "bob", context={"country": "NL"}),
        Event("a", NOON, "cem", context={"country": "US"}),
        Event("b", NOON + DAY, "cem", context={"country": "NL"}),
    )
    text = "retention of a return b daily 2 last 2d where country = NL"
    notes = {
        "start": "Conditions apply to the start (a), not to the return.",
        "both": "Conditions apply to the start (a) and the return (b).",
    }
    with both_engines(World(events, now=NOON + DAY + 1)) as engines:
        for about, back in (("start", 2), ("both", 1)):
            question = parse(f"{text} with filters_on = {about}, basis = '{basis}'")
            question = from_json(question.model_dump(by_alias=True))
            assert parse(format_question(question)) == question
            for engine in engines:
                grid = engine.answer(question)
                assert (grid.cohorts[0].size, grid.cohorts[0].counts[1]) == (2, back)
                assert notes[about] in grid.notes
                cell = Cell(cohort=grid.cohorts[0].label, period=1)
                assert len(people(engine, question, cell)) == back


def test_conditions_without_named_events_say_what_they_are_about():
    with engine_of(World((Event("a", NOON, "ann"),), now=NOON)) as engine:

        def first_note(text: str) -> str:
            return engine.answer(parse(text)).notes[0]

        where = "where user = ann"
        start = first_note(f"retention {where}")
        assert start == "Conditions apply to the start (any event), not to the return."
        both = first_note(f"retention of _new {where} with filters_on = both")
        assert both == (
            "Conditions apply to the start (the first event ever) and the return (any event)."
        )


def bought(amount: int, at: int, user: str, country: str = "NL") -> Event:
    return Event("buy", at, user, context={"country": country}, properties={"amount": amount})


@pytest.mark.parametrize(
    ("cohort", "names"),
    [
        ("first_ever", ["ann", "bob"]),
        ("first_in_range", ["ann", "bob", "cat"]),
        ("every", ["ann", "bob", "cat"]),
    ],
)
@pytest.mark.parametrize(
    "clause", [{"field": "country", "value": "NL"}, {"field": "properties.amount", "value": 9}]
)
def test_the_first_start_is_the_first_that_satisfies_its_filters(cohort, names, clause):
    events = (
        bought(1, NOON - DAY, "ann", "US"), bought(9, NOON, "ann"),
        bought(9, NOON, "bob"), bought(1, NOON + 1, "bob", "US"),
        bought(9, NOON - DAY, "cat"), bought(9, NOON, "cat"),
    )  # fmt: skip
    question = from_json(
        {"kind": "retention", "start_event": "buy", "start_filters": [clause], "cohort": cohort,
         "range": "2025-04-07,2025-04-07"}
    )  # fmt: skip
    with both_engines(World(events, now=NOON + 2)) as engines:
        for engine in engines:
            assert people(engine, question, Cell()) == names


def test_filters_of_a_very_first_event_do_not_choose_it():
    events = (bought(1, NOON, "ann", "US"), bought(9, NOON + 1, "ann"), bought(9, NOON, "bob"))
    clause = {"field": "country", "value": "NL"}
    question = from_json({"kind": "retention", "start_event": "_new", "start_filters": [clause]})
    with both_engines(World(events, now=NOON + 2)) as engines:
        for engine in engines:
            assert people(engine, question, Cell()) == ["bob"]


@pytest.mark.parametrize("basis", ["calendar", "24h"])
def test_only_returns_that_satisfy_the_filters_count(basis):
    events = (
        bought(1, NOON, "ann"), bought(9, NOON + DAY, "ann"),
        bought(1, NOON, "bob"), bought(1, NOON + DAY, "bob"),
        bought(9, NOON, "cat"), bought(1, NOON + 2 * DAY, "cat"),
    )  # fmt: skip
    question = from_json(
        {"kind": "retention", "start_event": "buy", "return_event": "buy", "basis": basis,
         "granularity": "daily", "periods": 3, "range": "2025-04-07,2025-04-07",
         "return_filters": [{"field": "properties.amount", "operator": "gt", "value": 5}]}
    )  # fmt: skip
    first = 3 if basis == "calendar" else 1
    with both_engines(World(events, now=NOON + 3 * DAY)) as engines:
        for engine in engines:
            assert engine.answer(question).cohorts[0].counts == (first, 1, 0)
            found = people(engine, question, Cell(period=1, outcome="returned"))
            assert found == ["ann"]


def test_filters_on_stored_fields_read_no_events(engine):
    clause = {"field": "country", "value": "NL"}
    for cohort in ("first_ever", "first_in_range", "every"):
        fields = {"start_filters": [clause], "return_filters": [clause], "cohort": cohort}
        run = engine.run(from_json({"kind": "retention", **fields}), fresh=True)
        assert not any(re.search(r"\bevents\b", statement.text) for statement in run.statements)


@pytest.mark.parametrize(
    "text",
    [
        "retention of signup[country = NL] return purchase[amount > 5]",
        "retention of any event[country = NL and plan is set] return any event[x = 1]",
        'retention return "of"[country = NL] weekly 4 where plan = pro',
    ],
)
def test_filters_in_brackets(text):
    assert from_text(text, text).return_filters


def test_a_workspace_without_events_has_no_cohorts():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        grid = ask(empty, "retention")
        assert grid.cohorts == ()
        assert grid.combined.size == 0


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about retention."""
    return {
        "kind": "retention",
        "start_event": draw(st.sampled_from((None, None, *EVENTS[:2]))),
        "return_event": draw(st.sampled_from((None, None, *EVENTS[:2]))),
        "granularity": draw(st.sampled_from(("daily", "weekly", "monthly"))),
        "periods": draw(st.sampled_from((1, 2, 5, 12))),
        "cohort": draw(st.sampled_from(("first_ever", "first_in_range", "every"))),
        "range": draw(st.sampled_from(("7d", "3w", "3w", "30d", "30d", "90d", "90d", "24h",
                                       "last_week", "all_time", "2025-03-25,2025-04-05",
                                       "2025-03-25,2026-04-05"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "filters_on": draw(st.sampled_from(("start", "start", "both"))),
        "start_filters": draw(st.sampled_from(CONDITIONS)),
        "return_filters": draw(st.sampled_from(CONDITIONS)),
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(worlds(), questions())
def test_retention_matches_the_oracle(world, fields):
    question = from_json(fields)
    names = {event.event for event in world.events}
    if not {question.start_event, question.return_event} <= {None, *names}:
        return
    expected = oracle.retention(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            grid = engine.answer(question)
            check_grid(grid, expected)
            check_people(engine, question, grid)
            found = people(engine, question, Cell())
            assert len(found) == grid.combined.size


@st.composite
def hourly_questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about retention by the hour."""
    return {
        **draw(questions()),
        "granularity": "hourly",
        "mode": draw(st.sampled_from(("n_day", "unbounded", "on_or_before", "streak"))),
        "range": draw(st.sampled_from(("24h", "2d", "7d", "2025-03-29,2025-03-31"))),
        "at_least": draw(st.sampled_from((1, 1, 2))),
    }


@settings(max_examples=40, deadline=None)
@given(worlds(), hourly_questions())
def test_retention_by_the_hour_matches_the_oracle(world, fields):
    question = from_json(fields)
    names = {event.event for event in world.events}
    if not {question.start_event, question.return_event} <= {None, *names}:
        return
    expected = hourly(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            grid = engine.answer(question)
            check_grid(grid, expected)
            check_people(engine, question, grid)


def test_hours_are_of_the_last_week_and_named_by_the_clock(engine):
    for word in ("1h", "Hourly"):
        assert from_json({"kind": "retention", "granularity": word}).range == "7d"
    grid = ask(engine, "retention", granularity="hourly", range="2025-04-07,2025-04-08", periods=3)
    assert [row.label for row in grid.cohorts] == ["2025-04-07T10:00", "2025-04-07T12:00"]
    with pytest.raises(BadQuestion, match="takes no windows counted from each start"):
        from_json({"kind": "retention", "granularity": "hourly", "basis": "24h"})


def test_a_range_that_has_not_begun_has_nobody():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        question = from_json({"kind": "retention", "range": "2031-01-01,2031-02-01"})
        assert empty.answer(question).cohorts == ()
        assert people(empty, question, Cell()) == []


def test_a_week_after_the_newest_event_is_not_there_and_a_quiet_day_is_zero():
    tuesday, saturday, thursday = (1_743_508_800_000 + days * DAY for days in (0, 11, 16))
    events = (Event("a", tuesday, "u"), Event("a", saturday, "u"))
    with engine_of(World(events, now=thursday)) as engine:
        common = {"start_event": "a", "return_event": "a", "range": "last 30d"}
        weeks = ask(engine, "retention", granularity="weekly", periods=4, **common)
        days = ask(engine, "retention", granularity="daily", periods=20, **common)
    assert [c.counts for c in weeks.cohorts] == [(1, 1)]
    assert weeks.combined.counts == (1, 1)
    assert days.cohorts[0].counts[11:] == (1, 0, 0, 0, 0, 0)
    assert days.cohorts[0].incomplete[-2:] == (False, True)
