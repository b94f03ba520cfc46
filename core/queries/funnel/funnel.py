"""Funnels: who does one event after another within a window (definitions 6.1, 6.3, 6.4).

They always read events: the stored sets know who did what on a day, but not in which order.
core.queries.funnel.sqlite has two ways to find attempts.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import ClassVar, Literal

from pydantic import Field as Limited

from core.answers import Cell, Step, StepGroup, Steps
from core.catalog.fields import Field
from core.columns import OTHER
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import (
    Ask,
    Rows,
    asked_in_units,
    compared_dates,
)
from core.queries.funnel.attempts import attempts_with_value, tally_rows
from core.queries.funnel.fields import MOST_STEPS, FunnelFields, FunnelStep
from core.queries.funnel.notes import notes
from core.queries.funnel.plan import Plan
from core.queries.funnel.tally import Tally, average, seconds
from core.queries.funnel.values import has_value, value_label
from core.queries.terms import bracketed
from core.sql.dialect import Binder, Statement
from core.sql.sets import percentile
from core.timeframe import Span

Group = tuple[str, ...]


class Funnel(FunnelFields):
    """How many people get from each step to the next, and how long it takes them.

    A person's reported attempt is the deepest one and, among those, the earliest; counts, times and
    breakdown values are all taken from it. `granularity` has no effect.

    Attributes:
        steps: 1 to 10, in order; a single step counts who did it.
        breakdown: up to two fields; groups past `limit` become "(other)", so that groups add up.
    """

    kind: Literal["funnel"] = "funnel"
    steps: tuple[FunnelStep, ...] = Limited(min_length=1, max_length=MOST_STEPS)

    needs: ClassVar[str] = "events"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        span = ctx.span(self.range)
        before = ctx.compared(self.range, self.compare, span) if self.compare else None
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        found = yield from self._tallies(ctx, span, by)
        everybody = Tally.of(len(self.steps), found.values())
        shown = self._ranked(found)
        groups = [self._group((), everybody)] + [self._group(g, found[g]) for g in shown]
        rest = [tally for group, tally in found.items() if group not in shown]
        if by and rest:
            groups.append(self._group((OTHER,), Tally.of(len(self.steps), rest)))
        previous = None
        if before:
            past = yield from self._tallies(ctx, before, [])
            previous = self._group((), Tally.of(len(self.steps), past.values()))
        return Steps(
            title=self.steps_title(ctx.catalog),
            notes=notes(self, groups[0]),
            **dates(span),
            unit=self.unit,
            held=tuple(ctx.catalog.field(name).key for name in self.held),
            breakdown=tuple(field.key for field in by),
            window_seconds=self.window_seconds,
            order=self.order,
            groups=tuple(groups),
            previous=previous,
            comparison=compared_dates(ctx, self.compare, span, before),
            omitted=len(rest) if by else 0,
        )

    def _ranked(self, found: dict[Group, Tally]) -> list[Group]:
        """Return the groups shown by name: most entrants first, ties by label; never a value
        "(other)".
        """
        if not self.breakdown:
            return []
        named = [group for group in found if group != (OTHER,)]
        return sorted(named, key=lambda g: (-found[g].counts[0], g))[: self.limit]

    def _tallies(
        self, ctx: Context, span: Span, by: list[Field]
    ) -> Generator[Statement, Rows, dict[Group, Tally]]:
        """Return the tallies by the labels of the breakdown values, () without a breakdown."""
        found: dict[Group, Tally] = {}
        for v0, v1, *figures in (yield from tally_rows(Plan.of(ctx, self, span), by)):
            raws = zip(by, (v0, v1), strict=False)
            group = tuple(value_label(ctx, field, raw) for field, raw in raws)
            found.setdefault(group, Tally(len(self.steps))).add(figures)
        return found

    def _group(self, group: Group, tally: Tally) -> StepGroup:
        for waits in tally.waits:
            waits.sort()  # each percentile sorts again, which costs little once they are
        total = tally.waits[-1] if len(self.steps) > 1 else []
        return StepGroup(
            group=group,
            steps=tuple(self._step(tally, number, step) for number, step in enumerate(self.steps)),
            in_progress=sum(tally.in_progress),
            total_avg_seconds=average(total),
            total_median_seconds=seconds(percentile(total, 0.5)),
        )

    def _step(self, tally: Tally, number: int, asked: FunnelStep) -> Step:
        """Return step `number` from 0; the first has no times."""
        count, before = tally.counts[number], tally.counts[max(number - 1, 0)]
        waits = tally.waits[number - 1] if number else []
        people, dropped = None, None
        if self.unit != "users":
            people = len(tally.reached[number]) if tally.reached else 0
            dropped = len(tally.dropped[number - 1]) if tally.dropped and number else 0
        return Step(
            step=number + 1,
            event=asked.event,
            name=asked.name,
            filters=bracketed(asked.filters)[1:-1],
            count=count,
            step_rate=count / before if before else None,
            overall_rate=count / tally.counts[0] if tally.counts[0] else None,
            drop_off=before - count,
            in_progress=tally.in_progress[number],
            avg_seconds=average(waits),
            median_seconds=seconds(percentile(waits, 0.5)),
            p90_seconds=seconds(percentile(waits, 0.9)),
            people=people,
            dropped_people=dropped,
        )

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people who reached a step, or reached the previous one but not this one;
        without a step, everybody who entered, or who entered and did not reach the last.

        One of a person's attempts is enough, so somebody may be in both lists.
        """
        span = ctx.span(self.range)
        if cell.previous:
            if not self.compare:
                raise BadQuestion(
                    "cell is in a period that this question does not have.", parameter="cell"
                )
            span = ctx.compared(self.range, self.compare, span)
        by = [ctx.catalog.field(name) for name in self.breakdown] if cell.group else []
        plan = Plan.of(ctx, self, span)
        tests = [self._outcome(cell), *self._in_group(ctx, bind, by, cell)]
        attempts = attempts_with_value(plan, bind, by)
        once = "distinct " if plan.repeats else ""
        return f"select {once}actor from ({attempts}) where {' and '.join(tests)}"

    def _outcome(self, cell: Cell) -> str:
        step = 1 if cell.step is None else cell.step
        if cell.step is None and cell.outcome == "dropped":
            return f"t1 is not null and t{len(self.steps)} is null"
        if not 1 <= step <= len(self.steps):
            raise BadQuestion(f"cell names step {step}, which does not exist.", parameter="cell")
        if cell.outcome in (None, "reached"):
            return f"t{step} is not null"
        if cell.outcome == "dropped":
            return f"t{step - 1} is not null and t{step} is null" if step > 1 else "1 = 0"
        raise BadQuestion(f"cell outcome {cell.outcome} is not one of a funnel.", parameter="cell")

    def _in_group(self, ctx: Context, bind: Binder, by: list[Field], cell: Cell) -> list[str]:
        if not cell.group:
            return []
        if cell.group != (OTHER,) or not by:
            return [self._has(ctx, bind, by, cell.group)]
        return [f"not ({self._has(ctx, bind, by, named)})" for named in cell.besides]

    def _has(self, ctx: Context, bind: Binder, by: list[Field], group: Group) -> str:
        """Test the raw values for a group's labels."""
        if len(by) != len(group):
            raise BadQuestion("cell has another number of group values.", parameter="cell")
        return " and ".join(
            has_value(ctx, bind, field, f"v{n}", group[n]) for n, field in enumerate(by)
        )
