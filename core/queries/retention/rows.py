"""From counted people to rows of a grid: rates, and the combined row (definitions 7.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.answers import Cohort
from core.queries.common.question import Rows
from core.queries.retention.plan import Plan

SIZE = -1
"""The period of rows with the size of a cohort."""

ALL, RETURNED, BEFORE = 0, 1, 2
"""Whom a row of the combined people counts: everybody, the returned, those of the previous period.
"""

Counts = Mapping[int, Mapping[int, int]]
"""cohort slot -> period -> people."""


class GridRows(NamedTuple):
    """Makes rows from counts.

    Attributes:
        reference: whether rates are relative to the "cohort" or to those retained in the "previous"
            period.
        average: whether rates of the combined row are "weighted" or the "simple" mean of the
            cohorts'.
        every: whether the combined row also uses incomplete cells.
    """

    plan: Plan
    reference: str
    average: str
    every: bool

    def cohorts(self, counts: Counts) -> tuple[Cohort, ...]:
        """Return the row of every non-empty cohort."""
        found = []
        for bucket in self.plan.cohorts:
            own = counts.get(bucket.index, {})
            size = own.get(SIZE, 0)
            if not size:
                continue
            begun = range(self.plan.begun(bucket.index))
            back = [own.get(n, 0) for n in begun]
            below = [size, *back[:-1]] if self.reference == "previous" else [size] * len(back)
            found.append(
                Cohort(
                    label=bucket.label,
                    size=size,
                    counts=tuple(back),
                    rates=tuple(_ratio(a, b) for a, b in zip(back, below, strict=True)),
                    incomplete=tuple(self.plan.incomplete(bucket.index, n) for n in begun),
                    sizes=tuple(below) if self.reference == "previous" else (),
                )
            )
        return tuple(found)

    def combined(self, rows: Sequence[Cohort], once: Rows) -> Cohort:
        """Return the row over the complete cells of each period, or over all if none is complete.

        Args:
            once: (period, whom it counts, people) if cohorts can overlap; period SIZE is everybody
                in any cohort.
        """
        shown = range(max((len(row.counts) for row in rows), default=0))
        used = {n: self._used(rows, n) for n in shown}
        counts, below, size = self._once(once) if once else self._summed(rows, used)
        rates = [_ratio(counts[n], below[n]) for n in shown]
        if self.average == "simple":
            rates = [_mean([row.rates[n] for row in used[n]]) for n in shown]
        return Cohort(
            label="combined",
            size=size,
            counts=tuple(counts[n] for n in shown),
            rates=tuple(rates),
            incomplete=tuple(any(row.incomplete[n] for row in used[n]) for n in shown),
            sizes=tuple(below[n] for n in shown),
        )

    def _once(self, once: Rows) -> tuple[dict[int, int], dict[int, int], int]:
        found: dict[int, dict[int, int]] = {
            who: defaultdict(int) for who in (ALL, RETURNED, BEFORE)
        }
        for period, who, people in once:
            found[who][period] = people
        below = dict(found[ALL])
        if self.reference == "previous":
            below = {n: found[BEFORE][n] if n else found[ALL][n] for n in below}
        return found[RETURNED], defaultdict(int, below), found[ALL][SIZE]

    def _summed(
        self, rows: Sequence[Cohort], used: Mapping[int, Sequence[Cohort]]
    ) -> tuple[dict[int, int], dict[int, int], int]:
        counts = {n: sum(row.counts[n] or 0 for row in used[n]) for n in used}
        below = {n: sum(row.sizes[n] if row.sizes else row.size for row in used[n]) for n in used}
        return counts, below, sum(row.size for row in rows)

    def _used(self, rows: Sequence[Cohort], period: int) -> list[Cohort]:
        begun = [row for row in rows if len(row.counts) > period]
        return [row for row in begun if self.every or not row.incomplete[period]] or begun


def _ratio(above: int, below: int) -> float | None:
    return above / below if below else None


def _mean(rates: Sequence[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) / len(known) if known else None
