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
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.records import Once
from core.store.imports.undo import undo
from core.store.ingest.importer import Alias, Event, Identify, Log, store_events, store_logs
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
        context=st.sampled_from(({}, {"country": "NL"}, {"country": "DE"})),
        properties=st.sampled_from(({}, {"n": 1}, {"n": 2})), traits=TRAITS,
    ),
    st.builds(Identify, st.one_of(st.none(), USERS), DEVICES, TIMES, TRAITS),
    st.builds(Alias, USERS, USERS, TIMES),
)  # fmt: skip
IMPORTS = st.lists(st.lists(SAID, max_size=6), min_size=2, max_size=4)

WHO = """
    (select i.kind || ' ' || i.key from identities i where i.id = {0})
"""
QUERIES = {
    "events": f"""
        select n.name, e.ts, e.id, e.day, {WHO.format("e.actor")}, {WHO.format("e.user")},
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


def arrived(db: sqlite3.Connection) -> list[Any]:
    """The names of events of people, in order of time and arrival."""
    return db.execute(
        f"""
        select {WHO.format("actor")}, n.name, e.ts, e.id
        from events e join event_names n on n.id = e.event
        order by e.ts, 1, e.seq
        """
    ).fetchall()


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
    assert found[0] == found[1]
