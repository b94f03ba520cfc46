"""Retention windows relative to the day of each start, by set algebra over days (definitions 7.3).

Everybody whose start is on the same local day has the same windows. So the stored sets of starts by
day, and the sets of returns in a window moving over all days, are enough to know who came back,
however many events there were. Only a return on the day of the start is looked up: it must not be
before the start.
"""

from __future__ import annotations

from core.queries.common.context import Context
from core.queries.common.selection import Selection
from core.queries.common.slots import day_runs, slot_expression
from core.queries.retention.fields import RetentionFields
from core.queries.retention.plan import WINDOW_DAYS, Plan
from core.queries.retention.starts import Groups, start_moments, starting
from core.sql.dialect import Binder
from core.timeframe import Span

ENDLESS = 2**52
"""Width of a window that never ends."""


def by_days(
    ctx: Context,
    bind: Binder,
    question: RetentionFields,
    plan: Plan,
    groups: Groups,
    returns: Selection,
    reach: Span,
) -> str:
    """Return a WITH clause of `starts` (slot, v0, users) and `reached` (cohort, v0, period, back).

    Args:
        reach: the days from which returns are read.
    """
    d = ctx.dialect
    listed = d.rows(bind.rows(_windows(question, plan)), ["period", "low", "width"])
    return f"""
            with started as materialized (
                {_started(ctx, bind, question, plan, groups)}
            ),
            starts as materialized (
                select slot, v0, {d.union("users")} as users from started group by slot, v0
            ),
            came as materialized (select slot as day, users
                from ({returns.people(bind, reach)})),
            again as materialized (
                {_again(ctx, bind, question, plan, groups, returns, reach)}
            ),
            windows as materialized (select period, low, width from {listed} l),
            moving as materialized ({_moving(ctx, question, plan)}),
            each as (
                select s.slot as slot, s.v0 as v0, s.day as day, s.users as whole,
                       w.period as period, m.users as users
                from started s
                cross join windows w
                join moving m on m.at = s.day + w.low and m.width = w.width
            ),
            reached as materialized (
                select cohort, v0, period, {d.union("back")} as back
                from (
                    {_modes(ctx, question)}
                    {_same_day(question, plan)}
                )
                group by cohort, v0, period
            )"""


def _windows(question: RetentionFields, plan: Plan) -> list[tuple[int, int, int]]:
    """(period, first day after the start, width) of each window but that of the start itself."""
    size = WINDOW_DAYS[plan.unit]
    found = []
    for period in range(plan.periods):
        low, end = plan.brackets[period] if plan.brackets else (size * period, size * (period + 1))
        low = max(low, 1)
        width = ENDLESS if question.mode == "unbounded" else end - low
        if width:
            found.append((period, low, width))
    return found


def _started(
    ctx: Context, bind: Binder, question: RetentionFields, plan: Plan, groups: Groups
) -> str:
    """Relation (slot, v0, day, users) of the starts."""
    d = ctx.dialect
    if question.cohort_mode == "every":
        sets = starting(ctx, question).people(bind, plan.span, by=groups.by)
        slot = slot_expression(bind, "slot", day_runs(plan.cohorts))
        return f"""select {slot} as slot, v0, slot as day, users
                from ({sets})
                where {groups.wanted(bind)} and {d.count("users")} > 0"""
    moments = start_moments(ctx, bind, question, plan, groups.by)
    return f"""select slot, v0, day, {d.build("actor")} as users
                from (select distinct slot, v0, actor, day from ({moments}) m)
                where {groups.wanted(bind)}
                group by 1, 2, 3"""


def _return_moments(bind: Binder, returns: Selection, reach: Span) -> str:
    return f"""
                        select e.actor as actor, e.ts as ts, e.day as day
                        from {returns.source()}
                        where {returns.where(bind, reach)} and e.actor <> 0"""


def _again(
    ctx: Context,
    bind: Binder,
    question: RetentionFields,
    plan: Plan,
    groups: Groups,
    returns: Selection,
    reach: Span,
) -> str:
    """Relation (slot, v0, users): people who returned on the day of a start, not before it.

    If every start is a return, all did.
    """
    d = ctx.dialect
    own = starting(ctx, question)
    narrowed = returns.matching or returns.clauses or returns.members
    if returns.events in ((), own.events) and not narrowed:
        return "select slot, v0, users from starts"
    return f"""
                select s.slot as slot, s.v0 as v0, {d.build("s.actor")} as users
                from (
                    select slot, v0, actor, day, min(ts) as began
                    from ({start_moments(ctx, bind, question, plan, groups.by)}) m
                    where {groups.wanted(bind)}
                    group by 1, 2, 3, 4
                ) s
                join (
                    select actor, day, max(ts) as latest
                    from ({_return_moments(bind, returns, reach)}) m
                    group by 1, 2
                ) r on r.actor = s.actor and r.day = s.day
                where r.latest >= s.began
                group by 1, 2"""


def _moving(ctx: Context, question: RetentionFields, plan: Plan) -> str:
    """Relation (at, width, users): the returns in a window from each day on which one begins."""
    d = ctx.dialect
    places = """
                    select day as at, 0 as place, users from came
                    union all
                    select distinct s.day + w.low, 1, null
                    from started s cross join windows w where w.width = {width}"""
    if question.mode == "unbounded":
        return f"""
                select at, {ENDLESS} as width, users from (
                    select at, place,
                           {d.union("users")} over (
                               order by at desc, place rows unbounded preceding
                           ) as users
                    from ({places.format(width=ENDLESS)})
                )
                where place"""
    widths = sorted({width for _, _, width in _windows(question, plan)})
    sliding = d.union_sliding("users")
    return " union all ".join(
        f"""
                select at, {width} as width, users from (
                    select at, place,
                           {sliding} over (
                               order by at range between current row and {width - 1} following
                           ) as users
                    from ({places.format(width=width)})
                )
                where place"""
        for width in widths
    )


def _modes(ctx: Context, question: RetentionFields) -> str:
    d = ctx.dialect
    back = d.both("whole", "users")
    if question.mode not in ("on_or_before", "streak"):
        return f"select slot as cohort, v0, period, {back} as back from each"
    first = f"select slot as cohort, v0, period, {back} as back from each where period = 0"
    upto = "over (partition by slot, v0, day order by period rows unbounded preceding)"
    if question.mode == "on_or_before":
        return f"""{first}
                    union all
                    select slot, v0, period, {d.both("whole", "users")}
                    from (
                        select slot, v0, period, whole, {d.union("users")} {upto} as users
                        from each
                        where period > 0
                    )"""
    return f"""{first}
                    union all
                    select slot, v0, period, {d.only("whole", "missing")}
                    from (
                        select slot, v0, period, whole,
                               {d.union(d.only("whole", "users"))} {upto} as missing
                        from each
                        where period > 0
                    )"""


def _same_day(question: RetentionFields, plan: Plan) -> str:
    """People of `again` are back in the window that contains the start itself, if there is one."""
    if plan.brackets and plan.brackets[0][0] > 0:
        return ""
    return """
                    union all
                    select slot, v0, 0, users from again"""
