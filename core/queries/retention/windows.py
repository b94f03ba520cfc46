"""Who came back in which window of a retention cohort (definitions 7.3, basis and modes).

Calendar periods come from sets alone. Windows counted from each start, those of 24 hours and
brackets of days, depend on the hour or day of every single start. Those of days come from the
stored sets of days (see days), if there are any. For hours there are none, so every start is joined
with every return of the same person. Where coming back takes several returns these are counted in
the events.
"""

from __future__ import annotations

from core.catalog.selectors import meaning
from core.queries.common import often
from core.queries.common.context import Context
from core.queries.common.select import checked
from core.queries.common.selection import Selection
from core.queries.retention.days import by_days
from core.queries.retention.fields import RetentionFields
from core.queries.retention.plan import WINDOW_DAYS, Plan
from core.queries.retention.starts import EVERYBODY, Groups, start_moments, start_sets
from core.sql.dialect import Binder
from core.timeframe import DAY, days_span

HOUR = 3_600_000


def relations(
    ctx: Context, bind: Binder, question: RetentionFields, plan: Plan, groups: Groups = EVERYBODY
) -> str:
    """Return a WITH clause of `starts` (slot, v0, users) and `reached` (cohort, period, back).

    `back` are the people who came back in a window, which may include people outside the cohort. If
    windows are counted from each start, `reached` also has the group `v0` of the start.
    """
    write = _from_events if plan.rolling else _from_sets
    return write(ctx, bind, question, plan, groups)


def matched(plan: Plan) -> str:
    """SQL for whether a row `r` of `reached` matches a row `s` of `starts`, cohort aside."""
    return "r.v0 = s.v0" if plan.rolling else "1 = 1"


def _returning(ctx: Context, question: RetentionFields) -> Selection:
    found = meaning(ctx.catalog, question.return_event, "return_event")
    start = Selection(ctx, found.events, matching=found.matching, range=question.range)
    both = question.conditions if question.filters_on == "both" else ()
    return start.narrowed(checked(ctx, [*question.return_filters, *both]))


# -- calendar periods, from sets


def _from_sets(
    ctx: Context, bind: Binder, question: RetentionFields, plan: Plan, groups: Groups
) -> str:
    d = ctx.dialect
    returns = _returning(ctx, question)
    found = often.people(returns, bind, plan.return_span, plan.returns, question.at_least)
    return f"""
            with starts as materialized (
                select slot, v0, users
                from ({start_sets(ctx, bind, question, plan, groups.by)})
                where {d.count("users")} > 0 and {groups.wanted(bind)}
            ),
            whole as (
                select slot, {d.union("users") if groups.by else "users"} as users
                from starts
                {"group by slot" if groups.by else ""}
            ),
            returns as materialized ({_every_slot(ctx, bind, plan, found)}),
            reached as materialized (
                select slot as cohort, 0 as period, users as back from whole
                union all
                {_MODES[question.mode](ctx, bind, plan)}
            )"""


def _every_slot(ctx: Context, bind: Binder, plan: Plan, found: str) -> str:
    """The relation of returns, with an empty set for periods without any."""
    d = ctx.dialect
    each = d.rows(bind.rows([[bucket.index] for bucket in plan.returns]), ["slot"])
    return f"""
                select slot, {d.union("users")} as users
                from (
                    select slot, users from ({found})
                    union all
                    select slot, {d.build("0")} as users from {each} p group by slot
                )
                group by slot"""


def _after(bind: Binder, plan: Plan) -> str:
    return f"r.slot > s.slot and r.slot < s.slot + {bind(plan.periods)}"


def _on(_: Context, bind: Binder, plan: Plan) -> str:
    return f"""
                select s.slot, r.slot - s.slot, r.users
                from whole s
                cross join returns r
                where {_after(bind, plan)}"""


def _on_or_after(ctx: Context, bind: Binder, plan: Plan) -> str:
    union = ctx.dialect.union("users")
    return f"""
                select s.slot, r.slot - s.slot, r.users
                from whole s
                cross join (
                    select slot, {union} over (order by slot desc rows unbounded preceding) as users
                    from returns
                ) r
                where {_after(bind, plan)}"""


def _on_or_before(ctx: Context, bind: Binder, plan: Plan) -> str:
    union = ctx.dialect.union("users")
    return f"""
                select cohort, slot - cohort,
                       {union} over (partition by cohort order by slot rows unbounded preceding)
                from (
                    select s.slot as cohort, r.slot as slot, r.users as users
                    from whole s
                    cross join returns r
                    where {_after(bind, plan)}
                )"""


def _streak(ctx: Context, bind: Binder, plan: Plan) -> str:
    """Everybody except those who have missed one of the periods so far."""
    d = ctx.dialect
    return f"""
                select cohort, slot - cohort, {d.only("whole", "missing")}
                from (
                    select cohort, slot, whole,
                           {d.union("users")} over (
                               partition by cohort order by slot rows unbounded preceding
                           ) as missing
                    from (
                        select s.slot as cohort, r.slot as slot, s.users as whole,
                               {d.only("s.users", "r.users")} as users
                        from whole s
                        cross join returns r
                        where {_after(bind, plan)}
                    )
                )"""


_MODES = {
    "n_day": _on,
    "unbounded": _on_or_after,
    "on_or_before": _on_or_before,
    "streak": _streak,
}


# -- windows counted from each start, from the events


def _from_events(
    ctx: Context, bind: Binder, question: RetentionFields, plan: Plan, groups: Groups
) -> str:
    d = ctx.dialect
    stamp = _stamp(bind, plan)
    returns = _returning(ctx, question)
    last = ctx.today
    if question.mode != "unbounded":
        last = min(last, plan.cohorts[-1].last_day + _reach(plan) + 1)
    span = days_span(plan.span.first_day, max(last, plan.span.first_day), ctx.calendar)
    if d.seeks and d.has_sets and not plan.by_the_hour and question.at_least == 1:
        return by_days(ctx, bind, question, plan, groups, returns, span)
    return f"""
            with starts_at as materialized (
                select slot, v0, actor, {stamp} as stamp, min(ts) as began
                from ({start_moments(ctx, bind, question, plan, groups.by)}) m
                where {groups.wanted(bind)}
                group by 1, 2, 3, 4
            ),
            starts as materialized (
                select slot, v0, {d.build("actor")} as users from starts_at group by slot, v0
            ),
            returns_at as materialized (
                select actor, {stamp} as stamp, {_returned(question)}
                from (
                    select e.actor as actor, e.ts as ts, e.day as day
                    from {returns.source()}
                    where {returns.where(bind, span)} and e.actor <> 0
                ) m
                group by {"1, 2" if question.at_least == 1 else "1, 2, ts"}
            ),
            hits as materialized ({_hits(ctx, bind, question, plan)}),
            reached as materialized (
                select cohort, v0, period, {d.build("actor")} as back
                from ({_retained(ctx, bind, question, plan)})
                group by cohort, v0, period
            )"""


def _reach(plan: Plan) -> int:
    """How many days after a start the last window ends."""
    return plan.brackets[-1][1] if plan.brackets else WINDOW_DAYS[plan.unit] * plan.periods


def _stamp(bind: Binder, plan: Plan) -> str:
    """SQL for the local hour of an event, as its first instant, or for its local day.

    In a few zones hours are not aligned with those of UTC, and in one the clock changes by half an
    hour.
    """
    if not plan.by_the_hour:
        return "day"
    pieces = _minute_shifts(plan)
    floors = [
        f"{plan.ctx.dialect.idiv(f'ts + {bind(s)}', bind(HOUR))} * {bind(HOUR)} - {bind(s)}"
        for _, s in pieces
    ]
    whens = [
        f"when ts < {bind(until)} then {floor}"
        for floor, (until, _) in zip(floors, pieces[1:], strict=False)
    ]
    return f"(case {' '.join(whens)} else {floors[-1]} end)" if whens else f"({floors[0]})"


def _minute_shifts(plan: Plan) -> list[tuple[int, int]]:
    """How many ms local hours begin before those of UTC, and since when: (ms, shift) ascending."""
    calendar = plan.ctx.calendar
    pieces: list[tuple[int, int]] = []
    for day in range(plan.span.first_day, max(plan.ctx.today, plan.span.last_day) + 1):
        begin, end = calendar.day_start(day), calendar.day_start(day + 1)
        moved = calendar.offset(begin) % HOUR != calendar.offset(end) % HOUR
        for at in range(begin, end, HOUR // 2) if moved else (begin,):
            shift = calendar.offset(at) % HOUR
            if not pieces or pieces[-1][1] != shift:
                pieces.append((at, shift))
    return pieces


def _hits(ctx: Context, bind: Binder, question: RetentionFields, plan: Plan) -> str:
    """(cohort, v0, actor, start, period): the windows of each start in which somebody came back."""
    away = "r.stamp - s.stamp"
    if plan.by_the_hour:
        away = ctx.dialect.idiv(away, bind(DAY))
    size = WINDOW_DAYS[plan.unit]
    period = away if size == 1 else ctx.dialect.idiv(away, bind(size))
    tests = ["r.latest >= s.began", "r.stamp >= s.stamp"]
    if plan.brackets:
        period = _bracket(bind, away, plan)
        tests.append(f"{away} >= {bind(plan.brackets[0][0])}")
    if question.mode != "unbounded":
        tests.append(f"{away} < {bind(_reach(plan))}")
    enough = f"having sum(r.times) >= {bind(question.at_least)}" if question.at_least > 1 else ""
    return f"""
                select s.slot as cohort, s.v0 as v0, s.actor as actor, s.stamp as start,
                       {period} as period
                from starts_at s
                join returns_at r on r.actor = s.actor
                where {" and ".join(tests)}
                group by 1, 2, 3, 4, 5
                {enough}"""


def _returned(question: RetentionFields) -> str:
    """The latest return of an hour or day; if they are counted, how many there are at an instant.

    Those before a start in the same hour or day do not count.
    """
    return "max(ts) as latest" if question.at_least == 1 else "ts as latest, count(*) as times"


def _bracket(bind: Binder, away: str, plan: Plan) -> str:
    whens = [f"when {away} < {bind(end)} then {n}" for n, (_, end) in enumerate(plan.brackets)]
    return f"case {' '.join(whens)} end"


def _retained(ctx: Context, bind: Binder, question: RetentionFields, plan: Plan) -> str:
    """(cohort, v0, period, actor) for everybody who counts as returned at a period."""
    if question.mode in ("n_day", "bracket"):
        return "select cohort, v0, period, actor from hits"
    numbers = ctx.dialect.rows(bind.rows([[n] for n in range(plan.periods)]), ["period"])
    first = """
            select cohort, v0, actor, 0 as low, 0 as high
            from hits
            where period = 0
            union all"""
    if question.mode == "unbounded":
        reach = """
            select cohort, v0, actor, 0 as low, max(period) as high
            from hits
            group by cohort, v0, actor"""
    elif question.mode == "on_or_before":
        reach = f"""
            {first}
            select cohort, v0, actor, min(period), {bind(plan.periods)}
            from hits
            where period > 0
            group by cohort, v0, actor"""
    else:
        reach = f"""
            {first}
            select cohort, v0, actor, 1, max(period)
            from (
                select cohort, v0, actor, period,
                       row_number() over (
                           partition by cohort, v0, actor, start order by period
                       ) as nth
                from hits
                where period > 0
            )
            where period = nth
            group by cohort, v0, actor"""
    return f"""
                select t.cohort as cohort, t.v0 as v0, n.period as period, t.actor as actor
                from ({reach}) t
                cross join {numbers} n
                where n.period between t.low and t.high"""
