"""Retention: who of those that started in a period came back in the periods after (semantics 7).

Calendar periods, "return on" (n-day). Period 0 is the cohort itself, by definition. Returns are
read up to now, whatever the end of the range; starts only inside the range. Conditions are about
the start event: for first_ever and first_in_range the first start is found first and must then
satisfy them, so that the cohorts of all values of a field add up to the cohort.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.answers import Cell, Cohort, Grid
from core.engines.dialect import Binder
from core.errors import BadQuestion
from core.queries.base import Ask, Context, Question, Rows, dates
from core.queries.select import (
    Selection,
    day_runs,
    select,
    slot_expression,
    whole_days,
)
from core.timeframe import Bucket, Span, days_span, fit, granularity, runs, to_date

MAX_DAYS = 90
MAX_PERIODS = 52
UNITS = ("daily", "weekly", "monthly")


class Retention(Question):
    """Cohorts of people by when they started, and how many came back N periods later.

    Attributes:
        start_event, return_event: None is any event.
        granularity: daily, weekly or monthly periods.
        periods: how many, period 0 included; at most 52, daily 90.
        cohort: first_ever (the first start of all of history), first_in_range (of the range) or
            every (each period with a start; a person can be in several cohorts).
    """

    kind: Literal["retention"] = "retention"
    range: str = "90d"
    granularity: str = "weekly"
    start_event: str | None = None
    return_event: str | None = None
    periods: int = Field(default=8, ge=1, le=MAX_DAYS)
    cohort: Literal["first_ever", "first_in_range", "every"] = "first_ever"
    basis: Literal["calendar"] = "calendar"
    mode: Literal["n_day"] = "n_day"
    combined: Literal["deduplicated"] = "deduplicated"

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

    @model_validator(mode="after")
    def _few_periods(self) -> Retention:
        if self.granularity != "daily" and self.periods > MAX_PERIODS:
            raise BadQuestion(
                f"periods must be at most {MAX_PERIODS} ({MAX_DAYS} when daily).",
                parameter="periods",
            )
        return self

    def title(self) -> str:
        """What is shown, in words."""
        start, back = self.start_event or "any event", self.return_event or "any event"
        return f"Retention: {start}, then {back}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        plan = _plan(ctx, self)
        found: Rows = []
        combined: Rows = []
        if plan.cohorts:
            bind = ctx.binder()
            found = yield bind.statement(self._cells(ctx, bind, plan), "people by cohort, period")
        if plan.cohorts and self.cohort == "every":
            bind = ctx.binder()
            sql = self._combined(ctx, bind, plan)
            combined = yield bind.statement(sql, "people of all cohorts, counted once")
        rows = _rows(plan, found)
        return Grid(
            title=self.title(),
            **dates(plan.span),
            notes=(*plan.notes, *plan.cut(rows)),
            granularity=plan.unit,
            periods=self.periods,
            cohorts=tuple(rows),
            combined=_combined_row(plan, rows, combined),
        )

    # -- sets

    def _sets(self, ctx: Context, bind: Binder, plan: _Plan) -> str:
        """The relations (slot, users) of who started and who came back, as a WITH clause."""
        back = Selection(ctx, _ids(ctx, self.return_event, "return_event"))
        returns = back.sets(bind, plan.return_span, slots=plan.returns, totals=False)
        return f"""
            with starts as materialized (
                select slot, users
                from ({self._starts(ctx, bind, plan)})
                where {ctx.dialect.count("users")} > 0
            ),
            returns as materialized (
                select slot, users from ({returns})
            )"""

    def _starts(self, ctx: Context, bind: Binder, plan: _Plan) -> str:
        selection = select(ctx, self, self.start_event, parameter="start_event")
        if self.cohort == "every":
            return selection.sets(bind, plan.span, slots=plan.cohorts, totals=False)
        ever = self.cohort == "first_ever"
        if not ctx.dialect.has_sets or selection.clauses or not plan.span.whole_days:
            return _first_events(ctx, bind, selection, plan, ever=ever)
        if ever:
            return _first_days(ctx, bind, selection, plan)
        return _first_periods(ctx, bind, selection, plan)

    def _cells(self, ctx: Context, bind: Binder, plan: _Plan) -> str:
        d = ctx.dialect
        return f"""
            {self._sets(ctx, bind, plan)}
            select slot as cohort, 0 as period, {d.count("users")} as people
            from starts
            union all
            select s.slot, r.slot - s.slot, {d.count_both("s.users", "r.users")}
            from starts s
            cross join returns r
            where r.slot > s.slot and r.slot < s.slot + {bind(self.periods)}
            """

    def _combined(self, ctx: Context, bind: Binder, plan: _Plan) -> str:
        d = ctx.dialect
        cells = [cell for n in range(plan.periods) for cell in plan.cells(n)]
        return f"""
            {self._sets(ctx, bind, plan)}, {_used(ctx, bind, cells)}
            select g.period, 0 as returned, {d.count(d.union("s.users"))} as people
            from used g
            join starts s on s.slot = g.cohort
            group by g.period
            union all
            select g.period, 1, {d.count(d.union(d.both("s.users", "r.users")))}
            from used g
            join starts s on s.slot = g.cohort
            join returns r on r.slot = g.back
            group by g.period
            union all
            select -1, 0, {d.count(d.union("users"))}
            from starts
            """

    # -- people

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: a cohort, those of it who came back, or those who did not."""
        plan = _plan(ctx, self)
        d = ctx.dialect
        cells = plan.addressed(cell)
        relations = f"{self._sets(ctx, bind, plan)}, {_used(ctx, bind, cells)}"
        cohort = "select s.users from used g join starts s on s.slot = g.cohort"
        back = f"""
            select {d.both("s.users", "r.users")} as users
            from used g
            join starts s on s.slot = g.cohort
            join returns r on r.slot = g.back"""
        returned = d.members(back if cell.period else cohort)
        if cell.period is None or cell.outcome != "not_returned":
            return f"{relations} {returned}"
        return f"""
            {relations}
            select actor from ({d.members(cohort)})
            where actor not in ({returned})"""


_Cell = tuple[int, int, int, int]
"""cohort slot, return slot, period, 1 when complete."""


@dataclass(frozen=True)
class _Plan:
    """Resolved time.

    Attributes:
        cohorts: the periods of the range, cut to it; slot 0 is the first.
        firsts: first local day of the cohorts' whole periods.
        returns: whole periods from the first cohort's to the last that can hold a return.
    """

    ctx: Context
    span: Span
    unit: str
    periods: int
    cohorts: list[Bucket]
    firsts: list[int]
    returns: list[Bucket]
    return_span: Span
    notes: tuple[str, ...]

    def begins(self, cohort: int, period: int) -> int:
        """First instant of a cell's window, ms."""
        calendar = self.ctx.calendar
        return calendar.day_start(calendar.next_period(self.firsts[cohort], self.unit, period))

    def begun(self, cohort: int) -> int:
        """How many periods of a cohort have begun."""
        return sum(self.begins(cohort, n) <= self.ctx.now for n in range(self.periods))

    def incomplete(self, cohort: int, period: int) -> bool:
        """Whether a cell's window ends after now."""
        return self.begins(cohort, period + 1) > self.ctx.now

    def cut(self, rows: list[Cohort]) -> tuple[str, ...]:
        """A note when the range begins inside the first cohort shown."""
        whole = not self.cohorts or self.cohorts[0].first_day == self.firsts[0]
        if whole or not rows or rows[0].label != self.cohorts[0].label:
            return ()
        start = to_date(self.cohorts[0].first_day).isoformat()
        return (f"The first cohort holds only those who started from {start} on.",)

    def cells(self, period: int) -> list[_Cell]:
        """All cells of one period whose windows have begun."""
        begun = [c for c in range(len(self.cohorts)) if self.begins(c, period) <= self.ctx.now]
        return [(c, c + period, period, int(not self.incomplete(c, period))) for c in begun]

    def addressed(self, cell: Cell) -> list[_Cell]:
        """The cells that an address means, those of a combined one still to be chosen from."""
        period = cell.period or 0
        if not 0 <= period < self.periods:
            raise BadQuestion(f"cell has no period {period}.", parameter="cell")
        if cell.cohort is None:
            found = self.cells(period)
            return found if cell.period is not None else [(*c[:3], 1) for c in found]
        for bucket in self.cohorts:
            if bucket.label == cell.cohort:
                return [(bucket.index, bucket.index + period, period, 1)]
        raise BadQuestion(
            f"cell names cohort {cell.cohort!r}, not in the answer.", parameter="cell"
        )


def _plan(ctx: Context, question: Retention) -> _Plan:
    span = ctx.span_to_today(question.range)
    unit = fit(question.granularity, span, ctx.now)
    cohorts = ctx.buckets(span, unit)
    firsts = [ctx.calendar.period_start(b.first_day, unit) for b in cohorts]
    coarser = unit != question.granularity
    notes = (f"Too many cohorts {question.granularity}: shown {unit}.",) if coarser else ()
    back = span
    returns: list[Bucket] = []
    if cohorts:
        last = ctx.calendar.next_period(firsts[-1], unit, question.periods) - 1
        back = days_span(firsts[0], max(min(last, ctx.today), firsts[-1]), ctx.calendar)
        returns = ctx.buckets(back, unit, whole=True)
        back = days_span(firsts[0], returns[-1].last_day, ctx.calendar)
    return _Plan(
        ctx, span, unit, question.periods, cohorts, firsts, returns, back, notes
    )  # fmt: skip


def _ids(ctx: Context, event: str | None, parameter: str) -> tuple[int, ...]:
    return () if event is None else (ctx.names.event(event, parameter),)


def _used(ctx: Context, bind: Binder, cells: list[_Cell]) -> str:
    """Relation `used`: of each period the cells that are complete, else all of them.

    Cohorts of nobody do not count as complete.
    """
    columns = ["cohort", "back", "period", "complete"]
    return f"""
            grid as (
                select g.cohort, g.back, g.period, g.complete
                from {ctx.dialect.rows(bind.rows(cells), columns)} g
                join starts s on s.slot = g.cohort
            ),
            used as (
                select g.cohort, g.back, g.period
                from grid g
                join (select period, max(complete) as complete from grid group by period) best
                  on best.period = g.period and best.complete = g.complete
            )"""


def _first_days(ctx: Context, bind: Binder, selection: Selection, plan: _Plan) -> str:
    """From the stored first days."""
    event = selection.events[0] if selection.events else 0
    slot = slot_expression(bind, "day", day_runs(plan.cohorts))
    users = selection.narrow(bind, ctx.dialect.union("users"))
    return f"""
        select {slot} as slot, {users} as users
        from first_activity
        where event = {bind(event)}
          and day between {bind(plan.span.first_day)} and {bind(plan.cohorts[-1].last_day)}
        group by 1"""


def _first_periods(ctx: Context, bind: Binder, selection: Selection, plan: _Plan) -> str:
    """From the stored sets: those active in a period and in none before it."""
    d = ctx.dialect
    sets = selection.sets(bind, plan.span, slots=plan.cohorts, totals=False)
    return f"""
        select slot, {d.only("users", "earlier")} as users
        from (
            select slot, users, {d.lag_set("upto")} over (order by slot) as earlier
            from (
                select slot, users,
                       {d.union("users")} over (order by slot rows unbounded preceding) as upto
                from ({sets})
            )
        )"""


def _first_events(
    ctx: Context, bind: Binder, selection: Selection, plan: _Plan, *, ever: bool
) -> str:
    """From the events: everybody's first start, if it lies in the range and fits the clauses."""
    starts = replace(selection, clauses=())
    if whole_days(plan.cohorts) and plan.span.whole_days:
        slot = slot_expression(bind, "day", day_runs(plan.cohorts))
    else:
        slot = slot_expression(bind, "ts", list(runs(plan.cohorts)))
    if ctx.dialect.has_sets:
        firsts = _sought(ctx, bind, selection, plan, ever=ever)
    else:
        firsts = f"""
            select e.actor, e.ts, e.day, {selection.test(bind)} as kept,
                   row_number() over (partition by e.actor order by e.ts, e.id) as nth
            from {selection.source()}
            where {starts.where(bind, None if ever else plan.span)} and e.actor <> 0"""
    return f"""
        select {slot} as slot, {ctx.dialect.build("actor")} as users
        from ({firsts})
        where nth = 1
          and kept
          and ts >= {bind(plan.span.start)}
          and ts < {bind(plan.cohorts[-1].end)}
        group by 1"""


def _sought(ctx: Context, bind: Binder, selection: Selection, plan: _Plan, *, ever: bool) -> str:
    """Relation (actor, ts, day, kept, nth 1) of first starts, one seek for each candidate."""
    event = selection.events[0] if selection.events else 0
    days = f"day between {bind(plan.span.first_day)} and {bind(plan.span.last_day)}"
    source = "first_activity" if ever else "activity"
    where = f"event = {bind(event)} and {days}"
    if not ever:
        where += " and dimension = 0 and value = 0"
    users = selection.narrow(bind, "users")
    candidates = ctx.dialect.members(f"select {users} as users from {source} where {where}")
    own = "x.actor = e.actor" + (f" and x.event = {bind(event)}" if event else "")
    begin = "" if ever else f" and x.ts >= {bind(plan.span.start)}"
    return f"""
        select e.actor, e.ts, e.day, {selection.test(bind)} as kept, 1 as nth
        from ({candidates}) c
        join {selection.source()}
        where e.actor = c.actor
          and e.ts = (select min(x.ts) from events x where {own}{begin})
          and e.id = (select min(x.id) from events x where {own} and x.ts = e.ts)"""


def _rows(plan: _Plan, found: Rows) -> list[Cohort]:
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for cohort, period, people in found:
        counts[cohort][period] = people
    rows = []
    for bucket in plan.cohorts:
        own = counts[bucket.index]
        size = own.get(0, 0)
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


def _combined_row(plan: _Plan, rows: list[Cohort], once: Rows) -> Cohort:
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
    counts[0] = sizes[0]
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
