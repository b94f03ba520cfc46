"""The funnel's `attempts` on ClickHouse (definitions 6.3): a row per person who did step 1.

Steps with different events chain ASOF joins. If an event name fills several steps, each person's
events become an array, and a fold walks over its groups of equal times. Other orders and counts,
exclusions of attempts and held values are left to the program that finds them for SQLite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from core.queries.common.selection import Selection
from core.queries.funnel.plan import Plan, first_day, scope, spec
from core.sequences.few_events import STEADY
from core.sequences.held import by_value
from core.sequences.model import Check, Event
from core.sequences.search import search_of, told
from core.sql.dialect import Binder, Statement

NEVER = 2**62
"""A time after all others, in ms."""

AT_ONCE = 100_000
"""How many people's events a program is given at a time."""


def attempts(plan: Plan, bind: Binder) -> str:
    """Return the relation of Plan.attempts, s1 and x1 included."""
    if _by_program(plan):
        return _searched(plan, bind)
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


def _by_program(plan: Plan) -> bool:
    """Whether its attempts are not found in SQL."""
    question = plan.question
    spoiled = bool(plan.spoilers) and question.exclude != "person"
    usual = plan.order in STEADY and question.count_by == "uniques" and plan.tick == 1
    parted = bool(plan.cuts) and not plan.distinct
    return not usual or spoiled or parted or bool(plan.held) or plan.by_path


def _searched(plan: Plan, bind: Binder) -> str:
    """The attempts that a program finds in the events of those who did step 1, some people at a
    time; it is that of SQLite's function `funnel_attempts`.
    """
    program = plan.ctx.dialect.program
    assert program is not None
    search, found = search_of(spec(plan)), []
    ((last,),) = program.rows(Statement("select max(id) from identities", {}, "how many there are"))
    for first in range(1, int(last or 0) + 1, AT_ONCE):
        for actor, *columns in program.rows(_of_people(plan, (first, first + AT_ONCE - 1))):
            events, held = list(zip(*columns[:3], strict=True)), columns[3] if plan.held else None
            found += [
                [actor, *row]
                for value, own in _by_held(events, held, program.check)
                for row in told(search, value, own, program.check)
            ]
    steps = ", Nullable(Int64)" * len(plan.steps)
    width = 6 + len(plan.steps)
    whole = [[*row[:5], row[5] or [], *row[6:], *[None] * (width - len(row))] for row in found]
    rows = bind(orjson.dumps(whole).decode())
    path = "Array(Tuple(Int64, Int64, Int64))"
    kind = f"Tuple(UInt32, Nullable(String), Int64, Int64, Int64, {path}{steps})"
    names = ["actor", "unit", "t0", "x1", "s1", "path"]
    names += [f"t{k}" for k in range(1, len(plan.steps) + 1)]
    picked = ", ".join(f"r.{at} as {name}" for at, name in enumerate(names, 1))
    return f"""
        select {picked}
        from (select arrayJoin(JSONExtract({rows}, 'Array({kind})')) as r)"""


def _of_people(plan: Plan, people: tuple[int, int]) -> Statement:
    """The events of some people: actor, and arrays of ts, seq, steps and held values."""
    bind = plan.ctx.binder()
    held = ", groupArray(held)" if plan.held else ""
    fitting = "" if plan.any_event else "and steps > 0"
    first, shared = plan.steps[0], plan.shared
    starting = replace(
        first, clauses=shared.clauses + first.clauses, members=shared.members + first.members
    )
    start = starting.where(bind, plan.span)
    if plan.question.first_day:
        start += f" and {first_day(plan.ctx, bind)}"
    return bind.statement(
        f"""
        select actor, groupArray(ts), groupArray(seq), groupArray(steps){held}
        from ({plan.fitting(bind, people)})
        where actor in (select e.actor from {starting.source()} where {start}) {fitting}
        group by actor""",
        "the events of attempts",
    )


def _by_held(
    events: list[Event], held: list[list[str | None]] | None, check: Check
) -> Iterable[tuple[str | None, Sequence[Event]]]:
    """Somebody's events in order, apart by held values if any are held."""
    if held is None:
        return [(None, sorted(events))]
    return by_value(events, held, check).items()


def _joined(plan: Plan, bind: Binder) -> str:
    """From every first event the next event of each step, then each person's best chain, or that of
    each part of the span.
    """
    last, later = len(plan.steps), ">" if plan.order == "strict_increase" else ">="
    chain = f"""
        select actor, ts as t1, seq as x1 from ({_events(plan, bind, plan.steps[0])})
        where ts >= {bind(plan.span.start)} and ts < {bind(plan.span.end)}"""
    for step in range(2, last + 1):
        chain = f"""
        select w.*, if(n.ts <= w.t1 + {bind(plan.window)}, n.ts, null) as t{step}
        from ({chain}) w
        asof left join ({_events(plan, bind, plan.steps[step - 1])}) n
          on n.actor = w.actor and n.ts {later} ifNull(w.t{step - 1}, {NEVER})"""
    part = ""
    if plan.cuts:
        starts = bind.list([plan.span.start, *plan.cuts])
        part = f", roundDown(t1, JSONExtract({starts}, 'Array(Int64)'))"
    times = [f"t{k}" for k in range(1, last + 1)]
    depth = " + ".join(f"isNotNull({t})" for t in times)
    picked = ", ".join(f"best.{k} as {t}" for k, t in enumerate([*times, "x1"], 1))
    return f"""
        select actor, {picked}
        from (select actor, argMax(({", ".join(times)}, x1), ({depth}, -t1, -x1)) as best
              from ({chain})
              group by actor{part})"""


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
    entered, reached = _filled("1", others, last), _filled("toInt64(length(a))", "m", last)
    if plan.order == "strict_increase":
        entered, reached = "1", _filled_once("toInt64(length(a))", "m", last)
    entered = f"arrayWithConstant({entered}, s.1)"
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


def _filled_once(before: str, masks: str, last: int) -> str:
    """How many steps are filled if events with equal times fill one step at most."""
    fits = f"arrayExists(m -> bitTest(m, {before}), {masks})"
    return f"({before} + if({before} < {last} and {fits}, 1, 0))"


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
