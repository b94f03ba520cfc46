"""Events of one instant stand in the order they arrived in (definitions 1.2)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.columns import VERSION
from core.engines.sqlite.engine import SqliteEngine
from core.records import Row, digest
from core.store import schema
from core.store.ingest.batch import Batch
from core.store.ingest.importer import import_files
from core.store.ingest.writer import Writer
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.compare import ask
from tests.worlds.programs.older import in_one_table
from tests.worlds.world import Event, World, engine_of

TEN = 1_743_501_600_000
"""2025-04-01T10:00Z."""

STEPS = ("home", "item", "cart", "pay")
PEOPLE = ("ann", "bob", "cem", "dee", "eva", "fay")
DAY = "2025-04-01,2025-04-01"


def write(path: Path, people: tuple[str, ...] = PEOPLE, steps: tuple[str, ...] = STEPS) -> Path:
    """Lines of people who do several things in one instant."""
    time = "2025-04-01T10:00:00Z"
    lines = [{"user": user, "event": event, "time": time} for user in people for event in steps]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workspace of the lines."""
    import_files(tmp_path / "w.db", [write(tmp_path / "lines.jsonl")])
    return tmp_path / "w.db"


@pytest.fixture
def engine(path: Path) -> Iterator[SqliteEngine]:
    with closing(SqliteEngine(path, clock=lambda: TEN)) as found:
        yield found


def walked(engine: SqliteEngine, **fields: Any) -> list[dict[str, int]]:
    """Per step of paths its events and how often they are there."""
    found = ask(engine, "paths", range=DAY, steps=4, **fields)
    return [{node.event: node.count for node in step.nodes} for step in found.steps]


def test_paths_go_along_the_lines_of_the_file(engine):
    everybody = len(PEOPLE)
    assert walked(engine, **{"from": "home"}) == [{step: everybody} for step in STEPS]
    assert walked(engine, to="pay") == [{step: everybody} for step in reversed(STEPS)]
    assert walked(engine, **{"from": "cart"}) == [
        {"cart": everybody}, {"pay": everybody}, {"(end)": everybody}
    ]  # fmt: skip


def test_a_timeline_is_the_file_backwards(engine):
    who = ask(engine, "user_activity", user="ann")
    assert [event.event for event in who.events] == ["pay", "cart", "item", "home"]
    page = ask(engine, "user_activity", user="ann", direction="earliest", limit=2)
    assert [event.event for event in page.events] == list(STEPS)


def test_raw_events_are_the_file_backwards(engine):
    rows = ask(engine, "raw_events", range=DAY).rows
    assert [(row[2], row[1]) for row in rows] == [
        (user, step) for user in reversed(PEOPLE) for step in reversed(STEPS)
    ]


def test_sessions_begin_with_the_first_line_and_end_with_the_last(engine):
    for metric, event in (("entry", "home"), ("exit", "pay")):
        rows = ask(engine, "sessions", metric=metric, property="event", range=DAY).rows
        assert [row[:2] for row in rows] == [(event, len(PEOPLE))]


def versioned(steps: tuple[str, ...], *, amounts: bool = False) -> World:
    """One person's instant, in which the version goes up with every event."""
    events = tuple(
        Event(event, TEN, "ann", context={"version": str(n)}, properties={"n": n} | extra)
        for n, event in enumerate(steps, 1)
        for extra in ({"amount": 5} if amounts and event == "pay" else {},)
    )
    return World(events, now=TEN)


def test_first_and_last_values_are_those_of_the_first_and_last_line():
    world = versioned(STEPS * 3)
    with engine_of(world) as engine:
        latest = ask(engine, "composition", property="version", range=DAY)
        assert [row[0] for row in latest.rows] == ["12"]
        start = ask(engine, "composition", property="start_version", range=DAY)
        assert [row[0] for row in start.rows] == ["1"]
        for metric, value in (("entry", "1"), ("exit", "12")):
            rows = ask(engine, "sessions", metric=metric, property="n", range=DAY).rows
            assert [row[0] for row in rows] == [value]
        first = ask(engine, "first_time", event="item", breakdown="version", range=DAY)
        assert [line.group for line in first.lines] == [("2",)]


def test_whoever_pays_does_so_from_the_line_of_the_payment_on():
    with engine_of(versioned(("home", "pay", "item"), amounts=True)) as engine:
        by = {"breakdown": ["paying", "event"], "measure": "totals", "range": DAY}
        lines = ask(engine, "trend", **by).lines
        assert {line.group for line in lines if line.total} == {
            ("false", "home"), ("true", "pay"), ("true", "item")
        }  # fmt: skip


def test_a_conversion_is_owed_to_what_came_before_it_only():
    with engine_of(versioned(("home", "pay", "item"))) as engine:
        for model, value in (("first", "1"), ("last", "2")):
            rows = ask(
                engine, "attribution", to="pay", property="version", model=model, range=DAY
            ).rows
            assert [row[0] for row in rows] == [value]


def test_a_funnel_begins_with_the_first_of_equal_starts():
    world = versioned(("home", "home", "pay", "pay"))
    steps = [{"event": "home"}, {"event": "pay"}]
    with engine_of(world) as engine:
        for attribution, value in (("entry", "1"), ("last", "3")):
            found = ask(engine, "funnel", steps=steps, breakdown="version",
                        attribution=attribution, range=DAY)  # fmt: skip
            assert [group.group for group in found.groups if group.group] == [(value,)]


def test_ids_that_are_one_person_keep_the_order_of_their_lines():
    events = tuple(
        Event(event, TEN, user) for event, user in zip(STEPS, ("ann", "eva") * 2, strict=True)
    )
    merged = World(events, aliases=(("ann", "eva", TEN),), now=TEN)
    linked = World(
        tuple(replace(e, user=None, device=e.user) for e in events),
        links=(("ann", "zoe", TEN), ("eva", "zoe", TEN)),
        now=TEN,
    )
    for world in (merged, replace(merged, batches=2), linked, replace(linked, batches=3)):
        with engine_of(world) as engine:
            assert [list(step) for step in walked(engine, **{"from": "home"})] == [
                [step] for step in STEPS
            ]
            (entry,) = ask(engine, "sessions", metric="entry", property="event", range=DAY).rows
            assert entry[:2] == ("home", 1)


def test_a_later_import_adds_to_the_end_of_an_instant(tmp_path: Path, path: Path) -> None:
    more = write(tmp_path / "more.jsonl", steps=("ask", "bye"))
    again = write(tmp_path / "again.jsonl", steps=(*STEPS, "home"))
    report = import_files(path, [more, again, again])
    assert (report.stored, report.repeated) == (3 * len(PEOPLE), 9 * len(PEOPLE))
    with closing(SqliteEngine(path, clock=lambda: TEN)) as engine:
        who = ask(engine, "user_activity", user="bob", direction="earliest")
        assert [event.event for event in who.events] == [*STEPS, "ask", "bye", "home"]
        (entry,) = ask(engine, "sessions", metric="exit", property="event", range=DAY).rows
        assert entry[0] == "home"
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)


def test_an_instant_of_many_events_takes_no_repetition(tmp_path: Path) -> None:
    def row(number: int) -> Row:
        return Row("hit", TEN, None, None, None, digest(str(number).encode()))

    with closing(open_writer(tmp_path / "w.db")) as db:
        writer = Writer(db)
        for _ in range(2):
            written = writer.write(Batch([row(n) for n in range(500)]), lambda written: None)
        assert (written.stored, written.repeated) == (0, 500)
        overlapping = Batch([row(n) for n in (499, 500, 500, 501, 3)])
        written = writer.write(overlapping, lambda written: None)
        assert (written.stored, written.repeated) == (2, 3)
        recount.check(db)


# -- files from before events were kept in order of arrival


def make_old(path: Path) -> None:
    """Key events by their id, as files of before have it."""
    with closing(sqlite3.connect(path)) as db, db:
        in_one_table(db, "actor, ts, id")
        db.execute("delete from meta where key = 'latest'")
        db.execute("update meta set value = '2' where key = 'version'")
        db.execute("delete from _sqlite_migrations where name = 'm012_order_of_arrival'")


def key_of(path: Path, table: str = "events") -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        keys = "select name from pragma_table_info(?) where pk order by pk"
        rows = db.execute(keys, (table,))
        return [name for (name,) in rows]


def test_an_older_file_is_read_as_it_is_and_put_in_order_by_the_next_writer(path: Path) -> None:
    def first_path() -> list[dict[str, int]]:
        with closing(SqliteEngine(path, clock=lambda: TEN)) as engine:
            return walked(engine, **{"from": "home"})

    expected = first_path()
    make_old(path)
    assert key_of(path) == ["actor", "ts", "id"]
    assert first_path() == expected
    with closing(open_writer(path)) as db:
        assert key_of(path, "event_rows") == ["actor", "ts", "seq"]
        indexes = "select name from sqlite_master where type = 'index' and tbl_name = 'event_rows'"
        assert db.execute(indexes).fetchall() == []
        assert db.execute("select count(*) from events_v1").fetchone() == (24,)
        meta = dict(db.execute("select key, value from meta"))
        assert (meta["latest"], meta["version"]) == (str(TEN), str(VERSION))
        recount.check(db)
    assert first_path() == expected


def test_an_older_file_of_which_the_order_fails_stays_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(path)
    with closing(sqlite3.connect(path)) as db:
        before = recount.dump(db)

    class Killed(Exception):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(schema.migrations, "_record_applied", killed)
    with pytest.raises(Killed):
        open_writer(path)
    assert key_of(path) == ["actor", "ts", "id"]
    with closing(sqlite3.connect(path)) as db:
        assert recount.dump(db) == before
