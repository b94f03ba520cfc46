"""Several programs on one file: nothing is lost, nobody meets an error, only SQLite opens it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.definitions.board import Block, Board
from core.engines.sqlite.engine import SqliteEngine
from core.errors import CannotOpen, QueryFailed
from core.health import checks
from core.queries import from_json
from core.store import schema
from core.store.ingest.importer import import_files
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests import ROOT
from tests.worlds.programs.beside import NOW, QUESTIONS, STRANGER, beside, make
from tui.commands import run
from tui.services.freshness import Freshness

LONG = float(os.environ.get("FOOTFALL_LONG", "0"))
"""Seconds of the long version, which .ci/run asks for."""


def _held(path: Path, seconds: float, roles: tuple[str, ...]) -> None:
    """Look at a file all the while as the explorer does, beside other programs."""
    engine = SqliteEngine(path, clock=lambda: NOW)
    data, saved = Freshness(engine), Saved(path)
    before = engine.state()
    with beside(path, seconds, roles) as told:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            data.look()
            assert not data.trouble
            engine.run(from_json(QUESTIONS[0]), fresh=True)
            saved.marks()
            time.sleep(0.02)
    for role, found in told:
        assert not found.errors, role
        assert found.done, role
    marks = [kept for role, found in told if role == "mark" for kept in found.kept]
    users = [kept for role, found in told if role == "load" for kept in found.kept]
    assert engine.state() > before
    assert sorted(id_ for (id_,) in engine.read("select id from marks")) == sorted(marks)
    stored = dict(
        engine.read(
            """
            select i.key, count(*) from events e join identities i on i.id = e.user
            where i.key like '%-%' group by 1
            """
        )
    )
    assert stored == dict.fromkeys(users, 40)
    engine.close()
    with closing(open_writer(path)):
        pass
    assert [(check.name, check.detail) for check in checks(path) if not check.ok] == []


def _run(program: str, *arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, check=True, timeout=60
    )


def test_a_program_that_closes_last_beside_a_reader_leaves_it_its_log(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    make(path)
    engine = SqliteEngine(path, clock=lambda: NOW)
    for _ in range(2):
        before = engine.generation()
        Saved(path).marks()
        _run(STRANGER, path, 0.05)
        assert path.with_name("w.db-shm").exists()
        _run("import sys\nfrom tui.cli import main\nmain(sys.argv[1:])", "mark", "x", "--db", path)
        assert engine.generation() == before + 1
    assert len(Saved(path).marks()) == 2


def test_others_that_read_write_and_close_beside_a_reader_lose_nothing(tmp_path: Path) -> None:
    make(tmp_path / "w.db")
    _held(tmp_path / "w.db", 2, ("mark", "load", "stranger"))


@pytest.mark.skipif(not LONG, reason="takes as many seconds as FOOTFALL_LONG says")
def test_two_writers_five_readers_and_a_stranger_for_long(tmp_path: Path) -> None:
    make(tmp_path / "w.db")
    roles = ("mark", "load", "stranger", "read", "look", "read", "look", "read")
    _held(tmp_path / "w.db", LONG, roles)


# -- writers wait for each other


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a write."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        yield other
        other.rollback()


def test_a_command_waits_for_another_writer_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, source = tmp_path / "w.db", tmp_path / "in.jsonl"
    make(path)
    source.write_text(json.dumps({"event": "signup", "user": "new", "time": NOW}) + "\n")
    monkeypatch.setattr("core.store.waiting.SAID_AFTER", 0)
    for command in (("mark", "launch", "--db", path), ("import", source, "--into", path)):
        said: list[str] = []
        with writing(path) as other:

            def told(text: str, said: list[str] = said, other: Any = other) -> None:
                said.append(text)
                other.rollback()

            monkeypatch.setattr("tui.commands.database.say", told)
            assert run([str(word) for word in command]) == 0
        assert said == [
            "Another program is writing to the workspace. Waiting for it; ctrl+c stops."
        ]
    assert [mark.title for mark in Saved(path).marks()] == ["launch"]


def test_a_command_that_waited_in_vain_says_so_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.db"
    make(path)
    monkeypatch.setattr("core.store.waiting.WAIT", 0.1)
    with writing(path):
        assert run(("mark", "launch", "--db", str(path))) == 3
    said = capsys.readouterr().err
    assert f"Another program is writing to {path}." in said
    assert "locked" not in said
    assert Saved(path).marks() == []


def test_imports_into_a_new_file_at_once_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    programs = []
    for number in range(2):
        source = tmp_path / f"{number}.jsonl"
        lines = [
            {"event": "signup", "user": f"u{number}-{at}", "time": NOW + at} for at in range(200)
        ]
        source.write_text("\n".join(map(json.dumps, lines)))
        code = f"from tui.cli import main; main({['import', str(source), '--into', str(path)]})"
        programs.append(
            subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for program in programs:
        _, said = program.communicate(timeout=60)
        assert program.returncode == 0, said
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select count(*) from events").fetchone() == (400,)
    assert all(check.ok for check in checks(path))


def test_a_new_file_is_made_by_all_who_open_it_at_once(tmp_path: Path) -> None:
    for number in range(5):
        errors: list[Exception] = []

        def opening(path: Path = tmp_path / f"{number}.db", errors: list = errors) -> None:
            try:
                open_writer(path).close()
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=opening) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []


def test_a_file_whose_making_was_cut_short_is_made_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.db"
    with monkeypatch.context() as patched:
        patched.setitem(schema.INDEXES, "last", "create index last on nowhere (nothing)")
        with pytest.raises(QueryFailed, match="syntax error"):
            open_writer(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select count(*) from sqlite_master").fetchone() == (0,)
    make(path)
    assert all(check.ok for check in checks(path))


def test_a_killed_import_that_is_run_again_leaves_doctor_content(tmp_path: Path) -> None:
    source, path = tmp_path / "in.jsonl", tmp_path / "w.db"
    lines = [{"event": "signup", "user": f"u{at}", "time": NOW + at} for at in range(3_000)]
    source.write_text("\n".join(map(json.dumps, lines)))
    code = (
        "import os, signal, sys\n"
        "from core.store.ingest.importer import import_files\n"
        "def stop():\n"
        "    stop.asked += 1\n"
        "    if stop.asked > 4:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "stop.asked = 0\n"
        f"import_files({str(path)!r}, [{str(source)!r}], batch_size=256, stop=stop)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert [check.name for check in checks(path) if not check.ok] == ["imports"]
    import_files(path, [source])
    assert [check.name for check in checks(path) if not check.ok] == []


def test_an_import_whose_file_is_taken_away_does_not_say_that_it_stored(tmp_path: Path) -> None:
    path, source = tmp_path / "w.db", tmp_path / "in.jsonl"
    make(path)
    source.write_text(json.dumps({"event": "signup", "user": "new", "time": NOW}) + "\n")

    def replaced() -> bool:
        path.rename(tmp_path / "away.db")
        make(path)
        return False

    with pytest.raises(CannotOpen, match="was deleted or replaced during the import"):
        import_files(path, [source], stop=replaced)


# -- only SQLite opens the file

COMMANDS = (
    "run dau", "run 'top events' --json", "list fields", "list boards", "list marks", "board list",
    "mark hello", "mark list", "doctor", "profile", "chart save c dau", "audience list",
    "event flag signup --hide", "api 'GET /api/v1/metrics/dau?range=7d'", "sql 'select 1'",
    "board Growth --print", "board export Growth {folder}/out.json", "import {folder}/in.jsonl",
    # files of events, of boards and of definitions that are the workspace itself
    "import {db}", "import {db}-shm", "import {folder}/link.db", "board export Growth {db}",
    "board import {db}", "event create x -d {db}", "audience create x -d {db}",
    "api 'POST /api/v1/retention' -d @{db}",
)  # fmt: skip
WATCHED = """
import asyncio, contextlib, io, os, shlex, sys
from pathlib import Path
from tests.worlds.tui_pilot import explorer
from tui.commands import run

db, commands, found = sys.argv[1], sys.argv[2:], []
now = {"connected": False, "command": ""}

def watch(event, arguments):
    if event == "sqlite3.connect" and Path(db).name in str(arguments[0]):
        now["connected"] = True
    if event == "open" and now["connected"] and str(arguments[0]).startswith(os.path.dirname(db)):
        with contextlib.suppress(OSError):
            here = os.stat(arguments[0])
            beside = [os.stat(db + end) for end in ("", "-wal", "-shm") if os.path.exists(db + end)]
            if any(os.path.samestat(here, other) for other in beside):
                found.append(now["command"])

async def look():
    async with explorer(Path(db)) as ff:
        for key in "2345681":
            await ff.press(key, "enter", "i", "escape", "escape")
        ff.app._poll()

sys.addaudithook(watch)
os.environ["FOOTFALL_DB"] = db
for command in commands:
    now.update(connected=False, command=command)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(shlex.split(command))
    print(command, code, repr(said.getvalue()[-80:]), sep="\t")
now.update(command="explorer")
asyncio.run(look())
print("OPENED", found)
"""


def test_nothing_but_sqlite_opens_the_file_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    make(path)
    Saved(path).save_board(Board(title="Growth", blocks=(Block(id="a", question="dau"),)))
    (tmp_path / "link.db").symlink_to(path)
    line = {"event": "signup", "user": "new", "time": NOW}
    (tmp_path / "in.jsonl").write_text(json.dumps(line))
    commands = [command.format(db=path, folder=tmp_path) for command in COMMANDS]
    with closing(open_writer(path)):  # keeps the log beside the file
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, str(path), *commands], cwd=ROOT, capture_output=True,
            text=True, timeout=120,
        )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["OPENED []"], done.stdout + done.stderr
    codes = dict(line.split("\t")[:2] for line in done.stdout.splitlines()[:-1])
    wrong = [command for command in commands if codes[command] != "0"]
    assert wrong == [command for command in commands if str(path) in command or "link" in command]
    assert [check.name for check in checks(path) if not check.ok] == []
