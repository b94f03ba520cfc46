"""The resolved time of a retention question: its cohorts, and the window of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.answers import Cell, Cohort
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.retention.fields import RetentionFields
from core.timeframe import DAY, HOUR, Bucket, Span, days_span, exact_span, fit, to_date
from core.words.counted import PEOPLE

WINDOW_DAYS = {"daily": 1, "weekly": 7, "monthly": 30}
"""Days of a 24-hour basis window."""

CellRow = tuple[int, int, int]
"""cohort slot, period, 1 when complete."""


class Plan(NamedTuple):
    """Resolved time.

    Attributes:
        periods: the number of columns: periods, or brackets.
        cohorts: the periods of the range, clipped to it; slot 0 is the first.
        firsts: the first local day of each cohort's whole period.
        returns: whole periods from the first cohort's to the last that can contain a return.
        brackets: half-open day offsets of the columns; () if these are periods.
    """

    ctx: Context
    span: Span
    unit: str
    basis: str
    periods: int
    cohorts: list[Bucket]
    firsts: list[int]
    returns: list[Bucket]
    return_span: Span
    notes: tuple[str, ...]
    brackets: tuple[tuple[int, int], ...] = ()

    @property
    def earlier(self) -> Span | None:
        """The days of history before the cohorts; None if there are none."""
        ctx = self.ctx
        if ctx.earliest is None or ctx.calendar.day_of(ctx.earliest) >= self.span.first_day:
            return None
        first = ctx.calendar.day_of(ctx.earliest)
        return days_span(first, self.span.first_day - 1, ctx.calendar)

    @property
    def rolling(self) -> bool:
        """Whether windows are counted from each start, not by the calendar."""
        return self.basis == "24h" or bool(self.brackets)

    def begins(self, cohort: int, period: int) -> int:
        """First instant of a cell's window, ms; if it rolls, for its earliest possible member."""
        calendar = self.ctx.calendar
        if self.unit == "hourly":
            return self._hour(cohort + period)
        if not self.rolling:
            return calendar.day_start(calendar.next_period(self.firsts[cohort], self.unit, period))
        start, _ = self._offsets(period)
        return self._after(self.cohorts[cohort].first_day, start)

    def _hour(self, place: int) -> int:
        """First instant of an hour, counted from that of the first cohort, ms."""
        if place < len(self.returns):
            return self.returns[place].start
        return self.returns[-1].end + (place - len(self.returns)) * HOUR

    def ends(self, cohort: int, period: int) -> int:
        """End of a cell's window, ms; if it rolls, for its latest possible member."""
        if not self.rolling:
            return self.begins(cohort, period + 1)
        _, end = self._offsets(period)
        last = self.cohorts[cohort].last_day
        return self._after(last + 1 if self.basis == "24h" else last, end)

    def _offsets(self, period: int) -> tuple[int, int]:
        """The days between a start and the start and end of its window."""
        if self.brackets:
            return self.brackets[period]
        size = WINDOW_DAYS[self.unit]
        return size * period, size * (period + 1)

    def _after(self, day: int, days: int) -> int:
        calendar = self.ctx.calendar
        if self.by_the_hour:
            return calendar.day_start(day) + days * DAY
        return calendar.day_start(day + days)

    @property
    def by_the_hour(self) -> bool:
        """Whether windows are counted in hours, not in local days."""
        return self.basis == "24h" and (bool(self.brackets) or self.unit == "daily")

    def begun(self, cohort: int) -> int:
        """How many periods of a cohort have begun, see `_has_begun`."""
        return sum(self._has_begun(cohort, n) for n in range(self.periods))

    def _has_begun(self, cohort: int, period: int) -> bool:
        """Whether a cell's window began before the end of the data.

        A few days without events are quiet days, in which nobody came back; a whole week or month
        that begins after the newest event has not been observed (definitions 1.9).
        """
        short = self.unit in ("hourly", "daily") or bool(self.brackets)
        quiet = self.ctx.ended is None and short
        seen = self.ctx.now if quiet or self.ctx.latest is None else self.ctx.latest
        return self.begins(cohort, period) <= seen

    def incomplete(self, cohort: int, period: int) -> bool:
        """Whether a cell's window ends after now, or after the end of the data."""
        return self.ends(cohort, period) > self.ctx.known_until

    def cut(self, rows: Sequence[Cohort], units: str) -> tuple[str, ...]:
        """A note if the range begins inside the first cohort shown, of users or other units."""
        whole = not self.cohorts or self.cohorts[0].first_day == self.firsts[0]
        if whole or not rows or rows[0].label != self.cohorts[0].label:
            return ()
        start = to_date(self.cohorts[0].first_day).isoformat()
        who = "people who" if units == PEOPLE else f"{units} that"
        return (f"The first cohort has only {who} started on or after {start}.",)

    def cells(self, period: int, every: bool = False) -> list[CellRow]:
        """All cells of one period whose windows have begun; with `every`, all count as complete."""
        begun = [c for c in range(len(self.cohorts)) if self._has_begun(c, period)]
        return [(c, period, int(every or not self.incomplete(c, period))) for c in begun]

    def addressed(self, cell: Cell, every: bool = False) -> list[CellRow]:
        """The cells of an address; those of a combined cell are still to be selected."""
        period = cell.period or 0
        if not 0 <= period < self.periods:
            raise BadQuestion(f"cell has no period {period}.", parameter="cell")
        if cell.cohort is None and cell.period is None:
            return [(c, 0, 1) for c in range(len(self.cohorts))]
        if cell.cohort is None:
            return self.cells(period, every)
        for bucket in self.cohorts:
            if bucket.label == cell.cohort:
                return [(bucket.index, period, 1)]
        raise BadQuestion(
            f"cell names cohort {cell.cohort!r}, not in the answer.", parameter="cell"
        )


def plan_of(ctx: Context, question: RetentionFields) -> Plan:
    """Resolve a question's time, with coarser cohorts if there would be too many."""
    span = ctx.span_to_today(question.range)
    unit = fit(question.granularity, span, ctx.now)
    cohorts = ctx.buckets(span, unit)
    firsts = [ctx.calendar.period_start(b.first_day, unit) for b in cohorts]
    coarser = unit != question.granularity
    notes = (f"Too many {question.granularity} cohorts: shown {unit}.",) if coarser else ()
    returns, back = _returns(ctx, question, unit, cohorts, firsts) if cohorts else ([], span)
    return Plan(
        ctx,
        span,
        unit,
        question.basis,
        question.columns,
        cohorts,
        firsts,
        returns,
        back,
        notes,
        question.brackets,
    )


def _returns(
    ctx: Context, question: RetentionFields, unit: str, cohorts: list[Bucket], firsts: list[int]
) -> tuple[list[Bucket], Span]:
    """Return the periods of a plan that can contain a return, and their span."""
    calendar = ctx.calendar
    if unit == "hourly":
        end = cohorts[-1].end + question.periods * HOUR
        if question.mode == "unbounded":
            end = calendar.day_start(ctx.today + 1)
        back = exact_span(cohorts[0].start, end, calendar)
        return ctx.buckets(back, unit), back
    last = calendar.next_period(firsts[-1], unit, question.periods) - 1
    if question.mode == "unbounded":
        last = ctx.today
    back = days_span(firsts[0], max(min(last, ctx.today), firsts[-1]), calendar)
    returns = ctx.buckets(back, unit, whole=True)
    return returns, days_span(firsts[0], returns[-1].last_day, calendar)
