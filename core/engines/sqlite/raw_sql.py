"""SQL typed by a person: one read-only SELECT (definitions 10.6).

A statement may be pasted from anywhere, so it runs in a separate process (raw_sql_child) that has
only SQLite's own functions, may use little memory, and can be ended at once, even inside a function
that never checks the time. A crash of SQLite ends that process alone.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any, Final

from core.engines.running import Stop
from core.engines.sqlite.raw_sql_programs import Late, Programs
from core.engines.sqlite.typed_views import ways_of
from core.errors import (
    BadQuestion,
    FootfallError,
    QueryFailed,
    Stopped,
    TookTooLong,
    did_you_mean,
)
from core.queries.common.question import Rows
from core.sql.dialect import Statement
from core.sql.text import ONE_SELECT, is_sql
from core.store.troubles import sentence
from core.store.waiting import WAIT
from core.store.workspace import identity, reader_uris

TIME_LIMIT: Final = 30.0
GRACE: Final = 1.0
"""How many seconds past the limit a statement that does not end by itself is killed."""
MAX_VALUE: Final = 10_000_000
"""The most bytes a single value may take."""
MAX_RESULT: Final = 50_000_000
"""The most bytes all rows may take together."""
MAX_MEMORY: Final = 256_000_000
"""The most memory SQLite may use for a statement, in bytes; sorting moves to temporary files
earlier.
"""
MAX_FILE: Final = 1_000_000_000
"""The most bytes of one temporary file."""
MAX_STEPS: Final = 500
"""The most lines of a plan."""

_SETUP: Final = (
    "select value from meta where key = 'version'",
    "pragma query_only = on",
    "pragma trusted_schema = off",
    "pragma mmap_size = 1073741824",
    "pragma cache_size = -65536",
    f"pragma busy_timeout = {WAIT * 1000:.0f}",
    f"pragma hard_heap_limit = {MAX_MEMORY}",
)
VIEWS: Final = (
    "daily_v1",
    "events_v1",
    "context_v1",
    "logs_v1",
    "user_traits_v1",
    "users_v1",
    "user_devices",
)
"""The views to read; the tables behind them have numbers instead of names. The first one answers
most in the least time.
"""


def run_typed(
    path: str | Path,
    statement: Statement,
    programs: Programs,
    *,
    stop: Stop | None = None,
    time_limit: float | None = None,
) -> Rows:
    """Run one SELECT against a workspace; it cannot change anything.

    Args:
        statement: the statement, with at most `typed` rows to fetch.
        programs: the processes that may run it.
        stop: lets another thread stop it.
        time_limit: as of `seconds_of`.

    Returns:
        The column names, then the rows.

    Raises:
        BadQuestion: not a SELECT or WITH, several statements, or a parameter without a value.
        QueryFailed: SQLite refused it, or its values or rows are too large.
        TookTooLong, Stopped: it did not finish.
        CannotOpen, Busy, Damaged: the workspace cannot be read.
    """
    _check(statement.text)
    seconds = seconds_of(time_limit)
    request = _request(
        path, statement.text, statement, rows=statement.typed, seconds=seconds or None
    )
    kind, *rest = _asked(request, stop or Stop(), seconds, programs)
    if kind == "large":
        raise QueryFailed(
            f"The rows take more than {MAX_RESULT // 1_000_000} MB.",
            "Ask for fewer rows or columns, or for a part of long values with substr.",
        )
    if kind == "error":
        raise _translated(rest[0]["said"], rest[0]["code"], Path(path), seconds, rest[0]["late"])
    names, rows = rest
    return [tuple(names), *rows]


def seconds_of(time_limit: float | None) -> float:
    """Return how long a statement may take: at least TIME_LIMIT, the default; 0 for no limit."""
    return TIME_LIMIT if time_limit is None else time_limit and max(time_limit, TIME_LIMIT)


def plan_of(path: str | Path, statement: Statement, programs: Programs) -> tuple[str, ...]:
    """Return how SQLite would run a statement: a line per step, indented below what it serves.

    Raises:
        As `run_typed`, without running the statement.
    """
    _check(statement.text)
    request = _request(path, statement.text, statement, rows=MAX_STEPS, seconds=TIME_LIMIT)
    request["ways"] = [
        (holds, given, f"explain query plan {query}", views)
        for holds, given, query, views in request["ways"]
    ]
    kind, *rest = _asked(request, Stop(), TIME_LIMIT, programs)
    if kind != "rows":
        said = rest[0]["said"] if kind == "error" else "the plan is too long"
        raise QueryFailed(f"SQLite says: {said.rstrip('.')}.")
    depth: dict[int, int] = {}
    lines = []
    for id_, parent, _, detail in rest[1]:
        depth[id_] = depth.get(parent, -1) + 1
        lines.append("  " * depth[id_] + str(detail))
    return tuple(lines)


def _request(
    path: str | Path, query: str, statement: Statement, *, rows: int | None, seconds: float | None
) -> dict[str, Any]:
    return {
        "uris": reader_uris(path),
        "file": identity(path),
        "ways": [tuple(way) for way in ways_of(query, statement.instead)],
        "setup": list(_SETUP),
        "parameters": dict(statement.parameters),
        "rows": rows,
        "seconds": seconds,
        "value_bytes": MAX_VALUE,
        "result_bytes": MAX_RESULT,
        "file_bytes": MAX_FILE,
    }


def _check(query: str) -> None:
    if not is_sql(query):
        raise BadQuestion("This is not a SELECT.", ONE_SELECT, parameter="query")
    if "\0" in query:
        raise BadQuestion("The query is not text in UTF-8.", ONE_SELECT, parameter="query")


def _asked(request: dict[str, Any], stop: Stop, seconds: float, programs: Programs) -> Any:
    try:
        reply = programs.reply(request, stop, seconds + GRACE if seconds else None)
    except Late:
        raise _late(seconds) from None
    if stop.stopped:
        raise Stopped("Stopped.")
    if reply is None:
        raise QueryFailed("SQLite crashed on this statement.", "Write it in a simpler way.")
    return reply


def _late(seconds: float) -> TookTooLong:
    return TookTooLong(f"Took longer than {seconds:g} s.", "Ask for less at once.")


def _translated(said: str, code: int, path: Path, seconds: float, late: bool) -> FootfallError:
    said = said.rstrip(".")
    if code == sqlite3.SQLITE_INTERRUPT and late:
        return _late(seconds)
    if code == sqlite3.SQLITE_TOOBIG:
        return QueryFailed(
            f"A value is longer than {MAX_VALUE // 1_000_000} MB.", "Ask for a part of it."
        )
    if code == sqlite3.SQLITE_NOMEM:
        return QueryFailed(
            f"The statement needs more than {MAX_MEMORY // 1_000_000} MB of memory.",
            "Ask for fewer rows or for shorter values.",
        )
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
        return QueryFailed(
            f"Sorting needs more than {MAX_FILE // 1_000_000_000} GB.", "Ask for fewer rows."
        )
    if "not authorized" in said or "prohibited" in said or "one statement" in said:
        return BadQuestion(f"SQLite refused the statement: {said}.", ONE_SELECT, parameter="query")
    if code & 0xFF not in (0, sqlite3.SQLITE_ERROR) or not path.exists():
        error = sqlite3.OperationalError(said)
        error.sqlite_errorcode = code
        return sentence(error, path)
    return QueryFailed(f"SQLite says: {said}.", _advice(said))


def _advice(said: str) -> str:
    if re.fullmatch("no such function: .+", said):
        return "Only SQLite's own functions are available."
    absent = re.fullmatch(r"no such table: (?:main\.)?(.+)", said)
    if absent:
        return did_you_mean(absent[1], VIEWS) or f"There are {', '.join(VIEWS)}."
    return ""
