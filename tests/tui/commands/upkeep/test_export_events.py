"""`footfall export-events`."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, Identify, store_events
from core.store.library.event_flags import flag_event
from core.store.workspace import open_writer
from tui.commands import run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [
            Identify("ann", "phone", 1_760_000_000_000),
            *(Event("a\x1b" if n % 2 else "b", 1_760_000_000_000 + n, "ann") for n in range(9)),
        ])  # fmt: skip
    flag_event(path, "b", {"hidden": True})
    return path


def test_it_writes_lines_that_import_again(
    path: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["export-events", str(path)]) == 0
    said = capfdbinary.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert len(lines) == 11
    assert b"\x1b" not in said.out
    assert b"9 events and 1 statement\n" in said.err
    assert b"set them again: b" in said.err
    file = tmp_path / "out.jsonl.gz"
    assert run(["export-events", "--db", str(path), "-o", str(file)]) == 0
    assert gzip.decompress(file.read_bytes()) == said.out
    assert run(["export-events", "--db", str(path), "-o", str(file)]) == 2
    assert run(["export-events", "--db", str(path), "-o", str(file), "--force"]) == 0
    assert run(["import", str(file), "--into", str(tmp_path / "again.db")]) == 0
    assert b"footfall export" in capfdbinary.readouterr().out
    assert sorted(each.name for each in tmp_path.iterdir() if ".db" not in each.name) == [file.name]


def test_days_and_names_choose_events(
    path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    call = ["export-events", str(path)]
    assert run([*call, "--event", "b", "--from", "2025-10-09", "--to", "2025-10-09"]) == 0
    assert capfdbinary.readouterr().out.count(b"\n") == 1 + 1 + 5
    assert run([*call, "--to", "2025-10-08"]) == 0
    assert capfdbinary.readouterr().out.count(b"\n") == 1 + 1
    assert run([*call, "--from", "soon"]) == 2
    assert run([*call, "--event", "c"]) == 2
    assert run([*call, "-o", str(path.parent / "no" / "file")]) == 3
