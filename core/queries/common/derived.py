"""Fields that follow from what a person did: where they started, if they pay (definitions 2.3).

`start_version` is the version on a person's first event of all, so it is the same on every event.
`paying` is "true" on the events from somebody's first revenue event on, that one included (what is
one, core.catalog.revenue says), and "false" on those before. No stored set knows either: both read
the events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.sql.dialect import Binder

if TYPE_CHECKING:
    from core.catalog.catalog import Field
    from core.queries.common.question import Context

TRUE, FALSE = "true", "false"

NEVER = 2**62
"""Since when people pay who never did, ms, and from which event on."""


def on_first_event(ctx: Context, bind: Binder, field: Field, actor: str) -> str:
    """Return the SQL of a context column's value id on a person's first event."""
    from core.queries.common.selection import Selection

    own = Selection(ctx).own(bind, "x")
    if ctx.dialect.name == "clickhouse":
        return _looked_up_first(ctx, field.name, actor, own)
    return _sought_first(field.name, actor, own)


def _sought_first(column: str, actor: str, own: str) -> str:
    """One seek: events lie in the order of actor and time."""
    return f"""(
            select x.{column} from events x
            where x.actor = {actor} and {own}
            order by x.ts, x.seq limit 1)"""


def _looked_up_first(ctx: Context, column: str, actor: str, own: str) -> str:
    """Of everybody at once, and looked up."""
    relation = f"""
            select x.actor as actor, argMin(x.{column}, (x.ts, x.seq)) as value
            from events x where x.actor <> 0 and {own} group by x.actor"""
    return ctx.dialect.looked_up(relation, actor, 0)


def paying(ctx: Context, bind: Binder) -> str:
    """Return the SQL of whether the person of an event `e` had brought revenue by then."""
    from core.catalog.selectors import meaning
    from core.queries.common.selection import Selection

    found = meaning(ctx.names, "revenue_amount")
    revenue = Selection(ctx, found.events, matching=found.matching)
    brought = f"""
        from {revenue.source()}
        where {revenue.where(bind, None)} and e.actor <> 0"""
    since = f"select e.actor as actor, min(e.ts) as value {brought} group by e.actor"
    by_arrival = "row_number() over (partition by e.actor order by e.ts, e.seq)"
    first = f"""
        select actor, seq as value
        from (select e.actor as actor, e.seq as seq, {by_arrival} as nth {brought})
        where nth = 1"""
    at = ctx.dialect.looked_up(since, "e.actor", NEVER)
    seq = ctx.dialect.looked_up(first, "e.actor", NEVER)
    return f"({at} < e.ts or ({at} = e.ts and {seq} <= e.seq))"
