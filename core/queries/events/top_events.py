"""The most frequent events of a range (definitions 4.3)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.answers import Cell, Column, Table
from core.catalog.selectors import ANY, exactly
from core.queries.common.context import Context
from core.queries.common.groups import by_event_statement, members_of_group
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question
from core.queries.common.select import select
from core.sql.dialect import Binder


class TopEvents(Question):
    """Events ranked by how often they happened or by how many people did them.

    Attributes:
        order_by: "count" or "users".
        limit: how many to list.
    """

    kind: Literal["top_events"] = "top_events"
    order_by: Literal["count", "users"] = "count"
    limit: int = Field(default=10, ge=1, le=10_000)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span(self.range)
        selection = select(ctx, self, absent=ANY)
        rows = yield by_event_statement(ctx, selection, span)
        named = [(ctx.catalog.events.name_of(event), count, users) for event, count, users in rows]
        at = 1 if self.order_by == "count" else 2
        named.sort(key=lambda row: (-int(row[at]), row[0]))
        return Table(
            title="Top events",
            **dates(span),
            columns=(
                Column(name="event"),
                Column(name="count", type="count"),
                Column(name="users", type="count"),
            ),
            rows=tuple(named[: self.limit]),
            keys=tuple(row[0] for row in named[: self.limit]),
            people_column="users",
            truncated=len(named) > self.limit,
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody who did the row's event; without a row, any event."""
        selection = select(ctx, self, cell.row and exactly(cell.row), absent=ANY)
        return members_of_group(ctx, bind, selection, ctx.span(self.range), (), ())
