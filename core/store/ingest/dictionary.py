"""Text to small integers, cached, with new texts written once per batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.columns import CONTEXT
from core.records import NO_CONTEXT
from core.store.rows.numbers import Ints

_MAX_CACHED = 2_000_000
_MAX_TABLES = 4


_Context = tuple[str | None, ...]

_UNKNOWN: tuple[Sequence[str | None], Ints] = (), np.zeros(0, np.int64)


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
        self._tables: dict[int, tuple[Sequence[str | None], Ints]] = {}
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

    def of_table(self, table: Sequence[str | None]) -> Ints:
        """Return the ids of a table of texts that only ever gets longer, at their places."""
        _, found = self._tables.get(id(table), _UNKNOWN)
        if len(found) < len(table):
            found = np.concatenate((found, np.array(self.ids(table[len(found) :]))))
            self._tables[id(table)] = table, found
        return found

    def known_of(self, table: Sequence[str | None]) -> int:
        """Return how many texts of a table have ids."""
        return len(self._tables.get(id(table), _UNKNOWN)[1])

    def save(self) -> int:
        """Write the new texts, inside the caller's transaction; return how many there are."""
        count = len(self._fresh)
        self._connection.executemany(self._insert, self._fresh)
        self._fresh.clear()
        forget(self._tables)
        if len(self) > _MAX_CACHED:
            self.clear()
            self.update(self._always)
            self._empty = False
        return count


class Contexts:
    """The value ids of contexts, which have a text or nothing for every dimension."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        counter = Counter(connection, "dimension_values")
        self._values = [
            Dictionary(connection, "dimension_values", "value", counter, {"dimension": number})
            for number in range(1, len(CONTEXT) + 1)
        ]
        self._tables: dict[int, tuple[Sequence[_Context | None], list[Ints]]] = {}

    def of_table(self, table: Sequence[_Context | None]) -> list[Ints]:
        """Return the ids of a table of contexts that only ever gets longer, by dimension."""
        _, found = self._tables.get(id(table), ((), [_UNKNOWN[1]] * len(CONTEXT)))
        known = len(found[0])
        if known < len(table):
            columns = zip(*(context or NO_CONTEXT for context in table[known:]), strict=True)
            fresh = [np.array(v.ids(texts)) for v, texts in zip(self._values, columns, strict=True)]
            found = [np.concatenate(both) for both in zip(found, fresh, strict=True)]
            self._tables[id(table)] = table, found
        return found

    def save(self) -> dict[int, int]:
        """Write the new values, inside the caller's transaction; return how many of each dimension
        there are.
        """
        forget(self._tables)
        return {number: values.save() for number, values in enumerate(self._values, 1)}


def forget(tables: dict[int, Any]) -> None:
    """Keep only the latest tables."""
    while len(tables) > _MAX_TABLES:
        del tables[next(iter(tables))]


class Counter:
    """The next id of a table."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        row = connection.execute(f"select coalesce(max(id), 0) from {table}").fetchone()
        self.value = int(row[0])

    def next(self) -> int:
        """Return an id that has never been used."""
        self.value += 1
        return self.value
