"""Retention by a field, and the ways to sum its cohorts up (definitions 7.1, 7.3)."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, navigate, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell
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


def by_group(grid: Any) -> dict[str, Any]:
    return {part.group[0]: part for part in grid.groups}


def test_groups_are_by_the_value_on_the_start_event(engine):
    grid = ask(engine, "retention", **EVERY, breakdown="country")
    assert grid.breakdown == ("country",)
    found = by_group(grid)
    assert list(found) == ["US", "DE", "NL"]
    assert rows(found["US"]) == {"2025-04-07": (1, (1, 1, 0, 0)), "2025-04-09": (1, (1, 0, 0, 0))}
    assert rows(found["DE"])["2025-04-14"] == (1, (1, 0, 1, 0))
    assert found["US"].combined.counts == (2, 1, 0, 0)
    assert found["US"].combined.sizes == (2, 2, 2, 2)
    assert grid.combined.sizes == (4, 4, 4, 4)


def test_groups_of_first_starts_add_up_to_the_cohorts(engine):
    grid = ask(engine, "retention", breakdown="country")
    for cohort in grid.cohorts:
        own = [c for part in grid.groups for c in part.cohorts if c.label == cohort.label]
        assert sum(c.size for c in own) == cohort.size
        assert [sum(counts) for counts in zip(*(c.counts for c in own), strict=True)] == list(
            cohort.counts
        )


def test_groups_past_the_limit_are_counted(engine):
    grid = ask(engine, "retention", **EVERY, breakdown="country", limit=1)
    assert [part.group for part in grid.groups] == [("US",)]
    assert grid.omitted == 2
    assert "2 smaller groups left out" in plain(draw(grid, 80, 24))


def test_the_people_of_a_group(engine):
    question = from_json({"kind": "retention", **EVERY, "breakdown": "country"})
    assert people(engine, question, Cell(group=("US",))) == ["b", "c"]
    back = Cell(group=("US",), cohort="2025-04-07", period=1, outcome="returned")
    assert people(engine, question, back) == ["b"]
    gone = Cell(group=("US",), cohort="2025-04-09", period=1, outcome="not_returned")
    assert people(engine, question, gone) == ["c"]
    assert format_cell(question, back).endswith("the cohort of Apr 7, US")
    with pytest.raises(BadQuestion, match="group"):
        people(engine, question, Cell(group=("US", "web")))


def test_every_number_can_be_stood_on(engine):
    question = from_json({"kind": "retention", **EVERY, "breakdown": "country"})
    grid = engine.answer(question)
    places = navigate(grid)
    assert len(places) == len(grid.lines) == 1 + 3 + 4 + (2 + 2 + 1)
    assert places[1][0] == Cell(group=("US",))
    reached = {cell for row in places for cell in row}
    counted = {cell for cell, _ in grid.cells() if cell.outcome != "not_returned"}
    assert counted <= reached
    drawn = plain(draw(grid, 80, 24, cursor=(8, 2)))
    assert re.search(r"\n US\n›Apr 07 +1 .*\[100 \]", drawn)
    assert "Apr 07 cohort of US, D1" in drawn
    assert "US" in plain(draw(grid, 80, 24, chart="curve"))


def test_files_name_the_group(engine):
    grid = ask(engine, "retention", **EVERY, breakdown="country")
    lines = export(grid, "csv").splitlines()
    assert lines[0] == "country,cohort,size,period,count,rate,incomplete"
    assert "US,2025-04-07,1,1,1,1,false" in lines
    assert ",combined,4,1,2,0.5,false" in lines


def test_the_text_of_a_grouped_retention():
    text = "retention of signup weekly 4 by country top 3"
    question = from_text(text, text)
    assert (question.breakdown, question.limit) == (("country",), 3)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"breakdown": ["country", "os"]}, "one field"),
        ({"breakdown": "contry"}, "country"),
        ({"limit": 301}, "limit"),
        ({"average": "median"}, "average"),
        ({"reference": "first"}, "reference"),
        ({"brackets": [[n, n + 1] for n in range(101)], "mode": "bracket"}, "at most 100"),
        ({"brackets": [[0, 2], [3, 4]], "mode": "bracket"}, "begins where the one before ends"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "retention", **fields)


# -- summing up


def test_averages_over_all_cells_of_the_fixture(engine):
    weighted = ask(engine, "retention", incomplete=True).combined
    assert weighted.rates[1:3] == pytest.approx((1 / 5, 1 / 2))
    assert weighted.incomplete[:3] == (True, True, True)
    simple = ask(engine, "retention", incomplete=True, average="simple")
    assert simple.combined.rates[1:3] == pytest.approx((1 / 9, 1 / 2))
    assert "mean of the cohorts" in simple.notes[-1]
    complete = ask(engine, "retention", average="simple").combined
    assert complete.rates[:3] == (1, 0, 0)


def test_rates_of_the_period_before():
    day = 86_400_000
    came = {"ann": (0, 1, 2), "bob": (0, 1), "cem": (0,), "dee": (1, 2)}
    events = [Event("e", n * day, user) for user, days in came.items() for n in days]
    with engine_of(World(tuple(events), now=9 * day)) as small:
        fields = {"range": "1970-01-01,1970-01-02", "granularity": "daily", "periods": 3}
        for cohort in ("first_ever", "every"):
            grid = ask(small, "retention", **fields, cohort=cohort, reference="previous")
            first = grid.cohorts[0]
            assert (first.counts, first.sizes) == ((3, 2, 1), (3, 3, 2))
            assert first.rates == pytest.approx((1, 2 / 3, 1 / 2))
        grid = ask(small, "retention", **fields, reference="previous")
        assert grid.combined.counts == (4, 3, 1)
        assert grid.combined.sizes == (4, 4, 3)
        assert grid.combined.rates == pytest.approx((1, 3 / 4, 1 / 3))
        assert "came back, after 3 the one before, 33.3%" in plain(
            draw(grid, 80, 20, cursor=(0, 3))
        )
        every = ask(small, "retention", **fields, cohort="every", reference="previous").combined
        assert every.sizes == (4, 4, 3)  # ann, bob and dee came back a day later
        assert every.counts == (4, 3, 1)


def test_numbers_printed_by_the_sources():
    """The sample of the combined row: the last column from the older cohort only."""
    plan = SimpleNamespace(
        cohorts=[
            SimpleNamespace(index=0, label="2021-08-01"),
            SimpleNamespace(index=1, label="2021-08-08"),
        ],
        begun=lambda cohort: 3 - cohort,
        incomplete=lambda cohort, period: (cohort, period) in ((0, 2), (1, 1)) and period == 2,
    )
    from core.queries.retention.rows import SIZE, GridRows

    shown = GridRows(plan, "cohort", "weighted", every=False)  # type: ignore[arg-type]
    cohorts = shown.cohorts(
        {0: {SIZE: 12_864, 0: 12_864, 1: 9_061, 2: 1_561}, 1: {SIZE: 14_720, 0: 14_720, 1: 10_249}}
    )
    combined = shown.combined(cohorts, [])
    assert combined.counts == (27_584, 19_310, 1_561)
    assert combined.sizes == (27_584, 27_584, 12_864)
    assert combined.incomplete == (False, False, True)


# -- against the oracle


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    mode = draw(st.sampled_from(("n_day", "unbounded", "on_or_before", "streak", "bracket")))
    return {
        "kind": "retention",
        "start_event": draw(st.sampled_from((None, None, *EVENTS[:2]))),
        "return_event": draw(st.sampled_from((None, *EVENTS[:2]))),
        "granularity": draw(st.sampled_from(("daily", "weekly"))),
        "periods": draw(st.sampled_from((2, 5))),
        "cohort": draw(st.sampled_from(("first_ever", "first_in_range", "every", "every"))),
        "basis": draw(st.sampled_from(("calendar", "24h"))),
        "mode": mode,
        "brackets": [[0, 1], [1, 4], [4, 9]] if mode == "bracket" else [],
        "range": draw(st.sampled_from(("7d", "3w", "90d", "24h", "all_time"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "filters_on": draw(st.sampled_from(("start", "start", "both"))),
        "breakdown": draw(st.sampled_from(("country", "properties.item", "trait:plan", "event"))),
        "limit": 300,
        "incomplete": draw(st.booleans()),
    }


@settings(max_examples=40, deadline=None)
@given(worlds(max_events=16), questions())
def test_groups_match_the_oracle(world, fields):
    question = from_json(fields)
    if not {question.start_event, question.return_event} <= {
        None,
        *(event.event for event in world.events),
    }:
        return
    expected = oracle_retention.groups(world, question)
    whole = oracle_retention.retention(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            grid = engine.answer(question)
            check_grid(grid, whole, every=question.incomplete)
            assert {part.group[0] for part in grid.groups} == {
                value for value, own in expected.items() if own.members
            }
            for part in grid.groups:
                check_grid(part, expected[part.group[0]], every=question.incomplete)
            check_people(engine, question, grid)
