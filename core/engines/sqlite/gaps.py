"""The days between people's active days, from the sets of these days."""

from __future__ import annotations

from typing import Any, Final

from core.sql.sets import Blob, load

_DAYS: Final = 1 << 24
"""More than there are days between two dates."""


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
        import numpy as np

        if not self.days:
            return "[]"
        days = np.repeat(np.array(self.days, np.int64), [len(found) for found in self.people])
        days -= min(self.days)
        actors = np.concatenate([np.asarray(found, np.int64) for found in self.people])
        active = np.unique(actors * _DAYS + days)
        actors, days = active // _DAYS, active % _DAYS
        same = actors[1:] == actors[:-1]
        gaps = np.sort(actors[1:][same] * _DAYS + (days[1:] - days[:-1])[same])
        actors, starts, counts = np.unique(gaps // _DAYS, return_index=True, return_counts=True)
        gaps %= _DAYS
        twice = gaps[starts + (counts - 1) // 2] + gaps[starts + counts // 2]
        order = np.argsort(twice, kind="stable")
        values, firsts = np.unique(twice[order], return_index=True)
        parts = np.split(actors[order], firsts[1:])
        found = zip(values.tolist(), parts, strict=False)
        return str([[value, len(part), part.tolist()] for value, part in found])
