"""Finding people and one person's timeline, on SQLite and on ClickHouse."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.engines.clickhouse.engine import ClickHouseEngine
from core.queries import from_json
from core.store.library.saved import Saved
from core.store.workspace import open_reader, open_writer
from tests.oracles.conditions import people_of
from tests.oracles.seen import seen
from tests.worlds.clickhouse import check, copied, engines_of, needs_chdb
from tests.worlds.servers.copying import copy_events
from tests.worlds.strategies import worlds
from tests.worlds.world import Event, World, engine_of

pytestmark = needs_chdb

NOON = 1_744_027_200_000

NAMED = (("ann", None), ("Annabel", "s 1"), ("joanna", "-1"), ("100%", "s'2"), ("100x", None))

NASTY = World(
    (
        *(
            Event("a", NOON + at, user=user, session=session, properties={"n": [at, None, user]})
            for at, (user, session) in enumerate(NAMED)
        ),
        Event("b", NOON, user="ÄNN", session="x"),
        Event("b", NOON, device="ann", user="bob"),
        Event("a", NOON - 9, device="phone"),
        Event("b", NOON, user="ann", device="phone"),
    ),
    traits=(("bob", "email", "Robert_@example.test", NOON), ("ann", "n", "2", NOON)),
    aliases=(("bobby", "bob", NOON), ("rob", "bobby", NOON), ("ann", "joanna", NOON)),
    flags=(("b", "inactive"),),
    now=NOON + 60_000,
)
"""Ids that begin alike in any case, chains of merged ids, signs of patterns, named sessions."""

TEXTS = ("ann", "ANN", "oann", "robert_", "rob", "100%", "ä", "Ä", "phone", "%", "_", "'; --")


def test_whoever_is_found_is_found_there(runner):
    with engines_of(NASTY, runner) as engines:
        for text in TEXTS:
            check(engines, {"kind": "user_search", "user": text, "limit": 2})
        for fields in (
            {"segment": "new", "offset": 1},
            {"conditions": [{"field": "trait:email", "operator": "is_set"}]},
            {"among": {"kind": "user_search", "user": "oanna"}},
        ):
            check(engines, {"kind": "user_search", "user": "an", **fields})
        among = {"kind": "user_search", "user": "ann"}
        check(engines, {"kind": "people", "of": among, "cell": {}})
        check(engines, {"kind": "trend", "measure": "users", "range": "7d", "among": among})


def test_a_timeline_says_the_same_there(runner):
    with engine_of(NASTY) as engine:
        saved = Saved(engine.path, clock=engine.clock)
        saved.save_audience("Did a", {"events": [{"event": "a", "days": 7}]})
        saved.save_audience("Did not", {"events": [{"event": "a", "op": "eq", "count": 0}]})
        with copied(engine, runner) as there:
            for user in ("ann", "rob", "phone", "ÄNN", "100%"):
                asked = {"kind": "user_activity", "user": user, "changes": True}
                check((engine, there), {**asked, "audiences": ["Did a", "Did not"]})
            of = {"kind": "user_activity", "user": "ann"}
            check((engine, there), {**of, "event": "a", "limit": 1, "direction": "earliest"})
            check((engine, there), {**of, "session": -1})
            check((engine, there), {"kind": "people", "of": of, "cell": {}})


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(flagged=True), st.integers(1, 6), st.integers(0, 3))
def test_random_people(runner, world, limit, offset):
    with engines_of(world, runner) as engines:
        for user in sorted(people_of(seen(world)))[:3]:
            asked = {"kind": "user_activity", "user": user, "limit": limit, "offset": offset}
            check(engines, {**asked, "changes": True})
            check(
                engines, {**asked, "direction": "earliest", "session": 1} if not offset else asked
            )
        for text in ("b", "p"):
            check(engines, {"kind": "user_search", "user": text})


def test_a_page_of_a_person_needs_no_events_in_the_file(runner):
    with engine_of(replace(NASTY, flags=())) as engine:
        with closing(open_reader(engine.path)) as connection:
            copy_events(connection, runner)
        asked = from_json({"kind": "user_activity", "user": "rob", "changes": True})
        search = from_json({"kind": "user_search", "user": "rob"})
        expected = [engine.answer(question) for question in (asked, search)]
        with closing(open_writer(engine.path)) as connection:
            connection.execute("delete from event_rows")
        with closing(ClickHouseEngine(engine.path, runner, clock=engine.clock)) as there:
            assert [there.answer(question) for question in (asked, search)] == expected
