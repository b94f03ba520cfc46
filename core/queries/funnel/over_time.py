"""Funnels over time, by when people entered them (definitions 6.1, 6.5, appendix A.3).

A bucket contains the attempts that begin in it: everybody once per bucket, by the deepest of their
attempts beginning there. People who enter in several buckets count in each, so buckets do not add
up to the whole range, where everybody counts once. The order of events is in no stored set, so the
events of the steps are read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from pydantic import Field as Limited
from pydantic import model_validator

from core.answers import Cell, Line, Series, TimeBucket
from core.catalog.fields import Field
from core.errors import BadQuestion
from core.queries.common.assemble import Figure, Group
from core.queries.common.context import Context
from core.queries.common.groups import bucket_span, group_fields
from core.queries.common.periods import dates
from core.queries.common.question import (
    Ask,
    Frame,
    Rows,
    asked_in_units,
    find_bucket,
    frame,
)
from core.queries.common.slots import slot_expression
from core.queries.funnel.attempts import attempts_with_value, tally_rows
from core.queries.funnel.blocks import has_tallies, tallies
from core.queries.funnel.fields import FunnelFields, check_between
from core.queries.funnel.notes import notes
from core.queries.funnel.plan import Plan
from core.queries.funnel.tally import Tally, average, seconds
from core.queries.funnel.values import has_value, value_label
from core.sql.dialect import Binder, Statement, side_by_side
from core.sql.sets import percentile
from core.timeframe import Bucket, Span, runs

Measure = Literal["conversion", "counts", "avg_seconds", "median_seconds"]
TITLES = {
    "conversion": "Conversion",
    "counts": "People per step",
    "avg_seconds": "Average time",
    "median_seconds": "Median time",
}
MANY_BUCKETS = 400
"""Up to this many buckets, each has its own statement."""

Reading = Callable[[Tally], Figure]


class FunnelTrend(FunnelFields):
    """How a funnel changes from one bucket of entries to the next.

    A bucket is partial while somebody who entered in it may still convert.

    Attributes:
        measure: "conversion": the share of `from_step` that reached `to_step`; "counts": a line for
            each step; "avg_seconds", "median_seconds": from each step to the next, a line for each
            step from the second.
        from_step, to_step: for conversion, steps from 1; None means the last.
        breakdown: up to two fields; groups beyond `limit` are left out and counted.
    """

    kind: Literal["funnel_trend"] = "funnel_trend"
    measure: Measure = "conversion"
    from_step: int = Limited(default=1, ge=1)
    to_step: int | None = Limited(default=None, ge=2)

    needs: ClassVar[str] = "events"

    @model_validator(mode="after")
    def _fitting(self) -> FunnelTrend:
        check_between(self.from_step, self.last_step, len(self.steps))
        if self.measure != "conversion" and (self.from_step, self.to_step) != (1, None):
            raise BadQuestion(
                f"from_step and to_step do not apply to the measure {self.measure}.",
                "It covers every step.",
                parameter="from_step",
            )
        return self

    @property
    def last_step(self) -> int:
        """The number of the later step of conversion."""
        return len(self.steps) if self.to_step is None else self.to_step

    def by_the_minute(self) -> bool:
        """See Question; windows end at any time of the day."""
        return True

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        time = _cut(frame(ctx, self))
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        now = yield from self._period(ctx, time.span, time.buckets, by)
        before = None
        if time.compared is not None:
            past = _cut(replace(time, span=time.compared, buckets=time.compared_buckets))
            before = yield from self._period(ctx, past.span, past.buckets, by)
        entrants = {group: tally.counts[0] for group, tally in now.totals.items()}
        groups = sorted(entrants, key=lambda g: (-entrants[g], g)) if by else [()]
        return Series(
            title=f"{TITLES[self.measure]} of {self.steps_title(ctx.catalog)}",
            **dates(time.span),
            notes=(*time.notes, *time.unknown(), *notes(self), *self._still_open(ctx, time)),
            unit=self._unit(),
            additive=self.measure == "counts" and self.count_by == "totals",
            granularity=time.unit,
            breakdown=tuple(f.key for f in by),
            buckets=tuple(self._flagged(ctx, bucket) for bucket in time.time_buckets),
            lines=tuple(
                line
                for group in groups[: self.limit]
                for line in self._lines(group, time, now, before)
            ),
            comparison=time.comparison(self.compare),
            omitted=max(len(groups) - self.limit, 0),
        )

    def _unit(self) -> str:
        if self.measure == "conversion":
            return "percent"
        return self.unit if self.measure == "counts" else "seconds"

    def _flagged(self, ctx: Context, bucket: TimeBucket) -> TimeBucket:
        open_ = bucket.end + self.window_ms > ctx.now
        return bucket.model_copy(update={"partial": bucket.partial or open_})

    def _still_open(self, ctx: Context, time: Frame) -> tuple[str, ...]:
        """Return a note on the buckets in which people may still convert."""
        wait = self.window_ms
        first = next((b.label for b in time.buckets if b.end + wait > ctx.now), None)
        if first is None:
            return ()
        return (f"Windows of those who entered from {first} on may still be open.",)

    # -- figures

    def _lines(
        self, group: Group, time: Frame, now: _Period, before: _Period | None
    ) -> Iterator[Line]:
        count = len(time.buckets)
        for series, read in self._readings():
            yield Line(
                group=group,
                series=series,
                values=time.known(now.values(group, count, read)),
                previous=time.earlier(before.values(group, count, read)) if before else None,
                total=time.known_total(read(now.total(group))),
                previous_total=time.earlier_total(read(before.total(group))) if before else None,
                fractions=self._fractions(now.parts(group, count)),
                total_fraction=next(iter(self._fractions([now.total(group)])), None),
            )

    def _readings(self) -> Iterator[tuple[str, Reading]]:
        """Yield the name of each line of a group and the function that reads its figure."""
        if self.measure == "conversion":
            yield "", self._conversion
            return
        first = 0 if self.measure == "counts" else 1
        for number in range(first, len(self.steps)):
            yield self._series(number), _reading(self.measure, number)

    def _series(self, number: int) -> str:
        """The name of the line of a step, numbered from 0."""
        step = self.steps[number]
        return f"{number + 1} {step.name or step.event}"

    def _fraction(self, tally: Tally) -> tuple[int, int]:
        return tally.counts[self.last_step - 1], tally.counts[self.from_step - 1]

    def _conversion(self, tally: Tally) -> Figure:
        part, whole = self._fraction(tally)
        return part / whole if whole else None

    def _fractions(self, parts: Sequence[Tally]) -> tuple[tuple[int, int], ...]:
        if self.measure != "conversion":
            return ()
        return tuple(self._fraction(part) for part in parts)

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, _Period]:
        """Return one period's tallies by group, and by bucket and group."""
        found = _Period(len(self.steps))
        if not slots:
            return found
        plan, waits = Plan.of(ctx, self, span), "seconds" in self.measure
        for row in (yield from tally_rows(plan, by, waits=waits, people=False)):
            group = self._labels(ctx, by, row[:2])
            found.totals.setdefault(group, Tally(len(self.steps))).add(row[2:])
        rows = yield from self._slots(ctx, span, slots, by)
        for slot, *rest in rows:
            points = found.points.setdefault(self._labels(ctx, by, rest[:2]), {})
            points.setdefault(int(str(slot)), Tally(len(self.steps))).add(rest[2:])
        return found

    def _labels(self, ctx: Context, by: list[Field], raws: Sequence[object]) -> Group:
        return tuple(value_label(ctx, f, raw) for f, raw in zip(by, raws, strict=False))

    def _slots(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Rows]:
        """Return rows (slot, v0, v1, figures of a Tally)."""
        cuts = [] if self.count_by == "totals" else [slot.start for slot in slots[1:]]
        plan = Plan.of(ctx, self, span, cuts)
        if has_tallies(plan, by):
            waits = "seconds" in self.measure
            return (yield from tallies(plan, by, slots, waits=waits, people=False))
        return (yield side_by_side(self._by_slot(ctx, span, slots, by)))

    def _by_slot(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Iterator[Statement]:
        """Yield statements of rows (slot, v0, v1, figures of a Tally).

        Each bucket is its own funnel, which reads the events only of those who enter in it. With
        very many buckets, or where events are not sought one by one, each person's events are read
        once for all of them.
        """
        plan = Plan.of(ctx, self, span)
        apart = ctx.dialect.seeks and (plan.plain or len(slots) <= MANY_BUCKETS)
        if self.count_by == "totals" or not apart:
            bind = ctx.binder()
            if self.count_by != "totals":
                plan = Plan.of(ctx, self, span, [slot.start for slot in slots[1:]])
            place = slot_expression(bind, "t0", list(runs(slots)))
            yield self._tallies(plan, bind, by, place)
            return
        for slot in slots:
            bind = ctx.binder()
            yield self._tallies(_within(plan, slot), bind, by, bind(slot.index))

    def _tallies(self, plan: Plan, bind: Binder, by: list[Field], slot: str) -> Statement:
        d, last = plan.ctx.dialect, len(self.steps)
        keys = ["slot", *(f"v{n}" for n in range(len(by)))]
        counts = [f"count(t{k})" for k in range(1, last + 1)]
        waits = [f"t{k} - t{k - 1}" for k in range(2, last + 1)]
        times = [d.integers(f"({w})") if "seconds" in self.measure else "'[]'" for w in waits]
        columns = [*[*keys, "0", "0"][:3], *counts, *(["0"] * len(counts)), *times, "'[]'"]
        return bind.statement(
            f"""
            select {", ".join(columns)}
            from (select a.*, {slot} as slot
                  from ({attempts_with_value(plan, bind, by)}) a) reported
            group by {", ".join(keys)}
            """,
            "attempts per bucket and step",
        )

    # -- people

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people who entered then and reached the step of a number; for conversion,
        people who converted or, for "dropped", who did not.
        """
        time = _cut(frame(ctx, self))
        span, slots = time.period_of(cell)
        if cell.previous:
            if not self.compare:
                raise BadQuestion(
                    "cell is in a period that this question does not have.", parameter="cell"
                )
            past = _cut(replace(time, span=span, buckets=slots))
            span, slots = past.span, past.buckets
        by = group_fields(ctx, self.breakdown, cell.group)
        plan = Plan.of(ctx, self, span)
        tests = [has_value(ctx, bind, f, f"v{n}", cell.group[n]) for n, f in enumerate(by)]
        tests.append(self._outcome(cell))
        slot = find_bucket(slots, cell.bucket)
        if slot is not None and self.count_by == "totals":
            place = slot_expression(bind, "t0", list(runs(slots)))
            tests.append(f"{place} = {bind(slot.index)}")
        elif slot is not None:
            plan = _within(plan, slot)
        attempts = attempts_with_value(plan, bind, by)
        return f"select distinct actor from ({attempts}) reported where {' and '.join(tests)}"

    def _outcome(self, cell: Cell) -> str:
        """Test whether an attempt is counted by a number."""
        first, step = self.from_step, self.last_step
        if self.measure == "conversion" and cell.series is not None:
            raise BadQuestion(f"cell names no line {cell.series!r}.", parameter="cell")
        if cell.series is not None:
            named = [self._series(number) for number in range(len(self.steps))]
            if cell.series not in named:
                raise BadQuestion(f"cell names no line {cell.series!r}.", parameter="cell")
            first, step = 1, named.index(cell.series) + 1
        if cell.step is not None:
            first, step = max(cell.step - 1, 1), cell.step
        if not 1 <= step <= len(self.steps):
            raise BadQuestion(f"cell names step {step}, which is not there.", parameter="cell")
        if cell.outcome in (None, "reached"):
            return f"t{step} is not null"
        if cell.outcome == "dropped":
            return f"t{first} is not null and t{step} is null"
        raise BadQuestion(f"cell outcome {cell.outcome} is not one of a funnel.", parameter="cell")


@dataclass
class _Period:
    """One period's tallies: of the whole range, and of each bucket by its index."""

    steps: int
    totals: dict[Group, Tally] = field(default_factory=dict)
    points: dict[Group, dict[int, Tally]] = field(default_factory=dict)

    def total(self, group: Group) -> Tally:
        """Return the tally of a group over the whole range."""
        return self.totals.get(group) or Tally(self.steps)

    def parts(self, group: Group, count: int) -> list[Tally]:
        """Return the tally of a group in each bucket."""
        points = self.points.get(group, {})
        return [points.get(index) or Tally(self.steps) for index in range(count)]

    def values(self, group: Group, count: int, read: Reading) -> tuple[Figure, ...]:
        """Return a figure for each bucket."""
        return tuple(read(part) for part in self.parts(group, count))


def _reading(measure: Measure, number: int) -> Reading:
    """Return a function that reads the figure of a step, numbered from 0."""

    def read(tally: Tally) -> Figure:
        if measure == "counts":
            return tally.counts[number]
        waits = tally.waits[number - 1]
        return average(waits) if measure == "avg_seconds" else seconds(percentile(waits, 0.5))

    return read


def _cut(time: Frame) -> Frame:
    """Return a frame whose span ends with its last bucket: later entries count nowhere."""
    if not time.buckets or time.buckets[-1].end >= time.span.end:
        return time
    span = replace(time.span, end=time.buckets[-1].end, whole_days=False)
    return replace(time, span=span)


def _within(plan: Plan, slot: Bucket) -> Plan:
    """Return a plan for the entries of one bucket."""
    span = bucket_span(slot, plan.span)
    start, end = max(span.start, plan.span.start), min(span.end, plan.span.end)
    if (start, end) != (span.start, span.end):
        span = replace(span, start=start, end=max(start, end), whole_days=False)
    return replace(plan, span=span)
