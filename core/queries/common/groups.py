"""The people of buckets and of groups of a breakdown, and the labels of groups."""

from __future__ import annotations

from collections.abc import Generator

from core.catalog.fields import Field
from core.columns import NONE
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket, Span

WHOLE = -1
"""The slot of figures over the whole range."""


def label(ctx: Context, field: Field, raw: object) -> str:
    """Return the label of a raw breakdown value (definitions 1.7)."""
    if field.kind in ("context", "start"):
        return ctx.catalog.values.label(field.name, int(str(raw or 0)))
    if field.kind == "event":
        return ctx.catalog.events.name_of(int(str(raw)))
    if field.is_text:
        return str(raw)
    return ctx.catalog.people.keys(field.kind).get(int(str(raw or 0)), NONE)


def bucket_span(slot: Bucket, within: Span) -> Span:
    """Return a bucket as a span, in whole days if it and its range are."""
    days = within.of_days and slot.of_days
    return Span(
        slot.start,
        slot.end,
        slot.first_day,
        slot.last_day,
        whole_days=days and not slot.cut,
        cut=days and slot.cut,
    )


def totals_statement(ctx: Context, selection: Selection, span: Span, by: list[Field]) -> Statement:
    """Return (v0, v1, users): people over a span, each counted once per non-empty group."""
    bind = ctx.binder()
    d = ctx.dialect
    return bind.statement(
        f"""
        select v0, v1, people
        from (
            select v0, v1, {d.count(d.union("users"))} as people
            from ({selection.people(bind, span, by=by)})
            group by v0, v1
        )
        where people > 0
        """,
        "users over the range",
    )


def by_event_statement(ctx: Context, selection: Selection, span: Span) -> Statement:
    """Return (event, events, users) over a span, each person counted once per event."""
    bind = ctx.binder()
    d = ctx.dialect
    return bind.statement(
        f"""
        select v0, sum(total) as events, {d.count(d.union("users"))} as users
        from ({selection.sets(bind, span, by=[ctx.catalog.field("event")])})
        group by v0
        """,
        "events and users by event",
    )


def people_by_slot(
    ctx: Context, selection: Selection, span: Span, slots: list[Bucket], by: list[Field]
) -> Generator[Statement, Rows, tuple[Rows, Rows]]:
    """Return (v0, v1, users) over a span, if any, and (slot, v0, v1, users) of its buckets."""
    if not slots:
        return (yield totals_statement(ctx, selection, span, by)), []
    bind = ctx.binder()
    d = ctx.dialect
    rows = yield bind.statement(
        f"""
        with found as materialized (
            {selection.people(bind, span, slots=slots, by=by)}
        )
        select slot, v0, v1, {d.count("users")} as users
        from found
        where slot is not null
        union all
        select {WHOLE}, v0, v1, {d.count(d.union("users"))}
        from found
        group by v0, v1
        """,
        "users per bucket and over the range",
    )
    totals, points = split(rows)
    return [row for row in totals if row[-1]], points


def split(rows: Rows) -> tuple[Rows, Rows]:
    """Separate the rows of the whole range, without their slot, from those of the buckets."""
    return [row[1:] for row in rows if row[0] == WHOLE], [row for row in rows if row[0] != WHOLE]


def members_of_group(
    ctx: Context,
    bind: Binder,
    selection: Selection,
    span: Span,
    breakdown: tuple[str, ...],
    group: tuple[str, ...],
) -> str:
    """Return SQL of the actors with a matching event in a span, in one breakdown group.

    Raises:
        BadQuestion: the group does not have one value per breakdown field.
    """
    by: list[Field] = []
    if group:
        by = [ctx.catalog.field(name) for name in breakdown]
        if len(by) != len(group):
            raise BadQuestion("cell has another number of group values.", parameter="cell")
    sets = selection.people(bind, span, by=by)
    tests = [in_group(ctx, bind, f, f"v{i}", group[i]) for i, f in enumerate(by)]
    where = f"where {' and '.join(tests)}" if tests else ""
    return ctx.dialect.members(f"select users from ({sets}) {where}")


def group_fields(ctx: Context, breakdown: tuple[str, ...], group: tuple[str, ...]) -> list[Field]:
    """Return the fields whose values a cell's group has; none for the whole.

    Raises:
        BadQuestion: the group does not have one value per breakdown field.
    """
    by = [ctx.catalog.existing(name) for name in breakdown] if group else []
    if len(by) != len(group):
        raise BadQuestion("cell has another number of group values.", parameter="cell")
    return by


def in_group(ctx: Context, bind: Binder, field: Field, column: str, wanted: str) -> str:
    """Test a raw value for its label."""
    if field.is_text:
        return f"{column} = {bind(wanted)}"
    if field.kind == "event":
        return f"{column} = {bind(ctx.catalog.events.id_of(wanted, 'cell'))}"
    if field.kind in ("context", "start"):
        known = [0, *ctx.catalog.values.of(field.name)]
    else:
        known = [0, *ctx.catalog.people.keys(field.kind)]
    raws = [i for i in known if label(ctx, field, i) == wanted]
    return ctx.dialect.member(column, bind.list(raws))
