"""From where on, and up to where, whole numbers count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Limits(NamedTuple):
    """The least number that counts, and the first above it that does not; None for any."""

    low: int | None = None
    high: int | None = None

    def tests(self, column: str) -> list[str]:
        """Return the conditions on a column in SQL; none if all numbers count."""
        sides = ((">=", self.low), ("<", self.high))
        return [f"{column} {sign} {number}" for sign, number in sides if number is not None]

    def by(self, size: int) -> Limits | None:
        """Return the same limits in units of so many; None if one of them divides a unit."""
        if any(number is not None and number % size for number in self):
            return None
        return Limits(*(None if number is None else number // size for number in self))


ALL = Limits()
"""All numbers count."""


def limits_of(sides: Iterable[tuple[str, int]]) -> Limits:
    """Return where all of some comparisons hold, given as signs (`==` is `=`) and numbers."""
    lows, highs = [], []
    for sign, number in sides:
        if sign[0] != "<":
            lows.append(number + (sign == ">"))
        if sign[0] != ">":
            highs.append(number + (sign != "<"))
    return Limits(max(lows, default=None), min(highs, default=None))
