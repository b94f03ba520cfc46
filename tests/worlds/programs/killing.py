"""Commands that are killed at any moment and run again, in processes that are cheap to start."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from pyroaring import BitMap, BitMap64

from core.health import checks
from core.store.upkeep.check import check
from tests.worlds import recount

PRELOADED: Final = [
    "core.health",
    "core.sources.documents",
    "core.store.ingest.importer",
    "core.store.schema",
    "tests.worlds.programs.killing",
    "tui.commands.import_",
    "tui.texts.imported",
]
"""What the server that forks the processes has loaded."""

DIFFERING: Final = {
    "imports": {"started_at", "updated_at", "undone_at"},
    "import_sources": {"process", "holds"},
    "choices": {"at"},
    "_sqlite_migrations": {"applied_at"},
}
"""Columns that tell when something was done and by which process, or what the lines at its start
showed of all ids, so that two runs differ.
"""

TOLD: Final = {"created_at", "generation", "visitor_salt", "arrived", "next_seq"}
"""Settings of which the same is true, or that count transactions and lines read."""

NUMBERS: Final = (("seq", "seqs", "kept"), ("arrived",))
"""Columns with one numbering each, of events and of statements. Lines that are read twice use up
numbers, so only their order is compared.
"""

_LEFT_OUT: Final = ("sqlite_", "block")
"""How tables begin that are not compared: what is together in a block depends on the batches, so
`check` compares blocks with the rows.
"""

_SERVER: Final = get_context("forkserver")
_SERVER.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True)
class Story:
    """What is killed, in a folder of its own.

    Attributes:
        before: prepares a folder: files, and a workspace if there is one before.
        words: the command.
        batch: how many events it writes in one transaction.
        done: the exit code of the command if it is run again once it has done its work.
        is_in_parts: whether a fingerprint depends on where it was stopped, as that of a source of
            which only what is new is read: it is one of the fingerprints of its parts.
        gone: what no byte of the workspace says in the end.
        db: the workspace, in the folder.
    """

    before: Callable[[Path], None]
    words: tuple[str, ...]
    batch: int = 150
    done: int = 0
    is_in_parts: bool = False
    gone: str = ""
    db: str = "w.db"


@dataclass
class Kills:
    """The moments at which runs of a story were killed, and what was seen then.

    Attributes:
        statements: how many statements of SQL a whole run has; `seconds`: how long it takes.
        tried, dead: how many runs were to be killed, and how many of them were before their end.
        clean: the tables after a whole run.
    """

    statements: int = 0
    seconds: float = 0.0
    tried: int = 0
    dead: int = 0
    clean: dict[str, Any] = field(default_factory=dict)


def learn(story: Story, folder: Path) -> Kills:
    """Run a story once without killing it; its folder remains in `folder`/before."""
    before = folder / "before"
    before.mkdir()
    story.before(before)
    whole = _copied(before, folder / "run")
    assert _ended(whole, story, None) == 0
    statements, seconds = (whole / "cost").read_text().split()
    found = Kills(int(statements), float(seconds))
    _good(whole / story.db)
    found.clean = state(whole, story)
    shutil.rmtree(whole)
    return found


def kill(story: Story, folder: Path, known: Kills, rng: random.Random) -> None:
    """Kill a story once or more often, run it to its end, and compare it with a whole run.

    Every other moment is between two statements, so that it surely comes; the others are anywhere.
    """
    here = _copied(folder / "before", folder / "run")
    code = None
    for _ in range(rng.choice((1, 1, 2, 3))):
        at: int | float = rng.randrange(1, known.statements + 1)
        if known.tried % 2:
            at = rng.random() * known.seconds
        known.tried += 1
        code = _ended(here, story, at)
        if code != -signal.SIGKILL:
            break
        known.dead += 1
        _good(here / story.db, stopped=True)
    if code == -signal.SIGKILL:
        code = _ended(here, story, None)
    assert code in (0, story.done)
    _good(here / story.db)
    assert state(here, story) == known.clean
    if story.gone:
        left = [
            path.name for path in here.glob("w.db*") if story.gone.encode() in path.read_bytes()
        ]
        assert left == []
    shutil.rmtree(here)


def _copied(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


def _ended(folder: Path, story: Story, at: float | None) -> int | None:
    """Run the command of a story in a folder and return its exit code.

    Args:
        at: kill it before this statement if it is an int, after so many seconds otherwise.
    """
    statement = at if isinstance(at, int) else None
    process = _SERVER.Process(
        target=_command, args=(str(folder), story.words, story.batch, statement)
    )
    process.start()
    if isinstance(at, float):
        process.join(at)
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    assert process.exitcode is not None, "the command does not end"
    allowed = (0, story.done, -signal.SIGKILL)
    assert process.exitcode in allowed, (folder / "output").read_text()
    return process.exitcode


def _command(folder: str, words: Sequence[str], batch: int, at: int | None) -> None:
    """Run a command; before statement number `at` it kills itself."""
    from core.store.imports import indexes
    from core.store.ingest import importer
    from core.store.rows import pending
    from tui.commands import run

    os.chdir(folder)
    out = os.open("output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    importer.import_files = partial(importer.import_files, batch_size=batch)
    indexes.BIG = 1  # type: ignore[misc]
    pending._BIG = 1  # type: ignore[misc]
    count = 0
    connect = sqlite3.connect

    def counted(_: str) -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(counted)
        return connection

    sqlite3.connect = connected  # type: ignore[assignment]
    started = time.monotonic()
    code = run(words)
    Path("cost").write_text(f"{count} {time.monotonic() - started}")
    sys.stdout.flush()
    os._exit(code)


def _good(path: Path, *, stopped: bool = False) -> None:
    """Fail unless a workspace is good, or not there yet if its first import was stopped.

    What is only to be finished by running the command again is good then.
    """
    if stopped and not _is_made(path):
        return
    wrong = [each for each in checks(path) if not each.ok]
    allowed = ("imports", "indexes", "size") if stopped else ()
    assert [each for each in wrong if each.name not in allowed] == []
    assert check(path).wrong == 0
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)


def _is_made(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return bool(db.execute("select 1 from sqlite_master where name = 'meta'").fetchone())
    except sqlite3.OperationalError:
        return False


def state(folder: Path, story: Story) -> dict[str, Any]:
    """Return everything that a story leaves behind: its rejected lines, and every table."""
    found: dict[str, Any] = {
        path.name: path.read_bytes() for path in sorted(folder.glob("*.rejects.jsonl*"))
    }
    with closing(sqlite3.connect(folder / "w.db")) as db:
        objects = db.execute("select type, name, sql from sqlite_master order by 1, 2").fetchall()
        tables = [name for kind, name, _ in objects if kind == "table"]
        rows = {name: _rows(db, name) for name in tables if not name.startswith(_LEFT_OUT)}
    found["objects"] = objects
    if story.is_in_parts:
        for row in rows["imports"]:
            del row["fingerprint"]
    for columns in NUMBERS:
        rank = _ranks(rows, columns)
        for each in rows.values():
            for row in each:
                row.update({c: _ranked(row[c], rank) for c in columns if c in row})
    return found | {name: sorted(map(repr, each)) for name, each in rows.items()}


def _rows(db: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    """Return column -> value of every row, with sets as their members."""
    cursor = db.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description]
    left_out = DIFFERING.get(table, ())
    found = [
        {name: _plain(value) for name, value in zip(names, row, strict=True)} for row in cursor
    ]
    return [
        {name: value for name, value in row.items() if name not in left_out}
        for row in found
        if table != "meta" or row["key"] not in TOLD
    ]


def _plain(value: Any) -> Any:
    """Return a value; a set as its members, since equal ones can be stored differently."""
    if not isinstance(value, bytes):
        return value
    try:
        return tuple(BitMap.deserialize(value))
    except ValueError:
        return tuple(BitMap64.deserialize(value))


def _ranks(rows: dict[str, list[dict[str, Any]]], columns: Sequence[str]) -> dict[int, int]:
    """Return number -> rank of all numbers in columns of these names."""
    found: set[int] = set()
    for each in rows.values():
        for row in each:
            for value in (row[name] for name in columns if name in row):
                found.update(value if isinstance(value, tuple) else (value,))
    return {number: rank for rank, number in enumerate(sorted(found))}


def _ranked(value: Any, rank: dict[int, int]) -> Any:
    return tuple(map(rank.__getitem__, value)) if isinstance(value, tuple) else rank[value]
