"""Which events are the same event (definitions 2.2)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.records import OWN, LogRow, Row, digest
from core.store.ingest.batch import Batch
from core.store.ingest.importer import Event, store_events
from core.store.ingest.logs import LogWriter
from core.store.ingest.repeats import Origin, Repeats
from core.store.ingest.writer import Writer
from core.store.workspace import open_writer
from tests.core.sources.small import imported, lines

AT = "2026-03-02 10:00:00"
T = 1_772_445_600_000
DAY = 86_400_000


def buy(**fields: Any) -> dict[str, Any]:
    return {"user_id": "ana", "event": "Buy", "time": AT, **fields}


def added(folder: Path, content: str, name: str) -> int:
    """Import one more file and return how many events it added."""
    return imported(folder, content, name).report.stored


# -- ids


@pytest.mark.parametrize("name", ["insert_id", "$insert_id", "messageId", "uuid", "event_id"])
def test_an_event_is_its_id_whatever_else_differs(tmp_path: Path, name: str) -> None:
    first = lines(buy(**{name: "e-1"}), buy(**{name: "e-2"}), buy(time=AT + ".5"))
    assert added(tmp_path, first, "a.jsonl") == 3
    corrected = lines(
        buy(**{name: "e-1"}, time="2026-03-02 12:00:00"), buy(**{name: "e-2"}, user_id="bob", n=1)
    )
    assert added(tmp_path, corrected, "b.jsonl") == 0
    assert added(tmp_path, lines(buy(**{name: "e-3"})), "c.jsonl") == 1


def test_an_id_twice_in_one_file_is_one_event_the_first_to_arrive(tmp_path: Path) -> None:
    twice = lines(buy(insert_id="e-1", time="2026-03-03"), buy(insert_id="e-1"), buy())
    found = imported(tmp_path, twice)
    assert (found.report.stored, found.report.repeated) == (2, 1)
    assert [each["ts"] for each in found.events] == [T, T - 10 * 3_600_000 + DAY]


def test_an_event_of_another_name_is_another_event(tmp_path: Path) -> None:
    pay = buy(uuid="1", event="Pay", time="2026-03-03")
    assert added(tmp_path, lines(buy(uuid="1"), pay), "a.jsonl") == 2


def test_a_short_id_is_one_event_only_with_its_person_or_its_time(tmp_path: Path) -> None:
    """Two tables may both count their rows from 1."""
    later = buy(user_id="bob", time="2026-03-04")
    assert added(tmp_path, lines(buy(event_id=1)), "a.jsonl") == 1
    assert added(tmp_path, lines(later | {"event_id": 1}), "b.jsonl") == 1
    long = "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert added(tmp_path, lines(buy(event_id=long)), "c.jsonl") == 1
    assert added(tmp_path, lines(later | {"event_id": long}), "d.jsonl") == 0


def test_one_id_at_one_moment_is_two_events_if_their_names_differ(tmp_path: Path) -> None:
    both = [buy(insert_id="i"), buy(insert_id="i", event="View")]
    assert added(tmp_path, lines(*both), "a.jsonl") == 2
    assert added(tmp_path, lines(*both), "b.jsonl") == 0


@pytest.mark.parametrize("missing", ["undefined", "null", "", "0", "[object Object]"])
def test_a_placeholder_is_no_id_of_an_event(tmp_path: Path, missing: str) -> None:
    rows = [buy(insert_id=missing, n=n, time=f"2026-03-0{n} 10:00:00") for n in range(1, 5)]
    assert added(tmp_path, lines(*rows), "a.jsonl") == 4


def test_ids_that_stand_for_many_events_are_not_trusted(tmp_path: Path) -> None:
    concerts = [
        buy(event_id=n % 3, user_id=f"u{n}", time=f"2026-03-02 10:00:{n:02}") for n in range(30)
    ]
    found = imported(tmp_path, lines(*concerts))
    assert (found.report.stored, found.report.loose_ids) == (30, True)
    assert added(tmp_path, lines(*concerts), "again.jsonl") == 0
    more = [buy(event_id=n % 3, user_id=f"u{n}", time=f"2026-03-03 10:00:{n:02}") for n in range(9)]
    assert added(tmp_path, lines(*concerts, *more), "longer.jsonl") == 9


@pytest.mark.parametrize("batch_size", [1, 7])
def test_where_an_import_is_cut_does_not_tell_whether_ids_are_trusted(
    tmp_path: Path, batch_size: int
) -> None:
    rows = [buy(event_id=n % 3, user_id="ana", time=f"2026-03-02 10:00:{n:02}") for n in range(30)]
    found = imported(tmp_path, lines(*rows), batch_size=batch_size)
    assert (found.report.stored, found.report.loose_ids) == (30, True)


def test_numbers_of_kinds_of_events_are_no_ids_in_a_small_file_either(tmp_path: Path) -> None:
    kinds = {"View": 1, "Buy": 2}
    rows = [
        buy(event=name, event_id=kinds[name], time=f"2026-03-02 10:00:0{n}")
        for n, name in enumerate(["View", "View", "Buy", "View"])
    ]
    found = imported(tmp_path, lines(*rows))
    assert (found.names, found.report.loose_ids) == ({"View": 3, "Buy": 1}, True)
    assert added(tmp_path, lines(*rows), "again.jsonl") == 0


def test_two_events_with_one_id_may_be_no_further_apart_than_the_vendor_states(
    tmp_path: Path,
) -> None:
    rows = [Row("Buy", T + days * DAY, "ana", None, None, 7) for days in (0, 6, 8, 9)]
    with closing(open_writer(tmp_path / "w.db")) as db:
        repeats = Repeats(Origin(unique=True, window=7 * DAY))
        written = Writer(db).write(Batch(rows), lambda written: None, repeats=repeats)
        assert (written.stored, written.repeated) == (2, 2)
        assert db.execute("select ts from events").fetchall() == [(T,), (T + 8 * DAY,)]


# -- contents


def test_the_order_of_the_fields_does_not_matter(tmp_path: Path) -> None:
    line = buy(n=1, tags=["a"], inside={"x": 1, "y": {"z": "2"}})
    other = dict(reversed(line.items())) | {"inside": {"y": {"z": "2"}, "x": 1}}
    assert added(tmp_path, lines(line), "a.jsonl") == 1
    assert added(tmp_path, lines(other), "b.jsonl") == 0
    assert added(tmp_path, lines(line | {"n": 2}), "c.jsonl") == 1


def test_a_table_and_json_lines_hold_the_same_events(tmp_path: Path) -> None:
    rows = "user_id,event,time,country,n,price,ok,page.url,none\n"
    rows += f"ana,Buy,{AT},NL,5,2.50,true,/a,\n"
    said = buy(country="NL", n="5", price=2.5, ok=True, page={"url": "/a"})
    assert added(tmp_path, rows, "a.csv") == 1
    assert added(tmp_path, lines(said), "b.jsonl") == 0
    assert added(tmp_path, lines(said | {"country": "BE"}), "c.jsonl") == 1


def test_real_repeats_in_one_file_stay_and_count_once_each(tmp_path: Path) -> None:
    assert added(tmp_path, lines(buy(n=1), buy(n=1)), "a.jsonl") == 2
    other = dict(reversed(buy(n=1).items()))
    assert added(tmp_path, lines(other, other, other), "b.jsonl") == 1
    assert added(tmp_path, lines(other, other, other), "b.jsonl") == 0
    assert added(tmp_path, lines(*[buy(n=1)] * 3), "a.jsonl") == 0


def test_two_events_with_different_ids_are_two_however_alike(tmp_path: Path) -> None:
    assert added(tmp_path, lines(buy(insert_id="e-1")), "a.jsonl") == 1
    assert added(tmp_path, lines(buy(insert_id="e-2")), "b.jsonl") == 1


# -- more fields

OLD = f"user_id,event,time\n7,login,{AT}\n8,login,{AT}\n"
NEW = f"user_id,event,time,plan,country\n7,login,{AT},pro,NL\n8,login,{AT},,\n9,login,{AT},free,\n"


def test_a_table_exported_again_with_more_or_fewer_columns_adds_nothing(tmp_path: Path) -> None:
    assert added(tmp_path, OLD, "a.csv") == 2
    assert added(tmp_path, NEW, "b.csv") == 1
    assert added(tmp_path, NEW, "b.csv") == 0
    assert added(tmp_path, OLD, "a.csv") == 0
    assert added(tmp_path, NEW.replace("pro", "team"), "c.csv") == 0
    assert added(tmp_path, NEW.replace("free", "team"), "d.csv") == 1


def test_rows_of_one_table_are_not_compared_with_each_other(tmp_path: Path) -> None:
    rows = f"user_id,event,time,plan\n7,login,{AT},\n7,login,{AT},pro\n7,login,{AT},pro\n"
    assert added(tmp_path, rows, "a.csv") == 3
    assert added(tmp_path, rows, "a.csv") == 0


def test_json_lines_with_further_fields_are_the_same_only_where_all_differ_alike(
    tmp_path: Path,
) -> None:
    several = [buy(user_id=f"u{n}") for n in range(4)]
    assert added(tmp_path, lines(*several), "a.jsonl") == 4
    odd = [several[0] | {"coupon": 1}, several[1] | {"gift": 1}]
    found = imported(tmp_path, lines(*odd), "b.jsonl")
    assert (found.report.stored, found.report.alike) == (2, 2)
    assert added(tmp_path, lines(*(each | {"plan": "x"} for each in several[2:])), "c.jsonl") == 0


# -- files of before


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_file_imported_before_ids_were_marked_adds_nothing(tmp_path: Path, name: str) -> None:
    """Ids were hashes of the line, or of the event's own id, with any lowest bit."""
    objects = [buy(user_id=f"u{n}", n=n, event_id=f"e{n}" if n % 2 else None) for n in range(40)]
    content = lines(*objects)
    if name == "a.csv":
        rows = [",".join(str(v or "") for v in each.values()) for each in objects]
        content = "\n".join([",".join(objects[0]), *rows])
    made = imported(tmp_path, content, name).events
    (tmp_path / "w.db").unlink()
    with closing(open_writer(tmp_path / "w.db")) as db:
        old = [
            Row("Buy", each["ts"], each["user"], None, None, digest(f"e{n}".encode()),
                properties=f'{{"n":{n}}}' if each["properties"] else None)
            for n, each in enumerate(made)
        ]  # fmt: skip
        assert len({row.id & 1 for row in old}) == 2
        Writer(db).write(Batch(old), lambda written: None)
        db.execute("delete from meta where key = 'marked_from'")
        db.commit()
    assert added(tmp_path, content, name) == 0
    assert added(tmp_path, lines(buy(user_id="new")), "b.jsonl") == 1
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        (marked,) = db.execute("select value from meta where key = 'marked_from'").fetchone()
    assert int(marked) > 40


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_file_whose_identical_lines_were_numbered_adds_nothing(tmp_path: Path, name: str) -> None:
    """The id of a further identical line was a hash of its number and the line."""
    said = {"user_id": "ana", "event": "Buy", "time": AT, "n": 1}
    line = json.dumps(said)
    content, hashed = f"{line}\n" * 4, line
    if name == "a.csv":
        content = "\n".join([",".join(said), *[",".join(map(str, said.values()))] * 4])
        hashed = "\x1f".join(map(str, said.values()))
    ids = [digest((f"{n}\0" * (n > 0) + hashed).encode()) & ~OWN for n in range(3)]
    with closing(open_writer(tmp_path / "w.db")) as db:
        old = [Row("Buy", T, "ana", None, None, id_, properties='{"n":1}') for id_ in ids]
        Writer(db).write(Batch(old), lambda written: None)
    assert added(tmp_path, content, name) == 1
    assert added(tmp_path, content, name) == 0


def test_logs_whose_identical_lines_were_numbered_add_nothing(tmp_path: Path) -> None:
    line = json.dumps({"time": AT, "level": "info", "message": "started"})
    ids = [digest((f"{n}\0" * (n > 0) + line).encode()) for n in range(3)]
    with closing(open_writer(tmp_path / "w.db")) as db:
        old = [LogRow(T, 6, None, None, None, "started", None, id_) for id_ in ids]
        LogWriter(db).write(old, lambda written: None)
    assert added(tmp_path, f"{line}\n" * 4, "a.jsonl") == 1
    assert added(tmp_path, f"{line}\n" * 4, "a.jsonl") == 0


def test_events_of_a_program_are_the_same_by_id_or_by_what_they_say(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        first = [Event("Buy", T, "ana", event_id="1"), Event("Buy", T, "bob")]
        assert store_events(db, first).stored == 2
        again = [Event("Buy", T + 5, "ana", event_id="1"), Event("Buy", T, "bob")]
        assert store_events(db, again).stored == 0
