"""People over time: active, new, or known so far (definitions 4.10, 9.1).

New people are those whose first event ever lies in the bucket; conditions and a breakdown apply to
that first event. Known so far is everybody who was new by the bucket's end. Buckets of a week and
longer are whole, even if the range begins or ends inside one. Only conditions and breakdowns of
first events read the events, as in core.queries.trend.first_time. Updated people are those with a
trait last set in the bucket; ClickHouse's copy of traits has no times.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import model_validator

from core.answers import Cell
from core.catalog.fields import Field
from core.catalog.selectors import ANY
from core.errors import BadQuestion
from core.queries.common.assemble import Figures, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import (
    bucket_span,
    group_fields,
    in_group,
    members_of_group,
    people_by_slot,
)
from core.queries.common.question import (
    NOBODY,
    Ask,
    Frame,
    Rows,
    TimedQuestion,
    both_periods,
    find_bucket,
    frame,
    shown_buckets,
)
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.common.slots import slot_expression
from core.queries.trend.first_time import FirstTime, Plan
from core.sql.dialect import Binder, Relation, Statement
from core.timeframe import CLOCK, Bucket, Span, cut_span, days_span, runs, to_date

TITLES = {
    "active": "Active users",
    "new": "New users",
    "cumulative": "Known users",
    "updated": "Updated users",
}


class Users(TimedQuestion):
    """How many people were active, new or known, over time.

    Attributes:
        metric: "active"; "new": by the time of their first event; "cumulative": with any event up
            to the bucket's end; "updated": by the time one of their traits was last set.
        identified: whether to count only people with a user id, not lone devices.
    """

    kind: Literal["users"] = "users"
    metric: Literal["active", "new", "cumulative", "updated"] = "active"
    identified: bool = False

    @model_validator(mode="after")
    def _traits_have_no_values_then(self) -> Users:
        if self.metric == "updated" and self.breakdown:
            raise BadQuestion("users updated takes no breakdown.", parameter="breakdown")
        return self

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        time = self._frame(ctx)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        now, before = yield from both_periods(time, partial(self._period, ctx, by=by))
        return assemble(
            ctx,
            self,
            time,
            by,
            now,
            before,
            title=TITLES[self.metric],
            unit="users",
            additive=self.metric in ("new", "updated"),
        )

    def _frame(self, ctx: Context) -> Frame:
        """The question's time, in whole weeks, months and so on."""
        time = frame(ctx, self)
        if time.unit in (*CLOCK, "daily"):
            return time
        span = _whole(ctx, time.span, time.unit)
        compared = _whole(ctx, time.compared, time.unit) if time.compared else None
        return replace(
            time,
            span=span,
            buckets=shown_buckets(ctx, self, ctx.buckets(span, time.unit)),
            compared=compared,
            compared_buckets=ctx.buckets(compared, time.unit) if compared else [],
        )

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        if self.metric == "active":
            selection = _narrowed(select(ctx, self), self.identified)
            totals, points = yield from people_by_slot(ctx, selection, span, slots, by)
            return collect(ctx, by, totals, points)
        if self.metric == "updated":
            return (yield from self._updated(ctx, span, slots))
        firsts = self._firsts()
        found = yield from firsts.period(ctx, span, slots, by)
        if self.metric == "new":
            return found
        history = _history(ctx, span)
        known = yield from firsts.period(ctx, history.span, history.slots, by)
        return _cumulated(known, found, len(slots))

    def _updated(
        self, ctx: Context, span: Span, slots: list[Bucket]
    ) -> Generator[Statement, Rows, Figures]:
        if not slots:
            return Figures({(): 0})
        bind = ctx.binder()
        slot = slot_expression(bind, "at", list(runs(slots)))
        rows = yield bind.statement(
            f"""
            select {slot} as slot, 0, 0, count(*)
            from ({self._last_set(ctx, bind, slots[0].start, slots[-1].end)})
            group by 1
            """,
            "people by when a trait of theirs was last set",
        )
        return collect(ctx, [], [(0, 0, sum(row[-1] for row in rows))], rows)

    def _last_set(self, ctx: Context, bind: Binder, start: int, end: int) -> str:
        """Relation (actor, at): people with events and a trait last set in between, in ms.

        Raises:
            BadQuestion: a condition is about events.
        """
        selection = _narrowed(select(ctx, self, absent=ANY), self.identified)
        if selection.clauses:
            raise BadQuestion(
                "users updated takes only conditions on people.",
                "These are user, trait:NAME and start_version.",
                parameter="conditions",
            )
        tests = [f"t.user in ({members.write(bind)})" for members in selection.members]
        own = selection.own(bind, "e")
        tests.append(_has_events(ctx, own))
        return f"""
            select t.user as actor, max(abs(t.updated_at)) as at
            from traits t
            where {" and ".join(tests)}
            group by t.user
            having max(abs(t.updated_at)) >= {bind(start)}
               and max(abs(t.updated_at)) < {bind(end)}"""

    def _firsts(self) -> _Arrivals:
        return _Arrivals(
            range=self.range,
            conditions=self.conditions,
            audience=self.audience,
            segment=self.segment,
            among=self.among,
            identified=self.identified,
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the active, new or known people of the bucket, in one group."""
        time = self._frame(ctx)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        if time.is_unknown(slot, slots):
            return NOBODY
        if self.metric == "updated":
            if not slots:
                return "select 0 as actor where 1 = 0"
            first, last = (slot, slot) if slot else (slots[0], slots[-1])
            return f"select actor from ({self._last_set(ctx, bind, first.start, last.end)})"
        if self.metric == "active":
            selection = _narrowed(select(ctx, self), self.identified)
            reach = span if slot is None else bucket_span(slot, span)
            return members_of_group(ctx, bind, selection, reach, self.breakdown, cell.group)
        by = group_fields(ctx, self.breakdown, cell.group)
        firsts, selection = self._firsts(), self._firsts().selection(ctx)
        plan = Plan(selection, span, slots, by)
        parts = [(plan, slot.index if slot else len(slots))]
        if self.metric == "cumulative":
            history = _history(ctx, span)
            parts.append((Plan(selection, history.span, history.slots, by), 0))
        tests = [in_group(ctx, bind, f, f"v{i}", cell.group[i]) for i, f in enumerate(by)]
        one = "=" if self.metric == "new" and slot else "<="
        found = [
            f"select users from ({firsts.firsts(bind, part)}) where "
            + " and ".join([f"slot {one if part is plan else '='} {bind(last)}", *tests])
            for part, last in parts
            if part.slots
        ]
        if not found:
            return "select 0 as actor where 1 = 0"
        return ctx.dialect.members(" union all ".join(found))


def _has_events(ctx: Context, own: str) -> str:
    """Whether a person `t.user` has an event `e` that passes a test: one look where events can be
    sought, else all people with one.
    """
    if ctx.dialect.seeks:
        return f"exists (select 1 from events e where e.actor = t.user and {own})"
    return f"t.user in (select e.actor from events e where {own})"


class _Arrivals(FirstTime):
    """First events of any name."""

    event: str = ""
    identified: bool = False

    def selection(self, ctx: Context) -> Selection:
        """See FirstTime."""
        return _narrowed(select(ctx, self, absent=ANY), self.identified)


def _narrowed(selection: Selection, identified: bool) -> Selection:
    """Leave out people known only by a device, if requested."""
    if not identified:
        return selection
    return replace(selection, members=(*selection.members, WITH_USER_ID))


WITH_USER_ID = Relation(
    ("identified",), lambda _: "select i.id as actor from identities i where i.kind = 0"
)
"""The people known by a user id, as members."""


def _whole(ctx: Context, span: Span, unit: str) -> Span:
    """Widen a span to whole periods, not past today."""
    first = ctx.calendar.period_start(span.first_day, unit)
    last = ctx.calendar.next_period(ctx.calendar.period_start(span.last_day, unit), unit) - 1
    if span.cut:
        return cut_span(first, span.last_day, span.end, ctx.calendar)
    return days_span(first, max(min(last, ctx.today), span.last_day), ctx.calendar)


def _history(ctx: Context, span: Span) -> Plan:
    """Everything before a span, as one bucket; none if there is nothing."""
    none = Plan(Selection(ctx), span, [], [])
    if ctx.earliest is None or ctx.earliest >= span.start:
        return none
    first = ctx.calendar.day_of(ctx.earliest)
    label = to_date(first).isoformat()
    if span.of_days:
        before = days_span(first, span.first_day - 1, ctx.calendar)
    else:
        before = Span(ctx.earliest, span.start, first, span.first_day, whole_days=False)
        label += "T00:00"
    slot = Bucket(0, before.start, before.end, before.first_day, before.last_day, label)
    return replace(none, span=before, slots=[slot])


def _cumulated(known: Figures, new: Figures, count: int) -> Figures:
    """For each group, how many were known at the end of each bucket, and at the end of the last."""
    found = Figures()
    for group in {*known.totals, *new.totals}:
        sum_ = known.totals.get(group) or 0
        points = found.points.setdefault(group, {})
        for slot in range(count):
            sum_ += new.points.get(group, {}).get(slot) or 0
            points[slot] = sum_
        found.totals[group] = sum_
    return found
