"""Only what is new in a source is read, however the source changed since the last time."""

from __future__ import annotations

import gzip
import json
import platform
import random
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from core.errors import Busy
from core.store.imports.undo import undo
from core.store.ingest.importer import ImportReport, import_files
from core.store.workspace import open_writer
from tests.worlds import recount

START = 1_743_933_600_000


def line(number: int) -> str:
    return json.dumps({"event": "a", "user_id": f"u{number % 5}", "time": START, "n": number})


def sync(target: Path, source: Path) -> ImportReport:
    return import_files(target, [source], only_new=True)


def numbers(target: Path) -> Counter[int]:
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        rows = db.execute("select properties ->> 'n' from event_properties").fetchall()
    return Counter(number for (number,) in rows)


def journal(target: Path) -> list[Any]:
    with closing(sqlite3.connect(target)) as db:
        return db.execute("select source, read, stored, finished from imports").fetchall()


class Log:
    """A log that a program writes to, with identical lines now and then, and rotates."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.rng = random.Random(seed)
        self.written: Counter[int] = Counter()
        self._begun: tuple[int, str] | None = None
        self._number = self._rotated = 0

    def append(self) -> None:
        """Write some lines, the last of them perhaps only in part."""
        with self.path.open("a") as stream:
            if self._begun:
                number, rest = self._begun
                stream.write(rest)
                self.written[number] += 1
                self._begun = None
            for _ in range(self.rng.randrange(4)):
                if self._number == 0 or self.rng.random() < 0.7:
                    self._number += 1
                stream.write(f"{line(self._number)}\n")
                self.written[self._number] += 1
            if self.rng.random() < 0.4:
                self._number += 1
                text = f"{line(self._number)}\n"
                cut = self.rng.randrange(1, len(text))
                stream.write(text[:cut])
                self._begun = self._number, text[cut:]

    def rotate(self) -> None:
        """Complete the last line, and begin a new file; later lines differ from those before."""
        if self._begun:
            self.append()
        if self._begun or not self.path.exists():
            return
        self._number += 1
        self._rotated += 1
        old = self.path.with_name(f"{self.path.name}.{self._rotated}")
        how = self.rng.choice(["rename", "copy", "pack"])
        if how == "rename":
            self.path.rename(old)
        elif how == "copy":
            shutil.copy(self.path, old)
            self.path.write_text("")
        else:
            packed = old.with_name(f"{old.name}.gz")
            packed.write_bytes(gzip.compress(self.path.read_bytes()))
            self.path.unlink()


@pytest.mark.parametrize("whole_folder", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_every_line_of_a_growing_and_rotated_log_is_stored_once(
    tmp_path: Path, seed: int, whole_folder: bool
) -> None:
    """Alone, a file is found again after it was rotated if a line of it was read before."""
    (tmp_path / "logs").mkdir()
    log, target = Log(tmp_path / "logs" / "app.log", seed), tmp_path / "w.db"
    seen = whole_folder
    for _ in range(12):
        if seen and log.rng.random() < 0.4:
            log.append()
            log.rotate()
            seen = whole_folder
        log.append()
        if log.path.stat().st_size:
            sync(target, log.path.parent if whole_folder else log.path)
            seen = seen or (str(log.path), 0) not in [found[:2] for found in journal(target)]
    sync(target, log.path.parent if whole_folder else log.path)
    complete = Counter(log.written)
    assert numbers(target) == complete
    assert sum(stored for _, _, stored, _ in journal(target)) == complete.total()
    with closing(open_writer(target)) as db:
        for (import_,) in db.execute("select id from imports").fetchall():
            undo(db, import_)
    assert not numbers(target)


def test_a_last_line_without_its_end_waits_until_the_file_has_not_changed(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "w.db"
    source.write_text(f"{line(1)}\n{line(2)}")
    assert sync(target, source).stored == 1
    assert sync(target, source).stored == 1
    assert sync(target, source).read == 0
    with source.open("a") as stream:
        stream.write(f"\n{line(3)}\n{line(4)[:20]}")
    assert sync(target, source).stored == 1
    with source.open("a") as stream:
        stream.write(f"{line(4)[20:]}\n")
    assert sync(target, source).stored == 1
    assert numbers(target) == Counter([1, 2, 3, 4])
    assert journal(target) == [(str(source), 4, 4, 1)]


def test_a_file_that_was_imported_goes_on_in_the_same_import(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "w.db"
    rows = [f"a,u{n},2026-03-02,{n}" for n in range(5)]
    source.write_text("\n".join(["event,user_id,time,n", *rows]))
    import_files(target, [source])
    with source.open("a") as stream:
        stream.write(f"\n{rows[4]}\na,u9,2026-03-02,9\nshort\n")
    report = sync(target, source)
    assert (report.stored, report.rejected) == (2, 1)
    rejects = Path(f"{source}.rejects.jsonl").read_text()
    assert json.loads(rejects)["line"] == 9
    assert numbers(target) == Counter([0, 1, 2, 3, 4, 4, 9])
    assert sync(target, source).read == 0


def test_a_file_that_was_written_anew_is_read_as_a_new_one(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "w.db"
    source.write_text("".join(f"{line(n)}\n" for n in range(9)))
    sync(target, source)
    source.write_text("".join(f"{line(n)}\n" for n in (3, 8, 20)))
    report = sync(target, source)
    assert (report.stored, report.repeated) == (1, 2)
    assert len(journal(target)) == 2


def test_what_another_program_reads_is_left_alone(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "w.db"
    source.write_text(f"{line(1)}\n")
    sync(target, source)
    with closing(sqlite3.connect(target)) as db:
        db.execute("update imports set finished = 0")
        db.execute("update import_sources set process = replace(process, ':', ':1 ')")
        db.commit()
    with pytest.raises(Busy):
        sync(target, source)


def test_an_import_of_a_killed_process_is_gone_on_with_though_nobody_waits_for_it(
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "w.db"
    source.write_text(f"{line(1)}\n")
    sync(target, source)
    process = subprocess.Popen(["sleep", "100"])

    def begun() -> None:
        with closing(sqlite3.connect(target)) as db:
            db.execute("update imports set finished = 0")
            name = f"{platform.node()}:{process.pid}"
            db.execute("update import_sources set process = ?", (name,))
            db.commit()

    begun()
    with pytest.raises(Busy):
        sync(target, source)
    process.kill()
    until = time.monotonic() + 20
    while time.monotonic() < until and not journal(target)[0][3]:
        with suppress(Busy):
            sync(target, source)
    process.wait()
    assert journal(target) == [(str(source), 1, 1, 1)]


def test_of_a_table_only_the_rows_after_the_last_one_are_read(tmp_path: Path) -> None:
    source, target = tmp_path / "app.db", tmp_path / "w.db"
    with closing(sqlite3.connect(source)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("create table events (event text, user_id text, time text, n integer)")

        def insert(*numbers: int) -> None:
            rows = [("a", "u", "2026-03-02", n) for n in numbers]
            db.executemany("insert into events values (?, ?, ?, ?)", rows)
            db.commit()

        insert(1, 2, 2)
        assert import_files(target, [source]).stored == 3
        assert sync(target, source).read == 0
        insert(2, 3)
        report = sync(target, source)
        assert (report.read, report.stored, sync(target, source).read) == (2, 2, 0)
        assert journal(target) == [(f"{source}:events", 5, 5, 1)]
        db.execute("delete from events")
        insert(4)
        assert (sync(target, source).stored, len(journal(target))) == (1, 2)
        db.execute("create view seen as select event, user_id, time, n + 10 n from events")
        for _ in range(2):
            import_files(target, [source], only_new=True, table="seen")
        insert(5)
        assert import_files(target, [source], only_new=True, table="seen").stored == 1
    assert numbers(target) == Counter([1, 2, 2, 2, 3, 4, 14, 15])
