"""Paths: what people do step by step after an event, before one, or between two (definitions 11.1).

What followed an event is in no set, as sets have no order: it is read from blocks, or from `events`
only for the people who did the event at which a path begins and only within the scope of their
paths.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pyroaring import BitMap

from core.answers import FLOW_REST, Cell, Flow
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Rows, compared_dates
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.paths import blocks
from core.queries.paths.fields import PathFields
from core.queries.paths.plan import Plan, Values
from core.queries.paths.sql import nodes, strung
from core.queries.paths.tally import OTHER, Drawn, Tally, nodes_of
from core.sql.dialect import Binder, Statement, side_by_side
from core.sql.sets import load
from core.timeframe import Span

WHOLE_PATHS = "whole paths"


class Paths(PathFields):
    """The events that people do one after another, counted by step.

    A path begins at an event in the range and includes what follows in its scope, even past the
    range, in order of time and arrival. Without `from` it is followed back in time from `to`.
    Events that are hidden from flows or deleted are not steps. `granularity` has no effect.

    Attributes:
        from_, to: event selectors, one or both. With both, a path is complete at the first `to`;
            those without one have dropped off at their last event. With a `property` values of it;
            without either, a path begins at the first value.
        property: the steps are its values, not events: of `event`, or of any active event. Events
            without a value are not steps.
        event: the only event whose values are steps.
        steps: how many to show, including the first event: 2 to 10.
        scope: "session", that of the first event (no path begins outside a session); or the seconds
            a path may take: 1 s to 366 days.
        count_by: "uniques": everybody's first occurrence in the range, or the last for paths to an
            event; "totals": every occurrence outside the scope of earlier paths.
        collapse: whether repeated neighbours are one step.
        conditions: apply to every event, as if others did not exist.
        limit: how many events each step shows by name; the rest are "(other)".
    """

    kind: Literal["paths"] = "paths"

    needs: ClassVar[str] = "events"

    @property
    def backward(self) -> bool:
        """Whether paths are followed back in time."""
        return self.from_ is None and self.to is not None

    @property
    def end(self) -> str:
        """The label of the end of a path."""
        return FLOW_REST[2 if self.backward else 1]

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span(self.range)
        before = ctx.compared(self.range, self.compare, span) if self.compare else None
        tally = yield from self._tally(ctx, span)
        past = (yield from self._tally(ctx, before)) if before else None
        drawn = Drawn(tally, past, self.limit, self.end, self.count_by == "uniques")
        whole, between = tally.whole, self.from_ is not None and self.to is not None
        return Flow(
            title=self.title(ctx),
            **dates(span),
            notes=self._notes(tally),
            unit="users" if self.count_by == "uniques" else "paths",
            backward=self.backward,
            start=self._named(ctx, self.to if self.backward else self.from_),
            target=self._named(ctx, self.to) if between else None,
            scope_seconds=None if self.scope == "session" else self.scope,
            total=whole.count,
            people=drawn.people(whole),
            previous_total=past.whole.count if past else None,
            steps=drawn.steps(),
            edges=drawn.edges(),
            reached=drawn.node(str(self.to), tally.reached, whole.count) if between else None,
            dropped=drawn.dropped() if between else (),
            longer=tally.longer,
            values=self.property is not None,
            comparison=compared_dates(ctx, self.compare, span, before),
        )

    def title(self, ctx: Context) -> str:
        """The title: what is followed."""
        parts = ["Paths"]
        if self.property is not None:
            parts.append(f"of {self._named(ctx, None)}")
        if self.from_ is not None:
            parts.append(f"from {self._named(ctx, self.from_)}")
        if self.to is not None:
            parts.append(f"to {self._named(ctx, self.to)}")
        return " ".join(parts)

    def _named(self, ctx: Context, end: str | None) -> str:
        """Return an end of the paths in words; for None any value."""
        if self.property is None:
            return titled(ctx.catalog, end)
        if end is not None:
            return end
        name = self.property.removeprefix("properties.")
        return f"{titled(ctx.catalog, self.event)} {name}" if self.event else name

    def _notes(self, tally: Tally) -> tuple[str, ...]:
        if not tally.longer:
            return ()
        one = tally.longer == 1
        return (
            f"{tally.longer:,} path{' goes' if one else 's go'} on "
            f"{'before' if self.backward else 'after'} step {self.steps}.",
        )

    def _tally(self, ctx: Context, span: Span) -> Generator[Statement, Rows, Tally]:
        plan, every = self._plan(ctx, span), self.count_by == "totals"
        if blocks.can(plan):
            counted = yield from blocks.counted(plan, people=every)
            return Tally(self.steps).read(
                plan.label, ((*row, load(users)) for *row, users in counted)
            )
        shares = yield from plan.shares()
        asked = side_by_side(map(self._counted, shares))
        rows = yield asked
        if asked.label == WHOLE_PATHS:
            found = nodes_of((count, _listed(actors), *path) for count, actors, *path in rows)
        else:
            found = [(*row[:5], BitMap(_listed(row[5]))) for row in rows]
        return Tally(self.steps).read(plan.label, found)

    def _counted(self, plan: Plan) -> Statement:
        """Return the rows that Tally reads, or whole paths."""
        bind = plan.ctx.binder()
        actors = plan.ctx.dialect.integers("actor") if self.count_by == "totals" else "null"
        if plan.target is None and plan.seeks:
            events = ", ".join(f"e{k}" for k in range(1, self.steps + 2))
            return bind.statement(
                f"""
                select count(*), {actors}, {events}
                from ({strung(plan, bind)}) path
                group by {events}
                """,
                WHOLE_PATHS,
            )
        return bind.statement(
            f"""
            select n, prev, event, goal, count(*), {actors}
            from ({nodes(plan, bind)}) node
            where n <= {bind(self.steps + 1)} or event is null or goal = 1
            group by n, prev, event, goal
            """,
            "paths by step",
        )

    def _plan(self, ctx: Context, span: Span) -> Plan:
        if self.property is not None:
            return self._plan_of_values(ctx, span)
        anchor = select(
            ctx,
            self,
            self.to if self.backward else self.from_,
            parameter="to" if self.backward else "from",
        )
        target = None
        if self.from_ is not None and self.to is not None:
            target = select(ctx, self, self.to, parameter="to")
            target = replace(target, members=())
        named = {*anchor.events, *(target.events if target else ())}
        return self._planned(ctx, span, anchor, target, named)

    def _plan_of_values(self, ctx: Context, span: Span) -> Plan:
        anchor = select(ctx, self, self.event)
        named = set(anchor.events) if self.event is not None else set()
        found = self._planned(ctx, span, anchor, None, named)
        field = ctx.catalog.existing(str(self.property), "property")
        target = self.to if self.from_ is not None else None
        start = self.to if self.backward else self.from_
        return replace(found, values=Values(field, start, target))

    def _planned(
        self, ctx: Context, span: Span, anchor: Selection, target: Selection | None, named: set[int]
    ) -> Plan:
        hidden = [
            id_
            for id_, flags in ctx.catalog.events.flags.items()
            if flags.deleted or (flags.flow_hidden and id_ not in named)
        ]
        return Plan(
            ctx=ctx,
            anchor=anchor,
            span=span,
            target=target,
            hidden=tuple(hidden),
            backward=self.backward,
            window=None if self.scope == "session" else int(self.scope) * 1000,
            every=self.count_by == "totals",
            collapse=self.collapse,
            steps=self.steps,
        )

    # -- people

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people with a path through a node, along an edge, to the target or not."""
        span = ctx.span(self.range)
        if cell.previous:
            if not self.compare:
                raise BadQuestion(
                    "cell is in a period that this question does not have.", parameter="cell"
                )
            span = ctx.compared(self.range, self.compare, span)
        plan = self._plan(ctx, span)
        tests = self._tests(plan, bind, cell)
        if cell.outcome is None:
            plan = replace(plan, steps=(cell.step or 1) - 1)
        relation = nodes(plan, bind)
        return f"select distinct actor from ({relation}) node where {' and '.join(tests)}"

    def _tests(self, plan: Plan, bind: Binder, cell: Cell) -> list[str]:
        if cell.outcome is not None:
            return self._outcome(plan, bind, cell)
        step = 1 if cell.step is None else cell.step
        if not 1 <= step <= self.steps:
            raise BadQuestion(f"cell names step {step}, which does not exist.", parameter="cell")
        tests = [f"n = {bind(step)}"]
        if cell.row is not None:
            tests.append(self._at(plan, bind, "event", cell.row, _besides(cell, str(step))))
        if cell.after is not None:
            tests.append(self._at(plan, bind, "prev", cell.after, _besides(cell, str(step - 1))))
        return tests

    def _outcome(self, plan: Plan, bind: Binder, cell: Cell) -> list[str]:
        if cell.outcome not in ("reached", "dropped") or None in (self.from_, self.to):
            raise BadQuestion(
                f"cell outcome {cell.outcome} is not of these paths.", parameter="cell"
            )
        if cell.outcome == "reached":
            return ["goal = 1"]
        tests = ["event is null"]
        if cell.row is not None:
            tests.append(self._at(plan, bind, "prev", cell.row, _besides(cell, "dropped")))
        return tests

    def _at(self, plan: Plan, bind: Binder, column: str, row: str, besides: list[str]) -> str:
        if row == self.end:
            return f"{column} is null"
        if row != OTHER:
            return plan.labelled(bind, column, row)
        named = [f"not ({plan.labelled(bind, column, name)})" for name in besides]
        return " and ".join([f"{column} is not null", *named])


def _besides(cell: Cell, place: str) -> list[str]:
    return [pair[1] for pair in cell.besides if len(pair) == 2 and pair[0] == place]


def _listed(actors: Any) -> list[int]:
    """Return a list of actors as returned by engines: JSON, a list, or nothing."""
    if isinstance(actors, str):
        import orjson

        found: list[int] = orjson.loads(actors)
        return found
    return list(actors or ())
