"""python -m benchmarks.one_import DB FILE: one import in a process of its own, and what it took."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from threading import Event, Thread

from core.store.ingest.importer import import_files

_EVERY = 0.05


class Memory:
    """The most memory that this process and its children take together, in bytes."""

    def __init__(self) -> None:
        self.peak = 0
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.peak = self.peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            self.peak = max(self.peak, sum(map(_resident, _family())))


def _family() -> list[int]:
    """Return this process and its children, where the system tells."""
    me = os.getpid()
    try:
        return [me, *map(int, Path(f"/proc/{me}/task/{me}/children").read_text().split())]
    except OSError:
        return []


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Import a file, and print how many events were stored, how many seconds it took, how many of a
    processor in the busier process, and the most memory.
    """
    database, file = sys.argv[1:]
    began = time.perf_counter()
    with Memory() as memory:
        stored = import_files(database, [file]).stored
    seconds = time.perf_counter() - began
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = max(each.ru_utime + each.ru_stime for each in used)
    print(json.dumps({"stored": stored, "seconds": seconds, "cpu": cpu, "peak": memory.peak}))


if __name__ == "__main__":
    main()
