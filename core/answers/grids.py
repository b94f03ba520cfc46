"""Cohorts by periods."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from core.answers.cells import Cell, Model, Shape


class Cohort(Model):
    """One row of a retention grid (definitions 7.3).

    Attributes:
        label: ISO date of the cohort's first day, or "combined".
        counts, rates, incomplete: by period from 0; periods that have not begun are absent.
        sizes: for the combined row, or if rates are not relative to the cohort, the people behind
            each period's denominator; else empty.
        paid, total: for lifetime value: how many ever paid, and their revenue to date.
        currency: what its amounts of money are in, if that is known and one; else "".
    """

    label: str
    size: int
    counts: tuple[int | None, ...]
    rates: tuple[float | None, ...]
    incomplete: tuple[bool, ...]
    sizes: tuple[int, ...] = ()
    paid: int | None = None
    total: float | None = None
    currency: str = Field(default="", exclude_if=lambda value: not value)


class GridGroup(Model):
    """The cohorts of one breakdown group, and its combined row over the complete cells."""

    group: tuple[str, ...] = ()
    cohorts: tuple[Cohort, ...]
    combined: Cohort


class Grid(Shape):
    """A cohort grid; `combined` is the row over the complete cells.

    Attributes:
        basis, mode: how windows are counted and who counts as returned (definitions 7.3).
        brackets: half-open day offsets of the columns; empty if these are periods.
        summed: whether the combined row adds up cohorts that may share people.
        reference: whether rates are relative to the "cohort" or to those retained in the "previous"
            period.
        average: whether combined rates are "weighted" or the "simple" mean of the cohorts'.
        breakdown, groups: the field, and its groups, largest first.
        omitted: groups that were left out past the limit.
        measure: what `rates` are: a "share" of people, "money", or "users"; other than shares
            they are of those who have had so many `days` since their first event, one number of
            days for each column, and `counts` are those who paid in them.
        columns: names of the columns if these are not periods. Rows are then not cohorts, `rates`
            are figures in the unit named by `measure`, and `counts` the people behind them.
    """

    shape: Literal["grid"] = "grid"
    unit: str = "users"
    granularity: str = "weekly"
    periods: int
    basis: str = "calendar"
    mode: str = "n_day"
    brackets: tuple[tuple[int, int], ...] = ()
    summed: bool = False
    reference: str = "cohort"
    average: str = "weighted"
    measure: str = "share"
    days: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    breakdown: tuple[str, ...] = ()
    cohorts: tuple[Cohort, ...]
    combined: Cohort
    groups: tuple[GridGroup, ...] = ()
    omitted: int = 0

    @cached_property
    def lines(self) -> tuple[tuple[tuple[str, ...], Cohort], ...]:
        """Its rows with their groups, in reading order.

        The combined rows of everybody and of each group, the cohorts of everybody, then those of
        each group.
        """
        whole = GridGroup(cohorts=self.cohorts, combined=self.combined)
        parts = (whole, *self.groups)
        return (
            *((part.group, part.combined) for part in parts),
            *((part.group, cohort) for part in parts for cohort in part.cohorts),
        )

    def bracket(self, period: int) -> str:
        """The days of a bracket, both ends included: "0", "1-6"."""
        first, end = self.brackets[period]
        return f"{first}" if end == first + 1 else f"{first}-{end - 1}"

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield each cohort's size, returned and not returned, and the combined rows' people.

        For money: each row's size, who paid within each number of days, and who ever paid. Of
        figures by columns: each row's size and the people behind each figure.
        """
        if self.columns:
            yield from self._behind()
            return
        if self.measure != "share":
            yield from self._paid()
            return
        for group, cohort in self.lines:
            combined = cohort.label == "combined"
            base: dict[str, Any] = {"group": group, "cohort": None if combined else cohort.label}
            if not combined:
                yield Cell(**base), cohort.size
            for period, count in enumerate(cohort.counts):
                if count is None or (combined and self.summed):
                    continue
                yield Cell(**base, period=period, outcome="returned"), count
                if not combined:
                    gone = cohort.size - count
                    yield Cell(**base, period=period, outcome="not_returned"), gone

    def _behind(self) -> Iterator[tuple[Cell, float | None]]:
        for group, row in self.lines:
            label = None if row.label == "combined" else row.label
            yield Cell(group=group, cohort=label), row.size
            for column, count in enumerate(row.counts):
                yield Cell(group=group, cohort=label, period=column), count

    def _paid(self) -> Iterator[tuple[Cell, float | None]]:
        for group, cohort in self.lines:
            label = None if cohort.label == "combined" else cohort.label
            base: dict[str, Any] = {"group": group, "cohort": label}
            yield Cell(**base), cohort.size
            for period, count in enumerate(cohort.counts):
                yield Cell(**base, period=period, outcome="reached"), count
            yield Cell(**base, outcome="reached"), cohort.paid
