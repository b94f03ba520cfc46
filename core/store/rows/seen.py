"""Which moments of actors have stored events, as far as that can be said without asking for each.

A moment is an actor and a time. Those of all stored events are kept as 32-bit hashes in a
compressed set, from the first batch on that would otherwise ask for very many.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Final

from pyroaring import BitMap

from core.store.rows.numbers import Events

_FEW: Final = 2_000
"""So many moments are asked for one by one."""

_ASKING: Final = 8
"""How many times as long it takes to ask for a moment as to read one of all."""

_CHUNK: Final = 100_000


class Seen:
    """The moments that have stored events, for a writer that sees every batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._hashes: BitMap | None = None
        self._unsure: set[int] = set()

    def moved(self, actors: Iterable[int]) -> None:
        """Take note of actors who lost or gained stored events."""
        self._unsure.update(actors)

    def maybe(self, events: Events, latest: int, stored: int, newcomers: int) -> list[int]:
        """Return the places of events whose moment may have stored events.

        Args:
            latest: the time of the latest stored event.
            stored: how many events are stored, roughly.
            newcomers: the number above which actors have no stored events, unless some were moved
                to them.
        """
        early = list(compress(range(len(events)), (ts <= latest for ts in events.ts)))
        actor, unsure = events.actor, self._unsure
        asked = [p for p in early if actor[p] <= newcomers or actor[p] in unsure]
        if len(asked) <= _FEW or (len(asked) * _ASKING < stored and self._hashes is None):
            return asked
        if self._hashes is None:
            self._hashes = self._all()
        hashes = _hashes(events.actor, events.ts)
        hits = self._hashes & _set(hashes)
        return [p for p in asked if hashes[p] in hits or actor[p] in unsure]

    def add(self, events: Events) -> None:
        """Add the moments of events that are stored."""
        if self._hashes is not None:
            self._hashes |= _set(_hashes(events.actor, events.ts))

    def _all(self) -> BitMap:
        found = BitMap()
        cursor = self._connection.execute("select actor, ts from events")
        while chunk := cursor.fetchmany(_CHUNK):
            found |= _set(_low_halves(map(hash, chunk)))
        return found


def _hashes(actors: Sequence[int], times: Sequence[int]) -> array[int]:
    return _low_halves(map(hash, zip(actors, times, strict=True)))


def _low_halves(hashes: Iterable[int]) -> array[int]:
    """Return 32 bits of each hash."""
    whole = array("I")
    whole.frombytes(array("q", hashes).tobytes())
    return whole[::2]


def _set(hashes: array[int]) -> BitMap:
    """Return hashes as a set, which takes a quarter of the time when they are in order."""
    return BitMap(array("I", sorted(hashes)))
