"""The properties of events, gathered from their JSON as columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.blocks.columns import missing
from core.blocks.layout import LONGEST_TEXT, MOST_TEXTS
from core.blocks.packing import EXACT, EXPONENTS, INTEGERS, POINTS, Column, scaled
from core.blocks.texts import Texts

Places = NDArray[np.int32]

_FEW: Final = 64
"""Up to so many different sets of keys, those of a set are gathered together."""

_WORDS: Final = {True: "true", False: "false"}


class Said:
    """The properties of different JSON texts, each of which has a place, from 1 on; 0 is for none.

    Args:
        without: the names of properties that are not gathered.
    """

    def __init__(self, without: Collection[str] = ()) -> None:
        self._without = frozenset(without)
        self._gathered: dict[str, _Gathered] = defaultdict(_Gathered)
        self._count = 1

    def add(self, some: Sequence[Mapping[str, Any]]) -> None:
        """Add the properties of the texts that follow, as `core.values.scalars.parsed` returns
        them; some thousand at a time.
        """
        for key, places, values in _by_key(some, self._without):
            self._gathered[key].add(np.array(places, np.int32) + self._count, values)
        self._count += len(some)

    def columns(self, fields: Mapping[str, int], texts: Texts) -> dict[int, Column]:
        """Return the columns of the properties that blocks have: field -> a value for each place.

        Args:
            fields: name -> field, of those that blocks have.
            texts: gets those that are new.
        """
        found = {}
        for key, gathered in self._gathered.items():
            field = fields.get(key)
            if field is None or field in texts.stopped:
                continue
            column = gathered.column(self._count, field, texts)
            if column is not None and field not in texts.stopped:
                found[field] = column
        return found


def _by_key(
    some: Sequence[Mapping[str, Any]], without: Collection[str]
) -> Iterator[tuple[str, Sequence[int], list[Any]]]:
    """Yield the keys of objects with the places that have them, and their values."""
    shapes = list(map(tuple, some))
    if shapes.count(shapes[0]) == len(shapes):
        alike: dict[tuple[str, ...], Sequence[int]] = {shapes[0]: range(len(some))}
    else:
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, keys in enumerate(shapes):
            found[keys].append(place)
        alike = {**found}
    if len(alike) > _FEW:
        yield from _one_by_one(some, without)
        return
    for keys, places in alike.items():
        those = some if len(places) == len(some) else [some[place] for place in places]
        for key in keys:
            if key not in without:
                yield key, places, [said[key] for said in those]


def _one_by_one(
    some: Sequence[Mapping[str, Any]], without: Collection[str]
) -> Iterator[tuple[str, Sequence[int], list[Any]]]:
    """Yield the same from objects whose keys differ much."""
    found: dict[str, tuple[list[int], list[Any]]] = defaultdict(lambda: ([], []))
    for place, said in enumerate(some):
        for key, value in said.items():
            places, values = found[key]
            places.append(place)
            values.append(value)
    for key in found.keys() - without:
        yield key, *found[key]


class _Gathered:
    """The values of one property."""

    def __init__(self) -> None:
        self._numbers: list[tuple[Places, NDArray[Any]]] = []
        self._words: list[tuple[Places, NDArray[Any]]] = []
        self._codes = _Codes()
        self._spelled = 0
        self._holes = False

    def add(self, places: Places, values: Sequence[Any]) -> None:
        """Add the values of some places."""
        kinds = set(map(type, values))
        if len(kinds) > 1:
            for kind in kinds:
                mask = [type(value) is kind for value in values]
                self.add(places[mask], [value for value in values if type(value) is kind])
            return
        (kind,) = kinds
        if kind is str:
            self._add_words(places, values)
        elif kind is bool:
            self._add_words(places, [_WORDS[value] for value in values])
        elif kind is int:
            self._add_integers(places, values)
        elif kind is float:
            self._add_floats(places, values)
        elif kind is not type(None):
            self._holes = True

    def _add_words(self, places: Places, values: Sequence[str]) -> None:
        if len(self._codes) > MOST_TEXTS:
            return
        codes = np.array(list(map(self._codes.__getitem__, values)), np.int32)
        if self._codes.holes:
            self._holes = True
            places, codes = places[codes >= 0], codes[codes >= 0]
        self._words.append((places, codes))

    def _add_integers(self, places: Places, values: Sequence[int]) -> None:
        self._spelled |= INTEGERS
        if not -EXACT < min(values) <= max(values) < EXACT:
            self._holes = True
            places = places[[-EXACT < value < EXACT for value in values]]
            values = [value for value in values if -EXACT < value < EXACT]
        self._numbers.append((places, np.array(values, np.int64)))

    def _add_floats(self, places: Places, values: Sequence[float]) -> None:
        found = np.array(values)
        if (found == np.rint(found)).any():
            self._spelled |= POINTS
        size = np.abs(found[found != 0])
        if ((size < 1e-4) | (size >= 1e16)).any():
            self._spelled |= EXPONENTS
        self._numbers.append((places, found))

    def column(self, count: int, field: int, texts: Texts) -> Column | None:
        """Return the column of so many places, None if it has neither values nor holes."""
        numbers, words = self._numbers_of(count), None
        if len(self._codes) > MOST_TEXTS:
            texts.stop(field)
        elif self._codes:
            ids = texts.ids(field, list(self._codes))
            if ids is not None:
                spread, present = _spread(count, self._words, np.array(ids, np.int64))
                words = Column(spread, present=present, is_text=True)
        if numbers is None and words is None:
            return replace(missing(count), holes=True) if self._holes else None
        if numbers is None or words is None:
            return replace(numbers or words, holes=self._holes)  # type: ignore[type-var]
        return replace(numbers, holes=self._holes, texts=words)

    def _numbers_of(self, count: int) -> Column | None:
        if not any(len(places) for places, _ in self._numbers):
            return None
        values, present = _spread(count, self._numbers)
        scale = 0
        if values.dtype.kind == "f":
            values, scale = scaled(values)
        return Column(values, scale=scale, present=present, spelled=self._spelled)


def _spread(
    count: int, parts: Sequence[tuple[Places, NDArray[Any]]], table: NDArray[Any] | None = None
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return values at their places, and which places have one; values may be places in a table."""
    places = np.concatenate([each for each, _ in parts])
    values = np.concatenate([each for _, each in parts])
    if table is not None:
        values = table[values]
    found, present = np.zeros(count, values.dtype), np.zeros(count, np.bool_)
    found[places], present[places] = values, True
    return found, present


class _Codes(dict[str, int]):
    """Texts in the order in which they are first asked for, from 0 on; -1 for one that is too long.

    Attributes:
        holes: whether there was such a one.
    """

    holes = False

    def __missing__(self, text: str) -> int:
        if len(text) > LONGEST_TEXT:
            self.holes = True
            return -1
        found = self[text] = len(self)
        return found
