"""Events over time: how many, by whom, in how many sessions, or a figure of a property.

Definitions 4.2, 4.4, 4.5, 8.1, 8.2. Counts, people and their ratios come from the stored sets if
possible; sessions and property figures need the events. Every figure can be computed over a rolling
or growing window, without changing that of the whole range.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import field_validator, model_validator

from core.answers import Cell
from core.catalog.fields import Field
from core.catalog.revenue import AMOUNT, SELECTORS, field_of, names_it
from core.catalog.selectors import ANY, in_title
from core.errors import BadQuestion
from core.filters import Condition
from core.queries.common.added_up import Currency, currencies
from core.queries.common.assemble import Figure, Figures, Group, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import (
    bucket_span,
    group_fields,
    in_group,
    members_of_group,
    people_by_slot,
)
from core.queries.common.measured import PERCENTILE, bare, known_measure
from core.queries.common.question import (
    NOBODY,
    Ask,
    Rows,
    asked_in_units,
    both_periods,
    find_bucket,
    frame,
)
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.trend.fields import HISTOGRAMS, TrendFields
from core.queries.trend.scan import DIFFERENT, ITEMS, Scan
from core.queries.trend.windows import (
    Windows,
    averaged,
    check_length,
    cumulative,
    people_statement,
    rolling,
    summed,
)
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket, Span
from core.words.counted import many, one, title

MEASURES = (
    "count", "users", "sessions", "average", "pct_dau", "sum", "avg", "min", "max", "median",
    "distinct", "histogram", "frequency", "distinct_per_user", "items", "distinct_items",
    "session_events",
)  # fmt: skip
ALSO = {"uniques": "users", "totals": "count", "mean": "avg"}
"""Other names of measures."""

UNITS = {
    "count": "events", "users": "users", "sessions": "sessions", "average": "number",
    "pct_dau": "percent", "frequency": "users", "session_events": "events",
}  # fmt: skip
"""Measures that need no property -> the unit of their figures."""

ADDING = ("sum", "avg", "min", "max", "median")
"""Measures that aggregate the numbers of a property, as percentiles do."""

WINDOWS = ("rolling_window", "rolling_average", "cumulative")

ZERO = (
    "count",
    "users",
    "sessions",
    "sum",
    "distinct",
    "items",
    "distinct_items",
    "session_events",
)
"""Measures that are 0 if there is nothing; the others are undefined."""


class Trend(TrendFields):
    """One event, or any, over time.

    Attributes:
        event: the name of an event; None means any event.
        measure: count (with a `property`, of the events with a numeric value), users, sessions;
            average (events per user, without those of nobody); pct_dau (users of the event as a
            share of all active ones, which conditions on people and segments narrow too); sum, avg,
            min, max, median or a percentile (p90) of `property`; distinct, the number of its
            distinct values, and distinct_per_user, the mean of that over people with any; items and
            distinct_items, the elements of its lists, event by event; session_events, all events of
            the sessions that contain one. histogram (of `property`) and frequency (people by how
            often) give a Histogram over the range.
        property: the measured property, with or without "properties."; "revenue:amount" is the
            events' revenue (core.catalog.revenue).
        counting: a field whose values are counted in place of people.
        rolling_window: the measure over so many buckets up to each one.
        rolling_average: the mean of so many buckets' figures, undefined if one of them is.
        cumulative: the measure from the start of the range to the end of each bucket.
    """

    kind: Literal["trend"] = "trend"

    @field_validator("measure")
    @classmethod
    def _known_measure(cls, word: str) -> str:
        return known_measure(word, MEASURES, ALSO)

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str | None) -> str | None:
        return name and bare(name)

    @model_validator(mode="after")
    def _complete(self) -> Trend:
        if self.measure not in UNITS and not self.property:
            raise BadQuestion(
                f"measure {self.measure} needs a property.",
                f"For example {self.measure}(purchase.amount).",
                parameter="property",
            )
        return self

    @model_validator(mode="after")
    def _revenue_is_a_number(self) -> Trend:
        if self.property == AMOUNT and self.measure in (*ITEMS, *DIFFERENT):
            raise BadQuestion(
                f"measure {self.measure} does not apply to {AMOUNT}, which is a number.",
                "Allowed: sum, avg, min, max, median, p90, count, histogram.",
                parameter="measure",
            )
        return self

    @model_validator(mode="after")
    def _one_window(self) -> Trend:
        if self.measure in HISTOGRAMS:
            from core.queries.trend.histograms import check_alone

            check_alone(self)
        given = [name for name in WINDOWS if getattr(self, name)]
        if len(given) > 1:
            raise BadQuestion(f"{given[0]} and {given[1]} cannot be combined.", parameter=given[1])
        if given and self.measure == "session_events":
            raise BadQuestion(f"measure session_events takes no {given[0]}.", parameter=given[0])
        self._fits(self.granularity)
        return self

    def _fits(self, unit: str) -> None:
        for name in ("rolling_window", "rolling_average"):
            check_length(name, getattr(self, name) or 0, unit)

    def title(self) -> str:
        """The title: what is counted."""
        if self.rolling_window:
            return f"{self._counted()}, rolling window of {self.rolling_window}"
        if self.rolling_average:
            return f"{self._counted()}, rolling average of {self.rolling_average}"
        return f"{self._counted()}, cumulative" if self.cumulative else self._counted()

    def _counted(self) -> str:
        name = self.event or "Any event"
        if self.measure == "count":
            return f"{name} with {self.property}" if self.property else name
        if self.measure == "average":
            return f"{name} per {one(self)}"
        if self.measure == "pct_dau":
            return f"Share of active {many(self)} with {name if self.event else 'any event'}"
        words = self.measure.replace("_", " ")
        if self.measure == "users":
            return f"{title(self)} of {name}"
        if self.measure in UNITS:
            return f"{words.capitalize()} of {name}"
        if self.property == AMOUNT:
            return f"{words} of {'' if name in SELECTORS else 'the revenue of '}{name}"
        return f"{words} of {name} {self.property}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        if self.property and self.property != AMOUNT:
            ctx.catalog.existing(field_of(self.property), "property")
        if self.measure in HISTOGRAMS:
            from core.queries.trend import histograms

            return (yield from histograms.ask(ctx, self, self.title()))
        time = frame(ctx, self)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        self._fits(time.unit)
        now, before = yield from both_periods(
            time, partial(self._period, ctx, by=by, unit=time.unit)
        )
        money = Currency()
        if self.property and self._adds_up():
            selection = select(ctx, self, self.event, absent=ANY)
            money = yield from currencies(ctx, selection, time.span, self.property, by)
        return assemble(
            ctx,
            self,
            time,
            by,
            now,
            before,
            title=in_title(ctx.catalog, self.title(), self.event),
            money=money,
            unit=UNITS.get(self.measure, "number"),
            additive=self.measure in ("count", "sum") and not self._windowed(),
            overlapping=self._windowed(),
            empty=self._empty(),
        )

    def _adds_up(self) -> bool:
        return self.measure in ADDING or PERCENTILE.fullmatch(self.measure) is not None

    def _windowed(self) -> bool:
        return any(getattr(self, name) for name in WINDOWS)

    def _empty(self) -> Figure:
        return 0 if self.measure in ZERO else None

    def _windows(self, ctx: Context, span: Span, slots: list[Bucket], unit: str) -> Windows | None:
        length = self.rolling_window or self.rolling_average
        if length and slots:
            return rolling(ctx, span, slots, unit, length)
        return cumulative(span, slots) if self.cumulative and slots else None

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field], unit: str
    ) -> Generator[Statement, Rows, Figures]:
        view = self._windows(ctx, span, slots, unit)
        if view and not self.rolling_average and self._scan(ctx, by).at_once(view):
            return (yield from self._figures(ctx, view.span, view.base, by, view))
        found = yield from self._figures(ctx, span, slots, by)
        if view and self.rolling_average:
            wide = yield from self._figures(ctx, view.span, view.base, by)
            groups = {*wide.points, ()} if not by else wide.points
            found.points = {
                group: averaged(wide.points.get(group, {}), view, self._empty()) for group in groups
            }
        elif view:
            wide = yield from self._figures(ctx, view.span, view.base, by, view)
            found.points = wide.points
        return found

    def _figures(
        self,
        ctx: Context,
        span: Span,
        slots: list[Bucket],
        by: list[Field],
        view: Windows | None = None,
    ) -> Generator[Statement, Rows, Figures]:
        """Yield statements for figures per bucket and of the span; with a view, per window, with
        unused totals.
        """
        selection = select(ctx, self, self.event, absent=ANY)
        if self.measure == "users":
            return (yield from _users(ctx, selection, span, slots, by, view))
        if self.measure in ("average", "pct_dau"):
            return (yield from self._ratio(ctx, selection, span, slots, by, view))
        if self.measure == "count" and not self.property:
            totals, points = yield from self._counts(ctx, selection, span, slots, by)
            return collect(ctx, by, totals, summed(points, view) if view else points)
        return (yield from self._scan(ctx, by).ask(ctx, span, slots, view))

    def _scan(self, ctx: Context, by: list[Field]) -> Scan:
        selection = select(ctx, self, self.event, absent=ANY)
        measure = "numbers" if self.measure == "count" and self.property else self.measure
        return Scan(selection, measure, self.property or "", by, names_it(self.event))

    def _ratio(
        self,
        ctx: Context,
        selection: Selection,
        span: Span,
        slots: list[Bucket],
        by: list[Field],
        view: Windows | None,
    ) -> Generator[Statement, Rows, Figures]:
        users = yield from _users(ctx, selection, span, slots, by, view)
        if self.measure == "average":
            totals, points = yield from self._known(ctx, selection, span, slots, by)
            counts = collect(ctx, by, totals, summed(points, view) if view else points)
            return _divided(counts, users, list(users.totals))
        everybody = replace(selection, events=ctx.catalog.events.active, clauses=(), matching=())
        active = yield from _users(ctx, everybody, span, slots, [], view)
        groups = list({**users.totals, **users.points} if by else {(): None})
        of_active = Figures(
            {group: active.totals.get((), 0) for group in (users.totals if by else groups)},
            {group: active.points.get((), {}) for group in groups},
        )
        return _divided(users, of_active, groups)

    def _counts(
        self, ctx: Context, selection: Selection, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, tuple[Rows, Rows]]:
        if not slots:
            return [], []
        blocks = selection.blocks
        if selection.counted_apart(span, slots, by) and blocks.can(by):
            counted = ctx.counted(span)
            points = yield from blocks.ask(
                "block_figures", counted, slots, by, "events per bucket", figures=["rows"]
            )
            return _whole(points), points
        bind = ctx.binder()
        points = yield bind.statement(
            f"select slot, v0, v1, total from ({selection.sets(bind, span, slots=slots, by=by)})",
            "events per bucket",
        )
        return _whole(points), points

    def _known(
        self, ctx: Context, selection: Selection, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, tuple[Rows, Rows]]:
        """The counts without those of nobody, which figures per user leave out."""
        _, points = yield from self._counts(ctx, selection, span, slots, by)
        _, unknown = yield from self._counts(ctx, selection.of_nobody, span, slots, by)
        counts = {(slot, v0, v1): total for slot, v0, v1, total in points}
        for *key, total in unknown:
            counts[tuple(key)] = counts.get(tuple(key), 0) - total
        points = [(*key, total) for key, total in counts.items()]
        return _whole(points), points

    def _measured(self) -> tuple[Condition, ...]:
        """The conditions for an event to be measured."""
        if self.measure in UNITS:
            return ()
        return (Condition(field=field_of(self.property or ""), operator="is_set"),)

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody with a measured event in the bucket or window, in one group."""
        if self.measure in HISTOGRAMS:
            from core.queries.trend import histograms

            return histograms.people(ctx, self, bind, cell)
        time = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        if time.is_unknown(slot, slots):
            return NOBODY
        if slot is not None:
            view = self._windows(ctx, span, slots, time.unit)
            span = view.stretch(slot.index) if view else bucket_span(slot, span)
        if self.measure == "count" and self.property:
            by = group_fields(ctx, self.breakdown, cell.group)
            found = self._scan(ctx, by).numbered(ctx, bind, span)
            tests = [in_group(ctx, bind, f, f"v{i}", cell.group[i]) for i, f in enumerate(by)]
            return f"select distinct actor from ({found}) where {' and '.join(tests) or '1 = 1'}"
        selection = select(ctx, self, self.event, self._measured(), absent=ANY)
        return members_of_group(ctx, bind, selection, span, self.breakdown, cell.group)


def _whole(points: Rows) -> Rows:
    """Rows (v0, v1, number) of a span, from those of its buckets."""
    sums: dict[tuple[object, object], int] = {}
    for _, v0, v1, total in points:
        sums[v0, v1] = sums.get((v0, v1), 0) + total
    return [(v0, v1, total) for (v0, v1), total in sums.items()]


def _users(
    ctx: Context,
    selection: Selection,
    span: Span,
    slots: list[Bucket],
    by: list[Field],
    view: Windows | None,
) -> Generator[Statement, Rows, Figures]:
    if view:
        return collect(ctx, by, (), (yield people_statement(ctx, selection, view, by)))
    totals, points = yield from people_by_slot(ctx, selection, span, slots, by)
    return collect(ctx, by, totals, points)


def _divided(above: Figures, below: Figures, groups: Iterable[Group]) -> Figures:
    """One figure divided by another where that is not 0; a missing numerator is 0."""
    found = Figures()
    for group in {**below.points, **dict.fromkeys(groups)}:
        own = above.points.get(group, {})
        found.points[group] = {
            slot: (own.get(slot) or 0) / n for slot, n in below.points.get(group, {}).items() if n
        }
    for group, n in below.totals.items():
        found.totals[group] = (above.totals.get(group) or 0) / n if n else None
    return found
