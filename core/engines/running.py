"""Running a question on any engine: what comes back, the clock, and how it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import Stopped
from core.sql.dialect import Statement

Clock = Callable[[], int]
"""Returns now in UTC ms."""


def wall_clock() -> int:
    """Return the current time in UTC ms."""
    return int(time.time() * 1000)


@dataclass(frozen=True)
class Result:
    """An answer and how it was computed.

    Attributes:
        answer: one of the shapes of core.answers.
        milliseconds: how long it took to compute.
        at: when it was computed, UTC ms.
        cached: whether it was computed for an earlier call.
        statements: the statements run, for the inspect panel.
        lookups: statements that looked things up for them: names, definitions, texts.
    """

    answer: Any
    milliseconds: float
    at: int
    cached: bool = False
    statements: tuple[Statement, ...] = ()
    lookups: tuple[Statement, ...] = ()


class Interruptible(Protocol):
    """Something that runs a statement and can be told from any thread to end it at once."""

    def interrupt(self) -> None:
        """End the statement."""


class Stop:
    """A handle to stop one running question at once, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: set[Interruptible] = set()
        self.stopped = False

    def stop(self) -> None:
        """Interrupt running statements and refuse later ones."""
        with self._lock:
            self.stopped = True
            for connection in self._connections:
                connection.interrupt()

    @contextmanager
    def guarding(self, connection: Interruptible) -> Iterator[None]:
        """Let `stop` interrupt this connection while this block runs."""
        with self._lock:
            if self.stopped:
                raise Stopped("Stopped.")
            self._connections.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.discard(connection)
