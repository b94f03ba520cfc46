"""The members of an audience, as SQL (definitions 5.2, 5.3).

Membership is always as of now: "in the last N days" is the rolling N x 86,400 s up to now, which
itself is included. Rules on traits and users apply to the person; any other filter holds for
whoever has one event in the lookback (default: all of history) that satisfies it, so two filters
may be satisfied by two different events.

Whether somebody did an event, and on how many days, comes from the stored sets for every whole
local day of the window; only the partial day in which a rolling window begins, and today if it has
events later than now, are read from `events`. The following are read entirely from `events`: how
many times (the sets know who, but not how often each), sums, sequences (the order of events is
needed), filters on properties, and filters on two dimensions at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.catalog.selectors import ANY, meaning
from core.definitions.audience import (
    OPERATORS,
    Definition,
    EventRule,
    Group,
    Then,
    read_definition,
)
from core.errors import BadQuestion
from core.filters import Clause, Condition, atoms
from core.queries.common.context import Context
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Relation
from core.timeframe import DAY, Span, days_span

NOBODY = "select 0 as actor where 1 = 0"


def audience_sql(
    ctx: Context,
    bind: Binder,
    definition: dict[str, Any] | Definition,
    *,
    only: int | None = None,
) -> str:
    """Return SQL selecting `actor`, once each, for everybody in an audience now.

    Args:
        only: an actor, who alone is looked for, in their own events.

    Raises:
        BadQuestion: the definition has unknown or invalid parts.
    """
    rules = definition if isinstance(definition, Definition) else read_definition(definition)
    return _Writer(ctx, bind, rules.lookback_days, only).members(rules)


def audience_size(ctx: Context, bind: Binder, rules: Definition) -> str:
    """Return SQL of how many people are in an audience now; raises as `audience_sql`."""
    return _Writer(ctx, bind, rules.lookback_days, None).size(rules)


class _Writer:
    """Writes the SQL of one definition: one named relation (actor) per rule.

    Relations are side by side rather than nested, so that a definition of any depth fits in the
    parser's stack. Where there are stored sets, people stay in sets until the end: a relation
    (actor) has another one beside it, (users), in `sets`.
    """

    def __init__(
        self, ctx: Context, bind: Binder, lookback_days: int | None, only: int | None
    ) -> None:
        self.ctx = ctx
        self.only = only
        self.has_sets = ctx.dialect.has_sets and only is None
        self.bind = bind
        self.days = Days(ctx)
        self.lookback = self.days.span(lookback_days)
        self.relations: list[str] = []
        self.sets: dict[str, str] = {}
        self.known_people = ""

    def members(self, rules: Definition) -> str:
        """Write the whole definition."""
        whole = self._whole(rules)
        return f"with {', '.join(self.relations)} select actor from {whole}"

    def size(self, rules: Definition) -> str:
        """Write how many people there are."""
        d, whole = self.ctx.dialect, self._whole(rules)
        if not self.has_sets:
            return f"with {', '.join(self.relations)} select count(*) from {whole}"
        return f"""
            with {", ".join(self.relations)}
            select {d.count(d.union("users"))} from ({self._users(whole)})"""

    def _whole(self, rules: Definition) -> str:
        parts = self._parts(rules)
        if rules.static_ids:
            parts.append(self._named(rules.static_ids))
        return self._combined(parts, rules.match)

    def _put(self, sql: str) -> str:
        """Name a relation and return its name."""
        name = f"audience_{len(self.relations) + 1}"
        self.relations.append(f"{name} as ({sql})")
        return name

    def _put_sets(self, sql: str) -> str:
        """Name the relation (actor) of the people in a relation of sets (users)."""
        sets = self._put(sql)
        name = self._put(self.ctx.dialect.members(f"select users from {sets}"))
        self.sets[name] = sets
        return name

    def _users(self, name: str) -> str:
        """Return SQL of sets (users) of the people in a relation (actor)."""
        if name in self.sets:
            return f"select users from {self.sets[name]}"
        return f"select {self.ctx.dialect.build('actor')} as users from {name}"

    def _set(self, name: str) -> str:
        """Return SQL of the set of the people in a relation (actor)."""
        return f"(select {self.ctx.dialect.union('users')} from ({self._users(name)}))"

    def _parts(self, rules: Definition | Group) -> list[str]:
        found = [self._filter(clause) for clause in rules.filters]
        found += [self._event(rule) for rule in rules.events]
        return found + [self._group(group) for group in rules.groups]

    def _group(self, group: Group) -> str:
        inner = self._combined(self._parts(group), group.match)
        return self._others(inner) if group.not_ else inner

    def _combined(self, parts: Sequence[str], match: str) -> str:
        if not parts:
            return self._everybody()
        if self.has_sets and len(parts) > 1:
            if match == "any":
                return self._put_sets(" union all ".join(map(self._users, parts)))
            found = parts[0]
            for part in parts[1:]:
                both = self.ctx.dialect.both(self._set(found), self._set(part))
                found = self._put_sets(f"select {both} as users")
            return found
        word = " intersect " if match == "all" else " union "
        found = parts[0]
        for part in parts[1:]:
            found = self._put(f"select actor from {found}{word}select actor from {part}")
        return found

    def _others(self, members: str) -> str:
        if self.has_sets:
            others = self.ctx.dialect.only(self._set(self._everybody()), self._set(members))
            return self._put_sets(f"select {others} as users")
        return self._put(f"""
            select actor from {self._everybody()}
            where actor not in (select actor from {members})""")

    def _everybody(self) -> str:
        """Everybody with an event up to now."""
        if not self.known_people:
            day = self.bind(self.ctx.today)
            if self.has_sets:
                known = f"select users from first_activity where event = 0 and day <= {day}"
                self.known_people = self._put_sets(known)
            else:
                kept = Selection(self.ctx).own(self.bind, "e")
                self.known_people = self._put(f"""
                    select distinct e.actor as actor from events e
                    where {self._whose()} and e.day <= {day} and {kept}""")
        return self.known_people

    # -- rules

    def _filter(self, clause: Clause) -> str:
        if not self._known(clause):
            return self._put(NOBODY)
        selection = self._narrowed(Selection(self.ctx).narrowed([clause]))
        if selection.members:
            inner = selection.members[0].write(self.bind)
            return self._put(f"select actor from {self._everybody()} where actor in ({inner})")
        return self._did(selection, self.lookback)

    def _event(self, rule: EventRule) -> str:
        selection = self._selected(rule)
        follows = selection if rule.then_within is None else self._selected(rule.then_within)
        if selection is None or follows is None:
            return self._everybody() if rule.holds_for_none else self._put(NOBODY)
        span = self.days.span(rule.days)
        if rule.then_within is not None:
            return self._compared(rule, self._sequence(rule, selection, follows, span))
        if rule.sum is not None:
            return self._compared(rule, self._summed(selection, rule.sum, span))
        if rule.first:
            return self._first(rule, selection, span)
        if rule.distinct_days and self.has_sets:
            return self._on_days(rule, selection, span)
        if not rule.distinct_days and _least(rule) == 1:
            did = self._did(selection, span)
            return self._others(did) if rule.holds_for_none else did
        figure = "count(distinct e.day)" if rule.distinct_days else "count(*)"
        columns = f"e.actor as actor, {figure} as figure"
        return self._compared(rule, f"{self._scan(selection, columns, span)} group by e.actor")

    def _selected(self, rule: EventRule | Then) -> Selection | None:
        """The events of a rule; None if nobody can have one."""
        if not all(self._known(clause) for clause in rule.filters):
            return None
        try:
            found = meaning(self.ctx.catalog, rule.event, absent=ANY)
        except BadQuestion:
            return None
        events = Selection(self.ctx, found.events, matching=found.matching)
        return self._narrowed(events.narrowed(rule.filters))

    def _narrowed(self, selection: Selection) -> Selection:
        """The same selection, with relations of people that are looked for in theirs."""
        if self.only is None:
            return selection
        mine = f"where actor = {self.bind(self.only)}"

        def alone(members: Relation) -> Relation:
            return Relation(
                (*members.key, "only", self.only),
                lambda bind: f"select actor from ({members.write(bind)}) {mine}",
            )

        return replace(selection, members=tuple(alone(members) for members in selection.members))

    def _whose(self) -> str:
        """The test of whose an event is: somebody's."""
        return "e.actor <> 0" if self.only is None else f"e.actor = {self.bind(self.only)}"

    def _did(self, selection: Selection, span: Span) -> str:
        """People with at least one of the events in a span."""
        if not self.has_sets or selection.set_dimension() is False:
            return self._put(self._scan(selection, "distinct e.actor as actor", span))
        whole, edges = self.days.pieces(span)
        by_name = self._by_name(selection)
        found = [self._on_edge(by_name, edge) for edge in edges]
        if whole is not None:
            found.append(self._put_sets(selection.people(self.bind, whole)))
        return self._put_sets(" union all ".join(map(self._users, found)))

    def _on_edge(self, selection: Selection, edge: Span) -> str:
        """People with at least one of the events on a partial day, each maybe several times."""
        if self.only is None and selection.blocks.can():
            return self._put_sets(self._edge_sets(selection, edge))
        return self._put(self._scan(selection, "e.actor as actor", edge))

    def _edge_sets(self, selection: Selection, edge: Span) -> str:
        """The people of events on a partial day, as a relation (slot, users)."""
        sets = selection.blocks.sets(self.bind, edge, None, ())
        return f"select slot, users from ({sets})"

    def _by_name(self, selection: Selection) -> Selection:
        """Any event as a list of all of them, since blocks are by event."""
        if not selection.any_event:
            return selection
        catalog = self.ctx.catalog
        out = catalog.events.inactive if selection.events else ()
        return replace(
            selection, events=tuple(i for i in catalog.events.ids.values() if i not in out)
        )

    def _first(self, rule: EventRule, selection: Selection, span: Span) -> str:
        """People by whether the first of the events, ever, lies in a span that ends now."""
        if rule.holds(0) == rule.holds(1):
            return self._everybody() if rule.holds(0) else self._put(NOBODY)
        found, before = self._did(selection, span), self.days.before(span)
        if before is not None:
            earlier = self._did(selection, before)
            found = self._put(f"""
            select actor from {found}
            where actor not in (select actor from {earlier})""")
        return self._others(found) if rule.holds(0) else found

    def _on_days(self, rule: EventRule, selection: Selection, span: Span) -> str:
        """People with such events on as many days as a rule requires."""
        tally = self._tally(selection, span)
        if rule.op == "eq" and rule.count:
            some, more = self._at_least(tally, rule.count), self._at_least(tally, rule.count + 1)
            return self._put(f"select actor from {some} except select actor from {more}")
        least = rule.count + (rule.op in ("gt", "lte", "eq"))
        if least == 0:
            return self._everybody() if rule.op == "gte" else self._put(NOBODY)
        some = self._at_least(tally, least)
        return some if rule.op in ("gte", "gt") else self._others(some)

    def _tally(self, selection: Selection, span: Span) -> str:
        """Relation (tally): on how many local days each person has one of the events."""
        d = self.ctx.dialect
        whole, edges = self.days.pieces(span)
        by_name = self._by_name(selection)
        if selection.set_dimension() is False:
            whole, edges, by_name = None, [span], selection
        found = []
        for edge in edges:
            columns = f"e.day as slot, {d.build('e.actor')} as users"
            if self.only is None and by_name.blocks.can():
                found.append(self._put(self._edge_sets(by_name, edge)))
            else:
                found.append(self._put(f"{self._scan(by_name, columns, edge)} group by e.day"))
        if whole is not None:
            sets = self._put(selection.people(self.bind, whole))
            merged = f"select slot, {d.union('users')} as users from {sets} group by slot"
            found.append(self._put(merged))
        days = self._put(" union all ".join(f"select users from {part}" for part in found))
        return self._put(f"select {d.tally('users')} as tally from {days}")

    def _at_least(self, tally: str, count: int) -> str:
        d = self.ctx.dialect
        least = d.at_least("tally", self.bind(count))
        return self._put_sets(f"select {least} as users from {tally}")

    def _compared(self, rule: EventRule, counted: str) -> str:
        """People with a matching figure, from a relation (actor, figure) of people with events."""
        figures = self._put(counted)
        test = f"figure {OPERATORS[rule.op]} {self.bind(rule.wanted)}"
        if rule.holds_for_none:
            return self._others(self._put(f"select actor from {figures} where not ({test})"))
        return self._put(f"select actor from {figures} where {test}")

    def _summed(self, selection: Selection, name: str, span: Span) -> str:
        d = self.ctx.dialect
        try:
            field = self.ctx.catalog.field(name, "sum")
        except BadQuestion:
            return NOBODY.replace("as actor", "as actor, 0 as figure")
        if field.kind != "property":
            raise BadQuestion(
                f"audience: sum {name!r} is not a property.",
                "For example properties.amount.",
                parameter="sum",
            )
        number = d.as_number(d.json_property(field.name, self.bind))
        return f"""
            select e.actor as actor, {d.total(f"coalesce({number}, 0)")} as figure
            from events e {d.properties_join()}
            where {selection.where(self.bind, span)}
              and {self._whose()}
            group by e.actor"""

    def _sequence(self, rule: EventRule, first: Selection, then: Selection, span: Span) -> str:
        """Relation (actor, figure) over the events that are followed in time by the other event."""
        assert rule.then_within is not None
        columns = "e.actor as actor, e.ts as ts, e.seq as seq, e.day as day"
        begun = self._put(self._scan(first, columns, span))
        after = self._put(self._scan(then, columns, self.days.span(None)))
        within = self.bind(round(rule.then_within.seconds * 1000))
        followed = self._put(f"""
            select distinct a.actor as actor, a.ts as ts, a.seq as seq, a.day as day
            from {begun} a join {after} b on b.actor = a.actor
            where b.ts >= a.ts and b.ts <= a.ts + {within}
              and b.seq <> a.seq""")
        figure = "count(distinct day)" if rule.distinct_days else "count(*)"
        return f"select actor, {figure} as figure from {followed} group by actor"

    def _scan(self, selection: Selection, columns: str, span: Span) -> str:
        return f"""
            select {columns}
            from {selection.source()}
            where {selection.where(self.bind, span)}
              and {self._whose()}"""

    def _named(self, users: Sequence[str]) -> str:
        """People by any of the ids they are known by."""
        found = self.ctx.catalog.read(
            """
            with recursive named (id) as (
                select id from identities where key in (select value from json_each(?))
                union
                select l.user from named n join links l on l.device = n.id
                union
                select a.new from named n join aliases a on a.old = n.id
            )
            select id from named
            """,
            (json.dumps(list(users)),),
        )
        listed = self.ctx.dialect.member("actor", self.bind.list([int(id_) for (id_,) in found]))
        return self._put(f"select actor from {self._everybody()} where {listed}")

    def _known(self, clause: Clause) -> bool:
        """Whether every field of a clause exists in this workspace."""
        return all(self._is_field(atom) for atom in atoms(clause))

    def _is_field(self, atom: Condition) -> bool:
        try:
            return bool(self.ctx.catalog.field(atom.field, "field"))
        except BadQuestion:
            return False


class Days:
    """Windows that end now, what lies before them, and the whole local days in them."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def span(self, days: int | None) -> Span:
        """Return the last N times 86,400 s up to now, or all of history up to now."""
        ctx = self.ctx
        first = ctx.earliest if ctx.earliest is not None else ctx.now
        start = min(first, ctx.now) if days is None else ctx.now - days * DAY
        day_of = ctx.calendar.day_of
        return Span(start, ctx.now + 1, day_of(start), ctx.today, whole_days=False)

    def before(self, span: Span) -> Span | None:
        """Return all of history before a window; None if there is none."""
        ctx = self.ctx
        if ctx.earliest is None or ctx.earliest >= span.start:
            return None
        day_of = ctx.calendar.day_of
        first, last = day_of(ctx.earliest), day_of(span.start - 1)
        return Span(ctx.earliest, span.start, first, last, whole_days=False)

    def pieces(self, span: Span) -> tuple[Span | None, list[Span]]:
        """Return the whole days of a window, and the partial days around them."""
        ctx, calendar = self.ctx, self.ctx.calendar
        first, last = span.first_day, span.last_day
        begun = span.start > max(calendar.day_start(first), ctx.earliest or 0)
        ended = ctx.latest is None or ctx.latest < span.end
        open_ = not ended and span.end < calendar.day_start(last + 1)
        whole_first, whole_last = first + begun, last - open_
        if whole_first > whole_last:
            return None, [span]
        whole = days_span(whole_first, whole_last, calendar)
        edges = []
        if begun:
            edges.append(replace(span, end=whole.start, last_day=first))
        if open_:
            edges.append(replace(span, start=whole.end, first_day=last))
        return whole, edges


def _least(rule: EventRule) -> int | None:
    """Return the count from which a rule holds, or from which it fails; None for neither."""
    return {
        "gte": rule.count, "gt": rule.count + 1, "lt": rule.count, "lte": rule.count + 1,
        "eq": None if rule.count else 1,
    }[rule.op]  # fmt: skip
