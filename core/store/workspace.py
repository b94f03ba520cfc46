"""Opening a workspace file, for reading or for writing."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from core.errors import BadInput, CannotOpen
from core.store.layout import VERSION
from core.timeframe import Calendar

MAGIC = b"SQLite format 3\x00"


def uri(path: str | Path, **options: str) -> str:
    """Return the SQLite URI of a file, with options such as mode="ro"."""
    text = "&".join(f"{key}={value}" for key, value in options.items())
    return f"file:{quote(str(Path(path).absolute()))}?{text}"


def open_reader(path: str | Path) -> sqlite3.Connection:
    """Open a read-only connection: SQLite itself refuses every write.

    Raises:
        CannotOpen: no such file, not a workspace, or made by a newer version.
    """
    check(path)
    try:
        try:
            return _reader(path, mode="ro")
        except sqlite3.OperationalError:
            if not _untouchable(path):
                raise
            return _reader(path, mode="ro", immutable="1")
    except sqlite3.DatabaseError as error:
        raise CannotOpen(f"{path} could not be read: {error}.") from error


def _reader(path: str | Path, **options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri(path, **options), uri=True, check_same_thread=False)
    try:
        connection.execute("pragma query_only = on")
        connection.execute("pragma mmap_size = 1073741824")
        connection.execute("pragma cache_size = -65536")
        connection.execute("pragma busy_timeout = 5000")
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def reader_uris(path: str | Path) -> list[str]:
    """Return the URIs a program of its own is to try in turn to read a workspace."""
    found = [uri(path, mode="ro")]
    return [*found, uri(path, mode="ro", immutable="1")] if _untouchable(path) else found


def _untouchable(path: str | Path) -> bool:
    """Whether nobody is writing to a file and we cannot make what SQLite reads it with.

    A file in WAL mode needs two small files beside it. Where we may not make them and no writer
    has, the file is whole by itself and is read as one that does not change.
    """
    file = Path(path).absolute()
    return not os.access(file.parent, os.W_OK) and not file.with_name(file.name + "-wal").exists()


def check(path: str | Path) -> None:
    """Raise CannotOpen unless `path` is a SQLite file."""
    file = Path(path)
    if not file.exists():
        raise CannotOpen(
            f"There is no workspace at {path}.",
            "footfall import FILE --into DB makes one, footfall demo shows one.",
        )
    try:
        with file.open("rb") as stream:
            head = stream.read(len(MAGIC))
    except OSError as error:
        raise CannotOpen(f"{path} could not be read: {error.strerror}.") from error
    if head and head != MAGIC:
        raise CannotOpen(
            f"{path} is not a SQLite file.", "To load events from it: footfall import."
        )


def _check_version(connection: sqlite3.Connection, path: str | Path) -> None:
    try:
        row = connection.execute("select value from meta where key = 'version'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        row = None
    if row is None:
        raise CannotOpen(
            f"{path} is a SQLite file but not a footfall workspace.",
            "Make one with footfall import FILE --into DB.",
        )
    if int(row[0]) > VERSION:
        raise CannotOpen(f"{path} was made by a newer footfall.", "Upgrade footfall to open it.")


def open_writer(
    path: str | Path, *, zone: str | None = None, week_start: int | None = None
) -> sqlite3.Connection:
    """Open a workspace for writing, making or migrating the file when needed.

    Args:
        zone: IANA name for a new file, default UTC; an existing file must have the same.
        week_start: 0 Monday (default) or 6 Sunday, for a new file.

    Raises:
        CannotOpen: not a workspace, not writable, or busy for 5 seconds.
        BadInput: the file has another zone or week start.
    """
    from core.store import schema

    file = Path(path)
    if file.exists():
        check(path)
    elif not file.parent.exists():
        raise CannotOpen(f"There is no folder {file.parent}.")
    Calendar(zone or "UTC").zone  # noqa: B018  an unknown zone must fail before a file is made
    try:
        connection = sqlite3.connect(path, timeout=5, check_same_thread=False)
        _refuse_foreign(connection, path)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("pragma cache_size = -262144")
        connection.execute("pragma temp_store = memory")
        schema.apply(
            connection,
            {
                "zone": zone or "UTC",
                "week_start": str(week_start or 0),
                "created_at": str(int(time.time() * 1000)),
            },
        )
        _check_version(connection, path)
    except sqlite3.DatabaseError as error:
        raise CannotOpen(f"{path} could not be opened for writing: {error}.") from error
    _check_settings(connection, zone, week_start)
    return connection


def _refuse_foreign(connection: sqlite3.Connection, path: str | Path) -> None:
    tables = {row[0] for row in connection.execute("select name from sqlite_master")}
    if tables and not tables & {"meta", "_sqlite_migrations"}:
        connection.close()
        raise CannotOpen(
            f"{path} is another program's database; nothing was written to it.",
            "Name a new file with --into.",
        )


def _check_settings(
    connection: sqlite3.Connection, zone: str | None, week_start: int | None
) -> None:
    calendar = read_calendar(connection)
    if zone is not None and zone != calendar.zone_name:
        raise BadInput(
            f"This workspace keeps its days in {calendar.zone_name}, not {zone}.",
            "One workspace has one zone; import into another file for another zone.",
        )
    if week_start is not None and week_start != calendar.week_start:
        raise BadInput("This workspace starts its weeks on another day.")


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the settings of an open workspace."""
    return dict(connection.execute("select key, value from meta"))


def read_calendar(connection: sqlite3.Connection) -> Calendar:
    """Return the zone and week start of an open workspace."""
    meta = read_meta(connection)
    return Calendar(meta.get("zone", "UTC"), int(meta.get("week_start", "0")))


def bump(connection: sqlite3.Connection) -> None:
    """Count one change to the data, inside the writer's own transaction; caches key on it."""
    connection.execute(
        "update meta set value = cast(value as integer) + 1 where key = 'generation'"
    )
