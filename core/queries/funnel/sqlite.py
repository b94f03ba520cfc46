"""The relation of reported attempts (`funnel.Plan.attempts`) in SQLite.

`walked` handles steps that are distinguished by an event's name alone: from every first event it
seeks the next step among the events of its actor. `matched` handles any steps: it collects the
events that match one of them and matches them per person. Where both apply they agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from core.queries.funnel import blocks
from core.queries.funnel.plan import Plan, first_day, spec
from core.sql.dialect import Binder

DEPTH = 2**52
"""More than twice any time in ms, so that depth * DEPTH - time sorts by depth before time."""


def attempts(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of Plan.attempts; `entry` adds s1 and x1."""
    if not plan.plain and plan.in_blocks():
        return blocks.attempts(plan, bind, entry=entry)
    write = walked if plan.plain else matched
    return write(plan, bind, people, entry=entry)


def walked(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of a plain plan.

    An attempt repeatedly takes the earliest next event; it is stuck if that event, at u, lies past
    its window. The same event stops every other start before u - window at the same step or
    earlier, so the next start to try is the first one from there on. No later start gets deeper
    than an attempt that is complete or is followed by no event.

    `opening` is everybody's first attempt and `again` the second attempt of those whose first is
    stuck; their last time may be that u. The few who are still stuck continue in `further`. Of
    several attempts the deepest counts and, among those, the earliest.

    Relations that are read once are not materialized but kept separate with `limit -1`: otherwise
    SQLite would repeat a seek for each mention of its result.
    """
    if len(plan.steps) == 1:
        return _begun(plan, bind, people, entry=entry)
    w = _Walk.of(plan, bind)
    best = f"max(depth * {bind(DEPTH)} - t1)"
    columns = f"null as unit, t1 as t0, {w.times}"
    columns += f", t1 as s1, {_first_seq(w)} as x1" if entry else ""
    return f"""
        with recursive
        opening1 as not materialized ({_first_starts(plan, bind, people)} limit -1),
        {w.steps("opening")},
        opening as materialized (select * from opening{w.last}),
        starts as not materialized ({_next_start(w, "opening")} limit -1),
        again1 as not materialized (select * from starts where t1 is not null limit -1),
        {w.steps("again")},
        again as materialized (select * from again{w.last}),
        further (actor, depth, {w.times}, next) as ({_further(w)}),
        tried as (
            select actor, {w.depth} as depth, {w.timely} from opening where {w.stuck}
            union all
            select actor, {w.depth}, {w.timely} from again
            union all
            select actor, depth, {w.times} from further
            where depth > 0 and (next is null or next > t1 + {w.window})
        ),
        reported as (
            select actor, {w.timely} from opening where not {w.stuck}
            union all
            select actor, {w.times} from (select *, {best} from tried group by actor)
        )
        select actor, {columns} from reported r"""


def _begun(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of a plain plan of one step: everybody's first start."""
    first = f", t1 as s1, {_first_seq(_Walk.of(plan, bind))} as x1" if entry else ""
    return f"""
        select actor, null as unit, t1 as t0, t1 {first}
        from ({_first_starts(plan, bind, people)}) r"""


class _Walk(NamedTuple):
    """The SQL that the relations of a walk are written with, and the number of steps.

    A row of attempts has actor and t1 ... tn: NULL after the first time past the window.

    Attributes:
        events: placeholders of the steps' events.
        window, end: ms, and the first instant after the span.
        last: the number of steps.
    """

    events: tuple[str, ...]
    window: str
    end: str
    last: int

    @classmethod
    def of(cls, plan: Plan, bind: Binder) -> _Walk:
        """Bind the values that are needed more than once."""
        events = tuple(bind(event) for event in plan.shared.events)
        return cls(events, bind(plan.window), bind(plan.span.end), len(plan.steps))

    @property
    def times(self) -> str:
        """The columns t1 ... tn."""
        return ", ".join(f"t{k}" for k in range(1, self.last + 1))

    @property
    def timely(self) -> str:
        """The columns t1 ... tn without a time past the window."""
        later = (f"iif({self._reached(k)}, t{k}, null) as t{k}" for k in range(2, self.last + 1))
        return ", ".join(["t1", *later])

    @property
    def depth(self) -> str:
        """How many steps were reached in time."""
        later = (f"coalesce({self._reached(k)}, 0)" for k in range(2, self.last + 1))
        return " + ".join(["1", *later])

    @property
    def latest(self) -> str:
        """The last known time; later steps have later times."""
        return f"coalesce({', '.join(f't{k}' for k in range(self.last, 0, -1))})"

    @property
    def stuck(self) -> str:
        """Whether the next event lies past the window."""
        return f"({self.latest} > t1 + {self.window})"

    def _reached(self, step: int) -> str:
        return f"t{step} <= t1 + {self.window}"

    def steps(self, name: str) -> str:
        """The relations name2 ... nameN, each adding the time of one step to the previous one."""
        return ",\n        ".join(self._step(name, k) for k in range(2, self.last + 1))

    def _step(self, name: str, step: int) -> str:
        seek = f"""(
                select min(ts) from events
                where event = {self.events[step - 1]} and actor = a.actor
                  and ts >= a.t{step - 1})"""
        if step > 2:
            seek = f"case when {self._reached(step - 1)} then {seek} end"
        return f"""{name}{step} as not materialized (
            select a.*, {seek} as t{step}
            from {name}{step - 1} a
            limit -1
        )"""


def _first_starts(plan: Plan, bind: Binder, people: tuple[int, int]) -> str:
    members = "".join(f" and actor in ({own.write(bind)})" for own in plan.shared.members)
    return f"""
            select actor, min(ts) as t1
            from events
            where event = {bind(plan.shared.events[0])}
              and ts >= {bind(plan.span.start)} and ts < {bind(plan.span.end)}
              and actor between {bind(people[0])} and {bind(people[1])} {members}
            group by actor"""


def _next_start(w: _Walk, relation: str) -> str:
    """The next start to try for everybody who is stuck; NULL if there is none."""
    return f"""
            select actor, (select min(ts) from events
                           where event = {w.events[0]} and actor = a.actor
                             and ts >= {w.latest} - {w.window} and ts < {w.end}) as t1
            from {relation} a
            where {w.stuck}"""


def _further(w: _Walk) -> str:
    """All further attempts, one seek per row.

    A row has reached `depth` and found `next`, the time of the following step; with depth 0 that is
    a start. The next row continues there, or at the next start to try if that is too late.
    """
    late = f"a.next > a.t1 + {w.window}"
    times = [f"iif({late}, null, coalesce(a.t1, a.next))"]
    for k in range(2, w.last + 1):
        times.append(
            f"case when {late} then null when a.depth = {k - 1} then a.next else a.t{k} end"
        )
    after = " ".join(f"when {k} then {w.events[k + 1]}" for k in range(w.last - 1))
    return f"""
            select actor, {w.depth}, {w.timely}, {w.latest} from again where {w.stuck}
            union all
            select a.actor, iif({late}, 0, a.depth + 1), {", ".join(times)},
                   (select min(ts) from events
                    where event = iif({late}, {w.events[0]}, case a.depth {after} end)
                      and actor = a.actor and ts >= iif({late}, a.next - {w.window}, a.next))
            from further a
            where a.next is not null and (a.depth > 0 or a.next < {w.end})"""


def _first_seq(w: _Walk) -> str:
    return f"""(
            select min(seq) from events
            where event = {w.events[0]} and actor = r.actor and ts = r.t1)"""


def matched(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of any plan, from the events of people with a start that match a step."""
    last = len(plan.steps)
    columns = ["value ->> 0 as unit", "value ->> 1 as t0"]
    columns += [f"value ->> {k + 4} as t{k}" for k in range(1, last + 1)]
    columns += ["value ->> 3 as s1", "value ->> 2 as x1"] if entry else []
    columns += ["value -> 4 as path"] if plan.by_path else []
    fitting = "" if plan.any_event else "and steps > 0"
    held = "json_group_array(json(held))" if plan.held else "null"
    return f"""
        select actor, {", ".join(columns)}
        from (select actor,
                     funnel_attempts({bind(spec(plan))}, json_group_array(ts),
                                     json_group_array(seq), json_group_array(steps),
                                     {held}) as found
              from (select *
                    from ({plan.fitting(bind, people)})
                    where actor in ({_starters(plan, bind)}) {fitting}
                    limit -1)
              group by actor
              limit -1),
             json_each(found)"""


def _starters(plan: Plan, bind: Binder) -> str:
    """Everybody who did step 1 in the span; only their other events must be read."""
    first, shared = plan.steps[0], plan.shared
    selection = replace(
        first, clauses=shared.clauses + first.clauses, members=shared.members + first.members
    )
    where = selection.where(bind, plan.span)
    where += f" and {first_day(plan.ctx, bind)}" if plan.question.first_day else ""
    return f"""
        select e.actor from {selection.source()} where {where}"""
