"""A backup is a complete copy of one moment, or there is none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import BadInput, CannotOpen, Damaged
from core.store.ingest.importer import Event, store_events
from core.store.upkeep import backup as copying
from core.store.upkeep.backup import backup
from core.store.workspace import open_writer
from tests.worlds import recount

NOON = 1_760_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [Event("a", NOON + n, f"u{n}") for n in range(3_000)])
    return path


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def events(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        return int(db.execute("select count(*) from events").fetchone()[0])


def test_it_is_of_the_moment_it_began_whatever_is_written_meanwhile(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PAGES", 3)
    target = tmp_path / "copy.db"
    seen: list[tuple[int, int]] = []
    with closing(open_writer(path)) as db:

        def told(done: int, whole: int) -> None:
            if len(seen) < 5:
                store_events(db, [Event("b", NOON + len(seen), "ann")])
            assert not target.exists()
            seen.append((done, whole))

        assert backup(path, target, told=told) == target.stat().st_size
    assert len(seen) > 20
    assert events(target) == 3_000
    assert events(path) == 3_005
    assert names(tmp_path) == ["copy.db", "in"]


def test_a_file_is_replaced_only_by_force_and_never_by_half(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")

    def stop(done: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(BadInput, match="--force"):
        backup(path, target)
    with pytest.raises(KeyboardInterrupt):
        backup(path, target, force=True, told=stop)
    assert target.read_text() == "precious"
    assert names(tmp_path) == ["copy.db", "in"]
    (tmp_path / "copy.db.part").write_text("left by a stopped one")
    backup(path, target, force=True)
    assert events(target) == 3_000
    with closing(open_writer(target)), pytest.raises(BadInput, match="in use"):
        backup(path, target, force=True)


def test_what_cannot_be_copied_or_written_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="itself"):
        backup(path, path, force=True)
    with pytest.raises(BadInput, match="no folder"):
        backup(path, tmp_path / "none" / "copy.db")
    with pytest.raises(CannotOpen):
        backup(tmp_path / "none.db", tmp_path / "copy.db")
    whole = bytearray(path.read_bytes())
    whole[3 * 4096 : 40 * 4096 : 7] = b"\x99" * len(whole[3 * 4096 : 40 * 4096 : 7])
    path.write_bytes(whole)
    with pytest.raises(Damaged):
        backup(path, tmp_path / "copy.db")
    assert names(tmp_path) == ["in"]
