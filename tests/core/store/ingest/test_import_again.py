"""An import can be repeated, and killed at any moment and repeated, without a trace."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import Busy
from core.records import Row
from core.store.ingest.batch import Batch
from core.store.ingest.importer import import_files
from core.store.ingest.writer import Writer
from core.store.schema import INDEXES
from core.store.waiting import Patience
from core.store.workspace import open_writer
from tests import ROOT
from tests.worlds import recount

START = 1_743_933_600_000


def write_events(path: Path, count: int, seed: int = 1) -> None:
    """Write lines with and without ids, repeats, devices, links, aliases, traits and rubbish."""
    rng = random.Random(seed)
    lines: list[str] = []
    for n in range(count):
        kind = rng.random()
        line: dict[str, object] = {"time": START + rng.randrange(count * 60) * 1000}
        if kind < 0.03:
            line |= {
                "type": "identify",
                "user_id": f"u{rng.randrange(60)}",
                "device_id": f"d{rng.randrange(60)}",
                "traits": {"plan": rng.choice("ab")},
            }
        elif kind < 0.05:
            line |= {
                "type": "alias",
                "user_id": f"u{rng.randrange(60)}",
                "previous_id": f"u{rng.randrange(60)}",
            }
        else:
            line |= {"event": rng.choice("abc"), "country": rng.choice(["NL", "US", None]), "n": n}
            line |= rng.choice(
                [{"user": f"u{rng.randrange(60)}"}, {"device_id": f"d{rng.randrange(60)}"}, {}]
            )
            line |= rng.choice([{}, {}, {"insert_id": n}, {"session_id": rng.randrange(99)}])
        lines.append(json.dumps(line))
        if kind > 0.9:
            lines.append(lines[rng.randrange(len(lines))])
        if kind > 0.99:
            lines.append("rubbish")
    path.write_text("\n".join(lines))  # fmt: skip


def test_the_same_file_twice_stores_nothing_new(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write_events(source, 2000)
    first = import_files(tmp_path / "w.db", [source], batch_size=300)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        before = recount.dump(db)
        recount.check(db)
    for size in (300, 10_000):
        again = import_files(tmp_path / "w.db", [source], batch_size=size)
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


IMPORT = """
import sys
from core.store.ingest.importer import import_files
import_files(sys.argv[1], [sys.argv[2]], batch_size=150)
"""


def _start(target: Path, source: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(target), str(source)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )


def _committed(path: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return int(db.execute("select coalesce(max(stored), 0) from imports").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments_and_run_again_equals_one_clean_import(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    source = tmp_path / "in.jsonl"
    write_events(source, 4000, seed)
    import_files(tmp_path / "clean.db", [source], batch_size=150)
    target = tmp_path / "w.db"
    for least in sorted(rng.sample(range(1500), 2)):
        process = _start(target, source)
        until = time.monotonic() + 20
        while _committed(target) < least and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with closing(sqlite3.connect(target)) as db:
            if _committed(target):
                recount.check(db)
    unfinished = _committed(target)
    assert unfinished > 0
    import_files(target, [source], batch_size=150)
    with (
        closing(sqlite3.connect(target)) as db,
        closing(sqlite3.connect(tmp_path / "clean.db")) as clean,
    ):
        recount.check(db)
        assert recount.dump(db) == recount.dump(clean)
        assert db.execute("select count(*) from imports where finished").fetchone() == (1,)


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
