"""The table of a database that has events is found and read, whatever else is in the file."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.sources import open_source
from core.store.ingest.importer import import_files
from tests.core.sources.small import seen

EVENTS = """
create table clicks (id integer primary key, event text, user_id text, time text, price real);
insert into clicks (event, user_id, time, price) values
    ('Look', 'ana', '2026-05-04 08:00:00', null), ('Buy', 'ana', '2026-05-04 08:01:00', 2.5);
"""
OTHERS = """
create table users (id integer primary key, email text);
create table prices (id integer primary key, name text, price real);
create view v as select * from users;
"""


def database(path: Path, *scripts: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        for script in scripts:
            db.executescript(script)
        db.commit()
    return path


def names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["event_name"] for row in rows]


def test_the_one_table_of_events_is_found_among_others(tmp_path: Path) -> None:
    report, rows = seen(database(tmp_path / "app.db", EVENTS, OTHERS))
    assert names(rows) == ["Look", "Buy"]
    assert (report.users, report.rejected) == (1, 0)
    assert rows[1]["properties"] == '{"id":2,"price":2.5}'
    assert list(report.understood) == [f"{tmp_path / 'app.db'}:clicks"]


def test_a_table_read_again_adds_what_is_new(tmp_path: Path) -> None:
    path = database(tmp_path / "app.db", EVENTS)
    seen(path)
    database(path, "insert into clicks values (3, 'Buy', 'bob', '2026-05-05', 1)")
    report, _ = seen(path)
    assert (report.stored, report.repeated) == (1, 2)


def test_several_tables_that_can_be_events_are_named_with_what_to_type(tmp_path: Path) -> None:
    path = database(tmp_path / "app.db", EVENTS, EVENTS.replace("clicks", "taps"))
    with pytest.raises(
        BadInput, match="several tables that may contain events: clicks, taps"
    ) as asked:
        seen(path)
    assert asked.value.hint == "Choose one with --table clicks."
    assert names(seen(path, table="taps")[1]) == ["Look", "Buy"]


def test_a_table_with_an_event_goes_before_one_with_only_a_name(tmp_path: Path) -> None:
    teams = "create table teams (id int, name text, user_id text, time text);"
    assert len(seen(database(tmp_path / "app.db", teams, EVENTS))[1]) == 2


def test_usual_names_and_the_values_decide_where_a_database_calls_things_otherwise(
    tmp_path: Path,
) -> None:
    path = database(
        tmp_path / "app.db",
        """
        create table members (id integer primary key, name text, email text, created_at text);
        create table activity
            (id integer primary key, userid int, action text, created_at text, time real);
        insert into members values (5, 'Ana Li', 'a@x.test', '2026-01-01 00:00:00');
        insert into activity values
            (1, 5, 'login', '2026-05-04 08:00:00', 3.5), (2, 6, 'buy', '2026-05-04 09:00:00', 1);
        """,
    )
    report, rows = seen(path)
    assert (names(rows), report.users) == (["login", "buy"], 2)


def test_a_database_without_events_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no table with a name, a time and a user.*users \(id, em"):
        seen(database(tmp_path / "app.db", OTHERS))


def test_a_table_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no table 'click'") as asked:
        seen(database(tmp_path / "app.db", EVENTS), table="click")
    assert "clicks" in asked.value.hint


def test_columns_of_any_table_can_be_mapped(tmp_path: Path) -> None:
    odd = "create table t (was text, who int, at int); insert into t values ('Go', 7, 1777881600)"
    mapping = {"event": "was", "user": "who", "time": "at"}
    _, rows = seen(database(tmp_path / "app.db", odd, OTHERS), mapping=mapping)
    assert [(row["event_name"], row["user_id"]) for row in rows] == [("Go", "7")]
    assert rows[0]["timestamp"] == "2026-05-04 08:00:00.000"


def test_a_query_makes_events_of_anything(tmp_path: Path) -> None:
    sql = "select 'Joined' as event, email as user_id, '2026-05-04' as time from users"
    users = "insert into users values (1, 'ana'), (2, 'bob')"
    _, rows = seen(database(tmp_path / "app.db", OTHERS, users), query=sql)
    assert [row["user_id"] for row in rows] == ["ana", "bob"]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from clicks", "drop table clicks", "attach 'other.db' as o",
        "pragma user_version=3", "select 1; delete from clicks", "create table x (y)",
        "select load_extension('x')", "nonsense", "vacuum into 'copy.db'",
    ],
)  # fmt: skip
def test_a_query_can_only_read(tmp_path: Path, sql: str) -> None:
    path = database(tmp_path / "app.db", EVENTS)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="could not be read"):
        seen(path, query=sql)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} <= {"app.db", "w.db", "w.db-shm", "w.db-wal"}


def test_only_databases_have_tables(tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_text("event,user,time\n")
    with pytest.raises(BadInput, match="is not a database"):
        seen(text, table="t")


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_nothing_is_written_to_the_database_or_beside_it(tmp_path: Path, mode: str) -> None:
    made = database(tmp_path / "made.db", f"pragma journal_mode = {mode}", EVENTS)
    away = tmp_path / "away"
    away.mkdir()
    shutil.copy(made, away / "app.db")
    before = (away / "app.db").read_bytes()
    import_files(tmp_path / "w.db", [away / "app.db"])
    assert [file.name for file in away.iterdir()] == ["app.db"]
    assert (away / "app.db").read_bytes() == before


def test_what_a_running_program_has_written_is_read_from_its_log(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.executescript(EVENTS)
        writer.execute("insert into clicks values (3, 'Late', 'bob', '2026-05-05', 1)")
        writer.commit()
        assert names(seen(path)[1]) == ["Look", "Buy", "Late"]


@pytest.mark.parametrize("places", ["", "country text, region text, city text,"])
def test_events_of_ahoy_have_the_visitor_of_their_visit(tmp_path: Path, places: str) -> None:
    of_place = ", 'FR', '', ''" if places else ""
    path = database(
        tmp_path / "production.sqlite3",
        f"""
        create table ahoy_events
            (id integer primary key, visit_id int, user_id int, name text, properties text,
             time text);
        create table ahoy_visits
            (id integer primary key, visit_token text, visitor_token text, user_id int, ip text,
             browser text, os text, device_type text, started_at text, {places}
             landing_page text);
        insert into ahoy_visits values
            (1, 't1', 'x', null, '192.0.2.1', 'Firefox', 'Linux', '', '2026-05-04'{of_place}, '/'),
            (2, 't2', 'x', 5, '192.0.2.1', 'Firefox', 'Linux', '', '2026-05-05'{of_place}, '/');
        insert into ahoy_events values
            (1, 1, null, 'Looked', '{{"a":1}}', '2026-05-04 08:00:00'),
            (2, 2, 5, 'Joined', null, '2026-05-05 08:00:00');
        """,
    )  # fmt: skip
    report, rows = seen(path)
    assert names(rows) == ["Looked", "Joined"]
    country = "FR" if places else None
    assert (report.users, rows[0]["actor"], rows[0]["country"]) == (1, "5", country)
    assert rows[0]["properties"] == '{"a":1}'


def test_cells_of_any_kind_are_read(tmp_path: Path) -> None:
    path = database(
        tmp_path / "app.db",
        "create table e (event, user_id, time, a, b, c, d)",
        """
        insert into e values
            ('Go', x'00112233445566778899aabbccddeeff', '2026-05-04', x'ff00', zeroblob(100), 9e999,
             cast(x'ff41' as text)),
            (null, 'ana', '2026-05-04', 0, 0, 0, 0),
            ('Go', 'ana', 'never', 0, 0, 0, 0);
        """,
    )
    report, rows = seen(path)
    assert rows[0]["user_id"] == "00112233-4455-6677-8899-aabbccddeeff"
    assert rows[0]["properties"] == '{"a":"ff00","d":"\N{REPLACEMENT CHARACTER}A"}'
    assert report.reasons == {"no event name": 1, "time not understood": 1}


def test_a_row_longer_than_a_line_is_refused_alone(tmp_path: Path) -> None:
    long = "insert into clicks values (9, 'Big', printf('%.*c', 2000000, 'x'), '2026-05-04', 1)"
    report, rows = seen(database(tmp_path / "app.db", EVENTS, long))
    assert (len(rows), report.reasons) == (2, {"line longer than 1 MB": 1})


def test_a_damaged_database_keeps_the_rows_before_the_damage(tmp_path: Path) -> None:
    many = (
        "insert into clicks (event, user_id, time) with recursive n (i) as "
        "(select 1 union all select i + 1 from n where i < 5000) "
        "select 'Look', 'p' || i, '2026-05-04' from n"
    )
    path = database(tmp_path / "app.db", EVENTS, many)
    content = bytearray(path.read_bytes())
    content[4096 * 30 : 4096 * 40] = b"\xff" * 4096 * 10
    path.write_bytes(content)
    report, rows = seen(path)
    assert 0 < len(rows) < 5002
    assert report.reasons == {"the file is damaged from here on": 1}


@pytest.mark.parametrize("rest", [b"", b"\0" * 84, b"\xff" * 5000])
def test_what_only_begins_like_a_database_is_refused_in_a_sentence(
    tmp_path: Path, rest: bytes
) -> None:
    (tmp_path / "app.db").write_bytes(b"SQLite format 3\0" + rest)
    with pytest.raises(BadInput):
        seen(tmp_path / "app.db")


def test_another_workspace_is_not_read_as_events(tmp_path: Path) -> None:
    seen(database(tmp_path / "app.db", EVENTS))
    with pytest.raises(BadInput, match="is a footfall workspace"):
        import_files(tmp_path / "other.db", [tmp_path / "w.db"])


def test_a_table_of_duckdb_is_read_with_its_library(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with closing(duckdb.connect(str(tmp_path / "app.duckdb"))) as db:
        db.execute("create table e (event text, user_id uuid, time timestamp, price decimal(9,2))")
        db.execute("insert into e values ('Buy', uuid(), '2026-05-04 08:00:00', 2.5)")
        db.execute("create table other (id int)")
    _, rows = seen(tmp_path / "app.duckdb")
    assert [(row["event_name"], row["timestamp"]) for row in rows] == [
        ("Buy", "2026-05-04 08:00:00.000")
    ]
    assert rows[0]["properties"] == '{"price":2.5}'
    with pytest.raises(BadInput, match="could not be read"):
        seen(tmp_path / "app.duckdb", query="drop table e")


def test_a_table_of_another_schema_of_duckdb_is_read(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with closing(duckdb.connect(str(tmp_path / "app.duckdb"))) as db:
        db.execute("create schema raw")
        db.execute("create table raw.\"e 1\" as select 'x' event, '2026-03-02' time, 7 user_id")
    _, rows = seen(tmp_path / "app.duckdb")
    assert [row["event_name"] for row in rows] == ["x"]


def test_duckdb_without_its_library_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    (tmp_path / "app.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 100)
    with pytest.raises(BadInput, match="requires the library duckdb"):
        seen(tmp_path / "app.duckdb")


def test_tables_beside_the_events_of_a_vendor_are_not_chosen(tmp_path: Path) -> None:
    common = "session_id, website_id, created_at"
    umami = tmp_path / "umami.db"
    with closing(sqlite3.connect(umami)) as db:
        db.execute(f"create table session ({common}, browser, os, screen)")
        db.execute(f"create table website_event ({common}, url_path, event_type)")
    call = "id, received_at, anonymous_id, user_id, timestamp, original_timestamp"
    segment = tmp_path / "segment.db"
    with closing(sqlite3.connect(segment)) as db:
        db.execute(f"create table identifies ({call}, email)")
        db.execute(f"create table bought ({call}, event, event_text, revenue)")
        db.execute(f"create table tracks ({call}, event, event_text)")
    for path, table in ((umami, "website_event"), (segment, "tracks")):
        with closing(open_source(str(path), {}, None).input) as opened:
            assert opened.name.endswith(f":{table}")
