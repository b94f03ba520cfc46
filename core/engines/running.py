"""Running a question on any engine: what comes back, the clock, and how it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import Stopped
from core.sql.dialect import Statement

if TYPE_CHECKING:
    from core.queries.common.context import Context
    from core.queries.common.question import Question, Rows
    from core.timeframe import Calendar

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


class Engine(Protocol):
    """Answers questions about a workspace.

    Attributes:
        time_limit: seconds for one statement, None for no limit.
    """

    time_limit: float | None

    @property
    def path(self) -> Path:
        """The workspace file."""
        ...

    @property
    def clock(self) -> Clock:
        """Returns now in UTC ms."""
        ...

    @property
    def calendar(self) -> Calendar:
        """The zone and week start of the workspace."""
        ...

    @property
    def where(self) -> str:
        """The host that answers, "" if it is this process."""
        ...

    def run(
        self,
        question: Question,
        *,
        stop: Stop | None = None,
        fresh: bool = False,
        time_limit: float | None = None,
        forgiving: bool = False,
    ) -> Result:
        """Answer a question; see `SqliteEngine.run`."""
        ...

    def answer(self, question: Question, **options: Any) -> Any:
        """Answer a question and return only the shape; options as for `run`."""
        ...

    def context(self) -> Context:
        """Return the context for a question asked now."""
        ...

    def state(self) -> tuple[Any, int]:
        """Return which file is read, and the number that every change to it increments."""
        ...

    def generation(self) -> int:
        """Return the number that every change to the workspace increments."""
        ...

    def meta(self) -> dict[str, str]:
        """Return the workspace's settings."""
        ...

    def plan(self, statement: Statement) -> tuple[str, ...]:
        """Return how a statement typed by a person would be run: a line per step, indented below
        what it serves.

        Raises:
            As `run`, without running the statement.
        """
        ...

    def read(self, sql: str, parameters: Any = ()) -> Rows:
        """Run one SELECT of ours against the workspace file and return its rows."""
        ...

    def events_in(self, first_day: int, last_day: int) -> int:
        """Return how many events lie on local days first to last, both inclusive."""
        ...

    def close(self) -> None:
        """Close what is open; the engine must not be used afterwards."""
        ...


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
