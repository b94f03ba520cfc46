"""What is looked for when paths are followed (semantics 11.1)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.funnel.plan import MANY, SHARES
from core.sql.dialect import Binder, Statement
from core.sql.sets import load
from core.timeframe import Span


@dataclass(frozen=True)
class Plan:
    """How paths over one span are looked for.

    Attributes:
        anchor: occurrences of the event that paths begin at, by those who count.
        span: in which they lie; the path itself may reach out of it.
        target: the events a path is complete at; None without one.
        hidden: ids of events that are no steps.
        backward: paths are followed towards the past.
        window: ms a path may take; None keeps it within its session.
        every: from every occurrence that lies in no other path, not one for each person.
        collapse: equal neighbours are one step.
        steps: how many steps are shown.
        people: the actors to look at, ascending; None is everybody who did the event.
    """

    ctx: Context
    anchor: Selection
    span: Span
    target: Selection | None
    hidden: tuple[int, ...]
    backward: bool
    window: int | None
    every: bool
    collapse: bool
    steps: int
    people: tuple[int, ...] | None = None

    @property
    def from_sets(self) -> bool:
        """Whether the stored sets say who did the event in the span."""
        return self.anchor.set_dimension() is not False and self.span.whole_days

    def shares(self) -> Generator[Statement, Rows, list[Plan]]:
        """Cut the people into shares that are asked side by side."""
        if not self.from_sets or self.anchor.members:
            return [self]
        bind = self.ctx.binder()
        rows = yield bind.statement(
            f"select users from ({self.anchor.people(bind, self.span)})",
            "who begins a path, to cut them into shares",
        )
        starters = load(None)
        for (users,) in rows:
            starters |= load(users)
        size = -(-len(starters) // SHARES) if len(starters) >= MANY else max(len(starters), 1)
        everybody = tuple(starters)
        cuts = range(0, max(len(everybody), 1), size)
        return [replace(self, people=everybody[cut : cut + size]) for cut in cuts]

    @property
    def order(self) -> str:
        """ORDER BY of the way that paths are followed."""
        return "{0}ts desc, {0}seq desc" if self.backward else "{0}ts, {0}seq"

    def ordered(self, alias: str = "") -> str:
        """The order of one relation's rows along the path."""
        return self.order.format(f"{alias}." if alias else "")

    @property
    def further(self) -> str:
        """The sign of a later place along the path."""
        return "<" if self.backward else ">"

    @property
    def clauses(self) -> Selection:
        """What holds for every event of a path."""
        return replace(self.anchor, events=(), members=(), matching=())

    def aim(self, bind: Binder) -> str:
        """1 where an event `e` is a target, else 0."""
        if self.target is None:
            return "0"
        return f"case when {self.target.where(bind, None)} then 1 else 0 end"

    def source(self, event: str = "events e") -> str:
        """The FROM part for events `e` with all that is asked of them."""
        parts = (self.anchor, *((self.target,) if self.target else ()))
        fields = any(field.needs_properties for part in parts for field in part.fields)
        return f"{event} {self.ctx.dialect.properties_join() if fields else ''}"

    def visible(self, bind: Binder) -> str:
        """Whether an event `e` may be a step."""
        tests = [self.clauses.where(bind, None)]
        if self.hidden:
            tests.append(f"not ({self.ctx.dialect.member('e.event', bind.list(self.hidden))})")
        return " and ".join(tests)
