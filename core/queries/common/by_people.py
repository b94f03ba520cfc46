"""Sets divided by a field of people, such as a trait, whose values are found once for everybody."""

from __future__ import annotations

from typing import Final

from core.catalog.fields import GROUPS, Field
from core.queries.common.context import Context

FEW_VALUES: Final = 50
"""By so many values of people every set is divided."""


def has_few_values(ctx: Context, field: Field) -> bool:
    """Whether a field is one of people, with few enough values to divide every set by them."""
    if field.kind != "trait":
        return field.kind in ("start", *GROUPS)
    query = "select count(*) from (select distinct value from traits where key = ? limit ?)"
    ((values,),) = ctx.catalog.read(query, (field.name, FEW_VALUES + 1))
    return int(values) <= FEW_VALUES


def divided(ctx: Context, sets: str, value: str) -> str:
    """Return the relation (slot, v0, v1, users) of sets by the values of their people.

    Args:
        sets: the relation (slot, v0, v1, users) of everybody.
        value: SQL of the value of the person of `e`.
    """
    d = ctx.dialect
    return f"""
            select slot, v0, v1, users
            from (
                select s.slot as slot, g.v0 as v0, 0 as v1, {d.both("s.users", "g.people")} as users
                from ({sets}) s
                cross join (
                    select v0, {d.build("actor")} as people
                    from (select e.actor as actor, {value} as v0 from {d.actors()} e)
                    group by v0
                ) g
            )
            where {d.count("users")} > 0"""
