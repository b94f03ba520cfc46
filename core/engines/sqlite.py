"""The SQLite engine: read-only connections, deadline, cancel, cache."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from core.answers import Shape
from core.engines import bitmaps
from core.engines.cache import Cache
from core.engines.dialect import SqliteDialect, Statement
from core.errors import CannotOpen, NotFound, QueryFailed, Stopped, TookTooLong, did_you_mean
from core.queries.base import Context, Question, Rows
from core.queries.names import Names
from core.store.workspace import open_reader, read_calendar, read_meta
from core.timeframe import Calendar

Clock = Callable[[], int]
PROGRESS_STEPS = 20_000


def wall_clock() -> int:
    """Return the present instant in UTC ms."""
    return int(time.time() * 1000)


class Interruptible(Protocol):
    """What runs a statement, and can be told from any thread to end it at once."""

    def interrupt(self) -> None:
        """End the statement."""


class Stop:
    """A handle to stop one running question from any thread, at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: set[Interruptible] = set()
        self.stopped = False

    def stop(self) -> None:
        """Interrupt the statements that are running and refuse the ones to come."""
        with self._lock:
            self.stopped = True
            for connection in self._connections:
                connection.interrupt()

    @contextmanager
    def guarding(self, connection: Interruptible) -> Iterator[None]:
        """Let `stop` interrupt this connection, and only while this block runs."""
        with self._lock:
            if self.stopped:
                raise Stopped("Stopped.")
            self._connections.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.discard(connection)


@dataclass(frozen=True)
class Result:
    """An answer with how it came about.

    Attributes:
        answer: one of the shapes of core.answers.
        milliseconds: how long it took when it was computed.
        at: when it was computed, UTC ms.
        cached: True when it was not computed for this call.
        statements: what was run, for the inspect panel.
    """

    answer: Any
    milliseconds: float
    at: int
    cached: bool = False
    statements: tuple[Statement, ...] = ()


@dataclass
class _Slot:
    """One connection with its functions; used by one question at a time."""

    connection: sqlite3.Connection
    failures: bitmaps.Failures
    deadline: float = field(default=float("inf"))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the file in this block, whatever is committed meanwhile."""
        self.connection.execute("begin")
        try:
            yield
        finally:
            self.connection.rollback()

    def past_deadline(self) -> int:
        """Progress handler: non-zero ends the statement."""
        return int(time.monotonic() > self.deadline)


class SqliteEngine:
    """Answers questions over one workspace file. Safe to use from several threads.

    Args:
        path: the workspace file.
        clock: returns now in UTC ms; tests pin it.
        time_limit: seconds a question may run unless the call says otherwise; None for no limit.

    Raises:
        CannotOpen: the file is missing or not a workspace.
    """

    dialect_class = SqliteDialect

    def __init__(
        self, path: str | Path, *, clock: Clock = wall_clock, time_limit: float | None = None
    ) -> None:
        self.path = Path(path)
        self.clock = clock
        self.time_limit = time_limit
        self._free: list[_Slot] = []
        self._lock = threading.Lock()
        self._cache: Cache[Result] = Cache()
        self._contexts: Cache[Context] = Cache(4)
        with self._slot() as slot:
            self.calendar: Calendar = read_calendar(slot.connection)

    # -- connections

    def _open(self) -> _Slot:
        connection = open_reader(self.path)
        slot = _Slot(connection, bitmaps.register(connection))
        connection.set_progress_handler(slot.past_deadline, PROGRESS_STEPS)
        return slot

    @contextmanager
    def _slot(self) -> Iterator[_Slot]:
        with self._lock:
            slot = self._free.pop() if self._free else None
        slot = slot or self._open()
        try:
            yield slot
        finally:
            slot.deadline = float("inf")
            with self._lock:
                self._free.append(slot)

    def close(self) -> None:
        """Close the idle connections; the engine must not be used afterwards."""
        with self._lock:
            for slot in self._free:
                slot.connection.close()
            self._free.clear()

    # -- questions

    def run(
        self,
        question: Question,
        *,
        stop: Stop | None = None,
        fresh: bool = False,
        time_limit: float | None = None,
    ) -> Result:
        """Answer a question.

        Args:
            stop: lets another thread stop it.
            fresh: compute it even when a cached answer would do.
            time_limit: seconds, instead of the engine's own.

        Raises:
            BadQuestion, NotFound: it cannot be asked of this workspace.
            Stopped, TookTooLong, QueryFailed: it did not finish.
        """
        with self._slot() as slot, slot.snapshot():
            ctx, generation = self._context(slot)
            moment = ctx.now // 60_000 if question.by_the_minute() else ctx.today
            key = (question.model_dump_json(), generation, moment)
            kept = None if fresh else self._cache.get(key)
            if kept is not None:
                return replace(kept, cached=True)
            limit = time_limit if time_limit is not None else self.time_limit
            started = time.perf_counter()
            slot.deadline = time.monotonic() + limit if limit else float("inf")
            answer, statements = self._drive(slot, ctx, question, stop or Stop(), limit)
            spent = (time.perf_counter() - started) * 1000
            result = Result(answer, spent, ctx.now, statements=statements)
            self._cache.put(key, result)
            return result

    def answer(self, question: Question, **options: Any) -> Any:
        """Answer a question and return the shape alone; options as for `run`."""
        return self.run(question, **options).answer

    def _drive(
        self, slot: _Slot, ctx: Context, question: Question, stop: Stop, limit: float | None
    ) -> tuple[Shape, tuple[Statement, ...]]:
        asking = question.ask(ctx)
        asked: list[Statement] = []
        try:
            statement = next(asking)
            while True:
                asked += [statement, *statement.also]
                rows = self._rows(slot, statement, stop, limit)
                statement = asking.send(rows)
        except StopIteration as finished:
            return finished.value, tuple(asked)

    def _rows(self, slot: _Slot, statement: Statement, stop: Stop, limit: float | None) -> Rows:
        if statement.typed:
            from core.engines.raw_sql import run_typed

            return run_typed(self.path, statement, stop=stop, time_limit=limit)
        if not statement.also:
            return self._execute(slot, statement, stop, limit)
        parts = [statement, *statement.also]
        with ExitStack() as stack:
            slots = [slot]
            for _ in range(min(len(parts), os.cpu_count() or 1) - 1):
                other = stack.enter_context(self._slot())
                stack.enter_context(other.snapshot())
                if self._state(other) == self._state(slot):
                    other.deadline = slot.deadline
                    slots.append(other)
            return self._side_by_side(slots, parts, stop, limit)

    def _side_by_side(
        self, slots: list[_Slot], parts: list[Statement], stop: Stop, limit: float | None
    ) -> Rows:
        """Run statements in threads, each on the first slot to be free; rows keep their order."""
        from concurrent.futures import ThreadPoolExecutor
        from queue import SimpleQueue

        free: SimpleQueue[_Slot] = SimpleQueue()
        for slot in slots:
            free.put(slot)

        def run(part: Statement) -> Rows:
            taken = free.get()
            try:
                return self._execute(taken, part, stop, limit)
            finally:
                free.put(taken)

        with ThreadPoolExecutor(len(slots)) as pool:
            try:
                return [row for rows in pool.map(run, parts) for row in rows]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for slot in slots:
                    slot.connection.interrupt()
                raise

    def _execute(self, slot: _Slot, statement: Statement, stop: Stop, limit: float | None) -> Rows:
        slot.failures.take()
        slot.failures.unwanted = lambda: _unwanted(slot, stop, limit)
        try:
            with stop.guarding(slot.connection):
                rows: Rows = slot.connection.execute(
                    statement.text, statement.parameters
                ).fetchall()
        except sqlite3.OperationalError as error:
            raise self._translated(error, slot, stop, limit) from error
        except sqlite3.DatabaseError as error:
            raise slot.failures.take() or QueryFailed(f"SQLite says: {error}.") from error
        failed = slot.failures.take()
        if failed:
            raise failed
        return rows

    def _translated(
        self, error: sqlite3.OperationalError, slot: _Slot, stop: Stop, limit: float | None
    ) -> Exception:
        failed = slot.failures.take()
        if stop.stopped:
            return Stopped("Stopped.")
        if failed:
            return failed
        late = _unwanted(slot, stop, limit)
        if "interrupted" in str(error) and late:
            return late
        if not self.path.exists():
            return CannotOpen(f"{self.path} is no longer there.")
        if "locked" in str(error) or "busy" in str(error):
            return CannotOpen("Another program is writing to the workspace.", "Try again.")
        return QueryFailed(f"SQLite says: {error}.")

    # -- what a question is asked within

    def context(self) -> Context:
        """Return the context a question asked now would get."""
        with self._slot() as slot:
            return self._context(slot)[0]

    def generation(self) -> int:
        """Return the number that every change to the workspace raises."""
        with self._slot() as slot:
            return self._generation(slot)

    def _generation(self, slot: _Slot) -> int:
        return self._state(slot)[0]

    def _state(self, slot: _Slot) -> tuple[int, int]:
        """The generation and the schema version that a connection sees."""
        row = slot.connection.execute(
            """
            select value, (select schema_version from pragma_schema_version)
            from meta where key = 'generation'
            """
        ).fetchone()
        return int(row[0]), int(row[1])

    def _context(self, slot: _Slot) -> tuple[Context, int]:
        try:
            state = self._state(slot)
        except sqlite3.DatabaseError as error:
            raise self._translated(
                sqlite3.OperationalError(str(error)), slot, Stop(), None
            ) from error
        ctx = self._contexts.get(state)
        if ctx is None:
            ctx = self._build_context(slot)
            self._contexts.put(state, ctx)
        return replace(ctx, now=self.clock()), state[0]

    def _build_context(self, slot: _Slot) -> Context:
        first, last = self._extent(slot.connection)
        made = slot.connection.execute("select name from sqlite_master where type = 'index'")
        names = Names(self.read)
        dialect = self.dialect_class(
            frozenset(str(name) for (name,) in made), all_in_sessions=not names.active
        )
        return Context(dialect, self.calendar, names, 0, first, last, self._definition, self._chart)

    def _extent(self, connection: sqlite3.Connection) -> tuple[int | None, int | None]:
        """First and last event: per event name one seek in the (event, ts) index."""
        row: tuple[int | None, int | None] = connection.execute(
            """
            select min((select min(ts) from events where event = n.id)),
                   max((select max(ts) from events where event = n.id))
            from event_names n
            where not n.deleted
            """
        ).fetchone()
        return row

    def read(self, sql: str, parameters: tuple[Any, ...] = ()) -> Rows:
        """Run one SELECT of ours against the workspace and return its rows."""
        with self._slot() as slot:
            return slot.connection.execute(sql, parameters).fetchall()

    def meta(self) -> dict[str, str]:
        """Return the workspace's settings."""
        with self._slot() as slot:
            return read_meta(slot.connection)

    def _definition(self, name: str) -> dict[str, Any]:
        rows = self.read(
            "select body from audiences where deleted_at is null and (id = ? or title = ?)",
            (name, name),
        )
        if not rows:
            titles = [str(t) for (t,) in self.read(
                "select title from audiences where deleted_at is null"
            )]  # fmt: skip
            raise NotFound(
                f"Audience missing: there is no audience {name!r}.",
                did_you_mean(name, titles) or "footfall list audiences names them all.",
            )
        found: dict[str, Any] = json.loads(rows[0][0])
        return found

    def _chart(self, name: str) -> dict[str, Any]:
        from core.store.saved import Saved

        return Saved(self.path).item("charts", name).body

    def events_in(self, first_day: int, last_day: int) -> int:
        """Return how many events lie on local days first to last, both inclusive."""
        rows = self.read(
            """
            select coalesce(sum(total), 0) from activity
            where event = 0 and dimension = 0 and value = 0 and day between ? and ?
            """,
            (first_day, last_day),
        )
        return int(rows[0][0])


def _unwanted(slot: _Slot, stop: Stop, limit: float | None) -> Exception | None:
    """Return why a statement that is still running must end, None if it need not."""
    if stop.stopped:
        return Stopped("Stopped.")
    if slot.past_deadline():
        return TookTooLong(
            f"Took longer than {limit:g} s.", "Choose a shorter range, or run without limit."
        )
    return None
