"""Histograms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from core.answers.cells import Cell, Model, Shape


class Bin(Model):
    """One bin of a histogram.

    Attributes:
        label: its label; also the `row` of its cell.
        start, end: its bounds, half-open; None if it is open on that side.
        count: how many are in it.
        people: how many distinct people are behind `count`.
        share: count as a fraction of the histogram's total; None of nothing.
    """

    label: str
    start: float | None = None
    end: float | None = None
    count: int
    people: int
    share: float | None = None


class BinGroup(Model):
    """The bins of one breakdown group; attributes as for `Histogram`."""

    group: tuple[str, ...]
    total: int
    mean: float | None
    median: float | None
    p90: float | None
    box: tuple[float, ...] = ()
    bins: tuple[Bin, ...]


class Histogram(Shape):
    """How many are in each bin.

    Attributes:
        unit: what is counted: "users", "sessions", ...
        of: the unit of the bins: "days", "seconds" or "times".
        total: the whole that shares refer to. Bins need not add up to it: they may be cumulative,
            and it may include what is outside all bins. mean, median, p90: of the values
            themselves, in the unit of the bins; None if not asked for.
        box: p10, p25, median, p75 and p90 of the values; empty if not asked for.
        groups: the same by breakdown group, in the same bins, largest first.
        omitted: how many groups beyond the limit were left out.
    """

    shape: Literal["histogram"] = "histogram"
    unit: str = "users"
    of: str = "number"
    breakdown: tuple[str, ...] = ()
    total: int = 0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    box: tuple[float, ...] = ()
    bins: tuple[Bin, ...]
    groups: tuple[BinGroup, ...] = ()
    omitted: int = 0

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield each bin's address with its people, then those of the groups."""
        for part in self.bins:
            yield Cell(row=part.label), part.people
        for group in self.groups:
            for part in group.bins:
                yield Cell(group=group.group, row=part.label), part.people


BOX = (10, 25, 50, 75, 90)
"""The percentiles of a box."""
