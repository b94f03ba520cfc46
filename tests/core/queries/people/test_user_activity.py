"""One person's timeline (definitions 9.9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion, NotFound
from core.queries import from_json
from core.queries.people.audience import read_definition
from core.queries.people.history import LOOK_BACK
from core.store.library.saved import Saved
from core.timeframe import to_date
from tests.oracles.conditions import label_of, people_of
from tests.oracles.people.audience import audience
from tests.oracles.seen import calendar_of, local_day, root, seen
from tests.worlds.compare import ask, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import worlds
from tests.worlds.world import HOUR, Event, World, engine_of

NOON = 1_744_027_200_000


def test_who_somebody_is(engine):
    who = ask(engine, "user_activity", user="a", range=A_RANGE)
    assert (who.user, who.total_events, who.total_sessions) == ("a", 6, 3)
    assert who.usage_seconds == 600
    assert who.devices == ("device-a", "phone-a")
    assert who.traits == {"plan": "pro"}
    assert who.context == {"country": "NL"}
    assert who.days == ("2025-04-07", "2025-04-08", "2025-04-15")
    assert who.segments == ("returning", "casual")
    assert who.top_events[0] == ("view_item", 3)
    assert [e.event for e in who.events][:2] == ["view_item", "view_item"]
    assert [s.number for s in who.sessions] == [3, 2, 1]
    assert who.events[0].properties == {"item": "hat"}


def test_a_page_never_cuts_a_session(engine):
    page = ask(engine, "user_activity", user="a", limit=3)
    assert len(page.events) == 6
    assert not page.truncated
    page = ask(engine, "user_activity", user="a", limit=2, direction="earliest")
    assert [e.event for e in page.events] == ["sign_up", "view_item", "add_to_cart", "purchase"]
    assert page.truncated
    rest = ask(engine, "user_activity", user="a", limit=9, offset=4, direction="earliest")
    assert [e.event for e in rest.events] == ["view_item", "view_item"]
    assert not rest.truncated


def test_a_page_that_cuts_no_session_is_no_longer_than_asked(engine):
    page = ask(engine, "user_activity", user="e", limit=1, direction="earliest")
    assert [e.event for e in page.events] == ["sign_up"]
    page = ask(engine, "user_activity", user="e", limit=3)
    assert len(page.events) == 3


def test_one_event_only(engine):
    page = ask(engine, "user_activity", user="a", event="view_item")
    assert {e.event for e in page.events} == {"view_item"}
    assert len(page.events) == 3
    assert page.total_events == 6


def test_merged_and_linked_ids_mean_the_person():
    events = (
        Event("visit", NOON - HOUR, device="phone"),
        Event("login", NOON, user="ann", device="phone"),
    )
    world = World(events, aliases=(("ann", "ann@work", NOON),), now=NOON)
    with engine_of(world) as found:
        for name in ("ann", "ann@work", "phone"):
            who = ask(found, "user_activity", user=name)
            assert (who.user, who.total_events) == ("ann@work", 2)
            assert who.merged == ("ann",)
            assert who.devices == ("phone",)


def test_events_outside_any_session_are_listed():
    world = World((Event("push", NOON, "ann", session="-1"),), now=NOON)
    with engine_of(world) as found:
        who = ask(found, "user_activity", user="ann")
        assert (who.total_sessions, [e.session for e in who.events]) == (0, [0])


def test_somebody_unknown(engine):
    with pytest.raises(NotFound, match=r"device-a"):
        ask(engine, "user_activity", user="device_a")
    with pytest.raises(BadQuestion, match="limit"):
        ask(engine, "user_activity", user="a", limit=1001)


def test_who_has_only_traits_has_no_timeline_yet_and_is_in_no_audience():
    world = World(
        (Event("push", NOON, "ann"),),
        traits=(("ann", "plan", "pro", NOON), ("bob", "plan", "pro", NOON)),
        now=NOON,
    )
    with engine_of(world) as found:
        with pytest.raises(NotFound, match=r"^'bob' has no events"):
            ask(found, "user_activity", user="bob")
        for definition in ({}, {"static_ids": ["ann", "bob"]}):
            assert ask(found, "audience", definition=definition).total == 1


@settings(max_examples=60, deadline=None)
@given(
    worlds(flagged=True),
    st.integers(1, 6),
    st.integers(0, 3),
    st.sampled_from(("latest", "earliest")),
)
def test_timelines_match_the_oracle(world, limit, offset, direction):
    everything = seen(world)
    with engine_of(world) as engine:
        for actor in sorted(people_of(everything)):
            fields = {"user": actor, "limit": limit, "offset": offset, "direction": direction}
            who = ask(engine, "user_activity", **fields)
            own = [item for item in everything if item.actor == actor]
            assert who.total_events == len(own)
            assert who.total_sessions == len({item.session for item in own} - {None})
            ordered = own if direction == "earliest" else own[::-1]
            expected = ordered[offset:][: len(who.events)]
            assert [(e.ts, e.event) for e in who.events] == [(i.ts, i.name) for i in expected]
            assert len(who.events) >= min(limit, max(len(own) - offset, 0))
            _check_end(ordered[offset:], limit, who)
            _check_sessions(engine, own, actor)
            question = from_json({"kind": "user_activity", **fields})
            assert people(engine, question, Cell()) == [actor]


def _check_sessions(engine, own, actor) -> None:
    """One session has exactly the events of the whole timeline that are in it."""
    whole = ask(engine, "user_activity", user=actor)
    for number in range(1, whole.total_sessions + 1):
        expected = [event for event in whole.events if event.session == number]
        for named in (number, number - whole.total_sessions - 1):
            found = ask(engine, "user_activity", user=actor, session=named)
            assert list(found.events) == expected
            assert {part.number for part in found.sessions} <= {number}
            assert not found.truncated
    with pytest.raises(NotFound, match="There is no session"):
        ask(engine, "user_activity", user=actor, session=whole.total_sessions + 1)


def _check_end(ordered, limit, who) -> None:
    """The session that the page would have cut is listed to its end."""
    left = ordered[len(who.events) :]
    assert who.truncated == bool(left)
    if who.events:
        session = ordered[min(limit, len(ordered)) - 1].session
        assert session is None or session not in {item.session for item in left}


@settings(max_examples=25, deadline=None)
@given(worlds(flagged=True))
def test_properties_change_where_the_events_and_statements_say(world):
    everything = seen(world)
    traits = {"amount", "item", "plan", "seats"}  # every world knows these traits
    with engine_of(world) as engine:
        for actor in sorted(people_of(everything)):
            found = ask(engine, "user_activity", user=actor, changes=True).changes
            told = [
                (ts, 0, "", {key: value})
                for user, key, value, ts in world.traits
                if root(world, user) == actor
            ]
            for item in everything:
                if item.actor == actor:
                    own = {
                        key: label_of(value)
                        for key, value in item.event.properties.items()
                        if key in traits and value is not None
                    }
                    stated = item.event.context.items()
                    context = {key: label_of(value) for key, value in stated if value is not None}
                    told.append((item.ts, 1, item.name, {**own, **context}))
            assert [change.model_dump() for change in found] == _expected(told)


def _expected(told):
    now, found = {}, []
    for ts, _, source, values in sorted(told, key=lambda each: each[:2]):
        for field, value in sorted(values.items()):
            if now.get(field) != value:
                before = now.get(field)
                found.append(
                    {"ts": ts, "field": field, "before": before, "after": value, "source": source}
                )
                now[field] = value
    return found


RULES = (
    {"events": [{"event": "signup", "days": 2}]},
    {"events": [{"event": "cart", "op": "eq", "count": 0}]},
    {"events": [{"count": 2, "days": 4}]},
    {"filters": [{"field": "country", "operator": "eq", "value": "NL"}]},
)


@settings(max_examples=25, deadline=None)
@given(worlds(), st.sampled_from(RULES))
def test_somebody_is_in_an_audience_since_the_day_they_came_in(world, rules):
    definition = read_definition(rules)
    calendar = calendar_of(world)
    today = local_day(world.now, calendar)
    ends = [calendar.day_start(day) - 1 for day in range(today, today - LOOK_BACK, -1)]
    past = [audience(replace(world, now=end), definition) for end in ends]
    members = audience(world, definition)
    with engine_of(world) as engine:
        Saved(engine.path).save_audience("Some", rules)
        for actor in sorted(people_of(seen(world))):
            found = ask(engine, "user_activity", user=actor, audiences=["Some"]).audiences
            assert [each.audience for each in found] == ["Some"] * (actor in members)
            if found:
                back = next((n for n, there in enumerate(past) if actor not in there), None)
                day = None if back is None else to_date(today - back).isoformat()
                assert (found[0].since, found[0].listed) == (day, False)


def test_whom_an_audience_lists_came_in_on_no_day():
    with engine_of(World((Event("a", NOON, user="ann"),), now=NOON)) as engine:
        Saved(engine.path).save_audience("Listed", {"static_ids": ["ann"]})
        (found,) = ask(engine, "user_activity", user="ann", audiences=["Listed"]).audiences
        assert (found.listed, found.since) == (True, None)
        with pytest.raises(NotFound, match="Audience missing"):
            ask(engine, "user_activity", user="ann", audiences=["gone"])
