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
"""The time, in ms, and the event from which on people do what they never did."""


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


def first_times(source: str, counts: str) -> str:
    """Return the SELECT of when each person first did something: actor, ts, seq.

    Args:
        source: the FROM part of events `e`, with what `counts` reads.
        counts: SQL of whether an event `e` is that.
    """
    return f"""
        select actor, ts, seq
        from (
            select e.actor as actor, e.ts as ts, e.seq as seq,
                   row_number() over (partition by e.actor order by e.ts, e.seq) as nth
            from {source}
            where {counts} and e.actor <> 0)
        where nth = 1"""


def has_begun(dialect: Dialect, first: str) -> str:
    """Return the SQL of whether an event `e` is its person's first in a relation, or a later one.

    Args:
        first: the relation's name; its columns are those of `first_times`.
    """
    at, seq = (
        dialect.looked_up(f"select actor, {column} as value from {first}", "e.actor", NEVER)
        for column in ("ts", "seq")
    )
    return f"({at} < e.ts or ({at} = e.ts and {seq} <= e.seq))"
