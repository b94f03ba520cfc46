"""DuckDB's statements for who was active when.

People are grouped before they are counted, which costs less than counting distinct ones.
"""

from __future__ import annotations

from typing import Final

from benchmarks.generate import DAY, END
from benchmarks.peers.days import FIRST, GAP, IN_RANGE, LAST
from benchmarks.peers.same import UNIQUES, UNIQUES_BY

WEEK: Final = "(day + 3) // 7 * 7 - 3"
"""First day of a row's week, which starts on Monday."""

WEEKDAY: Final = "dayname(date '1970-01-01' + day::integer)"
"""Name of a row's weekday."""


def _rolling(days: int) -> str:
    """Each person counts from an active day until `days` later, or their next active day."""
    return f"""
    with active as (
        select distinct "user", day from events where day between {FIRST - days + 1} and {LAST}
    ),
    stretches as (
        select day as begin,
               least(day + {days},
                     coalesce(lead(day) over (partition by "user" order by day), {LAST + 1})
               ) as finish
        from active
    ),
    changes as (
        select greatest(begin, {FIRST}) as day, 1 as change from stretches
        where finish > {FIRST}
        union all
        select finish, -1 from stretches where finish > {FIRST} and finish <= {LAST}
    ),
    daily as (select day, sum(change) as change from changes group by day)
    select days.day, sum(coalesce(change, 0)) over (order by days.day)
    from range({FIRST}, {LAST + 1}) days(day) left join daily using (day)
    """


def _of_last(days: int) -> str:
    """The people of the days that end with the range: the headline of a rolling figure."""
    return f"""
    select null, count(*)
    from (select distinct "user" from events where day between {LAST - days + 1} and {LAST})
    """


def _uniques(where: str) -> tuple[str, ...]:
    """People per day and over the range."""
    return (
        f"""
        with active as materialized (
            select distinct day, "user" from events where {IN_RANGE} and {where}
        )
        select day, count(*) from active group by day
        union all
        select null, count(*) from (select distinct "user" from active)
        """,
    )


def _uniques_by(where: str, by: str) -> tuple[str, ...]:
    """People per day and value, and per value over the range; counted distinct, which is faster
    for few values.
    """
    return (
        f"""
        select day, {by}::varchar, count(distinct "user") from events
        where {IN_RANGE} and {where} group by day, {by}
        """,
        f"""
        select null, {by}::varchar, count(distinct "user") from events
        where {IN_RANGE} and {where} group by {by}
        """,
    )


def _changes() -> str:
    """People by value in the range and in the 90 days before it."""
    parts = "\nunion all\n".join(
        f"""
        select '{field}', {field}::varchar, count(*) filter (before), count(*) filter (now)
        from (
            select {field}, bool_or(before) as before, bool_or(now) as now
            from active group by "user", {field}
        )
        group by {field}
        """
        for field in ("country", "platform")
    )
    return f"""
    with active as materialized (
        select "user", country, platform,
               bool_or(day < {FIRST}) as before, bool_or(day >= {FIRST}) as now
        from events
        where event = 'view_item' and day between {FIRST - 90} and {LAST}
        group by all
    )
    {parts}
    """


def _segments() -> str:
    """People by age of their first and last day, and by sessions split at gaps of 30 minutes."""
    return f"""
    with marked as (
        select "user", day, ts - lag(ts) over (partition by "user" order by ts) as gap
        from events
    ),
    known as (
        select {LAST} - min(day) as first, {LAST} - max(day) as last,
               count(*) filter ({IN_RANGE} and (gap is null or gap > {GAP})) as sessions
        from marked group by "user"
    )
    select count(*) filter (first <= 7), count(*) filter (first > 7 and last <= 7),
           count(*) filter (last between 8 and 30), count(*) filter (last > 30),
           count(*) filter (sessions = 1), count(*) filter (sessions between 2 and 4),
           count(*) filter (sessions between 5 and 14), count(*) filter (sessions >= 15),
           count(*) filter (sessions = 0)
    from known
    """


PEOPLE: Final[dict[str, tuple[str, ...]]] = {
    **{name: _uniques(where) for name, where in UNIQUES.items()},
    **{name: _uniques_by(*asked) for name, asked in UNIQUES_BY.items()},
    "rolling 7 days": (_rolling(7), _of_last(7)),
    "rolling 30 days": (_rolling(30), _of_last(30)),
    "share of active users": (
        f"""
        with active as materialized (
            select day, "user", bool_or(event = 'view_item') as viewed
            from events where {IN_RANGE} group by all
        )
        select day, count(*) filter (viewed) / count(*) from active group by day
        having count(*) filter (viewed) > 0
        union all
        select null, count(*) filter (viewed) / count(*)
        from (select bool_or(viewed) as viewed from active group by "user")
        """,
    ),
    "first times": (
        f"""
        with firsts as (
            select "user", min(day) as day from events where event = 'purchase' group by "user"
        )
        select day, count(*) from firsts where {IN_RANGE} group by rollup (day)
        """,
    ),
    "formula of people": (
        f"""
        with active as materialized (
            select day, "user", bool_or(event = 'purchase') as bought,
                   bool_or(event = 'view_item') as viewed
            from events where {IN_RANGE} and event in ('purchase', 'view_item') group by all
        )
        select day, count(*) filter (bought) / nullif(count(*) filter (viewed), 0)
        from active group by day
        having count(*) filter (bought) > 0 and count(*) filter (viewed) > 0
        union all
        select null, count(*) filter (bought) / nullif(count(*) filter (viewed), 0)
        from (
            select bool_or(bought) as bought, bool_or(viewed) as viewed
            from active group by "user"
        )
        """,
    ),
    "top events": (
        f"""
        select event::varchar, count(*), count(distinct "user")
        from events where {IN_RANGE} group by event
        """,
    ),
    "lifecycle": (
        f"""
        with active as (select distinct "user", {WEEK} as week from events),
        around as (
            select "user", week,
                   lag(week) over (partition by "user" order by week) as before,
                   lead(week) over (partition by "user" order by week) as after
            from active
        ),
        states as (
            select "user", week,
                   case when before is null then 'new' when before = week - 7 then 'returning'
                        else 'resurrected' end as state
            from around where week > {FIRST - 7}
            union all
            select "user", week + 7, 'dormant' from around
            where week > {FIRST - 14} and week + 7 <= {LAST}
              and (after is null or after > week + 7)
        )
        select week, state, count(*) from states group by all
        union all
        select null, state, count(distinct "user") from states group by all
        """,
    ),
    "retention": (
        f"""
        with active as materialized (
            select "user", {WEEK} as week, min(day) as first from events group by all
        ),
        cohorts as (
            select "user", min(week) as cohort from active group by "user"
            having min(first) >= {FIRST}
        )
        select cohort, (week - cohort) // 7 as period, count(*)
        from active join cohorts using ("user") where period < 13 group by all
        """,
    ),
    "segments": (_segments(),),
    "audience": (
        f"""
        select count(distinct "user") from events
        where event = 'purchase' and ts >= {END - 1 - 30 * DAY} and ts < {END}
        """,
    ),
    "engagement": (
        f"""
        with active as materialized (
            select event, "user", count(*) as n from events where {IN_RANGE} group by all
        )
        select event::varchar, count(*) / (select count(distinct "user") from active),
               sum(n) / count(*), count(*), sum(n)
        from active group by event
        """,
    ),
    "usage interval": (
        f"""
        with active as (select "user", day from events where {IN_RANGE} group by all),
        gaps as (
            select "user", day - lag(day) over (partition by "user" order by day) as gap
            from active
        ),
        medians as (
            select quantile_cont(gap, 0.5) as middle from gaps
            where gap is not null group by "user"
        )
        select middle, count(*) from medians group by all
        """,
    ),
    "weekdays": (
        f"""
        with active as materialized (select distinct day, "user" from events where {IN_RANGE}),
        days as (
            select {WEEKDAY} as weekday, count(*) as n from range({FIRST}, {LAST + 1}) days(day)
            group by all
        ),
        people as (
            select {WEEKDAY} as weekday, count(distinct "user") as users, count(*) as everyday
            from active group by all
        )
        select weekday, users, everyday / n from people join days using (weekday)
        """,
    ),
    "weekdays by hour": (
        f"""
        with active as materialized (
            select distinct (day + 3) % 7 as weekday, ts // 3600000 % 24 as hour, "user"
            from events where {IN_RANGE}
        )
        select dayname(date '1970-01-05' + weekday::integer), hour, count(*)
        from active group by weekday, hour
        union all
        select null, hour, count(*) from (select distinct hour, "user" from active) group by hour
        """,
    ),
    "what changed": (_changes(),),
    "new users": (
        f"""
        with firsts as (select min(day) as day from events group by "user")
        select day, count(*) from firsts where {IN_RANGE} group by rollup (day)
        """,
    ),
}
