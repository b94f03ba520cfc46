"""DuckDB's statements for what people did one after the other: ASOF joins and window functions."""

from __future__ import annotations

from typing import Final

from benchmarks.generate import DAY, FUNNEL
from benchmarks.peers.days import FIRST, GAP, IN_RANGE


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


def _counts() -> str:
    counts = ", ".join(f"count(t{k})" for k in range(1, len(FUNNEL) + 1))
    return f"with {_reported()} select {counts} from reported"


SEQUENCES: Final[dict[str, tuple[str, ...]]] = {
    "funnel": (_funnel(),),
    "funnel counts": (_counts(),),
    "funnel holding a field": (_funnel(", platform"),),
    "funnel by day": (_by_day(),),
    "time to convert": (_times(),),
    "correlation": (_correlation(),),
    "paths": (_paths(),),
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
    "sessions": (
        f"""
        with gaps as (
            select "user", day, ts, ts - lag(ts) over (partition by "user" order by ts) as gap
            from events where day >= {FIRST - 1}
        ),
        numbered as (
            select "user", day, count(*) filter (gap is null or gap > {GAP}) over (
                       partition by "user" order by ts) as session
            from gaps
        ),
        active as materialized (
            select distinct day, "user", session from numbered where {IN_RANGE}
        )
        select day, count(*) from active group by day
        union all
        select null, count(*) from (select distinct "user", session from active)
        """,
    ),
    "sessions started": (
        f"""
        with gaps as (
            select day, ts - lag(ts) over (partition by "user" order by ts) as gap
            from events where day >= {FIRST - 1}
        )
        select day, count(*) from gaps where {IN_RANGE} and (gap is null or gap > {GAP})
        group by rollup (day)
        """,
    ),
}
