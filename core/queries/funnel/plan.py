"""The plan of a funnel: which events match which step, and the relation of attempts.

A funnel reads events: stored sets know who did what on a day, but not in which order. Plain funnels
(`Plan.plain`) seek in the index of events, all others read the events that match a step.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from core.catalog.fields import Field
from core.catalog.selectors import meaning, together
from core.columns import NONE
from core.filters import Clause
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.select import checked, select
from core.queries.common.selection import Selection
from core.queries.common.session_key import session_key
from core.queries.funnel.fields import Exclusion, FunnelEvent, FunnelFields
from core.sql.dialect import Binder, Relation, Statement
from core.sql.sets import load
from core.timeframe import Span

MANY = 4_000
"""From this many people with step 1 on, they are divided into shares that run in parallel."""

SHARES = 8
"""Enough shares to keep several threads equally busy, although shares are never quite equal."""

EVERYBODY = (1, 2**40)
"""Actors, first and last inclusive; 0 is nobody."""


@dataclass(frozen=True)
class Plan:
    """The plan of a funnel over one span.

    Its attempts (core.queries.funnel.attempts) are a relation with a row per reported attempt: one
    for each person who did step 1 in the span, or for each of their held values, or, for totals,
    every attempt. Its columns:

    actor, unit: the person, and the held values as JSON (NULL if nothing is held).
    t0: time of step 1, ms. It is t1 unless steps come in any order.
    t1 ... tn: times in ms, ascending; NULL from the first step that was not reached.
    s1, x1: ts and seq of the event of step 1; only with `entry`.
    path: JSON array of [ts, seq, step] by time; only if `by_path`.

    Attributes:
        shared: the events of all steps, with the conditions and people for every step.
        steps: for each step its event and its own filters.
        spoilers: events that must not lie between some steps.
        held: the fields whose values are held.
        cuts: ascending instants inside the span; an attempt is then reported for each part of the
            span in which one begins.
    """

    ctx: Context
    question: FunnelFields
    shared: Selection
    steps: tuple[Selection, ...]
    span: Span
    spoilers: tuple[Selection, ...] = ()
    held: tuple[Field, ...] = ()
    cuts: tuple[int, ...] = ()

    @classmethod
    def of(cls, ctx: Context, question: FunnelFields, span: Span, cuts: Sequence[int] = ()) -> Plan:
        """Return the plan of a question; BadQuestion if it names unknown events or fields."""
        steps = tuple(_filling(ctx, step, "steps") for step in question.steps)
        spoilers = tuple(_filling(ctx, each, "exclusions") for each in question.exclusions)
        events = together(ctx.catalog, [part.events for part in (*steps, *spoilers)])
        shared = replace(select(ctx, question), events=events)
        if question.users == "new":
            shared = replace(shared, members=(*shared.members, _new(ctx, span)))
        if question.filters_on == "first":
            first = replace(steps[0], clauses=(*shared.clauses, *steps[0].clauses))
            shared, steps = replace(shared, clauses=()), (first, *steps[1:])
        held = tuple(dict.fromkeys(ctx.catalog.existing(name, "hold") for name in question.held))
        span = _complete(question, span, ctx.now) if question.complete else span
        return cls(ctx, question, shared, steps, span, spoilers, held, tuple(cuts))

    @property
    def order(self) -> str:
        """The question's."""
        return self.question.order

    @property
    def window(self) -> int:
        """Its length in ms."""
        return self.question.window_ms

    @property
    def tick(self) -> int:
        """The resolution in ms."""
        return tick(self.question)

    @property
    def any_event(self) -> bool:
        """Whether events that match no step matter."""
        return self.order == "sequential"

    @property
    def by_path(self) -> bool:
        """Whether breakdown values may come from other events than that of step 1."""
        return bool(self.question.breakdown) and self.question.attribution not in ("entry", 1)

    @property
    def repeats(self) -> bool:
        """Whether somebody may have several attempts."""
        return bool(self.held or self.cuts) or self.question.count_by == "totals"

    @property
    def distinct(self) -> bool:
        """Whether every step is a single event of the data, all of them different."""
        names = {part.events for part in self.steps}
        single = all(len(part.events) == 1 and not part.any_event for part in self.steps)
        return single and len(names) == len(self.steps)

    @property
    def plain(self) -> bool:
        """Whether an event's name alone decides which step it fills, and all options are the
        default.
        """
        question = self.question
        filtered = any(part.clauses or part.members or part.matching for part in self.steps)
        in_order = self.order == "ordered" and not self.spoilers and self.tick == 1
        usual = not (self.repeats or self.by_path or question.first_day)
        return in_order and usual and self.distinct and not filtered and not self.shared.clauses

    def in_blocks(self, by: Sequence[Field] = ()) -> bool:
        """Whether it, and the values of its first events, can be read from blocks."""
        if self.any_event or self.question.first_day:
            return False
        if any(field.kind in ("event", "user") for field in self.held):
            return False
        return replace(self.shared.blocks, clauses=self._clauses).can((*self.held, *by))

    @property
    def _clauses(self) -> tuple[Clause, ...]:
        """Those of all its events together."""
        parts = (self.shared, *self.steps, *self.spoilers)
        return tuple(clause for part in parts for clause in (*part.matching, *part.clauses))

    @property
    def reach(self) -> tuple[int, int]:
        """How many ms before and after the span the events of its attempts may lie."""
        before = self.window if self.order == "unordered" else 0
        return before + self.tick - 1, self.window + self.tick - 1

    def shares(self) -> Generator[Statement, Rows, list[tuple[int, int]]]:
        """Divide the people who did step 1 on the span's days into shares of about equal size."""
        if not (self.plain and self.ctx.dialect.seeks) or self.ctx.dialect.counted:
            return [EVERYBODY]
        bind = self.ctx.binder()
        rows = yield bind.statement(
            f"""
            select users from activity
            where event = {bind(self.shared.events[0])} and dimension = 0 and value = 0
              and day between {bind(self.span.first_day)} and {bind(self.span.last_day)}
            """,
            "who did the first step, to cut them into shares",
        )
        starters = load(None)
        for (users,) in rows:
            starters |= load(users)
        if len(starters) < MANY:
            return [EVERYBODY]
        cuts = [starters[len(starters) * k // SHARES] for k in range(1, SHARES)]
        first, last = EVERYBODY
        return list(zip([first, *(cut + 1 for cut in cuts)], [*cuts, last], strict=True))

    def fitting(self, bind: Binder, people: tuple[int, int] = EVERYBODY) -> str:
        """Return the relation (actor, ts, seq, steps, held) of events with the bits they match.

        Above the bits of the steps are those for exclusions, see Search. `held` is a JSON array of
        the held values, if anything is held.
        """
        bits = " + ".join(
            f"(case when {self._step(bind, number)} then {1 << number} else 0 end)"
            for number in range(len(self.steps))
        )
        for number, part in enumerate(self.spoilers):
            spoiled = self.spoils(number) << len(self.steps)
            test = f"case when {part.where(bind, None)} then {spoiled} else 0 end"
            bits = self.ctx.dialect.either_bits(bits, test)
        held = ""
        if self.held:
            held = f", {held_values(self, bind)} as held"
        where = self.shared.where(bind, None)
        if self.any_event:
            where = replace(self.shared, events=()).where(bind, None)
        if self.any_event and self.ctx.catalog.events.active:
            counted = Selection(self.ctx, self.ctx.catalog.events.active).own(bind, "e")
            where += f" and ({counted} or ({bits}) > 0)"
        before, after = self.reach
        return f"""
            select e.actor, e.ts, e.seq, {bits} as steps{held}
            from {replace(self.shared, clauses=self._clauses).source(self.held)}
            where {where}
              and e.ts >= {bind(self.span.start - before)}
              and e.ts < {bind(self.span.end + after)}
              and e.actor between {bind(people[0])} and {bind(people[1])}"""

    def _step(self, bind: Binder, number: int) -> str:
        test = self.steps[number].where(bind, None)
        first = self.question.first_day and not number
        return f"{test} and {first_day(self.ctx, bind)}" if first else test

    def spoils(self, number: int) -> int:
        """Return the bits of an exclusion: its gaps, bit 1 for steps 1 to 2, or its scope's."""
        if self.question.exclude == "person":
            return 1 << number
        return sum(1 << gap for gap in range(*scope(self.question, number)))


def first_day(ctx: Context, bind: Binder) -> str:
    """Return SQL of whether an event `e` lies on the first day of its actor."""
    kept = Selection(ctx).own(bind, "x")
    if not ctx.dialect.seeks:
        firsts = f"select x.actor, min(x.day) from events x where {kept} group by x.actor"
        return f"(e.actor, e.day) in ({firsts})"
    own = f"x.actor = e.actor and {kept}"
    return f"e.day = (select x.day from events x where {own} order by x.ts, x.seq limit 1)"


def scope(question: FunnelFields, number: int) -> tuple[int, int]:
    """Return the steps, from 1, between which an exclusion applies."""
    each: Exclusion = question.exclusions[number]
    return each.from_step, len(question.steps) if each.to_step is None else each.to_step


def spec(plan: Plan) -> str:
    """Return the search as JSON, see core.sequences.model.Search."""
    question, person = plan.question, plan.question.exclude == "person"
    scopes = [scope(question, n) for n in range(len(plan.spoilers))] if person else []
    return json.dumps(
        {
            "order": plan.order,
            "steps": len(plan.steps),
            "window": plan.window,
            "cuts": [plan.span.start, *plan.cuts, plan.span.end],
            "tick": plan.tick,
            "totals": question.count_by == "totals",
            "gaps": bool(plan.spoilers) and not person,
            "scopes": scopes,
            "path": plan.by_path,
        }
    )


def tick(question: FunnelFields) -> int:
    """Return the resolution of a question in ms."""
    return 1000 if question.resolution == "1s" else 1


def _filling(ctx: Context, step: FunnelEvent, parameter: str) -> Selection:
    found = meaning(ctx.catalog, step.event, parameter)
    events = Selection(ctx, found.events, matching=found.matching)
    return events.narrowed(checked(ctx, step.filters))


def _complete(question: FunnelFields, span: Span, now: int) -> Span:
    """Shorten a span so that every window that begins in it has ended."""
    size = tick(question)
    end = (now - question.window_ms) // size * size + size
    return replace(span, end=max(min(span.end, end), span.start), whole_days=False)


def _new(ctx: Context, span: Span) -> Relation:
    """Return the people whose first event ever lies in a span, as members."""

    def of_days(bind: Binder) -> str:
        return ctx.dialect.members(f"""
            select users from first_activity
            where event = {bind(0)}
              and day between {bind(span.first_day)} and {bind(span.last_day)}""")

    def of_events(bind: Binder) -> str:
        any_ = Selection(ctx)
        return f"""
            select e.actor as actor from events e
            where e.actor in (select e.actor from events e where {any_.where(bind, span)})
              and {any_.own(bind, "e")}
            group by e.actor
            having min(e.ts) >= {bind(span.start)}"""

    stored = span.whole_days and ctx.dialect.has_sets
    return Relation(("new", span), of_days if stored else of_events)


def held_values(plan: Plan, bind: Binder) -> str:
    """Return the SQL of the held values of an event as a JSON array of JSON texts."""
    if not plan.ctx.dialect.seeks:
        return f"[{', '.join(_held_text(plan, bind, field) for field in plan.held)}]"
    return f"json_array({', '.join(_held(plan, bind, field) for field in plan.held)})"


def _held_text(plan: Plan, bind: Binder, field: Field) -> str:
    """The same as `_held` for ClickHouse."""
    d = plan.ctx.dialect
    if field.kind == "property":
        return f"toNullable({d.json_property(field.name, bind)})"
    if field.kind == "session":
        return f"toJSONString({session_key(plan.ctx)})"
    value = plan.shared.value(bind, field)
    if field.is_text:
        return f"if({value} = {bind(NONE)}, null, toJSONString({value}))"
    return f"if({value} = 0, null, toString({value}))"


def _held(plan: Plan, bind: Binder, field: Field) -> str:
    """Return the SQL of a held value as JSON text, null if it is missing."""
    d = plan.ctx.dialect
    if field.kind == "property":
        return f"'' || {d.json_property(field.name, bind)}"
    if field.kind == "session":
        return f"'' || json_quote({session_key(plan.ctx)})"
    if field.is_text:
        return f"'' || json_quote(nullif({plan.shared.value(bind, field)}, {bind(NONE)}))"
    return f"'' || nullif({plan.shared.value(bind, field)}, 0)"
