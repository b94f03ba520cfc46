"""Earlier imports of a source: whether it is known, and where to go on with it."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from core.sources.blocks import Position
from core.sources.choices import Choices
from core.sources.lines import Input, content_of
from core.sources.places import Place, without_packing
from core.sources.places.parquet import PARQUET
from core.sources.places.tables import is_database
from core.sources.text.reading import Reading
from core.store.ingest.people import ignored_ids
from core.store.workspace import read_meta

READING: Final = 1
"""Raised when other records are made of the same text, so that known files are read again."""

COUNTS: Final = ("read", "stored", "repeated", "rejected", "identified")

_NAMED: Final = "(i.source = ? or i.source > ? || ':' and i.source < ? || ';')"
"""The source is a file, or a table of it."""

NUMBERED: Final = "rowid"
"""Instead of edges: what was read are the rows of a table up to the number in its position."""

_SAME: Final = "s.read_as = ?"

_LATELY: Final = 600_000
"""Within how many ms a process of another host, which may have ended, has written lately."""


@dataclass(frozen=True)
class About:
    """A source as it is, and how it is read.

    Attributes:
        source: its name in the journal.
        path: of the file; "" for standard input.
        options: the choices, as JSON.
        read_as: what else decides what is stored.
        size, modified: of the file, in bytes and ns; None if there is none.
    """

    source: str
    path: str
    options: str
    read_as: str
    size: int | None = None
    modified: int | None = None


@dataclass(frozen=True)
class Earlier:
    """An import of a source.

    Attributes:
        id: its number.
        source: its name in the journal.
        at, updated: when it began and was last written (UTC ms).
        finished: whether it came to the end.
        position: how far it read.
        counts: read, stored, repeated, rejected and identified.
        reasons, left_out: counts of lines by reason and kind.
        size, modified, content, edges: see the table `import_sources`.
        process: who wrote it.
        holds: whether ids are those of single events, None if that was open.
    """

    id: int
    source: str
    at: int
    updated: int
    finished: bool
    position: Position
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    left_out: Mapping[str, int]
    size: int | None
    modified: int | None
    content: str
    edges: str
    process: str
    holds: bool | None

    @property
    def is_alive(self) -> bool:
        """Whether another process may still be at it; one of another host is if it wrote lately."""
        host, _, number = self.process.rpartition(":")
        if self.process == process():
            return False
        if host != platform.node() or os.name != "posix" or not number.isdecimal():
            return time.time() * 1000 - self.updated < _LATELY
        return _is_running(int(number))


@dataclass
class State:
    """What is to be known of a running import beside its counts.

    Attributes:
        content: the fingerprint of the bytes of a packed file, once all are read.
        edges: of what was read of a plain file.
        left_out: counts of lines by kind.
        holds: see `Earlier`.
    """

    content: str = ""
    edges: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    holds: bool | None = None


def about(connection: sqlite3.Connection, place: Place, opened: Input, chosen: Choices) -> About:
    """Return what is to be known of an open place that is read with some choices."""
    name = without_packing(Path(place.name).name.lower())
    said = [READING, os.path.splitext(name)[1], sorted(ignored_ids(read_meta(connection)))]
    read_as = blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()
    if place.path == "-":
        return About("stdin", "", chosen.text(), read_as)
    path = str(Path(place.path).absolute())
    source = f"{path}/{place.member}" if place.member else path
    found = opened.stat()
    return About(source, path, chosen.text(), read_as, found.st_size, found.st_mtime_ns)


def stopped(connection: sqlite3.Connection, source: About) -> Earlier | None:
    """Return the latest import of a source if it was stopped and nobody is at it."""
    if not source.path:
        return None
    found = _find(connection, source, f"{_SAME} and {_NAMED} and i.bytes > 0", *_values(source))
    if not found or found[0].finished or found[0].is_alive:
        return None
    return found[0]


def last_import(connection: sqlite3.Connection) -> int:
    """Return the number of the last import, 0 if there is none."""
    (found,) = connection.execute("select coalesce(max(id), 0) from imports").fetchone()
    return int(found)


def latest(connection: sqlite3.Connection, source: About) -> Earlier | None:
    """Return the latest import of a source that was read with the same options."""
    found = _find(connection, source, _NAMED, *[source.source] * 3)
    return found[0] if found else None


def of_size(connection: sqlite3.Connection, source: About) -> list[Earlier]:
    """Return the finished imports of files of this size that were read in the same way."""
    condition = f"{_SAME} and i.finished and s.size = ?"
    return _find(connection, source, condition, source.read_as, source.size)


def same_content(
    likely: Iterable[Earlier], place: Place, opened: Input, reading: Reading
) -> Earlier | None:
    """Return the one of some earlier imports whose file had the content of a place."""
    bytes_, text = "", ""
    for each in likely:
        if each.content:
            bytes_ = bytes_ or content_of(place)
            if each.content == bytes_:
                return each
        elif each.position.fingerprint and not (opened.is_packed or is_table(opened)):
            if not text:
                with closing(Input(place, reading)) as again:
                    text = again.text_fingerprint()
            if each.position.fingerprint == text:
                return each
    return None


def is_table(opened: Input) -> bool:
    """Whether a file is a database, or a table in a format of its own."""
    head = opened.raw()
    return is_database(head) or head.startswith(PARQUET)


def in_folder(connection: sqlite3.Connection, source: About, folder: str) -> list[Earlier]:
    """Return the finished imports of the files in a folder that were read with the same options.

    Args:
        folder: with a separator at its end.
    """
    condition = "i.finished and i.source > ? and i.source < ?"
    return _find(connection, source, condition, folder, f"{folder[:-1]}{chr(ord(folder[-1]) + 1)}")


def is_current(connection: sqlite3.Connection, earlier: Earlier) -> bool:
    """Whether an import is as it was found."""
    row = connection.execute(
        "select 1 from imports where id = ? and source = ? and position = ? and bytes = ?",
        (earlier.id, earlier.source, earlier.position.lines, earlier.position.bytes),
    ).fetchone()
    return row is not None


def is_unchanged(connection: sqlite3.Connection, place: Place, options: str) -> bool:
    """Whether a file was read to its end, and has the size and time that it had then.

    Args:
        options: with which it is to be read; "" for those with which it was read.
    """
    path = str(Path(place.path).absolute())
    row = connection.execute(
        """
        select i.options, i.finished, i.bytes, s.size, s.modified, s.content, s.edges
        from imports i join import_sources s on s.import = i.id
        where i.undone_at is null and i.source = ?
        order by i.id desc
        limit 1
        """,
        (f"{path}/{place.member}" if place.member else path,),
    ).fetchone()
    if row is None or not row[1] or options not in ("", row[0]):
        return False
    read, size, modified, content, edges = row[2:]
    try:
        found = os.stat(path)
    except OSError:
        return False
    whole = place.member or content or (edges and read == size)
    return bool(whole) and (size, modified) == (found.st_size, found.st_mtime_ns)


def _values(source: About) -> list[str]:
    return [source.read_as, *[source.source] * 3]


def _find(
    connection: sqlite3.Connection, source: About, condition: str, *values: Any
) -> list[Earlier]:
    rows = connection.execute(
        f"""
        select i.id, i.source, i.started_at, i.updated_at, i.finished,
               i.bytes, i.position, i.fingerprint,
               i.read, i.stored, i.repeated, i.rejected, s.identified, i.rejects, s.left_out,
               s.size, s.modified, s.content, s.edges, s.process, s.holds
        from imports i join import_sources s on s.import = i.id
        where i.undone_at is null and i.options = ? and {condition}
        order by i.id desc
        """,
        (source.options, *values),
    )
    return [
        Earlier(
            row[0],
            row[1],
            row[2],
            row[3],
            bool(row[4]),
            Position(*row[5:8]),
            dict(zip(COUNTS, row[8:13], strict=True)),
            json.loads(row[13]),
            json.loads(row[14]),
            row[15],
            row[16],
            row[17],
            row[18],
            row[19],
            None if row[20] is None else bool(row[20]),
        )
        for row in rows
    ]


def save(
    connection: sqlite3.Connection,
    import_: int,
    source: About,
    counts: Mapping[str, int],
    state: State,
) -> None:
    """Write what is to be known of a running import, inside the caller's transaction."""
    connection.execute(
        """
        insert or replace into import_sources
            (import, read_as, size, modified, content, edges, identified, left_out, holds, process)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            import_,
            source.read_as,
            source.size,
            source.modified,
            state.content,
            state.edges,
            counts["identified"],
            json.dumps(dict(state.left_out)),
            state.holds,
            process(),
        ),
    )


def _is_running(number: int) -> bool:
    """Whether there is a process that has not ended, though nobody may have asked how it did."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        about = Path(f"/proc/{number}/stat").read_text("utf-8", "replace")
    except OSError:
        return True
    return about.rpartition(")")[2].split()[0] not in ("Z", "X")


def process() -> str:
    """Return the name of this host and process."""
    return f"{platform.node()}:{os.getpid()}"
