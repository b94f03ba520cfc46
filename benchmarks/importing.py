"""Imports, measured: a first one, a shuffled one, one of a known file, and one by sqlite-utils."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import data_file
from tui.services.startup import without_idle_threads

MEMORY_DISK = Path("/dev/shm")
INDEXES = (("event", "timestamp"), ("user_id", "timestamp"))
"""The indexes that a table made by sqlite-utils gets."""


@dataclass(frozen=True)
class Taken:
    """What an import took.

    Attributes:
        stored: how many events are new.
        seconds: by the clock.
        cpu: seconds of a processor in the busier process, which is what the clock shows where two
            are free.
        peak: bytes of memory, of both processes together.
    """

    stored: int
    seconds: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Imports:
    """The measured imports; `plain` is the one by sqlite-utils, if it was asked for."""

    first: Taken
    shuffled: Taken
    again: Taken
    plain: Taken | None = None


def measure(place: Path, events: int, seed: int, *, plain: bool) -> Imports:
    """Import the generated events in several ways, on a memory disk if there is one."""
    data = data_file(place, events, seed)
    with _memory_disk(place) as disk:
        sorted_file = disk / "events.jsonl"
        shuffled_file = disk / "shuffled.jsonl"
        lines = data.read_bytes().splitlines(keepends=True)
        sorted_file.write_bytes(b"".join(lines))
        random.Random(seed).shuffle(lines)
        shuffled_file.write_bytes(b"".join(lines))
        del lines
        first = one(disk / "first.db", sorted_file)
        return Imports(
            first,
            one(disk / "shuffled.db", shuffled_file),
            one(disk / "first.db", sorted_file),
            by_sqlite_utils(disk / "plain.db", sorted_file) if plain else None,
        )


@contextmanager
def _memory_disk(other: Path) -> Iterator[Path]:
    is_there = MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK)
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if is_there else other) as made:
        yield Path(made)


def one(database: Path, file: Path) -> Taken:
    """Import a file in a process of its own."""
    program = [sys.executable, "-m", "benchmarks.one_import", str(database), str(file)]
    without_idle_threads()
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    return Taken(**json.loads(done.stdout))


def by_sqlite_utils(database: Path, file: Path) -> Taken:
    """Return what sqlite-utils takes for the same lines as a table with two indexes."""
    program = [sys.executable, "-m", "sqlite_utils"]
    began, used = time.perf_counter(), _used_by_children()
    insert = [*program, "insert", str(database), "events", str(file), "--nl"]
    subprocess.run(insert, check=True, capture_output=True)
    for columns in INDEXES:
        index = [*program, "create-index", str(database), "events", *columns]
        subprocess.run(index, check=True, capture_output=True)
    return Taken(0, time.perf_counter() - began, _used_by_children() - used, 0)


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lines(found: Imports) -> list[str]:
    """Return the measures, one per line."""
    first = found.first
    told = [
        ("", "by the clock", "by processor"),
        (
            "first import, events per second",
            f"{first.stored / first.seconds:,.0f}",
            f"{first.stored / first.cpu:,.0f}",
        ),
        ("shuffled times / sorted ones", *_ratios(found.shuffled, first)),
        ("import of a known file / first one", *_ratios(found.again, first)),
    ]
    if found.plain is not None:
        told.append(("sqlite-utils and two indexes / first one", *_ratios(found.plain, first)))
    told += [
        ("most memory of both processes, MB", f"{first.peak / 1e6:.0f}", ""),
        ("most memory with shuffled times, MB", f"{found.shuffled.peak / 1e6:.0f}", ""),
    ]
    return [f"{name:<42}{clock:>14}{cpu:>14}".rstrip() for name, clock, cpu in told]


def _ratios(one: Taken, other: Taken) -> tuple[str, str]:
    return f"{one.seconds / other.seconds:.2f}", f"{one.cpu / other.cpu:.2f}"
