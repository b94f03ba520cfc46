"""Sessions: how many, how long, how they begin and end (definitions 4.8, 9.2, 9.3).

A session belongs to the day it started on; only `unique` counts it in every bucket it has events
in. Its length is the time from its first event to its last; those longer than a day have none.
Conditions select the sessions with an event that satisfies them. A session is in the group of the
first value of the breakdown's field; `unique` has a session in every group it has events of. Rows
of `sessions` are enough, but conditions, `top`, `unique` and values of a field read the events, as
they are in no set.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import Field as Limited
from pydantic import ValidationError, model_validator

from core.answers import Bin, Cell, Column, Histogram, Model, Table
from core.catalog.fields import Field
from core.catalog.selectors import ANY_ACTIVE
from core.errors import BadQuestion
from core.filters import Condition
from core.queries.common.assemble import Figures, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import (
    WHOLE,
    bucket_span,
    group_fields,
    in_group,
    label,
    people_by_slot,
    split,
)
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Rows, TimedQuestion, both_periods, find_bucket, frame
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.common.session_key import session_key
from core.queries.common.slots import slot_of, whole_days
from core.queries.session_days import by_days, by_ends, has_totals, started, totals, with_events
from core.queries.trend.trend import Trend
from core.sql.dialect import Binder, Statement
from core.timeframe import DAY, Bucket, Span

Metric = Literal[
    "volume", "unique", "top", "average", "per_user", "length", "bounce", "entry", "exit"
]
TITLES = {
    "volume": "Sessions started", "unique": "Sessions", "average": "Average session length",
    "per_user": "Sessions per user", "bounce": "Bounce rate", "length": "Session length",
    "top": "Sessions", "entry": "Entries", "exit": "Exits",
}  # fmt: skip
GROUPED = ("volume", "average", "bounce")
SERIES = {"volume": "sessions", "average": "seconds", "per_user": "number", "bounce": "percent"}
TABLES = ("top", "entry", "exit")
LENGTHS = (0, 3, 10, 30, 60, 180, 600, 1800, 3600, 86_400)
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
MOST_BINS = 500


class Bins(Model):
    """Bins of session lengths from `min` to below `max`: ten, or of a given size.

    Attributes:
        unit: the unit of min, max and size.
    """

    unit: Literal["seconds", "minutes", "hours"] = "seconds"
    min: float = Limited(ge=0, le=1e9)
    max: float = Limited(gt=0, le=1e9)
    size: float | None = Limited(default=None, gt=0)

    @model_validator(mode="after")
    def _sensible(self) -> Bins:
        if self.max <= self.min:
            raise BadQuestion("bins.max must be more than bins.min.", parameter="bins")
        if self.size and (self.max - self.min) / self.size > MOST_BINS:
            raise BadQuestion(
                f"bins.size gives more than {MOST_BINS} bins.",
                "Use a larger one.",
                parameter="bins",
            )
        return self

    def edges(self) -> list[float]:
        """Return the bounds of the bins, ascending, in the bins' unit; the last may be shorter."""
        size = self.size or (self.max - self.min) / 10
        found, step = [self.min], 1
        while self.min + step * size < self.max * (1 - 1e-12):
            found.append(self.min + step * size)
            step += 1
        return [*found, self.max]


def documented_bins(
    unit: str | None,
    least: float | str | None,
    most: float | str | None,
    size: float | str | None = None,
) -> Bins | None:
    """Return the bins of a Dashboard REST API request; None for the default ones.

    If anything is missing or invalid the default ones are used, as documented there; without a size
    there are ten.
    """
    if unit is None or least is None or most is None:
        return None
    try:
        given = {"unit": unit.lower(), "min": least, "max": most, "size": size}
        return Bins.model_validate(given)
    except (ValidationError, BadQuestion):
        return None


class Sessions(TimedQuestion):
    """How many sessions there were, how long they lasted, and how they began and ended.

    Attributes:
        metric: "volume": sessions started; "unique": sessions with events in the bucket; "top":
            sessions by `property`; "average": mean length in seconds; "per_user": sessions started
            per active person; "length": how many by length; "bounce": share of sessions with one
            event; "entry", "exit": the first or last event, or value of `property`.
        breakdown: one field for volume, average and bounce; up to two for unique.
        property: the field for "top" (default device_type), "entry" and "exit".
        bins: for "length"; by default 0, 3, 10, 30 s, 1, 3, 10, 30 min, 1 h, 1 day.
    """

    kind: Literal["sessions"] = "sessions"
    metric: Metric = "unique"
    property: str | None = None
    bins: Bins | None = None

    needs: ClassVar[str] = "events"

    @model_validator(mode="after")
    def _fitting(self) -> Sessions:
        fits = {
            "breakdown": self.metric == "unique" or self.metric in GROUPED,
            "compare": self.metric == "unique" or self.metric in SERIES,
            "property": self.metric in TABLES,
            "bins": self.metric == "length",
        }
        for name, fit in fits.items():
            if getattr(self, name) and not fit:
                raise BadQuestion(
                    f"{name} does not apply to sessions {self.metric}.", parameter=name
                )
        if len(self.breakdown) > 1 and self.metric != "unique":
            raise BadQuestion(
                f"breakdown of sessions {self.metric} takes one field.",
                "Ask by each in turn.",
                parameter="breakdown",
            )
        return self

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        if self.metric == "length":
            return (yield from self._lengths(ctx))
        if self.metric in TABLES:
            return (yield from self._table(ctx))
        time = frame(ctx, self)
        if self.metric == "unique" and (
            self.breakdown or not by_ends(ctx, select(ctx, self), time)
        ):
            return (yield from self._unique().ask(ctx)).model_copy(update={"title": "Sessions"})
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
            unit=SERIES.get(self.metric, "sessions"),
            additive=self.metric == "volume",
            empty=0 if self.metric in ("volume", "unique") else None,
        )

    def _unique(self) -> Trend:
        shared = set(TimedQuestion.model_fields) - {"kind"}
        fields = {name: getattr(self, name) for name in shared}
        return Trend(measure="sessions", event=ANY_ACTIVE, **fields)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people of these sessions; for bounces, of those with one event."""
        if self.metric == "unique":
            return self._unique().people(ctx, bind, cell)
        if self.metric in TABLES or self.metric == "length":
            return self._of_row(ctx, bind, cell)
        time = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        reach = span if slot is None else bucket_span(slot, span)
        test = {"bounce": "s.events = 1", "average": f"s.length <= {bind(DAY)}"}.get(self.metric)
        by = group_fields(ctx, self.breakdown, cell.group)
        tests = [test or "1 = 1"]
        tests += [in_group(ctx, bind, field, "s.v0", cell.group[0]) for field in by]
        sessions = self._grouped(ctx, bind, select(ctx, self), reach, by)
        return f"select distinct s.actor as actor from ({sessions}) s where {' and '.join(tests)}"

    def _of_row(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        if self.metric == "length":
            rows, field = self._binned(ctx, bind), None
        else:
            rows, field = self._valued(ctx, bind)
        test = "1 = 1"
        if cell.row is not None and field is not None:
            test = in_group(ctx, bind, field, "v0", cell.row)
        elif cell.row is not None:
            labels = [name for name, _, _ in self._bins()]
            if cell.row not in labels:
                raise BadQuestion(f"cell names no bin {cell.row!r}.", parameter="cell")
            test = f"v0 = {bind(labels.index(cell.row))}"
        return f"select distinct actor from ({rows}) where {test} and actor <> 0"

    # -- over time

    def _grouped(
        self, ctx: Context, bind: Binder, selection: Selection, span: Span, by: list[Field]
    ) -> str:
        """Relation (actor, key, start, day, length, events, v0) of sessions and their groups."""
        sessions = started(ctx, bind, selection, span)
        if by:
            return self._ends(ctx, bind, by[0], sessions, span)
        return f"select s.*, 0 as v0 from ({sessions}) s"

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        if not slots:
            return Figures()
        bind, selection = ctx.binder(), select(ctx, self)
        if self.metric == "unique":
            return collect(ctx, by, *(yield from with_events(ctx, selection, span, slots)))
        if not by and by_days(ctx, span, slots) and has_totals(ctx, selection):
            rows = yield totals(ctx, self.metric, span, slots)
            return (yield from self._figures(ctx, selection, span, slots, by, rows))
        if not whole_days(slots) and slots[-1].end < span.end:
            span = replace(span, end=slots[-1].end, whole_days=False)
        slot = slot_of(bind, slots, span.whole_days, day="s.day", instant="s.start")
        figure = {
            "average": f"avg(case when length <= {bind(DAY)} then length end) / 1000.0",
            "bounce": "avg(events = 1)",
        }.get(self.metric, "count(*)")
        rows = yield bind.statement(
            f"""
            with found as materialized (
                select {slot} as slot, s.v0, s.length, s.events
                from ({self._grouped(ctx, bind, selection, span, by)}) s
                where s.start < {bind(slots[-1].end)}
            )
            select slot, v0, 0, {figure} from found group by slot, v0
            union all
            select {WHOLE}, v0, 0, {figure} from found group by v0
            """,
            f"{TITLES[self.metric].lower()} from the sessions",
        )
        return (yield from self._figures(ctx, selection, span, slots, by, rows))

    def _figures(
        self,
        ctx: Context,
        selection: Selection,
        span: Span,
        slots: list[Bucket],
        by: list[Field],
        rows: Rows,
    ) -> Generator[Statement, Rows, Figures]:
        """Return the figures of rows (slot, v0, 0, figure); per user if that is asked."""
        whole, points = split(rows)
        if self.metric == "per_user":
            users = yield from people_by_slot(ctx, selection, span, slots, [])
            whole, points = _per_user(whole, users[0]), _per_user(points, users[1])
        return collect(ctx, by, whole, points)

    # -- lengths

    def _bins(self) -> list[tuple[str, float, float]]:
        """(label, start, end) of each bin, in seconds, half-open."""
        letter = self.bins.unit[0] if self.bins else "s"
        edges: list[float] = self.bins.edges() if self.bins else [float(n) for n in LENGTHS]
        size = UNITS[self.bins.unit] if self.bins else 1
        return [
            (f"{low:g}{letter}-{high:g}{letter}", low * size, high * size)
            for low, high in pairwise(edges)
        ]

    def _binned(self, ctx: Context, bind: Binder) -> str:
        """Relation (actor, v0): the number of the bin of each session."""
        bounds = [(n, round(a * 1000), round(b * 1000)) for n, (_, a, b) in enumerate(self._bins())]
        sessions = started(ctx, bind, select(ctx, self), ctx.span_to_today(self.range))
        whens = " ".join(f"when s.length < {bind(high)} then {n}" for n, _, high in bounds)
        return f"""
            select s.actor as actor, case {whens} end as v0
            from ({sessions}) s
            where s.length >= {bind(bounds[0][1])} and s.length < {bind(bounds[-1][2])}
              and s.length <= {bind(DAY)}"""

    def _lengths(self, ctx: Context) -> Ask:
        bind = ctx.binder()
        rows = yield bind.statement(
            f"""
            select v0, count(*), count(distinct actor)
            from ({self._binned(ctx, bind)})
            group by v0
            """,
            "sessions by length",
        )
        found = {v0: (count, people) for v0, count, people in rows}
        total = sum(count for count, _ in found.values())
        return Histogram(
            title=TITLES["length"],
            **dates(ctx.span_to_today(self.range)),
            unit="sessions",
            of="seconds",
            total=total,
            bins=tuple(
                Bin(
                    label=name,
                    start=low,
                    end=high,
                    count=found.get(n, (0, 0))[0],
                    people=found.get(n, (0, 0))[1],
                    share=found.get(n, (0, 0))[0] / total if total else None,
                )
                for n, (name, low, high) in enumerate(self._bins())
            ),
        )

    # -- by value

    def _valued(self, ctx: Context, bind: Binder) -> tuple[str, Field]:
        """Relation (actor, key, v0): the value of each session; for top, one row per value."""
        selection, span = select(ctx, self), ctx.span_to_today(self.range)
        key = session_key(ctx)
        if self.metric == "top":
            by = ctx.catalog.field(self.property or "device_type", "property")
            by = ctx.catalog.existing(self.property, "property") if self.property else by
            return (
                f"""
                select distinct actor, key, v0
                from (select e.actor as actor, {key} as key, {selection.value(bind, by)} as v0
                      from {selection.source([by])}
                      where {selection.where(bind, span)})
                where key is not null""",
                by,
            )
        sessions = started(ctx, bind, selection, span)
        if self.property is None:
            return (
                f"select s.actor as actor, s.key as key, s.{self.metric} as v0 from ({sessions}) s",
                ctx.catalog.field("event"),
            )
        by = ctx.catalog.existing(self.property, "property")
        return self._ends(ctx, bind, by, sessions, span), by

    def _ends(self, ctx: Context, bind: Binder, by: Field, sessions: str, span: Span) -> str:
        """Sessions with `v0`, the first value set in each; for exits the last one."""
        if by.kind == "event":
            end = "exit" if self.metric == "exit" else "entry"
            return f"select s.*, s.{end} as v0 from ({sessions}) s"
        order = "desc" if self.metric == "exit" else "asc"
        present = Selection(ctx, ctx.catalog.events.active).narrowed(
            [Condition(field=by.key, operator="is_set")]
        )
        everything = Selection(ctx)
        missing = "'(none)'" if by.is_text else "0"
        keyed = ctx.dialect.apart(f"""
            select {session_key(ctx)} as key, e.ts as ts, e.seq as seq,
                   {everything.value(bind, by)} as v0
            from {everything.source([by])}
            where {present.where(bind, None)} and e.ts >= {bind(span.start)}""")
        return f"""
            select s.actor as actor, s.key as key, s.start as start, s.day as day,
                   s.length as length, s.events as events, coalesce(f.v0, {missing}) as v0
            from ({sessions}) s
            left join (
                select key, v0 from (
                    select key, v0,
                           row_number() over (
                               partition by key order by ts {order}, seq {order}
                           ) as nth
                    from ({keyed})
                    where key is not null
                )
                where nth = 1
            ) f on f.key = s.key"""

    def _table(self, ctx: Context) -> Ask:
        bind = ctx.binder()
        rows, field = self._valued(ctx, bind)
        found = yield bind.statement(
            f"""
            with found as materialized ({rows})
            select 0 as whole, v0, count(distinct key), count(distinct actor)
            from found group by v0
            union all
            select 1, null, count(distinct key), 0 from found
            """,
            "sessions by value",
        )
        everything = sum(row[2] for row in found if row[0])
        named = [(label(ctx, field, v0), n, people) for whole, v0, n, people in found if not whole]
        named.sort(key=lambda row: (-row[1], row[0]))
        shown = named[: self.limit]
        return Table(
            title=f"{TITLES[self.metric]} by {field.key.removeprefix('properties.')}",
            **dates(ctx.span_to_today(self.range)),
            columns=(
                Column(name=field.key.removeprefix("properties.")),
                Column(name="sessions", type="count"),
                Column(name="users", type="count"),
                Column(name="share", type="percent"),
            ),
            rows=tuple((value, n, people, n / everything) for value, n, people in shown),
            keys=tuple(value for value, _, _ in shown),
            people_column="users",
            truncated=len(named) > self.limit,
        )


def _per_user(sessions: Rows, users: Rows) -> Rows:
    """Divide the last column of session rows by that of the matching user rows."""
    above: dict[Any, int] = {tuple(row[:-1]): row[-1] for row in sessions}
    return [(*row[:-1], above.get(tuple(row[:-1]), 0) / row[-1]) for row in users if row[-1]]
