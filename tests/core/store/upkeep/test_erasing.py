"""A person is taken out with everything about them, and nobody else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput, NotFound
from core.store.ingest.importer import (
    Alias,
    Event,
    Identify,
    Log,
    import_files,
    store_events,
    store_logs,
)
from core.store.upkeep.check import check
from core.store.upkeep.erasing import about, erase
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.strategies import USERS, worlds
from tests.worlds.world import World, store

NOON = 1_760_000_000_000
HOUR = 3_600_000

BOB: list[Event | Identify | Alias] = [
    Identify("bob-7781", "shared-tablet", NOON + 50 * HOUR, {"plan": "pro"}),
    Event("view", NOON, "bob-7781", session="s-bob", properties={"page": "home"}),
    Event("view", NOON + 60 * HOUR, None, "shared-tablet", properties={"page": "home"}),
    Event("buy", NOON + 61 * HOUR, "bob-7781", context={"country": "NL"}),
]
ANN: list[Event | Identify | Alias] = [
    Identify("ann-4711", "phone-0815", NOON, {"email": "ann@example.org", "plan": "pro"}),
    Identify("ann-4711", "shared-tablet", NOON, {"city": "Delft"}),
    Alias("ann-old-12", "ann-4711", NOON),
    Event("view", NOON, "ann-4711", session="s-ann", properties={"page": "home", "tel": "0612"}),
    Event("view", NOON + HOUR, None, "phone-0815", context={"country": "BE", "city": "Mons"}),
    Event("view", NOON + HOUR, "ann-old-12", "phone-0815", context={"country": "NL"}),
    Event("quit", NOON + 2 * HOUR, None, "shared-tablet"),
]
LOGS = [Log(NOON, "bob came", session="s-bob"), Log(NOON, "no session")]
ANN_LOGS = [Log(NOON + 5, "tel 0612 failed", session="s-ann")]


def build(path: Path, *, ann: bool) -> Path:
    with closing(open_writer(path)) as db:
        store_events(db, BOB[:1])
        if ann:
            store_events(db, ANN)
            store_logs(db, ANN_LOGS)
        store_events(db, BOB[1:])
        store_logs(db, LOGS)
    return path


TABLES = (
    "select timestamp, event_name, user_id, device_id, actor, session_id, properties "
    "from events_v1 order by 1, 2",
    "select * from user_devices order by 1, 2",
    "select * from user_traits_v1 order by 1, 2",
    "select timestamp, message, session_id from logs_v1 order by 2",
    "select key, kind from identities order by 1",
    "select text from trait_texts order by 1",
    "select count(*) from aliases union all select count(*) from said_aliases",
    "select i.key, count(*) from said_links l join identities i on i.id = l.user group by 1",
    "select value from log_texts order by 1",
)


def said(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        found = recount.in_words(db)
        return {**found, "tables": [db.execute(query).fetchall() for query in TABLES]}


@pytest.mark.parametrize("id_", ["ann-4711", "ann-old-12", "phone-0815"])
def test_nothing_is_left_of_a_person_and_everything_of_the_others(tmp_path: Path, id_: str) -> None:
    path = build(tmp_path / "w.db", ann=True)
    found = about(path, id_)
    assert found.ids == ("ann-4711", "ann-old-12", "phone-0815", "shared-tablet")
    assert (found.events, found.logs, found.traits) == (4, 1, 3)
    erased = erase(path, id_)
    assert erased.about == found
    assert erased.shared == ("shared-tablet",)
    assert not erased.remains
    assert said(path) == said(build(tmp_path / "bob.db", ann=False))
    assert not check(path).wrong
    for text in (b"ann-4711", b"ann-old-12", b"phone-0815", b"0612", b"Delft", b"Mons", b"s-ann"):
        assert text not in path.read_bytes()
    with pytest.raises(NotFound):
        about(path, id_)


def test_a_device_of_several_people_is_nobodys_name(tmp_path: Path) -> None:
    path = build(tmp_path / "w.db", ann=True)
    with pytest.raises(BadInput, match="2 people"):
        about(path, "shared-tablet")
    with pytest.raises(NotFound):
        erase(path, "nobody")
    with closing(open_writer(path)) as db:
        store_events(db, [Event("view", NOON, None, "lonely")])
    assert about(path, "lonely").events == 1
    assert erase(path, "lonely").about.ids == ("lonely",)


def test_what_stays_elsewhere_is_said(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    lines: Iterable[dict[str, Any]] = (
        {"event": "a", "time": NOON, "user": "Ann-4711"},
        {"event": "a", "time": NOON, "user": "bob-7781", "invited_by": "Ann-4711"},
        {"event": "a", "time": "never", "user": "Ann-4711"},
    )
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    path = tmp_path / "w.db"
    import_files(path, [source])
    (tmp_path / "other.jsonl").write_text('{"event": "a", "time": 5, "user": "bob-7781"}')
    import_files(path, [tmp_path / "other.jsonl"])
    told = {"type": "identify", "time": 5, "user_id": "Ann-4711", "traits": {"a": 1}}
    (tmp_path / "told.jsonl").write_text(json.dumps(told))
    import_files(path, [tmp_path / "told.jsonl"])
    erased = erase(path, "Ann-4711", ignore=True)
    (trace,) = erased.remains
    assert not trace.unexplained
    assert trace.places == {
        "event_properties.properties": 1, "property_values.value": 1, "block_texts.text": 1
    }  # fmt: skip
    told_by = str(tmp_path / "told.jsonl")
    assert erased.files == [str(source), f"{source}.rejects.jsonl", told_by]
    assert erased.ignored == ("ann-4711",)
    import_files(path, [source], mapping={"user": "user"})
    with closing(sqlite3.connect(path)) as db:
        people = db.execute("select key from identities").fetchall()
        assert people == [("bob-7781",)]


def test_short_ids_are_searched_for_as_whole_texts(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [
            Event("a", NOON, "7"),
            Event("a", NOON, "77", properties={"n": 5, "s": "77 7"}),
            Event("a", NOON, "8", properties={"by": ["77"]}),
        ])  # fmt: skip
    assert not erase(path, "7").remains
    (trace,) = erase(path, "77").remains
    assert trace.places == {"event_properties.properties": 1}


def test_a_stop_leaves_all_of_it_or_what_a_second_call_finishes(tmp_path: Path) -> None:
    path = build(tmp_path / "w.db", ann=True)
    whole = said(path)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    for step in ("events", "logs", "names"):
        with pytest.raises(KeyboardInterrupt):
            erase(path, "ann-4711", told=lambda what, *_, step=step: what == step and stop())
        assert said(path) == whole
    with pytest.raises(KeyboardInterrupt):
        erase(path, "ann-4711", committed=stop)
    assert about(path, "ann-4711").due
    erased = erase(path, "ann-4711")
    assert not erased.about.ids
    assert not erased.remains
    assert said(path) == said(build(tmp_path / "bob.db", ann=False))


@settings(max_examples=10)
@given(world=worlds(max_events=30, days=4), who=st.sampled_from(USERS))
def test_others_are_as_they_were_in_any_world(
    world: World, who: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = store(replace(world, custom=(), flags=()), tmp_path_factory.mktemp("w") / "w.db")
    others = """
        select e.timestamp, e.event_name, e.user_id, e.device_id, e.actor, e.properties
        from events_v1 e where e.actor is null or e.actor not in (select value from json_each(?))
        order by 1, 2, 3, 4, 6
    """
    try:
        found = about(path, who)
    except NotFound:
        return
    with closing(sqlite3.connect(path)) as db:
        before = db.execute(others, (json.dumps(found.ids),)).fetchall()
        devices = [id_ for id_ in found.ids if id_ not in USERS]
        shared = db.execute(
            "select distinct device_id from user_devices where user_id not in "
            "(select value from json_each(?)) and device_id in (select value from json_each(?))",
            (json.dumps(found.ids), json.dumps(devices)),
        ).fetchall()
    erased = erase(path, who)
    assert sorted(erased.shared) == sorted(device for (device,) in shared)
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        assert db.execute(others, ("[]",)).fetchall() == before
        left = {key for (key,) in db.execute("select key from identities")}
        assert not left & (set(found.ids) - set(erased.shared))
    assert not check(path).wrong
