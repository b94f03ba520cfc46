"""An export makes the same workspace again, and adds nothing to the one it is from."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from core.errors import BadInput, NotFound
from core.records import Change, Once
from core.store.ingest.importer import (
    Alias,
    Event,
    Identify,
    import_files,
    store_events,
)
from core.store.upkeep.exporting import Wanted, export_events
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.strategies import worlds
from tests.worlds.world import World, store

NOON = 1_760_000_000_000
DAY = 24 * 3_600_000
TABLES = (
    "select timestamp, event_name, user_id, device_id, actor, session_id, properties "
    "from events_v1 order by 1, 2, 3, 4, 7",
    "select id, ts, day from events order by 1, 2",
    "select * from user_devices order by 1, 2",
    "select * from user_traits_v1 order by 1, 2",
    "select key, kind from identities order by 2, 1",
    "select o.key, n.key, at from aliases a join identities o on o.id = a.old "
    "join identities n on n.id = a.new order by 1",
    "select i.key, r.key, r.at from traits_removed r join identities i on i.id = r.user order by 1",
    "select key, value from meta where key in ('zone', 'week_start')",
)


def said(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        found = recount.in_words(db)
        return {**found, "tables": [db.execute(query).fetchall() for query in TABLES]}


def exported(path: Path, to: Path, wanted: Wanted | None = None) -> Path:
    with to.open("wb") as file:
        export_events(path, file.write, wanted)
    return to


@settings(max_examples=8)
@given(world=worlds(max_events=30, days=4))
def test_any_world_comes_back_as_it_was(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("w")
    plain = replace(world, custom=(), flags=(), traits=())
    path = store(plain, folder / "w.db")
    lines = exported(path, folder / "w.jsonl")
    before = said(path)
    report = import_files(folder / "again.db", [lines])
    assert not report.rejected
    assert said(folder / "again.db") == before
    again = import_files(path, [lines])
    assert (again.stored, again.rejected, again.repeated) == (0, 0, report.stored)
    assert said(path) == before


STATED: list[Event | Identify | Alias] = [
    Identify("ann", "phone", NOON, {"plan": "free", "first": Once("ad"), "n": 3}),
    Identify("ann", None, NOON + 1, {"plan": None, "first": Once("mail")}),
    Identify("ann", None, NOON + 2, {"n": Change("add", 4, "x1")}),
    Identify(None, "tv", NOON, {"room": "den"}),
    Alias("an", "ann", NOON + 9),
    Event("a", NOON, "an", session="-1", context={"city": "", "os": "ios"}),
    Event("a", NOON, "an", session="-1", context={"city": "", "os": "ios"}),
    Event("a,\"properties\":\x1b", NOON - 50 * DAY, "12345678901234567890", "phone"),
    Event("b", NOON + DAY, None, "phone", "s1", properties={"x": 12345678901234567890123, "é": []}),
    Event("b", NOON + DAY, None, None, event_id="own"),
    Event("b", NOON + 2 * DAY, "bob", event_id="own"),
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with closing(open_writer(path, zone="Asia/Kathmandu", week_start=6)) as db:
        for one in STATED:  # as many imports
            store_events(db, [one])
        store_events(db, STATED[5:7])
        (one,) = db.execute("select seq from event_properties").fetchone()
        db.execute(
            "update event_properties set properties = ? where seq = ?",
            ('{"x": 1.50,\n "e\\u00e9": "\\u00e9", "big": 12345678901234567890123}', one),
        )
        db.commit()
    return path


def test_statements_ids_and_texts_are_exact(path: Path, tmp_path: Path) -> None:
    lines = exported(path, tmp_path / "w.jsonl")
    again = tmp_path / "again.db"
    report = import_files(again, [lines], apart_from=0)
    assert report.rejected == 0
    now, before = said(again), said(path)
    with closing(sqlite3.connect(again)) as db:
        (text,) = db.execute("select properties from event_properties").fetchone()
        assert "12345678901234567890123" in text
        n = "select trait_value from user_traits where trait_key = 'n' and user_id = 'ann'"
        assert db.execute(n).fetchone() == ("7",)
    for each in (now, before):  # one JSON of an older version is written in another way
        each["tables"][0] = [row[:-1] for row in each["tables"][0]]
        each.pop("sets")
        each.pop("values")
    assert now == before
    assert exported(again, tmp_path / "x.jsonl").read_text().count("\n") == lines.read_text().count(
        "\n"
    )


def test_a_file_of_an_older_version_is_written_as_it_is(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("drop table said_traits; drop table folded_events")
        traits = db.execute(TABLES[3]).fetchall()
    lines = exported(path, tmp_path / "w.jsonl")
    import_files(tmp_path / "again.db", [lines])
    with closing(sqlite3.connect(tmp_path / "again.db")) as db:
        assert db.execute(TABLES[3]).fetchall() == traits


def test_only_some_days_or_names_are_written(path: Path, tmp_path: Path) -> None:
    day = NOON // DAY

    def count(**wanted: Any) -> int:
        lines = exported(path, tmp_path / "part.jsonl", Wanted(**wanted))
        return import_files(tmp_path / f"{len(list(tmp_path.iterdir()))}.db", [lines]).stored

    assert count(names=("b",)) == 3
    assert count(last=day - 1) == 1
    assert count(first=day, last=day) == 2
    with pytest.raises(NotFound, match="no event"):
        count(names=("c",))


def test_lines_that_are_none_of_an_export_are_rejected(path: Path, tmp_path: Path) -> None:
    lines = exported(path, tmp_path / "w.jsonl").read_text().splitlines()
    odd = [
        "{}", "[1]", "x", '{"event":"a"}', '{"event":"a","time":1,"id":"x"}', '{"link":["a"]}',
        '{"event":"a","time":1,"id":"99999999999999999999"}', '{"traits":{"a":1},"time":1}',
        '{"event":"a","time":1,"id":"1","user":7}', '{"event":"a","time":1,"id":"1","context":[1]}',
        '{"event":"a","time":1,"id":"1","properties":[1]}', '{"alias":["",""],"time":1}',
        '{"event":"a","time":1e300,"id":"1"}', '{"traits":{"a":["add"]},"user":"u","time":1}',
    ]  # fmt: skip
    (tmp_path / "odd.jsonl").write_text("\n".join([*lines, *odd, "", " "]) + "\n")
    report = import_files(tmp_path / "odd.db", [tmp_path / "odd.jsonl"])
    assert report.rejected == len(odd)
    assert report.stored == sum('"event"' in line for line in lines)
    (tmp_path / "new.jsonl").write_text('{"footfall_export":2}\n')
    with pytest.raises(BadInput, match="another version"):
        import_files(tmp_path / "new.db", [tmp_path / "new.jsonl"])
