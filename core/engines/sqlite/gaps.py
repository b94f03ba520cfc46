"""The days between people's active days, from the sets of these days."""

from __future__ import annotations

from typing import Any, Final

from core.sql.sets import Blob, load

_BITS: Final = 24
"""Of the days between two dates, in the lower part of a number with an actor."""
_DAYS: Final = (1 << _BITS) - 1


class Gaps:
    """Aggregate: people in at least two sets, by twice the median of the days between theirs.

    A JSON array of [twice the median, how many people, [their actors]]. Sets come with their day,
    in any order.
    """

    def __init__(self) -> None:
        self.days: list[int] = []
        self.people: list[Any] = []

    def step(self, day: int, users: Blob) -> None:
        """Note one day of everybody in a set."""
        if not isinstance(day, int):
            raise TypeError("no day")
        self.days.append(day)
        self.people.append(load(users).to_array())

    def finalize(self) -> str:
        """Return the list, in ascending order."""
        return str(self._rows(*self._medians())) if self.days else "[]"

    def _rows(self, actors: Any, twice: Any) -> list[list[Any]]:
        import numpy as np

        order = np.argsort(twice, kind="stable")
        values, firsts = np.unique(twice[order], return_index=True)
        parts = np.split(actors[order], firsts[1:])
        pairs = zip(values.tolist(), parts, strict=False)
        return [[value, len(part), part.tolist()] for value, part in pairs]

    def _medians(self) -> tuple[Any, Any]:
        """Return the actors in at least two sets, and twice the median of each."""
        import numpy as np

        from core.blocks.functions.groups import counted

        days = np.repeat(np.array(self.days, np.int64), [len(found) for found in self.people])
        days -= min(self.days)
        keys = np.concatenate([np.asarray(found, np.int64) for found in self.people])
        keys <<= _BITS
        keys |= days
        keys.sort()
        actors, days = keys >> _BITS, keys & _DAYS
        gaps = np.diff(days)
        own = (np.diff(actors) == 0) & (gaps > 0)
        keys = (actors[1:][own] << _BITS) | gaps[own]
        keys.sort()
        actors, gaps = keys >> _BITS, keys & _DAYS
        people, counts = counted(actors)
        first = np.cumsum(counts) - counts
        return people, gaps[first + (counts - 1) // 2] + gaps[first + counts // 2]


class GapCounts(Gaps):
    """Aggregate: the same without the actors: [twice the median, how many people]."""

    def _rows(self, actors: Any, twice: Any) -> list[list[Any]]:
        from core.blocks.functions.groups import counted

        values, people = counted(twice)
        return list(map(list, zip(values.tolist(), people.tolist(), strict=True)))
