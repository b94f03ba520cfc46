"""Finding people (definitions 9.10)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.queries import from_json
from tests.oracles.conditions import people_of
from tests.oracles.seen import seen
from tests.worlds.compare import ask, people
from tests.worlds.strategies import worlds
from tests.worlds.world import Event, World, engine_of

NOON = 1_744_027_200_000


def world_of(*events: Event, **fields) -> World:
    return World(events, now=NOON, **fields)


@pytest.fixture(scope="module")
def engine():
    world = world_of(
        Event("a", NOON, user="ann"),
        Event("a", NOON, user="Annabel"),
        Event("a", NOON, user="joanna"),
        Event("a", NOON, user="bob", device="ann"),
        Event("a", NOON, user="100%"),
        Event("a", NOON, user="100x"),
        traits=(("bob", "email", "robert@example.test", NOON),),
        aliases=(("bobby", "bob", NOON),),
    )
    with engine_of(world) as found:
        yield found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ann", ["ann", "bob", "Annabel"]),
        ("ANN", ["Annabel", "ann"]),
        ("joanna", ["joanna"]),
        ("oann", ["joanna"]),
        ("robert", ["bob"]),
        ("bobby", ["bob"]),
        ("100%", ["100%"]),
        ("nobody", []),
    ],
)
def test_exact_ids_come_first_then_those_that_begin_with_it(engine, text, names):
    found = ask(engine, "user_search", user=text)
    assert [person.user for person in found.rows] == names
    assert found.total == len(names)


def test_a_match_inside_an_id_says_so(engine):
    assert ask(engine, "user_search", user="oann").notes
    assert not ask(engine, "user_search", user="ann").notes


def test_paging(engine):
    page = ask(engine, "user_search", user="ann", limit=1, offset=1)
    assert (page.total, [person.user for person in page.rows]) == (3, ["bob"])


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"among": {"kind": "user_search", "user": "100"}}, []),
        ({"among": {"kind": "user_search", "user": "anna"}}, ["Annabel"]),
        ({"conditions": [{"field": "user", "operator": "ne", "value": "ann"}]}, ["bob", "Annabel"]),
        ({"conditions": [{"field": "trait:email", "operator": "is_set"}]}, ["bob"]),
        ({"segment": "new"}, ["ann", "bob", "Annabel"]),
        ({"segment": "dormant"}, []),
    ],
)
def test_only_some_people_are_searched(engine, fields, names):
    found = ask(engine, "user_search", user="ann", **fields)
    assert [person.user for person in found.rows] == names
    assert found.total == len(names)


def test_the_best_match_is_that_among_the_people_searched(engine):
    found = ask(engine, "user_search", user="an", among={"kind": "user_search", "user": "oanna"})
    assert [person.user for person in found.rows] == ["joanna"]


def test_hostile_text_is_only_text(engine):
    for text in ("'; drop table events; --", "%", "_", "!", "\x1b[2J", "\u202e"):
        ask(engine, "user_search", user=text)


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), st.sampled_from(("ann", "b", "phone", "dee", "lap", "x")))
def test_everybody_found_can_be_listed(world, text):
    with engine_of(world) as engine:
        found = ask(engine, "user_search", user=text)
        names = sorted(person.user for person in found.rows)
        assert len(set(names)) == found.total
        question = from_json({"kind": "user_search", "user": text})
        assert people(engine, question, Cell()) == names
        known = people_of(seen(world))
        assert set(names) <= known
        assert {who for who in known if who == text} <= set(names)
