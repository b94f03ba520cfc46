"""Dumps of PostgreSQL: the rows of the one table that has the events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from core.errors import BadInput
from core.sources.fields import normal
from core.sources.frames.frame import Frame
from core.sources.frames.sense import are_events
from core.sources.text.choose import choose
from core.sources.text.reading import Notes

_COPY: Final = re.compile(rb"^COPY\s+([^\s(]+)\s*\(([^)]*)\)\s+FROM\s+stdin;?\s*$", re.I | re.M)
_END: Final = b"\\."
_LOOKED_AT: Final = 20
_MOST_REMARKS: Final = 100
_STATEMENT: Final = re.compile(
    rb"(INSERT INTO|CREATE (TABLE|DATABASE)|DROP TABLE|BEGIN( TRANSACTION)?;|PRAGMA |LOCK TABLES)",
    re.I,
)


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of a dump with rows of PostgreSQL's COPY; None for any other file."""
    found = list(_COPY.finditer(head))
    if not found:
        return None
    best = max(found, key=partial(_rank, head))
    return Frame(
        f"the rows are those of the table {best[1].decode(errors='replace')}",
        partial(_rows, best[0]),
    )


def refuse_dump(head: bytes, name: str) -> None:
    """Raise BadInput for a file of other statements in SQL."""
    for line in head.split(b"\n", _MOST_REMARKS)[:_MOST_REMARKS]:
        text = line.strip()
        if _STATEMENT.match(text):
            raise BadInput(
                f"{name} is a dump in SQL, which is not run here.",
                "Load it into a database (sqlite3 app.db < dump.sql) and import that, or export "
                "the table as CSV.",
            )
        if text and not text.startswith((b"--", b"/*", b"SET ")):
            return


def _rank(head: bytes, copy: re.Match[bytes]) -> int:
    """Return how much a table looks like events."""
    names = [name.strip(' "') for name in copy[2].decode(errors="replace").split(",")]
    lines = head[copy.end() :].lstrip(b"\r\n").split(b"\n")[:_LOOKED_AT]
    objects = []
    for line in lines:
        cells = line.rstrip(b"\r").decode(errors="replace").split("\t")
        if line.startswith(_END):
            break
        if len(cells) == len(names):
            given = ((n, c) for n, c in zip(names, cells, strict=True) if c != "\\N")
            objects.append(dict(given))
    if not objects or not are_events(objects):
        return 0
    columns = {name: [found.get(name) for found in objects] for name in names}
    choice = choose(columns, {}, "", Notes())
    known = "user" in choice.mapping or any(normal(name) == "user_id" for name in names)
    return 1 + known


def _rows(copy: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the statement and the rows of one table; all other lines are blank."""
    rest, is_open = b"", False
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        kept = []
        for line in lines:
            is_end = is_open and line.rstrip(b"\r") == _END
            is_open = (is_open and not is_end) or line.strip() == copy.strip()
            kept.append(line if is_open else b"")
        yield b"\n".join([*kept, b""])
    yield rest if is_open and rest.rstrip(b"\r") != _END else b""
