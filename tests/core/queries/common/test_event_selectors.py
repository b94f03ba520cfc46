"""What event selectors mean, in every kind that names an event (definitions 2.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog.selectors import check_custom, titled
from core.errors import BadQuestion
from core.queries import from_json
from tests.oracles.people import audience as oracle_audience
from tests.oracles.retention import retention as oracle_retention
from tests.oracles.trend import trend as oracle
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.funnel_orders import check_funnel
from tests.worlds.funnels import NOON, with_names
from tests.worlds.strategies import EVENTS, worlds
from tests.worlds.world import CUSTOM, DAY, HOUR, SELECTORS, Event, World, engine_of


def counts(world: World, event: str, **fields: Any) -> Any:
    """The total of a trend over the fixture's range."""
    with engine_of(world) as engine:
        answer = ask(engine, "trend", **{"range": A_RANGE, "event": event, **fields})
        return answer.lines[0].total


def flagged(**flags: str) -> World:
    """The fixture with flags, such as view_item="inactive"."""
    return replace(appendix_a(), flags=tuple(flags.items()))


def custom(*branches: tuple[str, dict[str, Any] | None]) -> World:
    """The fixture with the custom event "mine"."""
    events = [
        {"event": event, "filters": [condition] if condition else []}
        for event, condition in branches
    ]
    return replace(appendix_a(), custom=(("mine", {"events": events}),))


def test_all_counts_inactive_events_and_active_does_not():
    world = flagged(view_item="inactive")
    assert counts(world, "_all") == 18
    assert counts(world, "_active") == 15
    assert counts(world, "view_item") == 3


def test_a_deleted_event_is_in_no_answer_and_not_known():
    world = flagged(view_item="deleted")
    assert counts(world, "_all") == counts(world, "_active") == 15
    with pytest.raises(BadQuestion, match="'view_item' is not in this workspace"):
        counts(world, "view_item")


def test_inactive_events_make_nobody_active():
    with engine_of(flagged(sign_up="inactive")) as engine:
        users = ask(engine, "active_users", range=A_RANGE)
        by_day = dict(zip([b.label[5:] for b in users.buckets], users.lines[0].values, strict=True))
        assert {day: n for day, n in by_day.items() if n} == {
            "04-07": 1,
            "04-08": 2,
            "04-09": 1,
            "04-14": 1,
            "04-15": 1,
            "04-16": 1,
        }
        started = ask(engine, "sessions", metric="volume", range=A_RANGE)
        assert started.lines[0].total == 7  # s4 and s9 hold nothing else


def test_new_people_are_new_by_any_event():
    with engine_of(flagged(sign_up="inactive")) as engine:
        new = ask(engine, "users", metric="new", range=A_RANGE)
        assert [n for n in new.lines[0].values if n] == [2, 1, 1]
        life = ask(engine, "lifecycle", range=A_RANGE, granularity="daily")
        assert life.lines[0].total == 4


def test_a_custom_event_is_any_of_its_events():
    world = custom(
        ("sign_up", None), ("purchase", {"field": "amount", "operator": "gt", "value": 15})
    )
    assert counts(world, "ce:mine") == 5 + 3
    assert counts(world, "ce:mine", measure="users") == 4
    assert counts(world, "ce:MINE") == 8


def test_an_event_that_two_branches_match_counts_once():
    cheap = {"field": "amount", "operator": "lt", "value": 100}
    assert counts(custom(("purchase", None), ("purchase", cheap)), "ce:mine") == 4


def test_a_custom_event_without_any_of_its_events_has_none():
    assert counts(custom(("never", None)), "ce:mine") == 0


def test_an_unknown_custom_event_is_refused_with_the_nearest_names():
    with pytest.raises(BadQuestion, match="no custom event 'mime'") as caught:
        counts(custom(("purchase", None)), "ce:mime")
    assert caught.value.hint == "Did you mean mine?"


@pytest.mark.parametrize("inner", ["ce:other", "_all", "_active", "revenue_amount"])
def test_a_custom_event_holds_events_of_the_data_only(inner):
    with pytest.raises(BadQuestion, match=f"cannot contain '{inner}'"):
        check_custom({"events": [{"event": inner}]})


@pytest.mark.parametrize(
    ("body", "words"),
    [({}, "events"), ({"events": []}, "events"), ({"events": [{"filters": []}]}, "events.0.event")],
)
def test_a_definition_that_is_none_is_refused_by_its_place(body, words):
    with pytest.raises(BadQuestion, match=words):
        check_custom(body)


def revenue_world() -> World:
    events = (
        Event("buy", 1_000, "ann", properties={"amount": 5}),
        Event("buy", 2_000, "bob", properties={"$revenue": 5, "verified": True}),
        Event("buy", 3_000, "bob", properties={"revenue": 5, "verified": False}),
        Event("verified_revenue", 4_000, "cem"),
        Event("look", 5_000, "cem", properties={"verified": True}),
        Event("revenue", 6_000, "dee"),
    )
    return World(events, now=10_000)


@pytest.mark.parametrize(
    ("selector", "count"),
    [("revenue_amount", 5), ("verified_revenue", 2), ("unverified_revenue", 3)],
)
def test_revenue_events(selector, count):
    assert counts(revenue_world(), selector, range="today") == count


def test_an_event_of_the_data_called_like_a_selector_is_reached_by_its_exact_name():
    events = (Event("_active", 1_000, "ann"), Event("_new", 2_000, "ann"), Event("x", 3_000, "bob"))
    world = World(events, now=10_000)
    assert counts(world, "_active", range="today") == 3
    assert counts(world, "event:_active", range="today") == 1
    assert counts(world, "event:x", range="today") == 1
    with pytest.raises(BadQuestion, match="can only start retention") as caught:
        counts(world, "_new", range="today")
    assert "event:_new" in caught.value.hint
    with engine_of(world) as engine:
        top = ask(engine, "top_events", range="today")
        for cell, users in top.cells():
            assert (
                len(people(engine, from_json({"kind": "top_events", "range": "today"}), cell))
                == users
            )


def test_new_starts_retention_with_the_first_event_of_any_sort():
    with engine_of(flagged(sign_up="inactive", view_item="inactive")) as engine:
        grid = ask(engine, "retention", start_event="_new", range="90d")
        assert [(c.label, c.size) for c in grid.cohorts] == [
            ("2025-02-24", 1),
            ("2025-03-31", 1),
            ("2025-04-07", 3),
            ("2025-04-14", 1),
        ]
        assert [c.counts[1:2] for c in grid.cohorts[1:3]] == [(0,), (0,)]


@pytest.mark.parametrize(
    "text",
    [
        "_active",
        "_all",
        "users of ce:checkout",
        '"ce:My checkout" > purchase within 7d',
        "retention of _new return ce:checkout",
        "revenue_amount / dau",
        "event:_active",
    ],
)
def test_selectors_are_written_as_they_are_read(text):
    from_text(text)


def test_what_selectors_are_called():
    with engine_of(appendix_a()) as engine:
        catalog = engine.context().catalog
        assert titled(catalog, "_active") == "Any active event"
        assert titled(catalog, "ce:Checkout") == "Checkout"
        assert titled(catalog, None) == "Any event"


# -- against the oracle


@settings(max_examples=25, deadline=None)
@given(
    worlds(flagged=True),
    st.sampled_from((None, "_new", *EVENTS[:2], *SELECTORS)),
    st.sampled_from((None, *EVENTS[:2], *SELECTORS)),
    st.sampled_from(("first_ever", "first_in_range", "every")),
    st.sampled_from(("calendar", "24h")),
)
def test_retention_of_selectors(world, start, back, cohort, basis):
    if not {start, back} <= {"_new", *world.names}:
        return
    cohort = "first_ever" if start == "_new" else cohort
    question = from_json({
        "kind": "retention", "start_event": start, "return_event": back, "cohort": cohort,
        "basis": basis, "granularity": "daily", "periods": 3, "range": "30d",
    })  # fmt: skip
    expected = oracle_retention.retention(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            grid = engine.answer(question)
            assert {c.label: c.size for c in grid.cohorts} == {
                label: len(members) for label, members in expected.members.items()
            }
            for row in grid.cohorts:
                for n, count in enumerate(row.counts):
                    assert count == len(expected.returned[row.label, n])
            check_people(engine, question, grid)


@st.composite
def busy(draw: st.DrawFn) -> World:
    """Two people who do much within two days, some of it inactive, and custom events."""
    ticks = st.sampled_from((0, 0, 1, HOUR, 2 * HOUR, 3 * HOUR, DAY, DAY + 1, 2 * DAY))
    event = st.builds(
        lambda name, tick, user, amount: Event(
            name, NOON - 2 * DAY + tick, user, properties={"amount": amount} if amount else {}
        ),
        st.sampled_from(EVENTS),
        ticks,
        st.sampled_from(("ann", "bob")),
        st.sampled_from((None, 3, 9)),
    )
    events = draw(st.lists(event, min_size=6, max_size=12))
    flags = draw(st.lists(st.tuples(st.sampled_from(EVENTS), st.just("inactive")), max_size=2))
    world = World(tuple(events), now=NOON, flags=tuple(flags), custom=tuple(CUSTOM.items()))
    return with_names(world)


@settings(max_examples=40, deadline=None)
@given(
    busy(),
    st.lists(st.sampled_from((*EVENTS[:2], *SELECTORS)), min_size=2, max_size=3),
    st.sampled_from(("ordered", "unordered", "sequential")),
)
def test_funnels_of_selectors(world, steps, order):
    fields = {
        "kind": "funnel",
        "range": "7d",
        "order": order,
        "window_seconds": 86_400,
        "steps": [{"event": name} for name in steps],
    }
    check_funnel(world, fields)


@settings(max_examples=25, deadline=None)
@given(
    worlds(flagged=True),
    st.sampled_from((None, *EVENTS[:2], *SELECTORS)),
    st.sampled_from(("gte", "eq", "lt")),
    st.sampled_from((0, 1, 2)),
)
def test_audiences_of_selectors(world, event, op, count):
    from core.definitions.audience import read_definition
    from core.queries.people.audience_sql import audience_sql

    rules = {"events": [{"event": event, "op": op, "count": count, "days": 30}]}
    expected = oracle_audience.audience(world, read_definition(rules))
    with both_engines(world) as engines:
        for engine in engines:
            ctx = engine.context()
            bind = ctx.binder()
            sql = audience_sql(ctx, bind, rules)
            whole = bind.whole(f"select i.key from ({sql}) b join identities i on i.id = b.actor")
            rows = engine.read(whole, bind.values)  # type: ignore[arg-type]
            assert sorted(str(key) for (key,) in rows) == sorted(expected)


@settings(max_examples=25, deadline=None)
@given(worlds(flagged=True), st.sampled_from(SELECTORS), st.sampled_from(("count", "sessions")))
def test_trends_of_selectors(world, event, measure):
    question = from_json({"kind": "trend", "event": event, "measure": measure, "range": "30d"})
    now, _ = oracle.trend(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            line = engine.answer(question).lines[0]
            assert list(line.values) == now.values[()]
            assert line.total == now.totals[()]
