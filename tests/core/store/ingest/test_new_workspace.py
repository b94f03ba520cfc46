"""A workspace that an import creates, alone or with others at the same time."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import FootfallError
from core.store.ingest.importer import import_files
from tests import ROOT
from tests.worlds import recount

START = 1_743_933_600_000
BAD = '{"x": 1}\n'

SEVERAL = """
import sys
from core.errors import BadInput
from core.store.ingest.importer import import_files
def run(source):
    try:
        import_files(sys.argv[1], [source])
    except BadInput:
        pass
for source in sys.argv[2:]:
    run(source)
"""


def write(path: Path, count: int, user: str) -> Path:
    lines = (
        json.dumps({"event": "a", "user": user, "time": START + n * 1000}) for n in range(count)
    )
    path.write_text("\n".join(lines))
    return path


def test_imports_at_once_into_a_new_file_all_succeed_though_others_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text(BAD)
    good = [write(tmp_path / f"{n}.jsonl", 300, f"u{n}") for n in range(2)]
    target = tmp_path / "w.db"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SEVERAL, str(target), *[str(bad)] * 2, str(source)], cwd=ROOT
        )
        for source in good
    ]
    assert [process.wait() for process in runs] == [0, 0]
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        assert db.execute("select count(*) from events").fetchone() == (600,)


@pytest.mark.parametrize("sources", [["bad"], ["bad", "none.csv"], ["folder"], ["*.no"], ["-"]])
def test_a_first_import_that_failed_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str]
) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("bad", "folder/bad.jsonl"):
        (tmp_path / name).write_text(BAD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(BAD.encode())))
    before = sorted(tmp_path.rglob("*"))
    with suppress(FootfallError):
        assert import_files("w.db", sources).refused
    assert sorted(tmp_path.rglob("*")) == before


def test_a_failed_import_leaves_a_workspace_that_was_there(tmp_path: Path) -> None:
    good = write(tmp_path / "good.jsonl", 1, "ana")
    (tmp_path / "bad.jsonl").write_text(BAD)
    import_files(tmp_path / "w.db", [good])
    with pytest.raises(FootfallError):
        import_files(tmp_path / "w.db", [tmp_path / "bad.jsonl"])
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert db.execute("select count(*) from events").fetchone() == (1,)
