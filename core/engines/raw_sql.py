"""SQL typed by a person: one SELECT, on a connection that can do nothing else (semantics 10.6)."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

from core.answers import Column, Table
from core.engines import bitmaps
from core.engines.sqlite import PROGRESS_STEPS, Stop
from core.errors import BadQuestion, CannotOpen, FootfallError, QueryFailed, Stopped, TookTooLong
from core.store.workspace import open_reader

DEFAULT_LIMIT: Final = 1_000
MAX_LIMIT: Final = 10_000
TIME_LIMIT: Final = 30.0
MAX_QUERY: Final = 1_000_000
MAX_VALUE: Final = 50_000_000
"""Bytes a single value or row may take."""

_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_FORBIDDEN_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer"})
_COMMENTS: Final = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|;)*", re.S)
_READS = "Only one SELECT or WITH statement is run."

ColumnType = Literal["text", "count", "number", "percent", "duration", "time", "json"]


def run_sql(
    path: str | Path,
    query: str,
    *,
    limit: int = DEFAULT_LIMIT,
    stop: Stop | None = None,
    time_limit: float | None = TIME_LIMIT,
) -> Table:
    """Run one SELECT against a workspace and return its rows; it can change nothing.

    Args:
        limit: rows to return, 1 to MAX_LIMIT; `truncated` tells that there were more.
        stop: lets another thread stop it.
        time_limit: seconds, None for no limit.

    Raises:
        BadQuestion: not a SELECT or WITH, several statements, or the limit is out of bounds.
        QueryFailed: SQLite refused it. TookTooLong, Stopped: it did not finish.
        CannotOpen: no workspace there.
    """
    _check(query, limit)
    with closing(open_reader(path)) as connection:
        failures = bitmaps.register(connection)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        _close_doors(connection)
        deadline = time.monotonic() + time_limit if time_limit else float("inf")
        connection.set_progress_handler(lambda: int(time.monotonic() > deadline), PROGRESS_STEPS)
        stop = stop or Stop()
        try:
            with stop.guarding(connection):
                cursor = connection.execute(query)
                rows = cursor.fetchmany(limit + 1)
                names = [str(column[0]) for column in cursor.description or ()]
        except (sqlite3.Error, sqlite3.Warning) as error:
            late = time.monotonic() > deadline
            raise failures.take() or _translated(error, stop, time_limit, late) from error
        failed = failures.take()
    if failed:
        raise failed
    return _table(names, rows, limit)


def _check(query: str, limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise BadQuestion(f"limit {limit} is out of bounds.", f"Allowed: 1 to {MAX_LIMIT:,}.")
    if len(query) > MAX_QUERY:
        raise BadQuestion(f"The query is {len(query):,} characters long.", "It is too long.")
    start = _COMMENTS.match(query)
    text = query[start.end() if start else 0 :]
    if not re.match(r"(select|with)\b", text, re.I):
        raise BadQuestion("This is not a SELECT.", _READS)
    if "\0" in query or any("\ud800" <= char <= "\udfff" for char in query):
        raise BadQuestion("The query holds what is not text.", _READS)


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
    said = str(error)
    if stop.stopped:
        return Stopped("Stopped.")
    if "interrupted" in said and late:
        return TookTooLong(f"Took longer than {time_limit:g} s.", "Ask for less at once.")
    if "not authorized" in said or "prohibited" in said or "one statement" in said:
        return BadQuestion(f"SQLite refused it: {said.rstrip('.')}.", _READS)
    if "locked" in said or "busy" in said:
        return CannotOpen("Another program is writing to the workspace.", "Try again.")
    return QueryFailed(f"SQLite says: {said}.")


def _table(names: Sequence[str], rows: list[tuple[Any, ...]], limit: int) -> Table:
    kept = [tuple(_value(value) for value in row) for row in rows[:limit]]
    return Table(
        title="SQL",
        columns=tuple(
            Column(name=name, type=_type([row[index] for row in kept]))
            for index, name in enumerate(names)
        ),
        rows=tuple(kept),
        truncated=len(rows) > limit,
    )


def _value(value: Any) -> Any:
    return f"x'{value.hex()}'" if isinstance(value, bytes) else value


def _type(values: Sequence[Any]) -> ColumnType:
    found = {type(value) for value in values if value is not None}
    if found and found <= {int, float}:
        return "count" if found == {int} else "number"
    return "text"
