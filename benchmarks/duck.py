"""The same events in DuckDB, and for each question the fastest SQL we know.

Days are numbers since 1970-01-01; weeks start on Monday and are labelled by their first day.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.generate import CONTEXT, DAY, END, EVENTS, FUNNEL

LAST = END // DAY - 1
"""Local day of now."""

FIRST = LAST - 89
"""First day of the range of 90 days."""

WEEK = "(day + 3) // 7 * 7 - 3"
"""First day of a row's week."""

WEEKDAY = "dayname(date '1970-01-01' + day::integer)"
"""Name of a row's weekday."""

Results = list[tuple[Any, ...]]


def _enum(name: str, values: Any) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"create type {name}_name as enum ({listed})"


def load(path: Path, data: Path) -> None:
    """Create a database file from a data file: compact types, in order of event, user and time."""
    import duckdb

    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(str(unfinished), config={"threads": 2}) as db:
        db.execute(_enum("event", EVENTS))
        for name, values in CONTEXT.items():
            db.execute(_enum(name, values))
        db.execute(
            f"""
            create temp table raw as
            select * from read_json(
                '{data}', format = 'newline_delimited',
                columns = {{event: 'varchar', timestamp: 'bigint', user_id: 'varchar',
                           {", ".join(f"{name}: 'varchar'" for name in CONTEXT)},
                           properties: 'struct(amount double, items integer, item varchar)'}}
            )
            """
        )
        db.execute(
            """
            create table users as
            select user_id, (row_number() over (order by user_id))::integer as "user"
            from (select distinct user_id from raw)
            """
        )
        db.execute(
            f"""
            create table events as
            select event::event_name as event, users."user", timestamp as ts,
                   (timestamp // {DAY})::integer as day,
                   {", ".join(f"{name}::{name}_name as {name}" for name in CONTEXT)},
                   properties.amount as amount, properties.items as items, properties.item as item
            from raw join users using (user_id)
            order by event, "user", ts
            """
        )
    unfinished.rename(path)


def load_logs(path: Path, data: Path) -> None:
    """Add the logs of a data file to a database file that has none yet."""
    import duckdb

    with duckdb.connect(str(path), config={"threads": 2}) as db:
        if db.execute("select 1 from duckdb_tables() where table_name = 'logs'").fetchone():
            return
        db.execute(
            f"""
            create table logs as
            select timestamp as ts, (timestamp // {DAY})::integer as day, level, service, message
            from read_json(
                '{data}', format = 'newline_delimited',
                columns = {{timestamp: 'bigint', level: 'varchar', service: 'varchar',
                           message: 'varchar'}}
            )
            order by ts
            """
        )


def connect(path: Path) -> Any:
    """Open a database file for reading, with two threads."""
    import duckdb

    return duckdb.connect(str(path), read_only=True, config={"threads": 2})


IN_RANGE = f"day between {FIRST} and {LAST}"


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
    select null, count(distinct "user") from events
    where day between {LAST - days + 1} and {LAST}
    """


def _reported(by: str = "", held: str = "") -> str:
    """The reported attempts as a common table expression, without the word "with".

    Args:
        by: ", day" to report per day of step 1 as well.
        held: a column to hold constant, ", platform".
    """
    parts, order = [], ["t1"]
    same = "".join(f" and e.{name} = p.{name}" for name in held.split(", ") if name)
    for number, event in enumerate(FUNNEL[1:], 2):
        parts.append(
            f"""
            s{number} as (
                select p.*, case when e.ts - p.t1 <= {7 * DAY} then e.ts end as t{number}
                from s{number - 1} p
                asof left join (select "user"{held}, ts from events where event = '{event}') e
                on e."user" = p."user"{same} and e.ts >= p.t{number - 1}
            )"""
        )
        order.append(f"t{number}")
    last = len(FUNNEL)
    reached = " + ".join(f"(t{k} is not null)::integer" for k in range(2, last + 1))
    return f"""
    s1 as (
        select "user"{held}, ts as t1, day from events where event = '{FUNNEL[0]}' and {IN_RANGE}
    ),
    {",".join(parts)},
    reported{by.replace(", ", "_by_")} as (
        select "user" {by},
               unnest(max_by(struct_pack({", ".join(f"{t} := {t}" for t in order)}),
                             ({reached}) * {2**52}::bigint - t1))
        from s{last} group by "user"{by}{held}
    )
    """


def _by_day() -> str:
    """How many entered and converted per day, each person once per day; then over all days."""
    last = len(FUNNEL)
    of_day = _reported(", day").partition("reported_by_day")
    return f"""
    with {_reported()}, {"".join(of_day[1:])}
    select day, count(t{last}), count(t1) from reported_by_day group by day
    union all
    select null, count(t{last}), count(t1) from reported
    """


def _funnel(held: str = "") -> str:
    last = len(FUNNEL)
    order = [f"t{k}" for k in range(1, last + 1)]
    waits = [f"t{k} - t{k - 1}" for k in range(2, last + 1)] + [f"t{last} - t1"]
    figures = ", ".join(
        f"avg({wait}) / 1000 as a{n}, quantile_cont({wait}, 0.5) / 1000 as m{n}"
        for n, wait in enumerate(waits)
    )
    return f"""
    with {_reported(held=held)}
    select {", ".join(f"count({t})" for t in order)}, {figures} from reported
    """


def _times() -> str:
    """Bins of equal width, as many as the cube root of the people who converted."""
    return f"""
    with {_reported()},
    waits as (select (t{len(FUNNEL)} - t1) / 1000.0 as wait from reported
              where t{len(FUNNEL)} is not null),
    bounds as (
        select floor(min(wait)) as low, least(ceil(cbrt(count(*))), 60) as bins,
               ceil((ceil(max(wait)) - floor(min(wait))) / bins) as width
        from waits
    ),
    placed as (
        select least(floor((wait - low) / width), bins - 1) as place, count(*) as people
        from waits, bounds group by all
    )
    select null, avg(wait), quantile_cont(wait, 0.5) from waits
    union all
    select low + width * n.n, coalesce(people, 0), null
    from bounds, range(60) n(n) left join placed on place = n.n
    where n.n < bins
    """


def _correlation() -> str:
    """How many of those who converted, and of the others, did each event on the way."""
    last = f"t{len(FUNNEL)}"
    listed = ", ".join(f"'{event}'" for event in FUNNEL)
    return f"""
    with {_reported()}
    select e.event::varchar, count(distinct r."user") filter ({last} is not null),
           count(distinct r."user") filter ({last} is null)
    from reported r
    join events e on e."user" = r."user"
      and e.ts > r.t1 and e.ts <= coalesce({last} - 1, t1 + {7 * DAY})
    where e.event not in ({listed})
    group by e.event
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
               count(*) filter ({IN_RANGE} and (gap is null or gap > 1800000)) as sessions
        from marked group by "user"
    )
    select count(*) filter (first <= 7), count(*) filter (first > 7 and last <= 7),
           count(*) filter (last between 8 and 30), count(*) filter (last > 30),
           count(*) filter (sessions = 1), count(*) filter (sessions between 2 and 4),
           count(*) filter (sessions between 5 and 14), count(*) filter (sessions >= 15),
           count(*) filter (sessions = 0)
    from known
    """


def _uniques(where: str, by: str = "") -> tuple[str, str]:
    """People per day and over the range, each a statement of its own."""
    keys = f", {by}::varchar" if by else ""
    group = f", {by}" if by else ""
    return (
        f"""
        select day{keys}, count(distinct "user") from events
        where {IN_RANGE} and {where} group by day{group}
        """,
        f"""
        select null{keys}, count(distinct "user") from events
        where {IN_RANGE} and {where} {f"group by {by}" if by else ""}
        """,
    )


def _changes(field: str) -> str:
    """People by value in the range and in the 90 days before it."""
    people = 'count(distinct "user") filter'
    return f"""
    select '{field}', {field}::varchar, {people} (day < {FIRST}), {people} (day >= {FIRST})
    from events
    where event = 'view_item' and day between {FIRST - 90} and {LAST}
    group by {field}
    """


def _paths() -> str:
    """From everybody's first view_item, five steps within a day, repeated neighbours as one."""
    path = 'over (partition by "user" order by ts)'
    return f"""
    with starts as (
        select "user", min(ts) as begin from events
        where event = 'view_item' and {IN_RANGE} group by "user"
    ),
    marked as (
        select "user", ts, event, lag(event) {path} as before
        from events join starts using ("user")
        where ts between begin and begin + {DAY}
    ),
    numbered as (
        select event, row_number() {path} as n, lag(event) {path} as before,
               lead(event) {path} as after
        from marked where before is null or before <> event
    )
    select n, before::varchar, event::varchar, count(*) from numbered where n <= 5
    group by all
    union all
    select n + 1, event::varchar, '(end)', count(*) from numbered
    where after is null and n < 5 group by all
    """


SQL: dict[str, tuple[str, ...]] = {
    "active users": _uniques("true"),
    "rolling 7 days": (_rolling(7), _of_last(7)),
    "rolling 30 days": (_rolling(30), _of_last(30)),
    "uniques": _uniques("event = 'view_item'"),
    "uniques by country": _uniques("event = 'view_item'", "country"),
    "uniques with a filter": _uniques("event = 'view_item' and platform = 'ios'"),
    "uniques with two filters": _uniques(
        "event = 'view_item' and platform = 'ios' and country = 'US'"
    ),
    "uniques by a property": _uniques("event = 'purchase'", "items"),
    "uniques with a property filter": _uniques("event = 'purchase' and items >= 3"),
    "active users with a property": _uniques("items >= 3"),
    "counts by a property": (
        f"""
        select day, items::varchar, count(*) from events
        where {IN_RANGE} and event = 'purchase' group by grouping sets ((day, items), (items))
        """,
    ),
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
    "counts": (
        f"""
        select day, count(*) from events where {IN_RANGE} and event = 'page_view'
        group by rollup (day)
        """,
    ),
    "sum of a property": (
        f"""
        select day, sum(amount) from events where {IN_RANGE} and event = 'purchase'
        group by rollup (day)
        """,
    ),
    "share of active users": (
        f"""
        select day,
               count(distinct "user") filter (where event = 'view_item') / count(distinct "user")
        from events where {IN_RANGE} group by rollup (day)
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
    "formula of people": (
        f"""
        select day, uniques / nullif(bases, 0)
        from (
            select day, count(distinct "user") filter (where event = 'purchase') as uniques,
                   count(distinct "user") filter (where event = 'view_item') as bases
            from events where {IN_RANGE} and event in ('purchase', 'view_item')
            group by rollup (day)
        )
        where day is null or uniques > 0
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
        f"select null, avg(amount) from events where {IN_RANGE} and event = 'purchase'",
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
        with active as (
            select "user", {WEEK} as week, min(day) as first from events group by all
        ),
        cohorts as (
            select min(week) over own as cohort, min(first) over own as first, week
            from active window own as (partition by "user")
        )
        select cohort, (week - cohort) // 7 as period, count(*)
        from cohorts where first >= {FIRST} and period < 13 group by all
        """,
    ),
    "segments": (_segments(),),
    "audience": (
        f"""
        select count(distinct "user") from events
        where event = 'purchase' and ts >= {END - 1 - 30 * DAY} and ts < {END}
        """,
    ),
    "funnel": (_funnel(),),
    "funnel holding a field": (_funnel(", platform"),),
    "correlation": (_correlation(),),
    "funnel by day": (_by_day(),),
    "time to convert": (_times(),),
    "engagement": (
        f"""
        select event::varchar, count(distinct "user")
                   / (select count(distinct "user") from events where {IN_RANGE}),
               count(*) / count(distinct "user"), count(distinct "user"), count(*)
        from events where {IN_RANGE} group by event
        """,
    ),
    "usage interval": (
        f"""
        with active as (select distinct "user", day from events where {IN_RANGE}),
        gaps as (
            select "user", day - lag(day) over (partition by "user" order by day) as gap
            from active
        ),
        medians as (select "user", median(gap) as middle from gaps where gap > 0 group by all)
        select middle, count(*) from medians group by all
        """,
    ),
    "weekdays": (
        f"""
        with days as (
            select day, count(distinct "user") as users from events where {IN_RANGE} group by day
        ),
        means as (select {WEEKDAY} as weekday, avg(users) as mean from days group by all),
        people as (
            select {WEEKDAY} as weekday, count(distinct "user") as users
            from events where {IN_RANGE} group by all
        )
        select weekday, users, mean from people join means using (weekday)
        """,
    ),
    "weekdays by hour": (
        f"""
        select {WEEKDAY} as weekday, ts // 3600000 % 24 as hour, count(distinct "user")
        from events where {IN_RANGE} group by grouping sets ((1, 2), (2))
        """,
    ),
    "attribution": (
        f"""
        with conversions as (
            select row_number() over () as c, "user", ts as until
            from events where event = 'purchase' and {IN_RANGE}
        ),
        parts as (
            select c, "user", platform, count(*) as m, sum(count(*)) over (partition by c) as n
            from conversions join events using ("user")
            where ts between until - {30 * DAY} and until
            group by c, "user", platform
        )
        select platform::varchar, sum(m / n), count(distinct "user") from parts group by all
        """,
    ),
    "what changed": (_changes("country"), _changes("platform")),
    "paths": (_paths(),),
    "new users": (
        f"""
        with firsts as (select min(day) as day from events group by "user")
        select day, count(*) from firsts where {IN_RANGE} group by all
        union all
        select null, count(*) from firsts where {IN_RANGE}
        """,
    ),
    "sessions started": (
        f"""
        with gaps as (
            select day, ts - lag(ts) over (partition by "user" order by ts) as gap from events
        ),
        started as (
            select day from gaps where {IN_RANGE} and (gap is null or gap > 1800000)
        )
        select day, count(*) from started group by all
        union all
        select null, count(*) from started
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
    "values of a property": (
        f"""
        select day, items::varchar, count(*) from events
        where event = 'purchase' and {IN_RANGE} group by all
        union all
        select null, items::varchar, count(*) from events
        where event = 'purchase' and {IN_RANGE} group by all
        """,
    ),
    "sql": ("select country, count(*) from events group by country",),
    "logs by level": (
        f"""
        select day, level, count(*) from logs where {IN_RANGE} group by all
        union all
        select null, level, count(*) from logs where {IN_RANGE} group by all
        """,
    ),
    "logs of a word by level": (
        f"""
        select day, level, count(*) from logs
        where {IN_RANGE} and contains(lower(message), 'slow') group by all
        union all
        select null, level, count(*) from logs
        where {IN_RANGE} and contains(lower(message), 'slow') group by all
        """,
    ),
    "top logs": (
        f"""
        select service, count(*), 0, count(*) / sum(count(*)) over ()
        from logs where {IN_RANGE} group by service
        """,
    ),
}
"""By the question's name in `questions`."""


def answer(db: Any, name: str) -> Results:
    """Run a question's statements and return their rows together."""
    return [row for text in SQL[name] for row in db.execute(text).fetchall()]
