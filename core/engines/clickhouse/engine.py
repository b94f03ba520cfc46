"""ClickHouse: the same questions over `events` in a cluster, names from the workspace file.

The tables are those of `core.engines.clickhouse.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from core.answers import Shape
from core.engines.answering import answered
from core.engines.cache import Cache
from core.engines.clickhouse.columns import FOUND, Columns
from core.engines.clickhouse.dialect import ClickHouseDialect
from core.engines.clickhouse.sets import Flags
from core.engines.running import Clock, Result, Stop, wall_clock
from core.engines.sqlite.engine import SqliteEngine
from core.errors import FootfallError, Stopped
from core.queries.common.context import Context
from core.queries.common.question import Question, Rows
from core.sql.dialect import Statement
from core.store.waiting import WAIT
from core.timeframe import Calendar

SETTINGS = {
    "join_use_nulls": 1,
    "prefer_column_name_to_alias": 1,
    "precise_float_parsing": 1,
    "asterisk_include_materialized_columns": 1,
}
"""Settings of every statement: NULLs in joins, column names before aliases and numbers as in
SQLite, and all columns of events in a relation that stands for them.
"""

SPREAD = {"distributed_product_mode": "'global'"}
"""Settings of statements over a cluster: what a subquery finds on all shards is sent to each."""


class Runner(Protocol):
    """Where statements run: chdb in this process, or a client of a server.

    Attributes:
        cluster: the name of the cluster that the tables are spread over; "" for one server.
    """

    @property
    def cluster(self) -> str:
        """See Attributes."""
        ...

    def run(self, text: str, parameters: dict[str, Any], stop: Stop | None = None) -> Rows:
        """Run one statement with its {name:Type} parameters and return its rows; `stop` ends it.

        Raises:
            Stopped, QueryFailed: with ClickHouse's message.
        """
        ...

    def typed(
        self,
        text: str,
        parameters: dict[str, Any],
        settings: dict[str, object],
        stop: Stop | None = None,
    ) -> Rows:
        """Run one statement that a person typed, with some settings; the first row are the names of
        the columns.

        Raises:
            As `run`.
        """
        ...

    def insert(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], token: str = ""
    ) -> None:
        """Append rows to a table; what was sent under a token is not stored again."""
        ...

    def close(self) -> None:
        """End the connection or the session."""
        ...


class ClickHouseEngine:
    """Answers questions over a copy of the events; the workspace file has names and definitions.

    Args:
        path: the workspace file.
        runner: where statements run.
        clock: returns now in UTC ms; tests pin it.
        time_limit: default seconds for one statement; None for no limit.

    Raises:
        CannotOpen: the file is missing or not a workspace.
    """

    def __init__(
        self,
        path: str | Path,
        runner: Runner,
        *,
        clock: Clock = wall_clock,
        time_limit: float | None = None,
        wait: float = WAIT,
    ) -> None:
        self.workspace = SqliteEngine(path, clock=clock, wait=wait)
        self.time_limit = time_limit
        self._runner = runner
        self._cache: Cache[Result] = Cache()
        self._properties: tuple[Any, Columns] | None = None

    @property
    def path(self) -> Path:
        """The workspace file."""
        return self.workspace.path

    @property
    def clock(self) -> Clock:
        """Returns now in UTC ms."""
        return self.workspace.clock

    @property
    def calendar(self) -> Calendar:
        """The zone and week start of the workspace."""
        return self.workspace.calendar

    @property
    def where(self) -> str:
        """The host that answers, "" if it is this process."""
        return str(getattr(self._runner, "host", ""))

    def close(self) -> None:
        """Close the workspace file; the engine must not be used afterwards."""
        self.workspace.close()
        if self.where:
            self._runner.close()

    # -- what the workspace file knows

    def context(self) -> Context:
        """Return the context for a question asked now."""
        return self._of_cluster(self.workspace.context(), _Program(self, Stop(), self.time_limit))

    def state(self) -> tuple[Any, int]:
        """See SqliteEngine; every push changes the file too."""
        return self.workspace.state()

    def generation(self) -> int:
        """Return the number that every change to the workspace increments."""
        return self.workspace.generation()

    def meta(self) -> dict[str, str]:
        """Return the workspace's settings."""
        return self.workspace.meta()

    def read(self, sql: str, parameters: Any = ()) -> Rows:
        """Run one SELECT of ours against the workspace file and return its rows."""
        return self.workspace.read(sql, parameters)

    def events_in(self, first_day: int, last_day: int) -> int:
        """Return how many events lie on local days first to last, both inclusive."""
        return self.workspace.events_in(first_day, last_day)

    def _of_cluster(self, ctx: Context, program: _Program) -> Context:
        present = ctx.dialect.present
        events = ctx.catalog.events
        flags = Flags(tuple(events.deleted), tuple(events.inactive))
        dialect = ClickHouseDialect(present, flags, self._columns, program)
        whole = self._of_cluster(ctx.whole, program) if ctx.whole is not None else None
        return replace(ctx, dialect=dialect, whole=whole)

    def _columns(self) -> Columns:
        """The columns of properties; the server is asked for them after each change."""
        state = self.state()
        if self._properties is None or self._properties[0] != state:
            rows = self._runner.run(FOUND, {})
            self._properties = state, Columns.of(rows)
        return self._properties[1]

    def run(
        self,
        question: Question,
        *,
        stop: Stop | None = None,
        fresh: bool = False,
        time_limit: float | None = None,
        forgiving: bool = False,
    ) -> Result:
        """Answer a question; parameters and errors as for `SqliteEngine.run`."""
        limit = time_limit if time_limit is not None else self.time_limit
        state = self.state()  # before the context: an answer is never newer than its key says
        program = _Program(self, stop or Stop(), limit)
        ctx = self._of_cluster(self.workspace.context(), program)
        return answered(
            question,
            ctx,
            state,
            self._cache,
            lambda ctx: self._drive(question, ctx, program),
            fresh=fresh,
            forgiving=forgiving,
        )

    def answer(self, question: Question, **options: Any) -> Any:
        """Answer a question and return only the shape; options as for `run`."""
        return self.run(question, **options).answer

    def _drive(
        self, question: Question, ctx: Context, program: _Program
    ) -> tuple[Shape, tuple[Statement, ...], tuple[Statement, ...]]:
        """Return the answer, the question's statements and those of its program."""
        asking = question.ask(ctx)
        asked: list[Statement] = []
        try:
            statement = next(asking)
            while True:
                program.check()
                together = (statement, *statement.also)
                asked += together
                rows = [row for one in together for row in self._rows(ctx, one, program)]
                statement = asking.send(rows)
        except StopIteration as finished:
            return finished.value, tuple(asked), tuple(program.asked)

    def _rows(self, ctx: Context, statement: Statement, program: _Program) -> Rows:
        if statement.typed:
            return self._typed(ctx, statement, program.stop, program.limit)
        return self.read_there(statement, program.stop, program.limit)

    def read_there(self, statement: Statement, stop: Stop, limit: float | None) -> Rows:
        """Return the rows of a statement of ours."""
        end = settings(limit, spread=bool(self._runner.cluster))
        return self._runner.run(statement.text + end, statement.parameters, stop)

    def _typed(
        self,
        ctx: Context,
        statement: Statement,
        stop: Stop,
        limit: float | None,
        begun: str = "",
    ) -> Rows:
        """Run a statement that a person typed, in which nothing can be written."""
        from core.engines.clickhouse import typed

        whole = typed.with_views(ctx, statement)
        spread = bool(self._runner.cluster)
        chosen = typed.settings(statement.typed, limit, spread=spread)
        try:
            rows = self._runner.typed(begun + whole.text, whole.parameters, chosen, stop)
        except FootfallError as error:
            raise typed.explained(error) from error
        return [tuple(typed.plain(value) for value in row) for row in rows]

    def plan(self, statement: Statement) -> tuple[str, ...]:
        """See Engine."""
        ctx = self.context()
        found = self._typed(ctx, statement, Stop(), None, "explain indexes = 1 ")
        return tuple(str(line) for (line,) in found[1:])


@dataclass
class _Program:
    """What reads for programs; see core.sql.dialect.Program."""

    engine: ClickHouseEngine
    stop: Stop
    limit: float | None
    asked: list[Statement] = field(default_factory=list)

    def rows(self, statement: Statement) -> Rows:
        """Return the rows of a statement."""
        self.asked.append(statement)
        return self.engine.read_there(statement, self.stop, self.limit)

    def check(self) -> None:
        """Raise Stopped if the question was."""
        if self.stop.stopped:
            raise Stopped("Stopped.")


def settings(time_limit: float | None, *, spread: bool = False) -> str:
    """Return the SETTINGS clause at the end of every question's statement.

    Args:
        spread: whether the tables are those of a cluster.
    """
    chosen: dict[str, object] = {**SETTINGS, **(SPREAD if spread else {})}
    if time_limit:
        chosen["max_execution_time"] = max(int(time_limit), 1)
    return "\nsettings " + ", ".join(f"{name} = {value}" for name, value in chosen.items())
