"""Properties with few values have stored sets that say what the stored events say."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.columns import FIRST_PROPERTY, MAX_PROPERTIES, VERSION
from core.engines.sqlite.engine import SqliteEngine
from core.filters import OPERATORS
from core.health import checks
from core.queries import from_json
from core.records import Alias, Row
from core.store.ingest.batch import Batch
from core.store.ingest.importer import Event, store_events
from core.store.ingest.properties import MAX_PROPERTY_SETS
from core.store.ingest.writer import Writer
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.compare import ScanEngine, both_engines
from tests.worlds.programs.older import in_one_table
from tests.worlds.strategies import worlds
from tests.worlds.world import World, store

NOON = 1_760_000_000_000
DAY = 24 * 3_600_000


def said(event: str, user: str | None, day: int = 0, **properties: Any) -> Event:
    return Event(event, NOON + day * DAY, user, properties=properties)


def states(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("select name, state from property_keys"))


def raw(number: int, properties: str | None, user: str = "ann") -> Row:
    return Row("a", NOON + number, user, None, None, number, properties=properties)


def write(db: sqlite3.Connection, *texts: str, start: int = 0) -> None:
    rows = [raw(number, text, f"u{number % 3}") for number, text in enumerate(texts, start)]
    Writer(db).write(Batch(rows), lambda written: None)


def groups(path: Path, field: str, *, fields: dict[str, Any] | None = None) -> dict[str, float]:
    """Uniques by a property, which both ways of answering agree on."""
    question = from_json(
        {"kind": "trend", "measure": "users", "range": "all_time", "limit": 1000,
         "breakdown": [field], **(fields or {})}
    )  # fmt: skip
    answers = []
    for kind in (SqliteEngine, ScanEngine):
        with closing(kind(path, clock=lambda: NOON + 30 * DAY)) as engine:
            answers.append(engine.answer(question))
    assert answers[0] == answers[1]
    return {line.group[0]: line.total for line in answers[0].lines}


def reads_events(path: Path, fields: dict[str, Any]) -> bool:
    """Whether answering a question reads single events."""
    with closing(SqliteEngine(path, clock=lambda: NOON + 30 * DAY)) as engine:
        done = engine.run(from_json({"kind": "trend", "range": "all_time", **fields}))
        return any("events e" in statement.text for statement in done.statements)


def test_breakdowns_and_conditions_of_few_values_read_no_events(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [said("a", "ann", 0, plan="pro"), said("a", "bob", 1), said("b", "cem")])
    by_plan = {"breakdown": ["properties.plan"], "measure": "users"}
    pro = {"conditions": [{"field": "properties.plan", "operator": "ne", "value": "free"}]}
    for fields in (by_plan, pro, {**by_plan, **pro}):
        assert not reads_events(path, fields)
        assert not reads_events(path, {**fields, "event": "a"})
        assert not reads_events(path, {**fields, "event": "b"})
    assert reads_events(path, {"breakdown": ["properties.plan", "country"]})
    assert groups(path, "properties.plan") == {"pro": 1, "(none)": 2}
    assert groups(path, "properties.plan", fields={"event": "b"}) == {"(none)": 1}


def test_labels_of_missing_empty_boolean_and_number(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    found = [None, "", "x", True, "true", False, 0, 1, "1", 1.0, 2.5, -3, "007", 10**15, "\u00e9"]
    with closing(open_writer(path)) as db:
        store_events(db, [said("a", f"u{i}", i % 3, v=value) for i, value in enumerate(found)])
        store_events(db, [said("a", "nothing")])
        assert states(db) == {"v": "sets"}
        recount.check(db)
    assert groups(path, "properties.v") == {
        "(none)": 2, "(empty)": 1, "x": 1, "true": 2, "false": 1, "0": 1, "1": 2, "1.0": 1,
        "2.5": 1, "-3": 1, "007": 1, "1000000000000000": 1, "\u00e9": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["[]", "[1]", "{}", '{"x": 1}', "1.50", "1e5", "1E5", "100000000000000000000", "-0", "1e16",
     '"(none)"', '"(empty)"', '"a\\u0000b"', '"' + "long" * 200 + '"'],
)  # fmt: skip
def test_values_that_are_shown_otherwise_than_compared_are_left_to_scans(
    value: str, tmp_path: Path
) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        write(db, '{"v":"x"}', f'{{"v": {value}, "w": 1}}')
        assert states(db) == {"v": "scan", "w": "sets"}
        recount.check(db)
        assert db.execute("select count(*) from property_values").fetchone() == (1,)
    groups(path, "properties.v")
    groups(path, "properties.w")


def test_texts_are_told_apart_by_what_they_mean_not_how_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    texts = ['{"v":"\\u00e9"}', '{"v": "\u00e9"}', '{"v":1,"v":2,"w":3}', '{ "x" : "\\/" }']
    with closing(open_writer(path)) as db:
        write(db, *texts[:2], texts[3])
        assert states(db) == {"v": "sets", "x": "sets"}
        assert groups(path, "properties.v") == {"\u00e9": 2, "(none)": 1}
        assert groups(path, "properties.x") == {"/": 1, "(none)": 2}
        write(db, *(text.replace("}", ',"again":1}') for text in texts), start=10)
        assert states(db) == {"v": "scan", "x": "sets", "again": "sets", "w": "sets"}
        recount.check(db)
    groups(path, "properties.v")


def test_keys_that_a_path_cannot_name_have_no_sets(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        write(db, '{"a.b":1,"":2,"q\\"":3,"b\\\\":4,"n\\n":5,"caf\\u00e9":6,"$ok id":7}')
        odd = dict.fromkeys(("a.b", "", 'q"', "b\\", "n\n", "caf\u00e9"), "scan")
        assert states(db) == {**odd, "$ok id": "sets"}
        recount.check(db)
    assert groups(path, "properties.$ok id") == {"7": 1}


def test_more_than_200_values_are_left_to_scans_for_good(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    events = [said("a", f"u{n % 7}", n % 3, item=f"i{n}", size=n % 200) for n in range(205)]
    with closing(open_writer(path)) as db:
        store_events(db, events[:200])
        assert states(db) == {"item": "sets", "size": "sets"}
        recount.check(db)
        assert len(groups(path, "properties.item")) == 200
        store_events(db, events[200:], batch_size=2)
        assert states(db) == {"item": "scan", "size": "sets"}
        recount.check(db)
        assert len(groups(path, "properties.item")) == 205
        store_events(db, [said("b", "ann", item="i1", size=1)])
        assert states(db) == {"item": "scan", "size": "sets"}
        recount.check(db)
    assert reads_events(path, {"breakdown": ["properties.item"]})
    assert groups(path, "properties.item", fields={"event": "b"}) == {"i1": 1}


def test_the_most_frequent_properties_have_sets_and_the_number_of_all_is_bounded(
    tmp_path: Path,
) -> None:
    many = [f"p{n}" for n in range(MAX_PROPERTIES + 50)]
    with closing(open_writer(tmp_path / "w.db")) as db:
        first = [said("a", "ann", **dict.fromkeys(many[: MAX_PROPERTY_SETS + 5], 1))]
        first += [said("a", "ann", 1, **dict.fromkeys(many[5 : MAX_PROPERTY_SETS + 5], 1))]
        store_events(db, first)
        kept = {name for name, state in states(db).items() if state == "sets"}
        assert kept == set(many[5 : MAX_PROPERTY_SETS + 5])
        store_events(db, [said("a", "ann", 2, **dict.fromkeys(many, 1))])
        assert len(states(db)) == MAX_PROPERTIES
        assert {name for name, state in states(db).items() if state == "sets"} == kept
        recount.check(db)


def test_a_property_that_an_event_has_late_counts_its_earlier_events_as_missing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [said("a", "ann"), said("a", "bob", 1), said("b", "ann"), said("a", None)])
        store_events(db, [said("a", "bob", plan="pro")])
        recount.check(db)
        store_events(db, [said("b", "ann", 2, plan=None), said("c", "dee", 2)])
        recount.check(db)
        stored = db.execute("select distinct event from activity where dimension = 100").fetchall()
        assert stored == [(1,)]
    assert groups(path, "properties.plan") == {"pro": 1, "(none)": 3}


def test_merged_people_and_dropped_repeats_leave_the_sets_right(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    rows = [
        Row("a", NOON + n // 2, ("old", "ann")[n % 2], None, None, n // 2, properties=text)
        for n, text in enumerate(['{"plan":"pro"}', '{"plan":"pro"}', None, '{"plan":"free"}'] * 2)
    ]
    with closing(open_writer(path)) as db:
        Writer(db).write(Batch(rows), lambda written: None)
        recount.check(db)
        Writer(db).write(Batch(aliases=[Alias("old", "ann", NOON)]), lambda written: None)
        assert db.execute("select count(*) from events").fetchone() == (4,)
        recount.check(db)
    groups(path, "properties.plan")


@settings(max_examples=40, deadline=None)
@given(
    world=worlds(max_events=30, days=4, flagged=True),
    field=st.sampled_from(("properties.amount", "properties.item")),
    operator=st.sampled_from(list(OPERATORS)),
    value=st.sampled_from(("9", "10", "2.5", "hat", "", "true", "1")),
    event=st.sampled_from((None, "_all", "view", "ce:either")),
    by=st.booleans(),
)
def test_sets_and_scans_agree_on_every_operator(
    world: World, field: str, operator: str, value: str, event: str | None, by: bool
) -> None:
    takes = OPERATORS[operator].takes
    wanted = {"one": value, "list": [value, "Hat"], "none": None}[takes]
    if event == "view" and "view" not in world.names:
        return
    question = from_json(
        {"kind": "trend", "measure": "users", "event": event, "range": "30d", "limit": 100,
         "breakdown": [field] if by else [],
         "conditions": [{"field": field, "operator": operator, "value": wanted}]}
    )  # fmt: skip
    with both_engines(world) as (sets, scan):
        assert sets.answer(question) == scan.answer(question)


class Killed(BaseException):
    """The process ends here."""


def test_a_batch_that_is_killed_leaves_no_half_of_a_property(tmp_path: Path) -> None:
    def killed(written: Any) -> None:
        raise Killed

    with closing(open_writer(tmp_path / "w.db")) as db:
        writer = Writer(db)
        writer.write(Batch([raw(1, '{"plan":"pro"}')]), lambda written: None)
        many = [raw(n, f'{{"plan":"p{n}","late":{n % 2}}}') for n in range(2, 300)]
        before = recount.dump(db)
        with pytest.raises(Killed):
            writer.write(Batch(many), killed)
        assert recount.dump(db) == before
        writer.write(Batch(many), lambda written: None)
        assert states(db) == {"plan": "scan", "late": "sets"}
        recount.check(db)


def make_old(path: Path) -> None:
    """Take away what files of before there were sets of properties do not have."""
    with closing(sqlite3.connect(path)) as db, db:
        in_one_table(db)
        for name in ("blocks", "block_events", "block_texts", "block_stops", "block_changes"):
            db.execute(f"drop table {name}")
        for name in ("block_event_moved", "block_event_gone"):
            db.execute(f"drop trigger {name}")
        db.execute("delete from _sqlite_migrations where name = 'm024_blocks'")
        db.execute("drop table property_keys")
        db.execute("drop table property_values")
        db.execute("delete from activity where dimension >= ?", (FIRST_PROPERTY,))
        db.execute("delete from meta where key = 'property_sets'")
        db.execute("update meta set value = '1' where key = 'version'")
        db.execute("delete from _sqlite_migrations where name = 'm010_property_sets'")


def fields_with_sets(path: Path) -> int:
    with closing(SqliteEngine(path)) as engine:
        return engine.context().catalog.field("properties.item").dimension


@settings(max_examples=25, deadline=None)
@given(world=worlds(max_events=40, days=4, flagged=True))
def test_an_older_file_is_asked_by_scans_until_an_import_has_made_its_sets(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = store(world, tmp_path_factory.mktemp("old") / "w.db")
    with closing(sqlite3.connect(path)) as db:
        expected = recount.stored_activity(db)
    had = fields_with_sets(path)
    make_old(path)
    assert fields_with_sets(path) == 0
    with closing(open_writer(path)) as db:
        assert fields_with_sets(path) == 0
        if world.events:
            assert "next import" in " ".join(c.detail for c in checks(path) if c.name == "sets")
        Writer(db).write(Batch(), lambda written: None)
        recount.check(db, every=False)
        assert bool(fields_with_sets(path)) == bool(had)
        made = recount.stored_activity(db)
        assert sorted(map(str, made.values())) == sorted(map(str, expected.values()))
        version = db.execute("select value from meta where key = 'version'").fetchone()
        assert version == (str(VERSION),)


def test_making_the_sets_of_an_older_file_tells_that_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.ingest.backfill.CHUNK", 7)
    path = tmp_path / "w.db"
    events = [said("ab"[n % 2], f"u{n % 5}", n % 4, item=n % 3, id=n) for n in range(230)]
    with closing(open_writer(path)) as db:
        store_events(db, events)
        before = recount.stored_activity(db)
    make_old(path)
    ticks: list[int] = []
    with closing(open_writer(path)) as db:
        Writer(db).write(Batch(), lambda written: None, lambda: ticks.append(1))
        recount.check(db, every=False)
        made = recount.stored_activity(db)
        assert sorted(map(str, made.values())) == sorted(map(str, before.values()))
        assert states(db) == {"item": "sets", "id": "scan"}
    assert len(ticks) == 2 * -(-230 // 7)


def test_the_doctor_recounts_sets_of_properties(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [said("a", f"u{n}", n % 3, plan="pro") for n in range(9)])
        assert all(check.ok for check in checks(path))
        db.execute("update activity set total = total + 1 where dimension = 100 and value = 1")
        db.commit()
    (sets,) = (check for check in checks(path) if check.name == "sets")
    assert not sets.ok
