"""Figures per person, and their average, median and so on over people (definitions 4.7).

For each bucket, first a figure per person (the number of events or the sum of a property), then one
figure over the people who have any. The whole range is one such bucket, not the mean of its
buckets. `per_actor_counts` counts events per person. Stored sets have no properties, so sums of a
property read the events.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import field_validator

from core.answers import Cell
from core.catalog.fields import Field
from core.catalog.selectors import ANY, in_title
from core.queries.common.added_up import Currency, currencies, no_numbers
from core.queries.common.assemble import Figures, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import (
    WHOLE,
    bucket_span,
    group_fields,
    in_group,
    members_of_group,
)
from core.queries.common.measured import bare, is_number, known_measure, percentile_of
from core.queries.common.question import Ask, Rows, TimedQuestion, both_periods, find_bucket, frame
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.trend.per_actor_counts import is_stored, of_blocks, of_events, of_sets
from core.queries.trend.scan import place
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket, Span

METRICS = ("avg", "median", "min", "max", "sum")


class PerActor(TimedQuestion):
    """One figure over people of what each did in a bucket.

    Attributes:
        event: the name of an event; None means any event.
        metric: avg, median, min, max, sum or a percentile (p90) over people.
        property: what is summed per person, with or without "properties."; None counts events.
    """

    kind: Literal["per_actor"] = "per_actor"
    event: str | None = None
    metric: str = "avg"
    property: str | None = None

    needs: ClassVar[str] = "events"

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, word: str) -> str:
        also = {"mean": "avg", "average": "avg"}
        return known_measure(word, METRICS, also, parameter="metric")

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str | None) -> str | None:
        return bare(name) if name else None

    def title(self) -> str:
        """The title: what is shown."""
        what = " ".join(filter(None, [self.event or "any event", self.property]))
        return f"{self.metric} of {what} per user"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        time = frame(ctx, self)
        if self.property:
            ctx.catalog.existing(f"properties.{self.property}", "property")
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        money = Currency()
        if self.property:
            selection = select(ctx, self, self.event, absent=ANY)
            money = yield from currencies(ctx, selection, time.span, self.property, by)
        now, before = yield from both_periods(time, partial(self._period, ctx, by=by))
        return assemble(
            ctx,
            self,
            time,
            by,
            now,
            before,
            title=in_title(ctx.catalog, self.title(), self.event),
            money=money,
            unit="number",
            additive=self.metric == "sum",
            empty=0 if self.metric == "sum" else None,
        )

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        selection = select(ctx, self, self.event, absent=ANY)
        if not self.property:
            stored = self.metric in ("avg", "sum") and is_stored(selection, span, slots, by)
            ask = of_sets if stored else of_events
            return (yield from ask(ctx, selection, span, slots, by, self.metric))
        measured = ctx.catalog.field(f"properties.{self.property}", "property")
        if selection.blocks.can(by, measured):
            return (yield from of_blocks(ctx, selection, span, slots, by, self.metric, measured))
        bind = ctx.binder()
        figure = self._over_people(ctx, bind)
        rows = yield bind.statement(
            f"""
            with each as materialized ({self._each(ctx, bind, span, slots, by)})
            select slot, v0, v1, {figure} as figure, sum(given) as given, sum(numbers) as numbers
            from each
            group by slot, v0, v1
            union all
            select {WHOLE}, v0, v1, {figure}, 0, 0
            from (
                select v0, v1, actor, {ctx.dialect.total("x")} as x
                from each
                group by v0, v1, actor
            ) whole
            group by v0, v1
            """,
            f"{self.metric} over people, from the events",
        )
        known = [row[:4] for row in rows if row[3] is not None]
        totals = [row[1:] for row in known if row[0] == WHOLE]
        points = [row for row in known if row[0] not in (WHOLE, None)]
        found = collect(ctx, by, totals, points)
        values, numbers = (sum(row[n] for row in rows) for n in (4, 5))
        found.notes += no_numbers(self.property, values - numbers, values)
        return found

    def _over_people(self, ctx: Context, bind: Binder) -> str:
        if self.metric in ("min", "max"):
            return f"{self.metric}(x)"
        if self.metric in ("avg", "sum"):
            return ctx.dialect.total("x") + (" / count(x)" if self.metric == "avg" else "")
        return ctx.dialect.percentile("x", percentile_of(self.metric), bind)

    def _each(
        self, ctx: Context, bind: Binder, span: Span, slots: Sequence[Bucket], by: list[Field]
    ) -> str:
        """Relation (slot, v0, v1, actor, x, given, numbers): what each person did.

        x is missing if none of a person's values is a number.
        """
        selection = select(ctx, self, self.event, absent=ANY)
        values = [selection.value(bind, field) for field in by] + ["0", "0"]
        fields, x, given = list(by), "1", "1"
        if self.property:
            fields.append(Field("property", self.property))
            raw = ctx.dialect.json_property(self.property, bind)
            x, given = ctx.dialect.as_number(raw), f"case when {raw} <> 'null' then 1 end"
        return f"""
            select slot, v0, v1, actor, {ctx.dialect.total("x")} as x,
                   count(given) as given, count(x) as numbers
            from (
                select {place(bind, span, slots)} as slot, {values[0]} as v0, {values[1]} as v1,
                       e.actor as actor, {x} as x, {given} as given
                from {selection.source(fields)}
                where {selection.where(bind, span)} and e.actor <> 0
            ) found
            where given is not null
            group by slot, v0, v1, actor"""

    def _numbered(self, ctx: Context, by: list[Field]) -> Selection | None:
        """Return the selection of events with a number, if it is not read from rows."""
        selection = select(ctx, self, self.event, absent=ANY)
        if self.property:
            selection = selection.narrowed([is_number(self.property)])
        return selection if selection.blocks.can(by) else None

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody included in the figure."""
        time = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        by = group_fields(ctx, self.breakdown, cell.group)
        if (numbered := self._numbered(ctx, by)) is not None:
            within = bucket_span(slot, span) if slot is not None else span
            return members_of_group(ctx, bind, numbered, within, self.breakdown, cell.group)
        each = self._each(ctx, bind, span, slots, by)
        tests = ["x is not null"]
        tests += [in_group(ctx, bind, f, f"v{i}", cell.group[i]) for i, f in enumerate(by)]
        if slot is not None:
            tests.append(f"slot = {bind(slot.index)}")
        return f"select distinct actor from ({each}) own where {' and '.join(tests)}"
