"""Text to small integers, cached, with new texts written once per batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

_MAX_CACHED = 2_000_000
_MAX_TABLES = 4


class Dictionary(dict[str | None, int]):
    """The ids of one text column; a new text gets the next id.

    Missing text (None) is 0. `save` writes new texts; until then they exist only here.

    Args:
        table: table with columns `id` and `text`.
        text: the column with the text.
        fixed: other columns with the same value for all texts of this dictionary, as a dict.
        always: texts with fixed ids that are not in the table.
        counter: shared by dictionaries that share a table, so that ids never clash.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        table: str,
        text: str,
        counter: Counter,
        fixed: dict[str, int] | None = None,
        always: dict[str | None, int] | None = None,
    ) -> None:
        super().__init__()
        fixed = fixed or {}
        columns = ("id", text, *fixed)
        self._connection = connection
        self._counter = counter
        self._values = tuple(fixed.values())
        where = " and ".join(f"{name} = ?" for name in (text, *fixed))
        self._select = f"select id from {table} where {where}"
        marks = ", ".join("?" for _ in columns)
        self._insert = f"insert into {table} ({', '.join(columns)}) values ({marks})"
        self._fresh: list[tuple[object, ...]] = []
        self._empty = not counter.value
        self._tables: dict[int, tuple[Sequence[str | None], list[int]]] = {}
        self._always = {None: 0, **(always or {})}
        self.update(self._always)

    def __missing__(self, text: str) -> int:
        found = self.stored(text)
        if found is None:
            found = self._counter.next()
            self._fresh.append((found, text, *self._values))
        self[text] = found
        return found

    def stored(self, text: str) -> int | None:
        """Return the id of a text in the table, None if it is not there."""
        if self._empty:
            return None
        row = self._connection.execute(self._select, (text, *self._values)).fetchone()
        return None if row is None else int(row[0])

    def ids(self, texts: Iterable[str | None]) -> list[int]:
        """Return the id of every text."""
        return list(map(self.__getitem__, texts))

    def of_table(self, table: Sequence[str | None]) -> list[int]:
        """Return the ids of a table of texts that only ever gets longer, at their places."""
        known = self._tables.get(id(table))
        if known is None:
            known = self._tables[id(table)] = table, []
        found = known[1]
        if len(found) < len(table):
            found += self.ids(table[len(found) :])
        return found

    def save(self) -> int:
        """Write the new texts, inside the caller's transaction; return how many there are."""
        count = len(self._fresh)
        self._connection.executemany(self._insert, self._fresh)
        self._fresh.clear()
        while len(self._tables) > _MAX_TABLES:
            del self._tables[next(iter(self._tables))]
        if len(self) > _MAX_CACHED:
            self.clear()
            self.update(self._always)
            self._empty = False
        return count


class Counter:
    """The next id of a table."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        row = connection.execute(f"select coalesce(max(id), 0) from {table}").fetchone()
        self.value = int(row[0])

    def next(self) -> int:
        """Return an id that has never been used."""
        self.value += 1
        return self.value
