"""Context values of events as text; equal contexts share an object, which helps later steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from core.sources.values import as_json

MOST: Final = 100_000
"""How many different contexts are remembered."""

Context = tuple[str | None, ...]


class Contexts:
    """The contexts of a source.

    Args:
        text_values: whether values come from delimited text, where "" is missing.
    """

    def __init__(self, *, text_values: bool) -> None:
        self._text = text_values
        self._known: dict[tuple[Any, ...], Context] = {}
        self._of_some: dict[tuple[bool, ...], dict[tuple[Any, ...], Context]] = {}
        self._learned = 0

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

    def of_all(self, columns: Sequence[Sequence[Any] | None]) -> list[Context]:
        """Return the contexts of several events, given column by column; None for a column that
        they lack, which at least one is not.
        """
        has = tuple(column is not None for column in columns)
        known = self._of_some.setdefault(has, {})
        rows = list(zip(*filter(None, columns), strict=True))
        try:
            found = list(map(known.get, rows))
        except TypeError:
            return [self.of(_complete(has, values)) for values in rows]
        if None in found:
            for place, values in enumerate(rows):
                if found[place] is None:
                    found[place] = known.get(values) or self._learn(has, values, known)
        return cast("list[Context]", found)

    def _learn(
        self, has: tuple[bool, ...], values: tuple[Any, ...], known: dict[tuple[Any, ...], Context]
    ) -> Context:
        found = self.of(_complete(has, values))
        if _are_texts(values):
            if self._learned >= MOST:
                self._of_some, self._learned = {}, 0
                known.clear()
            known[values] = found
            self._learned += 1
        return found

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
