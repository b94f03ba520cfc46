"""Properties with few values: which ones have stored sets, and the ids of their values.

A property is a top-level key of an event's JSON. It has sets as long as its values are scalars, at
most MAX_SET_VALUES of them are distinct, its name is plain (see `columns.is_plain`), and it is one
of the first MAX_PROPERTY_SETS (within a batch, the most frequent); otherwise its state is "scan"
for good. Every stored event counts from the first one on, so a property without a state was never
seen, or was beyond the limit.

A value is identified by its text, which is both what is shown and what conditions compare; a
property where the two differ (1.50, 1e20, the text "(none)") is left to scans.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, count, islice
from typing import Any, Final

import numpy as np

from core.columns import EMPTY, FIRST_PROPERTY, MAX_PROPERTIES, MAX_SET_VALUES, NONE, is_plain
from core.store.rows.numbers import Ints
from core.values.scalars import parsed

MAX_PROPERTY_SETS: Final = 32
"""How many properties have sets; each one costs an import about a microsecond per event."""

MAX_TEXT: Final = 500
"""The maximum length of a value in characters; properties with longer ones have no sets."""

_CHUNK: Final = 4_096
"""The values of so many texts are gathered before they become columns."""

Values = dict[int, int]
"""Dimension -> value id, for the values of an event; a missing value has no entry."""


class Told:
    """The values of different JSON texts, after those of none.

    Attributes:
        places: text -> its place in each column; 0 for None.
        columns: dimension -> value ids, for those of which some text has a value; 0 for none.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.places: dict[str | None, int] = {None: 0}
        self.places.update(zip(texts, count(1), strict=False))
        self.columns: dict[int, Ints] = {}
        self._added = 1

    def add(self, said: Sequence[Values]) -> None:
        """Add the values of the texts that follow."""
        sizes = list(map(len, said))
        places = np.repeat(np.arange(self._added, self._added + len(said)), sizes)
        dimensions = np.fromiter(chain.from_iterable(said), np.int64, len(places))
        ids = np.fromiter(chain.from_iterable(map(dict.values, said)), np.int64, len(places))
        for dimension in np.unique(dimensions).tolist():
            if dimension not in self.columns:
                self.columns[dimension] = np.zeros(len(self.places), np.int64)
            where = dimensions == dimension
            self.columns[dimension][places[where]] = ids[where]
        self._added += len(said)

    def places_of(self, texts: Iterable[str | None]) -> Ints:
        """Return the place of each text; of those that are not there that of None."""
        return np.array([self.places.get(text, 0) for text in texts], np.int64)


class _Column:
    """The value ids of one property, counted from 1 in order of appearance.

    Attributes:
        texts: text -> id.
        ids: the same by text or integer, as parsed.
        begun: whether it has no row yet; saved: the highest id that has one.
        last: the highest id.
    """

    def __init__(self, dimension: int, *, begun: bool = False) -> None:
        self.dimension = dimension
        self.texts: dict[str, int] = {}
        self.ids: dict[str | int, int] = {}
        self.begun = begun
        self.saved = self.last = 0


class Properties:
    """Reads the JSON of events as values of dimensions; learns keys and values as they appear."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns: dict[str, _Column | None] = {}
        self._stopped: dict[str, _Column] = {}
        self._next = FIRST_PROPERTY
        by_id = {}
        for id_, name, state in connection.execute("select id, name, state from property_keys"):
            column = _Column(id_) if state == "sets" else None
            by_id[id_] = self._columns[name] = column
            self._next = max(self._next, id_ + 1)
        for id_, number, text in connection.execute("select * from property_values"):
            column = by_id[id_]
            assert column is not None
            column.texts[text] = column.ids[text] = number
            column.saved = column.last = max(column.last, number)

    @property
    def live(self) -> set[int]:
        """The dimensions that have sets."""
        return {column.dimension for column in self._columns.values() if column is not None}

    def take(
        self,
        texts: Mapping[str, int],
        heard: Callable[[Sequence[Mapping[str, Any]]], None] = lambda some: None,
    ) -> tuple[Told, list[int]]:
        """Learn from events, inside the caller's transaction.

        Args:
            texts: JSON -> how many events have it, in the order of the first ones.
            heard: called with some at a time, as `core.values.scalars.parsed` returns them, in
                order.

        Returns:
            The values of each JSON; and the dimensions that lose their sets.
        """
        found = Told(texts)
        given = iter(texts)
        while some := list(islice(given, _CHUNK)):
            each = list(map(parsed, some))
            heard(each)
            found.add(list(map(self._values, each)))
        self._keep_most_frequent(found, np.array([0, *texts.values()]))
        stopped = self._save()
        for dimension in stopped:
            found.columns.pop(dimension, None)
        return found, stopped

    def read(self, text: str) -> Values:
        """Return the values in an event's JSON, without learning from it."""
        return self._values(parsed(text))

    def _values(self, said: Mapping[str, Any]) -> Values:
        values: Values = {}
        columns = self._columns
        for key, value in said.items():
            column = columns[key] if key in columns else self._begin(key, value)
            if column is None or value is None:
                continue
            kind = value.__class__
            number = column.ids.get(value) if kind is str or kind is int else 0
            if number or (number := self._number(key, column, value)):
                values[column.dimension] = number
        return values

    def _begin(self, key: str, value: Any) -> _Column | None:
        if value is None or len(self._columns) >= MAX_PROPERTIES:
            return None
        column = _Column(self._next, begun=True)
        self._next += 1
        if is_plain(key):
            self._columns[key] = column
            return column
        self._columns[key] = None
        self._stopped[key] = column
        return None

    def _number(self, key: str, column: _Column, value: Any) -> int:
        """Return the id of a value by its text, or 0 if the property can have no sets with it."""
        shown = value if value.__class__ is str else _shown(value)
        if number := column.texts.get(shown, 0):
            if value.__class__ is int:
                column.ids[value] = number
            return number
        odd = shown in (NONE, EMPTY) or len(shown) > MAX_TEXT or _UNSHOWN in shown
        if odd or len(column.texts) == MAX_SET_VALUES:
            self._columns[key] = None
            self._stopped[key] = column
            return 0
        column.last += 1
        column.texts[shown] = column.ids[shown] = column.last
        return column.last

    def _keep_most_frequent(self, found: Told, counts: Ints) -> None:
        live = {key: column for key, column in self._columns.items() if column is not None}
        over = len(live) - MAX_PROPERTY_SETS
        if over <= 0:
            return
        seen = {dimension: counts[ids > 0].sum() for dimension, ids in found.columns.items()}
        begun = [key for key, column in live.items() if column.begun]
        for key in sorted(begun, key=lambda key: seen.get(live[key].dimension, 0))[:over]:
            self._columns[key] = None
            self._stopped[key] = live[key]

    def _save(self) -> list[int]:
        db, stopped = self._connection, list(self._stopped.values())
        live = {key: column for key, column in self._columns.items() if column is not None}
        begun = {key: column for key, column in live.items() if column.begun}
        for state, columns in (("scan", self._stopped), ("sets", begun)):
            db.executemany(
                "insert or replace into property_keys (id, name, state) values (?, ?, ?)",
                [(column.dimension, key, state) for key, column in columns.items()],
            )
        db.executemany(
            "delete from property_values where dimension = ?", [(c.dimension,) for c in stopped]
        )
        for column in live.values():
            texts = column.texts.items()
            fresh = [(column.dimension, n, text) for text, n in texts if n > column.saved]
            db.executemany("insert into property_values values (?, ?, ?)", fresh)
            column.saved, column.begun = column.last, False
        self._stopped.clear()
        return [column.dimension for column in stopped]


def counted(texts: Iterable[str | None]) -> Mapping[str, int]:
    """Return how many events have each JSON, in the order of the first ones."""
    return Counter(filter(None, texts))


_UNSHOWN: Final = "\0"


def _shown(value: Any) -> str:
    """Return how a value other than text is shown; _UNSHOWN if it can have no set."""
    if value.__class__ is int:
        return str(value)
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is float:
        shown = str(value)
        return _UNSHOWN if "e" in shown else shown
    return _UNSHOWN
