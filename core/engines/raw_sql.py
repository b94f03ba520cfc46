"""SQL typed by a person: one SELECT, on a connection that can do nothing else (semantics 10.6)."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from core.engines import bitmaps
from core.engines.dialect import Statement
from core.engines.sqlite import PROGRESS_STEPS, Stop
from core.errors import (
    BadQuestion,
    CannotOpen,
    FootfallError,
    QueryFailed,
    Stopped,
    TookTooLong,
    did_you_mean,
)
from core.queries.base import Rows
from core.sql_text import is_sql
from core.store.workspace import open_reader

TIME_LIMIT: Final = 30.0
MAX_VALUE: Final = 50_000_000
"""Bytes a single value or row may take."""

_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_FORBIDDEN_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer"})
_READS = "Only one SELECT or WITH statement is run."
VIEWS: Final = (
    "events_v1", "context_v1", "logs_v1", "user_traits_v1", "users_v1", "user_devices",
)  # fmt: skip
"""What a statement is to read; the tables behind them hold numbers instead of names."""


def run_typed(
    path: str | Path,
    statement: Statement,
    *,
    stop: Stop | None = None,
    time_limit: float | None = None,
) -> Rows:
    """Run one SELECT against a workspace; it can change nothing.

    Args:
        statement: with `typed` rows to fetch at most.
        stop: lets another thread stop it.
        time_limit: seconds, at least TIME_LIMIT, which is the usual; 0 for no limit.

    Returns:
        The column names, then the rows.

    Raises:
        BadQuestion: not a SELECT or WITH, several statements, or a parameter without a value.
        QueryFailed: SQLite refused it. TookTooLong, Stopped: it did not finish.
        CannotOpen: no workspace there.
    """
    _check(statement.text)
    limit = TIME_LIMIT if time_limit is None else time_limit and max(time_limit, TIME_LIMIT)
    with closing(open_reader(path)) as connection:
        failures = bitmaps.register(connection)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        _close_doors(connection)
        deadline = time.monotonic() + limit if limit else float("inf")
        connection.set_progress_handler(lambda: int(time.monotonic() > deadline), PROGRESS_STEPS)
        stop = stop or Stop()
        try:
            with stop.guarding(connection):
                cursor = connection.execute(statement.text, statement.parameters)
                rows = cursor.fetchmany(statement.typed)
                names = tuple(str(column[0]) for column in cursor.description or ())
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            late = time.monotonic() > deadline
            raise failures.take() or _translated(error, stop, limit, late) from error
        failed = failures.take()
    if failed:
        raise failed
    return [names, *rows]


def _check(query: str) -> None:
    if not is_sql(query):
        raise BadQuestion("This is not a SELECT.", _READS, parameter="query")
    if "\0" in query:
        raise BadQuestion("The query holds what is not text.", _READS, parameter="query")


def _close_doors(connection: sqlite3.Connection) -> None:
    """Deny everything but reading, and values large enough to exhaust memory."""

    def allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY

    # a table function is set up on its first use, by a statement that would be denied
    connection.execute("select 1 from json_each('[]'), json_tree('[]')").fetchall()
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    connection.set_authorizer(allowed)


def _translated(
    error: Exception, stop: Stop, time_limit: float | None, late: bool
) -> FootfallError:
    said = str(error).rstrip(".")
    if stop.stopped:
        return Stopped("Stopped.")
    if "interrupted" in said and late:
        return TookTooLong(f"Took longer than {time_limit:g} s.", "Ask for less at once.")
    if "not authorized" in said or "prohibited" in said or "one statement" in said:
        return BadQuestion(f"SQLite refused it: {said}.", _READS, parameter="query")
    if "locked" in said or "busy" in said:
        return CannotOpen("Another program is writing to the workspace.", "Try again.")
    absent = re.fullmatch(r"no such table: (?:main\.)?(.+)", said)
    if absent:
        hint = did_you_mean(absent[1], VIEWS) or f"There are {', '.join(VIEWS)}."
        return QueryFailed(f"SQLite says: {said}.", hint)
    return QueryFailed(f"SQLite says: {said}.")
