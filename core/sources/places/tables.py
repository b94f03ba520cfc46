"""Tables of a SQLite or DuckDB file: their rows as JSON objects, one per line.

The file is opened read-only and not trusted: no function in its schema runs, only reading is
allowed, and a row longer than the limit for a line is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

from core.errors import BadInput, did_you_mean
from core.sources.blocks import START, Position
from core.sources.fields import listed
from core.sources.places import Place
from core.sources.places.candidates import chosen, quoted, statement
from core.sources.places.rows import RowInput, cell

SQLITE: Final = b"SQLite format 3\0"
_DUCK: Final = b"DUCK"
_IN_WAL: Final = b"\x02\x02"
"""Bytes 18 and 19 of a SQLite file in WAL mode."""

_TOGETHER: Final = 256
_SAMPLE: Final = 50
_FIRST: Final = 128
_NUMBERS: Final = frozenset({"rowid", "oid", "_rowid_"})
"""What SQLite calls the number of a row, unless a column is called so."""

_LONGEST: Final = 64 << 20
_OURS: Final = frozenset({"meta", "event_names", "identities", "_sqlite_migrations"})


def is_database(head: bytes) -> bool:
    """Whether a file with these first bytes is a database."""
    return head.startswith(SQLITE) or head[8:12] == _DUCK


class Tables(Protocol):
    """An open database."""

    def columns(self) -> Mapping[str, Sequence[str]]:
        """Return table -> its column names."""
        ...

    def rows(self, sql: str) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
        """Return the names of the columns of a query, and its rows."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def open_table(
    place: Place,
    head: bytes,
    mapping: Mapping[str, str],
    event: str = "",
    begin: Position = START,
) -> RowInput:
    """Return the rows of the table, or the query, that has the events of a database.

    Args:
        begin: the position of the row that the place begins after, if it begins after one.
        event: the name of all events; "" where a column has it.

    Raises:
        BadInput: it cannot be read, or several of its tables may contain the events.
    """
    if place.member or place.path == "-":
        raise BadInput(
            f"{place.name} is a database in an archive or stream.", "Import the file itself."
        )
    try:
        tables = _open(place.path, head)
    except sqlite3.Error as error:
        raise BadInput(f"{place.path} could not be read: {error}.") from error
    try:
        what, sql = _chosen(tables, place, mapping, event)
        numbered = "" if place.query else _numbered(tables, what, sql)
        if place.after is not None and not numbered:
            raise BadInput(f"The rows of {place.path}:{what} have no numbers.")
        after = f" where rowid > {place.after}" if place.after is not None else ""
        names, rows = tables.rows(f"{numbered}{after} order by rowid" if numbered else sql)
        first = list(tables.rows(f"{sql} limit {_FIRST}")[1]) if after else None
    except BadInput:
        tables.close()
        raise
    except (sqlite3.Error, sqlite3.Warning) as error:
        tables.close()
        raise BadInput(
            f"{place.path}, a binary file that starts like a database, could not be read: {error}."
        ) from error
    return RowInput(
        f"{place.path}:{what}",
        names[1:] if numbered else names,
        rows,
        tables.close,
        (sqlite3.Error,),
        is_numbered=bool(numbered),
        begin=begin if after else START,
        first=first,
    )


def newest_row(path: str, head: bytes, table: str) -> int | None:
    """Return the highest number (rowid) of a row of a table, 0 if it is empty.

    None if its rows have no numbers or it cannot be read.
    """
    try:
        tables = _open(path, head)
    except (BadInput, sqlite3.Error):
        return None
    try:
        if not _numbered(tables, table, f"select * from {quoted(table)}"):
            return None
        ((found,),) = tables.rows(f"select max(rowid) from {quoted(table)}")[1]
    except (BadInput, sqlite3.Error):
        return None
    finally:
        tables.close()
    return int(found or 0)


def _numbered(tables: Tables, table: str, sql: str) -> str:
    """Return the start of a statement that reads the rows of a table with their numbers first; ""
    if they have none, or the statement to read it does more than that.
    """
    name = quoted(table)
    columns = {column.lower() for column in tables.columns().get(table, ())}
    if sql != f"select * from {name}" or columns & _NUMBERS:
        return ""
    try:
        first = next(iter(tables.rows(f"select rowid from {name} limit 1")[1]), None)
    except (sqlite3.Error, BadInput):
        return ""
    whole = first is None or isinstance(first[0], int)
    return f"select rowid as row_number_, * from {name}" if whole else ""


def tables_of(place: Place, head: bytes) -> tuple[str, ...]:
    """Return the names of the tables of a database.

    Raises:
        BadInput, sqlite3.Error: it cannot be read.
    """
    if place.member or place.path == "-":
        return ()
    tables = _open(place.path, head)
    try:
        return tuple(tables.columns())
    finally:
        tables.close()


def _chosen(
    tables: Tables, place: Place, mapping: Mapping[str, str], event: str
) -> tuple[str, str]:
    """Return the name of what is read, and the statement that reads it."""
    if place.query:
        return "query", place.query
    columns = tables.columns()
    if columns.keys() >= _OURS:
        raise BadInput(f"{place.path} is a footfall workspace, not a file of events.")
    if not place.table:
        samples = {table: _sample(tables, table) for table in columns}
        return chosen(place.path, samples, mapping, event)
    if place.table not in columns:
        raise BadInput(
            f"{place.path} has no table {place.table!r}.",
            f"{did_you_mean(place.table, columns)} It has: {listed(list(columns))}.".strip(),
        )
    return place.table, statement(place.table, columns)


def _sample(tables: Tables, table: str) -> Mapping[str, Sequence[Any]]:
    """Return the first values of each column of a table; no columns if it cannot be read."""
    try:
        names, rows = tables.rows(f"select * from {quoted(table)} limit {_SAMPLE}")
        found = [tuple(map(cell, row)) for row in rows]
    except sqlite3.Error:
        return {}
    return {name: [row[place] for row in found] for place, name in enumerate(names)}


def _open(path: str, head: bytes) -> Tables:
    return _Sqlite(path, head) if head.startswith(SQLITE) else _duck(path)


class _Sqlite:
    """A SQLite file.

    One in WAL mode without a log beside it has no writer, and is opened as immutable, so that
    SQLite creates no files beside it.
    """

    def __init__(self, path: str, head: bytes) -> None:
        whole = Path(path).absolute()
        alone = head[18:20] == _IN_WAL and not whole.with_name(f"{whole.name}-wal").exists()
        uri = f"file:{quote(str(whole))}?mode=ro{'&immutable=1' if alone else ''}"
        self._connection = sqlite3.connect(uri, uri=True, timeout=5.0)
        self._connection.text_factory = lambda text: text.decode(errors="replace")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        for pragma in ("query_only = on", "trusted_schema = off", "cell_size_check = on"):
            self._connection.execute(f"pragma {pragma}")

    def columns(self) -> Mapping[str, Sequence[str]]:
        tables = self._connection.execute(
            """
            select name from sqlite_master
            where type in ('table', 'view') and name not like 'sqlite^_%' escape '^'
              and sql not like 'create virtual%'
            order by type, name
            """
        ).fetchall()
        found = {}
        for (table,) in tables:
            with suppress(sqlite3.Error):
                names = self._connection.execute("select name from pragma_table_info(?)", (table,))
                found[table] = [name for (name,) in names]
        return found

    def rows(self, sql: str) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
        self._connection.set_authorizer(_only_reading)
        cursor = self._connection.execute(sql)
        return _names(cursor.description), iter(cursor)

    def close(self) -> None:
        self._connection.close()


_READING: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


def _only_reading(action: int, first: str | None, second: str | None, *_: object) -> int:
    bad = action == sqlite3.SQLITE_FUNCTION and second in ("load_extension", "fts3_tokenizer")
    return sqlite3.SQLITE_OK if action in _READING and not bad else sqlite3.SQLITE_DENY


def _duck(path: str) -> Tables:
    try:
        library: Any = import_module("duckdb")
    except ImportError as error:
        raise BadInput(
            f"{path} is a DuckDB file, which requires the library duckdb.",
            "Install it, or export the table: COPY events TO 'events.csv'.",
        ) from error
    return _Duck(path, library)


class _Duck:
    """A DuckDB file, with no access to other files."""

    def __init__(self, path: str, library: Any) -> None:
        self._error: type[Exception] = library.Error
        try:
            self._connection = library.connect(path, read_only=True)
            self._connection.execute("set enable_external_access = false")
        except self._error as error:
            raise BadInput(f"{path} could not be read: {error}.") from error

    def columns(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        elsewhere: dict[str, str] = {}
        for schema, table, column in self._connection.execute(
            """
            select table_schema, table_name, column_name from information_schema.columns
            where table_schema not in ('information_schema', 'pg_catalog')
            order by table_schema <> 'main', table_schema, table_name, ordinal_position
            """
        ).fetchall():
            name = table if schema == "main" else f"{schema}.{table}"
            found.setdefault(name, []).append(column)
            if schema != "main":
                elsewhere[name] = f"{quoted(schema)}.{quoted(table)}"
        for name, table in elsewhere.items():
            self._connection.execute(
                f"create or replace temp view {quoted(name)} as select * from {table}"
            )
        return found

    def rows(self, sql: str) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
        try:
            cursor = self._connection.execute(sql)
        except self._error as error:
            raise sqlite3.DatabaseError(str(error)) from error
        return _names(cursor.description), self._each(cursor)

    def _each(self, cursor: Any) -> Iterator[Sequence[Any]]:
        try:
            while rows := cursor.fetchmany(_TOGETHER):
                yield from rows
        except self._error as error:
            raise sqlite3.DatabaseError(str(error)) from error

    def close(self) -> None:
        self._connection.close()


def _names(description: Iterable[Sequence[Any]]) -> list[str]:
    """Return the column names of a query, repeats as name_2, name_3, ..."""
    found: list[str] = []
    for column in description or ():
        count, name = 2, column[0]
        while name in found:
            name, count = f"{column[0]}_{count}", count + 1
        found.append(name)
    return found
