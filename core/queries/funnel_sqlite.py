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


def walked(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of a plain plan: the deepest, earliest start of each, then its times."""
    times = f"({_deepest(plan, bind, people)})"
    for step in range(2, len(plan.steps) + 1):
        times = _with_time(plan, bind, step, times)
    columns = [f"t{k}" for k in range(1, len(plan.steps) + 1)]
    columns += [f"{_first_id(plan, bind)} as x1"] if entry else []
    return f"select actor, {', '.join(columns)} from {times} w"


def _deepest(plan: Plan, bind: Binder, people: tuple[int, int]) -> str:
    """Return (actor, depth, t1); the maximum of depth * DEPTH - t1 is the reported attempt."""
    size, half = bind(DEPTH), bind(DEPTH // 2)
    members = "".join(f" and s1.actor in ({write(bind)})" for write in plan.shared.members)
    return f"""
        select actor, (best + {half}) / {size} as depth,
               (best + {half}) / {size} * {size} - best as t1
        from (select s1.actor as actor, max({_depth(plan, bind, 1)} * {size} - s1.ts) as best
              from events s1 indexed by {_first_index(plan)}
              where s1.event = {bind(plan.shared.events[0])}
                and s1.ts >= {bind(plan.span.start)} and s1.ts < {bind(plan.span.end)}
                and s1.actor between {bind(people[0])} and {bind(people[1])} {members}
              group by s1.actor
              limit -1)
        limit -1"""


def _first_index(plan: Plan) -> str:
    """By actor, unless the span is so short a part of history that by time is cheaper."""
    history = (plan.ctx.latest or 0) - (plan.ctx.earliest or 0)
    short = (plan.span.end - plan.span.start) * 8 < history
    return "events_by_event_ts" if short else "events_by_event"


def _depth(plan: Plan, bind: Binder, step: int) -> str:
    """How far one gets who has just done a step, always taking the earliest next event."""
    if step == len(plan.steps):
        return str(step)
    after = f"s{step + 1}"
    return f"""coalesce((
        select {_depth(plan, bind, step + 1)}
        from events {after} indexed by events_by_event
        where {after}.event = {bind(plan.shared.events[step])} and {after}.actor = s1.actor
          and {after}.ts between s{step}.ts and s1.ts + {bind(plan.window)}
        order by {after}.ts limit 1), {step})"""


def _with_time(plan: Plan, bind: Binder, step: int, before: str) -> str:
    """Add the time of a step. The limit keeps SQLite from repeating each seek per mention."""
    return f"""(
        select w.*, case when depth >= {step} then (
                   select min(ts) from events indexed by events_by_event
                   where event = {bind(plan.shared.events[step - 1])} and actor = w.actor
                     and ts >= w.t{step - 1}) end as t{step}
        from {before} w
        limit -1)"""


def _first_id(plan: Plan, bind: Binder) -> str:
    return f"""(
        select min(id) from events indexed by events_by_event
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
