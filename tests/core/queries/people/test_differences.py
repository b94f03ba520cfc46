"""Differences: what two groups of people did or had differently (definitions 11.19)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, parse
from core.queries import from_json
from tests.oracles.people.differences import differences as oracle_differences
from tests.worlds.compare import answers, ask, check_people, from_text, people
from tests.worlds.strategies import EVENTS, worlds
from tests.worlds.world import World

RANGE = "2025-04-07,2025-04-20"


def trend(event: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "trend", "event": event, "range": RANGE, **fields}


def differ(engine: Any, **fields: Any) -> Any:
    return ask(engine, "differences", range=RANGE, min_people=1, **fields)


def test_buyers_and_others_of_the_fixture(engine):
    """a, b, c and e bought; d was there and did not. b alone contacted support."""
    found = differ(engine, of=trend("purchase"), breakdown=["event", "country"])
    shares = {row[:2]: row[2:5] for row in found.rows}
    assert shares["event", "contact_support"] == (0.25, 0, 0.25)
    assert shares["country", "NL"] == (0.25, 1, -0.75)
    assert ("event", "purchase") not in shares, "what makes the group is no difference"
    assert found.notes[0].endswith(", 4; second: everybody else, 1.")
    assert [(column.name, column.type) for column in found.columns][2] == ("of first", "percent")


def test_the_interval_of_a_difference_is_newcombes(engine):
    """1 of 4 and 1 of 1: Wilson gives 0.0456 to 0.6994, and 0.2065 to 1."""
    found = differ(engine, of=trend("purchase"), breakdown="country")
    row = next(row for row in found.rows if row[1] == "NL")
    assert row[5:7] == pytest.approx((-0.954413, 0.161859), abs=1e-4)


def test_the_surest_differences_come_first(engine):
    found = differ(engine, of=trend("purchase"), breakdown=["event", "country"])
    sure = [max(row[5], -row[6], 0) for row in found.rows]
    assert sure == sorted(sure, reverse=True)


def test_few_people_and_long_lists_are_left_out_and_told(engine):
    found = differ(engine, of=trend("purchase"), breakdown="event", limit=1)
    assert len(found.rows) == 1
    assert found.truncated
    most = ask(engine, "differences", range=RANGE, min_people=4, of=trend("purchase"))
    assert all(row[-1] >= 4 for row in most.rows)
    assert most.notes[-1] == "Rows with fewer than 4 people are left out."


def test_groups_that_share_people_say_so(engine):
    found = differ(engine, of=trend("purchase"), other=trend("sign_up"), breakdown="country")
    assert "are in both groups and count in both" in found.notes[1]


def test_without_people_on_a_side_there_is_nothing_to_compare(engine):
    empty = trend("purchase", range="2025-03-01,2025-03-02")
    found = differ(engine, of=empty)
    assert found.rows == ()
    assert "There is nothing to compare" in found.notes[1]


def test_steps_of_a_funnel_are_no_differences(engine):
    at = {"kind": "people", "of": {"kind": "funnel", "range": RANGE, "window_seconds": 86400 * 14,
          "steps": [{"event": "sign_up"}, {"event": "contact_support"}]}}  # fmt: skip
    sides = [{**at, "cell": {"step": 2, "outcome": way}} for way in ("reached", "dropped")]
    found = differ(engine, of=sides[0], other=sides[1], breakdown="event")
    assert not {"sign_up", "contact_support"} & {row[1] for row in found.rows}
    assert {row[1] for row in found.rows} >= {"add_to_cart"}


def test_any_question_with_people_can_be_a_group(engine):
    walked = {"kind": "paths", "from": "sign_up", "range": RANGE}
    found = differ(engine, of=walked, breakdown="event")
    assert found.notes[0].startswith("first: ")


def test_text_and_json_say_the_same():
    question = from_text(
        "differences of (purchase by country) and (sign_up last 7d) by event top 5"
    )
    assert (question.of.event, question.other.event, question.limit) == ("purchase", "sign_up", 5)
    assert from_text("differences of (purchase)").other is None
    at = "people of (sign_up > purchase) at step 2"
    from_text(f"differences of ({at} reached) and ({at} dropped) last 90d")


@pytest.mark.parametrize("clause", ["where country = NL", "for casual"])
def test_filters_belong_to_the_groups(clause):
    with pytest.raises(BadQuestion, match="of its own"):
        parse(f"differences of (dau) {clause}")


def test_the_people_of_a_row_have_words(engine):
    question = from_json({"kind": "differences", "of": trend("purchase"), "breakdown": ["event"]})
    row = '["event", "add_to_cart"]'
    said = format_cell(question, Cell(row=row, outcome="reached"))
    assert said == "People of first group with event: add_to_cart in the last 30 days"
    with pytest.raises(BadQuestion, match="does not exist"):
        people(engine, question, Cell(row="[]"))


@settings(max_examples=25, deadline=None)
@given(
    worlds(),
    st.sampled_from(EVENTS),
    st.sampled_from([None, *EVENTS]),
    st.sampled_from([("event",), ("country", "event"), ("properties.plan",)]),
)
def test_every_count_is_what_a_plain_loop_counts(
    world: World, event: str, other: str | None, fields: tuple[str, ...]
) -> None:
    body = {
        "kind": "differences", "range": "30d", "min_people": 1, "limit": 1000,
        "of": {"kind": "trend", "event": event}, "breakdown": fields,
        **({"other": {"kind": "trend", "event": other}} if other else {}),
    }  # fmt: skip
    question = from_json(body)
    for engine, found in answers(world, question):
        one, rest, counts = oracle_differences(world, question, {event, *filter(None, [other])})
        expected = counts if one and rest else {}
        assert {row[:2]: row[-3:] for row in found.rows} == {
            (field.removeprefix("properties."), value): figures
            for (field, value), figures in expected.items()
        }
        check_people(engine, question, found)


def test_a_trait_and_a_property_of_one_name_are_told_apart(engine):
    question = from_json({
        "kind": "differences", "range": RANGE, "min_people": 1, "of": trend("purchase"),
        "breakdown": ["trait:plan", "item", "country"],
    })  # fmt: skip
    found = engine.answer(question)
    assert {row[0] for row in found.rows} == {"trait:plan", "item", "country"}
    check_people(engine, question, found)
