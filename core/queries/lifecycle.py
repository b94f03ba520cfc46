"""Lifecycle: new, returning, resurrected and dormant people per period (semantics 4.12).

Whole periods, also where the range begins or ends inside one; history before the range is always
read. Conditions are about the activity, so "new" is new to that activity. Dormant people are
counted as a positive number, whichever way they are drawn. The pulse, (new + resurrected) /
dormant, has no people behind it and is no line of the answer.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import field_validator

from core.answers import Cell, Line, Series
from core.engines.dialect import Binder, Statement
from core.errors import BadQuestion
from core.queries.base import Ask, Context, Rows, TimedQuestion, dates, find_bucket, frame
from core.queries.select import Selection, day_runs, select, slot_expression
from core.queries.series import Figure, points_of
from core.timeframe import CLOCK, Bucket, Span, days_span, granularity

STATES = ("new", "returning", "resurrected", "dormant")
WHOLE = -1
"""Slot of the figures of the whole range."""


class Lifecycle(TimedQuestion):
    """How many people are new, came back, came back after a pause, or went away, per period.

    A line's total is how many people were in that state in at least one period of the range.

    Attributes:
        event: the activity; None is any event.
        granularity: daily, weekly (default), monthly, quarterly or yearly.
        new_means: "activity": the first time ever of the activity; "product": the first event of
            any name, so that people who did other things before are resurrected.
    """

    kind: Literal["lifecycle"] = "lifecycle"
    granularity: str = "weekly"
    event: str | None = None
    new_means: Literal["activity", "product"] = "activity"

    @field_validator("granularity")
    @classmethod
    def _whole_days(cls, word: str) -> str:
        if granularity(word) in CLOCK:
            raise BadQuestion(
                f"granularity {word!r} does not suit lifecycle.",
                "Allowed: daily, weekly, monthly, quarterly, yearly.",
                parameter="granularity",
            )
        return granularity(word)

    @field_validator("breakdown")
    @classmethod
    def _no_breakdown(cls, fields: tuple[str, ...]) -> tuple[str, ...]:
        if fields:
            raise BadQuestion(
                "lifecycle takes no breakdown.",
                f"Add a condition instead, such as {fields[0]} = VALUE.",
                parameter="breakdown",
            )
        return fields

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        time = frame(ctx, self, whole=True)
        now = yield from self._period(ctx, time.buckets, time.unit)
        before: _Figures = {}
        if time.compared:
            before = yield from self._period(ctx, time.compared_buckets, time.unit)
        count = len(time.buckets)
        return Series(
            title=f"Lifecycle of {self.event or 'any event'}",
            **dates(time.span),
            notes=time.notes,
            granularity=time.unit,
            buckets=time.time_buckets,
            lines=tuple(
                Line(
                    series=state,
                    values=points_of(now.get(number, {}), count, 0),
                    previous=points_of(before.get(number, {}), count, 0) if time.compared else None,
                    total=now.get(number, {}).get(WHOLE, 0),
                    previous_total=before.get(number, {}).get(WHOLE, 0) if time.compared else None,
                )
                for number, state in enumerate(STATES, 1)
            ),
            comparison=time.comparison(self.compare),
        )

    def _period(
        self, ctx: Context, periods: list[Bucket], unit: str
    ) -> Generator[Statement, Rows, _Figures]:
        found: _Figures = {}
        if not periods:
            return found
        bind = ctx.binder()
        d = ctx.dialect
        rows = yield bind.statement(
            f"""
            with states as materialized ({self._states(ctx, bind, periods, unit)})
            select slot, state, {d.count("users")} as people from states
            union all
            select {WHOLE}, state, {d.count(d.union("users"))} from states group by state
            """,
            "people by period and state",
        )
        for slot, state, people in rows:
            found.setdefault(state, {})[slot] = people
        return found

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: those in a state in a period, or in any; without a state, the active."""
        time = frame(ctx, self, whole=True)
        periods = time.period_of(cell)[1]
        bucket = find_bucket(periods, cell.bucket)
        if cell.series is not None and cell.series not in STATES:
            raise BadQuestion(f"cell names no state {cell.series!r}.", parameter="cell")
        if not periods:
            return "select 0 as actor where 1 = 0"
        states = self._states(ctx, bind, periods, time.unit)
        wanted = STATES.index(cell.series) + 1 if cell.series else 0
        test = f"state = {bind(wanted)}" if wanted else "state < 4"
        if bucket is not None:
            test += f" and slot = {bind(bucket.index)}"
        return ctx.dialect.members(f"select users from ({states}) where {test}")

    # -- sets

    def _states(self, ctx: Context, bind: Binder, periods: list[Bucket], unit: str) -> str:
        """Relation (slot, state, users) of the periods; states count from 1 as in STATES."""
        d = ctx.dialect
        slots = _slots(ctx, periods, unit)
        selection = select(ctx, self, self.event)
        each = d.rows(bind.rows([[bucket.index] for bucket in slots.buckets]), ["slot"])
        active, arrived = self._relations(ctx, bind, selection, slots)
        empty = f"select slot, {d.build('0')} as users from {each} p group by slot"
        return f"""
            select * from (
                with active as materialized ({active}),
                arrived as materialized ({arrived}),
                present as materialized (
                    select slot, {d.union("users")} as users
                    from (select slot, users from active union all {empty})
                    group by slot
                ),
                upto as materialized (
                    select slot,
                           {d.union("users")} over (
                               order by slot rows unbounded preceding
                           ) as users
                    from (select slot, {d.union("users")} as users
                          from (select slot, users from arrived union all {empty})
                          group by slot)
                ),
                by_period as materialized (
                    select a.slot - 2 as slot, a.users as users,
                           {d.lag_set("a.users")} over (order by a.slot) as previous,
                           {d.lag_set("u.users")} over (order by a.slot) as seen
                    from present a
                    join upto u on u.slot = a.slot
                )
                select slot, 1 as state, {d.only("users", "seen")} as users
                from by_period where slot >= 0
                union all
                select slot, 2, {d.both("users", "previous")}
                from by_period where slot >= 0
                union all
                select slot, 3, {d.both(d.only("users", "previous"), "seen")}
                from by_period where slot >= 0
                union all
                select slot, 4, {d.only("previous", "users")}
                from by_period where slot >= 0
            )"""

    def _relations(
        self, ctx: Context, bind: Binder, selection: Selection, slots: _Slots
    ) -> tuple[str, str]:
        """Relations (slot, users): the active of each slot, and those who make up the seen.

        The seen at the end of a slot are the second relation's users of all slots up to it.
        """
        product = self.new_means == "product"
        anything = Selection(ctx)
        firsts = anything if product else selection
        stored = firsts.stored and (product or not selection.clauses)
        if not stored and not product:
            every = selection.sets(bind, slots.span(0), slots=slots.buckets, totals=False)
            return f"select slot, users from ({every})", "select slot, users from active"
        active = selection.sets(bind, slots.span(1), slots=slots.buckets[1:], totals=False)
        if stored:
            return active, _first_days(bind, firsts, slots)
        return active, anything.sets(bind, slots.span(0), slots=slots.buckets, totals=False)


_Figures = dict[int, dict[int, Figure]]
"""state -> slot -> people."""


@dataclass(frozen=True)
class _Slots:
    """Consecutive stretches of days: 0 all history, 1 the period before, from 2 the periods."""

    ctx: Context
    buckets: list[Bucket]

    def span(self, first: int) -> Span:
        """The days from a slot to the last."""
        start, end = self.buckets[first].first_day, self.buckets[-1].last_day
        return days_span(start, end, self.ctx.calendar)


def _slots(ctx: Context, periods: list[Bucket], unit: str) -> _Slots:
    first = periods[0].first_day
    before = ctx.calendar.period_start(first - 1, unit)
    earliest = first if ctx.earliest is None else ctx.calendar.day_of(ctx.earliest)
    history = min(earliest, before - 1)
    label = periods[0].label
    return _Slots(
        ctx,
        [
            Bucket(0, 0, 0, history, before - 1, label),
            Bucket(1, 0, 0, before, first - 1, label),
            *(replace(bucket, index=bucket.index + 2) for bucket in periods),
        ],
    )


def _first_days(bind: Binder, selection: Selection, slots: _Slots) -> str:
    """From the stored first days."""
    buckets = slots.buckets
    return f"""
        select {slot_expression(bind, "day", day_runs(buckets))} as slot,
               {bind.dialect.union("users")} as users
        from ({selection.first_days(bind, buckets[0].first_day, buckets[-1].last_day)})
        group by 1"""
