"""A command killed at any moment leaves a good file, and run again it completes its work."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import import_files
from tests.worlds.programs.killing import Story, kill, learn
from tests.worlds.programs.lines import START, write_events
from tests.worlds.programs.older import in_long_rows
from tui.commands import run

LONG = float(os.environ.get("FOOTFALL_LONG", "0"))
KILLS, LINES = (200, 900) if LONG else (1, 250)
"""How often each story is killed, and how many lines it imports; FOOTFALL_LONG asks for many."""


def _file(folder: Path) -> None:
    write_events(folder / "in.jsonl", LINES)


def _imported(folder: Path) -> None:
    _file(folder)
    import_files(folder / "w.db", [folder / "in.jsonl"])
    (folder / "in.jsonl").unlink()


def _grown(folder: Path) -> None:
    """A workspace and a file that has grown and was rotated since it was imported."""
    _file(folder)
    lines = (folder / "in.jsonl").read_text().splitlines(keepends=True)
    whole, part, new = lines[: len(lines) // 3], lines[: len(lines) // 2], lines[-len(lines) // 3 :]
    (folder / "in.jsonl").write_text("".join(whole))
    assert _run(folder, "sync", "in.jsonl", "--into", "w.db") == 0
    (folder / "in.jsonl").write_text("".join(part))
    (folder / "in.jsonl").rename(folder / "in.jsonl.1")
    (folder / "in.jsonl").write_text("".join([*new, "\n"]))


def _run(folder: Path, *words: str) -> int:
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        return run(words)


def _somebody(folder: Path) -> None:
    """A workspace with somebody whose devices and other id are to go with them."""
    _file(folder)
    said = [
        {"event": "a", "device_id": "somebodys phone", "session_id": 5},
        {"event": "b", "user": "somebody", "device_id": "somebodys phone", "plan": "pro"},
        {"type": "alias", "user_id": "somebody", "previous_id": "somebody else"},
        {"type": "identify", "user_id": "somebody", "traits": {"name": "Somebody"}},
        *({"event": "c", "user": "somebody", "n": n} for n in range(20)),
    ]
    lines = [json.dumps({"time": START + n * 60_000, **line}) for n, line in enumerate(said)]
    with (folder / "in.jsonl").open("a") as file:
        file.write("\n".join(["", *lines]))
    import_files(folder / "w.db", [folder / "in.jsonl"])
    for left in folder.glob("in.jsonl*"):
        left.unlink()


def _twice(folder: Path) -> None:
    _imported(folder)
    write_events(folder / "more.jsonl", LINES // 3, seed=2)
    import_files(folder / "w.db", [folder / "more.jsonl"])


def _older(folder: Path) -> None:
    _imported(folder)
    with closing(sqlite3.connect(folder / "w.db")) as db, db:
        in_long_rows(db)


STORIES = {
    "import": Story(_file, ("import", "in.jsonl", "--into", "w.db"), batch=LINES // 24),
    "import in one transaction": Story(
        _file, ("import", "in.jsonl", "--into", "w.db"), batch=LINES // 5
    ),
    "sync": Story(
        _grown, ("sync", "in.jsonl", "--into", "w.db"), batch=LINES // 9, is_in_parts=True
    ),
    "delete-user": Story(
        _somebody, ("delete-user", "somebody", "--db", "w.db", "--yes"), done=2, gone="somebody"
    ),
    "forget": Story(_imported, ("forget", "--before", "2025-04-07", "--db", "w.db", "--yes")),
    "undo": Story(_twice, ("undo", "1", "--db", "w.db", "--yes"), done=2),
    "convert": Story(_older, ("check", "w.db", "--repair")),
}


@pytest.mark.parametrize("name", STORIES)
def test_killed_at_any_moment_and_run_again_is_as_if_never_killed(
    tmp_path: Path, name: str
) -> None:
    story, rng = STORIES[name], random.Random(name)
    known = learn(story, tmp_path)
    for _ in range(KILLS):
        kill(story, tmp_path, known, rng)
    assert known.dead
