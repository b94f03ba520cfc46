"""An import that was undone leaves a workspace as if it had never been.

FOOTFALL_FUZZ=5000 looks at so many worlds instead of a few.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.records import Once, Row
from core.store.imports.undo import undo
from core.store.ingest.batch import Batch
from core.store.ingest.importer import Alias, Event, Identify, Log, store_events, store_logs
from core.store.ingest.writer import Writer
from core.store.workspace import open_writer
from tests.worlds import recount

T = 1_760_000_000_000
MINUTE = 60_000

WORLDS = int(os.environ.get("FOOTFALL_FUZZ", "25"))

Said = Event | Identify | Alias

VALUES = st.one_of(st.none(), st.sampled_from("xy"), st.builds(Once, st.sampled_from("vw")))
TRAITS = st.one_of(st.none(), st.dictionaries(st.sampled_from(("plan", "seats")), VALUES))
TIMES = st.integers(0, 5).map(lambda n: T + n * 20 * MINUTE)
USERS = st.sampled_from("abc")
DEVICES = st.sampled_from("pq")
SAID = st.one_of(
    st.builds(
        Event, st.sampled_from("ef"), TIMES, st.one_of(st.none(), USERS),
        st.one_of(st.none(), DEVICES), st.sampled_from((None, "s")),
        st.sampled_from(("a long own id", "another own id", "a third own id")),
        context=st.sampled_from(({}, {"country": "NL"}, {"country": "DE"})),
        properties=st.sampled_from(({}, {"n": 1}, {"n": 2})), traits=TRAITS,
    ),
    st.builds(Identify, st.one_of(st.none(), USERS), DEVICES, TIMES, TRAITS),
    st.builds(Alias, USERS, USERS, TIMES),
)  # fmt: skip


E = Event("e", T, None)


def without_ids(imports: list[list[Said]]) -> list[list[Said]]:
    """The same of sources whose events have no ids of their own."""
    return [
        [replace(one, event_id=None) if isinstance(one, Event) else one for one in said]
        for said in imports
    ]


WITH_IDS = st.lists(st.lists(SAID, max_size=6), min_size=2, max_size=4)
IMPORTS = st.one_of(WITH_IDS, WITH_IDS.map(without_ids))

WHO = """
    (select i.kind || ' ' || i.key from identities i where i.id = {0})
"""
QUERIES = {
    "events": f"""
        select n.name, e.ts, e.day, {WHO.format("e.actor")}, {WHO.format("e.user")},
               {WHO.format("e.device")}, s.key, v.value, p.properties
        from events e
        join event_names n on n.id = e.event
        left join session_keys s on s.id = e.session
        left join dimension_values v on v.id = e.country
        left join event_properties p on p.seq = e.seq
    """,
    "links": f"select {WHO.format('device')}, {WHO.format('user')}, linked_at from links",
    "aliases": f"select {WHO.format('old')}, {WHO.format('new')}, at from aliases",
    "traits": f"select {WHO.format('user')}, key, value, updated_at from traits",
    "removed": f"select {WHO.format('user')}, key, at from traits_removed",
    "people": """
        select kind, key from identities
        where id in (
            select user from events union select device from events union select user from links
            union select device from links union select old from aliases
            union select new from aliases union select user from traits
            union select user from traits_removed
        )
    """,
    "names": "select name from event_names",
    "values": "select value from dimension_values",
    "sessions": f"""
        select {WHO.format("actor")}, start, "end", events, day, k.key
        from sessions s left join session_keys k on k.id = s.session
    """,
    "logs": "select l.timestamp, l.id, m.text from logs l join log_messages m on m.id = l.message",
    "log texts": "select kind, value from log_texts",
}


def contents(db: sqlite3.Connection) -> dict[str, list[Any]]:
    """Everything that came from imports, in texts; sets and sessions agree with the events."""
    recount.check(db)
    return {name: sorted(db.execute(query), key=repr) for name, query in QUERIES.items()}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty workspace, recounted after the test."""
    with closing(open_writer(tmp_path / "w.db")) as connection:
        yield connection
        recount.check(connection)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty workspace."""
    path = tmp_path_factory.mktemp("empty") / "w.db"
    with closing(open_writer(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    return path


@settings(max_examples=WORLDS)
@given(imports=IMPORTS, which=st.integers(0, 3), size=st.integers(1, 4))
@example([[Alias("a", "b", T + 1), E, Alias("a", "b", T + 5), E], [Alias("a", "c", T + 3)]], 1, 1)
@example(
    [[Identify("a", "p", T + 5), E, Identify("a", "p", T), E], [Identify("a", "p", T + 1)]], 1, 1
)
def test_an_import_that_was_undone_has_never_been(
    empty: Path, imports: list[list[Said]], which: int, size: int
) -> None:
    which %= len(imports)
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for number, others in enumerate((imports, imports[:which] + imports[which + 1 :])):
            path = shutil.copy(empty, Path(folder) / f"{number}.db")
            with closing(open_writer(path)) as db:
                for said in others:
                    store_events(db, said, batch_size=size)
                if not number:
                    undo(db, which + 1)
                found.append(contents(db))
    for each in found:  # of lines that repeat others of the same file the names stay
        del each["names"], each["values"]
    assert found[0] == found[1]


def test_what_another_import_contains_stays_whichever_stored_it(db: sqlite3.Connection) -> None:
    events = [Event("a", T, "ann"), Event("b", T, "ann"), Event("b", T, "bob")]
    logs = [Log(T, "started", "INFO"), Log(T, "user 7 gone", "ERROR", "api")]
    for part in (slice(2), slice(1, 3)):
        store_events(db, events[part])
        store_logs(db, logs[part])
    first, second = undo(db, 1), undo(db, 2)
    assert (first.events, first.kept, first.people) == (1, 1, 0)
    assert (second.logs, second.kept) == (1, 1)
    left = contents(db)
    assert [(row[0], row[3]) for row in left["events"]] == [("b", "0 ann"), ("b", "0 bob")]
    assert [row[2] for row in left["logs"]] == ["user 7 gone"]
    assert [row[0] for row in left["names"]] == ["b"]
    assert undo(db, 3).people == 2
    assert undo(db, 4).logs == 1
    assert not any(contents(db).values())
    assert store_events(db, events).stored == 3


@pytest.mark.parametrize("swapped", [False, True])
def test_events_that_became_one_by_a_link_are_two_again_without_it(
    db: sqlite3.Connection, swapped: bool
) -> None:
    sent = [
        Row("e", T, None, "phone", None, 2, properties='{"x":1}'),
        Row("e", T, "ann", None, None, 2, properties='{"x":2}'),
        Row("e", T + 9, None, "phone", None, 4),
    ]
    Writer(db).write(Batch(sent[::-1] if swapped else sent), lambda written: None)
    before = contents(db)
    for device in ("phone", "laptop"):
        store_events(db, [Identify("ann", device, T)])
    assert len(contents(db)["events"]) == 2
    assert undo(db, 1).links == 1
    undo(db, 2)
    assert contents(db) == before


def test_an_import_that_cannot_be_undone_says_why(db: sqlite3.Connection) -> None:
    with pytest.raises(BadInput, match="This workspace has no import 7"):
        undo(db, 7)
    store_events(db, [Event("a", T, "ann")])
    undo(db, 1)
    with pytest.raises(BadInput, match="Import 1 has been undone already"):
        undo(db, 1)
    store_events(db, [Event("a", T, "ann")])
    with db:
        db.execute("update meta set value = '3' where key = 'first_known_import'")
    with pytest.raises(BadInput, match="made before imports kept what they said"):
        undo(db, 2)
    assert len(contents(db)["events"]) == 1


def test_an_import_that_is_undone_while_it_runs_ends(db: sqlite3.Connection) -> None:
    def events() -> Iterator[Event]:
        yield from (Event("a", T + n, "ann") for n in range(4))
        undo(db, 1)
        yield Event("b", T, "bob")

    with pytest.raises(BadInput, match="Import 1 was undone while it was running"):
        store_events(db, events(), batch_size=2)
    assert not any(contents(db).values())


def test_an_undo_that_is_cut_short_changes_nothing(db: sqlite3.Connection) -> None:
    store_events(db, [Event("a", T, "ann", "phone", traits={"plan": "pro"})])
    before = contents(db)

    def killed(what: str, done: int, whole: int) -> None:
        if what == "traits":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo(db, 1, told=killed)
    assert contents(db) == before
    assert undo(db, 1).events == 1


def test_what_the_next_import_says_of_an_event_stands_then(db: sqlite3.Connection) -> None:
    for plan in ("a", "b", "a", "c"):
        store_events(db, [Event("e", T, "ann", event_id="a long own id", properties={"p": plan})])
    for gone, plan in ((1, "b"), (4, "b"), (2, "a")):
        undo(db, gone)
        (event,) = contents(db)["events"]
        assert event[-1] == f'{{"p":"{plan}"}}'
    undo(db, 3)
    assert db.execute("select count(*) from folded_events").fetchone() == (0,)
    assert not any(contents(db).values())
