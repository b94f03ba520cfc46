"""Funnels: who does one event after another within a window (semantics 6.1, 6.3, 6.4)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Cell, Model, Step, StepGroup, Steps
from core.engines.bitmaps import load, percentile
from core.engines.dialect import Binder, Statement
from core.errors import BadQuestion
from core.filters import Clause
from core.queries.active_users import in_group
from core.queries.base import Ask, Context, Frame, Rows, TimedQuestion, dates
from core.queries.funnel_tally import Tally, average, seconds
from core.queries.names import Field
from core.queries.select import Selection, checked, label, select
from core.store.layout import OTHER
from core.timeframe import Span

WEEK_SECONDS = 7 * 86_400
LONGEST_SECONDS = 366 * 86_400
MANY = 4_000
"""People with step 1 from which on they are cut into shares, asked side by side."""

SHARES = 8
"""Enough to keep several threads equally busy though shares are never quite equal."""

EVERYBODY = (1, 2**40)
"""Actors, first and last inclusive; 0 is nobody."""


class FunnelStep(Model):
    """One step: an event, and what must hold for it; `filters` are about this step only."""

    event: str
    filters: tuple[Clause, ...] = ()


class Exclusion(FunnelStep):
    """An event that must not lie strictly between two steps of an attempt.

    Attributes:
        from_step, to_step: steps from 1; None is the last.
    """

    from_step: int = Limited(default=1, ge=1)
    to_step: int | None = None


class Funnel(TimedQuestion):
    """How many people get from each step to the next, and how long it takes them.

    A person's reported attempt is the deepest one, of these the earliest; counts, times and
    breakdown values are all of it. `granularity` does not matter here.

    Attributes:
        steps: 2 to 10, in order; one event fills one step, equal times count as in order.
        window_seconds: from step 1 to the last, inclusive: 1 s to 366 days.
        order: "ordered"; "unordered": the steps in any order, times are then between one event
            and the next; "sequential" (or "strict"): no other event between two steps.
        exclusions: spoil attempts, not people: an attempt without them still counts. In any
            order they must not lie between the first and the last event.
        breakdown: at most one field, by its value on the event of step 1; groups past `limit`
            become "(other)", so that groups add up.
        conditions: hold for every event, so that others might as well not be there; with
            `filters_on` "first" for the event of step 1 alone.
    """

    kind: Literal["funnel"] = "funnel"
    steps: tuple[FunnelStep, ...] = Limited(min_length=2, max_length=10)
    window_seconds: int = Limited(default=WEEK_SECONDS, ge=1, le=LONGEST_SECONDS)
    order: Literal["ordered", "unordered", "sequential"] = "ordered"
    exclusions: tuple[Exclusion, ...] = Limited(default=(), max_length=10)
    filters_on: Literal["every", "first"] = "every"
    breakdown: tuple[str, ...] = Limited(default=(), max_length=1)

    @field_validator("order", mode="before")
    @classmethod
    def _order(cls, order: object) -> object:
        return "sequential" if order == "strict" else order

    @model_validator(mode="after")
    def _exclusions_lie_between_steps(self) -> Funnel:
        last = len(self.steps)
        for each in self.exclusions:
            if FunnelStep(event=each.event, filters=each.filters) in self.steps:
                raise BadQuestion(
                    f"exclusions name {each.event!r}, which is a step.",
                    "Exclude another event, or give it other filters.",
                    parameter="exclusions",
                )
            to_step = last if each.to_step is None else each.to_step
            if not each.from_step < to_step <= last:
                raise BadQuestion(
                    f"exclusions cannot lie from step {each.from_step} to step {to_step}.",
                    f"Steps are 1 to {last}; from_step comes before to_step.",
                    parameter="exclusions",
                )
            if self.order == "unordered" and (each.from_step, to_step) != (1, last):
                raise BadQuestion(
                    "exclusions between single steps do not suit steps in any order.",
                    "Leave out from_step and to_step.",
                    parameter="exclusions",
                )
        return self

    def notes(self) -> tuple[str, ...]:
        """What the reader of the answer must know."""
        if self.filters_on == "first" and self.conditions:
            return ("Conditions are about step 1 only.", *self._spoiling())
        return self._spoiling()

    def _spoiling(self) -> tuple[str, ...]:
        if not self.exclusions:
            return ()
        last = len(self.steps)
        spoiling = [
            each.event
            if each.from_step == 1 and each.to_step in (None, last)
            else f"{each.event} (steps {each.from_step} to {each.to_step or last})"
            for each in self.exclusions
        ]
        return (f"Attempts with these in between do not count: {', '.join(spoiling)}.",)

    def title(self) -> str:
        """The steps in words."""
        return " > ".join(step.event for step in self.steps)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span(self.range)
        before = ctx.compared(self.range, self.compare, span) if self.compare else None
        by = [ctx.names.existing(name) for name in self.breakdown]
        found = yield from self._tallies(ctx, span, by)
        everybody = Tally.of(len(self.steps), found.values())
        shown = self._ranked(found)
        groups = [self._group((), everybody)] + [self._group((g,), found[g]) for g in shown]
        rest = [tally for group, tally in found.items() if group not in shown]
        if by and rest:
            groups.append(self._group((OTHER,), Tally.of(len(self.steps), rest)))
        previous = None
        if before:
            past = yield from self._tallies(ctx, before, [])
            previous = self._group((), Tally.of(len(self.steps), past.values()))
        return Steps(
            title=self.title(),
            notes=self.notes(),
            **dates(span),
            breakdown=tuple(field.key for field in by),
            window_seconds=self.window_seconds,
            order=self.order,
            groups=tuple(groups),
            previous=previous,
            comparison=Frame(span, "daily", [], before, [], ()).comparison(self.compare),
            omitted=len(rest) if by else 0,
        )

    def _ranked(self, found: dict[str, Tally]) -> list[str]:
        """Groups shown by name: most entrants first, ties by label; never a value "(other)"."""
        if not self.breakdown:
            return []
        named = [group for group in found if group != OTHER]
        return sorted(named, key=lambda g: (-found[g].counts[0], g))[: self.limit]

    def _tallies(
        self, ctx: Context, span: Span, by: list[Field]
    ) -> Generator[Statement, Rows, dict[str, Tally]]:
        """Return what was found by the label of the breakdown value, "" without a breakdown."""
        plan = Plan.of(ctx, self, span)
        shares = yield from plan.shares()
        statements = [plan.tally(by, share) for share in shares]
        rows = yield replace(statements[0], also=tuple(statements[1:]))
        found: dict[str, Tally] = {}
        for raw, *figures in rows:
            group = label(ctx, by[0], raw) if by else ""
            found.setdefault(group, Tally(len(self.steps))).add(figures)
        return found

    def _group(self, group: tuple[str, ...], tally: Tally) -> StepGroup:
        for waits in tally.waits:
            waits.sort()  # each percentile sorts again, which costs little once they are
        total = tally.waits[-1]
        return StepGroup(
            group=group,
            steps=tuple(
                self._step(tally, number, step.event) for number, step in enumerate(self.steps)
            ),
            in_progress=tally.in_progress,
            total_avg_seconds=average(total),
            total_median_seconds=seconds(percentile(total, 0.5)),
        )

    def _step(self, tally: Tally, number: int, event: str) -> Step:
        """Step `number` from 0; nobody waits for the first."""
        count, before = tally.counts[number], tally.counts[max(number - 1, 0)]
        waits = tally.waits[number - 1] if number else []
        return Step(
            step=number + 1,
            event=event,
            count=count,
            step_rate=count / before if before else None,
            overall_rate=count / tally.counts[0] if tally.counts[0] else None,
            drop_off=before - count,
            avg_seconds=average(waits),
            median_seconds=seconds(percentile(waits, 0.5)),
            p90_seconds=seconds(percentile(waits, 0.9)),
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: who reached a step, or reached the one before and not this one."""
        span = ctx.span(self.range)
        if cell.previous:
            if not self.compare:
                raise BadQuestion("cell is of a period this question lacks.", parameter="cell")
            span = ctx.compared(self.range, self.compare, span)
        by = [ctx.names.field(name) for name in self.breakdown] if cell.group else []
        tests = [self._outcome(cell), *self._in_group(ctx, bind, by, cell)]
        attempts = Plan.of(ctx, self, span).attempts_with_value(bind, by)
        return f"select actor from ({attempts}) where {' and '.join(tests)}"

    def _outcome(self, cell: Cell) -> str:
        step = 1 if cell.step is None else cell.step
        if not 1 <= step <= len(self.steps):
            raise BadQuestion(f"cell names step {step}, which is not there.", parameter="cell")
        if cell.outcome in (None, "reached"):
            return f"t{step} is not null"
        if cell.outcome == "dropped":
            return f"t{step - 1} is not null and t{step} is null" if step > 1 else "1 = 0"
        raise BadQuestion(f"cell outcome {cell.outcome} is no funnel's.", parameter="cell")

    def _in_group(self, ctx: Context, bind: Binder, by: list[Field], cell: Cell) -> list[str]:
        if not cell.group:
            return []
        if len(by) != len(cell.group):
            raise BadQuestion("cell has another number of group values.", parameter="cell")
        if cell.group != (OTHER,):
            return [in_group(ctx, bind, by[0], "v0", cell.group[0])]
        return [f"not ({in_group(ctx, bind, by[0], 'v0', named[0])})" for named in cell.besides]


@dataclass(frozen=True)
class Plan:
    """How a funnel over one span is looked for.

    `attempts` is a relation with a row per person who did step 1 in the span, of their reported
    attempt: actor, t1 ... tn in ms (NULL from the first step that was not reached) and, when
    asked for, x1, the id of the event that filled step 1. In any order the times are ascending,
    and t0 is the time of step 1.

    Attributes:
        shared: the events of all steps, with what holds for every step and who counts.
        steps: per step its event and its own filters.
        window: ms.
        order: the question's.
        spoilers: events that must not lie between some steps, and the gaps: bit 1 for the one
            between steps 1 and 2, and so on.
    """

    ctx: Context
    shared: Selection
    steps: tuple[Selection, ...]
    window: int
    span: Span
    order: str = "ordered"
    spoilers: tuple[tuple[Selection, int], ...] = ()

    @classmethod
    def of(cls, ctx: Context, question: Funnel, span: Span) -> Plan:
        """Return the plan of a question; BadQuestion when it names unknown events or fields."""
        ids = [ctx.names.event(step.event, "steps") for step in question.steps]
        others = [ctx.names.event(each.event, "exclusions") for each in question.exclusions]
        shared = replace(select(ctx, question), events=tuple(dict.fromkeys([*ids, *others])))
        steps = tuple(_filling(ctx, *pair) for pair in zip(ids, question.steps, strict=True))
        spoilers = tuple(
            (_filling(ctx, id_, each), _gaps(each, len(ids)))
            for id_, each in zip(others, question.exclusions, strict=True)
        )
        if question.filters_on == "first":
            first = replace(steps[0], clauses=(*shared.clauses, *steps[0].clauses))
            shared, steps = replace(shared, clauses=()), (first, *steps[1:])
        window = question.window_seconds * 1000
        return cls(ctx, shared, steps, window, span, question.order, spoilers)

    @property
    def entered(self) -> str:
        """The column with the time of step 1."""
        return "t0" if self.order == "unordered" else "t1"

    @property
    def any_event(self) -> bool:
        """Whether events that fit no step matter."""
        return self.order == "sequential"

    @property
    def plain(self) -> bool:
        """Whether an event's name alone decides which step it fills."""
        filtered = any(part.clauses or part.members for part in self.steps)
        distinct = len(self.shared.events) == len(self.steps)
        in_order = self.order == "ordered" and not self.spoilers
        return in_order and distinct and not filtered and not self.shared.clauses

    def shares(self) -> Generator[Statement, Rows, list[tuple[int, int]]]:
        """Cut the people into shares of about equally many who did step 1 on the span's days."""
        if not (self.plain and self.ctx.dialect.has_sets):
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

    def tally(self, by: list[Field], people: tuple[int, int]) -> Statement:
        """Return (v0, people per step, in progress, ms of each transition and of all, as JSON)."""
        bind = self.ctx.binder()
        d, last = self.ctx.dialect, len(self.steps)
        counts = [f"count(t{k})" for k in range(1, last + 1)]
        waits = [f"t{k} - t{k - 1}" for k in range(2, last + 1)] + [f"t{last} - t1"]
        can_go_on = f"t{last} is null and {self.entered} > {bind(self.ctx.now - self.window)}"
        return bind.statement(
            f"""
            select {"v0" if by else "0"}, {", ".join(counts)},
                   sum(case when {can_go_on} then 1 else 0 end),
                   {", ".join(d.integers(f"({wait})") for wait in waits)}
            from ({self.attempts_with_value(bind, by, people)}) reported
            {"group by v0" if by else ""}
            """,
            "people per step and their times",
        )

    def attempts_with_value(
        self, bind: Binder, by: list[Field], people: tuple[int, int] = EVERYBODY
    ) -> str:
        """Return the attempts with v0, the breakdown's raw value on the event of step 1."""
        attempts = self.attempts(bind, people, entry=bool(by))
        if not by:
            return attempts
        join = self.ctx.dialect.properties_join() if by[0].kind == "property" else ""
        return f"""
            select a.*, {self.shared.value(bind, by[0])} as v0
            from ({attempts}) a
            join events e on e.actor = a.actor and e.ts = a.{self.entered} and e.id = a.x1 {join}"""

    def attempts(self, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
        """Return the relation of reported attempts of the people; `entry` asks for x1."""
        if self.ctx.dialect.name == "clickhouse":
            from core.queries import funnel_clickhouse

            return funnel_clickhouse.attempts(self, bind)
        from core.queries import funnel_sqlite

        return funnel_sqlite.attempts(self, bind, people, entry=entry)

    def fitting(self, bind: Binder, people: tuple[int, int] = EVERYBODY) -> str:
        """Return the relation (actor, ts, id, steps) of events with the bits they fit.

        Above the bits of the steps are those of the gaps that an event spoils.
        """
        bits = " + ".join(
            f"(case when {part.where(bind, None)} then {1 << number} else 0 end)"
            for number, part in enumerate(self.steps)
        )
        for part, gaps in self.spoilers:
            spoiled = gaps << len(self.steps)
            bits = f"({bits}) | (case when {part.where(bind, None)} then {spoiled} else 0 end)"
        parts = (self.shared, *self.steps, *(part for part, _ in self.spoilers))
        clauses = [clause for part in parts for clause in part.clauses]
        shared = replace(self.shared, events=()) if self.any_event else self.shared
        start = self.span.start - (self.window if self.order == "unordered" else 0)
        return f"""
            select e.actor, e.ts, e.id, {bits} as steps
            from {replace(self.shared, clauses=tuple(clauses)).source()}
            where {shared.where(bind, None)}
              and e.ts >= {bind(start)} and e.ts < {bind(self.span.end + self.window)}
              and e.actor between {bind(people[0])} and {bind(people[1])}"""


def _filling(ctx: Context, event: int, step: FunnelStep) -> Selection:
    return Selection(ctx, (event,)).narrowed(checked(ctx, step.filters))


def _gaps(exclusion: Exclusion, last: int) -> int:
    """Return the bits of the gaps an exclusion is about, bit 1 for steps 1 to 2."""
    to_step = last if exclusion.to_step is None else exclusion.to_step
    return sum(1 << gap for gap in range(exclusion.from_step, to_step))
