"""The SQLite engine: answers from read-only connections, with time limit, cancel and cache."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.answers import Shape
from core.catalog.catalog import Catalog
from core.engines.answering import answered
from core.engines.cache import Cache
from core.engines.running import Clock, Result, Stop, wall_clock
from core.engines.sqlite.connections import Pool, Slot
from core.engines.sqlite.definitions import audience, chart
from core.engines.sqlite.dialect import SqliteDialect
from core.errors import (
    DOCTOR,
    Damaged,
    Stopped,
    TookTooLong,
    not_as_written,
)
from core.queries.common.context import NEWEST_BEFORE, Context, present_of
from core.queries.common.question import Question, Rows
from core.queries.people.membership import in_audience, in_segment, in_units
from core.sql.dialect import Statement
from core.store.troubles import TROUBLES, sentence
from core.store.waiting import WAIT
from core.store.workspace import Identity, read_meta
from core.timeframe import Calendar

if TYPE_CHECKING:
    from core.engines.sqlite.raw_sql_programs import Programs


class _Asked:
    """The question that one thread is answering, and its connection."""

    def __init__(self, slot: Slot, stop: Stop, limit: float | None) -> None:
        self.slot = slot
        self.stop = stop
        self.limit = limit
        self.lookups: list[Statement] = []


class SqliteEngine:
    """Answers questions over one workspace file. Safe to use from several threads.

    Args:
        path: the workspace file.
        clock: returns now in UTC ms; tests pin it.
        time_limit: default seconds a question may run; None for no limit.
        wait: how many seconds a lookup outside a question waits while another program has locked
            the file; a question always waits WAIT.

    Raises (every method):
        CannotOpen: the file is missing, not a workspace, or not accessible.
        QueryFailed: SQLite could not read it.
    """

    dialect_class = SqliteDialect

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Clock = wall_clock,
        time_limit: float | None = None,
        wait: float = WAIT,
    ) -> None:
        self.path = Path(path)
        self.clock = clock
        self.time_limit = time_limit
        self.wait = wait
        self._cache: Cache[Result] = Cache()
        self._contexts: Cache[Context] = Cache(4)
        self._here = threading.local()
        self._pool = Pool(self.path)
        self._typed: Programs | None = None
        self._making = threading.Lock()

    @property
    def workspace(self) -> SqliteEngine:
        """The engine of the workspace file, as another engine has one: this."""
        return self

    @property
    def where(self) -> str:
        """Empty: this process answers."""
        return ""

    @property
    def calendar(self) -> Calendar:
        """The zone and week start of the workspace."""
        return self._pool.calendar

    @contextmanager
    def _asking(
        self, stop: Stop | None = None, limit: float | None = None, wait: float = WAIT
    ) -> Iterator[_Asked]:
        """Answer in this block and thread from one connection and one snapshot of the file."""
        with self._pool.slot(wait) as slot, slot.snapshot():
            slot.deadline = time.monotonic() + limit if limit else float("inf")
            outer = getattr(self._here, "asked", None)
            self._here.asked = _Asked(slot, stop or Stop(), limit)
            try:
                yield self._here.asked
            finally:
                self._here.asked = outer

    def close(self) -> None:
        """Close the idle connections and end the processes that wait; the engine must not be used
        afterwards.
        """
        self._pool.close()
        if self._typed:
            self._typed.close()

    # -- questions

    def run(
        self,
        question: Question,
        *,
        stop: Stop | None = None,
        fresh: bool = False,
        time_limit: float | None = None,
        forgiving: bool = False,
    ) -> Result:
        """Answer a question.

        Args:
            stop: lets another thread stop it.
            fresh: compute it even if there is a cached answer.
            time_limit: seconds, instead of the engine's own.
            forgiving: an unknown event never happened and an unknown field has no value, and a note
                of the answer says so; otherwise they are refused.

        Raises:
            BadQuestion, NotFound: it cannot be asked in this workspace.
            Stopped, TookTooLong, QueryFailed: it did not finish.
        """
        limit = time_limit if time_limit is not None else self.time_limit
        with self._asking(stop, limit) as asked:
            ctx, state = self._context(asked.slot)
            asked.lookups.clear()
            return answered(
                question,
                ctx,
                state,
                self._cache,
                lambda ctx: (*self._drive(asked, ctx, question), tuple(asked.lookups)),
                fresh=fresh,
                forgiving=forgiving,
            )

    def answer(self, question: Question, **options: Any) -> Any:
        """Answer a question and return only the shape; options as for `run`."""
        return self.run(question, **options).answer

    def _drive(
        self, asked: _Asked, ctx: Context, question: Question
    ) -> tuple[Shape, tuple[Statement, ...]]:
        asking = question.ask(ctx)
        done: list[Statement] = []
        try:
            statement = next(asking)
            while True:
                done += [statement, *statement.also]
                rows = self._rows(asked, statement)
                with self._translating(asked.slot, asked.stop, asked.limit):
                    statement = asking.send(rows)
        except StopIteration as finished:
            return finished.value, tuple(done)

    def _rows(self, asked: _Asked, statement: Statement) -> Rows:
        slot, stop, limit = asked.slot, asked.stop, asked.limit
        if statement.typed:
            from core.engines.sqlite.raw_sql import run_typed

            return run_typed(self.path, statement, self._programs(), stop=stop, time_limit=limit)
        parts = [statement, *statement.also]
        if len(parts) == 1 or any(part.made for part in parts):
            return [row for part in parts for row in self._execute(slot, part, stop, limit)]
        with ExitStack() as stack:
            slots = [slot]
            for _ in range(min(len(parts), os.cpu_count() or 1) - 1):
                other = stack.enter_context(self._pool.slot())
                stack.enter_context(other.snapshot())
                if self._state(other) == self._state(slot):
                    other.deadline = slot.deadline
                    slots.append(other)
            return self._side_by_side(slots, parts, stop, limit)

    def _side_by_side(
        self, slots: list[Slot], parts: list[Statement], stop: Stop, limit: float | None
    ) -> Rows:
        """Run statements in threads, each on the first free slot; results keep their order."""
        from concurrent.futures import ThreadPoolExecutor
        from queue import SimpleQueue

        free: SimpleQueue[Slot] = SimpleQueue()
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

    def _execute(self, slot: Slot, statement: Statement, stop: Stop, limit: float | None) -> Rows:
        slot.failures.take()
        slot.failures.unwanted = lambda: _unwanted(slot, stop, limit)
        with self._translating(slot, stop, limit), stop.guarding(slot.connection):
            if statement.made:
                slot.made().make(statement.made, self._state(slot))
            rows: Rows = slot.connection.execute(statement.text, statement.parameters).fetchall()
        failed = slot.failures.take()
        if failed:
            raise failed
        return rows

    @contextmanager
    def _translating(
        self, slot: Slot, stop: Stop | None = None, limit: float | None = None
    ) -> Iterator[None]:
        """Turn an error of SQLite in this block into one with a sentence for the user."""
        try:
            yield
        except TROUBLES as error:
            failed = slot.failures.take()
            slot.suspect(error)
            raise self._sentence(error, slot, failed, stop or Stop(), limit) from error

    def _sentence(
        self,
        error: Exception,
        slot: Slot,
        failed: Exception | None,
        stop: Stop,
        limit: float | None,
    ) -> Exception:
        if stop.stopped:
            return Stopped("Stopped.")
        if failed:
            return failed
        if "malformed JSON" in str(error):
            return not_as_written("a stored value")
        late = _unwanted(slot, stop, limit)
        return late if late and "interrupted" in str(error) else sentence(error, self.path)

    def plan(self, statement: Statement) -> tuple[str, ...]:
        """See Engine."""
        from core.engines.sqlite.raw_sql import plan_of

        return plan_of(self.path, statement, self._programs())

    def _programs(self) -> Programs:
        """Return the processes for typed statements, which none had before the first."""
        from core.engines.sqlite.raw_sql_programs import Programs

        with self._making:
            self._typed = self._typed or Programs()
            return self._typed

    # -- the context of a question

    def context(self) -> Context:
        """Return the context for a question asked now."""
        with self._asking(wait=self.wait) as asked:
            return self._context(asked.slot)[0]

    def generation(self) -> int:
        """Return the number that every change to the workspace increments."""
        return self.state()[1]

    def state(self) -> tuple[Identity | None, int]:
        """Return which file is read, and the number that every change to it increments."""
        with self._pool.slot(self.wait) as slot:
            return self._state(slot)[:2]

    def _state(self, slot: Slot) -> tuple[Identity | None, int, int]:
        """The file, the generation and the schema version that a connection sees."""
        with self._translating(slot):
            row = slot.connection.execute(
                """
                select value, (select schema_version from pragma_schema_version)
                from meta where key = 'generation'
                """
            ).fetchone()
        if row is None or not row[0].isdecimal():
            raise Damaged(f"{self.path} is damaged: it has no generation.", DOCTOR)
        return slot.place, int(row[0]), int(row[1])

    def _context(self, slot: Slot) -> tuple[Context, tuple[Any, ...]]:
        state = self._state(slot)
        ctx = self._contexts.get(state)
        if ctx is None:
            ctx = self._build_context()
            self._contexts.put(state, ctx)
        ctx = replace(ctx, now=self.clock())
        if ctx.latest is not None and ctx.latest > ctx.now:
            ctx = self._present(ctx)
        return ctx, state

    def _present(self, ctx: Context) -> Context:
        """Return the context without data dated after now, which its `whole` includes."""
        end = ctx.calendar.day_start(ctx.today + 1)
        ((newest, later),) = self.read(NEWEST_BEFORE, (ctx.now + 1, end, ctx.today))
        return present_of(ctx, newest, later=bool(later))

    def _build_context(self) -> Context:
        first, last = self._extent()
        catalog = Catalog(self.read)
        dialect = self.dialect_class()
        return Context(
            dialect,
            self.calendar,
            catalog,
            0,
            first,
            last,
            partial(audience, self.read),
            partial(chart, self.read),
            in_audience,
            in_segment,
            in_units,
        )

    def _extent(self) -> tuple[int | None, int | None]:
        """First and last event; in an older file per name one seek in the index that it has."""
        for (extent,) in self.read("select value from meta where key = 'extent'"):
            first, last = map(int, extent.split())
            return first, last
        ((first, last),) = self.read(
            """
            select min((select min(ts) from events where event = n.id)),
                   max((select max(ts) from events where event = n.id))
            from event_names n
            where not n.deleted
            """
        )
        return first, last

    def read(self, sql: str, parameters: Any = ()) -> Rows:
        """Run one SELECT of ours against the workspace and return its rows.

        While a question is being answered it reads what the question reads: the same snapshot,
        within the same time limit, stopped by the same handle.
        """
        statement = Statement(sql, parameters)
        asked: _Asked | None = getattr(self._here, "asked", None)
        if asked is not None:
            asked.lookups.append(statement)
            return self._execute(asked.slot, statement, asked.stop, asked.limit)
        with self._pool.slot(self.wait) as slot:
            return self._execute(slot, statement, Stop(), None)

    def meta(self) -> dict[str, str]:
        """Return the workspace's settings."""
        with self._pool.slot(self.wait) as slot, self._translating(slot):
            return read_meta(slot.connection)

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


def _unwanted(slot: Slot, stop: Stop, limit: float | None) -> Exception | None:
    """Return why a running statement must end, None if it need not."""
    if stop.stopped:
        return Stopped("Stopped.")
    if slot.past_deadline():
        return TookTooLong(
            f"Took longer than {limit:g} s.", "Choose a shorter range, or run without limit."
        )
    return None
