"""The days between people's active days, computed in the best way for each engine."""

from __future__ import annotations

from core.sql.dialect import Dialect


def median_gaps(dialect: Dialect, relation: str) -> str:
    """Return the relation (actor, halves): twice the median of the days between an actor's sets.

    Args:
        relation: sets (slot, users), where a slot is a day; only actors in at least two count.
    """
    return _clickhouse(relation) if dialect.name == "clickhouse" else _sqlite(relation)


def people_by_median(dialect: Dialect, relation: str) -> str:
    """Return the relation (halves, people): how many people have which median; as `median_gaps`."""
    if dialect.name == "clickhouse":
        return f"select halves, count(*) as people from ({_clickhouse(relation)}) group by halves"
    return f"""
            select value ->> 0 as halves, value ->> 1 as people
            from json_each((select rb_gap_counts(slot, users) from ({relation})))"""


def _sqlite(relation: str) -> str:
    """Our aggregate, unfolded through json_each, as windows over a row per day are slower."""
    return f"""
            select a.value as actor, m.value ->> 0 as halves
            from json_each((select rb_gaps(slot, users) from ({relation}))) m,
                 json_each(m.value, '$[2]') a"""


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
