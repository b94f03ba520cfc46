"""Where paths begin: the relation of starts (definitions 11.1).

The people who did the event come from the stored sets if possible, and each relevant occurrence
takes one seek. Otherwise the occurrences in the span are read.
"""

from __future__ import annotations

from dataclasses import replace

from core.queries.common.selection import Selection
from core.queries.paths.plan import Plan
from core.sql.dialect import Binder
from core.timeframe import Span


def starts(plan: Plan, bind: Binder) -> str:
    """Return the relation (actor, ts, seq, event, session, until) of where paths begin.

    `until` is the last instant of the scope along the path. ClickHouse identifies sessions by their
    `derived` start instead.
    """
    stored = plan.from_sets
    if plan.window is None and plan.ctx.dialect.name == "clickhouse":
        return f"select s.*, 0 as until from ({_chosen(plan, bind)}) s"
    if plan.every and plan.window is None and stored:
        return _of_sessions(plan, bind)
    if plan.every and plan.window is not None:
        found = _onward(plan, bind) if stored else _apart(plan, bind)
    else:
        found = _chosen(plan, bind) if plan.every or not stored else _sought(plan, bind)
    return f"select s.*, {_until(plan, bind)} as until from ({found}) s"


def _people(plan: Plan, bind: Binder) -> str:
    """Everybody in the stored sets, or the plan's share of them."""
    if plan.people is not None:
        return f"select value as actor from json_each({bind.list(plan.people)})"
    return plan.ctx.dialect.members(plan.anchor.people(bind, plan.span))


def _sought(plan: Plan, bind: Binder) -> str:
    """Everybody in the stored sets, with one seek for their first or last occurrence."""
    people = _people(plan, bind)
    return f"""
        select x.actor, x.ts, x.seq, x.event, x.session
        from ({people}) c
        join events x on x.actor = c.actor and (x.ts, x.seq) = (
            {_seek(plan, bind, "c.actor", bind(plan.span.start), bind(plan.span.end))})"""


def _onward(plan: Plan, bind: Binder) -> str:
    """The same, followed by one seek for each occurrence after the scope of the last."""
    first, end, window = bind(plan.span.start), bind(plan.span.end), bind(plan.window)
    left = (first, f"t.ts - {window}") if plan.backward else (f"t.ts + {window} + 1", end)
    return f"""
        with recursive taken (actor, ts, seq, event, session) as (
            {_sought(plan, bind)}
            union all
            select x.actor, x.ts, x.seq, x.event, x.session
            from taken t
            join events x on x.actor = t.actor and (x.ts, x.seq) = (
                {_seek(plan, bind, "t.actor", *left)})
        )
        select * from taken"""


def _of_sessions(plan: Plan, bind: Binder) -> str:
    """The first occurrence in each session of everybody in the stored sets."""
    people = _people(plan, bind)
    start, end = bind(plan.span.start), bind(plan.span.end)
    inside = (f"max({start}, w.start)", f"""min({end}, w."end" + 1)""", "and e.session = w.session")
    return f"""
        select x.actor, x.ts, x.seq, x.event, x.session,
               {"w.start" if plan.backward else 'w."end"'} as until
        from ({people}) c
        join sessions w on w.actor = c.actor
             and w.start < {end} and w."end" >= {start}
        join events x on x.actor = w.actor and (x.ts, x.seq) = (
             {_seek(plan, bind, "w.actor", *inside)})"""


def _seek(plan: Plan, bind: Binder, actor: str, first: str, end: str, more: str = "") -> str:
    """The (ts, seq) of a person's first occurrence along the path, from `first` to before `end`."""
    anchor = replace(plan.anchor, members=())
    return f"""
            select e.ts, e.seq
            from {anchor.source(plan.by)}
            where {_anchored(plan, bind, anchor)} and e.actor = {actor}
              and e.ts >= {first} and e.ts < {end} {more}
            order by {plan.ordered("e")}
            limit 1"""


def _anchored(plan: Plan, bind: Binder, anchor: Selection, span: Span | None = None) -> str:
    """Whether a path may begin at an event `e`."""
    shown = replace(plan, anchor=replace(anchor, clauses=())).visible(bind)
    session = "and e.session >= 0" if plan.window is None else ""
    begins = ""
    if plan.values and plan.values.start is not None:
        begins = f"and {plan.labelled(bind, plan.step(bind), plan.values.start)}"
    return f"{anchor.where(bind, span)} and {shown} {begins} {session}"


def _occurrences(plan: Plan, bind: Binder, more: str = "") -> str:
    return f"""
        select e.actor as actor, e.ts as ts, e.seq as seq, e.event as event,
               e.session as session {more}
        from {plan.anchor.source(plan.by)}
        where e.actor <> 0 and {_anchored(plan, bind, plan.anchor, plan.span)}"""


def _chosen(plan: Plan, bind: Binder) -> str:
    """The first occurrence along the path of every person, or of every session."""
    derived, within = "", "actor"
    if plan.ctx.dialect.name == "clickhouse":
        derived = ", coalesce(e.derived, 0) as derived"
        within += ", session, derived" if plan.every else ""
    elif plan.every:
        derived = f", {_DERIVED.format('e')} as derived"
        within += ", session, derived"
    kept = "actor, ts, seq, event, session" + (
        ", derived" if plan.ctx.dialect.name == "clickhouse" else ""
    )
    return f"""
        select {kept}
        from (
            select *, row_number() over (partition by {within} order by {plan.ordered()}) as place
            from ({_occurrences(plan, bind, derived)})
        )
        where place = 1"""


_DERIVED = """case when {0}.session = 0 then (
                select max(x.start) from sessions x
                where x.actor = {0}.actor and x.session = 0 and x.start <= {0}.ts) end"""
"""The start of the session that an event belongs to because of gaps, in the workspace file."""


def _apart(plan: Plan, bind: Binder) -> str:
    """Occurrences further apart than the window: the first, the next after its scope, and so on."""
    if plan.ctx.dialect.name == "clickhouse":
        return _apart_in_arrays(plan, bind)
    gap = (plan.window or 0) + 1
    way = "desc" if plan.backward else ""
    return f"""
        with recursive
        placed as (
            select *, row_number() over (order by actor, {plan.ordered()}) as place
            from ({_occurrences(plan, bind)})
        ),
        onward as materialized (
            select *,
                   min(place) over (partition by actor) as first,
                   min(place) over (partition by actor order by ts {way}
                       range between {gap} following and unbounded following) as next
            from placed
        ),
        taken as (
            select actor, ts, seq, event, session, next from onward where place = first
            union all
            select o.actor, o.ts, o.seq, o.event, o.session, o.next
            from taken t join onward o on o.place = t.next
        )
        select actor, ts, seq, event, session from taken"""


def _apart_in_arrays(plan: Plan, bind: Binder) -> str:
    """The same, folded over each person's occurrences."""
    sign = "-" if plan.backward else ""
    window = bind(plan.window)
    return f"""
        select actor, ({sign}o.1)::Int64 as ts, ({sign}o.2)::Int64 as seq, o.3 as event,
               o.4 as session
        from (
            select actor, arrayJoin(arrayFold(
                (kept, o) -> if(empty(kept) or o.1 > kept[-1].1 + {window},
                                arrayPushBack(kept, o), kept),
                arraySort(groupArray(({sign}ts, {sign}seq, event, session))),
                cast([], 'Array(Tuple(Int64, Int64, Int64, Int64))'))) as o
            from ({_occurrences(plan, bind)})
            group by actor
        )"""


def _until(plan: Plan, bind: Binder) -> str:
    """The end of the scope of a start `s`: of its window, or of its session."""
    if plan.window is not None:
        return f"s.ts {'-' if plan.backward else '+'} {bind(plan.window)}"
    edge, own = ("start", "min(x.start)") if plan.backward else ('"end"', 'max(x."end")')
    return f"""case when s.session > 0
                then (select {own} from sessions x
                      where x.session = s.session and x.actor = s.actor)
                else (select x.{edge} from sessions x
                      where x.actor = s.actor and x.session = 0 and x.start <= s.ts
                      order by x.start desc limit 1) end"""
