"""Retention: who of those that started in a period came back in the periods after (semantics 7).

With the calendar basis period 0 is the cohort itself, by definition; windows of 24 hours and
brackets compute it. Returns are read up to now, whatever the end of the range; starts only inside
the range. Conditions are about the start event: for first_ever and first_in_range the first start
is found first and must then satisfy them, so that the cohorts of all values of a field add up to
the cohort. Windows that hang on each start itself read the events (see retention_windows).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.answers import Cell, Cohort, Grid
from core.engines.dialect import Binder
from core.errors import BadQuestion
from core.queries.base import Ask, Context, Question, Rows, dates
from core.queries.retention_plan import CellRow, Plan, plan_of
from core.queries.retention_windows import relations
from core.timeframe import granularity

MAX_DAYS = 90
MAX_PERIODS = 52
MAX_BRACKETS = 100
MAX_BRACKET_DAYS = 3660
UNITS = ("daily", "weekly", "monthly")
NEW = "_new"
"""As a start event: the first event ever of a person, whatever it is."""

SIZE = -1
"""The period of rows that say how large a cohort is."""


SUMMED = ("The combined row adds up the cohorts: who is in several counts in each.",)


class Retention(Question):
    """Cohorts of people by when they started, and how many came back N periods later.

    Attributes:
        start_event, return_event: None is any event; a start of "_new" a person's very first one.
        granularity: daily, weekly or monthly periods.
        periods: how many, period 0 included; at most 52, daily 90.
        cohort: first_ever (the first start of all of history), first_in_range (of the range) or
            every (each period with a start; a person can be in several cohorts).
        basis: calendar periods, or windows of "24h" from each start: of 24 hours, both times
            floored to the hour, of 7 local days and of 30.
        mode: who counts as returned at N: n_day (in window N), unbounded (then or later),
            on_or_before (in one of 1 to N), streak (in each of 1 to N), bracket.
        brackets: half-open ranges of days after the start, each beginning where the one before
            ends, which take the place of the periods.
        combined: of who is in several cohorts: deduplicated or the sum.
    """

    kind: Literal["retention"] = "retention"
    range: str = "90d"
    granularity: str = "weekly"
    start_event: str | None = None
    return_event: str | None = None
    periods: int = Field(default=8, ge=1, le=MAX_DAYS)
    cohort: Literal["first_ever", "first_in_range", "every"] = "first_ever"
    basis: Literal["calendar", "24h"] = "calendar"
    mode: Literal["n_day", "unbounded", "bracket", "on_or_before", "streak"] = "n_day"
    brackets: tuple[tuple[int, int], ...] = Field(default=(), max_length=MAX_BRACKETS)
    combined: Literal["deduplicated", "sum"] = "deduplicated"

    @field_validator("granularity")
    @classmethod
    def _known_unit(cls, word: str) -> str:
        unit = granularity(word)
        if unit not in UNITS:
            raise BadQuestion(
                f"granularity {word!r} does not suit retention.",
                f"Allowed: {', '.join(UNITS)}.",
                parameter="granularity",
            )
        return unit

    @field_validator("brackets")
    @classmethod
    def _increasing(cls, brackets: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        before = None
        for first, end in brackets:
            if not 0 <= first < end <= MAX_BRACKET_DAYS or before not in (None, first):
                raise BadQuestion(
                    f"brackets cannot hold [{first}, {end}].",
                    "Each is [first day, day after the last], begins where the one before ends, "
                    f"and ends by day {MAX_BRACKET_DAYS}; for example [[0, 5], [5, 10]].",
                    parameter="brackets",
                )
            before = end
        return brackets

    @model_validator(mode="after")
    def _few_periods(self) -> Retention:
        if self.granularity != "daily" and self.periods > MAX_PERIODS:
            raise BadQuestion(
                f"periods must be at most {MAX_PERIODS} ({MAX_DAYS} when daily).",
                parameter="periods",
            )
        return self

    @model_validator(mode="after")
    def _brackets_with_their_mode(self) -> Retention:
        if bool(self.brackets) != (self.mode == "bracket"):
            raise BadQuestion(
                "mode bracket needs brackets." if not self.brackets
                else "brackets need mode bracket.",
                "For example [[0, 1], [1, 7], [7, 30]].",
                parameter="brackets",
            )  # fmt: skip
        return self

    @property
    def columns(self) -> int:
        """How many windows are shown."""
        return len(self.brackets) or self.periods

    @property
    def started(self) -> str | None:
        """The event that starts, None for any."""
        return None if self.start_event == NEW else self.start_event

    @property
    def cohort_mode(self) -> str:
        """The cohort mode; what is first ever is so in every mode."""
        return "first_ever" if self.start_event == NEW else self.cohort

    def title(self) -> str:
        """What is shown, in words."""
        start = "new users" if self.start_event == NEW else self.start_event or "any event"
        how = {
            "unbounded": " on or after",
            "on_or_before": " on or before",
            "streak": " every time",
        }
        hours = ", 24-hour windows" if self.basis == "24h" else ""
        back = self.return_event or "any event"
        return f"Retention: {start}, then {back}{how.get(self.mode, '')}{hours}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        plan = plan_of(ctx, self)
        found: Rows = []
        combined: Rows = []
        if plan.cohorts:
            bind = ctx.binder()
            found = yield bind.statement(self._cells(ctx, bind, plan), "people by cohort, period")
        overlap = self.cohort_mode == "every"
        summed = overlap and self.combined == "sum"
        if plan.cohorts and overlap and not summed:
            bind = ctx.binder()
            sql = self._combined(ctx, bind, plan)
            combined = yield bind.statement(sql, "people of all cohorts, counted once")
        rows = _rows(plan, found)
        return Grid(
            title=self.title(),
            **dates(plan.span),
            notes=(*plan.notes, *plan.cut(rows), *(SUMMED if summed else ())),
            granularity=plan.unit,
            periods=self.columns,
            basis=self.basis,
            mode=self.mode,
            brackets=self.brackets,
            summed=summed,
            cohorts=tuple(rows),
            combined=_combined_row(plan, rows, combined),
        )

    def _cells(self, ctx: Context, bind: Binder, plan: Plan) -> str:
        d = ctx.dialect
        return f"""
            {relations(ctx, bind, self, plan)}
            select slot as cohort, {SIZE} as period, {d.count("users")} as people
            from starts
            union all
            select s.slot, r.period, {d.count_both("s.users", "r.back")}
            from starts s
            join reached r on r.cohort = s.slot
            """

    def _combined(self, ctx: Context, bind: Binder, plan: Plan) -> str:
        d = ctx.dialect
        cells = [cell for n in range(plan.periods) for cell in plan.cells(n)]
        return f"""
            {relations(ctx, bind, self, plan)}, {_used(ctx, bind, cells)}
            select g.period, 0 as returned, {d.count(d.union("s.users"))} as people
            from used g
            join starts s on s.slot = g.cohort
            group by g.period
            union all
            select g.period, 1, {d.count(d.union(d.both("s.users", "r.back")))}
            from used g
            join starts s on s.slot = g.cohort
            join reached r on r.cohort = g.cohort and r.period = g.period
            group by g.period
            union all
            select {SIZE}, 0, {d.count(d.union("users"))}
            from starts
            """

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: a cohort, those of it who came back, or those who did not."""
        plan = plan_of(ctx, self)
        d = ctx.dialect
        cells = plan.addressed(cell)
        if not plan.cohorts:
            return f"select actor from {d.actors()} a where 1 = 0"
        found = f"{relations(ctx, bind, self, plan)}, {_used(ctx, bind, cells)}"
        cohort = "select s.users from used g join starts s on s.slot = g.cohort"
        back = f"""
            select {d.both("s.users", "r.back")} as users
            from used g
            join starts s on s.slot = g.cohort
            join reached r on r.cohort = g.cohort and r.period = g.period"""
        returned = d.members(back if cell.period is not None else cohort)
        if cell.period is None or cell.outcome != "not_returned":
            return f"{found} {returned}"
        return f"""
            {found}
            select actor from ({d.members(cohort)})
            where actor not in ({returned})"""


def _used(ctx: Context, bind: Binder, cells: list[CellRow]) -> str:
    """Relation `used`: of each period the cells that are complete, else all of them.

    Cohorts of nobody do not count as complete.
    """
    return f"""
            grid as (
                select g.cohort, g.period, g.complete
                from {ctx.dialect.rows(bind.rows(cells), ["cohort", "period", "complete"])} g
                join starts s on s.slot = g.cohort
            ),
            used as (
                select g.cohort, g.period
                from grid g
                join (select period, max(complete) as complete from grid group by period) best
                  on best.period = g.period and best.complete = g.complete
            )"""


def _rows(plan: Plan, found: Rows) -> list[Cohort]:
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for cohort, period, people in found:
        counts[cohort][period] = people
    rows = []
    for bucket in plan.cohorts:
        own = counts[bucket.index]
        size = own.get(SIZE, 0)
        if not size:
            continue
        begun = range(plan.begun(bucket.index))
        rows.append(
            Cohort(
                label=bucket.label,
                size=size,
                counts=tuple(own.get(n, 0) for n in begun),
                rates=tuple(own.get(n, 0) / size for n in begun),
                incomplete=tuple(plan.incomplete(bucket.index, n) for n in begun),
            )
        )
    return rows


def _combined_row(plan: Plan, rows: list[Cohort], once: Rows) -> Cohort:
    """The row over the complete cells of each period, or over all where none is complete.

    Args:
        once: (period, 0 all or 1 returned, people) where cohorts can overlap; period -1 is
            everybody of any cohort.
    """
    sizes: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    for period, returned, people in once:
        (counts if returned else sizes)[period] = people
    shown = range(max((len(row.counts) for row in rows), default=0))
    used = {n: _used_rows(rows, n) for n in shown}
    if not once:
        sizes[-1] = sum(row.size for row in rows)
        for n in shown:
            sizes[n] = sum(row.size for row in used[n])
            counts[n] = sum(row.counts[n] or 0 for row in used[n])
    return Cohort(
        label="combined",
        size=sizes[-1],
        counts=tuple(counts[n] for n in shown),
        rates=tuple(counts[n] / sizes[n] if sizes[n] else None for n in shown),
        incomplete=tuple(any(row.incomplete[n] for row in used[n]) for n in shown),
        sizes=tuple(sizes[n] for n in shown),
    )


def _used_rows(rows: list[Cohort], period: int) -> list[Cohort]:
    begun = [row for row in rows if len(row.counts) > period]
    return [row for row in begun if not row.incomplete[period]] or begun
