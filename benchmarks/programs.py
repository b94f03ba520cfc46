"""The programs that are compared, each in a process of its own.

So the processor time and the memory of each are its own, and the end of one ends no other.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from benchmarks.questions import QUESTIONS, SOMEBODY, Asked, Rows

BY_NAME: Final = {asked.name: asked for asked in QUESTIONS}


class Taken(NamedTuple):
    """What one run of a question took, in ms: by the clock, and of the processors together."""

    wall: float
    cpu: float


class Program(Protocol):
    """A program with the benchmark's events."""

    def knows(self, name: str) -> bool:
        """Whether a question of this name can be asked of it."""

    def run(self, name: str) -> Any:
        """Answer a question in its own way; `rows` reads the answer."""

    def rows(self, name: str, answer: Any) -> Rows:
        """Return an answer as rows to compare with those of the others."""

    def close(self) -> None:
        """Let go of the file."""


class Footfall:
    """footfall over a workspace, set as its commands set it; questions have no limit of time."""

    def __init__(self, workspace: Path) -> None:
        from benchmarks.generate import END
        from core.engines.sqlite.engine import SqliteEngine
        from tui.services.startup import start_quickly

        start_quickly()
        self._engine = SqliteEngine(workspace, clock=lambda: END - 1, time_limit=0)
        self._questions: dict[str, Any] = {}

    def knows(self, name: str) -> bool:
        """See Program."""
        return name in BY_NAME

    def run(self, name: str) -> Any:
        """See Program; never from the cache."""
        if name not in self._questions:
            from core.queries import from_json

            self._questions[name] = from_json(self._of_somebody(BY_NAME[name]))
        return self._engine.run(self._questions[name], fresh=True).answer

    def rows(self, name: str, answer: Any) -> Rows:
        """See Program."""
        return BY_NAME[name].read(answer)

    def close(self) -> None:
        """See Program."""
        self._engine.close()

    def _of_somebody(self, asked: Asked) -> dict[str, Any]:
        if asked.body.get("user") != SOMEBODY:
            return asked.body
        ((key,),) = self._engine.read("select key from identities order by id limit 1", {})
        return {**asked.body, "user": key}


class Failed(Exception):
    """A program did not answer; the text says which and why."""


class Apart:
    """A program in a process of its own, which is started again if it has ended.

    Args:
        name: of the program.
        make: opens it, given `path`; a function that a new process can import.
    """

    def __init__(self, name: str, make: Callable[[Path], Program], path: Path) -> None:
        self.name = name
        self._make, self._path = make, path
        self._process: Any = None
        self.peak = 0.0

    def knows(self, name: str) -> bool:
        """Whether a question of this name can be asked of it."""
        return bool(self._told("knows", name))

    def rows(self, name: str) -> Rows:
        """Answer a question and return the rows.

        Raises:
            Failed: it could not, or its process ended.
        """
        found: Rows = self._told("rows", name)
        return found

    def taken(self, name: str) -> Taken:
        """Answer a question and return what that took.

        Raises:
            Failed: it could not, or its process ended.
        """
        wall, cpu, self.peak = self._told("taken", name)
        return Taken(wall, cpu)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._here.close()
            self._process.join(10)
            self._process.terminate()
            self._process = None

    def _told(self, what: str, name: str) -> Any:
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self._here, there = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(there, self._make, self._path), daemon=True
            )
            self._process.start()
            there.close()
        try:
            self._here.send((what, name))
            good, answer = self._here.recv()
        except (EOFError, OSError):
            self._process.join(10)
            code, self._process = self._process.exitcode, None
            raise Failed(f"{name}: {self.name} ended with code {code}") from None
        if not good:
            raise Failed(f"{name}: {self.name} says: {answer}")
        return answer


def _serve(connection: Any, make: Callable[[Path], Program], path: Path) -> None:
    """Answer requests until the other end is closed."""
    with closing(make(path)) as program:
        while True:
            try:
                what, name = connection.recv()
            except EOFError:
                return
            try:
                connection.send((True, _reply(program, what, name)))
            except Exception as error:
                connection.send((False, f"{type(error).__name__}: {error}"[:500]))


def _reply(program: Program, what: str, name: str) -> Any:
    if what == "knows":
        return program.knows(name)
    if what == "rows":
        return program.rows(name, program.run(name))
    return (*timed(lambda: program.run(name)), _peak())


def timed(run: Callable[[], Any]) -> Taken:
    """Return what a call takes, in this process and those that it starts and ends."""
    before, started = _cpu(), time.perf_counter()
    run()
    return Taken((time.perf_counter() - started) * 1000, (_cpu() - before) * 1000)


def _cpu() -> float:
    """Seconds of processors, of this process and of all that it has started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used) + sum(_of_running())


def _of_running() -> Iterator[float]:
    """Yield the seconds of each process that this one has started and not ended.

    The number of the clock of a process is made of its id, as `clock_getcpuclockid` makes it.
    """
    for started in Path("/proc/self/task").glob("*/children"):
        for child in started.read_text().split():
            with suppress(OSError):
                yield time.clock_gettime(~int(child) << 3 | 2)


def _peak() -> float:
    """The most memory that this process has had, in MB; what it maps of files counts too."""
    try:
        told = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024
