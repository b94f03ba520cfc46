"""The relation of paths in SQL (definitions 11.1).

`nodes` is (actor, unit, n, event, prev, goal): a row per step of every path, n from 1; `unit` is
the `seq` of the event it begins at. A path that ends at step k has a last row with n = k + 1 and no
event; one that reaches its target ends there, with `goal` 1, and has no such row.

`walked` goes from event to event with one seek each in the order of `events`, and stops after the
shown steps unless there is a target; `strung` does so for whole paths, which is faster, if there is
no target. `windowed` numbers all events in scope with window functions, for engines that cannot
seek and for steps that are values, which no index has. Where several apply they agree.
"""

from __future__ import annotations

from core.queries.paths.plan import Plan
from core.queries.paths.starts import starts
from core.sql.dialect import Binder


def nodes(plan: Plan, bind: Binder) -> str:
    """Return the relation of nodes."""
    return walked(plan, bind) if plan.seeks else windowed(plan, bind)


def walked(plan: Plan, bind: Binder) -> str:
    """Return the relation of nodes, found by seeks."""
    going = "w.goal = 0" if plan.target is not None else f"w.n <= {bind(plan.steps)}"
    return f"""
        with recursive
        starts as materialized ({starts(plan, bind)}),
        walk (actor, unit, session, until, n, event, prev, goal, ts, seq) as (
            select s.actor, s.seq, s.session, s.until, 1, s.event, null, 0, s.ts, s.seq
            from starts s
            union all
            select w.actor, w.unit, w.session, w.until, w.n + 1, e.event, w.event,
                   {plan.aim(bind)}, e.ts, e.seq
            from walk w
            left join events e on e.actor = w.actor and (e.ts, e.seq) = (
                {_next(plan, bind, "w.ts", "w.seq", "w.event")})
            {plan.source().removeprefix("events e")}
            where w.event is not null and {going}
        )
        select actor, unit, n, event, prev, goal from walk"""


def strung(plan: Plan, bind: Binder) -> str:
    """Return the relation (actor, e1 ... en) of whole paths without a target, found by seeks.

    It has one event more than there are steps, and NULL after a path has ended. Relations are kept
    separate with `limit -1`: otherwise SQLite would repeat a seek for each mention of it.
    """
    steps = [
        """
        s1 as (select actor, session, until, event as e1, ts as t1, seq as i1 from starts)"""
    ]
    for k in range(2, plan.steps + 2):
        steps.append(
            f"""
        s{k} as not materialized (
            select w.*, e.event as e{k}, e.ts as t{k}, e.seq as i{k}
            from s{k - 1} w
            left join events e on e.actor = w.actor and (e.ts, e.seq) = (
                {_next(plan, bind, f"w.t{k - 1}", f"w.i{k - 1}", f"w.e{k - 1}")})
            limit -1
        )"""
        )
    return f"""
        with starts as materialized ({starts(plan, bind)}),{",".join(steps)}
        select * from s{plan.steps + 1}"""


def _next(plan: Plan, bind: Binder, ts: str, seq: str, event: str) -> str:
    """The (ts, seq) of the next event on the path of a row `w`."""
    other = f"and e.event <> {event}" if plan.collapse else ""
    session = "and e.session = w.session" if plan.window is None else ""
    within = f"between w.until and {ts}" if plan.backward else f"between {ts} and w.until"
    return f"""select e.ts, e.seq
                from {plan.clauses.source()}
                where e.actor = w.actor and e.ts {within}
                  and (e.ts, e.seq) {plan.further} ({ts}, {seq}) {session} {other}
                  and {plan.visible(bind)}
                order by {plan.ordered("e")}
                limit 1"""


def windowed(plan: Plan, bind: Binder) -> str:
    """Return the relation of nodes, found by numbering the events in scope."""
    d = plan.ctx.dialect
    path = f"over (partition by actor, unit order by {plan.ordered()})"
    repeated = "where before is null or before <> event" if plan.collapse else ""
    return f"""
        with
        starts as ({starts(plan, bind)}),
        scope as (
            select e.actor as actor, s.seq as unit, e.ts as ts, e.seq as seq,
                   {plan.step(bind)} as event, {plan.aim(bind)} as aim
            from {plan.source("starts s join events e on e.actor = s.actor")}
            where {_in_scope(plan)} and {plan.visible(bind)}
        ),
        marked as (select *, {d.lag("event")} {path} as before from scope),
        numbered as (
            select actor, unit, event, aim, row_number() {path} as n,
                   {d.lag("event")} {path} as prev
            from marked {repeated}
        ),
        measured as (
            select *, max(n) {_UNIT} as length,
                   min(case when n > 1 and aim = 1 then n end) {_UNIT} as goal
            from numbered
        )
        select actor, unit, n, event, prev, case when n = goal then 1 else 0 end as goal
        from measured
        where goal is null or n <= goal
        union all
        select actor, unit, n + 1, null, event, 0 from measured where goal is null and n = length"""


_UNIT = "over (partition by actor, unit)"


def _in_scope(plan: Plan) -> str:
    """Whether an event `e` lies in the scope of a start `s`, and not before it on the path."""
    place = f"(e.ts {plan.further} s.ts or e.ts = s.ts and e.seq {plan.further}= s.seq)"
    if plan.window is None and plan.ctx.dialect.name == "clickhouse":
        return f"{place} and e.session = s.session and coalesce(e.derived, 0) = s.derived"
    until = f"e.ts {'>=' if plan.backward else '<='} s.until"
    return f"{place} and {until}" + (" and e.session = s.session" if plan.window is None else "")
