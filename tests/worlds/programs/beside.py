"""Programs that use one workspace side by side, for the tests and to be measured by themselves.

`python -m tests.worlds.programs.beside PATH SECONDS [READERS]` runs two writers, readers and a
stranger on a new workspace and prints what each did.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
from core.store.ingest.importer import Event, import_files, store_events
from core.store.library.saved import Mark, Saved
from core.store.workspace import open_writer
from tests import ROOT

NOW = 1_743_465_600_000
QUESTIONS = (
    {"kind": "active_users", "range": "30d", "breakdown": "country"},
    {"kind": "trend", "event": "signup", "range": "30d"},
    {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "purchase"}], "range": "30d"},
)
STRANGER = """
import sqlite3, sys, time
end, done = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    connection = sqlite3.connect(sys.argv[1], timeout=15)
    connection.execute("select count(*) from meta").fetchone()
    if done % 3 == 1:
        connection.execute("pragma busy_timeout = 0")  # else it keeps writers away for so long
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    if done % 3 == 2:
        connection.execute("update meta set value = value where key = 'zone'")
        connection.commit()
    connection.close()
    done += 1
    time.sleep(0.02)
print('{"done": %d, "errors": {}}' % done)
"""
"""Another program: opens the file, reads, writes or empties the log, closes it, often as last."""


@dataclass
class Told:
    """What one program says at its end: how often it did its work, and what it was refused."""

    done: int
    errors: dict[str, int]
    kept: tuple[str, ...] = ()


def make(path: Path) -> None:
    """Make a workspace with a few hundred events."""
    with closing(open_writer(path)) as connection:
        store_events(connection, [_event(n) for n in range(600)])


def _event(number: int) -> Event:
    return Event(
        ("signup", "purchase", "view")[number % 3],
        NOW - number * 3_600_000,
        user=f"u{number % 50}",
        context={"country": ("NL", "DE")[number % 2]},
    )


def read(path: Path, seconds: float) -> Told:
    """Ask questions for so long."""
    engine = SqliteEngine(path, clock=lambda: NOW)
    return _repeat(
        seconds, lambda n: engine.run(from_json(QUESTIONS[n % len(QUESTIONS)]), fresh=True) and ""
    )


def look(path: Path, seconds: float) -> Told:
    """Ask one question after the other as new programs do: open, ask, close."""

    def once(number: int) -> str:
        engine = SqliteEngine(path, clock=lambda: NOW)
        engine.run(from_json(QUESTIONS[number % len(QUESTIONS)]))
        engine.close()
        Saved(path).marks()
        return ""

    return _repeat(seconds, once)


def mark(path: Path, seconds: float) -> Told:
    """Make marks for so long; kept: the ids of those that are said to be stored."""
    saved = Saved(path)
    return _repeat(
        seconds, lambda n: saved.save_mark(Mark(title=f"mark {n}", timestamp=NOW - n * 1000)).id
    )


def load(path: Path, seconds: float) -> Told:
    """Import small files for so long; kept: the people of those said to be stored."""
    source = path.with_name(f"{path.name}.{time.monotonic_ns()}.jsonl")

    def once(number: int) -> str:
        user = f"{source.stem[-12:]}-{number}"
        lines = [
            {"event": "signup", "user": user, "time": NOW - number * 1000 - at, "country": "NL"}
            for at in range(40)
        ]
        source.write_text("\n".join(map(json.dumps, lines)))
        report = import_files(path, [source])
        assert (report.stored, report.rejected) == (40, 0), report
        return user

    return _repeat(seconds, once)


def _repeat(seconds: float, work: Any) -> Told:
    errors: Counter[str] = Counter()
    kept: list[str] = []
    number, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            kept.append(work(number))
        except Exception as error:
            errors[f"{type(error).__name__}: {error}"] += 1
        number += 1
    return Told(number, dict(errors), tuple(filter(None, kept)))


ROLES = {"read": read, "look": look, "mark": mark, "load": load}


@contextmanager
def beside(path: Path, seconds: float, roles: tuple[str, ...]) -> Iterator[list[tuple[str, Told]]]:
    """Run programs of these roles during the block; what they tell is there at its end."""
    children = [(role, _start(role, path, seconds)) for role in roles]
    told: list[tuple[str, Told]] = []
    try:
        yield told
        for role, child in children:
            out, err = child.communicate(timeout=seconds + 120)
            assert child.returncode == 0, (role, err)
            told.append((role, Told(**json.loads(out))))
    finally:
        for _, child in children:
            child.kill()
            child.wait()


def _start(role: str, path: Path, seconds: float) -> subprocess.Popen[str]:
    if role == "stranger":
        program = [sys.executable, "-I", "-S", "-c", STRANGER, str(path), str(seconds)]
    else:
        program = [
            sys.executable,
            "-m",
            "tests.worlds.programs.beside",
            role,
            str(path),
            str(seconds),
        ]
    pipe = subprocess.PIPE
    return subprocess.Popen(program, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


def main(arguments: list[str]) -> None:
    """Play one role, or measure them all."""
    if arguments[0] in ROLES:
        told = ROLES[arguments[0]](Path(arguments[1]), float(arguments[2]))
        print(json.dumps(told.__dict__))
        return
    path, seconds, *rest = arguments
    readers = int(rest[0]) if rest else 5
    make(Path(path))
    roles = ("mark", "load", "stranger", *("read", "look")[: readers and 2] * (readers // 2 + 1))
    with beside(Path(path), float(seconds), roles[: 3 + readers]) as told:
        pass
    for role, found in told:
        print(f"{role:10} {found.done:8,} done  {sum(found.errors.values()):6,} errors", end="  ")
        print(found.errors or "")


if __name__ == "__main__":
    main(sys.argv[1:])
