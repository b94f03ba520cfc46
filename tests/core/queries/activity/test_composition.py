"""Composition of the active people (definitions 9.4, appendix A.16)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, navigate, plain
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.activity.composition import composition
from tests.worlds.compare import ask, both_engines, check_people, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import Event, World, engine_of, store

PLANS = (("free", 2, 0.4), ("pro", 2, 0.4), ("(none)", 1, 0.2))


def test_composition_by_plan(engine):
    answer = ask(engine, "composition", property="trait:plan", range=A_RANGE)
    assert answer.rows == PLANS
    assert answer.columns[0].name == "trait:plan"


def test_a_bare_name_that_only_a_trait_has_is_the_trait(tmp_path):
    world = appendix_a()
    engine = SqliteEngine(store(world, tmp_path / "a.db"), clock=lambda: world.now)
    assert ask(engine, "composition", property="plan", range=A_RANGE).rows == PLANS
    engine.close()


def test_the_most_recent_value_and_all_values(engine):
    recent = ask(engine, "composition", property="item", range=A_RANGE)
    assert {row[0]: row[1] for row in recent.rows} == {"hat": 3, "jeans": 1, "shirt": 1}
    assert recent.notes == ()
    every = ask(engine, "composition", property="item", range=A_RANGE, mode="all_values")
    assert {row[0]: row[1] for row in every.rows} == {"(none)": 4, "hat": 3, "jeans": 2, "shirt": 2}
    assert every.rows[0][2] == 0.8
    assert "5 active users" in every.notes[0]


def test_the_sets_of_values(engine):
    crossed = {"property": "item", "range": A_RANGE, "mode": "cross_values"}
    answer = ask(engine, "composition", **crossed)
    assert [row[:2] for row in answer.rows] == [
        ("(none) + hat", 1), ("(none) + hat + jeans + shirt", 1), ("(none) + jeans", 1),
        ("(none) + shirt", 1), ("hat", 1),
    ]  # fmt: skip
    assert answer.notes == ()
    question = from_json({"kind": "composition", **crossed})
    assert people(engine, question, Cell(row='["(none)", "jeans"]')) == ["b"]
    assert people(engine, question, Cell(row="hat")) == ["d"]
    countries = from_json({"kind": "composition", **crossed, "property": "country"})
    with pytest.raises(BadQuestion, match="XX"):
        people(engine, countries, Cell(row="XX"))


@pytest.mark.parametrize("mode", ["most_recent", "all_values", "cross_values"])
def test_a_chart_shows_the_first_values_and_all_others(mode):
    events = [
        Event("e", n, f"u{n:02}", properties={"item": f"v{n // 2:02}"}) for n in range(40)
    ] + [Event("e", 50, "u00", properties={"item": "v19"})]
    with engine_of(World(tuple(events), now=60)) as found:
        fields = {"property": "item", "range": "1970-01-01,1970-01-01", "mode": mode}
        answer = ask(found, "composition", **fields)
        assert answer.charted == 13
        question = from_json({"kind": "composition", **fields})
        places = navigate(answer, "bars")
        assert len(places) == 14
        assert places[-1][0].row == "(other)"
        assert len(people(found, question, places[-1][0])) == answer.other[1]
        assert answer.other[1] == {"most_recent": 13, "all_values": 14, "cross_values": 14}[mode]
        drawn = plain(draw(answer, 80, 24, chart="bars"))
        assert "(other)" in drawn
        assert "v18" not in drawn
        assert "(other)" not in plain(draw(answer, 80, 40))
        check_people(found, question, answer)


def test_where_people_started_and_whether_they_pay():
    def event(ts: int, user: str, version: str, **properties: Any) -> Event:
        return Event("e", ts, user, context={"version": version}, properties=properties)

    world = World(
        (event(1, "ann", "1.0"), event(2, "ann", "2.0", revenue=5), event(3, "bob", "2.0"),
         event(4, "ann", "2.0")),
        now=60,
    )  # fmt: skip
    day = {"range": "1970-01-01,1970-01-01"}
    with both_engines(world) as engines:
        for found in engines:
            started = ask(found, "composition", property="start_version", **day)
            assert [row[:2] for row in started.rows] == [("1.0", 1), ("2.0", 1)]
            pays = ask(found, "composition", property="paying", **day)
            assert [row[:2] for row in pays.rows] == [("false", 1), ("true", 1)]
            trend = ask(found, "trend", breakdown="paying", **day)
            assert {line.group[0]: line.total for line in trend.lines} == {"false": 2, "true": 2}
            paid = [{"field": "paying", "value": True}]
            assert ask(found, "trend", conditions=paid, **day).lines[0].total == 2
            old = [{"field": "start_version", "value": "1.0"}]
            assert ask(found, "trend", conditions=old, **day).lines[0].total == 3
            by_start = ask(found, "trend", measure="users", breakdown="start_version", **day)
            assert {line.group[0]: line.total for line in by_start.lines} == {"1.0": 1, "2.0": 1}


def test_every_documented_property_is_a_field(engine):
    catalog = engine.context().catalog
    for name in (
        "version",
        "country",
        "city",
        "region",
        "DMA",
        "language",
        "platform",
        "os",
        "device",
        "device_type",
        "start_version",
        "paying",
        "gp:plan",
    ):
        assert catalog.existing(name).kind in ("context", "start", "paying", "trait"), name


def test_values_past_the_limit_are_left_out(engine):
    answer = ask(engine, "composition", property="item", range=A_RANGE, limit=1)
    assert answer.truncated
    assert answer.rows == (("hat", 3, 0.6),)


def test_the_people_of_a_value(engine):
    question = from_json({"kind": "composition", "property": "item", "range": A_RANGE})
    assert people(engine, question, Cell(row="hat")) == ["a", "c", "d"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]
    assert format_cell(question, Cell(row="hat")).startswith("Active users with item hat")


def test_the_people_of_a_country_are_a_page(engine):
    of = {"kind": "composition", "property": "country", "range": A_RANGE}
    for row in engine.answer(from_json(of)).rows:
        page = ask(engine, "people", of=of, cell={"row": row[0]})
        assert page.total == row[1]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "property"),
        ({"property": ""}, "property"),
        ({"property": "itm"}, "itm"),
        ({"property": "trait:colour"}, "colour"),
        ({"property": "item", "mode": "first"}, "mode"),
        ({"property": "item", "limit": 0}, "limit"),
        ({"property": "item", "range": "soon"}, "soon"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "composition", **fields)


def test_a_range_without_anybody_has_no_rows():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        assert ask(empty, "composition", property="item").rows == ()


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": "composition",
        "property": draw(
            st.sampled_from(
                (
                    "country",
                    "properties.item",
                    "item",
                    "trait:plan",
                    "event",
                    "user",
                    "start_version",
                    "paying",
                )
            )
        ),
        "mode": draw(st.sampled_from(("most_recent", "all_values", "cross_values"))),
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 1000,
    }


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), questions())
def test_composition_matches_the_oracle(world, fields):
    versions = ({"version": "1.0"}, {"version": "2.0"}, {})
    events = enumerate(world.events)
    told = tuple(replace(e, context={**e.context, **versions[n % 3]}) for n, e in events)
    world = replace(world, events=told)
    question = from_json(fields)
    expected, everybody = composition(world, question)
    ranked = sorted(expected, key=lambda value: (-len(expected[value]), value))
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert [row[:2] for row in answer.rows] == [(v, len(expected[v])) for v in ranked]
            for value, share in ((row[0], row[2]) for row in answer.rows):
                assert share == pytest.approx(len(expected[value]) / len(everybody))
            check_people(engine, question, answer)
