"""Who did an event for the first time, when (definitions 4.6).

Everybody is in an answer at most once, so the buckets add up to the total. Without conditions or a
breakdown the stored first days (or, with a lookback, the stored sets) are enough; otherwise the
first events themselves are sought, and ties go to the one that arrived first.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pydantic import Field as Limited

from core.answers import Cell
from core.catalog.fields import Field
from core.catalog.selectors import ANY, titled
from core.queries.common.assemble import Figures, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import group_fields, in_group
from core.queries.common.question import (
    Ask,
    Rows,
    TimedQuestion,
    Units,
    asked_in_units,
    both_periods,
    find_bucket,
    frame,
)
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.common.slots import day_runs, slot_expression, slot_of, whole_days
from core.sql.dialect import Binder, Statement
from core.timeframe import DAY, Bucket, Span, days_span


class FirstTime(TimedQuestion):
    """How many people did an event for the first time, by when that was.

    Attributes:
        event: the name of an event.
        match_mode: false: the first occurrence ever must satisfy the conditions; true: it is the
            first of those that satisfy them.
        counting: a field whose values are counted in place of people.
        lookback_days: how many days before the range to search; None means all of history.
    """

    kind: Literal["first_time"] = "first_time"
    event: str
    match_mode: bool = False
    counting: Units = None
    lookback_days: int | None = Limited(default=None, ge=1, le=3660)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        time = frame(ctx, self)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        now, before = yield from both_periods(time, partial(self.period, ctx, by=by))
        return assemble(
            ctx,
            self,
            time,
            by,
            now,
            before,
            title=f"First time {titled(ctx.catalog, self.event)}",
            unit="users",
            additive=True,
            notes=self._notes(),
        )

    def selection(self, ctx: Context) -> Selection:
        """The selection of events to search."""
        return select(ctx, self, self.event, absent=ANY)

    def _notes(self) -> tuple[str, ...]:
        if self.lookback_days is None:
            return ()
        days = "day" if self.lookback_days == 1 else f"{self.lookback_days} days"
        return (
            f"Only the {days} before the range are searched: who did it earlier counts as new.",
        )

    def period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        """Return the figures of one period; each total is the sum of its buckets."""
        plan = Plan(self.selection(ctx), span, slots, by)
        points: Rows = []
        if slots:
            bind = ctx.binder()
            points = yield bind.statement(
                f"""
                select slot, v0, v1, {ctx.dialect.count("users")} as people
                from ({self.firsts(bind, plan)})
                """,
                "people by the bucket of their first time",
            )
        sums: dict[tuple[object, object], int] = {}
        for _, v0, v1, people in points:
            sums[v0, v1] = sums.get((v0, v1), 0) + people
        return collect(ctx, by, [(v0, v1, people) for (v0, v1), people in sums.items()], points)

    # -- sets

    def firsts(self, bind: Binder, plan: Plan) -> str:
        """Relation (slot, v0, v1, users): everybody once, in the slot of their first time."""
        if plan.stored:
            return self._stored_days(bind, plan) if self.lookback_days else _first_days(bind, plan)
        firsts = _sought(bind, plan) if self._seeks(plan) else self._ranked(bind, plan)
        slot = slot_of(bind, plan.slots, plan.span.whole_days, day="day", instant="ts")
        return f"""
            select {slot} as slot, v0, v1, {bind.dialect.build("actor")} as users
            from ({firsts})
            where nth = 1
              and kept
              and ts >= {bind(plan.span.start)}
              and ts < {bind(plan.end)}
            group by 1, 2, 3"""

    def _seeks(self, plan: Plan) -> bool:
        """Whether the stored first days give the few people whose first event is sought."""
        return plan.selection.sought and not self.match_mode and not self.lookback_days

    def _scan(self, plan: Plan) -> Span | None:
        """The span to search for first times; None means all of history."""
        if self.lookback_days is None:
            return None
        calendar, span = plan.ctx.calendar, plan.span
        if span.whole_days:
            return days_span(span.first_day - self.lookback_days, span.last_day, calendar)
        start = span.start - self.lookback_days * DAY
        return replace(span, start=start, first_day=calendar.day_of(start))

    def _stored_days(self, bind: Binder, plan: Plan) -> str:
        """From the stored sets: people of a bucket who are in none before it or in the lookback."""
        d = bind.dialect
        reach = self._scan(plan)
        assert reach is not None
        before = Bucket(0, 0, 0, reach.first_day, plan.span.first_day - 1, plan.slots[0].label)
        slots = [before, *(replace(slot, index=slot.index + 1) for slot in plan.slots)]
        return f"""
            select slot - 1 as slot, 0 as v0, 0 as v1, {d.only("users", "earlier")} as users
            from (
                select slot, users, {d.lag_set("upto")} over (order by slot) as earlier
                from (
                    select slot, users,
                           {d.union("users")} over (order by slot rows unbounded preceding) as upto
                    from ({plan.selection.people(bind, reach, slots=slots)})
                )
            )
            where slot > 0"""

    def _ranked(self, bind: Binder, plan: Plan) -> str:
        """From the events: relation (actor, ts, day, v0, v1, kept, nth) of all occurrences."""
        selection = plan.selection
        counted = selection if self.match_mode else replace(selection, clauses=())
        kept = "1 = 1" if self.match_mode else selection.test(bind)
        v0, v1 = plan.values(bind)
        return f"""
            select e.actor, e.ts, e.day, {v0} as v0, {v1} as v1, {kept} as kept,
                   row_number() over (partition by e.actor order by e.ts, e.seq) as nth
            from {selection.source(plan.by)}
            where {counted.where(bind, self._scan(plan))} and e.actor <> 0"""

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people whose first time is in the bucket, in one group."""
        time = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        by = group_fields(ctx, self.breakdown, cell.group)
        if not slots:
            return "select 0 as actor where 1 = 0"
        firsts = self.firsts(bind, Plan(self.selection(ctx), span, slots, by))
        tests = [in_group(ctx, bind, f, f"v{i}", cell.group[i]) for i, f in enumerate(by)]
        if slot is not None:
            tests.append(f"slot = {bind(slot.index)}")
        where = " and ".join(tests) or "1 = 1"
        return ctx.dialect.members(f"select users from ({firsts}) where {where}")


@dataclass(frozen=True)
class Plan:
    """The plan: whose first times of which event, in which buckets, by which fields."""

    selection: Selection
    span: Span
    slots: list[Bucket]
    by: list[Field]

    @property
    def ctx(self) -> Context:
        """The context."""
        return self.selection.ctx

    @property
    def by_days(self) -> bool:
        """Whether local days are enough to identify the buckets."""
        return whole_days(self.slots) and self.span.whole_days

    @property
    def stored(self) -> bool:
        """Whether stored sets are enough, without reading events."""
        plain = not self.by and not self.selection.clauses
        return self.selection.stored and self.by_days and plain

    @property
    def end(self) -> int:
        """The first instant after the last bucket, ms."""
        return min(self.span.end, self.slots[-1].end)

    def values(self, bind: Binder) -> list[str]:
        """SQL of the two breakdown values."""
        return [*(self.selection.value(bind, field) for field in self.by), "0", "0"][:2]


def _first_days(bind: Binder, plan: Plan) -> str:
    """From the stored first days."""
    users = plan.selection.narrow(bind, bind.dialect.union("users"))
    return f"""
        select {slot_expression(bind, "day", day_runs(plan.slots))} as slot, 0 as v0, 0 as v1,
               {users} as users
        from ({plan.selection.first_days(bind, plan.span.first_day, plan.slots[-1].last_day)})
        group by 1"""


def _sought(bind: Binder, plan: Plan) -> str:
    """Relation like `_ranked`, nth always 1: one seek for each person new on the range's days."""
    selection = plan.selection
    users = selection.narrow(bind, "users")
    firsts = selection.first_days(bind, plan.span.first_day, plan.span.last_day)
    candidates = bind.dialect.members(f"select {users} as users from ({firsts})")
    v0, v1 = plan.values(bind)
    own = f"x.actor = e.actor and {selection.own(bind, 'x')}"
    return f"""
        select e.actor, e.ts, e.day, {v0} as v0, {v1} as v1, {selection.test(bind)} as kept,
               1 as nth
        from ({candidates}) c
        join {selection.source(plan.by)}
        where e.actor = c.actor
          and e.ts = (select min(x.ts) from events x where {own})
          and e.seq = (select min(x.seq) from events x where {own} and x.ts = e.ts)"""
