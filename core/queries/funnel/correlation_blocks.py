"""What people did in their attempts at a funnel, from blocks."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.catalog.fields import Field
from core.queries.common.blocks.calls import Writer
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.question import Rows
from core.queries.funnel.blocks import pursued
from core.queries.funnel.plan import Plan
from core.sql.dialect import Binder, Statement


@dataclass(frozen=True)
class Had:
    """The values that people had in their attempts.

    Attributes:
        by: up to two fields of events.
    """

    plan: Plan
    by: Sequence[Field]

    @cached_property
    def _rows(self) -> BlockRows:
        """The events of no step."""
        rows = replace(self.plan.shared, events=(), members=()).blocks
        steps = {event for part in self.plan.steps for event in part.events}
        return replace(rows, events=[event for event in rows.events if event not in steps])

    def can(self) -> bool:
        """Whether blocks have all of it."""
        ours = all(field.kind in ("event", "context", "property") for field in self.by)
        return ours and self.plan.in_blocks() and self._rows.can(self.by)

    def ask(self) -> Generator[Statement, Rows, Rows]:
        """Yield two statements; return rows (whole, v0, v1, converted, people), whole being 1 for
        everybody.
        """
        from core.blocks.functions.masks import Reach

        bind = self.plan.ctx.binder()
        ((reach,),) = yield bind.statement(f"select {pursued(self.plan, bind)}", "attempts")
        converted, _ = Reach.of(reach).codes
        done = int(converted.sum())
        whole = [(1, 0, 0, 1, done), (1, 0, 0, 0, len(converted) - done)]
        rows = yield from self._rows.unfolded(
            self.by,
            lambda bind: self._called(bind, reach),
            "people who had each value, converted or not",
        )
        return [*whole, *((0, *row[1:3], *row[-2:]) for row in rows)]

    def _called(self, bind: Binder, reach: bytes) -> str:
        writer = Writer(self._rows, bind)
        writer.read_order()
        extra = writer.extra(bind(reach))
        writer.masks.append(["within", extra, 0, 0])
        plan = self.plan
        before, after = plan.reach
        span = plan.ctx.reaching(plan.span, before, after + plan.tick)
        by: list[Field | dict[str, Any]] = [*self.by, {"coded": extra}]
        return writer.call("block_figures", span, [], by, figures=["people"])
