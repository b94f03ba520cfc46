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

    listed = True

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
        import numpy as np

        if not self.days:
            return "[]"
        actors, twice = self._medians()
        if not self.listed:
            found = np.unique(twice, return_counts=True)
            return str(
                [list(pair) for pair in zip(*(each.tolist() for each in found), strict=True)]
            )
        order = np.argsort(twice, kind="stable")
        values, firsts = np.unique(twice[order], return_index=True)
        parts = np.split(actors[order], firsts[1:])
        pairs = zip(values.tolist(), parts, strict=False)
        return str([[value, len(part), part.tolist()] for value, part in pairs])

    def _medians(self) -> tuple[Any, Any]:
        """Return the actors in at least two sets, and twice the median of each."""
        import numpy as np

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
        starts = np.flatnonzero(np.r_[True, actors[1:] != actors[:-1]][: len(actors)])
        counts = np.diff(np.r_[starts, len(actors)])
        return actors[starts], gaps[starts + (counts - 1) // 2] + gaps[starts + counts // 2]


class GapCounts(Gaps):
    """Aggregate: the same without the actors: [twice the median, how many people]."""

    listed = False
