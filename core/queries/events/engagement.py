"""How many do each event and how often: the engagement matrix (definitions 11.14, A.7b).

For each event the share of active people who did it, and how often on average they did. The stored
sets are enough; with conditions, events are counted from the events table.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any, Literal

from pydantic import Field as Limited

from core.answers import Cell, Column, Table
from core.catalog.selectors import exactly
from core.queries.common.context import Context
from core.queries.common.groups import by_event_statement, members_of_group
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question
from core.queries.common.select import select
from core.sql.dialect import Binder
from core.text import percent


class Engagement(Question):
    """Active events by reach and frequency, the widest reach first.

    Conditions narrow both an event's figures and the active people. The medians over all events
    divide them into quadrants: "many" is a share at or above the median, "often" a frequency above
    it (the median may be once, the minimum). Events of nobody do not count towards times per user.

    Attributes:
        limit: how many events to list.
    """

    kind: Literal["engagement"] = "engagement"
    limit: int = Limited(default=100, ge=1, le=10_000)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span, selection = ctx.span_to_today(self.range), select(ctx, self)
        d = ctx.dialect
        found = yield by_event_statement(ctx, selection, span)
        alone = yield by_event_statement(ctx, selection.of_nobody, span)
        unknown = {event: events for event, events, _ in alone}
        bind = ctx.binder()
        ((active,),) = yield bind.statement(
            f"""
            select {d.count(d.union("users"))} as users
            from ({selection.people(bind, span)})
            """,
            "active users",
        )
        rows = [
            (
                ctx.catalog.events.name_of(int(event)),
                users / active if active else None,
                (events - unknown.get(event, 0)) / users if users else None,
                users,
                events,
            )
            for event, events, users in found
        ]
        rows.sort(key=lambda row: (-row[3], row[0]))
        return self._table(ctx, rows, active)

    def _table(self, ctx: Context, rows: Sequence[tuple[Any, ...]], active: int) -> Table:
        shares = [row[1] for row in rows if row[1] is not None]
        times = [row[2] for row in rows if row[2] is not None]
        middle = (median(shares), median(times)) if times else None
        shown = rows[: self.limit]
        return Table(
            title="Engagement by event",
            **dates(ctx.span_to_today(self.range)),
            notes=_notes(active, middle),
            columns=(
                Column(name="event"),
                Column(name="share of active", type="percent"),
                Column(name="per user", type="number"),
                Column(name="users", type="count"),
                Column(name="events", type="count"),
                Column(name="quadrant"),
            ),
            rows=tuple((*row, _quadrant(row[1], row[2], middle)) for row in shown),
            keys=tuple(row[0] for row in shown),
            people_column="users",
            truncated=len(rows) > self.limit,
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody who did the row's event; without a row, everybody active."""
        selection = select(ctx, self, cell.row and exactly(cell.row), parameter="cell")
        return members_of_group(ctx, bind, selection, ctx.span_to_today(self.range), (), ())


def _quadrant(share: float | None, times: float | None, middle: tuple[float, float] | None) -> str:
    if share is None or times is None or middle is None:
        return ""
    reach = "many" if share >= middle[0] else "few"
    return f"{reach}, {'often' if times > middle[1] else 'seldom'}"


def _notes(active: int, middle: tuple[float, float] | None) -> tuple[str, ...]:
    if middle is None:
        return ()
    return (
        f"Shares are of {active:,} active users.",
        f"Medians: {percent(middle[0])} of them, {middle[1]:.4g} times per user.",
    )
