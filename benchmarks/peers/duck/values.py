"""DuckDB's statements for figures of events and logs."""

from __future__ import annotations

from typing import Final

from benchmarks.peers.days import FIRST, IN_RANGE, LAST
from benchmarks.peers.same import MEAN
from benchmarks.peers.same import VALUES as SAME

DATE: Final = "(date '1970-01-01' + day)::varchar"
"""A row's day as text."""

_BY_ITEMS: Final = f"""
    select day, items::varchar, count(*) from events
    where {IN_RANGE} and event = 'purchase' group by grouping sets ((day, items), (items))
    """

VALUES: Final[dict[str, tuple[str, ...]]] = {
    **SAME,
    "counts by a property": (_BY_ITEMS,),
    "counts by paying": (
        f"""
        with payers as (
            select "user", min(ts) as since from events where event = 'purchase' group by all
        )
        select day, case when since < ts then 'true' else 'false' end as paying, count(*)
        from events left join payers using ("user")
        where {IN_RANGE} and event = 'view_item'
        group by grouping sets ((day, paying), (paying))
        """,
    ),
    "events per person": (
        f"""
        select day, count(*) / count(distinct "user") from events
        where {IN_RANGE} and event = 'view_item' group by rollup (day)
        """,
    ),
    "events per person, p90": (
        f"""
        with each as (
            select day, "user", count(*) as n from events
            where {IN_RANGE} and event = 'view_item' group by all
        )
        select day, quantile_cont(n, 0.9) from each group by day
        union all
        select null, quantile_cont(n, 0.9)
        from (select "user", sum(n) as n from each group by "user")
        """,
    ),
    "rolling mean of a property": (
        f"""
        with daily as (
            select day, sum(amount) as total, count(amount) as n from events
            where day between {FIRST - 6} and {LAST} and event = 'purchase' group by day
        )
        select d.day, sum(total) / sum(n)
        from range({FIRST}, {LAST + 1}) d(day) join daily on daily.day between d.day - 6 and d.day
        group by d.day
        """,
        MEAN,
    ),
    "how often": (
        f"""
        with each as (
            select "user", count(*) as n from events
            where {IN_RANGE} and event = 'view_item' group by "user"
        )
        select least(n, 101) as times, count(*), count(*) from each group by times
        """,
    ),
    "histogram of a property": (
        f"""
        select items, count(*), count(distinct "user") from events
        where {IN_RANGE} and event = 'purchase' group by items
        """,
    ),
    "composition": (
        f"""
        select platform, count(*)
        from (
            select "user", arg_max(platform, ts) as platform
            from events where {IN_RANGE} group by "user"
        )
        group by platform
        """,
    ),
    "values of a property": (_BY_ITEMS,),
    "sql": ("select country::varchar, count(*) from events group by country",),
    "sql by event": ("select event::varchar, count(*) from events group by event",),
    "sql by day": (f"select {DATE}, count(*) from events group by day",),
    "sql of users": ('select count(distinct "user") from events',),
    "sql of users by day": (
        f"""
        select {DATE}, count(*) from (select distinct day, "user" from events) group by day
        """,
    ),
    "sql of users by event": (
        'select event::varchar, count(distinct "user") from events group by event',
    ),
    "sql of a month": (
        """
        select platform::varchar, count(*) from events
        where ts >= epoch_ms(timestamp '2025-05-01') and ts < epoch_ms(timestamp '2025-06-01')
        group by platform
        """,
    ),
    "sql of a property": (
        "select item::varchar, count(*) from events where event = 'add_to_cart' group by item",
    ),
    "sql of stored days": (
        f"""
        select {DATE}, count(*), count(distinct "user") from events
        where event = 'purchase' group by day
        """,
    ),
}
