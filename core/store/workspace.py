"""Opening a workspace file, for reading or for writing.

Only SQLite may open the file: a program that closes any descriptor of it loses all its locks on it
(POSIX), and others may then remove the log that its connections read.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from core.columns import VERSION
from core.errors import DOCTOR, BadInput, CannotOpen, Damaged
from core.store.troubles import TROUBLES, sentence
from core.store.waiting import WAIT, Patience, busy_timeout, transaction
from core.timeframe import Calendar

BESIDE = ("", "-wal", "-shm", "-journal")
"""Suffixes of a workspace and of SQLite's files beside it."""

_HEADER = b"SQLite format 3\0"

CLUSTER = "cluster"
"""The setting with the address of a copy on a server, as JSON."""

Identity = tuple[int, int]
"""Device and inode of a file, which distinguish it from another file of the same name."""


def uri(path: str | Path, **options: str) -> str:
    """Return the SQLite URI of a file, with options such as mode="ro"."""
    text = "&".join(f"{key}={value}" for key, value in options.items())
    return f"file:{quote(str(Path(path).absolute()))}?{text}"


def identity(path: str | Path) -> Identity | None:
    """Return which file a path leads to, None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_part_of(file: str | Path | int, path: str | Path) -> bool:
    """Whether a file, or a descriptor, is a workspace or one of SQLite's files beside it."""
    whole = os.path.realpath(path)
    for end in BESIDE:
        try:
            if os.path.samestat(os.stat(file), os.stat(whole + end)):
                return True
        except OSError:
            continue
    return False


def path_of(connection: sqlite3.Connection) -> str:
    """Return the file of an open connection, "" for one in memory."""
    found: str = connection.execute("pragma database_list").fetchone()[2]
    return found


def open_reader(path: str | Path, *, wait: float = WAIT) -> sqlite3.Connection:
    """Open a read-only connection: SQLite itself refuses every write.

    Args:
        wait: how many seconds a statement waits while another program has locked the file.

    Raises:
        CannotOpen: no such file, not a workspace, or created by a newer version.
        Damaged: its first pages cannot be read.
    """
    check(path)
    try:
        try:
            return _reader(path, wait, mode="ro")
        except sqlite3.OperationalError:
            if not _untouchable(path):
                raise
            return _reader(path, wait, mode="ro", immutable="1")
    except TROUBLES as error:
        raise sentence(error, path) from error


def _reader(path: str | Path, wait: float, **options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri(path, **options), uri=True, check_same_thread=False)
    try:
        busy_timeout(connection, wait)
        connection.execute("pragma query_only = on")
        connection.execute("pragma mmap_size = 1073741824")
        connection.execute("pragma cache_size = -65536")
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def reader_uris(path: str | Path) -> list[str]:
    """Return the URIs that a separate process should try in turn to read a workspace."""
    found = [uri(path, mode="ro")]
    return [*found, uri(path, mode="ro", immutable="1")] if _untouchable(path) else found


def _untouchable(path: str | Path) -> bool:
    """Whether nobody is writing to a file and we cannot create what SQLite needs to read it.

    A file in WAL mode needs two small files beside it. If we may not create them and no writer has,
    the file is complete by itself and is read as immutable.
    """
    file = Path(path).absolute()
    return not os.access(file.parent, os.W_OK) and not file.with_name(file.name + "-wal").exists()


def is_workspace(path: str | Path) -> bool:
    """Whether a file is a workspace, as far as can be seen: a damaged or locked one is, too."""
    try:
        with open(path, "rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                return False
    except OSError:
        return False
    try:
        with closing(sqlite3.connect(uri(path, mode="ro"), uri=True)) as connection:
            found = connection.execute("select value from meta where key = 'version'").fetchone()
    except sqlite3.Error as error:
        return "no such" not in str(error)
    return found is not None


def check(path: str | Path) -> None:
    """Raise CannotOpen unless there is a readable file; SQLite checks what it contains."""
    file = Path(path)
    if not file.exists():
        raise CannotOpen(
            f"There is no workspace at {path}.",
            "footfall FILE makes one of a file of events; footfall demo shows an example.",
        )
    if not file.is_file():
        raise CannotOpen(f"{path} is not a file.")
    if not os.access(file, os.R_OK):
        raise CannotOpen(f"{path} could not be read: Permission denied.")


def _check_version(connection: sqlite3.Connection, path: str | Path, *, new: bool = False) -> None:
    """Raise CannotOpen for a file of a newer version or another program; `new` may be empty."""
    try:
        row = connection.execute("select value from meta where key = 'version'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        row = None
    if row is None:
        if new:
            return
        raise CannotOpen(
            f"{path} is a SQLite file but not a footfall workspace.",
            "footfall FILE makes one of a file of events.",
        )
    if not str(row[0]).isdecimal():
        raise Damaged(f"{path} is damaged: its version is {str(row[0])[:20]!r}.", DOCTOR)
    if int(row[0]) > VERSION:
        raise CannotOpen(
            f"{path} was created by a newer version of footfall.", "Upgrade footfall to open it."
        )


def open_writer(
    path: str | Path,
    *,
    zone: str | None = None,
    week_start: int | None = None,
    patience: Patience | None = None,
) -> sqlite3.Connection:
    """Open a workspace for writing, creating or migrating the file if needed.

    Args:
        zone: IANA name for a new file, default UTC; an existing file must have the same.
        week_start: 0 Monday (default) or 6 Sunday, for a new file.
        patience: how long to wait for others.

    Raises:
        CannotOpen: not a workspace, not writable, or busy for longer than that.
        BadInput: the file has another zone or week start.
    """
    file = Path(path)
    if file.exists():
        check(path)
    elif not file.parent.exists():
        raise CannotOpen(f"There is no folder {file.parent}.")
    Calendar(zone or "UTC").zone  # noqa: B018  an unknown zone must fail before a file is made
    settings = {
        "zone": zone or "UTC",
        "week_start": str(week_start or 0),
        "created_at": str(int(time.time() * 1000)),
    }
    while True:
        connection = sqlite3.connect(path, timeout=0.25, check_same_thread=False)
        try:
            opened = _there(path)
            _prepare(connection, path, settings, patience or Patience())
            _check_settings(connection, zone, week_start)
        except TROUBLES as error:
            connection.close()
            if identity(path) == opened:
                raise sentence(error, path, "written") from error
            continue
        except BaseException:
            connection.close()
            raise
        if identity(path) == opened:
            return connection
        connection.close()


def _there(path: str | Path) -> Identity | None:
    """Return which file SQLite is about to open; an empty one is made if there is none."""
    if not os.path.lexists(path):
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    return identity(path)


def abandon(connection: sqlite3.Connection) -> None:
    """Remove the workspace of a connection, and close that, unless it contains or remembers
    anything or another program has it open.

    Who opens it at the same time waits for the lock, sees that the file is gone, and makes another.
    """
    path = path_of(connection)
    try:
        if not path or not _is_empty(connection):
            return
        connection.execute("pragma journal_mode = delete")
        connection.execute("begin exclusive")
        (mode,) = connection.execute("pragma journal_mode").fetchone()
        if mode == "delete" and _is_empty(connection):
            os.unlink(path)
    except (sqlite3.Error, OSError):
        return
    finally:
        connection.close()


def _is_empty(connection: sqlite3.Connection) -> bool:
    found = connection.execute(
        """
        select 1 from imports union all select 1 from events union all select 1 from boards
        union all select 1 from marks union all select 1 from meta where key = 'ignored_ids'
        limit 1
        """
    ).fetchone()
    return found is None


def _prepare(
    connection: sqlite3.Connection, path: str | Path, settings: dict[str, str], patience: Patience
) -> None:
    """Prepare a connection for writing, with the current schema."""
    from core.store import schema

    patience.until(lambda: _refuse_foreign(connection, path))
    patience.until(lambda: connection.execute("pragma journal_mode = wal"))
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma cache_size = -40960")
    connection.execute("pragma temp_store = default")
    patience.until(lambda: _check_version(connection, path, new=True))
    schema.apply(connection, settings, patience)


def _refuse_foreign(connection: sqlite3.Connection, path: str | Path) -> None:
    tables = {row[0] for row in connection.execute("select name from sqlite_master")}
    if tables and not tables & {"meta", "_sqlite_migrations"}:
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
            f"This workspace is in the time zone {calendar.zone_name}, not {zone}.",
            "A workspace has one time zone; import into another file for another zone.",
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


def visitor_salt(connection: sqlite3.Connection, patience: Patience) -> bytes:
    """Return the salt for hashing addresses in this workspace, random and created on first use.

    Without it nobody can recover a visitor's address by trying all addresses.
    """
    found = read_meta(connection).get("visitor_salt")
    if found is None:
        with transaction(connection, patience):
            connection.execute(
                "insert or ignore into meta (key, value) values ('visitor_salt', ?)",
                (secrets.token_hex(16),),
            )
        found = read_meta(connection)["visitor_salt"]
    return bytes.fromhex(found)


def bump(connection: sqlite3.Connection) -> None:
    """Count a change to the data, inside the writer's transaction; caches depend on the count."""
    connection.execute(
        "update meta set value = cast(value as integer) + 1 where key = 'generation'"
    )
