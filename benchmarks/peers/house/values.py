"""ClickHouse's statements for figures of events and logs."""

from __future__ import annotations

from typing import Final

from benchmarks.peers.days import FIRST, IN_RANGE, LAST
from benchmarks.peers.house.pieces import DAYS
from benchmarks.peers.same import MEAN
from benchmarks.peers.same import VALUES as SAME

DATE: Final = "toString(toDate(day))"
"""A row's day as text."""

_BY_ITEMS: Final = f"""
    select day, toString(items), count() from events
    where {IN_RANGE} and event = 'purchase' group by grouping sets ((day, items), (items))
    """

VALUES: Final[dict[str, tuple[str, ...]]] = {
    **SAME,
    "counts by a property": (_BY_ITEMS,),
    "values of a property": (_BY_ITEMS,),
    "counts by paying": (
        f"""
        with payers as (
            select user, min(ts) as since from events where event = 'purchase' group by user
        )
        select day, if(since > 0 and since < ts, 'true', 'false') as paying, count()
        from events left join payers using (user)
        where {IN_RANGE} and event = 'view_item'
        group by grouping sets ((day, paying), (paying))
        """,
    ),
    "events per person": (
        f"""
        select day, count() / uniqExact(user) from events
        where {IN_RANGE} and event = 'view_item' group by rollup (day)
        """,
    ),
    "events per person, p90": (
        f"""
        select day, quantileExactInclusive(0.9)(n)
        from (
            select day, user, count() as n from events
            where {IN_RANGE} and event = 'view_item' group by day, user
        )
        group by day
        """,
        f"""
        select null, quantileExactInclusive(0.9)(n)
        from (
            select count() as n from events
            where {IN_RANGE} and event = 'view_item' group by user
        )
        """,
    ),
    "rolling mean of a property": (
        f"""
        with daily as (
            select day, sum(amount) as total, count(amount) as n from events
            where day between {FIRST - 6} and {LAST} and event = 'purchase' group by day
        )
        select d.day, sum(total) / sum(n)
        from {DAYS} d, daily
        where daily.day between d.day - 6 and d.day
        group by d.day
        """,
        MEAN,
    ),
    "how often": (
        f"""
        with each as (
            select count() as n from events
            where {IN_RANGE} and event = 'view_item' group by user
        )
        select least(n, 101) as times, count(), count() from each group by times
        """,
    ),
    "histogram of a property": (
        f"""
        select items, count(), uniqExact(user) from events
        where {IN_RANGE} and event = 'purchase' group by items
        """,
    ),
    "composition": (
        f"""
        select toString(platform), count()
        from (
            select argMax(platform, ts) as platform from events where {IN_RANGE} group by user
        )
        group by platform
        """,
    ),
    "sql": ("select toString(country), count() from events group by country",),
    "sql by event": ("select toString(event), count() from events group by event",),
    "sql by day": (f"select {DATE}, count() from events group by day",),
    "sql of users": ("select uniqExact(user) from events",),
    "sql of users by day": (f"select {DATE}, uniqExact(user) from events group by day",),
    "sql of users by event": (
        "select toString(event), uniqExact(user) from events group by event",
    ),
    "sql of a month": (
        """
        select toString(platform), count() from events
        where ts >= toUnixTimestamp64Milli(toDateTime64('2025-05-01', 3, 'UTC'))
          and ts < toUnixTimestamp64Milli(toDateTime64('2025-06-01', 3, 'UTC'))
        group by platform
        """,
    ),
    "sql of a property": (
        "select toString(item), count() from events where event = 'add_to_cart' group by item",
    ),
    "sql of stored days": (
        f"""
        select {DATE}, count(), uniqExact(user) from events
        where event = 'purchase' group by day
        """,
    ),
}
