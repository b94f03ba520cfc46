"""Revenue is one thing everywhere: what an event brought, however it says so (definitions 2.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.api import Backend, read, respond
from core.catalog.revenue import is_named
from core.store.library.saved import Saved
from tests.oracles.conditions import brings_revenue, matching, revenue_of
from tests.oracles.seen import seen
from tests.worlds.compare import ask, both_engines, check_people
from tests.worlds.stories.revenue import EVENTS, world
from tests.worlds.strategies import worlds
from tests.worlds.world import World, engine_of


@pytest.mark.parametrize(("name", "properties", "amount"), EVENTS, ids=str)
def test_what_an_event_brings(name: str, properties: dict[str, Any], amount: float | None) -> None:
    small = world([(name, properties, amount)])
    assert revenue_of(seen(small)[1]) == amount
    with engine_of(small) as engine:
        found = ask(
            engine,
            "trend",
            event="revenue_amount",
            measure="sum",
            property="revenue:amount",
            range="today",
        )
        assert found.lines[0].total == (amount or 0)
        count = ask(engine, "trend", event="revenue_amount", range="today").lines[0].total
        assert count == (amount is not None)


def test_every_answer_has_the_same_revenue() -> None:
    total = sum(amount or 0 for _, _, amount in EVENTS)
    payers = sum(amount is not None for _, _, amount in EVENTS)
    with engine_of(world(EVENTS)) as engine:
        ltv = ask(engine, "ltv", metric="revenue", range="today", days=[1]).combined
        assert (ltv.total, ltv.paid) == (total, payers)
        formula = ask(
            engine,
            "formula",
            series=[{"metric": "event:revenue_amount"}],
            formula="REVENUETOTAL(A)",
            range="today",
        )
        assert formula.lines[0].total == total
        paying = ask(engine, "composition", property="paying", range="today")
        assert dict(row[:2] for row in paying.rows)["true"] == payers
        backend = Backend(engine, Saved(engine.path, clock=engine.clock))

        def get(request: str) -> Any:
            reply = respond(read(f"GET /api/2/{request}"), backend)
            assert reply.ok, reply.body
            return reply.body

        day = "start=19700101&end=19700101"
        sums = get(f'events/segmentation?{day}&e={{"event_type":"revenue_amount"}}&m=sums')
        assert sums["data"]["seriesCollapsed"] == [[{"value": total}]]
        values = get(f"revenue/ltv?{day}&m=2")["data"]["series"][0]["values"]["1970-01-01"]
        assert (values["total_amount"], values["paid"]) == (total, payers)
        people = [get(f"useractivity?user=u{n:02}")["userData"] for n in range(len(EVENTS))]
        assert sum(one["revenue"] for one in people) == total
        assert sum(one["purchases"] for one in people) == payers


@pytest.mark.parametrize(
    ("name", "named"),
    [("purchase", True), ("Order Completed", True), ("in_app_purchase", True), ("buy", True),
     ("orderPlaced", True), ("PAID", True), ("view", False), ("payload", False),
     ("add_to_cart", False), ("", False)],
)  # fmt: skip
def test_a_name_says_revenue_by_its_words(name: str, named: bool) -> None:
    assert is_named(name) == named


MONEY = st.sampled_from((None, None, 0, 3, -2, 2.5, "4", "no", True, [5]))


@st.composite
def paid(draw: st.DrawFn) -> World:
    """A world whose events say what they brought in every way, or not at all."""
    found = draw(worlds())
    keys = ("$revenue", "revenue", "price", "quantity")
    events = []
    for event in found.events:
        more = {key: value for key in keys if (value := draw(MONEY)) is not None}
        events.append(replace(event, properties={**event.properties, **more}))
    return replace(found, events=tuple(events))


@settings(max_examples=15, deadline=None)
@given(paid(), st.sampled_from(("revenue_amount", "verified_revenue", "unverified_revenue")))
def test_revenue_matches_the_oracle(found: World, selector: str) -> None:
    meant = [item for item in matching(found, selector) if item.ts <= found.now]
    fields = {"event": selector, "range": "all_time", "granularity": "yearly"}
    with both_engines(found) as engines:
        for engine in engines:
            count = ask(engine, "trend", measure="count", **fields)
            assert count.lines[0].total == len(meant)
            brought = ask(engine, "trend", measure="sum", property="revenue:amount", **fields)
            assert brought.lines[0].total == pytest.approx(
                sum(revenue_of(item) or 0 for item in meant)
            )
            assert all(brings_revenue(item) for item in meant)


@settings(max_examples=10, deadline=None)
@given(paid())
def test_the_people_behind_revenue_are_those_who_brought_some(found: World) -> None:
    from core.queries import from_json

    question = from_json(
        {
            "kind": "trend",
            "event": "revenue_amount",
            "measure": "users",
            "range": "all_time",
            "granularity": "yearly",
        }
    )
    with both_engines(found) as engines:
        for engine in engines:
            check_people(engine, question, engine.answer(question))
