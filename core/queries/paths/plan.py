"""The plan of paths (definitions 11.1)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import NamedTuple

from core.catalog.fields import Field
from core.queries.common.context import Context
from core.queries.common.groups import in_group, label
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.funnel.plan import MANY, SHARES
from core.sql.dialect import Binder, Statement
from core.sql.sets import load
from core.timeframe import Span


class Values(NamedTuple):
    """The values that are the steps of paths, if these are not events.

    Attributes:
        field: whose values they are.
        start: the label of the value at which paths begin; None means any.
        target: the label of the one that completes a path; None means none.
    """

    field: Field
    start: str | None
    target: str | None


@dataclass(frozen=True)
class Plan:
    """The plan of paths over one span.

    Attributes:
        anchor: the occurrences of the event that paths begin at, by the people who count.
        span: the span of these occurrences; the path itself may extend beyond it.
        target: the events that complete a path; None if there are none.
        hidden: ids of events that are not steps.
        backward: whether paths are followed back in time.
        window: ms a path may take; None keeps it within its session.
        every: whether paths begin at every occurrence outside other paths, rather than once per
            person.
        collapse: whether repeated neighbours are one step.
        steps: how many steps are shown.
        people: the actors to consider, ascending; None means everybody who did the event.
        values: what the steps are if they are not events; `anchor` then has the events that have
            them.
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
    values: Values | None = None

    @property
    def seeks(self) -> bool:
        """Whether the next step is sought event by event."""
        return self.ctx.dialect.seeks and self.values is None

    @property
    def by(self) -> tuple[Field, ...]:
        """The fields whose values are needed of every event."""
        return (self.values.field,) if self.values else ()

    def step(self, bind: Binder) -> str:
        """The step that an event `e` is: its name, or a raw value."""
        return self.anchor.value(bind, self.values.field) if self.values else "e.event"

    def label(self, raw: object) -> str:
        """Return the name of a step."""
        if self.values:
            return label(self.ctx, self.values.field, raw)
        return self.ctx.catalog.events.name_of(int(str(raw)))

    def labelled(self, bind: Binder, column: str, name: str) -> str:
        """Whether a step has a name."""
        if self.values:
            return in_group(self.ctx, bind, self.values.field, column, name)
        return f"{column} = {bind(self.ctx.catalog.events.id_of(name, 'cell'))}"

    @property
    def from_sets(self) -> bool:
        """Whether the stored sets tell among whom to seek the event in the span."""
        seeks = self.ctx.dialect.seeks
        return seeks and self.anchor.set_dimension() is not False and self.span.whole_days

    def shares(self) -> Generator[Statement, Rows, list[Plan]]:
        """Divide the people into shares that run in parallel."""
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
        """The ORDER BY for the direction of paths."""
        return "{0}ts desc, {0}seq desc" if self.backward else "{0}ts, {0}seq"

    def ordered(self, alias: str = "") -> str:
        """The order of one relation's rows along the path."""
        return self.order.format(f"{alias}." if alias else "")

    @property
    def further(self) -> str:
        """The comparison sign for a later position along the path."""
        return "<" if self.backward else ">"

    @property
    def clauses(self) -> Selection:
        """The conditions on every event of a path."""
        if self.values:
            return replace(self.anchor, members=())
        return replace(self.anchor, events=(), members=(), matching=())

    def aim(self, bind: Binder) -> str:
        """1 if an event `e` is a target, else 0."""
        if self.values and self.values.target is not None:
            test = self.labelled(bind, self.step(bind), self.values.target)
            return f"case when {test} then 1 else 0 end"
        if self.target is None:
            return "0"
        return f"case when {self.target.where(bind, None)} then 1 else 0 end"

    def source(self, event: str = "events e") -> str:
        """The FROM part for events `e` with everything needed from them."""
        parts = (self.anchor, *((self.target,) if self.target else ()))
        needed = [*self.by, *(field for part in parts for field in part.fields)]
        fields = any(field.needs_properties for field in needed)
        return f"{event} {self.ctx.dialect.properties_join() if fields else ''}"

    def visible(self, bind: Binder) -> str:
        """Whether an event `e` may be a step."""
        tests = [self.clauses.where(bind, None)]
        if self.hidden:
            tests.append(f"not ({self.ctx.dialect.member('e.event', bind.list(self.hidden))})")
        if self.values:
            tests.append(f"{self.step(bind)} <> {bind(self.values.field.missing)}")
        return " and ".join(tests)
