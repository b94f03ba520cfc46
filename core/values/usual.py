"""What is usual for a point of a series: definitions 11.6.

A point is judged by the points before it that are like it, so that a Sunday is compared with
Sundays. The middle is their median and the scale their median distance from it, which a few odd
days do not move. Everything is plain arithmetic: equal figures give equal bands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median
from typing import Final

WINDOWS: Final = {
    "minute": 60, "five_minute": 72, "hourly": 168, "daily": 90, "weekly": 26, "monthly": 12,
    "quarterly": 8, "yearly": 8,
}  # fmt: skip
"""Granularity -> how many points before a point its usual is learned from, at most."""

DAYS: Final = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
"""Granularity -> how many days a period has, at most."""

FEWEST: Final = 6
"""From fewer points nothing is usual."""

LEVELS: Final = {95: 1.96, 98: 2.326, 99: 2.576}
"""Percent of usual points inside a band -> how many scales the band reaches from its middle."""

LEVEL: Final = 95
"""The level of a band unless another is asked for."""

_OF_MEDIAN, _OF_MEAN = 1.4826, 1.2533
"""What a normal distribution's deviation is of its median and its mean absolute deviation."""


@dataclass(frozen=True)
class Usual:
    """What is usual for one point.

    Attributes:
        middle: the median of the points it is learned from.
        scale: how far they lie from it, as a standard deviation; 0 if they are all equal.
        points: how many they are, at least FEWEST.
        alike: whether they are those of the same weekday, or the same hour of the day; else they
            are simply those before.
    """

    middle: float
    scale: float
    points: int
    alike: bool

    def band(self, level: int = LEVEL) -> tuple[float, float]:
        """Return the lowest and the highest figure that is usual at a level of LEVELS."""
        reach = LEVELS[level] * self.scale
        return self.middle - reach, self.middle + reach

    def score(self, value: float) -> float:
        """Return how many scales a figure is from the middle; infinite if all points were equal."""
        away = value - self.middle
        if self.scale:
            return away / self.scale
        return math.copysign(math.inf, away) if away else 0.0

    def unusual(self, value: float, level: int = LEVEL) -> int:
        """Return 1 for a figure above the band, -1 for one below it, and 0 for one inside."""
        low, high = self.band(level)
        return (value > high) - (value < low)


def usual(
    labels: Sequence[str], values: Sequence[float | None], at: int, unit: str
) -> Usual | None:
    """Return what is usual for a point of a series, or None if too few points say so.

    Args:
        labels: of all points, as buckets have them: "2025-04-07", "2025-04-07T13:00".
        values: their figures; None is unknown: not over, not observed, or before the first data.
            Unknown points and those from `at` on say nothing.
        at: the point's position.
        unit: the granularity of the series.
    """
    known = [n for n in range(max(at - WINDOWS[unit], 0), at) if values[n] is not None]
    found, alike = reference(labels, known, at, unit)
    return learned([x for n in found if (x := values[n]) is not None], alike)


def reference(
    labels: Sequence[str], known: Sequence[int], at: int, unit: str
) -> tuple[list[int], bool]:
    """Return which of some points say what is usual for one, and whether they are alike.

    Args:
        labels, at, unit: as for `usual`.
        known: the positions of the points of its window that are known, ascending.
    """
    like = _like(labels[at], unit)
    same = [n for n in known if _like(labels[n], unit) == like] if like is not None else []
    return (same, True) if len(same) >= FEWEST else (list(known), False)


def learned(figures: Sequence[float], alike: bool = False) -> Usual | None:
    """Return what is usual after some figures, in any order; None for fewer than FEWEST."""
    if len(figures) < FEWEST:
        return None
    middle = float(median(figures))
    away = [abs(x - middle) for x in figures]
    scale = _OF_MEDIAN * median(away) or _OF_MEAN * fmean(away)
    return Usual(middle, scale, len(figures), alike)


def _like(label: str, unit: str) -> int | None:
    """Return the weekday of a day or the hour of an hour; None where no such cycle is known."""
    if unit == "daily":
        return date.fromisoformat(label).weekday()
    return int(label[11:13]) if unit == "hourly" else None
