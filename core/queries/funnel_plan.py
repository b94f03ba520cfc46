"""How a funnel is looked for: which events fit which step, and the relation of attempts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.engines.bitmaps import load
from core.engines.dialect import Binder, Statement
from core.errors import BadQuestion
from core.queries.base import Context, Rows
from core.queries.names import Field
from core.queries.select import Selection, checked, select
from core.timeframe import Span

if TYPE_CHECKING:
    from core.queries.funnel_fields import Exclusion, FunnelFields, FunnelStep

MANY = 4_000
"""People with step 1 from which on they are cut into shares, asked side by side."""

SHARES = 8
"""Enough to keep several threads equally busy though shares are never quite equal."""

EVERYBODY = (1, 2**40)
"""Actors, first and last inclusive; 0 is nobody."""


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
    def of(cls, ctx: Context, question: FunnelFields, span: Span) -> Plan:
        """Return the plan of a question; BadQuestion when it names unknown events or fields."""
        _refuse_unanswered(question)
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


def _refuse_unanswered(question: FunnelFields) -> None:
    fields = type(question).model_fields
    for name in (
        "exclude", "hold", "users", "count_by", "attribution", "resolution", "complete",
    ):  # fmt: skip
        if getattr(question, name) != fields[name].default:
            raise BadQuestion(f"{name} cannot be asked yet.", parameter=name)
