"""Events over time: how many, by whom, in how many sessions, or a figure of a property.

Semantics 4.2, 4.4, 4.5, 8.1. Counts and people come from the stored sets where these can answer;
sessions and property figures need the events.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Literal

from pydantic import field_validator, model_validator

from core.answers import Cell
from core.engines.dialect import Binder, Statement
from core.errors import BadQuestion, did_you_mean
from core.filters import Condition
from core.queries.active_users import (
    WHOLE,
    bucket_span,
    members_of_group,
    people_by_slot,
    split,
)
from core.queries.base import Ask, Context, Rows, TimedQuestion, find_bucket, frame
from core.queries.names import Field
from core.queries.select import (
    Selection,
    day_runs,
    select,
    slot_expression,
    whole_days,
)
from core.queries.series import Figures, assemble, collect
from core.timeframe import Bucket, Span, runs

MEASURES = ("count", "users", "sessions", "sum", "avg", "min", "max", "median")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
UNITS = {"count": "events", "users": "users", "sessions": "sessions"}


class Trend(TimedQuestion):
    """One event, or any, over time.

    Attributes:
        event: its name; None is any event.
        measure: count, users, sessions; sum, avg, min, max, median or a percentile (p90) of
            `property`.
        property: the measured property, with or without "properties.".
    """

    kind: Literal["trend"] = "trend"
    event: str | None = None
    measure: str = "count"
    property: str | None = None

    @field_validator("measure")
    @classmethod
    def _known_measure(cls, word: str) -> str:
        folded = {"uniques": "users", "totals": "count", "mean": "avg"}.get(word, word)
        if folded not in MEASURES and not PERCENTILE.fullmatch(folded):
            raise BadQuestion(
                f"measure {word!r} is not known.",
                did_you_mean(word, MEASURES) or f"Allowed: {', '.join(MEASURES)}, p90.",
                parameter="measure",
            )
        return folded

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str | None) -> str | None:
        return name.removeprefix("properties.") if name else name

    @model_validator(mode="after")
    def _complete(self) -> Trend:
        if self.measure not in UNITS and not self.property:
            raise BadQuestion(
                f"measure {self.measure} needs a property.",
                f"For example {self.measure}(purchase.amount).",
                parameter="property",
            )
        return self

    def title(self) -> str:
        """What is counted, in words."""
        name = self.event or "Any event"
        if self.measure == "count":
            return name
        if self.measure in UNITS:
            return f"{self.measure.capitalize()} of {name}"
        return f"{self.measure} of {name} {self.property}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        time = frame(ctx, self)
        if self.property:
            ctx.names.existing(f"properties.{self.property}", "property")
        by = [ctx.names.existing(name) for name in self.breakdown]
        now = yield from self._period(ctx, time.span, time.buckets, by)
        before = None
        if time.compared:
            before = yield from self._period(ctx, time.compared, time.compared_buckets, by)
        return assemble(
            ctx, self, time, by, now, before,
            title=self.title(),
            unit=UNITS.get(self.measure, "number"),
            additive=self.measure in ("count", "sum"),
            empty=0 if self.measure in (*UNITS, "sum") else None,
        )  # fmt: skip

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        selection = select(ctx, self, self.event)
        if self.measure == "users":
            totals, points = yield from people_by_slot(ctx, selection, span, slots, by)
        elif self.measure == "count":
            totals, points = yield from self._counts(ctx, selection, span, slots, by)
        else:
            totals, points = split((yield self._scan(ctx, selection, span, slots, by)))
        found = collect(ctx, by, totals, points)
        if self.measure not in (*UNITS, "sum"):
            found.rank = {group: value or 0 for group, value in found.totals.items()}
        return found

    def _counts(
        self, ctx: Context, selection: Selection, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, tuple[Rows, Rows]]:
        if not slots:
            return [], []
        bind = ctx.binder()
        points = yield bind.statement(
            f"select slot, v0, v1, total from ({selection.sets(bind, span, slots=slots, by=by)})",
            "events per bucket",
        )
        sums: dict[tuple[object, object], int] = {}
        for _, v0, v1, total in points:
            sums[v0, v1] = sums.get((v0, v1), 0) + total
        return [(v0, v1, total) for (v0, v1), total in sums.items()], points

    def _scan(
        self, ctx: Context, selection: Selection, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Statement:
        bind = ctx.binder()
        slot = "0"
        if slots and whole_days(slots) and span.whole_days:
            slot = slot_expression(bind, "e.day", day_runs(slots))
        elif slots:
            slot = slot_expression(bind, "e.ts", list(runs(slots)))
        values = [selection.value(bind, field) for field in by] + ["0", "0"]
        fields = [Field("property", self.property or "")] if self.property else []
        figure = (
            ctx.dialect.session_key()
            if self.measure == "sessions"
            else ctx.dialect.as_number(ctx.dialect.json_property(self.property or "", bind))
        )
        aggregate = self._aggregate(ctx, bind)
        return bind.statement(
            f"""
            with found as materialized (
                select {slot} as slot, {values[0]} as v0, {values[1]} as v1, {figure} as x
                from {selection.source([*by, *fields])}
                where {selection.where(bind, span)}
            )
            select slot, v0, v1, {aggregate} as figure
            from found
            group by slot, v0, v1
            union all
            select {WHOLE}, v0, v1, {aggregate}
            from found
            group by v0, v1
            """,
            f"{self.measure} from the events",
        )

    def _aggregate(self, ctx: Context, bind: Binder) -> str:
        if self.measure == "sessions":
            return "count(distinct x)"
        if self.measure == "sum":
            return "coalesce(sum(x), 0)"
        if self.measure in ("avg", "min", "max"):
            return f"{self.measure}(x)"
        p = 50.0 if self.measure == "median" else float(self.measure[1:])
        return ctx.dialect.percentile("x", p / 100, bind)

    def _measured(self) -> tuple[Condition, ...]:
        """What an event must have to be measured."""
        if self.measure in UNITS:
            return ()
        return (Condition(field=f"properties.{self.property}", operator="is_set"),)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody with a measured event in the bucket, of one group."""
        time = frame(ctx, self)
        span = time.compared if cell.previous and time.compared else time.span
        slots = time.compared_buckets if cell.previous else time.buckets
        slot = find_bucket(slots, cell.bucket)
        if slot is not None:
            span = bucket_span(slot, span)
        selection = select(ctx, self, self.event, self._measured())
        return members_of_group(ctx, bind, selection, span, self.breakdown, cell.group)
