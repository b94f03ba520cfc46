"""Lifecycle: new, returning, resurrected and dormant people per period (definitions 4.12).

Periods are whole, even if the range begins or ends inside one; history before the range is always
read. Conditions apply to the activity, so "new" is new to that activity. Dormant people are counted
as a positive number, however they are drawn. The pulse, (new + resurrected) / dormant, has no
people behind it and is not a line of the answer.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field as Limited
from pydantic import field_validator

from core.answers import Cell, Line, Series
from core.catalog.fields import Field
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.queries.common.assemble import Figure, Group, groups_reader, points_of
from core.queries.common.context import Context
from core.queries.common.groups import group_fields, in_group
from core.queries.common.periods import whole_dates, whole_days_only
from core.queries.common.question import (
    Ask,
    Frame,
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
from core.queries.common.slots import day_runs, slot_expression
from core.sql.dialect import Binder, Dialect, Statement
from core.timeframe import Bucket, Span, cut_span

STATES = ("new", "returning", "resurrected", "dormant")
WHOLE = -1
"""Slot of the figures for the whole range."""

ACTIVE = 0
"""State of everybody who was active."""

HELD = 5
"""State of a row that says how many groups there are, in the place of its slot."""

LABEL = "people by period and state"

MOST_CHOSEN = 100
"""Up to so many groups are named in a statement."""


class Lifecycle(TimedQuestion):
    """How many people are new, returning, resurrected or dormant, per period.

    A line's total is how many people were in that state in at least one period of the range.

    Attributes:
        event: the activity; None means any event.
        granularity: daily, weekly (default), monthly, quarterly or yearly.
        counting: a field whose values are counted in place of people.
        new_means: "activity": the activity for the first time ever; "product": any event for the
            first time ever, so that people who did other things before are resurrected.
        breakdown: one field; each of its values has its own lifecycle, as with a condition.
    """

    kind: Literal["lifecycle"] = "lifecycle"
    granularity: str = "weekly"
    event: str | None = None
    counting: Units = None
    new_means: Literal["activity", "product"] = "activity"

    @field_validator("granularity")
    @classmethod
    def _whole_days(cls, word: str) -> str:
        return whole_days_only(word, "lifecycle")

    breakdown: tuple[str, ...] = Limited(default=(), max_length=1)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        time = frame(ctx, self, whole=True)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        chosen: list[Group] = []

        def period(_: Span, slots: list[Bucket]) -> Generator[Statement, Rows, _Found]:
            known = list(filter(ctx.is_known, slots))
            found = yield from self._period(ctx, known, time.unit, by, chosen)
            chosen.extend(found.ranked()[: self.limit])
            return found

        now, before = yield from both_periods(time, period)
        groups = now.ranked() if by else [()]
        real, cut = whole_dates(ctx, time.span, time.buckets, time.unit)
        return Series(
            title=f"Lifecycle of {titled(ctx.catalog, self.event, 'any event')}",
            **real,
            notes=(*time.notes, *cut, *time.unknown()),
            granularity=time.unit,
            breakdown=tuple(field.key for field in by),
            buckets=time.time_buckets,
            lines=tuple(
                _line(group, number, time, now, before)
                for group in groups[: self.limit]
                for number in range(1, len(STATES) + 1)
            ),
            comparison=time.comparison(self.compare),
            omitted=max(now.held - self.limit, 0),
        )

    def _period(
        self,
        ctx: Context,
        periods: list[Bucket],
        unit: str,
        by: list[Field],
        chosen: Sequence[Group],
    ) -> Generator[Statement, Rows, _Found]:
        """Return the figures of the largest groups, or of those that were chosen before."""
        found = _Found()
        if not periods:
            return found
        slots, selection = _slots(ctx, periods, unit), select(ctx, self, self.event)
        if not chosen and self._from_blocks(selection, by):
            span = ctx.counted(slots.span(0))
            rows = yield from selection.blocks.ask(
                "block_states", span, slots.buckets, by, LABEL, nobody=False, limit=self.limit
            )
            return found.read(ctx, by, [(slot, state, v0, n) for slot, v0, _, state, n in rows])
        bind = ctx.binder()
        d = ctx.dialect
        groups = ""
        if by and 0 < len(chosen) <= MOST_CHOSEN:
            tests = [in_group(ctx, bind, by[0], "v0", group[0]) for group in chosen]
            groups = f"select v0 from sizes where {' or '.join(tests)}"
        elif by:
            groups = _largest(bind, by[0], self.limit)
        rows = yield bind.statement(
            f"""
            with states as materialized ({self._states(ctx, bind, periods, unit, by, groups)})
            {_counted(d)}
            """,
            LABEL,
        )
        return found.read(ctx, by, rows)

    def _from_blocks(self, selection: Selection, by: list[Field]) -> bool:
        """Whether the states of the largest groups come from blocks, as no sets have them."""
        grouped = self.new_means == "activity" and by and by[0].kind in ("context", "property")
        return bool(grouped and selection.set_dimension(by) is False and selection.blocks.can(by))

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people in a state in a period, or in any; without a state, the active."""
        time = frame(ctx, self, whole=True)
        every = time.period_of(cell)[1]
        bucket = find_bucket(every, cell.bucket)
        periods = [period for period in every if ctx.is_known(period)]
        if cell.series is not None and cell.series not in STATES:
            raise BadQuestion(f"cell names no state {cell.series!r}.", parameter="cell")
        if not periods or (bucket is not None and bucket not in periods):
            return "select 0 as actor where 1 = 0"
        by = group_fields(ctx, self.breakdown, cell.group)
        tests = [in_group(ctx, bind, f, "v0", v) for f, v in zip(by, cell.group, strict=True)]
        groups = f"select v0 from sizes where {tests[0]}" if tests else ""
        states = self._states(ctx, bind, periods, time.unit, by, groups)
        wanted = STATES.index(cell.series) + 1 if cell.series else 0
        test = f"state = {bind(wanted)}" if wanted else "state < 4"
        for own in tests:
            test += f" and {own}"
        if bucket is not None:
            test += f" and slot = {bind(bucket.index)}"
        return ctx.dialect.members(f"select users from ({states}) where {test}")

    # -- sets

    def _states(
        self,
        ctx: Context,
        bind: Binder,
        periods: list[Bucket],
        unit: str,
        by: list[Field],
        groups: str,
    ) -> str:
        """Relation (slot, state, v0, users) of the periods; states are numbered from 1 as in
        STATES.

        Args:
            groups: SQL of the values `v0` that count, of all in `sizes`; with a breakdown.
        """
        d = ctx.dialect
        slots = _slots(ctx, periods, unit)
        selection = select(ctx, self, self.event)
        each = d.rows(bind.rows([[bucket.index] for bucket in slots.buckets]), ["slot"])
        active, arrived = self._relations(ctx, bind, selection, slots, by)
        sizes = held = ""
        if groups:
            sizes = f"sizes as materialized ({_sizes(d)}),"
            held = f"""
                union all
                select cast(count(*) as bigint), {HELD}, min(v0), {d.build("0")} from sizes"""
        states = [
            ("slot", "1", "v0", d.only("users", "seen")),
            ("slot", "2", "v0", d.both("users", "previous")),
            ("slot", "3", "v0", d.both(d.only("users", "previous"), "seen")),
            ("slot", "4", "v0", d.only("previous", "users")),
        ]
        return f"""
            with active as materialized ({active}),
            {sizes}
            groups as materialized ({groups or "select 0 as v0"}),
            arrived as materialized ({arrived}),
            present as materialized ({_in_every_period(d, "active", each)}),
            came as materialized ({_in_every_period(d, "arrived", each)}),
            upto as materialized (
                select a.slot as slot, a.v0 as v0, a.users as users,
                       {d.union("c.users")} over (
                           partition by a.v0 order by a.slot rows unbounded preceding
                       ) as seen
                from present a
                join came c on c.slot = a.slot and c.v0 = a.v0
            ),
            by_period as materialized (
                select slot - 2 as slot, v0, users,
                       {d.lag_set("users")} over (partition by v0 order by slot) as previous,
                       {d.lag_set("seen")} over (partition by v0 order by slot) as seen
                from upto
            )
            {d.fanned("by_period where slot >= 0", ("slot", "state", "v0", "users"), states)}
            {held}"""

    def _relations(
        self, ctx: Context, bind: Binder, selection: Selection, slots: _Slots, by: list[Field]
    ) -> tuple[str, str]:
        """Relations (slot, v0, users): the active people of each slot, and those who make up the
        seen.

        The people seen by the end of a slot are the second relation's users of all slots up to it.
        """
        product = self.new_means == "product"
        anything = Selection(ctx)
        firsts = anything if product else selection
        stored = firsts.stored and (product or not (selection.clauses or by))

        def sets(of: Selection, first: int, fields: list[Field]) -> str:
            found = of.people(bind, slots.span(first), slots=slots.buckets[first:], by=fields)
            return f"select slot, v0, users from ({found})"

        if not stored and not product:
            return sets(selection, 0, by), "select slot, v0, users from active"
        seen = _first_days(bind, firsts, slots) if stored else sets(anything, 0, [])
        known = f"""
            select f.slot as slot, g.v0 as v0, f.users as users
            from ({seen}) f cross join groups g"""
        return sets(selection, 1, by), known


@dataclass
class _Found:
    """Results of a statement: people by group, state and slot, active people by group, and how many
    groups there are, also ones that were not asked for.
    """

    held: int = 0
    people: dict[tuple[Group, int], dict[int, Figure]] = field(default_factory=dict)
    active: dict[Group, int] = field(default_factory=dict)

    def read(self, ctx: Context, by: list[Field], rows: Rows) -> _Found:
        """Add rows (slot, state, v0, people); returns itself."""
        group_of = groups_reader(ctx, by)
        for slot, state, v0, people in rows:
            if state == HELD:
                self.held = slot
            else:
                self.add(group_of(v0), slot, state, people)
        return self

    def add(self, group: Group, slot: int, state: int, people: int) -> None:
        """Add one row."""
        if state == ACTIVE:
            self.active[group] = people
        else:
            self.people.setdefault((group, state), {})[slot] = people

    def ranked(self) -> list[Group]:
        """Return the non-empty groups, those with the most active people first."""
        held = {group for (group, _), people in self.people.items() if any(people.values())}
        return sorted(held, key=lambda group: (-self.active.get(group, 0), group))


def _in_every_period(d: Dialect, sets: str, periods: str) -> str:
    """Return sets of `groups` by period, empty ones where there are none: slot, v0, users."""
    return f"""
                select slot, v0, {d.union("users")} as users
                from (
                    select slot, v0, users from {sets}
                    where v0 in (select v0 from groups)
                    union all
                    select p.slot, g.v0, {d.build("0")} as users
                    from {periods} p cross join groups g
                    group by p.slot, g.v0
                )
                group by slot, v0"""


def _counted(d: Dialect) -> str:
    """Return the statement of rows (slot, state, v0, people) over `states`."""
    if d.seeks:
        return f"""
            select slot, state, v0, {d.count("users")} as people from states
            union all
            select {WHOLE}, state, v0, {d.count(d.union("users"))}
            from states where state < {HELD} group by state, v0
            union all
            select {WHOLE}, {ACTIVE}, v0, {d.count(d.union("users"))}
            from states where state < 4 group by v0"""
    rows = [
        ("slot", "state", "v0", "users"),
        (str(WHOLE), f"case when state < {HELD} then state else {WHOLE} end", "v0", "users"),
        (str(WHOLE), f"case when state < 4 then {ACTIVE} else {WHOLE} end", "v0", "users"),
    ]
    every = d.fanned("states", ("slot", "state", "v0", "users"), rows)
    return f"""
            select slot, state, v0, {d.count(d.union("users"))} as people
            from ({every}) where state <> {WHOLE}
            group by slot, state, v0"""


def _sizes(d: Dialect) -> str:
    """Return the SELECT of groups with people in some state: v0, active (how many people), held.

    Who was active in the period before the first one may be dormant.
    """
    return f"""
        select v0, max(active) as active, max(held) as held
        from (
            select v0, {d.count(d.union("users"))} as active, 0 as held
            from active where slot >= 2 group by v0
            union all
            select v0, 0, {d.count(d.union("users"))} from active where slot >= 1 group by v0
        )
        group by v0
        having max(held) > 0"""


def _largest(bind: Binder, field: Field, limit: int) -> str:
    """Return the SELECT of the values of the groups with most active people.

    Those of texts are ordered as their labels; of others there may be more, as many as the last
    one.
    """
    if field.is_text:
        return f"select v0 from sizes order by active desc, v0 || '' limit {bind(limit)}"
    return f"""
        select v0 from sizes
        where active >= (
            select min(active)
            from (select active from sizes order by active desc limit {bind(limit)})
        )"""


def _line(group: Group, state: int, time: Frame, now: _Found, before: _Found | None) -> Line:
    count = len(time.buckets)
    values = now.people.get((group, state), {})
    earlier = before.people.get((group, state), {}) if before else {}
    return Line(
        group=group,
        series=STATES[state - 1],
        values=time.known(points_of(values, count, 0)),
        previous=time.earlier(points_of(earlier, count, 0)) if before else None,
        total=time.known_total(values.get(WHOLE, 0)),
        previous_total=time.earlier_total(earlier.get(WHOLE, 0)) if before else None,
    )


@dataclass(frozen=True)
class _Slots:
    """Consecutive stretches of days: 0 all earlier history, 1 the period before, from 2 the
    periods.
    """

    ctx: Context
    buckets: list[Bucket]

    def span(self, first: int) -> Span:
        """The days from a slot to the last one."""
        start, end = self.buckets[first].first_day, self.buckets[-1].last_day
        return cut_span(start, end, self.buckets[-1].end, self.ctx.calendar)


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
