"""What is in a workspace file, and how large it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from core.sql.sets import load
from core.store.imports.listed import Import, imports_of
from core.store.ingest.people import ignored_ids
from core.store.troubles import TROUBLES, sentence
from core.store.workspace import open_reader, read_meta
from core.timeframe import to_date

SAVED: Final = ("boards", "charts", "audiences", "queries", "custom_events", "alerts", "marks")
"""The tables of saved things."""

_SAMPLE: Final = 500
"""How many rows of a table are measured where SQLite cannot tell its pages."""


@dataclass(frozen=True)
class Imported:
    """The import that was written last: its source, when (UTC ms), and whether it finished."""

    source: str
    at: int
    finished: bool


@dataclass(frozen=True)
class Info:
    """What a workspace contains.

    Attributes:
        people: how many did an event that is not deleted.
        first, last: the local days of the earliest and the latest such event, "" without one.
        names, flagged: how many event names there are, and with a flag.
        imports, unfinished: how many sources were imported, and of them stopped; without undone
            ones.
        latest: the last of them.
        saved: kind -> how many that are not deleted.
        ignored: further ids that are nobody.
        bytes, free, log: of the file, of its free pages, and of what is not yet in the file.
        tables: name -> bytes with its indexes, the largest first.
        measured: whether these are exact; otherwise they are estimates from some rows.
    """

    path: str
    zone: str
    week_start: int
    version: int
    events: int
    people: int
    first: str
    last: str
    names: int
    flagged: int
    devices: int
    users: int
    sessions: int
    logs: int
    imports: int
    unfinished: int
    latest: Imported | None
    saved: dict[str, int]
    ignored: tuple[str, ...]
    bytes: int
    free: int
    log: int
    tables: dict[str, int]
    measured: bool


def info(path: str | Path) -> Info:
    """Return what a workspace contains.

    Raises:
        CannotOpen: there is no workspace.
        Damaged: a page or a value cannot be read.
    """
    try:
        with closing(open_reader(path)) as connection:
            connection.execute("begin")  # one snapshot of the file, whatever is committed meanwhile
            return _read(connection, Path(path))
    except TROUBLES as error:
        raise sentence(error, path) from error


def _read(connection: sqlite3.Connection, path: Path) -> Info:
    meta = read_meta(connection)
    first, last = connection.execute(
        "select min(day), max(day) from activity where event = 0 and dimension = 0 and value = 0"
    ).fetchone()
    imports = [each for each in imports_of(connection) if each.undone_at is None]
    log = path.with_name(path.name + "-wal")
    tables, measured = sizes(connection)
    page = _one(connection, "pragma page_size")
    return Info(
        path=str(path),
        zone=meta.get("zone", "UTC"),
        week_start=int(meta.get("week_start", "0")),
        version=int(meta["version"]),
        events=_count(connection, "events"),
        people=len(_everybody(connection)),
        first="" if first is None else to_date(first).isoformat(),
        last="" if last is None else to_date(last).isoformat(),
        names=_count(connection, "event_names"),
        flagged=_count(
            connection, "event_names where inactive or deleted or hidden or flow_hidden"
        ),
        devices=_count(connection, "identities where kind = 1"),
        users=_count(connection, "identities where kind = 0"),
        sessions=_count(connection, "sessions"),
        logs=_count(connection, "logs"),
        imports=len(imports),
        unfinished=sum(not each.finished for each in imports),
        latest=_latest(imports),
        saved=_saved(connection),
        ignored=ignored_ids(meta),
        bytes=page * _one(connection, "pragma page_count"),
        free=page * _one(connection, "pragma freelist_count"),
        log=log.stat().st_size if log.exists() else 0,
        tables=tables,
        measured=measured,
    )


def _one(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _count(connection: sqlite3.Connection, rows: str) -> int:
    return _one(connection, f"select count(*) from {rows}")


def _saved(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many of each kind are saved; an older file may lack a table."""
    there = {name for (name,) in connection.execute("select name from sqlite_master")}
    return {
        kind: _count(connection, f"{kind} where deleted_at is null") if kind in there else 0
        for kind in SAVED
    }


def _everybody(connection: sqlite3.Connection) -> BitMap:
    found = BitMap()
    for (users,) in connection.execute("select users from first_activity where event = 0"):
        found |= load(users)
    return found


def _latest(imports: Iterable[Import]) -> Imported | None:
    last = max(imports, key=lambda each: (each.updated_at, each.id), default=None)
    return Imported(last.source, last.updated_at, last.finished) if last else None


def sizes(connection: sqlite3.Connection) -> tuple[dict[str, int], bool]:
    """Return the bytes of every table with its indexes, and whether they are exact."""
    try:
        rows = connection.execute(
            """
            select coalesce(m.tbl_name, d.name), sum(d.pgsize)
            from dbstat d left join sqlite_master m on m.name = d.name
            where d.aggregate = 1
            group by 1
            order by 2 desc, 1
            """
        ).fetchall()
    except sqlite3.OperationalError:  # this SQLite was built without dbstat
        return _estimates(connection), False
    return dict(rows), True


def _estimates(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the sizes of tables by the texts and numbers of some of their rows."""
    found = {}
    for (name,) in connection.execute(
        "select name from sqlite_master where type = 'table'"
    ).fetchall():
        rows = connection.execute(f'select * from "{name}" limit {_SAMPLE}').fetchall()
        spent = sum(len(v) if isinstance(v, str | bytes) else 4 for row in rows for v in row)
        found[str(name)] = spent * _count(connection, f'"{name}"') // max(len(rows), 1)
    return dict(sorted(found.items(), key=lambda item: -item[1]))
