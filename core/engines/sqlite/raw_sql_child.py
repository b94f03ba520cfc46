"""Runs statements typed by a person, in a separate process (see raw_sql).

It is started without the project's packages and imports only the standard library, and little of
that (`signal` would take a third of its start), so that it starts quickly. It reads a request from
standard input and writes a reply to standard output, both marshalled, and waits for the next:

- request: {"uris": files to try in turn, "file": which one they lead to, "setup": statements,
  "ways": (a test, its values, query, views) in turn, the first of which that holds is gone,
  "parameters", "rows": at most, "seconds": None for no limit, "value_bytes", "result_bytes",
  "file_bytes"};
- reply: ("rows", names, rows), ("large", None) if the rows together take too many bytes, or
  ("error", {"said", "code": SQLite's or 0, "late": past the limit}).
"""

from __future__ import annotations

import marshal
import os
import sqlite3
import struct
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing it would take as long as all else
    from typing import Any

PROGRESS_STEPS = 20_000
HOLDING = 5.0
"""How many seconds it waits for another request with the file open,"""
IDLE = 300.0
"""and how many it waits after that before it ends."""
MUCH = 1_000_000
"""It ends after rows of more bytes, and so gives back all memory,"""
LONG = 1.0
"""or after a statement of more seconds."""
WITH_RUNS = 12347
"""How the serialised form of a set with containers of runs begins, in its lower half."""
ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
FORBIDDEN_FUNCTIONS = frozenset(
    {"load_extension", "fts3_tokenizer", "sqlite_log", "rtreecheck", "rtreedepth", "rtreenode"}
)


class TooLarge(Exception):
    """The rows together take too many bytes."""


class Budget:
    """How many bytes rows may take: their texts as they are read, and complete rows in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._texts = self._rows = 0

    @property
    def taken(self) -> int:
        """How many bytes were taken."""
        return self._texts + self._rows

    def text(self, raw: bytes) -> str:
        """Return a text of a row; a row may be too large before it is complete."""
        self._texts += len(raw)
        if self._texts > self._most:
            raise TooLarge
        return raw.decode("utf-8", "replace")

    def take(self, row: tuple[Any, ...]) -> None:
        """Count a row; TooLarge if it is one too many."""
        self._rows += sum(map(sys.getsizeof, row))
        if self._rows > self._most:
            raise TooLarge


class Opened:
    """The file of the last statement, which stays open while others of the same file follow."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._key: Any = None
        self._views: list[tuple[str, str]] = []

    def of(self, request: dict[str, Any]) -> tuple[sqlite3.Connection, str]:
        """Return a connection that has run its setup statements and has the views of the first way
        that holds, and the statement of that way.

        Raises:
            sqlite3.Error: no file can be read.
        """
        key = (request["uris"], request["file"], request["setup"], request["value_bytes"])
        if self._connection is not None and key == self._key:
            self._connection.set_authorizer(None)
            self._connection.text_factory = str
            return self._connection, self._seen_by(self._connection, request)
        self.close()
        *others, last = request["uris"]
        for uri in others:
            try:
                return self._connected(uri, request)
            except sqlite3.OperationalError:
                self.close()
        found = self._connected(last, request)
        # a file that is read as it is, and not by its locks, may be another one the next time
        self._key = None if others else key
        return found

    def _connected(self, uri: str, request: dict[str, Any]) -> tuple[sqlite3.Connection, str]:
        self._connection = connection = sqlite3.connect(uri, uri=True)
        connection.create_function("people_in", 1, people_in, deterministic=True)
        query = self._seen_by(connection, request)
        for statement in request["setup"]:
            connection.execute(statement).fetchall()
        # a table function is set up on its first use, by a statement that would be denied
        connection.execute("select 1 from json_each('[]'), json_tree('[]')").fetchall()
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, request["value_bytes"])
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        return connection, query

    def _seen_by(self, connection: sqlite3.Connection, request: dict[str, Any]) -> str:
        """Make the views of the first way that holds; return its statement."""
        query: str
        query, views = next(
            (query, views)
            for test, given, query, views in request["ways"]
            if connection.execute(test, given).fetchone()[0]
        )
        if views != self._views:
            connection.execute("pragma query_only = off")
            for name, _ in self._views:
                connection.execute(f"drop view temp.{name}")
            for name, made_of in views:
                connection.execute(f"create temp view {name} as {made_of}")
            connection.execute("pragma query_only = on")
        self._views = views
        return query

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._key, self._views = None, None, []


def reply_to(request: dict[str, Any], opened: Opened) -> tuple[tuple[Any, ...], int]:
    """Return the reply to a request, and how many bytes its rows took."""
    budget = Budget(request["result_bytes"])
    deadline = time.monotonic() + request["seconds"] if request["seconds"] else float("inf")
    try:
        connection, query = opened.of(request)
        close_doors(connection, deadline)
        connection.text_factory = budget.text
        cursor = connection.execute(query, request["parameters"])
        found = fetched(cursor, request["rows"], budget)
        cursor.close()  # and with it the snapshot of the file
        return found, budget.taken
    except TooLarge:
        return ("large", None), budget.taken
    except Exception as error:
        code = sqlite3.SQLITE_NOMEM if isinstance(error, MemoryError) else 0
        number = getattr(error, "sqlite_errorcode", code)
        late = time.monotonic() > deadline
        return ("error", {"said": str(error), "code": number, "late": late}), budget.taken


def people_in(people: bytes | None) -> int | None:
    """Return how many people are in a stored set, a serialised 32-bit roaring bitmap.

    Its head says how many are in each of its containers, and how many containers there are.
    """
    if people is None:
        return None
    cookie: int = struct.unpack_from("<I", people)[0]
    if cookie & 0xFFFF == WITH_RUNS:
        containers = (cookie >> 16) + 1
        start = 4 + (containers + 7) // 8
    else:
        containers = struct.unpack_from("<I", people, 4)[0]
        start = 8
    sizes: tuple[int, ...] = struct.unpack_from(f"<{2 * containers}H", people, start)[1::2]
    return sum(sizes) + containers


def close_doors(connection: sqlite3.Connection, deadline: float) -> None:
    """Deny everything but reading; end a statement that is late or that nobody waits for."""
    parent = os.getppid()

    def allowed(
        action: int, first: str | None, second: str | None, base: str | None, view: str | None
    ) -> int:
        function = (second or "").lower() if action == sqlite3.SQLITE_FUNCTION else ""
        if function in FORBIDDEN_FUNCTIONS or (
            function == "people_in" and view not in ("daily_v1", "events_v1")
        ):
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY

    def unwanted() -> int:
        return int(time.monotonic() > deadline or os.getppid() != parent)

    connection.set_authorizer(allowed)
    connection.set_progress_handler(unwanted, PROGRESS_STEPS)


def fetched(cursor: sqlite3.Cursor, most: int, budget: Budget) -> tuple[Any, ...]:
    """Return the reply with the requested number of rows of a statement.

    Raises:
        TooLarge: they take more bytes than allowed.
    """
    names = [str(column[0]) for column in cursor.description or ()]
    rows: list[tuple[Any, ...]] = []
    for row in cursor:
        budget.take(row)
        rows.append(row)
        if len(rows) == most:
            break
    return "rows", names, rows


def limit_files(most_bytes: int) -> None:
    """Limit what sorting may write to temporary files, if the system supports it."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


def is_asked(opened: Opened) -> bool:
    """Wait for the next request; false if none came for a while, where the system can tell."""
    if sys.platform == "win32":
        opened.close()
        return True
    import select

    if select.select([sys.stdin], [], [], HOLDING)[0]:
        return True
    opened.close()
    return bool(select.select([sys.stdin], [], [], IDLE)[0])


def main() -> None:
    """Answer requests until there are no more; after one that took much no other."""
    opened = Opened()
    while is_asked(opened):
        try:
            request = marshal.load(sys.stdin.buffer)
        except EOFError:
            return
        limit_files(request["file_bytes"])
        started = time.monotonic()
        reply, bytes_read = reply_to(request, opened)
        sys.stdout.buffer.write(marshal.dumps(reply))
        sys.stdout.buffer.flush()
        if reply[0] != "rows" or bytes_read > MUCH or time.monotonic() - started > LONG:
            return


if __name__ == "__main__":
    main()
