"""Making the data of a run: the files, the workspace, and what each peer needs."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import data_file, log_file
from benchmarks.peers.known import Peer
from benchmarks.programs import Failed


@dataclass(frozen=True)
class Place:
    """Where a program keeps the events.

    Attributes:
        name: of the program.
        path: its file or folder.
        bytes: its size.
        seconds: how long it took to make; None if it was there already.
    """

    name: str
    path: Path
    bytes: int
    seconds: float | None


def workspace(folder: Path, events: int, seed: int) -> Place:
    """Return the workspace of so many events and their logs, making it if it is not there."""
    data, logs = data_file(folder, events, seed), log_file(folder, events, seed)
    path = folder / f"events-{events}-{seed}.footfall.db"
    seconds = _made(path, lambda unfinished: _import(unfinished, data, logs))
    return Place("footfall", path, path.stat().st_size, seconds)


def of_peer(peer: Peer, folder: Path, events: int, seed: int) -> Place:
    """Return the data of a peer, making it if it is not there."""
    data, logs = data_file(folder, events, seed), log_file(folder, events, seed)
    path = folder / f"events-{events}-{seed}{peer.suffix}"
    seconds = _made(path, lambda unfinished: _apart(peer.load, unfinished, data, logs))
    return Place(peer.name, path, peer.size(path), seconds)


def _apart(load: Callable[[Path, Path, Path], None], *paths: Path) -> None:
    """Load in a process of its own, as a program may allow one database in a process.

    Raises:
        Failed: it did not end well.
    """
    process = multiprocessing.get_context("spawn").Process(target=load, args=paths)
    process.start()
    process.join()
    if process.exitcode:
        raise Failed(f"{load.__module__} ended with code {process.exitcode}")


def _made(path: Path, make: Callable[[Path], None]) -> float | None:
    if path.exists():
        return None
    unfinished = path.with_name(path.name + ".part")
    _remove(unfinished)
    started = time.perf_counter()
    make(unfinished)
    seconds = time.perf_counter() - started
    unfinished.rename(path)
    return seconds


def _remove(path: Path) -> None:
    import shutil

    for left in path.parent.glob(path.name + "*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _import(path: Path, data: Path, logs: Path) -> None:
    from core.store.ingest.importer import import_files

    import_files(path, [data])
    import_files(path, [logs], logs=True)


def lines(places: Sequence[Place], events: int) -> list[str]:
    """Return how large the data is, and how fast it was made if it was: a line per program."""
    return [
        f"{place.name:<12}{place.bytes / 1e6:>8,.0f} MB"
        + (f", made at {events / place.seconds:,.0f} events/s" if place.seconds else "")
        for place in places
    ]
