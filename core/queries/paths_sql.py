"""The relation of paths, as statements write it (semantics 11.1).

`nodes` is (actor, unit, n, event, prev, goal): a row per step of every path, n from 1; `unit` is
the `seq` of the event it begins at. A path that ends at step k has a last row with n = k + 1 and no
event; one that gets to its target ends there, with `goal` 1, and has no such row.

`walked` goes from event to event by one seek each in the order of `events`, and stops after the
steps that are shown unless there is a target to look for; `strung` does so for whole paths, which
is faster, where there is none. `windowed` numbers all events in scope
with window functions, for engines that cannot seek. Where both can be asked they agree.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.engines.bitmaps import load
from core.engines.dialect import Binder, Statement
from core.queries.funnel_plan import MANY, SHARES
from core.queries.select import Selection

if TYPE_CHECKING:
    from core.queries.base import Context, Rows
    from core.timeframe import Span


@dataclass(frozen=True)
class Plan:
    """How paths over one span are looked for.

    Attributes:
        anchor: occurrences of the event that paths begin at, by those who count.
        span: in which they lie; the path itself may reach out of it.
        target: the events a path is complete at; None without one.
        hidden: ids of events that are no steps.
        backward: paths are followed towards the past.
        window: ms a path may take; None keeps it within its session.
        every: from every occurrence that lies in no other path, not one for each person.
        collapse: equal neighbours are one step.
        steps: how many steps are shown.
        people: the actors to look at, ascending; None is everybody who did the event.
    """

    ctx: Context
    anchor: Selection
    span: Span
    target: Selection | None
    hidden: tuple[int, ...]
    backward: bool
    window: int | None
    every: bool
    collapse: bool
    steps: int
    people: tuple[int, ...] | None = None

    @property
    def from_sets(self) -> bool:
        """Whether the stored sets say who did the event in the span."""
        return self.anchor.set_dimension() is not False and self.span.whole_days

    def shares(self) -> Generator[Statement, Rows, list[Plan]]:
        """Cut the people into shares that are asked side by side."""
        if not self.from_sets or self.anchor.members:
            return [self]
        bind = self.ctx.binder()
        rows = yield bind.statement(
            f"select users from ({self.anchor.sets(bind, self.span, totals=False)})",
            "who begins a path, to cut them into shares",
        )
        starters = load(None)
        for (users,) in rows:
            starters |= load(users)
        size = -(-len(starters) // SHARES) if len(starters) >= MANY else max(len(starters), 1)
        everybody = tuple(starters)
        cuts = range(0, max(len(everybody), 1), size)
        return [replace(self, people=everybody[cut : cut + size]) for cut in cuts]

    @property
    def order(self) -> str:
        """ORDER BY of the way that paths are followed."""
        return "{0}ts desc, {0}id desc" if self.backward else "{0}ts, {0}id"

    def ordered(self, alias: str = "") -> str:
        """The order of one relation's rows along the path."""
        return self.order.format(f"{alias}." if alias else "")

    @property
    def further(self) -> str:
        """The sign of a later place along the path."""
        return "<" if self.backward else ">"

    @property
    def clauses(self) -> Selection:
        """What holds for every event of a path."""
        return replace(self.anchor, events=(), members=(), matching=())

    def aim(self, bind: Binder) -> str:
        """1 where an event `e` is a target, else 0."""
        if self.target is None:
            return "0"
        return f"case when {self.target.where(bind, None)} then 1 else 0 end"

    def source(self, event: str = "events e") -> str:
        """The FROM part for events `e` with all that is asked of them."""
        parts = (self.anchor, *((self.target,) if self.target else ()))
        fields = any(field.kind == "property" for part in parts for field in part.fields)
        return f"{event} {self.ctx.dialect.properties_join() if fields else ''}"

    def visible(self, bind: Binder) -> str:
        """Whether an event `e` may be a step."""
        tests = [self.clauses.where(bind, None)]
        if self.hidden:
            tests.append(f"not ({self.ctx.dialect.member('e.event', bind.list(self.hidden))})")
        return " and ".join(tests)


def nodes(plan: Plan, bind: Binder) -> str:
    """Return the relation of nodes."""
    return walked(plan, bind) if plan.ctx.dialect.has_sets else windowed(plan, bind)


def walked(plan: Plan, bind: Binder) -> str:
    """Return the relation of nodes, found by seeks."""
    going = "w.goal = 0" if plan.target is not None else f"w.n <= {bind(plan.steps)}"
    return f"""
        with recursive
        starts as materialized ({starts(plan, bind)}),
        walk (actor, unit, session, until, n, event, prev, goal, ts, id) as (
            select s.actor, s.unit, s.session, s.until, 1, s.event, null, 0, s.ts, s.id
            from starts s
            union all
            select w.actor, w.unit, w.session, w.until, w.n + 1, e.event, w.event,
                   {plan.aim(bind)}, e.ts, e.id
            from walk w
            left join events e on e.actor = w.actor and (e.ts, e.id) = (
                {_next(plan, bind, "w.ts", "w.id", "w.event")})
            {plan.source().removeprefix("events e")}
            where w.event is not null and {going}
        )
        select actor, unit, n, event, prev, goal from walk"""


def strung(plan: Plan, bind: Binder) -> str:
    """Return the relation (actor, e1 ... en) of whole paths without a target, found by seeks.

    It holds an event more than there are steps; they are NULL after a path has ended. Relations
    are kept apart by `limit -1`: otherwise SQLite would repeat a seek for each mention of it.
    """
    steps = [
        """
        s1 as (select actor, session, until, event as e1, ts as t1, id as i1 from starts)"""
    ]
    for k in range(2, plan.steps + 2):
        steps.append(
            f"""
        s{k} as not materialized (
            select w.*, e.event as e{k}, e.ts as t{k}, e.id as i{k}
            from s{k - 1} w
            left join events e on e.actor = w.actor and (e.ts, e.id) = (
                {_next(plan, bind, f"w.t{k - 1}", f"w.i{k - 1}", f"w.e{k - 1}")})
            limit -1
        )"""
        )
    return f"""
        with starts as materialized ({starts(plan, bind)}),{",".join(steps)}
        select * from s{plan.steps + 1}"""


def _next(plan: Plan, bind: Binder, ts: str, id_: str, event: str) -> str:
    """The (ts, id) of the next event on the path of a row `w`."""
    other = f"and e.event <> {event}" if plan.collapse else ""
    session = "and e.session = w.session" if plan.window is None else ""
    within = f"between w.until and {ts}" if plan.backward else f"between {ts} and w.until"
    return f"""select e.ts, e.id
                from {plan.clauses.source()}
                where e.actor = w.actor and e.ts {within}
                  and (e.ts, e.id) {plan.further} ({ts}, {id_}) {session} {other}
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
            select e.actor as actor, s.unit as unit, e.ts as ts, e.id as id, e.event as event,
                   {plan.aim(bind)} as aim
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
    place = (
        f"(e.ts {plan.further} s.ts or e.ts = s.ts and (e.id = s.id or e.id {plan.further} s.id))"
    )
    if plan.window is None and plan.ctx.dialect.name == "clickhouse":
        return f"{place} and e.session = s.session and coalesce(e.derived, 0) = s.derived"
    until = f"e.ts {'>=' if plan.backward else '<='} s.until"
    return f"{place} and {until}" + (" and e.session = s.session" if plan.window is None else "")


# -- where paths begin


def starts(plan: Plan, bind: Binder) -> str:
    """Return the relation (actor, ts, id, unit, event, session, until) of where paths begin.

    `until` is the last instant of the scope along the path. ClickHouse tells sessions by their
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
    return plan.ctx.dialect.members(plan.anchor.sets(bind, plan.span, totals=False))


def _sought(plan: Plan, bind: Binder) -> str:
    """Everybody in the stored sets, with one seek for their first or last occurrence."""
    people = _people(plan, bind)
    return f"""
        select x.actor, x.ts, x.id, x.seq as unit, x.event, x.session
        from ({people}) c
        join events x on x.actor = c.actor and (x.ts, x.id) = (
            {_seek(plan, bind, "c.actor", bind(plan.span.start), bind(plan.span.end))})"""


def _onward(plan: Plan, bind: Binder) -> str:
    """The same, and from there on one seek for each occurrence after the scope of the last."""
    first, end, window = bind(plan.span.start), bind(plan.span.end), bind(plan.window)
    left = (first, f"t.ts - {window}") if plan.backward else (f"t.ts + {window} + 1", end)
    return f"""
        with recursive taken (actor, ts, id, unit, event, session) as (
            {_sought(plan, bind)}
            union all
            select x.actor, x.ts, x.id, x.seq, x.event, x.session
            from taken t
            join events x on x.actor = t.actor and (x.ts, x.id) = (
                {_seek(plan, bind, "t.actor", *left)})
        )
        select * from taken"""


def _of_sessions(plan: Plan, bind: Binder) -> str:
    """The first occurrence in each session of everybody in the stored sets."""
    people = _people(plan, bind)
    start, end = bind(plan.span.start), bind(plan.span.end)
    inside = (f"max({start}, w.start)", f"""min({end}, w."end" + 1)""", "and e.session = w.session")
    return f"""
        select x.actor, x.ts, x.id, x.seq as unit, x.event, x.session,
               {"w.start" if plan.backward else 'w."end"'} as until
        from ({people}) c
        join sessions w on w.actor = c.actor
             and w.start < {end} and w."end" >= {start}
        join events x on x.actor = w.actor and (x.ts, x.id) = (
             {_seek(plan, bind, "w.actor", *inside)})"""


def _seek(plan: Plan, bind: Binder, actor: str, first: str, end: str, more: str = "") -> str:
    """The (ts, id) of a person's first occurrence along the path, from `first` to before `end`."""
    anchor = replace(plan.anchor, members=())
    named = len(anchor.events) == 1 and not anchor.any_event
    index = plan.ctx.dialect.indexed("events_by_event") if named else ""
    return f"""
            select e.ts, e.id
            from {anchor.source().replace("events e", f"events e {index}")}
            where {_anchored(plan, bind, anchor)} and e.actor = {actor}
              and e.ts >= {first} and e.ts < {end} {more}
            order by {plan.ordered("e")}
            limit 1"""


def _anchored(plan: Plan, bind: Binder, anchor: Selection, span: Span | None = None) -> str:
    """Whether a path may begin at an event `e`."""
    shown = replace(plan, anchor=replace(anchor, clauses=())).visible(bind)
    session = "and e.session >= 0" if plan.window is None else ""
    return f"{anchor.where(bind, span)} and {shown} {session}"


def _occurrences(plan: Plan, bind: Binder, more: str = "") -> str:
    return f"""
        select e.actor as actor, e.ts as ts, e.id as id, e.seq as unit, e.event as event,
               e.session as session {more}
        from {plan.anchor.source()}
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
    kept = "actor, ts, id, unit, event, session" + (
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
"""The start of the session that gaps put an event in, in the workspace file."""


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
            select actor, ts, id, unit, event, session, next from onward where place = first
            union all
            select o.actor, o.ts, o.id, o.unit, o.event, o.session, o.next
            from taken t join onward o on o.place = t.next
        )
        select actor, ts, id, unit, event, session from taken"""


def _apart_in_arrays(plan: Plan, bind: Binder) -> str:
    """The same, folded over each person's occurrences."""
    sign = "-" if plan.backward else ""
    window = bind(plan.window)
    return f"""
        select actor, ({sign}o.1)::Int64 as ts, ({sign}o.2)::Int64 as id, o.3 as unit,
               o.4 as event, o.5 as session
        from (
            select actor, arrayJoin(arrayFold(
                (kept, o) -> if(empty(kept) or o.1 > kept[-1].1 + {window},
                                arrayPushBack(kept, o), kept),
                arraySort(groupArray(({sign}ts, {sign}id, unit, event, session))),
                cast([], 'Array(Tuple(Int64, Int64, Int64, Int64, Int64))'))) as o
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
