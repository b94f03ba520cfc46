"""Active users: dau, wau, mau (definitions 4.1).

dau counts the actors of each bucket; wau and mau those of the 7 and 30 days that end with the
bucket's last day, or with today, whatever the granularity. The figure for the whole range is its
people for dau, and the value of the last point for wau and mau (definitions 4.1).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from typing import Literal

from core.answers import Cell
from core.catalog.fields import Field
from core.queries.common.assemble import Figures, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import bucket_span, members_of_group, people_by_slot
from core.queries.common.question import (
    NOBODY,
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
from core.sql.dialect import Binder, Statement
from core.timeframe import DAY, Bucket, Span, cut_span, days_span
from core.words.counted import many

WINDOWS = {"dau": 0, "wau": 7, "mau": 30}
TITLES = {"dau": "Active users", "wau": "Weekly active users", "mau": "Monthly active users"}


class ActiveUsers(TimedQuestion):
    """How many people were active in each bucket, or in the 7 or 30 days up to its end.

    Attributes:
        counting: a field whose values are counted in place of people.
    """

    kind: Literal["active_users"] = "active_users"
    metric: Literal["dau", "wau", "mau"] = "dau"
    counting: Units = None

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        time = frame(ctx, self)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        now, before = yield from both_periods(time, partial(self._period, ctx, by=by))
        return assemble(
            ctx,
            self,
            time,
            by,
            now,
            before,
            title=TITLES[self.metric].replace("users", many(self)),
            unit="users",
            additive=False,
            overlapping=self._windowed(time.buckets),
        )

    def _windowed(self, slots: list[Bucket]) -> bool:
        return bool(slots and WINDOWS[self.metric])

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        selection = select(ctx, self)
        if not self._windowed(slots):
            totals, points = yield from people_by_slot(ctx, selection, span, slots, by)
            return collect(ctx, by, totals, points)
        points = yield self._rolling(ctx, selection, slots, by)
        found = collect(ctx, by, (), [row for row in points if row[-1]])
        last = _last_known(ctx, slots).index
        found.totals = {group: own.get(last, 0) for group, own in found.points.items()}
        return found

    def _rolling(
        self, ctx: Context, selection: Selection, slots: list[Bucket], by: list[Field]
    ) -> Statement:
        windows = [self._window(ctx, slot) for slot in slots]
        bind = ctx.binder()
        reach = _hull(ctx, windows)
        days = windows[0].of_days
        ends = [
            (slot.index, w.first_day, w.last_day) if days else (slot.index, w.start, w.end)
            for slot, w in zip(slots, windows, strict=True)
        ]
        sets = (
            selection.people(bind, reach, by=by)
            if days
            else _instants(ctx, selection, bind, reach, by)
        )
        periods = ctx.dialect.rows(bind.rows(ends), ["slot", "lo", "hi"])
        sliding = ctx.dialect.union_sliding("s.users")
        write = self._slide if sliding and days else self._reunite
        return bind.statement(
            write(ctx, bind, sets, periods, reach), "users in the window that ends with each bucket"
        )

    def _slide(self, ctx: Context, bind: Binder, sets: str, periods: str, reach: Span) -> str:
        """A frame that moves over every day, per group, and is read at each bucket's end."""
        d = ctx.dialect
        listed = [(day,) for day in range(reach.first_day, reach.last_day + 1)]
        every = d.rows(bind.rows(listed), ["day"])
        union = f"""{d.union_sliding("s.users")} over (
                           partition by g.v0, g.v1 order by every.day
                           rows between {WINDOWS[self.metric] - 1} preceding and current row)"""
        return f"""
            with s as materialized ({sets}),
            ends as materialized (select slot, hi from {periods} w),
            rolled as (
                select every.day, g.v0, g.v1, {d.count(union)} as users
                from {every} every
                cross join (select distinct v0, v1 from s) g
                left join s on s.slot = every.day and s.v0 = g.v0 and s.v1 = g.v1
            )
            select ends.slot, rolled.v0, rolled.v1, rolled.users
            from ends
            join rolled on rolled.day = ends.hi
            """

    def _reunite(self, ctx: Context, bind: Binder, sets: str, periods: str, reach: Span) -> str:
        """A union per window: for engines without moving frames, and for windows in ms."""
        d = ctx.dialect
        return f"""
            with s as materialized ({sets}),
            w as materialized (select slot, lo, hi from {periods} p)
            select w.slot, s.v0, s.v1, {d.count(d.union("s.users"))} as users
            from w
            join s on s.slot between w.lo and w.hi
            group by w.slot, s.v0, s.v1
            """

    def _window(self, ctx: Context, slot: Bucket) -> Span:
        days = WINDOWS[self.metric]
        if slot.of_days:
            last = min(slot.last_day, ctx.today)
            first = last - days + 1
            if slot.cut and last == slot.last_day:
                return cut_span(first, last, slot.end, ctx.calendar)
            return days_span(first, last, ctx.calendar)
        return Span(
            slot.end - days * DAY,
            slot.end - 1,
            ctx.calendar.day_of(slot.end - days * DAY),
            ctx.calendar.day_of(slot.end - 1),
            whole_days=False,
        )

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the actors of the bucket or window, in one group."""
        time = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        if time.is_unknown(slot, slots):
            return NOBODY
        if self._windowed(slots):
            span = self._window(ctx, slot or _last_known(ctx, slots))
            span = span if span.of_days else replace(span, end=span.end + 1)
        elif slot is not None:
            span = bucket_span(slot, span)
        return members_of_group(ctx, bind, select(ctx, self), span, self.breakdown, cell.group)


def rolling_statement(
    ctx: Context,
    selection: Selection,
    metric: Literal["wau", "mau"],
    slots: list[Bucket],
    by: list[Field],
) -> Statement:
    """Return (slot, v0, v1, users): people of the 7 or 30 days up to each bucket's last day."""
    return ActiveUsers(metric=metric)._rolling(ctx, selection, slots, by)


def _last_known(ctx: Context, slots: list[Bucket]) -> Bucket:
    """Return the last bucket before the end of the data, or else the first."""
    return next((slot for slot in reversed(slots) if ctx.is_known(slot)), slots[0])


def _hull(ctx: Context, windows: list[Span]) -> Span:
    first, last = windows[0], windows[-1]
    if first.of_days:
        return cut_span(first.first_day, last.last_day, last.end, ctx.calendar)
    return Span(first.start, last.end + 1, first.first_day, last.last_day, whole_days=False)


def _instants(ctx: Context, selection: Selection, bind: Binder, span: Span, by: list[Field]) -> str:
    values = [selection.value(bind, field) for field in by] + ["0", "0"]
    return f"""
        select e.ts as slot, {values[0]} as v0, {values[1]} as v1,
               {ctx.dialect.build("e.actor")} as users
        from {selection.source(by)}
        where {selection.where(bind, span)}
        group by 1, 2, 3"""
