"""Explanations: which values moved a number between two periods (definitions 11.18)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import navigate, text
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, parse
from core.queries import from_json
from tests.oracles.composite import explain as oracle_explain
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import DAY, Event, World, engine_of
from tui.actions.edits import next_compare

WEEK = "2025-04-14,2025-04-20"


def explained(engine: Any, **fields: Any) -> Any:
    """What changed from the first week of the fixture to the second."""
    return ask(engine, "explain", range=WEEK, **fields)


def test_purchases_of_the_fixture(engine):
    """Three purchases in the first week, 1 NL and 2 US; one in the second, DE."""
    found = explained(engine, event="purchase", fields="country")
    assert [column.name for column in found.columns] == [
        "field",
        "value",
        "previous",
        "current",
        "change",
        "of change",
        "expected",
        "people",
    ]
    assert found.rows == (
        ("country", "US", 2, 0, -2, 1.0, pytest.approx(-4 / 3), 0),
        ("country", "DE", 0, 1, 1, -0.5, 0, 1),
        ("country", "NL", 1, 0, -1, 0.5, pytest.approx(-2 / 3), 0),
    )
    assert found.notes == (
        "All: 1, -66.7% from 3 (2025-04-07 to 2025-04-13).",
        "Expected: if every value had changed by -66.7%.",
    )


def test_people_do_not_add_up_and_it_says_so(engine):
    found = explained(engine, of={"kind": "active_users"}, breakdown=["item"])
    assert sum(row[3] for row in found.rows) == 4
    assert found.notes[0].startswith("All: 3, ")
    assert "need not add up to the total" in found.notes[1]


def test_averages_have_no_part_of_the_change(engine):
    found = explained(engine, of={"kind": "per_actor"}, breakdown="country")
    assert [row[1:5] for row in found.rows] == [
        ("NL", 5, 1, -4),
        ("DE", None, 4, None),
        ("US", 3.5, None, None),
    ]
    assert "do not add up" in found.notes[1]


def test_amounts_of_money_are_in_their_currency():
    def paid(day: int, amount: int, country: str) -> Event:
        told = {"amount": amount, "currency": "EUR"}
        return Event("purchase", day * DAY, "ann", context={"country": country}, properties=told)

    world = World((paid(10, 5, "NL"), paid(17, 8, "DE")), now=20 * DAY)
    with engine_of(world) as engine:
        found = engine.answer(from_text("explain sum(purchase.amount) last 7d by country"))
    assert {column.currency for column in found.columns[2:5]} == {"EUR"}
    assert found.notes[0].startswith("All: 8 EUR, +60.0% from 5 EUR (")


def test_values_that_are_gone_are_told(engine):
    values = [row[1] for row in explained(engine, event="purchase", fields="item").rows]
    assert values == ["hat", "jeans", "shirt"]


def test_without_fields_all_with_stored_sets_are_looked_at(engine):
    found = explained(engine, event="purchase")
    assert {row[0] for row in found.rows} == {"country"}


def test_what_is_left_out_is_told(engine):
    found = explained(engine, event="purchase", fields="country", limit=1)
    assert (len(found.rows), found.truncated) == (1, True)


def test_people_of_a_value_in_both_periods(engine):
    question = parse(f"explain purchase by country {WEEK.replace(',', '..')}")
    assert people(engine, question, Cell(row="country = DE")) == ["e"]
    assert people(engine, question, Cell(row="country = US", previous=True)) == ["b", "c"]
    assert people(engine, question, Cell()) == ["e"]
    assert navigate(engine.answer(question))[0] == [Cell(row="country = US")]
    words = format_cell(question, Cell(row="country = DE"))
    assert words.startswith("Users of purchase, country = DE, from Apr 14, 2025")


def test_there_is_always_a_period_to_compare_with():
    question = from_json({"kind": "explain", "event": "purchase", "compare": "yoy"})
    assert next_compare(question).compare == "previous"
    assert next_compare(next_compare(question)) == question


def test_a_row_of_another_question_is_refused(engine):
    with pytest.raises(BadQuestion, match="cell"):
        people(engine, parse("explain purchase by country"), Cell(row="item = hat"))


def test_conditions_audience_and_segment_are_said_once():
    of = {
        "kind": "trend",
        "event": "pay",
        "range": "7d",
        "compare": "yoy",
        "breakdown": ["country"],
        "limit": 3,
        "segment": "new",
        "conditions": [{"field": "item", "value": "hat"}],
    }
    found = from_json({"kind": "explain", "of": of})
    assert (found.range, found.compare, found.segment) == ("7d", "yoy", "new")
    assert (found.breakdown, found.limit, len(found.conditions)) == (("country",), 20, 1)
    assert found.of == from_json({"kind": "trend", "event": "pay"})
    assert from_json(found.model_dump_json()) == found
    assert from_json({"kind": "explain", "of": from_json(of)}) == found


def test_people_that_the_inner_question_is_among_are_those_of_the_explanation():
    among = {"kind": "trend", "event": "signup", "measure": "users"}
    found = from_json({"kind": "explain", "of": {"kind": "trend", "among": among}})
    assert (found.among, found.of.among) == (from_json(among), None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "of is missing"),
        ({"event": "purchse"}, "purchse"),
        ({"event": "purchase", "fields": ["contry"]}, "contry"),
        ({"of": {"kind": "lifecycle"}}, "cannot explain lifecycle"),
        ({"of": {"kind": "trend", "measure": "sum"}}, "measure sum needs a property"),
        ({"of": "purchase"}, "of must be an object"),
        ({"event": "purchase", "compare": "last"}, "compare 'last' is not known"),
        ({"event": "purchase", "limit": 0}, "limit must be at least 1"),
        ({"event": "purchase", "range": "24h"}, "whole days"),
        ({"event": "purchase", "steps": 3}, "parameter 'steps' is not known"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "explain", **{"range": WEEK, **fields})


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("explain purchase vs prev", "explain purchase"),
        (
            "explain users of signup last 7d by country, platform",
            "explain users of signup last 7d by country, platform",
        ),
        ("explain dau vs year for new", "explain dau vs year for new"),
        (
            "explain purchase[item = hat] where country = NL limit 5",
            "explain purchase where country = NL and item = hat limit 5",
        ),
        ("explain sum(purchase.amount)", "explain sum(purchase.amount)"),
        ("explain purchase / dau", "explain purchase / dau"),
        ("explain signup with rolling_window = 7", "explain signup with rolling_window = 7"),
    ],
)
def test_text_round_trip(written, canonical):
    from_text(written, canonical)


def test_drawing_and_exports(engine):
    found = explained(engine, event="purchase", fields="country")
    shown = text(found, 80)
    assert shown.startswith("What changed purchase  Apr 14")
    assert "country  US            2        0      -2     100.0%" in shown
    assert export(found, "csv").split("\n")[1].startswith("country,US,2,0,-2,1,-1.33")
    assert '"shape":"table"' in export(found, "json")


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about what changed."""
    event = draw(st.sampled_from((None, *EVENTS[:2])))
    trend = {"kind": "trend", **({"event": event} if event else {})}
    of = draw(st.sampled_from((
        {"kind": "active_users"}, trend, {**trend, "measure": "users"},
        {**trend, "measure": "sum", "property": "amount"},
    )))  # fmt: skip
    return {
        "kind": "explain",
        "of": of,
        "breakdown": draw(st.sampled_from((["country"], ["country", "properties.item"]))),
        "range": draw(st.sampled_from(("7d", "30d", "wtd", "mtd", "last_week"))),
        "compare": draw(st.sampled_from(("previous", "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 1000,
    }


@settings(max_examples=60, deadline=None)
@given(worlds(), questions())
def test_figures_match_the_oracle(world: World, fields: dict[str, Any]):
    question = from_json(fields)
    if getattr(question.of, "event", None) not in {None, *(e.event for e in world.events)}:
        return
    expected, (before, now) = oracle_explain.explain(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            found = engine.answer(question)
            rows = {row[:2]: row[2:] for row in found.rows}
            assert {k: row[:2] for k, row in rows.items()} == {
                key: pytest.approx(pair) for key, pair in expected.items()
            }
            deltas = [abs(row[4]) for row in found.rows]
            assert deltas == sorted(deltas, reverse=True)
            for past, present, delta, share, usual, *_ in rows.values():
                assert delta == pytest.approx(present - past)
                assert share == (pytest.approx(delta / (now - before)) if now != before else None)
                assert usual == (pytest.approx(past / before * (now - before)) if before else None)
            check_people(engine, question, found)
