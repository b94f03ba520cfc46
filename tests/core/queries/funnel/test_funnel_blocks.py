"""Funnels read from blocks find the same attempts as funnels read from events."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.queries import from_json
from tests.worlds.compare import check_people, read_both_ways
from tests.worlds.funnel_orders import ORDERS, excluding
from tests.worlds.funnels import NOON, crowded, questions, with_names
from tests.worlds.strategies import EVENTS, worlds
from tests.worlds.world import DAY, HOUR, Event, World


@st.composite
def held(draw: st.DrawFn) -> dict[str, Any]:
    """A funnel with some of the options that make somebody's attempts several."""
    asked = draw(st.one_of(questions(), excluding()))
    hold = draw(st.sampled_from(([], ["country"], ["item"], ["country", "item"])))
    options: dict[str, Any] = {"breakdown": draw(st.sampled_from(([], "country", "item")))}
    options["order"] = draw(st.sampled_from([order for order in ORDERS if order != "sequential"]))
    options["count_by"] = draw(st.sampled_from(("users", "users", "totals")))
    options["attribution"] = draw(st.sampled_from(("entry", "entry", "last", 2)))
    return {**asked, **options, "hold": hold, "limit": 10, "compare": None}


def simple() -> st.SearchStrategy[World]:
    """Worlds whose items are words, and in which few events are at one moment."""
    event = st.builds(
        lambda name, tick, user, country, item: Event(
            name, NOON - 2 * DAY + tick * HOUR // 7, user,
            context={"country": country} if country else {},
            properties={"item": item} if item else {},
        ),
        st.sampled_from(EVENTS), st.integers(0, 300), st.sampled_from("ab"),
        st.sampled_from(("NL", "US", None)), st.sampled_from(("hat", "", None)),
    )  # fmt: skip
    return st.lists(event, max_size=24).map(lambda found: World(tuple(found), now=NOON + DAY))


@settings(max_examples=60, deadline=None)
@given(st.one_of(simple(), simple(), crowded(), worlds(max_events=16)), held(), st.booleans())
def test_attempts_in_blocks_are_those_in_events(
    world: World, fields: dict[str, Any], over_time: bool
) -> None:
    if over_time:
        fields = {**fields, "kind": "funnel_trend", "measure": "avg_seconds", "limit": 10}
    try:
        question = from_json(fields)
    except BadQuestion:
        return
    with read_both_ways(with_names(world)) as (blocks, rows):
        answer = blocks.run(question, forgiving=True).answer
        assert answer == rows.run(question, forgiving=True).answer
        if not over_time:
            check_people(blocks, question, answer)


def test_a_funnel_that_holds_a_field_reads_blocks() -> None:
    moments = enumerate(("signup", "view", "cart"))
    events = tuple(
        Event(name, NOON + n, "u", context={"country": "NL"}, properties={"item": "hat"})
        for n, name in moments
    )
    steps = [{"event": name} for name in ("signup", "view", "cart")]
    fields = {"kind": "funnel", "steps": steps, "range": "1d", "hold": ["country", "item"]}
    with read_both_ways(World(events, now=NOON + DAY)) as (blocks, rows):
        for body in (fields, {**fields, "breakdown": "item"}, {**fields, "kind": "funnel_trend"}):
            found = blocks.run(from_json({**body, "range": "3d"}))
            assert {word for one in found.statements for word in one.reads} == {"blocks"}
            assert found.answer == rows.answer(from_json({**body, "range": "3d"}))
