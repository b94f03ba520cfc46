"""Sessions by their rows, by their totals by day, and by where they start and end."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from core.columns import has_table
from core.queries.common.context import Context
from core.queries.common.groups import WHOLE, split
from core.queries.common.question import Frame, Rows
from core.queries.common.selection import Selection
from core.queries.common.session_key import session_key
from core.queries.common.slots import day_runs, slot_expression, whole_days
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket, Span, runs

FIGURES = {
    "volume": "sum(d.sessions)",
    "per_user": "sum(d.sessions)",
    "average": "sum(d.length) / 1000.0 / nullif(sum(d.timed), 0)",
    "bounce": "sum(d.bounced) * 1.0 / sum(d.sessions)",
}
"""Figures of sessions that follow from their totals by day."""


MUCH = 6
"""To fetch a session by its day and key takes so many times as long as to pass by it."""


def started(ctx: Context, bind: Binder, selection: Selection, span: Span) -> str:
    """Relation (actor, start, day, length, events, entry, exit, key) of sessions begun in a span.

    length is in ms; key is that of `session_key`.
    """
    if span.whole_days:
        day = ctx.dialect.scanned("s.day") if _is_much(ctx, span) else "s.day"
        tests = [f"{day} between {bind(span.first_day)} and {bind(span.last_day)}"]
    else:
        tests = [f"s.start >= {bind(span.start)} and s.start < {bind(span.end)}"]
    tests += [f"s.actor in ({members.write(bind)})" for members in selection.members]
    key = "s.actor || case when s.session > 0 then 's' || s.session else '.' || s.start end"
    if selection.clauses:
        tests.append(f"""{key} in (
            select {session_key(ctx)} from {selection.source()}
            where {selection.where(bind, None)} and e.ts >= {bind(span.start)})""")
    return f"""
        select s.actor as actor, s.start as start, s.day as day, s."end" - s.start as length,
               s.events as events, s.entry as entry, s.exit as exit, {key} as key
        from sessions s
        where s.actor <> 0 and {" and ".join(tests)}"""


def _is_much(ctx: Context, span: Span) -> bool:
    """Whether so many days are a large part of the data that reading all of it is no dearer."""
    every = ctx.all_days
    first, last = max(span.first_day, every.first_day), min(span.last_day, every.last_day)
    return (last - first + 1) * MUCH > every.last_day - every.first_day


def by_days(ctx: Context, span: Span, slots: Sequence[Bucket]) -> bool:
    """Whether buckets are of whole days and sessions are not cut at the present."""
    return ctx.dialect.name == "sqlite" and span.whole_days and whole_days(slots)


def by_ends(ctx: Context, selection: Selection, time: Frame) -> bool:
    """Whether where the selected sessions start and end says in which buckets they have events."""
    spans = [(time.span, time.buckets)]
    spans += [(time.compared, time.compared_buckets)] if time.compared else []
    return not selection.clauses and all(by_days(ctx, span, slots) for span, slots in spans)


def has_totals(ctx: Context, selection: Selection) -> bool:
    """Whether the totals by day say how many of the selected sessions there were."""
    if selection.clauses or selection.members or ctx.dialect.present is not None:
        return False
    return has_table(ctx.catalog.read, "session_days")


def totals(ctx: Context, metric: str, span: Span, slots: Sequence[Bucket]) -> Statement:
    """Return the statement for rows (slot, 0, 0, figure), those of the span under WHOLE."""
    bind = ctx.binder()
    figure = FIGURES[metric]
    kept = f"""from session_days d
            where d.sessions > 0 and d.day between {bind(span.first_day)}
                and {bind(min(span.last_day, slots[-1].last_day))}"""
    return bind.statement(
        f"""
        select {slot_expression(bind, "d.day", day_runs(slots))} as slot, 0, 0, {figure}
        {kept}
        group by slot
        union all
        select {WHOLE}, 0, 0, {figure} {kept} having count(*) > 0
        """,
        "sessions from their totals by day",
    )


def with_events(
    ctx: Context, selection: Selection, span: Span, slots: Sequence[Bucket]
) -> Generator[Statement, Rows, tuple[Rows, Rows]]:
    """Yield a statement for how many sessions have events in each bucket and in the span.

    A session has events where it starts and where it ends; only those over three or more buckets
    are looked for in between.

    Returns:
        Rows (0, 0, sessions) of the span, and (slot, 0, 0, sessions) of the buckets.
    """
    bind, last = ctx.binder(), slots[-1]
    end = min(last.end, span.end)

    def slot(column: str) -> str:
        found = slot_expression(bind, column, list(runs(slots)))
        return f"""case when {column} < {bind(slots[0].start)} then -1
                        when {column} >= {bind(end)} then {bind(last.index + 1)}
                        else {found} end"""

    tests = [f"s.actor in ({members.write(bind)})" for members in selection.members]
    rows = yield bind.statement(
        f"""
        with found as materialized (
            select s.actor, s.session, s.start, s."end",
                   {slot("s.start")} as first, {slot('s."end"')} as last
            from sessions s
            where {" and ".join(["s.actor <> 0", *tests])}
              and s.start < {bind(end)} and s."end" >= {bind(slots[0].start)}
        ),
        amid as materialized (
            select distinct f.actor, f.session, f.start, f.first, f.last, {slot("e.ts")} as slot
            from found f
            join events e on e.actor = f.actor and e.ts between f.start and f."end"
                         and e.session = f.session
            where f.last > f.first + 1 and {selection.where(bind, None)}
        )
        select slot, 0, 0, count(*)
        from (
            select first as slot from found where first >= 0
            union all
            select last from found where last > first and last <= {last.index}
            union all
            select slot from amid where slot > first and slot < last
        )
        group by slot
        union all
        select {WHOLE}, 0, 0, count(*)
        from (
            select 1 from found where first >= 0 or last <= {last.index}
            union all
            select 1 from amid
            where first < 0 and last > {last.index} and slot between 0 and {last.index}
            group by actor, session, start
        )
        """,
        "sessions by where they start and end",
    )
    return split(rows)
