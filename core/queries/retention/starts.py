"""Who starts in each cohort of a retention question (definitions 7.3, cohort mode).

A filter of the start event is answered from the stored sets if they cover it. With a breakdown the
starts are grouped by the field's value on the start event, `v0`, which is 0 without one. First
starts then come from the events: the sets of first days have no values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from core.catalog.fields import Field
from core.catalog.selectors import ANY, ANY_ACTIVE, NEW
from core.filters import Clause
from core.queries.common.by_people import has_few_values
from core.queries.common.context import Context
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.common.slots import day_runs, slot_expression, slot_of, whole_days
from core.queries.retention.fields import RetentionFields
from core.queries.retention.plan import Plan
from core.sql.dialect import Binder


class Groups(NamedTuple):
    """How starts are grouped.

    Attributes:
        by: the field; () for none, so that all are one group with `v0` 0.
        test: writes SQL for whether `v0` is in a wanted group; None for all groups.
    """

    by: tuple[Field, ...] = ()
    test: Callable[[Binder], str] | None = None

    def wanted(self, bind: Binder) -> str:
        """SQL of whether `v0` is wanted."""
        return self.test(bind) if self.test else "1 = 1"


EVERYBODY = Groups()


def starting(ctx: Context, question: RetentionFields) -> Selection:
    """The start events, with filters separate from conditions if the first one is sought.

    A person's very first event may have any name.
    """
    filtered = _filtered(ctx, question, question.start_filters)
    if question.start_event == NEW or question.cohort_mode == "every":
        return filtered
    bare = _filtered(ctx, question, ())
    return replace(bare, matching=(*bare.matching, *question.start_filters))


def _filtered(ctx: Context, question: RetentionFields, filters: Sequence[Clause]) -> Selection:
    absent = ANY if question.start_event == NEW else ANY_ACTIVE
    return select(ctx, question, question.started, filters, parameter="start_event", absent=absent)


def start_sets(
    ctx: Context, bind: Binder, question: RetentionFields, plan: Plan, by: Sequence[Field]
) -> str:
    """Return the relation (slot, v0, users) of the people who start in each cohort."""
    selection = starting(ctx, question)
    if question.cohort_mode == "every":
        return selection.people(bind, plan.span, slots=plan.cohorts, by=by)
    firsts = _Firsts(selection, plan, by, ever=question.cohort_mode == "first_ever")
    if by and firsts.are_stored(by[0]):
        return firsts.by_value(bind, by[0])
    days = plan.span.whole_days and whole_days(plan.cohorts)
    if selection.clauses or by or not days:
        return firsts.sets(bind)
    filtered = _filtered(ctx, question, question.start_filters)
    if not filtered.stored or filtered.set_dimension() is False:
        return firsts.sets(bind)
    if firsts.ever and not filtered.clauses:
        return _first_days(bind, filtered, plan)
    return _first_periods(bind, filtered, plan, ever=firsts.ever)


def start_moments(
    ctx: Context, bind: Binder, question: RetentionFields, plan: Plan, by: Sequence[Field]
) -> str:
    """Return the relation (slot, v0, actor, ts, day) of the starts themselves."""
    selection = starting(ctx, question)
    if question.cohort_mode != "every":
        ever = question.cohort_mode == "first_ever"
        return _Firsts(selection, plan, by, ever=ever).moments(bind)
    return f"""
        select {_slot(bind, plan, "e.")} as slot, {_value(bind, selection, by)} as v0,
               e.actor as actor, e.ts as ts, e.day as day
        from {selection.source(by)}
        where {selection.where(bind, plan.span)} and e.actor <> 0"""


def _first_days(bind: Binder, selection: Selection, plan: Plan) -> str:
    """From the stored first days."""
    firsts = selection.first_days(bind, plan.span.first_day, plan.cohorts[-1].last_day)
    slot = slot_expression(bind, "day", day_runs(plan.cohorts))
    users = selection.narrow(bind, bind.dialect.union("users"))
    return f"""
        select {slot} as slot, 0 as v0, {users} as users
        from ({firsts})
        group by 1"""


def _first_periods(bind: Binder, selection: Selection, plan: Plan, *, ever: bool) -> str:
    """From the stored sets: people active in a period and in none before it."""
    d = bind.dialect
    found = selection.people(bind, plan.span, slots=plan.cohorts)
    sets = f"select slot, users from ({found})"
    if ever and plan.earlier is not None:
        before = selection.people(bind, plan.earlier)
        sets += f" union all select -1 as slot, {d.union('users')} as users from ({before})"
    return f"""
        select slot, 0 as v0, {d.only("users", "earlier")} as users
        from (
            select slot, users, {d.lag_set("upto")} over (order by slot) as earlier
            from (
                select slot, users,
                       {d.union("users")} over (order by slot rows unbounded preceding) as upto
                from ({sets})
            )
        )
        where slot >= 0"""


class _Firsts(NamedTuple):
    """Everybody's first start, found in the events.

    Attributes:
        selection: the events that start.
        by: the fields whose value there is `v0`.
        ever: whether it is the first one ever, or the first in the range.
    """

    selection: Selection
    plan: Plan
    by: Sequence[Field]
    ever: bool

    def sets(self, bind: Binder) -> str:
        """Relation (slot, v0, users) of the people whose first start is in each cohort."""
        return f"""
        select slot, v0, {bind.dialect.build("actor")} as users
        from ({self.moments(bind)})
        group by slot, v0"""

    def are_stored(self, field: Field) -> bool:
        """Whether stored sets say who started on which day, and with which values of a field."""
        plain = self.ever and self.selection.sought and not self.selection.clauses
        days = self.plan.span.whole_days and whole_days(self.plan.cohorts)
        if not plain or not days:
            return False
        by_sets = self.selection.set_dimension([field]) is not False
        return by_sets or has_few_values(self.selection.ctx, field)

    def by_value(self, bind: Binder, field: Field) -> str:
        """The same as `sets` from stored sets; who had several values on their first day is looked
        for in the events. Everybody has one first day, so these are the same people on all days.
        """
        d, plan = bind.dialect, self.plan
        firsts = self.selection.first_days(bind, plan.span.first_day, plan.cohorts[-1].last_day)
        valued = self.selection.people(bind, plan.span, by=[field])
        several = self._sought(bind, "select users from several")
        return f"""
        select slot, v0, {d.union("users")} as users
        from (
            with valued as materialized (
                select f.day as day, a.v0 as v0, {d.both("a.users", "f.users")} as users
                from ({valued}) a
                cross join ({firsts}) f
                where f.day = a.slot
            ),
            several as materialized (
                select {d.at_least("tally", "2")} as users
                from (select {d.tally("users")} as tally from valued group by '')
            )
            select {_slot(bind, plan, "v.")} as slot, v.v0 as v0,
                   {d.only("v.users", "s.users")} as users
            from valued v
            cross join several s
            union all
            select {_slot(bind, plan)}, v0, {d.build("actor")}
            from ({several})
            group by 1, 2
        )
        where {d.count("users")} > 0
        group by slot, v0"""

    def moments(self, bind: Binder) -> str:
        """(slot, v0, actor, ts, day) of first starts in the range that satisfy the clauses."""
        firsts = self._sought(bind) if self.selection.sought else self._ranked(bind)
        return f"""
        select {_slot(bind, self.plan)} as slot, v0, actor, ts, day
        from ({firsts})
        where nth = 1
          and kept
          and ts >= {bind(self.plan.span.start)}
          and ts < {bind(self.plan.cohorts[-1].end)}"""

    def _ranked(self, bind: Binder) -> str:
        """Relation (actor, ts, day, v0, kept, nth) of all starts."""
        starts = replace(self.selection, clauses=())
        span = None if self.ever else self.plan.span
        return f"""
            select e.actor as actor, e.ts as ts, e.day as day,
                   {_value(bind, self.selection, self.by)} as v0,
                   {self.selection.test(bind)} as kept,
                   row_number() over (partition by e.actor order by e.ts, e.seq) as nth
            from {self.selection.source(self.by)}
            where {starts.where(bind, span)} and e.actor <> 0"""

    def _sought(self, bind: Binder, among: str = "") -> str:
        """The same for first starts only, with nth 1: a seek for each candidate.

        Args:
            among: SQL of sets (users) of the candidates, instead of everybody with a start.
        """
        selection, span = self.selection, self.plan.span
        users = selection.narrow(bind, "users")
        sets = among or f"select {users} as users from ({self._days(bind)})"
        candidates = bind.dialect.members(sets)
        own = f"x.actor = e.actor and {selection.own(bind, 'x')}"
        begin = "" if self.ever else f" and x.ts >= {bind(span.start)}"
        return f"""
        select e.actor as actor, e.ts as ts, e.day as day,
               {_value(bind, selection, self.by)} as v0, {selection.test(bind)} as kept, 1 as nth
        from ({candidates}) c
        join {selection.source(self.by)}
        where e.actor = c.actor
          and e.ts = (select min(x.ts) from events x where {own}{begin})
          and e.seq = (select min(x.seq) from events x where {own} and x.ts = e.ts)"""

    def _days(self, bind: Binder) -> str:
        """The stored sets of the range's days, or of first days if these are needed."""
        first, last = self.plan.span.first_day, self.plan.span.last_day
        if self.ever:
            return self.selection.first_days(bind, first, last)
        return f"""
        select users from activity
        where {self.selection.stored_test(bind)} and dimension = 0 and value = 0
          and day between {bind(first)} and {bind(last)}"""


def _value(bind: Binder, selection: Selection, by: Sequence[Field]) -> str:
    return selection.value(bind, by[0]) if by else "0"


def _slot(bind: Binder, plan: Plan, event: str = "") -> str:
    """SQL of the cohort that an event starts in."""
    days = plan.span.whole_days
    return slot_of(bind, plan.cohorts, days, day=f"{event}day", instant=f"{event}ts")
