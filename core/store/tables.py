"""sqlite-utils without pandas, which would take 80 MB where it is installed, for nothing; and with
scripts that are cut into statements where they have a semicolon, not at every character.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Make an import of a module fail, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden("pandas"):
    from sqlite_utils import Database, Migrations


class Scripted(Database):
    """A database whose scripts take part in the transaction that is open."""

    def executescript(self, sql: str) -> sqlite3.Cursor:
        """Run the statements of a script, divided by semicolons."""
        cursor: sqlite3.Cursor = self.conn.cursor()
        for statement in _statements(sql):
            cursor.execute(statement)
        return cursor


def _statements(script: str) -> Iterator[str]:
    begun = ""
    for part in script.split(";"):
        begun += f"{part};"
        if sqlite3.complete_statement(begun):
            yield begun
            begun = ""


__all__ = ["Database", "Migrations", "Scripted"]
