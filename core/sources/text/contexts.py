"""Context values of events as text; equal contexts share an object, which helps later steps."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import suppress
from itertools import compress
from typing import Any, Final, cast

from core.records import NO_CONTEXT
from core.sources.flow.gathered import Context, Numbered
from core.sources.flow.spread import Spread, first_of
from core.sources.values import as_json

MOST: Final = 100_000
"""How many different contexts are remembered."""

_BETWEEN: Final = "\x1f"
"""Stands between values that are looked up as one text, which takes half the time of a tuple."""

_UNKNOWN: Final = -1

_Key = str | tuple[Any, ...]


class Contexts:
    """The contexts of a source.

    Args:
        text_values: whether values come from delimited text, where "" is missing.
    """

    def __init__(self, *, text_values: bool) -> None:
        self._text = text_values
        self._known: dict[tuple[Any, ...], Context] = {}
        self._of_some: dict[tuple[bool, ...], dict[_Key, int]] = {}
        self._of_tables: dict[tuple[bool, ...], tuple[Any, Any]] = {}
        self._begin()

    def _begin(self) -> None:
        self._of_some.clear()
        self._of_tables.clear()
        self._learned = 0
        self._numbers: dict[Context, int] = {NO_CONTEXT: 0}
        self._table = [NO_CONTEXT]

    def of(self, values: tuple[Any, ...]) -> Context:
        """Return the context with these values."""
        if not _are_texts(values):
            return self._texts(values)
        found = self._known.get(values)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[values] = self._texts(values)
        return found

    def none(self, count: int) -> Numbered:
        """Return the contexts of so many events that have no values."""
        return Numbered(array("i", bytes(4 * count)), self._table)

    def of_all(self, columns: Sequence[Sequence[Any] | None]) -> Numbered:
        """Return the contexts of several events, given column by column; None for a column that
        they lack, which at least one is not.
        """
        has = tuple(column is not None for column in columns)
        spread = first_of(list(compress(columns, has)))
        if spread is not None:
            return self._of_rows(columns, has, spread)
        if max(len(self._table), self._learned) >= MOST:
            self._begin()
        known = self._of_some.setdefault(has, {})
        rows = list(zip(*filter(None, columns), strict=True))
        keys: Sequence[_Key] = rows
        with suppress(TypeError):
            keys = list(map(_BETWEEN.join, rows))
        try:
            found: list[int | None] = list(map(known.get, keys))
        except TypeError:
            numbers = array("i", (self._numbered(self.of(_complete(has, each))) for each in rows))
            return Numbered(numbers, self._table)
        if None in found:
            for place, number in enumerate(found):
                if number is None:
                    key = keys[place]
                    found[place] = known.get(key) or self._number(has, rows[place], key, known)
        return Numbered(array("i", cast("list[int]", found)), self._table)

    def _of_rows(self, columns: Sequence[Any], has: tuple[bool, ...], spread: Spread) -> Numbered:
        """Return the contexts of events that are rows of a table; those of a row are found once."""
        import numpy as np

        rows, known = self._of_tables.get(has, (None, np.zeros(0, np.int32)))
        if rows is not spread.rows:
            known = known[:0]
        known = np.append(known, np.full(len(spread.rows) - len(known), _UNKNOWN, np.int32))
        new = spread.numbers[known[spread.numbers] == _UNKNOWN]
        if len(new):
            table = self._table
            pairs = zip(columns, has, strict=True)
            found = self.of_all([column.of(new) if there else None for column, there in pairs])
            if found.table is not table:
                return self._of_rows(columns, has, spread)
            known[new] = found.numbers
        self._of_tables[has] = spread.rows, known
        numbers = array("i", known[spread.numbers][spread.places].tobytes())
        return Numbered(numbers, self._table)

    def _number(
        self, has: tuple[bool, ...], values: tuple[Any, ...], key: _Key, known: dict[_Key, int]
    ) -> int:
        """Return the number of the context with these values; that of texts is known from then on,
        by themselves where one of them has the character between them.
        """
        if not _are_texts(values):
            return self._numbered(self.of(_complete(has, values)))
        if key.__class__ is str and key.count(_BETWEEN) >= len(values):
            key = values
        if key not in known:
            known[key] = self._numbered(self.of(_complete(has, values)))
            self._learned += 1
        return known[key]

    def _numbered(self, context: Context) -> int:
        number = self._numbers.setdefault(context, len(self._table))
        if number == len(self._table):
            self._table.append(context)
        return number

    def _texts(self, values: tuple[Any, ...]) -> Context:
        return tuple(
            (value or None if self._text else value)
            if value is None or value.__class__ is str
            else as_json(value)
            for value in values
        )


def _are_texts(values: Sequence[Any]) -> bool:
    """Whether values are texts or missing; of others, equal ones such as 1 and true may differ."""
    return all(value is None or value.__class__ is str for value in values)


def _complete(has: Sequence[bool], values: Sequence[Any]) -> tuple[Any, ...]:
    """Return values with None for those that are lacking."""
    left = iter(values)
    return tuple(next(left) if given else None for given in has)
