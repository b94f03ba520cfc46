"""How many lie in each bin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from core.answers.cells import Cell, Model, Shape


class Bin(Model):
    """One bin of a histogram.

    Attributes:
        label: what it is called; also the `row` of its cell.
        start, end: its bounds, half-open; None where it has none on that side.
        count: how many lie in it.
        people: how many different people stand behind `count`.
        share: count as a fraction of the histogram's total; None of nothing.
    """

    label: str
    start: float | None = None
    end: float | None = None
    count: int
    people: int
    share: float | None = None


class BinGroup(Model):
    """The bins of one breakdown group; attributes as of `Histogram`."""

    group: tuple[str, ...]
    total: int
    mean: float | None
    median: float | None
    p90: float | None
    bins: tuple[Bin, ...]


class Histogram(Shape):
    """How many lie in each bin.

    Attributes:
        unit: what is counted: "users", "sessions", ...
        of: what the bins are of: "days", "seconds" or "times".
        total: the whole that shares are of. Bins need not add up to it: they may be cumulative,
            and what lies outside all bins may count in it.
        mean, median, p90: of the values themselves, in what the bins are of; None where the
            question asks for none.
        groups: the same by breakdown group, in the same bins, largest first.
        omitted: groups that were left out past the limit.
    """

    shape: Literal["histogram"] = "histogram"
    unit: str = "users"
    of: str = "number"
    breakdown: tuple[str, ...] = ()
    total: int = 0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
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
