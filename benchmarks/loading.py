"""Making the data of a run: the files, the workspace, and what each peer needs."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import data_file, log_file
from benchmarks.peers.known import Peer
from benchmarks.programs import Failed, Taken, timed


@dataclass(frozen=True)
class Place:
    """Where a program keeps the events.

    Attributes:
        name: of the program.
        path: its file or folder.
        bytes: its size.
        taken: what it took to make, in ms; None if it was there already.
    """

    name: str
    path: Path
    bytes: int
    taken: Taken | None


def workspace(folder: Path, events: int, seed: int) -> Place:
    """Return the workspace of so many events and their logs, making it if it is not there."""
    data, logs = data_file(folder, events, seed), log_file(folder, events, seed)
    path = folder / f"events-{events}-{seed}.footfall.db"
    taken = _made(path, lambda unfinished: _import(unfinished, data, logs))
    return Place("footfall", path, path.stat().st_size, taken)


def of_peer(peer: Peer, folder: Path, events: int, seed: int) -> Place:
    """Return the data of a peer, making it if it is not there."""
    data, logs = data_file(folder, events, seed), log_file(folder, events, seed)
    path = folder / f"events-{events}-{seed}{peer.suffix}"
    taken = _made(path, lambda unfinished: _apart(peer.load, unfinished, data, logs))
    return Place(peer.name, path, peer.size(path), taken)


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


def _made(path: Path, make: Callable[[Path], None]) -> Taken | None:
    if path.exists():
        return None
    unfinished = path.with_name(path.name + ".part")
    _remove(unfinished)
    taken = timed(lambda: make(unfinished))
    unfinished.rename(path)
    return taken


def _remove(path: Path) -> None:
    for left in path.parent.glob(path.name + "*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _import(path: Path, data: Path, logs: Path) -> None:
    from core.store.ingest.importer import import_files

    import_files(path, [data])
    import_files(path, [logs], logs=True)


def lines(places: Sequence[Place], events: int) -> Iterator[str]:
    """Yield how large the data is, and how fast it was made if it was: a line per program."""
    for place in places:
        told = f"{place.name:<12}{place.bytes / 1e6:>8,.0f} MB"
        if place.taken:
            clock, cpu = (events / ms * 1000 for ms in place.taken)
            told += f", made at {clock:,.0f} events/s by the clock, {cpu:,.0f} by processor"
        yield told
