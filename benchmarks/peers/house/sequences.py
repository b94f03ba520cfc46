"""ClickHouse's statements for what people did one after the other: ASOF joins, windowFunnel, and
window functions.

An instant that is not there is NEVER, as the columns of an ASOF join cannot be null.
"""

from __future__ import annotations

from typing import Final

from benchmarks.generate import DAY, FUNNEL
from benchmarks.peers.days import FIRST, GAP, IN_RANGE
from benchmarks.peers.house.pieces import WHOLE

NEVER: Final = 2**60


def _reported(by: str = "", held: str = "") -> str:
    """The reported attempts as common table expressions, without the word "with".

    Args:
        by: ", day" to report per day of step 1.
        held: a column to hold constant, ", platform".
    """
    same = "".join(f" and e.{name} = p.{name}" for name in held.split(", ") if name)
    parts, order = [], ["t1"]
    for number, event in enumerate(FUNNEL[1:], 2):
        kept = ", ".join(f"p.{t} as {t}" for t in order)
        fields = "".join(f", p.{name} as {name}" for name in held.split(", ") if name)
        parts.append(
            f"""
            s{number} as (
                select p.user as user{fields}, p.day as day, {kept},
                       if(e.ts > 0 and e.ts - p.t1 <= {7 * DAY}, e.ts, {NEVER}) as t{number}
                from s{number - 1} p
                asof left join (select user{held}, ts from events where event = '{event}') e
                on e.user = p.user{same} and e.ts >= p.t{number - 1}
            )"""
        )
        order.append(f"t{number}")
    last = len(FUNNEL)
    reached = " + ".join(f"(t{k} < {NEVER})" for k in range(2, last + 1))
    return f"""
    s1 as (
        select user{held}, day, ts as t1 from events where event = '{FUNNEL[0]}' and {IN_RANGE}
    ),
    {",".join(parts)},
    reported as (
        select user {by},
               argMax(tuple({", ".join(order)}), ({reached}) * {2**52} - t1) as best,
               {", ".join(f"best.{n} as b{n}" for n in range(1, last + 1))}
        from s{last} group by user{by}{held}
    )
    """


def _funnel(held: str = "") -> str:
    last = len(FUNNEL)
    waits = [(f"b{k} - b{k - 1}", f"b{k}") for k in range(2, last + 1)]
    waits.append((f"b{last} - b1", f"b{last}"))
    figures = ", ".join(
        f"avgIf({wait}, {upto} < {NEVER}) / 1000, "
        f"quantileExactInclusiveIf(0.5)({wait}, {upto} < {NEVER}) / 1000"
        for wait, upto in waits
    )
    counts = ", ".join(f"countIf(b{k} < {NEVER})" for k in range(1, last + 1))
    return f"with {_reported(held=held)} select {counts}, {figures} from reported"


def _counts() -> str:
    steps = ", ".join(
        f"event = '{event}'" + (f" and {IN_RANGE}" if number == 0 else "")
        for number, event in enumerate(FUNNEL)
    )
    listed = ", ".join(f"'{event}'" for event in FUNNEL)
    counts = ", ".join(f"countIf(level >= {k})" for k in range(1, len(FUNNEL) + 1))
    return f"""
    select {counts}
    from (
        select windowFunnel({7 * DAY})(toUInt64(ts), {steps}) as level
        from events where event in ({listed}) and day >= {FIRST} group by user
    )
    """


def _by_day(day: str, by: str) -> str:
    return f"""
    with {_reported(by)}
    select {day}, countIf(b{len(FUNNEL)} < {NEVER}), count() from reported
    {"group by day" if by else ""}
    """


def _times() -> str:
    """Bins of equal width, as many as the cube root of the people who converted."""
    last = f"b{len(FUNNEL)}"
    waits = f"""
    with {_reported()},
    waits as (select ({last} - b1) / 1000.0 as wait from reported where {last} < {NEVER})
    """
    return f"""{waits},
    bounds as (
        select floor(min(wait)) as low, least(ceil(cbrt(count())), 60) as bins,
               ceil((ceil(max(wait)) - low) / bins) as width
        from waits
    ),
    placed as (
        select least(floor((wait - low) / width), bins - 1) as place, count() as people
        from waits cross join bounds group by place
    ),
    each as (
        select low + width * n.number as start, n.number as number
        from bounds cross join numbers(60) n where n.number < bins
    )
    select start, people, null from each left join placed on place = toFloat64(number)
    union all
    select null, avg(wait), quantileExactInclusive(0.5)(wait) from waits
    """


def _correlation() -> str:
    """How many of those who converted, and of the others, did each event on the way."""
    last = f"b{len(FUNNEL)}"
    listed = ", ".join(f"'{event}'" for event in FUNNEL)
    return f"""
    with {_reported()}
    select toString(e.event), uniqExactIf(r.user, {last} < {NEVER}),
           uniqExactIf(r.user, {last} = {NEVER})
    from events e join reported r on e.user = r.user
    where e.event not in ({listed}) and e.ts > r.b1
      and e.ts <= if({last} < {NEVER}, {last} - 1, b1 + {7 * DAY})
    group by e.event
    """


def _paths() -> str:
    """From everybody's first view_item, five steps within a day, repeated neighbours as one."""
    path = f"over (partition by user order by ts {WHOLE})"
    return f"""
    with starts as (
        select user, min(ts) as begin from events
        where event = 'view_item' and {IN_RANGE} group by user
    ),
    marked as (
        select user, ts, toString(event) as event,
               lagInFrame(toNullable(toString(event))) {path} as before
        from events join starts using (user)
        where ts between begin and begin + {DAY}
    ),
    numbered as (
        select event, row_number() over (partition by user order by ts) as n,
               lagInFrame(toNullable(event)) {path} as before,
               leadInFrame(toNullable(event)) {path} as after
        from (select * from marked where before is null or before <> event)
    )
    select n, before, event, count() from numbered where n <= 5 group by n, before, event
    union all
    select n + 1, event, '(end)', count() from numbered
    where after is null and n < 5 group by n, event
    """


SEQUENCES: Final[dict[str, tuple[str, ...]]] = {
    "funnel": (_funnel(),),
    "funnel counts": (_counts(),),
    "funnel holding a field": (_funnel(", platform"),),
    "funnel by day": (_by_day("day", ", day"), _by_day("null", "")),
    "time to convert": (_times(),),
    "correlation": (_correlation(),),
    "paths": (_paths(),),
    "attribution": (
        f"""
        with conversions as (
            select row_number() over () as c, user, ts as until
            from events where event = 'purchase' and {IN_RANGE}
        ),
        parts as (
            select c, user, platform, count() as m, sum(count()) over (partition by c) as n
            from conversions join events using (user)
            where ts between until - {30 * DAY} and until
            group by c, user, platform
        )
        select toString(platform), sum(m / n), uniqExact(user) from parts group by platform
        """,
    ),
    "sessions": tuple(
        f"""
        with gaps as (
            select user, day, ts,
                   ts - lagInFrame(ts, 1, 0) over (partition by user order by ts {WHOLE}) as gap
            from events where day >= {FIRST - 1}
        ),
        numbered as (
            select user, day, countIf(gap > {GAP}) over (
                       partition by user order by ts
                       rows between unbounded preceding and current row) as session
            from gaps
        )
        select {day}, uniqExact(user, session) from numbered where {IN_RANGE} {group}
        """
        for day, group in (("day", "group by day"), ("null", ""))
    ),
    "sessions started": (
        f"""
        with gaps as (
            select day, ts - lagInFrame(ts, 1, 0) over (
                       partition by user order by ts {WHOLE}) as gap
            from events where day >= {FIRST - 1}
        )
        select day, count() from gaps where {IN_RANGE} and gap > {GAP} group by rollup (day)
        """,
    ),
}
