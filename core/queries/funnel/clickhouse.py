"""The funnel's `attempts` on ClickHouse (definitions 6.3): a row per person who did step 1.

Steps with different events chain ASOF joins. If an event name fills several steps, each person's
events become an array, and a fold walks over its groups of equal times.
"""

from __future__ import annotations

from dataclasses import replace

from core.queries.common.selection import Selection
from core.queries.funnel.plan import Plan, first_day, scope
from core.sql.dialect import Binder, OnFileOnly

NEVER = 2**62
"""A time after all others, in ms."""


def attempts(plan: Plan, bind: Binder) -> str:
    """Return the relation of Plan.attempts, s1 and x1 included.

    Raises:
        OnFileOnly: for other orders and counts, exclusions of attempts and held values.
    """
    _refuse(plan)
    every = replace(plan, spoilers=())
    found = _joined(every, bind) if plan.distinct else _folded(every, bind)
    for number in range(len(plan.spoilers)):
        found = _unspoiled(plan, bind, found, number)
    return f"select a.*, null as unit, a.t1 as t0, a.t1 as s1 from ({found}) a"


def _unspoiled(plan: Plan, bind: Binder, found: str, number: int) -> str:
    """The attempts without those in whose scope an excluded event lies: after its first step, and
    before its last one or, if that was not reached, up to the end of the window.
    """
    first, last = scope(plan.question, number)
    over = f"ifNull(a.t{last} - 1, a.t1 + {bind(plan.window)})"
    return f"""
        select a.*
        from ({found}) a
        left join (
            select actor, groupArray(ts) as times
            from ({_events(plan, bind, plan.spoilers[number])})
            group by actor
        ) x on x.actor = a.actor
        where a.t{first} is null
           or not arrayExists(t -> t > assumeNotNull(a.t{first}) and t <= {over}, x.times)"""


def _refuse(plan: Plan) -> None:
    question = plan.question
    reasons = {
        "order": plan.order != "ordered" and f"order {plan.order}",
        "exclusions": plan.spoilers and plan.question.exclude != "person" and "exclusions",
        "hold": plan.held and "held values",
        "count_by": question.count_by != "uniques" and f"count_by {question.count_by}",
        "attribution": plan.by_path and f"attribution {question.attribution}",
        "resolution": plan.tick > 1 and "resolution 1s",
    }
    for parameter, reason in reasons.items():
        if reason:
            raise OnFileOnly(
                f"a funnel with {reason} is not found in plain SQL.", parameter=parameter
            )


def _joined(plan: Plan, bind: Binder) -> str:
    """From every first event the next event of each step, then each person's best chain."""
    last = len(plan.steps)
    chain = f"""
        select actor, ts as t1, seq as x1 from ({_events(plan, bind, plan.steps[0])})
        where ts >= {bind(plan.span.start)} and ts < {bind(plan.span.end)}"""
    for step in range(2, last + 1):
        chain = f"""
        select w.*, if(n.ts <= w.t1 + {bind(plan.window)}, n.ts, null) as t{step}
        from ({chain}) w
        asof left join ({_events(plan, bind, plan.steps[step - 1])}) n
          on n.actor = w.actor and n.ts >= ifNull(w.t{step - 1}, {NEVER})"""
    times = [f"t{k}" for k in range(1, last + 1)]
    depth = " + ".join(f"isNotNull({t})" for t in times)
    picked = ", ".join(f"best.{k} as {t}" for k, t in enumerate([*times, "x1"], 1))
    return f"""
        select actor, {picked}
        from (select actor, argMax(({", ".join(times)}, x1), ({depth}, -t1, -x1)) as best
              from ({chain})
              group by actor)"""


def _events(plan: Plan, bind: Binder, part: Selection) -> str:
    """The events that match a step, or an exclusion."""
    shared = plan.shared
    selection = replace(
        part, clauses=shared.clauses + part.clauses, members=shared.members + part.members
    )
    early = plan.question.first_day and part is plan.steps[0]
    first = f" and {first_day(plan.ctx, bind)}" if early else ""
    return f"""
        select e.actor as actor, e.ts as ts, e.seq as seq
        from {selection.source()}
        where {selection.where(bind, None)} and e.actor != 0{first}"""


def _folded(plan: Plan, bind: Binder) -> str:
    """Every person's events as (ts, seq, step bits), walked from each first event."""
    last = len(plan.steps)
    first = f"bitTest(s.3, 0) and s.1 >= {bind(plan.span.start)} and s.1 < {bind(plan.span.end)}"
    others = "arrayMap(e -> e.3, arrayFilter(e -> e.1 = s.1 and e.2 != s.2, events))"
    entered = f"arrayWithConstant({_filled('1', others, last)}, s.1)"
    reached = _filled("toInt64(length(a))", "m", last)
    walk = f"""arrayFold(
            (a, t, m) -> if(t > s.1 and t <= s.1 + {bind(plan.window)},
                            arrayConcat(a, arrayWithConstant({reached} - length(a), t)), a),
            times, masks, {entered})"""
    picked = ", ".join(
        f"if(length(best.2) >= {k}, best.2[{k}], null) as t{k}" for k in range(1, last + 1)
    )
    return f"""
        select actor, {picked}, best.1 as x1
        from (
            select actor,
                   arrayMap(s -> (s.2, {walk}), arrayFilter(s -> {first}, events)) as walks,
                   arrayFirst(w -> length(w.2) = arrayMax(v -> length(v.2), walks), walks) as best
            from (
                select actor, arraySort(groupArray((ts, seq, steps))) as events,
                       arrayDistinct(arrayMap(e -> e.1, events)) as times,
                       arrayMap(t -> arrayMap(e -> e.3, arrayFilter(e -> e.1 = t, events)),
                                times) as masks
                from ({plan.fitting(bind)})
                where steps > 0
                group by actor
            )
            where notEmpty(walks)
        )"""


def _filled(before: str, masks: str, last: int) -> str:
    """How many steps are filled if events with equal times fill one step each.

    By Hall's theorem the next j steps can each get their own event if and only if every set of
    these steps has at least as many events matching one of them as it has steps.
    """
    enough = f"""arrayAll(
            set -> arrayCount(m -> bitAnd(m, bitShiftLeft(set, {before})) != 0, {masks})
                   >= bitCount(set),
            range(1, bitShiftLeft(toInt64(1), j)))"""
    return f"""({before} + if(
            arrayExists(m -> bitTest(m, {before}), {masks}) and {before} < {last},
            arrayCount(j -> {enough}, range(1, toInt64({last}) - {before} + 1)), 0))"""
