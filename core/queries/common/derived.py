"""Fields derived from what a person did: their start version, and whether they pay (definitions
2.3).

`start_version` is the version on a person's first event ever, so it is the same on every event.
`paying` is "true" on the events from a person's first revenue event on, including that one (see
core.catalog.revenue), and "false" on those before. They are in no stored set: both read the events.
"""

from __future__ import annotations

from core.sql.dialect import Dialect

TRUE, FALSE = "true", "false"

NEVER = 2**62
"""The time, in ms, and the event from which on people pay, for those who never did."""


def on_first_event(dialect: Dialect, column: str, actor: str, own: str) -> str:
    """Return the SQL of a context column's value id on a person's first event.

    Args:
        own: SQL of whether an event `x` counts.
    """
    if dialect.name == "clickhouse":
        return _looked_up_first(dialect, column, actor, own)
    return _sought_first(column, actor, own)


def _sought_first(column: str, actor: str, own: str) -> str:
    """One seek: events are in order of actor and time."""
    return f"""(
            select x.{column} from events x
            where x.actor = {actor} and {own}
            order by x.ts, x.seq limit 1)"""


def _looked_up_first(dialect: Dialect, column: str, actor: str, own: str) -> str:
    """For everybody at once, then looked up."""
    relation = f"""
            select x.actor as actor, argMin(x.{column}, (x.ts, x.seq)) as value
            from events x where x.actor <> 0 and {own} group by x.actor"""
    return dialect.looked_up(relation, actor, 0)


def paying(dialect: Dialect, source: str, revenue: str) -> str:
    """Return the SQL of whether the person of an event `e` had brought revenue by then.

    Args:
        source: the FROM part of events `e`, with what `revenue` reads.
        revenue: SQL of whether an event `e` brought revenue.
    """
    brought = f"""
        from {source}
        where {revenue} and e.actor <> 0"""
    since = f"select e.actor as actor, min(e.ts) as value {brought} group by e.actor"
    by_arrival = "row_number() over (partition by e.actor order by e.ts, e.seq)"
    first = f"""
        select actor, seq as value
        from (select e.actor as actor, e.seq as seq, {by_arrival} as nth {brought})
        where nth = 1"""
    at = dialect.looked_up(since, "e.actor", NEVER)
    seq = dialect.looked_up(first, "e.actor", NEVER)
    return f"({at} < e.ts or ({at} = e.ts and {seq} <= e.seq))"
