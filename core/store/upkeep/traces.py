"""Looking for texts in a workspace file, whether in rows or in what is left in its pages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.store.workspace import open_reader

_CHUNK: Final = 8 << 20

CERTAIN: Final = 6
"""From this many bytes on, a text is not found in a file by chance. A shorter one is looked for as
a whole text, or as one in JSON.
"""


@dataclass(frozen=True)
class Trace:
    """A text that is still in a file.

    Attributes:
        text: what was looked for.
        places: "table.column" -> in how many rows.
    """

    text: str
    places: dict[str, int]

    @property
    def unexplained(self) -> bool:
        """Whether it is in the file but in no row."""
        return not self.places


def is_short(text: str) -> bool:
    """Whether a text may be found in a file by chance."""
    return len(text.encode()) < CERTAIN


def traces(path: str | Path, texts: Iterable[str]) -> list[Trace]:
    """Look for texts in a workspace and its log, byte by byte, and for the rows they are in.

    The caller has no connection to the file, which is opened here like any other.
    """
    wanted = sorted({text for text in texts if text})
    file = Path(path)
    log = file.with_name(file.name + "-wal")
    long = [text for text in wanted if not is_short(text)]
    there = _found(file, long) | _found(log, long)
    short = list(filter(is_short, wanted))
    if not (there or short):
        return []
    with closing(open_reader(path)) as connection:
        columns = list(_columns(connection))
        found = [Trace(text, _places(connection, columns, text)) for text in [*short, *there]]
    return sorted((t for t in found if t.places or t.text in there), key=lambda t: t.text)


def contains(file: str | Path, texts: Sequence[str]) -> bool:
    """Whether a file has one of these texts, a short one in quotes; False if it cannot be read."""
    wanted = [_quoted(text) if is_short(text) else text for text in texts]
    try:
        return bool(_found(Path(file), wanted))
    except OSError:
        return False


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _found(file: Path, texts: Sequence[str]) -> set[str]:
    """Return which texts a file has; none if there is no such file."""
    wanted = {text: text.encode() for text in texts}
    overlap = max((len(data) for data in wanted.values()), default=1)
    found: set[str] = set()
    if not file.exists():
        return found
    with file.open("rb") as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            data = before + chunk
            found |= {text for text, part in wanted.items() if text not in found and part in data}
            before = data[-overlap:]
    return found


def _columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for (table,) in tables:
        for column, type_ in connection.execute(
            "select name, type from pragma_table_info(?)", (table,)
        ).fetchall():
            if type_.lower() == "text":
                yield table, column


def _places(
    connection: sqlite3.Connection, columns: Iterable[tuple[str, str]], text: str
) -> dict[str, int]:
    found = {}
    for table, column in columns:
        where = 'instr("{0}", :text)'
        if is_short(text):
            whole = "0" if table == "meta" else '"{0}" = :text'  # settings are numbers
            where = f'{whole} or instr("{{0}}", :quoted)'
        (count,) = connection.execute(
            f'select count(*) from "{table}" where {where.format(column)}',
            {"text": text, "quoted": _quoted(text)},
        ).fetchone()
        if count:
            found[f"{table}.{column}"] = count
    return found
