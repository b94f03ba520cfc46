"""The processes that run typed statements (raw_sql_child).

Starting one takes some 20 ms of a processor, far more than most statements, so one that has
answered waits for the next, for a few seconds with the file open: reading its schema takes most of
the time of a quick statement. One that had to be ended, or has used much, is not used again.
"""

from __future__ import annotations

import marshal
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from core.engines.running import Stop
from core.engines.sqlite import raw_sql_child
from core.errors import QueryFailed
from core.processes.starting import end, start

MOST_WAITING: Final = 2
"""How many processes wait for a statement at most."""


class Late(Exception):
    """A process did not reply in time and was ended."""


class Program:
    """A running process that answers one request after the other."""

    def __init__(self) -> None:
        group = None if sys.platform == "win32" else 0  # a key for the terminal is not for it
        try:
            self._process = start(raw_sql_child.__file__, group=group)
        except OSError as error:
            raise QueryFailed(
                f"The process that runs statements did not start: {error.strerror}."
            ) from error
        self.end = weakref.finalize(self, end, self._process)
        """Ends the process, whatever it does; so does losing the last reference to this."""

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def interrupt(self) -> None:
        """End the statement at once, and the process with it; from any thread."""
        self._process.kill()

    def reply(self, request: dict[str, Any], seconds: float | None) -> Any:
        """Return the reply to the request, or None if the process ended without one.

        Raises:
            Late: it did not reply in time.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.interrupt()

        timer = threading.Timer(seconds, give_up) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        assert self._process.stdin
        assert self._process.stdout
        try:
            marshal.dump(request, self._process.stdin)
            self._process.stdin.flush()
            return marshal.load(self._process.stdout)
        except (EOFError, OSError, ValueError, TypeError):
            if late.is_set():
                raise Late from None
            return None
        finally:
            if timer:
                timer.cancel()


class Programs:
    """Processes for typed statements, some of which wait. Safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: list[Program] = []
        self._lock = threading.Lock()

    def reply(self, request: dict[str, Any], stop: Stop, seconds: float | None) -> Any:
        """Return a process's reply to the request, or None if it ended without one.

        A process that ended while it waited says nothing about the statement, so another is asked.

        Raises:
            Late: it did not reply in time.
            Stopped: it was stopped before it began.
            QueryFailed: no process can be started.
        """
        waited = self._taken()
        if waited is not None:
            with self._using(waited, stop):
                found = waited.reply(request, seconds)
            if found is not None or stop.stopped:
                return found
        with self._using(Program(), stop) as new:
            return new.reply(request, seconds)

    @contextmanager
    def _using(self, program: Program, stop: Stop) -> Iterator[Program]:
        """Let a process be stopped in this block; afterwards it waits, if it still runs."""
        try:
            with stop.guarding(program):
                yield program
        except BaseException:
            program.end()
            raise
        with self._lock:
            kept = program.is_running and not stop.stopped and len(self._waiting) < MOST_WAITING
            if kept:
                self._waiting.append(program)
        if not kept:
            program.end()

    def _taken(self) -> Program | None:
        with self._lock:
            while self._waiting:
                program = self._waiting.pop()
                if program.is_running:
                    return program
                program.end()
        return None

    def close(self) -> None:
        """End the processes that wait."""
        with self._lock:
            for program in self._waiting:
                program.end()
            self._waiting.clear()
