"""ClickHouse: the same questions over `events` in a cluster, names from the workspace file.

The tables are those of `core.engines.clickhouse.tables`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from core.answers import Shape
from core.engines.clickhouse.dialect import ClickHouseDialect
from core.engines.running import Clock, Result, Stop, wall_clock
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion, Stopped
from core.queries.common.context import Context
from core.queries.common.question import Question, Rows
from core.sql.dialect import Statement

SETTINGS = {
    "join_use_nulls": 1,
    "prefer_column_name_to_alias": 1,
    "precise_float_parsing": 1,
}
"""Settings of every statement: NULLs in joins, column names before aliases and numbers as in
SQLite.
"""


class Runner(Protocol):
    """Where statements run: chdb in this process, or a client of a server."""

    def run(self, text: str, parameters: dict[str, Any]) -> Rows:
        """Run one statement with its {name:Type} parameters and return its rows.

        Raises:
            QueryFailed: with ClickHouse's message.
        """
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a table."""
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

    dialect = ClickHouseDialect()

    def __init__(
        self,
        path: str | Path,
        runner: Runner,
        *,
        clock: Clock = wall_clock,
        time_limit: float | None = None,
    ) -> None:
        self.workspace = SqliteEngine(path, clock=clock)
        self.time_limit = time_limit
        self._runner = runner

    def close(self) -> None:
        """Close the workspace file; the engine must not be used afterwards."""
        self.workspace.close()

    def context(self) -> Context:
        """Return the context for a question asked now."""
        return self._of_cluster(self.workspace.context())

    def _of_cluster(self, ctx: Context) -> Context:
        present = ctx.dialect.present
        dialect = self.dialect if present is None else ClickHouseDialect(present)
        whole = self._of_cluster(ctx.whole) if ctx.whole is not None else None
        return replace(ctx, dialect=dialect, whole=whole)

    def run(
        self,
        question: Question,
        *,
        stop: Stop | None = None,
        time_limit: float | None = None,
    ) -> Result:
        """Answer a question; `stop` takes effect between statements.

        Raises:
            BadQuestion, NotFound: it cannot be asked in this workspace.
            Stopped, QueryFailed: it did not finish.
        """
        ctx = self.context().of(question)
        limit = time_limit if time_limit is not None else self.time_limit
        started = time.perf_counter()
        answer, statements = self._drive(question, ctx, stop or Stop(), limit)
        spent = (time.perf_counter() - started) * 1000
        return Result(answer, spent, ctx.now, statements=statements)

    def answer(self, question: Question, **options: Any) -> Any:
        """Answer a question and return only the shape; options as for `run`."""
        return self.run(question, **options).answer

    def _drive(
        self, question: Question, ctx: Context, stop: Stop, limit: float | None
    ) -> tuple[Shape, tuple[Statement, ...]]:
        asking = question.ask(ctx)
        asked: list[Statement] = []
        try:
            statement = next(asking)
            while True:
                if stop.stopped:
                    raise Stopped("Stopped.")
                together = (statement, *statement.also)
                asked += together
                rows = [row for one in together for row in self._rows(one, limit)]
                statement = asking.send(rows)
        except StopIteration as finished:
            return finished.value, tuple(asked)

    def _rows(self, statement: Statement, limit: float | None) -> Rows:
        if statement.typed:
            raise BadQuestion(
                "SQL runs only on the workspace file: ClickHouse does not have its views."
            )
        return self._runner.run(statement.text + settings(limit), statement.parameters)


def settings(time_limit: float | None) -> str:
    """Return the SETTINGS clause at the end of every question's statement."""
    chosen = dict(SETTINGS)
    if time_limit:
        chosen["max_execution_time"] = max(int(time_limit), 1)
    return "\nsettings " + ", ".join(f"{name} = {value}" for name, value in chosen.items())
