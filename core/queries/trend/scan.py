"""Figures of a trend that need the events themselves: of a property, of sessions.

A window's figure is combined from those of its buckets if that gives the same (sums, means, minima
and maxima); distinct things are counted by when they enter and leave the window; percentiles and
values per user consider everything in each window.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from core.catalog.fields import Field
from core.catalog.revenue import AMOUNT, field_of
from core.queries.common.added_up import no_numbers
from core.queries.common.assemble import Figure, Figures, collect
from core.queries.common.context import Context
from core.queries.common.groups import WHOLE, split
from core.queries.common.measured import percentile_of
from core.queries.common.question import Rows
from core.queries.common.revenue import amount
from core.queries.common.selection import Selection
from core.queries.common.session_key import session_key
from core.queries.common.slots import slot_of
from core.queries.trend.windows import Windows
from core.sql.dialect import Binder, Dialect, Statement
from core.sums import total
from core.timeframe import Bucket, Span

DIFFERENT = ("sessions", "distinct", "distinct_per_user")
"""Measures that count distinct things."""

ITEMS = ("items", "distinct_items")
"""Measures that count the elements of a property, event by event."""


class Scan(NamedTuple):
    """What is measured, and of which events.

    Attributes:
        measure: as in Trend; "numbers" is its count of a property.
        property: without "properties."; "" if the measure needs none; revenue.AMOUNT is the events'
            revenue.
        named: whether the question names its events as revenue.
        by: breakdown fields.
        at: writes SQL for the slot of an event `e` if slots are not buckets.
    """

    selection: Selection
    measure: str
    property: str
    by: Sequence[Field]
    named: bool = False
    at: Callable[[Binder], str] | None = None

    def at_once(self, view: Windows) -> bool:
        """Whether windows and the range are combined from the same buckets."""
        return self.measure in FOLDS and view.whole is not None

    def ask(
        self, ctx: Context, span: Span, slots: list[Bucket], view: Windows | None
    ) -> Generator[Statement, Rows, Figures]:
        """Yield statements for figures per bucket, or per window with a view, and of the span.

        The totals are those of the series' range if `at_once`; else they are meaningless.
        """
        fold = FOLDS.get(self.measure)
        if fold is None:
            if view and self.measure in ("sessions", "distinct") and not self._words(fold):
                rows = yield self._changes(ctx, span, slots, view)
                return collect(ctx, self.by, [], running(rows, view))
            rows = yield from self._read(ctx, span, slots, view, fold)
            totals, points = split([row[:-2] for row in rows])
            found = collect(ctx, self.by, totals, points)
            found.notes += self._notes([row[-2:] for row in rows if row[0] == WHOLE])
            return found
        rows = yield from self._read(ctx, span, slots, view, fold)
        points = [row for row in rows if row[0] is not None]
        shown = merged(points, view, fold) if view else _finished(points, fold)
        if view and not view.growing and view.whole is not None:
            rows = [row for row in points if row[0] >= view.whole]
        found = collect(ctx, self.by, _together(rows, fold), shown)
        found.notes += self._notes([row[-2:] for row in rows])
        return found

    def _read(
        self,
        ctx: Context,
        span: Span,
        slots: list[Bucket],
        view: Windows | None,
        fold: Fold | None,
    ) -> Generator[Statement, Rows, Rows]:
        """Return rows (slot, v0, v1, figures..., values, numbers), from blocks if they can say it.

        The figures are the aggregates of a fold; without one those of windows and of the span.
        """
        words = self._words(fold)
        if not words:
            if fold is not None:
                return (yield self._parts(ctx, span, slots, fold))
            return (yield self._statement(ctx, span, slots, view))
        rows = yield from self.selection.blocks.ask(
            "block_figures",
            span,
            slots,
            self.by,
            self.measure.replace("_", " "),
            figures=[*words, "given", "count"],
            measured=self._measured(),
            windows=view.windows if view and fold is None else None,
            whole=fold is None,
        )
        return [row for row in rows if row[0] is not None or fold is not None]

    def _measured(self) -> Field:
        return self.selection.ctx.catalog.field(field_of(self.property), "property")

    def _words(self, fold: Fold | None) -> tuple[Any, ...]:
        """The figures of blocks that are read; none if rows are."""
        if not self.property or self.at is not None or self.measure == "sessions":
            return ()
        if fold is not None:
            words: tuple[Any, ...] = fold.words
        elif self.measure in DIFFERENT:
            words = (self.measure,)
        else:
            words = (["percentile", percentile_of(self.measure)],)
        measured = self._measured()
        apart = [measured] if self.measure in DIFFERENT else []
        return words if self.selection.blocks.can([*self.by, *apart], measured) else ()

    def _parts(self, ctx: Context, span: Span, slots: list[Bucket], fold: Fold) -> Statement:
        """Rows (slot, v0, v1, aggregates..., values, numbers): the parts of every figure."""
        bind, d = ctx.binder(), ctx.dialect
        return bind.statement(
            f"""
            select slot, v0, v1, {", ".join(column(d) for column in fold.columns)},
                   count(given), count(x)
            from ({self._found(ctx, bind, span, slots)}) found
            group by slot, v0, v1
            """,
            f"{self.measure.replace('_', ' ')} from the events",
        )

    def _notes(self, counted: Rows) -> tuple[str, ...]:
        """Notes on values, counted together with the numbers among them."""
        nothing = self.property == AMOUNT or self.measure in (*DIFFERENT, *ITEMS, "session_events")
        if not counted or nothing:
            return ()
        values, numbers = (sum(counts) for counts in zip(*counted, strict=True))
        return no_numbers(self.property, values - numbers, values)

    def _statement(
        self,
        ctx: Context,
        span: Span,
        slots: list[Bucket],
        view: Windows | None,
    ) -> Statement:
        bind = ctx.binder()
        found = self._found(ctx, bind, span, slots)
        placed = self._placed(ctx, bind, view) if view else "found"
        figure = self._aggregate(ctx, bind)
        return bind.statement(
            f"""
            with found as materialized ({found})
            select slot, v0, v1, {figure}, count(given), count(x)
            from {placed}
            group by slot, v0, v1
            union all
            select {WHOLE}, v0, v1, {figure}, count(given), count(x)
            from found
            group by v0, v1
            """,
            f"{self.measure.replace('_', ' ')} from the events",
        )

    def numbered(self, ctx: Context, bind: Binder, span: Span) -> str:
        """Relation (v0, v1, actor) of the events with a numeric value, without those of nobody."""
        found = self._found(ctx, bind, span, [])
        return f"select v0, v1, actor from ({found}) where x is not null and actor <> 0"

    def _changes(self, ctx: Context, span: Span, slots: list[Bucket], view: Windows) -> Statement:
        """Rows (slot, v0, v1, change): by how much the number of things in a window changes.

        A thing enters when it is seen, and leaves after a window's length unless it is seen again
        before.
        """
        bind = ctx.binder()
        length = bind(len(view.base) if view.growing else view.length)
        following = f"{ctx.dialect.lag('slot')} over (partition by v0, v1, x order by slot desc)"
        return bind.statement(
            f"""
            with seen as (
                select distinct slot, v0, v1, x
                from ({self._found(ctx, bind, span, slots)}) found
                where x is not null
            ),
            stays as materialized (
                select slot, v0, v1, {following} as following
                from seen
            )
            select slot, v0, v1, sum(change) as change
            from (
                select slot, v0, v1, 1 as change
                from stays
                union all
                select case when following < slot + {length} then following
                            else slot + {length} end as slot,
                       v0, v1, -1 as change
                from stays
            ) moves
            group by slot, v0, v1
            """,
            f"different {'sessions' if self.measure == 'sessions' else 'values'} of each window",
        )

    def _found(self, ctx: Context, bind: Binder, span: Span, slots: list[Bucket]) -> str:
        """Relation (slot, v0, v1, actor, x, given): a row per event.

        `given` is set if a property that is added up has a value, whether a number or not.
        """
        if self.measure == "session_events":
            return self._in_sessions(ctx, bind, span, slots)
        values = [self.selection.value(bind, field) for field in self.by] + ["0", "0"]
        fields = [ctx.catalog.field(field_of(self.property), "property")] if self.property else []
        who = "e.actor" if self.measure in ("distinct_per_user", "numbers") else "0"
        slot = self.at(bind) if self.at else place(bind, span, slots)
        return f"""
                select {slot} as slot, {values[0]} as v0, {values[1]} as v1,
                       {who} as actor, {self._figure(ctx, bind)} as x,
                       {self._given(ctx, bind)} as given
                from {self.selection.source([*self.by, *fields])}
                where {self.selection.where(bind, span)}"""

    def _in_sessions(self, ctx: Context, bind: Binder, span: Span, slots: list[Bucket]) -> str:
        """A row per event of the sessions that contain a selected one, once per group of these.

        Every event is looked up among the sessions, of which there may be many.
        """
        key = session_key(ctx)
        everything = Selection(ctx, members=self.selection.members)
        values = [self.selection.value(bind, field) for field in self.by] + ["0", "0"]
        return f"""
                select a.slot as slot, h.v0 as v0, h.v1 as v1, a.actor as actor, 1 as x,
                       null as given
                from (
                    select {place(bind, span, slots)} as slot, e.actor as actor, {key} as session
                    from {everything.source()}
                    where {everything.where(bind, span)}
                ) a
                cross join (
                    select distinct {values[0]} as v0, {values[1]} as v1, {key} as session
                    from {ctx.dialect.many(self.selection.source(self.by))}
                    where {self.selection.where(bind, span)}
                ) h
                where h.session = a.session"""

    def _placed(self, ctx: Context, bind: Binder, view: Windows) -> str:
        """Relation (slot, v0, v1, actor, x): the found things, by window."""
        each = "found"
        if self.measure in DIFFERENT:
            each = """(
                    select distinct slot, v0, v1, actor, x, given from found where x is not null)"""
        windows = ctx.dialect.rows(bind.rows(view.windows), ["slot", "lo", "hi"])
        return f"""(
                select w.slot as slot, f.v0 as v0, f.v1 as v1, f.actor as actor, f.x as x,
                       f.given as given
                from {windows} w
                join {each} f on f.slot between w.lo and w.hi
            ) windowed"""

    def _figure(self, ctx: Context, bind: Binder) -> str:
        """SQL of the value of an event that is aggregated; NULL if it has none."""
        d = ctx.dialect
        if self.measure == "sessions":
            return session_key(ctx)
        if self.property == AMOUNT:
            return amount(ctx, bind, named=self.named)
        raw = d.json_property(self.property, bind)
        if self.measure in ITEMS:
            return d.items(raw, different=self.measure == "distinct_items")
        if self.measure in DIFFERENT:
            nobody = "e.actor = 0 or " if self.measure == "distinct_per_user" else ""
            return f"""case when {nobody}{raw} is null or {raw} = 'null' then null
                            else {d.json_label(raw)} end"""
        return d.as_number(raw)

    def _given(self, ctx: Context, bind: Binder) -> str:
        if self.property in ("", AMOUNT) or self.measure in (*DIFFERENT, *ITEMS):
            return "null"
        raw = ctx.dialect.json_property(self.property, bind)
        return f"case when {raw} <> 'null' then 1 end"

    def _aggregate(self, ctx: Context, bind: Binder) -> str:
        if self.measure == "distinct_per_user":
            return """count(distinct actor || ':' || x) * 1.0
                / nullif(count(distinct case when x is not null then actor end), 0)"""
        if self.measure in DIFFERENT:
            return "count(distinct x)"
        return ctx.dialect.percentile("x", percentile_of(self.measure), bind)


class Fold(NamedTuple):
    """A figure that can be combined from those of parts of a period.

    Attributes:
        columns: write SQL aggregates over `x` of one bucket.
        merge: combines the aggregates of several buckets.
        figure: the figure to show.
        words: the same aggregates of blocks (`core.blocks.functions.figures`); none if they have
            none.
    """

    columns: tuple[Callable[[Dialect], str], ...]
    merge: Callable[[list[tuple[Any, ...]]], tuple[Any, ...]]
    figure: Callable[[tuple[Any, ...]], Figure]
    words: tuple[str, ...] = ()


def _present(column: int, parts: list[tuple[Any, ...]]) -> list[Any]:
    return [part[column] for part in parts if part[column] is not None]


def _is(column: str) -> tuple[Callable[[Dialect], str]]:
    return (lambda d: column,)


def _total(d: Dialect) -> str:
    return d.total("x")


_COUNTED = Fold(
    _is("sum(x)"), lambda parts: (sum(_present(0, parts)),), lambda found: found[0] or 0
)
FOLDS = {
    "sum": Fold((_total,), lambda parts: (total(_present(0, parts)),), _COUNTED.figure, ("sum",)),
    "numbers": Fold(_is("count(x)"), _COUNTED.merge, _COUNTED.figure, ("count",)),
    "items": _COUNTED,
    "distinct_items": _COUNTED,
    "session_events": _COUNTED,
    "avg": Fold(
        (_total, *_is("count(x)")),
        lambda parts: (total(_present(0, parts)), sum(_present(1, parts))),
        lambda found: found[0] / found[1] if found[1] else None,
        ("sum", "count"),
    ),
    "min": Fold(
        _is("min(x)"),
        lambda parts: (min(_present(0, parts), default=None),),
        lambda found: found[0],
        ("min",),
    ),
    "max": Fold(
        _is("max(x)"),
        lambda parts: (max(_present(0, parts), default=None),),
        lambda found: found[0],
        ("max",),
    ),
}
"""Measure -> how its figures are combined."""


def merged(points: Rows, view: Windows, fold: Fold) -> Rows:
    """Combine rows of `Scan._parts`, which have a position in the base, over each window.

    Windows without any row of a group have none.
    """
    found: dict[tuple[Any, Any], dict[int, tuple[Any, ...]]] = {}
    for where, v0, v1, *parts, _, _ in points:
        found.setdefault((v0, v1), {})[where] = tuple(parts)
    rows: Rows = []
    for (v0, v1), own in found.items():
        for slot, low, high in view.windows:
            parts = [own[n] for n in range(low, high + 1) if n in own]
            if parts:
                rows.append((slot, v0, v1, fold.figure(fold.merge(parts))))
    return rows


def running(changes: Rows, view: Windows) -> Rows:
    """Add up rows (position in base, v0, v1, change) to the number at the end of each window."""
    found: dict[tuple[Any, Any], dict[int, int]] = {}
    for where, v0, v1, change in changes:
        found.setdefault((v0, v1), {})[where] = change
    rows: Rows = []
    for (v0, v1), own in found.items():
        sums = list(accumulate(own.get(n, 0) for n in range(len(view.base))))
        rows += [(slot, v0, v1, sums[high]) for slot, _, high in view.windows]
    return rows


def _finished(rows: Rows, fold: Fold) -> Rows:
    return [(*row[:3], fold.figure(row[3:-2])) for row in rows]


def _together(rows: Rows, fold: Fold) -> Rows:
    """Return (v0, v1, figure) over all rows of a group in `Scan._parts`."""
    found: dict[tuple[Any, Any], list[tuple[Any, ...]]] = {}
    for _, v0, v1, *parts, _, _ in rows:
        found.setdefault((v0, v1), []).append(tuple(parts))
    return [(*group, fold.figure(fold.merge(parts))) for group, parts in found.items()]


def place(bind: Binder, span: Span, slots: Sequence[Bucket], *, by_time: bool = False) -> str:
    """Return SQL for the index of the bucket that `events e` lies in; 0 without buckets.

    Args:
        by_time: never use the stored day, so that an index on times is enough.
    """
    if not slots:
        return "0"
    return slot_of(bind, slots, span.whole_days and not by_time)
