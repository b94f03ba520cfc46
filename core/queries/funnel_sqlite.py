"""The relation of reported attempts (`funnel.Plan.attempts`) as SQLite finds it.

`walked` serves steps that an event's name alone tells apart: from every first event it seeks the
next step in the index (event, actor, ts). `matched` serves any steps: it collects the events that
fit one of them and matches them per person. Where both can be asked they agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.engines.dialect import Binder

if TYPE_CHECKING:
    from core.queries.funnel import Plan

DEPTH = 2**52
"""More than twice any time in ms, so that depth * DEPTH - time puts depth before time."""

NEVER = 2**50
"""A time in ms after all others; times 16 it still fits an integer."""


WALKED = 5
"""Steps that can be walked: each is a level of nesting, and SQLite's parser has 100 in all."""


def attempts(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of Plan.attempts; `entry` asks for x1."""
    write = walked if plan.plain and len(plan.steps) <= WALKED else matched
    return write(plan, bind, people, entry=entry)


def walked(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of a plain plan of at most WALKED steps.

    Of each person only starts that may get deeper than the ones before are tried. One that is
    stuck at depth d because the next event, at u, lies past its window is as deep as any other
    start before u - window, so the next to try is the first one from there on. `reach` holds
    both: u * 16 + d, with u = NEVER where no event follows or the funnel is complete. `best` is
    depth * DEPTH - t1: its maximum is the deepest attempt and then the earliest.
    """
    size, half, never = bind(DEPTH), bind(DEPTH // 2), bind(NEVER)
    last = len(plan.steps)
    columns = [f"t{k}" for k in range(1, last + 1)]
    columns += [f"{_first_id(plan, bind)} as x1"] if entry else []
    return f"""
        with recursive
        firsts as ({_first_starts(plan, bind, people)}),
        opening (actor, t1, reach) as materialized (
            select s1.actor, s1.ts, {_reach(plan, bind, 1)} from firsts s1
        ),
        later (actor, t1, reach) as (
            {_next_start(plan, bind, "opening")} where o.reach >> 4 < {never}
            union all
            {_next_start(plan, bind, "later")} where o.reach >> 4 < {never}
        ),
        retried as materialized (
            select actor, max((reach & 15) * {size} - t1) as best
            from later
            where t1 is not null
            group by actor
        ),
        ranked as (
            select o.actor, max((o.reach & 15) * {size} - o.t1, coalesce(r.best, 0)) as best
            from opening o left join retried r on r.actor = o.actor
            limit -1
        ),
        w1 as (
            select actor, (best + {half}) / {size} as depth,
                   (best + {half}) / {size} * {size} - best as t1
            from ranked
            limit -1
        )
        {"".join(_with_time(plan, bind, step) for step in range(2, last + 1))}
        select actor, {", ".join(columns)} from w{last} w"""


def _first_starts(plan: Plan, bind: Binder, people: tuple[int, int]) -> str:
    members = "".join(f" and actor in ({write(bind)})" for write in plan.shared.members)
    return f"""
        select actor, min(ts) as ts
        from events {plan.ctx.dialect.indexed(_first_index(plan))}
        where event = {bind(plan.shared.events[0])}
          and ts >= {bind(plan.span.start)} and ts < {bind(plan.span.end)}
          and actor between {bind(people[0])} and {bind(people[1])} {members}
        group by actor"""


def _first_index(plan: Plan) -> str:
    """By actor, unless the span is so short a part of history that by time is cheaper."""
    history = (plan.ctx.latest or 0) - (plan.ctx.earliest or 0)
    short = (plan.span.end - plan.span.start) * 8 < history
    return "events_by_event_ts" if short else "events_by_event"


def _next_start(plan: Plan, bind: Binder, relation: str) -> str:
    """The first start that may get deeper than the one of a row `o`; NULLs where there is none."""
    by_event = plan.ctx.dialect.indexed("events_by_event")
    start = f"""
        from events s1 {by_event}
        where s1.event = {bind(plan.shared.events[0])} and s1.actor = o.actor
          and s1.ts >= (o.reach >> 4) - {bind(plan.window)} and s1.ts < {bind(plan.span.end)}"""
    return f"""
        select o.actor, (select min(s1.ts) {start}),
               (select {_reach(plan, bind, 1)} {start} order by s1.ts limit 1)
        from {relation} o"""


def _reach(plan: Plan, bind: Binder, step: int) -> str:
    """How far a start `s1` gets from an event of a step, always taking the earliest next event."""
    if step == len(plan.steps):
        return str(NEVER * 16 + step)
    after = f"s{step + 1}"
    return f"""coalesce((
        select case when {after}.ts > s1.ts + {bind(plan.window)} then {after}.ts * 16 + {step}
                    else {_reach(plan, bind, step + 1)} end
        from events {after} {plan.ctx.dialect.indexed("events_by_event")}
        where {after}.event = {bind(plan.shared.events[step])} and {after}.actor = s1.actor
          and {after}.ts >= s{step}.ts
        order by {after}.ts limit 1), {NEVER * 16 + step})"""


def _with_time(plan: Plan, bind: Binder, step: int) -> str:
    """Add the time of a step. The limit keeps SQLite from repeating each seek per mention."""
    return f""", w{step} as (
            select w.*, case when depth >= {step} then (
                       select min(ts) from events {plan.ctx.dialect.indexed("events_by_event")}
                       where event = {bind(plan.shared.events[step - 1])} and actor = w.actor
                         and ts >= w.t{step - 1}) end as t{step}
            from w{step - 1} w
            limit -1
        )"""


def _first_id(plan: Plan, bind: Binder) -> str:
    return f"""(
        select min(id) from events {plan.ctx.dialect.indexed("events_by_event")}
        where event = {bind(plan.shared.events[0])} and actor = w.actor and ts = w.t1)"""


def matched(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of any plan, from the events that fit a step of people with a start."""
    last = len(plan.steps)
    columns = [f"found ->> {k} as t{k}" for k in range(1, last + 1)]
    columns += ["found ->> 0 as x1"] if entry else []
    bounds = [bind(value) for value in (last, plan.window, plan.span.start, plan.span.end)]
    return f"""
        select actor, {", ".join(columns)}
        from (select actor,
                     funnel_attempt({", ".join(bounds)}, json_group_array(ts),
                                    json_group_array(id), json_group_array(steps)) as found
              from (select *
                    from ({plan.fitting(bind, people)})
                    where actor in ({_starters(plan, bind)}) and steps > 0
                    limit -1)
              group by actor
              limit -1)
        where found is not null"""


def _starters(plan: Plan, bind: Binder) -> str:
    """Everybody who did step 1 in the span; what else they did is all that must be read."""
    first, shared = plan.steps[0], plan.shared
    selection = replace(
        first, clauses=shared.clauses + first.clauses, members=shared.members + first.members
    )
    return f"""
        select e.actor from {selection.source()} where {selection.where(bind, plan.span)}"""
