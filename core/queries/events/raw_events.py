"""The events themselves, newest first (definitions 4.2, 1.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import orjson
from pydantic import Field

from core.answers import Cell, Column
from core.catalog.selectors import ANY, titled
from core.columns import CONTEXT
from core.queries.common.context import Context
from core.queries.common.groups import members_of_group
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.rows_page import rows_page
from core.queries.common.select import select
from core.queries.events.newest import Newest
from core.sql.dialect import Binder
from core.values.json_text import stored_object

COLUMNS = (
    Column(name="timestamp", type="time"), Column(name="event_name"), Column(name="user"),
    Column(name="device_id"), Column(name="session_id"), Column(name="properties", type="json"),
)  # fmt: skip

WHOLE = (*(Column(name=name) for name in CONTEXT), Column(name="seq", type="count"))
"""The columns that `whole` adds."""


class RawEvents(Question):
    """A page of events, newest first and, within one instant, the last to arrive first.

    Attributes:
        event: the name of an event; None means any event.
        limit, offset: size and start of the page.
        count_total: whether to also count all of them, as `total` of the answer.
        before: only events that come after this one in that order: its instant in ms and its
            `seq`, so that a page starts where another ended even if events arrived meanwhile.
        whole: whether every row also has its context columns and its `seq`.
    """

    kind: Literal["raw_events"] = "raw_events"
    event: str | None = None
    limit: int = Field(default=100, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)
    count_total: bool = False
    before: tuple[int, int] | None = None
    whole: bool = False

    needs: ClassVar[str] = "events"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span_to_today(self.range)
        selection = select(ctx, self, self.event, absent=ANY)
        names = ("ts", "seq", "event", "actor", "device", "session", *(CONTEXT * self.whole))
        newest = Newest(ctx, selection, [f"e.{name}" for name in names], self.before)
        # one row more than the page has, to know whether there are more
        page = (yield from newest.ask(span, self.offset + self.limit + 1))[self.offset :]
        total = None
        if self.count_total:
            bind = ctx.binder()
            counted = yield bind.statement(
                f"select sum(total) from ({selection.sets(bind, span)})", "how many events"
            )
            total = int(counted[0][0] or 0)
        title = titled(ctx.catalog, self.event, "Events")
        rows = _rows(ctx, page)
        if self.whole:
            rows = _whole(ctx, rows, page)
        columns = (*COLUMNS, *WHOLE) if self.whole else COLUMNS
        return rows_page("events", title, span, columns, rows, limit=self.limit, total=total)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody with such an event, on any page."""
        selection = select(ctx, self, self.event, absent=ANY)
        return members_of_group(ctx, bind, selection, ctx.span_to_today(self.range), (), ())


def _rows(ctx: Context, page: Rows) -> tuple[tuple[Any, ...], ...]:
    people = _texts(ctx, _PEOPLE, {id_ for row in page for id_ in row[3:5]})
    sessions = _texts(ctx, _SESSIONS, {row[5] for row in page})
    properties = _texts(ctx, _PROPERTIES, {row[1] for row in page})
    return tuple(
        (
            ts, ctx.catalog.events.name_of(event), people.get(actor), people.get(device),
            sessions.get(session), stored_object(properties.get(seq, "{}")),
        )
        for ts, seq, event, actor, device, session, *_ in page
    )  # fmt: skip


def _whole(
    ctx: Context, rows: Sequence[tuple[Any, ...]], page: Rows
) -> tuple[tuple[Any, ...], ...]:
    """Return rows with their context columns, None where an event has no value, and their seq."""
    named = [ctx.catalog.values.of(name) for name in CONTEXT]
    return tuple(
        (
            *row,
            *(names.get(id_) if id_ else None for names, id_ in zip(named, raw[6:], strict=True)),
            raw[1],
        )
        for row, raw in zip(rows, page, strict=True)
    )


def _texts(ctx: Context, query: str, ids: set[int]) -> dict[int, str]:
    return dict(ctx.catalog.read(query, (orjson.dumps(sorted(ids)).decode(),)))


_PEOPLE = "select id, key from identities where id in (select value from json_each(?))"
_SESSIONS = "select id, key from session_keys where id in (select value from json_each(?))"
_PROPERTIES = """
    select seq, properties from event_properties
    where seq in (select value from json_each(?))
    """
