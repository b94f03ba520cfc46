"""Every event in the workspace with its figures for the current week (definitions 9.11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from core.answers import Cell, Column, Table
from core.catalog.selectors import ANY, exactly
from core.queries.common.context import Context
from core.queries.common.groups import by_event_statement, members_of_group
from core.queries.common.periods import Dates, dates
from core.queries.common.question import Ask, Question
from core.queries.common.select import select
from core.sql.dialect import Binder

FLAGS = ("hidden", "non active", "flow hidden")


class EventsList(Question):
    """All events that are not deleted, including those that did not happen in the range.

    The default range is the current week. The share is of the people active in it; conditions on
    events narrow only the event's own figures, those on people both.
    """

    kind: Literal["events_list"] = "events_list"
    range: str = "wtd"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span_to_today(self.range)
        selection = select(ctx, self, absent=ANY)
        everybody = replace(selection, events=ctx.catalog.events.active, clauses=())
        found = yield by_event_statement(ctx, selection, span)
        bind, d = ctx.binder(), ctx.dialect
        active = yield bind.statement(
            f"""
            select {d.count(d.union("users"))} as users
            from ({everybody.people(bind, span)})
            """,
            "active users",
        )
        return self._table(ctx, dates(span), {row[0]: row[1:] for row in found}, active[0][0])

    def _table(
        self, ctx: Context, of: Dates, found: dict[int, tuple[int, int]], active: int
    ) -> Table:
        rows = []
        for event, name, display, *flags in ctx.catalog.read(_LISTED, ()):
            count, users = found.get(event, (0, 0))
            marks = ", ".join(word for word, on in zip(FLAGS, flags, strict=True) if on)
            share = users / active if active else None
            rows.append((name, count, users, share, display or name, marks))
        rows.sort(key=lambda row: (-row[1], row[0]))
        return Table(
            title="Events",
            first=of["first"],
            last=of["last"],
            columns=(
                Column(name="event"),
                Column(name="count", type="count"),
                Column(name="users", type="count"),
                Column(name="share of active", type="percent"),
                Column(name="display"),
                Column(name="marks"),
            ),
            rows=tuple(rows),
            keys=tuple(row[0] for row in rows),
            people_column="users",
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody who did the row's event; without a row, any event."""
        selection = select(ctx, self, cell.row and exactly(cell.row), absent=ANY)
        return members_of_group(ctx, bind, selection, ctx.span_to_today(self.range), (), ())


_LISTED = """
    select id, name, display, hidden, inactive, flow_hidden
    from event_names
    where not deleted
    """
