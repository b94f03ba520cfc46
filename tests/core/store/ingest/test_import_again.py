"""An import can be repeated, and killed at any moment and repeated, without a trace."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.errors import Busy
from core.records import Row
from core.store.ingest.batch import Batch
from core.store.ingest.importer import import_files
from core.store.ingest.writer import Writer
from core.store.schema import INDEXES
from core.store.waiting import Patience
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.programs.lines import START, write_events


def test_the_same_file_twice_stores_nothing_new(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write_events(source, 2000)
    first = import_files(tmp_path / "w.db", [source], batch_size=300)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        before = recount.dump(db)
        recount.check(db)
    for size in (300, 10_000):
        again = import_files(tmp_path / "w.db", [source], batch_size=size, again=True)
        assert (again.stored, again.repeated) == (0, first.stored + first.repeated)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert recount.dump(db) == before


def test_identical_lines_without_id_are_two_events_and_with_id_one(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(
        "event,user,time,event_id\n" + "a,u,2025-04-06,\n" * 3 + "a,u,2025-04-06,7\n" * 2
    )
    report = import_files(tmp_path / "w.db", [source])
    assert (report.stored, report.repeated) == (4, 1)
    assert import_files(tmp_path / "w.db", [source]).stored == 0


def test_a_file_that_grew_adds_only_what_is_new(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write_events(source, 500)
    lines = source.read_text().splitlines()
    source.write_text("\n".join(lines[:300]))
    import_files(tmp_path / "w.db", [source])
    source.write_text("\n".join(lines))
    import_files(tmp_path / "w.db", [source])
    import_files(tmp_path / "clean.db", [source])
    with (
        closing(sqlite3.connect(tmp_path / "w.db")) as db,
        closing(sqlite3.connect(tmp_path / "clean.db")) as clean,
    ):
        recount.check(db)
        assert recount.dump(db)["events"] == recount.dump(clean)["events"]


def journal(db: sqlite3.Connection) -> list[Any]:
    """What the imports of a workspace say of themselves, but for when they ran."""
    return db.execute(
        """
        select id, source, position, bytes, fingerprint, read, stored, repeated, rejected, rejects,
               finished, linked, merged, identified, left_out, hex(seqs)
        from imports left join import_sources s on s.import = id
        left join import_events e on e.import = id
        """
    ).fetchall()


def test_an_interrupt_keeps_the_committed_batches(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write_events(source, 1000)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        if len(asked) > 2:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        import_files(tmp_path / "w.db", [source], stop=stop, batch_size=100)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        recount.check(db)
        stored, finished = db.execute("select stored, finished from imports").fetchone()
        assert (0 < stored < 1000, finished) == (True, 0)
    import_files(tmp_path / "w.db", [source], batch_size=100)
    import_files(tmp_path / "clean.db", [source], batch_size=100)
    with (
        closing(sqlite3.connect(tmp_path / "w.db")) as db,
        closing(sqlite3.connect(tmp_path / "clean.db")) as clean,
    ):
        assert recount.dump(db) == recount.dump(clean)


def test_two_writers_in_turns_never_mix_up_their_dictionaries(tmp_path: Path) -> None:
    with (
        closing(open_writer(tmp_path / "w.db")) as one,
        closing(open_writer(tmp_path / "w.db")) as other,
    ):
        writers = (Writer(one), Writer(other))
        for n in range(12):
            rows = [Row(f"e{n % 5}", START + n, f"u{n % 7}", f"d{n % 3}", None, n)]
            writers[n % 2].write(Batch(rows), lambda _: None)
        recount.check(one)
        assert one.execute("select count(*) from events").fetchone() == (12,)
        assert one.execute("select count(*) from event_names").fetchone() == (5,)


def test_a_busy_workspace_is_told_and_keeps_what_was_committed(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write_events(source, 300)
    with (
        closing(open_writer(tmp_path / "w.db")) as mine,
        closing(sqlite3.connect(tmp_path / "w.db")) as other,
    ):
        other.execute("begin immediate")
        with pytest.raises(Busy, match="Another program is writing to") as caught:
            import_files(mine, [source], patience=Patience(0.05))
        assert "run the same import again" in caught.value.hint
        other.rollback()
        assert import_files(mine, [source]).stored > 0
        recount.check(mine)


def test_an_import_that_dropped_the_indexes_and_was_killed_gets_them_back(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        for name in INDEXES:
            db.execute(f"drop index {name}")
    with closing(open_writer(tmp_path / "w.db")) as db:
        found = {row[0] for row in db.execute("select name from sqlite_master")}
    assert found >= set(INDEXES)


# -- known files


def test_a_known_file_is_not_read_again_unless_something_else_would_be_stored(
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "w.db"
    write_events(source, 500)
    first = import_files(target, [source], batch_size=100)
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    wide = tmp_path / "wide.jsonl"
    wide.write_bytes(source.read_text().encode("utf-16"))
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(source.read_bytes())

    def again(path: Path, **options: Any) -> bool:
        """Whether a file is known; it has nothing new in any case."""
        report = import_files(target, [path], **options)
        counts = (report.read, report.stored, report.repeated, report.rejected, report.identified)
        events = first.stored + first.repeated
        assert counts == (first.read, 0, events, first.rejected, first.identified)
        return bool(report.known)

    assert again(source)
    assert again(copy)
    assert [again(packed), again(packed)] == [False, True]
    assert [again(wide), again(wide)] == [False, True]
    assert not again(source, again=True)
    assert not again(source, mapping={"country": "country"})
    assert again(source, mapping={"country": "country"})
    assert [again(source, ids_to_ignore=["x"]), again(source)] == [False, True]
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        db.execute("update imports set undone_at = 1")
        db.commit()
    assert not again(source)
    copy.write_bytes(source.read_bytes().replace(b"rubbish", b"RUBBISH"))
    assert not again(copy)


def test_a_known_table_is_not_read_again(tmp_path: Path) -> None:
    source = tmp_path / "app.db"
    with closing(sqlite3.connect(source)) as db:
        db.execute("create table events (event text, user_id text, time text)")
        db.execute("insert into events values ('buy', 'ana', '2026-03-02')")
        db.commit()
    known = [bool(import_files(tmp_path / "w.db", [source]).known) for _ in range(2)]
    assert known == [False, True]


# -- going on


def test_a_stopped_import_of_another_text_is_begun_anew(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "w.db"
    write_events(source, 1000)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert not import_files(target, [source], batch_size=100, stop=stop).finished
    lines = source.read_text().splitlines()
    lines[7] = lines[7].replace('"time": 1', '"time":  1')
    source.write_text("\n".join(lines))
    report = import_files(target, [source], batch_size=100)
    assert not report.resumed
    assert report.repeated > 100
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        assert db.execute("select count(*) from imports").fetchone() == (2,)


@pytest.mark.parametrize("kind", ["gz", "document", "table", "logs"])
def test_a_stopped_import_goes_on_in_any_kind_of_file(tmp_path: Path, kind: str) -> None:
    """Identical lines before and after the stop all count."""
    line = {"event": "a", "user_id": "u", "time": START, "level": "info", "message": "m"}
    if kind == "logs":
        line = {key: line[key] for key in ("time", "level", "message")}
    lines = [json.dumps(line)] * 700 + [json.dumps({**line, "n": 1})] + [json.dumps(line)] * 50
    source = tmp_path / "in.jsonl"
    text = "\n".join(lines)
    if kind == "document":
        text = f"[{','.join(lines)}]"
    elif kind == "table":
        text = "\n".join(["event,user_id,time", *[f"a,u,{START}"] * 750])
        source = tmp_path / "in.csv"
    source.write_bytes(gzip.compress(text.encode()) if kind == "gz" else text.encode())
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    import_files(tmp_path / "w.db", [source], batch_size=100, stop=stop)
    report = import_files(tmp_path / "w.db", [source], batch_size=100)
    assert report.resumed
    assert 0 < report.read < len(lines)
    import_files(tmp_path / "clean.db", [source], batch_size=100)
    with (
        closing(sqlite3.connect(tmp_path / "w.db")) as db,
        closing(sqlite3.connect(tmp_path / "clean.db")) as clean,
    ):
        for table in ("events", "logs"):
            count = f"select count(*), sum(id % 1000) from {table}"
            assert db.execute(count).fetchone() == clean.execute(count).fetchone()
        assert journal(db) == journal(clean)
