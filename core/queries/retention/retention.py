"""Retention: how many of those who started in a period came back in later periods (definitions 7).

On the calendar basis period 0 is the cohort itself, by definition; with windows of 24 hours and
brackets it is computed. Returns are read up to now, whatever the end of the range; starts only
inside the range. Conditions apply to the start event and, with `filters_on` "both", to the return
event as well: for first_ever and first_in_range the first start is found first and must then
satisfy them, so that the cohorts of all values of a field add up to the cohort. So do the groups of
a breakdown, which are by the field's value on the start event; a person who starts in several
cohorts may be in several groups. Filters of the start event are part of its definition: the first
start is the first that satisfies them (but a person's very first event is fixed, and must satisfy
them like conditions). Filters of the return event do not affect starts. Windows relative to each
start read the events (see windows).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal

from core.answers import Cell, Grid, GridGroup
from core.catalog.fields import Field as Named
from core.catalog.selectors import in_title
from core.queries.common.context import Context
from core.queries.common.groups import group_fields, in_group, label
from core.queries.common.periods import dates
from core.queries.common.question import (
    Ask,
    Rows,
    asked_in_units,
)
from core.queries.retention.fields import NEW, RetentionFields
from core.queries.retention.plan import CellRow, Plan, plan_of
from core.queries.retention.rows import ALL, BEFORE, RETURNED, SIZE, GridRows
from core.queries.retention.starts import EVERYBODY, Groups, start_sets
from core.queries.retention.windows import matched, relations
from core.queries.terms import bracketed
from core.sql.dialect import Binder, Statement
from core.text import times
from core.words.counted import begun, many, whom

SUMMED = "The combined row adds up the cohorts: "


class Retention(RetentionFields):
    """Cohorts of people by when they started, and how many came back N periods later.

    Attributes:
        start_event, return_event: None means any event; a start of "_new" a person's very first
            one.
        start_filters, return_filters: all must hold for an event to be one of these.
        granularity: hourly (of the last 7 days unless a range is given), daily, weekly or monthly
            periods.
        periods: how many, including period 0; at most 52, or 90 when hourly or daily.
        cohort: first_ever (the first start ever), first_in_range (the first in the range) or every
            (each period with a start; a person can be in several cohorts).
        basis: calendar periods, or windows of "24h" from each start: of 24 hours, with both times
            floored to the hour, of 7 local days, or of 30.
        mode: who counts as returned at N: n_day (in window N), unbounded (then or later),
            on_or_before (in one of 1 to N), streak (in each of 1 to N), bracket.
        brackets: half-open ranges of days after the start, each beginning where the one before
            ends, instead of periods.
        combined: how people in several cohorts count: deduplicated, or as a sum.
        incomplete: whether the combined row also uses cells whose period is not over.
        average: the rates of the combined row: weighted by cohort size, or the simple mean of the
            cohorts' rates.
        reference: rates are relative to the cohort, or to those who came back in the previous
            period.
        at_least: how many return events in a window count as coming back in it.
        filters_on: whether conditions apply to the "start" event only, or to "both" events.
        counting: a field whose values are counted in place of people.
        breakdown: one field; a cohort's groups are by its value on the start event.
        limit: how many groups to show, largest first.
    """

    kind: Literal["retention"] = "retention"

    def title(self) -> str:
        """The title: what is shown."""
        start = f"new {many(self)}" if self.start_event == NEW else self.start_event or "any event"
        how = {
            "unbounded": " on or after",
            "on_or_before": " on or before",
            "streak": " every time",
        }
        hours = ", 24-hour windows" if self.basis == "24h" else ""
        back = self.return_event or "any event"
        start, back = start + bracketed(self.start_filters), back + bracketed(self.return_filters)
        back += f" at least {times(self.at_least)}" if self.at_least > 1 else ""
        return f"Retention: {start}, then {back}{how.get(self.mode, '')}{hours}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        plan = plan_of(ctx, self)
        by = tuple(ctx.catalog.existing(name) for name in self.breakdown)
        whole = (yield from self._grids(ctx, plan, EVERYBODY)).get(0) or self._grid(plan, {}, [])
        groups: list[GridGroup] = []
        omitted = 0
        if by and whole.cohorts:
            raws, omitted = yield from self._largest(ctx, plan, by)
            found = yield from self._grids(ctx, plan, Groups(by, _one_of(raws)))
            groups = [
                found[raw].model_copy(update={"group": (label(ctx, by[0], raw),)})
                for raw in raws
                if raw in found
            ]
        return Grid(
            title=in_title(ctx.catalog, self.title(), self.start_event, self.return_event),
            **dates(plan.span),
            notes=(*plan.notes, *plan.cut(whole.cohorts, many(self)), *self._notes(groups)),
            granularity=plan.unit,
            periods=self.columns,
            basis=self.basis,
            mode=self.mode,
            brackets=self.brackets,
            summed=self._summed,
            reference=self.reference,
            average=self.average,
            breakdown=tuple(field.key for field in by),
            cohorts=whole.cohorts,
            combined=whole.combined,
            groups=tuple(groups),
            omitted=omitted,
        )

    @property
    def _overlap(self) -> bool:
        """Whether a person can be in several cohorts."""
        return self.cohort_mode == "every"

    @property
    def _summed(self) -> bool:
        return self._overlap and self.combined == "sum"

    def _notes(self, groups: list[GridGroup]) -> tuple[str, ...]:
        found: tuple[str, ...] = (self._about(),) if self.conditions else ()
        who = whom(self)
        if self._summed:
            found += (f"{SUMMED}{who} in several cohorts count in each.",)
        if groups and self._overlap:
            found += (f"{begun(who)} who start several times can be in several groups.",)
        if self.average == "simple":
            found += (
                "Rates of the combined row are the mean of the cohorts', whatever their size.",
            )
        return found

    def _about(self) -> str:
        """Return a note on the events that conditions apply to."""
        start = "the first event ever" if self.start_event == NEW else self.start_event
        start = f"the start ({start or 'any event'})"
        if self.filters_on == "start":
            return f"Conditions apply to {start}, not to the return."
        return f"Conditions apply to {start} and the return ({self.return_event or 'any event'})."

    def _largest(
        self, ctx: Context, plan: Plan, by: tuple[Named, ...]
    ) -> Generator[Statement, Rows, tuple[list[Any], int]]:
        """The raw values of the groups with the most people, and the number of other groups."""
        bind, d = ctx.binder(), ctx.dialect
        sets = start_sets(ctx, bind, self, plan, by)
        rows = yield bind.statement(
            f"select v0, {d.count(d.union('users'))} as people from ({sets}) group by v0",
            "people by group",
        )
        ranked = sorted((-people, label(ctx, by[0], raw), raw) for raw, people in rows if people)
        return [raw for _, _, raw in ranked[: self.limit]], max(len(ranked) - self.limit, 0)

    def _grids(
        self, ctx: Context, plan: Plan, groups: Groups
    ) -> Generator[Statement, Rows, dict[Any, GridGroup]]:
        """The cohorts and the combined row of every group, by its raw value."""
        if not plan.cohorts:
            return {}
        bind = ctx.binder()
        counts: dict[Any, dict[int, dict[int, int]]] = {}
        once: dict[Any, Rows] = defaultdict(list)
        sql = self._statement(ctx, bind, plan, groups)
        rows = yield bind.statement(sql, "people by cohort, period, and of all cohorts")
        for combined, raw, cohort, period, people in rows:
            if combined:
                once[raw].append((period, cohort, people))
            else:
                counts.setdefault(raw, defaultdict(dict))[cohort][period] = people
        return {raw: self._grid(plan, counts[raw], once[raw]) for raw in counts}

    def _grid(self, plan: Plan, counts: dict[int, dict[int, int]], once: Rows) -> GridGroup:
        shown = GridRows(plan, self.reference, self.average, self.incomplete)
        rows = shown.cohorts(counts)
        return GridGroup(cohorts=rows, combined=shown.combined(rows, once))

    def _statement(self, ctx: Context, bind: Binder, plan: Plan, groups: Groups) -> str:
        """Rows (0, v0, cohort, period, people); over all cohorts (1, v0, whom, period, people)."""
        d = ctx.dialect
        cells = f"""
            select 0 as combined, v0, slot as cohort, {SIZE} as period, {d.count("users")} as people
            from starts
            union all
            select 0, s.v0, s.slot, r.period, {d.count_both("s.users", "r.back")}
            from starts s
            join reached r on r.cohort = s.slot and {matched(plan)}"""
        found = relations(ctx, bind, self, plan, groups)
        if not self._overlap or self._summed:
            return f"{found} {cells}"
        listed = [cell for n in range(plan.periods) for cell in plan.cells(n, self.incomplete)]
        return f"{found}, {_used(ctx, bind, listed)} {cells} union all {self._once(ctx, plan)}"

    def _once(self, ctx: Context, plan: Plan) -> str:
        """Everybody in the cohorts that count at a period, and those who came back, once each."""
        d = ctx.dialect
        joined = """
            from used g
            join starts s on s.slot = g.cohort and s.v0 = g.v0"""
        back = f"{d.count(d.union(d.both('s.users', 'r.back')))}"
        reached = f"join reached r on r.cohort = g.cohort and {matched(plan)} and r.period"
        before = f"""
            union all
            select 1, g.v0, {BEFORE}, g.period, {back}
            {joined}
            {reached} = g.period - 1
            group by g.v0, g.period"""
        return f"""
            select 1, g.v0, {ALL}, g.period, {d.count(d.union("s.users"))}
            {joined}
            group by g.v0, g.period
            union all
            select 1, g.v0, {RETURNED}, g.period, {back}
            {joined}
            {reached} = g.period
            group by g.v0, g.period
            {before if self.reference == "previous" else ""}
            union all
            select 1, v0, {ALL}, {SIZE}, {d.count(d.union("users"))}
            from starts
            group by v0
            """

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: a cohort, its people who came back, or those who did not; of a group."""
        plan = plan_of(ctx, self)
        d = ctx.dialect
        by = group_fields(ctx, self.breakdown, cell.group)
        cells = plan.addressed(cell, self.incomplete)
        if not plan.cohorts:
            return f"select actor from {d.actors()} a where 1 = 0"

        def same(bound: Binder) -> str:
            return in_group(ctx, bound, by[0], "v0", cell.group[0])

        groups = Groups(tuple(by), same) if by else EVERYBODY
        found = f"{relations(ctx, bind, self, plan, groups)}, {_used(ctx, bind, cells)}"
        joined = """
            from used g
            join starts s on s.slot = g.cohort and s.v0 = g.v0"""
        back = f"""
            select {d.both("s.users", "r.back")} as users
            {joined}
            join reached r on r.cohort = g.cohort and r.period = g.period and {matched(plan)}"""
        cohort = f"select s.users {joined}"
        returned = d.members(back if cell.period is not None else cohort)
        if cell.period is None or cell.outcome != "not_returned":
            return f"{found} {returned}"
        return f"""
            {found}
            select actor from ({d.members(cohort)})
            where actor not in ({returned})"""


def _one_of(raws: Sequence[Any]) -> Callable[[Binder], str]:
    return lambda bind: f"v0 in ({', '.join(bind(raw) for raw in raws)})"


def _used(ctx: Context, bind: Binder, cells: list[CellRow]) -> str:
    """Relation `used`: for each group and period the complete cells or, if there are none, all.

    Empty cohorts do not count as complete.
    """
    return f"""
            grid as (
                select s.v0, g.cohort, g.period, g.complete
                from {ctx.dialect.rows(bind.rows(cells), ["cohort", "period", "complete"])} g
                join starts s on s.slot = g.cohort
            ),
            used as (
                select g.v0, g.cohort, g.period
                from grid g
                join (
                    select v0, period, max(complete) as complete from grid group by v0, period
                ) best on best.v0 = g.v0 and best.period = g.period and best.complete = g.complete
            )"""
