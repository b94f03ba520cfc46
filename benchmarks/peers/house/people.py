"""ClickHouse's statements for who was active when."""

from __future__ import annotations

from typing import Final

from benchmarks.generate import DAY, END
from benchmarks.peers.days import FIRST, GAP, IN_RANGE, LAST
from benchmarks.peers.house.pieces import DAYS, WHOLE
from benchmarks.peers.same import UNIQUES, UNIQUES_BY

WEEK: Final = "intDiv(day + 3, 7) * 7 - 3"
"""First day of a row's week, which starts on Monday."""

WEEKDAY: Final = "dateName('weekday', toDate(day))"
"""Name of a row's weekday."""


def _rolling(days: int) -> str:
    """Each person counts from an active day until `days` later, or their next active day."""
    return f"""
    with active as (
        select distinct user, day from events where day between {FIRST - days + 1} and {LAST}
    ),
    stretches as (
        select day as begin,
               least(day + {days}, leadInFrame(day, 1, {LAST + 1}) over (
                   partition by user order by day {WHOLE}
               )) as finish
        from active
    ),
    changes as (
        select greatest(begin, {FIRST}) as day, 1 as change from stretches
        where finish > {FIRST}
        union all
        select finish, -1 from stretches where finish > {FIRST} and finish <= {LAST}
    ),
    daily as (select day, sum(change) as change from changes group by day)
    select days.day, sum(change) over (order by days.day)
    from {DAYS} days
    left join daily on daily.day = days.day
    """


def _of_last(days: int) -> str:
    """The people of the days that end with the range: the headline of a rolling figure."""
    return f"""
    select null, uniqExact(user) from events where day between {LAST - days + 1} and {LAST}
    """


def _uniques(where: str) -> tuple[str, ...]:
    """People per day and over the range."""
    return (
        f"select day, uniqExact(user) from events where {IN_RANGE} and {where} group by day",
        f"select null, uniqExact(user) from events where {IN_RANGE} and {where}",
    )


def _uniques_by(where: str, by: str) -> tuple[str, ...]:
    """People per day and value, and per value over the range."""
    return (
        f"""
        select day, toString({by}), uniqExact(user) from events
        where {IN_RANGE} and {where} group by day, {by}
        """,
        f"""
        select null, toString({by}), uniqExact(user) from events
        where {IN_RANGE} and {where} group by {by}
        """,
    )


def _changes(field: str) -> str:
    """People by value in the range and in the 90 days before it."""
    return f"""
    select '{field}', toString({field}), uniqExactIf(user, day < {FIRST}),
           uniqExactIf(user, day >= {FIRST})
    from events
    where event = 'view_item' and day between {FIRST - 90} and {LAST}
    group by {field}
    """


PEOPLE: Final[dict[str, tuple[str, ...]]] = {
    **{name: _uniques(where) for name, where in UNIQUES.items()},
    **{name: _uniques_by(*asked) for name, asked in UNIQUES_BY.items()},
    "rolling 7 days": (_rolling(7), _of_last(7)),
    "rolling 30 days": (_rolling(30), _of_last(30)),
    "share of active users": tuple(
        f"""
        select {day}, uniqExactIf(user, event = 'view_item') / uniqExact(user) as share
        from events where {IN_RANGE} {group} having share > 0
        """
        for day, group in (("day", "group by day"), ("null", "group by ()"))
    ),
    "first times": (
        f"""
        with firsts as (select user, min(day) as day from events where event = 'purchase'
                        group by user)
        select day, count() from firsts where {IN_RANGE} group by rollup (day)
        """,
    ),
    "formula of people": tuple(
        f"""
        select {day}, uniqExactIf(user, event = 'purchase')
                   / uniqExactIf(user, event = 'view_item') as share
        from events where {IN_RANGE} and event in ('purchase', 'view_item')
        {group} having share > 0 and isFinite(share)
        """
        for day, group in (("day", "group by day"), ("null", "group by ()"))
    ),
    "top events": (
        f"""
        select toString(event), count(), uniqExact(user)
        from events where {IN_RANGE} group by event
        """,
    ),
    "lifecycle": (
        f"""
        with active as (select distinct user, {WEEK} as week from events),
        around as (
            select user, week,
                   lagInFrame(toNullable(week)) over (partition by user order by week {WHOLE})
                       as before,
                   leadInFrame(toNullable(week)) over (partition by user order by week {WHOLE})
                       as after
            from active
        ),
        states as (
            select user, week,
                   multiIf(before is null, 'new', before = week - 7, 'returning', 'resurrected')
                       as state
            from around where week > {FIRST - 7}
            union all
            select user, week + 7, 'dormant' from around
            where week > {FIRST - 14} and week + 7 <= {LAST}
              and (after is null or after > week + 7)
        )
        select week, state, uniqExact(user) from states
        group by grouping sets ((week, state), (state))
        """,
    ),
    "retention": (
        f"""
        with active as (
            select user, {WEEK} as week, min(day) as first from events group by user, week
        ),
        cohorts as (
            select user, min(week) as cohort from active group by user
            having min(first) >= {FIRST}
        )
        select cohort, intDiv(week - cohort, 7) as period, count()
        from active join cohorts using (user) where period < 13 group by cohort, period
        """,
    ),
    "segments": (
        f"""
        with marked as (
            select user, day,
                   ts - lagInFrame(ts, 1, 0) over (partition by user order by ts {WHOLE}) as gap
            from events
        ),
        known as (
            select {LAST} - min(day) as first, {LAST} - max(day) as last,
                   countIf({IN_RANGE} and gap > {GAP}) as sessions
            from marked group by user
        )
        select countIf(first <= 7), countIf(first > 7 and last <= 7),
               countIf(last between 8 and 30), countIf(last > 30),
               countIf(sessions = 1), countIf(sessions between 2 and 4),
               countIf(sessions between 5 and 14), countIf(sessions >= 15),
               countIf(sessions = 0)
        from known
        """,
    ),
    "audience": (
        f"""
        select uniqExact(user) from events
        where event = 'purchase' and ts >= {END - 1 - 30 * DAY} and ts < {END}
        """,
    ),
    "engagement": (
        f"""
        select toString(event),
               uniqExact(user) / (select uniqExact(user) from events where {IN_RANGE}),
               count() / uniqExact(user), uniqExact(user), count()
        from events where {IN_RANGE} group by event
        """,
    ),
    "usage interval": (
        f"""
        with gaps as (
            select user, day - lagInFrame(toNullable(day)) over (
                       partition by user order by day {WHOLE}) as gap
            from (select distinct user, day from events where {IN_RANGE})
        ),
        medians as (
            select quantileExactInclusive(0.5)(assumeNotNull(gap)) as middle from gaps
            where gap is not null group by user
        )
        select middle, count() from medians group by middle
        """,
    ),
    "weekdays": (
        f"""
        with active as (select distinct day, user from events where {IN_RANGE}),
        days as (
            select {WEEKDAY} as weekday, count() as n
            from {DAYS}
            group by weekday
        ),
        people as (
            select {WEEKDAY} as weekday, uniqExact(user) as users, count() as everyday
            from active group by weekday
        )
        select weekday, users, everyday / n from people join days using (weekday)
        """,
    ),
    "weekdays by hour": (
        f"""
        select {WEEKDAY} as weekday, intDiv(ts, 3600000) % 24 as hour, uniqExact(user)
        from events where {IN_RANGE} group by grouping sets ((weekday, hour), (hour))
        """,
    ),
    "what changed": (_changes("country"), _changes("platform")),
    "new users": (
        f"""
        with firsts as (select min(day) as day from events group by user)
        select day, count() from firsts where {IN_RANGE} group by rollup (day)
        """,
    ),
}
