"""A preview says how files would be understood, and leaves the disk as it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import BadInput
from core.records import Identify, LogRow, Row
from core.store.ingest.importer import import_files
from core.store.ingest.preview import LOOKED_AT, SHOWN, preview

LINE = {"event": "Buy", "user_id": "ana", "time": "2026-05-04 08:00:00"}


def write(path: Path, *objects: object) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in objects))
    return path


def test_the_first_events_are_shown_and_nothing_is_written(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", LINE, {"event": "Buy"}, {**LINE, "user_id": "null"})
    before = sorted(file.name for file in tmp_path.iterdir())
    (seen,) = preview(tmp_path / "w.db", [source]).sources
    assert [(row.event, row.user) for row in seen.first if isinstance(row, Row)] == [
        ("Buy", "ana"), ("Buy", None),
    ]  # fmt: skip
    assert (seen.read, seen.whole, seen.reasons) == (3, True, {"no time": 1})
    assert seen.understood["user"] == "user_id"
    assert sorted(file.name for file in tmp_path.iterdir()) == before


def test_a_long_source_is_read_only_at_its_beginning(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", *[LINE] * (LOOKED_AT + 500))
    (seen,) = preview(tmp_path / "w.db", [source]).sources
    assert (seen.read, seen.whole, len(seen.first)) == (LOOKED_AT, False, SHOWN)


def test_statements_and_logs_are_shown_too(tmp_path: Path) -> None:
    people = write(
        tmp_path / "p.jsonl",
        {"type": "identify", "user_id": "ana", "time": "2026-05-04", "traits": {"plan": "pro"}},
    )
    logs = write(tmp_path / "l.jsonl", {"level": "info", "message": "up", "time": "2026-05-04"})
    first, second = preview(tmp_path / "w.db", [people, logs]).sources
    assert isinstance(first.first[0], Identify)
    assert isinstance(second.first[0], LogRow)


def test_of_many_files_the_first_are_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for number in range(9):
        write(folder / f"{number}.jsonl", LINE)
    write(folder / "x.jsonl.rejects.jsonl", LINE)
    seen = preview(tmp_path / "w.db", [folder])
    assert (len(seen.sources), seen.more, len(seen.passed_over)) == (SHOWN, 9 - SHOWN, 1)


def test_what_would_be_refused_is_said(tmp_path: Path) -> None:
    good = write(tmp_path / "a.jsonl", LINE)
    bad = write(tmp_path / "b.jsonl", {"colour": "red"})
    seen = preview(tmp_path / "w.db", [good, bad, tmp_path / "none.csv"])
    assert [said.split("/")[-1].split(" ")[0] for said in seen.refused] == ["b.jsonl", "none.csv"]
    with pytest.raises(BadInput, match="no column for the event"):
        preview(tmp_path / "w.db", [bad])


def test_a_workspace_that_is_there_gives_its_zone_and_stays_as_it_is(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", {**LINE, "time": "2026-05-04"}, {**LINE, "user_id": "qa"})
    target = tmp_path / "w.db"
    import_files(target, [source], zone="Europe/Amsterdam", ids_to_ignore=["qa"])
    with closing(sqlite3.connect(target)) as db:
        before = list(db.iterdump())
    seen = preview(target, [source, target])
    row = seen.sources[0].first[0]
    assert row.ts == 1_777_845_600_000
    assert [row.user for row in seen.sources[0].first if isinstance(row, Row)] == ["ana", None]
    assert "is the workspace itself" in seen.refused[0]
    with closing(sqlite3.connect(target)) as db:
        assert list(db.iterdump()) == before


def test_a_first_import_that_is_refused_leaves_no_workspace(tmp_path: Path) -> None:
    bad = write(tmp_path / "b.jsonl", {"colour": "red"})
    with pytest.raises(BadInput, match="no column for the event"):
        import_files(tmp_path / "w.db", [bad])
    assert [file.name for file in tmp_path.iterdir()] == ["b.jsonl"]
