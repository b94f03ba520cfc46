"""Who an event counts for, also after the fact (definitions 1.1)."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Row
from core.store.ingest.batch import Batch
from core.store.ingest.importer import Alias, Event, Identify, store_events
from core.store.ingest.writer import Writer
from core.store.workspace import open_writer
from tests.oracles.seen import seen
from tests.worlds import recount
from tests.worlds.strategies import worlds
from tests.worlds.world import World, store

T = 1_760_000_000_000
DAY = 86_400_000


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty workspace, recounted after the test."""
    with closing(open_writer(tmp_path / "w.db")) as connection:
        yield connection
        recount.check(connection)


def _actors(db: sqlite3.Connection) -> dict[str, str | None]:
    """Event name -> the actor it counts for."""
    return dict(
        db.execute(
            """
            select n.name, i.key from events e
            join event_names n on n.id = e.event
            left join identities i on i.id = e.actor
            """
        ).fetchall()
    )


def test_a_user_a_device_and_nobody(db: sqlite3.Connection) -> None:
    store_events(db, [Event("u", T, "ann"), Event("d", T, None, "phone"), Event("n", T)])
    assert _actors(db) == {"u": "ann", "d": "phone", "n": None}


def test_a_user_and_a_device_of_the_same_name_are_two_people(db: sqlite3.Connection) -> None:
    assert store_events(db, [Event("u", T, "x"), Event("d", T, None, "x")]).users == 2


def test_a_link_brings_the_anonymous_past_along(db: sqlite3.Connection) -> None:
    store_events(db, [Event("before", T, None, "phone"), Event("other", T, None, "laptop")])
    store_events(db, [Identify("ann", "phone", T + DAY)])
    store_events(db, [Event("after", T + 2 * DAY, None, "phone")])
    assert _actors(db) == {"before": "ann", "after": "ann", "other": "laptop"}


def test_an_event_with_both_ids_is_a_link(db: sqlite3.Connection) -> None:
    store_events(db, [Event("anonymous", T, None, "phone")])
    store_events(db, [Event("login", T + DAY, "ann", "phone")])
    assert _actors(db) == {"anonymous": "ann", "login": "ann"}


def test_a_shared_device_belongs_to_the_last_one_linked_by_then(db: sqlite3.Connection) -> None:
    store_events(db, [Event(f"e{n}", T + n * DAY, None, "phone") for n in range(6)])
    store_events(db, [Identify("bob", "phone", T + 4 * DAY)])
    store_events(db, [Identify("ann", "phone", T + 2 * DAY)])
    found = _actors(db)
    assert [found[f"e{n}"] for n in range(6)] == ["ann", "ann", "ann", "ann", "bob", "bob"]


def test_an_alias_merges_two_users_and_chains_are_followed(db: sqlite3.Connection) -> None:
    store_events(db, [Event("a", T, "a"), Event("b", T, "b"), Event("c", T, "c")])
    store_events(db, [Alias("a", "b", T)])
    assert _actors(db) == {"a": "b", "b": "b", "c": "c"}
    report = store_events(db, [Alias("b", "c", T)])
    assert _actors(db) == {"a": "c", "b": "c", "c": "c"}
    assert report.users == 1


def test_a_loop_of_aliases_ends_at_one_person(db: sqlite3.Connection) -> None:
    store_events(db, [Event(n, T, n) for n in "abc"])
    store_events(db, [Alias("a", "b", T), Alias("b", "c", T), Alias("c", "a", T)])
    assert len(set(_actors(db).values())) == 1
    store_events(db, [Alias("a", "a", T + 1)])


def test_the_latest_alias_of_an_id_wins(db: sqlite3.Connection) -> None:
    store_events(db, [Event(n, T, n) for n in "abc"])
    store_events(db, [Alias("a", "b", T + 5)])
    store_events(db, [Alias("a", "c", T + 1)])
    assert _actors(db)["a"] == "b"
    store_events(db, [Alias("a", "c", T + 9)])
    assert _actors(db) == {"a": "c", "b": "b", "c": "c"}


def test_the_same_event_of_device_and_user_becomes_one_when_they_merge(
    db: sqlite3.Connection,
) -> None:
    first = Row("e", T, None, "phone", None, 2, properties='{"x":1}')
    Writer(db).write(Batch([first, Row("e", T, "ann", None, None, 2)]), lambda written: None)
    store_events(db, [Event("f", T, None, "phone")])
    assert db.execute("select count(*) from events").fetchone() == (3,)
    store_events(db, [Identify("ann", "phone", T)])
    assert db.execute("select count(*) from events").fetchone() == (2,)


@pytest.mark.parametrize("swapped", [False, True])
def test_of_events_that_become_one_by_a_merge_the_first_to_arrive_stays(
    db: sqlite3.Connection, swapped: bool
) -> None:
    said = [
        Event("e", T, None, "phone", event_id="1", properties={"x": "phone"}),
        Event("e", T, "ann", event_id="1", properties={"x": "ann"}),
        Event("f", T, None, "phone", event_id="2", context={"country": "NL"}),
        Event("e", T, None, "phone", event_id="3", properties={"x": "ann"}),
    ]
    first = said[1] if swapped else said[0]
    store_events(db, [first])
    store_events(db, [one for one in said if one is not first])
    store_events(db, [Identify("ann", "phone", T)])
    found = "select p.properties from event_properties p join events using (seq) order by seq"
    kept = [json.loads(text)["x"] for (text,) in db.execute(found)]
    assert kept == [first.properties["x"], "ann"]
    assert set(_actors(db).values()) == {"ann"}


STATEMENTS = st.lists(
    st.one_of(
        st.builds(
            Event, st.sampled_from("ef"), st.integers(T, T + 2), st.sampled_from((None, *"abc")),
            st.sampled_from((None, "p", "q")), event_id=st.sampled_from("12345"),
            properties=st.fixed_dictionaries({"n": st.integers(0, 2)}),
        ),
        st.builds(
            Identify, st.sampled_from("abc"), st.sampled_from("pq"), st.integers(T, T + 2),
            st.none(),
        ),
        st.builds(Alias, st.sampled_from("abc"), st.sampled_from("abc"), st.integers(T, T + 2)),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=40)
@given(said=STATEMENTS, size=st.integers(1, 5), again=st.integers(0, 9))
def test_pieces_and_repetitions_give_what_the_whole_gives(
    said: list[Event | Identify | Alias], size: int, again: int
) -> None:
    found = []
    for pieces in ([said], [said[:size], said[max(size - again, 0) :], said[again:], said]):
        with tempfile.TemporaryDirectory() as folder:
            path = store(World(()), Path(folder) / "w.db")
            with closing(open_writer(path)) as connection:
                for piece in pieces:
                    store_events(connection, piece, batch_size=size)
                recount.check(connection)
                events = connection.execute(
                    """
                    select n.name, e.ts, e.id, a.key, u.key, d.key, p.properties
                    from events e join event_names n on n.id = e.event
                    left join identities a on a.id = e.actor
                    left join identities u on u.id = e.user
                    left join identities d on d.id = e.device
                    left join event_properties p on p.seq = e.seq
                    order by e.seq
                    """
                ).fetchall()
            found.append(events)
    assert found[0] == found[1]


def test_traits_keep_the_latest_value_and_follow_a_merge(db: sqlite3.Connection) -> None:
    store_events(db, [Event("e", T, "old", traits={"plan": "free", "seats": 3})])
    store_events(db, [Identify("new", None, T + 5, {"plan": "pro"})])
    store_events(db, [Identify("new", None, T + 1, {"plan": "late news"})])
    store_events(db, [Alias("old", "new", T + 6)])
    found = "select i.key, t.key, t.value from traits t join identities i on i.id = t.user"
    assert sorted(db.execute(found)) == [("new", "plan", "pro"), ("new", "seats", "3")]
    store_events(db, [Identify("new", None, T + 9, {"seats": None})])
    assert db.execute(found).fetchall() == [("new", "plan", "pro")]


def test_a_removed_trait_does_not_come_back_with_an_older_file(db: sqlite3.Connection) -> None:
    found = "select i.key, t.key, t.value from traits t join identities i on i.id = t.user"
    old = [Identify("ann", None, T, {"plan": "pro", "seats": 3})]
    store_events(db, old)
    store_events(db, [Identify("ann", None, T + 5, {"plan": None}), Alias("ann", "zoe", T + 6)])
    store_events(db, [*old, Identify("ann", None, T + 5, {"plan": "at the same time"})])
    assert db.execute(found).fetchall() == [("zoe", "seats", "3")]
    store_events(db, [Identify("ann", None, T + 9, {"plan": "free"})])
    assert sorted(db.execute(found)) == [("zoe", "plan", "free"), ("zoe", "seats", "3")]


def test_a_trait_of_a_device_describes_who_had_it_then(db: sqlite3.Connection) -> None:
    store_events(db, [Identify(None, "phone", T + 7, {"plan": "pro"})])
    store_events(db, [Identify("ann", "phone", T), Identify("bob", "phone", T + 5)])
    found = "select i.key, t.value from traits t join identities i on i.id = t.user"
    assert db.execute(found).fetchall() == [("bob", "pro")]


@settings(max_examples=150, deadline=None)
@given(world=worlds(max_events=16, days=3))
def test_every_event_counts_for_whom_the_definitions_say(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = store(world, tmp_path_factory.mktemp("world") / "w.db")
    expected = {s.number: s.actor for s in seen(replace(world, ahead=True))}
    with closing(sqlite3.connect(path)) as db:
        stored = db.execute(
            "select e.seq - 1, i.key from events e left join identities i on i.id = e.actor"
        )
        assert dict(stored.fetchall()) == expected


def _owner_of(db: sqlite3.Connection, device: str) -> str:
    return str(
        db.execute(
            """
            select distinct i.key from events e join identities i on i.id = e.actor
            where e.device = (select id from identities where key = ?) and e.user = 0
            """,
            (device,),
        ).fetchone()[0]
    )


@pytest.mark.parametrize("pieces", [1, 2, 6])
@pytest.mark.parametrize("named_before", ["ann", "zoe"])
def test_of_two_links_with_one_time_the_first_line_wins(
    db: sqlite3.Connection, named_before: str, pieces: int
) -> None:
    said = [
        Identify(named_before, None, T, {"plan": "pro"}),
        Event("x", T - 5, None, "phone"),
        Identify("zoe", "phone", T),
        Event("y", T, "ann", "phone"),
        Event("z", T + 5, None, "phone"),
        Identify("ann", "phone", T),
    ]
    for start in range(0, 6, 6 // pieces):
        store_events(db, said[start : start + 6 // pieces])
    assert _owner_of(db, "phone") == "zoe"
    store_events(db, reversed(said))
    assert _owner_of(db, "phone") == "zoe"


def test_an_earlier_link_makes_way_for_the_one_that_came_second(db: sqlite3.Connection) -> None:
    links = [
        Identify("ann", "phone", T),
        Identify("bob", "phone", T),
        Identify("ann", "phone", T - 9),
    ]
    store_events(db, [*links, Event("x", T - 5, None, "phone"), Event("y", T, None, "phone")])
    assert _actors(db) == {"x": "ann", "y": "bob"}


def test_of_two_aliases_with_one_time_the_first_line_wins(db: sqlite3.Connection) -> None:
    store_events(db, [Event(n, T, n) for n in "abc"])
    for _ in range(2):
        store_events(db, [Alias("a", "c", T), Alias("a", "b", T)])
        assert _actors(db)["a"] == "c"


@pytest.mark.parametrize("first", ["a", "b"])
def test_in_a_loop_of_aliases_the_last_statement_is_void(
    db: sqlite3.Connection, first: str
) -> None:
    store_events(db, [Event(first, T, first), Event("ba".strip(first), T, "ba".strip(first))])
    for _ in range(2):
        store_events(db, [Alias("a", "b", T), Alias("b", "a", T + 1)])
        assert _actors(db) == {"a": "b", "b": "b"}


def test_a_file_whose_ties_went_to_the_last_named_is_settled_by_the_next_import(
    db: sqlite3.Connection,
) -> None:
    links = [Identify("ann", "phone", T), Identify("bob", "phone", T)]
    store_events(db, [*links, Event("x", T, None, "phone")])
    with db:
        db.execute("delete from meta where key = 'ties_settled'")
        db.execute("update links set arrived = 9 - user")
    store_events(db, [Event("y", T + 9, "cem")])
    assert _actors(db)["x"] == "bob"
