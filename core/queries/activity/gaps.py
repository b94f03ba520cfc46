"""The days between people's active days, computed in the best way for each engine."""

from __future__ import annotations

from core.sql.dialect import Dialect


def median_gaps(dialect: Dialect, relation: str) -> str:
    """Return the relation (actor, halves): twice the median of the days between an actor's sets.

    Args:
        relation: sets (slot, users), where a slot is a day; only actors in at least two count.
    """
    return _clickhouse(relation) if dialect.name == "clickhouse" else _sqlite(relation)


def _sqlite(relation: str) -> str:
    """Our aggregate, unfolded through json_each, as windows over a row per day are slower."""
    return (
        "select value ->> 0 as actor, value ->> 1 as halves "
        f"from json_each((select rb_gaps(slot, users) from ({relation})))"
    )


def _clickhouse(relation: str) -> str:
    """Windows over a row per actor and day."""
    return f"""
            select actor, toInt64(sum(case when n % 2 = 1 then 2 * gap else gap end)) as halves
            from (
                select actor, gap, row_number() over (partition by actor order by gap) as nth,
                       count(*) over (partition by actor) as n
                from (
                    select actor, slot - lag(toNullable(slot)) over (
                               partition by actor order by slot) as gap
                    from (
                        select toInt64(s.slot) as slot,
                               toInt64(arrayJoin(bitmapToArray(s.users))) as actor
                        from ({relation}) s
                    )
                )
                where gap is not null
            )
            where 2 * nth between n and n + 2
            group by actor"""
