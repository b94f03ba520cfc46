"""Context values of events as text; equal contexts share an object, which helps later steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

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

    def of(self, values: tuple[Any, ...]) -> Context:
        """Return the context with these values."""
        try:
            found = self._known.get(values)
        except TypeError:
            return self._texts(values)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[values] = self._texts(values)
        return found

    def of_all(self, columns: Iterable[Sequence[Any]]) -> list[Context]:
        """Return the contexts of several events, given column by column."""
        known, rows = self._known, list(zip(*columns, strict=True))
        try:
            return [known.get(values) or self.of(values) for values in rows]
        except TypeError:
            return list(map(self.of, rows))

    def _texts(self, values: tuple[Any, ...]) -> Context:
        return tuple(
            (value or None if self._text else value)
            if value is None or value.__class__ is str
            else as_json(value)
            for value in values
        )
