"""The properties of events, gathered from their JSON as columns."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.columns import missing
from core.blocks.layout import LONGEST_TEXT, MOST_TEXTS
from core.blocks.packing import EXACT, EXPONENTS, INTEGERS, POINTS, Column, scaled
from core.columns import is_plain


class Said:
    """The properties of different JSON texts, each of which has a place, from 1 on; 0 is for none.

    Texts with the same keys are gathered together.
    """

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], tuple[list[int], list[tuple[Any, ...]]]] = {}
        self._count = 1

    def add(self, said: Mapping[str, Any]) -> None:
        """Add the properties of the next text, as `core.values.scalars.parsed` returns them."""
        keys = tuple(said)
        shape = self._shapes.get(keys)
        if shape is None:
            shape = self._shapes[keys] = [], []
        shape[0].append(self._count)
        shape[1].append(tuple(said.values()))
        self._count += 1

    def columns(self, fields: Mapping[str, int], texts: Texts) -> dict[int, Column]:
        """Return the columns of the properties that blocks have: field -> a value for each place.

        Args:
            fields: name -> field.
            texts: gets those that are new.
        """
        found = {}
        for key, (places, values) in self._by_key():
            field = fields.get(key)
            if field is None or field in texts.stopped or not is_plain(key):
                continue
            column = _column(self._count, field, places, values, texts)
            if column is not None and field not in texts.stopped:
                found[field] = column
        return found

    def _by_key(self) -> Iterator[tuple[str, tuple[NDArray[np.int64], list[Any]]]]:
        parts: dict[str, list[tuple[NDArray[np.int64], Sequence[Any]]]] = defaultdict(list)
        for keys, (places, rows) in self._shapes.items():
            where = np.array(places, np.int64)
            for key, values in zip(keys, zip(*rows, strict=True), strict=True):
                parts[key].append((where, values))
        for key, found in parts.items():
            where = np.concatenate([places for places, _ in found])
            yield key, (where, list(chain.from_iterable(values for _, values in found)))


def _column(
    count: int, field: int, places: NDArray[np.int64], values: list[Any], texts: Texts
) -> Column | None:
    """Return the column of a property, None if no text has a value of it.

    Args:
        count: how many places there are.
        places, values: those of the texts that have the property.
    """
    kinds = set(map(type, values))
    holes = bool(kinds - {int, float, str, bool, type(None)})
    numbers, words = None, None
    if kinds & {int, float}:
        where = places
        if not kinds <= {int, float}:
            where, values_of = _those(places, values, (int, float))
        else:
            values_of = values
        numbers, odd = _numbers(count, where, values_of)
        holes = holes or odd
    if kinds & {str, bool}:
        where, values_of = places, values
        if kinds != {str}:
            where, values_of = _those(places, values, (str, bool))
            values_of = [_word(value) for value in values_of]
        words, odd = _words(count, field, where, values_of, texts)
        holes = holes or odd
    if numbers is None and words is None:
        return replace(missing(count), holes=True) if holes else None
    if numbers is None or words is None:
        return replace(numbers or words, holes=holes)  # type: ignore[type-var]
    return replace(numbers, holes=holes, texts=words)


def _those(
    places: NDArray[np.int64], values: list[Any], kinds: tuple[type, ...]
) -> tuple[NDArray[np.int64], list[Any]]:
    """Return the values of some types, with their places; True is no number."""
    mask = np.fromiter((type(value) in kinds for value in values), np.bool_, len(values))
    return places[mask], [value for value in values if type(value) in kinds]


def _word(value: str | bool) -> str:
    return value if isinstance(value, str) else "true" if value else "false"


def _spread(
    count: int, places: NDArray[np.int64], values: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    found, present = np.zeros(count, values.dtype), np.zeros(count, np.bool_)
    found[places], present[places] = values, True
    return found, present


def _numbers(
    count: int, places: NDArray[np.int64], values: list[int | float]
) -> tuple[Column | None, bool]:
    """Return a column of numbers, and whether some cannot be in it."""
    kinds = set(map(type, values))
    odd = False
    if int in kinds and not -EXACT < min(values) <= max(values) < EXACT:
        fits = [type(value) is float or -EXACT < value < EXACT for value in values]
        odd = not all(fits)
        places = places[np.array(fits)]
        values = [value for value, fit in zip(values, fits, strict=True) if fit]
    spelled = INTEGERS if int in kinds else 0
    if kinds == {int}:
        found, scale = np.array(values, np.int64), 0
    else:
        floats = np.array([value for value in values if type(value) is float])
        if (floats == np.rint(floats)).any():
            spelled |= POINTS
        size = np.abs(floats[floats != 0])
        if ((size < 1e-4) | (size >= 1e16)).any():
            spelled |= EXPONENTS
        found, scale = scaled(np.array(values, np.float64))
    if not len(found):
        return None, odd
    spread, present = _spread(count, places, found)
    return Column(spread, scale=scale, present=present, spelled=spelled), odd


def _words(
    count: int, field: int, places: NDArray[np.int64], values: list[str], texts: Texts
) -> tuple[Column | None, bool]:
    """Return a column of texts, and whether some cannot be in it."""
    odd = max(map(len, values)) > LONGEST_TEXT
    if odd:
        fits = np.array([len(value) <= LONGEST_TEXT for value in values])
        places, values = places[fits], [v for v in values if len(v) <= LONGEST_TEXT]
    ids = texts.ids(field, values)
    if ids is None or not ids:
        return None, odd or ids is None
    spread, present = _spread(count, places, np.array(ids, np.int64))
    return Column(spread, present=present, is_text=True), odd


class Texts:
    """The texts of properties in blocks and their ids, counted from 1 for each property.

    Args:
        learn: whether anything may be written.

    Attributes:
        stopped: the properties that blocks do not have, as they have too many.
    """

    def __init__(self, connection: sqlite3.Connection, *, learn: bool = True) -> None:
        self._connection = connection
        self._learn = learn
        self._known: dict[int, _Ids] = {}
        self.stopped = {field for (field,) in connection.execute("select field from block_stops")}

    def ids(self, field: int, texts: Sequence[str]) -> list[int] | None:
        """Return the ids of texts of a property; None if it has too many."""
        known = self._known.get(field)
        if known is None:
            known = self._known[field] = _Ids(
                self._connection.execute(
                    "select text, id from block_texts where field = ?", (field,)
                )
            )
        found = [known[text] for text in texts]
        if len(known) > MOST_TEXTS:
            self._stop(field)
            return None
        return found

    def _stop(self, field: int) -> None:
        """Take a property out of all blocks, for good."""
        db = self._connection
        del self._known[field]
        self.stopped.add(field)
        if not self._learn:
            return
        db.execute("insert into block_stops (field) values (?)", (field,))
        db.execute("delete from block_texts where field = ?", (field,))
        for (event,) in db.execute("select event from block_events").fetchall():
            db.execute("delete from blocks where event = ? and field = ?", (event, field))

    def save(self) -> None:
        """Write the new texts, inside the caller's transaction."""
        for field, known in self._known.items():
            if fresh := known.fresh:
                self._connection.executemany(
                    "insert into block_texts (field, id, text) values (?, ?, ?)",
                    [(field, known[text], text) for text in fresh],
                )
                known.fresh = []


class _Ids(dict[str, int]):
    """Text -> id; a new one gets the next id and is noted in `fresh`."""

    def __init__(self, known: Any) -> None:
        super().__init__(known)
        self.fresh: list[str] = []
        self._next = max(self.values(), default=0) + 1

    def __missing__(self, text: str) -> int:
        found = self[text] = self._next
        self._next += 1
        self.fresh.append(text)
        return found
