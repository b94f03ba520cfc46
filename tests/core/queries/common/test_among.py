"""`among`: only the people of another question count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, parse
from core.queries import from_json
from tests.oracles.conditions import matching, people_of
from tests.oracles.times import span_of, within
from tests.oracles.trend.trend import trend
from tests.worlds.compare import ask, both_engines, check_people, check_series, from_text, people
from tests.worlds.strategies import EVENTS, worlds
from tests.worlds.world import World

RANGE = "2025-04-07,2025-04-20"
BUYERS = {"kind": "trend", "event": "purchase", "range": RANGE}


def test_a_funnel_of_those_who_did_something_else(engine):
    """a, b and c signed up and bought in the two weeks, and e too; b alone asked for support."""
    steps = [{"event": "sign_up"}, {"event": "add_to_cart"}]
    support = {**BUYERS, "event": "contact_support"}
    found = ask(engine, "funnel", range=RANGE, steps=steps, among=support)
    assert [step.count for step in found.groups[0].steps] == [1, 1]


def test_those_who_dropped_are_the_people_of_a_cell(engine):
    steps = [{"event": "sign_up"}, {"event": "purchase"}]
    funnel = {"kind": "funnel", "range": RANGE, "steps": steps, "window_seconds": 3600}
    dropped = {"kind": "people", "of": funnel, "cell": {"step": 2, "outcome": "dropped"}}
    question = from_json({"kind": "top_events", "range": RANGE, "among": dropped})
    names = people(engine, question.among, Cell())
    found = engine.answer(question)
    assert people(engine, question, Cell()) == names
    assert found.rows
    check_people(engine, question, found)


def test_text_and_words():
    question = from_text("sign_up by country for (purchase last 7d)")
    assert (question.among.event, question.among.range) == ("purchase", "7d")
    said = format_cell(question, Cell(group=("NL",)))
    assert said.endswith("NL, of these: Users of purchase in the last 7 days")
    from_text("sign_up > purchase for Paying for (people of (sign_up) at group NL)")
    deep = "dau" + " for (dau" * 40 + ")" * 40
    with pytest.raises(BadQuestion, match="nest deeper than"):
        parse(deep)


def test_what_has_no_people_of_its_own_is_refused(engine):
    with pytest.raises(BadQuestion, match="of its own"):
        parse("people of (sign_up) for (purchase)")


@settings(max_examples=25, deadline=None)
@given(worlds(), st.sampled_from(EVENTS), st.sampled_from(EVENTS), st.sampled_from(["30d", "7d"]))
def test_every_figure_is_that_of_the_members(
    world: World, event: str, other: str, span: str
) -> None:
    body = {"kind": "trend", "event": event, "range": "30d", "measure": "users",
            "among": {"kind": "trend", "event": other, "range": span}}  # fmt: skip
    question = from_json(body)
    with both_engines(world) as engines:
        for engine in engines:
            try:
                found = engine.answer(question)
            except BadQuestion:
                return  # the world lacks an event
            inner = question.among
            period = span_of(world, inner)
            members = people_of(within(matching(world, other), period.start, period.end))
            check_series(found, *trend(world, question, members))
            check_people(engine, question, found)
