"""Which events count, and the relation every set question is built on.

`Selection.sets` is a relation (slot, v0, v1, total, users): per slot of time and breakdown value
how many events there were and the set of actors who did them. On SQLite it comes from the stored
sets whenever these can answer; otherwise, and on engines without them, from a scan of `events`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.catalog.catalog import GROUPS, Field
from core.catalog.selectors import ANY_ACTIVE, meaning
from core.columns import ACTIVE, EMPTY, NONE
from core.errors import BadQuestion
from core.filters import AnyOf, Clause, Condition, NotOf, atoms
from core.queries.common.derived import FALSE, TRUE, on_first_event, paying
from core.queries.common.revenue import brings
from core.sql.dialect import Binder
from core.timeframe import Bucket, Span, days_span, runs

if TYPE_CHECKING:
    from core.queries.common.question import Context, Question

Members = Callable[[Binder], str]
ACTOR_FIELDS = frozenset({"user", "trait", "start", *GROUPS})


@dataclass(frozen=True)
class Selection:
    """Events of some names, by some people, that satisfy some clauses.

    Attributes:
        events: event ids; () is any event, (ACTIVE,) any active one. Deleted ones are in neither.
        clauses: about single events; all must hold.
        range: the range whose end the segments named in clauses are as of.
        matching: as clauses, but part of what the event is (see core.catalog.selectors), so that
            they stay where clauses are looked at apart.
        members: write SQL selecting the `actor`s that count; everybody when empty.
    """

    ctx: Context
    events: tuple[int, ...] = ()
    clauses: tuple[Clause, ...] = ()
    members: tuple[Members, ...] = ()
    matching: tuple[Clause, ...] = ()
    range: str = "30d"

    @property
    def any_event(self) -> bool:
        """Whether names tell no events apart, but for flags."""
        return self.events in ((), (ACTIVE,))

    @property
    def stored(self) -> bool:
        """Whether the stored sets have its events, clauses and members aside."""
        return self.ctx.dialect.has_sets and not self.matching

    def narrowed(self, clauses: Iterable[Clause]) -> Selection:
        """Return this selection with further clauses; those about people become members."""
        own, people = list(self.clauses), list(self.members)
        for clause in clauses:
            kinds = {self._field(atom).kind for atom in atoms(clause)}
            if kinds and kinds <= ACTOR_FIELDS:
                people.append(self._actors_where(clause))
            else:
                own.append(clause)
        return replace(self, clauses=tuple(own), members=tuple(people))

    @property
    def of_nobody(self) -> Selection:
        """Its events that are of nobody.

        They are in counts of events and in no figure per person (definitions 4.7).
        """
        return replace(self, members=(*self.members, _nobody))

    def _field(self, condition: Condition) -> Field:
        return self.ctx.names.field(condition.field, "field")

    def _actors_where(self, clause: Clause) -> Members:
        def members(bind: Binder) -> str:
            test = self._clause(bind, clause, actor="i.actor")
            return f"select i.actor from {self.ctx.dialect.actors()} i where {test}"

        return members

    @property
    def fields(self) -> list[Field]:
        """The fields its clauses are about."""
        held = (*self.matching, *self.clauses)
        return [self._field(atom) for clause in held for atom in atoms(clause)]

    @property
    def _tells_numbers(self) -> bool:
        """Whether a clause treats 7 and "7" differently, of which a stored value is the text."""
        tests = [test for clause in self.clauses for test in atoms(clause)]
        return any(t.passes_over_numbers and self._field(t).needs_properties for t in tests)

    def set_dimension(self, by: Sequence[Field] = ()) -> Field | bool | None:
        """Return the dimension whose stored sets answer it, None for no dimension, or False."""
        if not self.ctx.dialect.has_sets:
            return False
        by_event = len(by) == 1 and by[0].kind == "event"
        fields = self.fields if by_event else [*self.fields, *by]
        used = {(field.kind, field.name): field for field in fields}
        if len(used) > 1 or len(by) > 1 or self._tells_numbers:
            return False
        for field in used.values():
            fits = field.dimension and not (by_event and field.kind != "context")
            return field if fits else False
        return None

    # -- from the stored sets, or from the events themselves

    def sets(
        self,
        bind: Binder,
        span: Span,
        *,
        slots: Sequence[Bucket] = (),
        by: Sequence[Field] = (),
        totals: bool = True,
    ) -> str:
        """Return the relation (slot, v0, v1, total, users) over a span.

        Args:
            slots: the buckets that `slot` counts, from 0; without them `slot` is the local day.
            by: up to two breakdown fields, whose raw values become v0 and v1.
            totals: False promises not to read `total`, so that people can be narrowed in the sets.
        """
        span = self.ctx.counted(span)
        dimension = self.set_dimension(by)
        clock = bool(slots) and not whole_days(slots)
        unstored = dimension is False or clock or (totals and bool(self.members))
        if unstored or not (span.whole_days or span.cut):
            return self._scanned(bind, span, slots, by)
        if span.cut:
            return self._cut(bind, span, slots, by, dimension or None)
        return self._stored(bind, span, slots, by, dimension or None)

    def _cut(
        self,
        bind: Binder,
        span: Span,
        slots: Sequence[Bucket],
        by: Sequence[Field],
        dimension: Field | bool | None,
    ) -> str:
        """The days before the last from the stored sets, and what counts of that from its events.

        A slot that holds both has two rows made one.
        """
        calendar = self.ctx.calendar
        start = calendar.day_start(span.last_day)
        rest = replace(span, start=start, first_day=span.last_day)
        found = self._scanned(bind, rest, slots, by)
        if span.first_day == span.last_day:
            return found
        days = days_span(span.first_day, span.last_day - 1, calendar)
        stored = self._stored(bind, days, slots, by, dimension)
        both = f"""
            select slot, v0, v1, total, users from ({stored})
            union all
            select slot, v0, v1, total, users from ({found})"""
        if not slots or slots[-1].first_day == slots[-1].last_day:
            return both
        return f"""
            select slot, v0, v1, sum(total) as total, {self.ctx.dialect.union("users")} as users
            from ({both})
            group by slot, v0, v1"""

    def _stored(
        self,
        bind: Binder,
        span: Span,
        slots: Sequence[Bucket],
        by: Sequence[Field],
        dimension: Field | bool | None,
    ) -> str:
        if isinstance(dimension, Field) and dimension.kind == "property":
            return self._stored_property(bind, span, slots, by, dimension)
        where = ["dimension = " + bind(dimension.dimension if isinstance(dimension, Field) else 0)]
        if by and by[0].kind == "event":
            value = "event"
            where += ["event > 0", *self._event_tests(bind, "event")]
        else:
            value = "value" if by else "0"
            where.append(self.stored_test(bind))
        if isinstance(dimension, Field):
            where += [self._clause(bind, c, column="value") for c in self.clauses]
        else:
            where.append("value = 0")
        where.append(f"day between {bind(span.first_day)} and {bind(span.last_day)}")
        users = self.narrow(bind, "users")
        slot = slot_expression(bind, "day", day_runs(slots)) if slots else "day"
        single = bool(slots) and all(s.first_day == s.last_day for s in slots)
        plain = f"""
            select {slot} as slot, {value} as v0, 0 as v1, total, {users} as users
            from {self._activity}
            where {" and ".join(where)}"""
        by_value = bool(by) and by[0].kind != "event"
        one_row_each = (not slots or single) and (by_value or not isinstance(dimension, Field))
        if one_row_each and len(self.events) < 2:
            return plain
        return f"""
            select slot, v0, v1, sum(total) as total, {self.ctx.dialect.union("users")} as users
            from ({plain})
            group by slot, v0, v1"""

    def _stored_property(
        self,
        bind: Binder,
        span: Span,
        slots: Sequence[Bucket],
        by: Sequence[Field],
        field: Field,
    ) -> str:
        """From the sets of a property, and for events that never have it those of no breakdown."""
        has = self.ctx.names.events_with(field.dimension)
        pairs = [(event, field.dimension if event in has else 0) for event in self._single_events]
        rows = bind.dialect.rows(bind.rows(pairs), ("event", "dimension"))
        where = [
            f"(event, dimension) in (select event, dimension from {rows})",
            *(self._clause(bind, clause, column="value") for clause in self.clauses),
            f"day between {bind(span.first_day)} and {bind(span.last_day)}",
        ]
        slot = slot_expression(bind, "day", day_runs(slots)) if slots else "day"
        users = self.narrow(bind, "users")
        whole = all(bucket.first_day == bucket.last_day for bucket in slots)
        if by and whole and len(pairs) == 1:
            return f"""
            select {slot} as slot, {_property_label(bind, field)} as v0, 0 as v1,
                   total, {users} as users
            from {self._activity} s
            where {" and ".join(where)}"""
        return f"""
            select slot, {_property_label(bind, field) if by else 0} as v0, 0 as v1, total, users
            from (
                select {slot} as slot, {"value" if by else 0} as value, sum(total) as total,
                       {self.ctx.dialect.union(users)} as users
                from {self._activity}
                where {" and ".join(where)}
                group by 1, 2
            ) s"""

    @property
    def _activity(self) -> str:
        """The stored sets themselves, also where others read what counts of them (`Present`).

        The days read here are all over, or nothing is dated later on them.
        """
        return "activity" if self.ctx.dialect.present is None else "main.activity"

    @property
    def _single_events(self) -> list[int]:
        """Its events one by one."""
        if not self.any_event:
            return list(self.events)
        names = self.ctx.names
        out = names.inactive if self.events else ()
        return [event for event in names.events.values() if event not in out]

    def _scanned(
        self, bind: Binder, span: Span, slots: Sequence[Bucket], by: Sequence[Field]
    ) -> str:
        values = [self.value(bind, field) for field in by] + ["0", "0"]
        if not slots:
            slot = "e.day"
        elif whole_days(slots) and (span.whole_days or span.cut):
            slot = slot_expression(bind, "e.day", day_runs(slots))
        else:
            slot = slot_expression(bind, "e.ts", list(runs(slots)))
        if any(field.kind == "paying" for field in by):
            return self._scanned_apart(bind, span, slot, values, by)
        return f"""
            select {slot} as slot, {values[0]} as v0, {values[1]} as v1,
                   count(*) as total, {self.ctx.dialect.build("e.actor")} as users
            from {self.source(by)}
            where {self.where(bind, span)}
            group by 1, 2, 3"""

    def _scanned_apart(
        self, bind: Binder, span: Span, slot: str, values: Sequence[str], by: Sequence[Field]
    ) -> str:
        """The same, with values that are too dear to be found again for every group."""
        found = self.ctx.dialect.apart(f"""
                select {slot} as slot, {values[0]} as v0, {values[1]} as v1, e.actor as actor
                from {self.source(by)}
                where {self.where(bind, span)}""")
        return f"""
            select slot, v0, v1, count(*) as total, {self.ctx.dialect.build("actor")} as users
            from ({found}) a
            group by 1, 2, 3"""

    def narrow(self, bind: Binder, users: str) -> str:
        """Return a set's SQL with everybody but the members taken out."""
        dialect = self.ctx.dialect
        for members in self.members:
            inner = f"(select {dialect.build('actor')} from {bind.relation(members)})"
            users = dialect.both(users, inner)
        return users

    # -- the events themselves

    def source(self, by: Sequence[Field] = ()) -> str:
        """Return the FROM part for a scan: events `e`, with properties when they are needed."""
        fields = [*self.fields, *by]
        join = self.ctx.dialect.properties_join() if any(f.needs_properties for f in fields) else ""
        return f"events e {join}"

    def where(self, bind: Binder, span: Span | None, event: str = "e") -> str:
        """Return the WHERE part for a scan of `events e`; a span of None is all of history."""
        tests = self._event_tests(bind, f"{event}.event")
        if span is not None and span.whole_days and self.any_event:
            tests.append(f"{event}.day between {bind(span.first_day)} and {bind(span.last_day)}")
        elif span is not None:
            tests.append(f"{event}.ts >= {bind(span.start)} and {event}.ts < {bind(span.end)}")
            if self.any_event and span.first_day == span.last_day:
                listed = bind.list(self._single_events)
                tests.append(self.ctx.dialect.member(f"{event}.event", listed))
        tests += [self._clause(bind, clause) for clause in (*self.matching, *self.clauses)]
        tests += [
            f"{event}.actor in (select actor from {bind.relation(members)})"
            for members in self.members
        ]
        return " and ".join(tests) or "1 = 1"

    def test(self, bind: Binder) -> str:
        """Return whether a row of `source` satisfies all clauses."""
        return " and ".join(self._clause(bind, clause) for clause in self.clauses) or "1 = 1"

    def stored_test(self, bind: Binder) -> str:
        """Whether a row of the stored sets is of its events; ask only where `stored`."""
        if len(self.events) > 1:
            return self.ctx.dialect.member("event", bind.list(self.events))
        return f"event = {bind(self.events[0] if self.events else 0)}"

    def first_days(self, bind: Binder, first: int, last: int) -> str:
        """Return the relation (day, users) of who did its events first on days first to last.

        From the stored first days, clauses and members aside; ask only where `stored`.
        """
        days = f"day between {bind(first)} and {bind(last)}"
        if len(self.events) < 2:
            return (
                f"select day, users from first_activity where {self.stored_test(bind)} and {days}"
            )
        d = self.ctx.dialect
        return f"""
            select day, {d.only("users", "earlier")} as users
            from (
                select day, users, {d.lag_set("upto")} over (order by day) as earlier
                from (
                    select day, users,
                           {d.union("users")} over (order by day rows unbounded preceding) as upto
                    from (
                        select day, {d.union("users")} as users
                        from first_activity
                        where {self.stored_test(bind)} and day <= {bind(last)}
                        group by day
                    )
                )
            )
            where {days}"""

    def own(self, bind: Binder, event: str) -> str:
        """Whether an event, of whatever clauses and members, has one of its names."""
        return " and ".join(self._event_tests(bind, f"{event}.event")) or "1 = 1"

    def _event_tests(self, bind: Binder, column: str) -> list[str]:
        if not self.any_event:
            return [self._event_test(bind, column)]
        names = self.ctx.names
        out = [*names.deleted, *(names.inactive if self.events else ())]
        return [f"not {self.ctx.dialect.member(column, bind.list(out))}"] if out else []

    def _event_test(self, bind: Binder, column: str) -> str:
        if len(self.events) == 1:
            return f"{column} = {bind(self.events[0])}"
        return self.ctx.dialect.member(column, bind.list(self.events))

    def value(self, bind: Binder, field: Field) -> str:
        """Return the SQL of a field's raw value on `events e`; `label` reads it back."""
        if field.kind == "context":
            return f"e.{field.name}"
        if field.kind == "either":
            own = self.ctx.dialect.dictionary(
                f"e.{field.name}", self.ctx.names.values(field.name), bind
            )
            other = self.value(bind, Field("property", field.instead))
            return f"(case when e.{field.name} <> 0 then {own} else {other} end)"
        if field.kind == "property":
            return self.ctx.dialect.json_label(self.ctx.dialect.json_property(field.name, bind))
        if field.kind == "trait":
            return self.ctx.dialect.trait_label(field.name, bind)
        if field.kind == "start":
            return on_first_event(self.ctx, bind, field, "e.actor")
        if field.kind == "paying":
            return f"(case when {paying(self.ctx, bind)} then '{TRUE}' else '{FALSE}' end)"
        return {"event": "e.event", "device": "e.device", "session": "e.session"}.get(
            field.kind, "e.actor"
        )

    # -- clauses

    def _clause(
        self, bind: Binder, clause: Clause, column: str | None = None, actor: str = "e.actor"
    ) -> str:
        if isinstance(clause, Condition):
            return self._condition(bind, clause, column, actor)
        if isinstance(clause, NotOf):
            return f"not {self._clause(bind, clause.not_, column, actor)}"
        inner = clause.any if isinstance(clause, AnyOf) else clause.all
        word, empty = (" or ", "1 = 0") if isinstance(clause, AnyOf) else (" and ", "1 = 1")
        return f"({word.join(self._clause(bind, c, column, actor) for c in inner) or empty})"

    def _condition(self, bind: Binder, condition: Condition, column: str | None, actor: str) -> str:
        field, names, dialect = self._field(condition), self.ctx.names, self.ctx.dialect
        if field.kind == "context":
            ids = names.matching(field.name, condition)
            return dialect.member(column or f"e.{field.name}", bind.list(ids))
        if field.kind == "property" and column:
            return dialect.member(column, bind.list(names.holding(field.dimension, condition)))
        if field.kind == "property":
            return dialect.holds(condition, dialect.json_property(field.name, bind), bind)
        if field.kind == "either":
            ids = names.matching(field.name, condition)
            own = dialect.member(f"e.{field.name}", bind.list(ids))
            raw = dialect.json_property(field.instead, bind)
            other = dialect.holds(condition, raw, bind)
            return f"(case when e.{field.name} <> 0 then {own} else {other} end)"
        if field.kind == "event":
            found = [i for name, i in names.events.items() if condition.holds((name,))]
            return dialect.member("e.event", bind.list(found))
        if field.kind == "start":
            ids = names.matching(field.name, condition)
            return dialect.member(on_first_event(self.ctx, bind, field, actor), bind.list(ids))
        if field.kind == "paying":
            return self._pays(bind, condition)
        if field.kind == "revenue":
            return self._brings(bind, condition)
        if field.kind in GROUPS:
            return self._belongs(bind, field, condition, actor)
        column, ids, missing = self._listed(field, condition, actor)
        test = dialect.member(column, bind.list(ids))
        return f"not {test}" if missing else test

    def _pays(self, bind: Binder, condition: Condition) -> str:
        yes, no = condition.holds((TRUE,)), condition.holds((FALSE,))
        if yes == no:
            return "1 = 1" if yes else "1 = 0"
        return f"{'' if yes else 'not '}({paying(self.ctx, bind)})"

    def _brings(self, bind: Binder, condition: Condition) -> str:
        """Whether an event brought revenue; how much is not asked for."""
        if condition.operator not in ("is_set", "is_not_set"):
            raise BadQuestion(
                f"operator {condition.operator} does not suit {condition.field}.",
                "Allowed: is_set, is_not_set.", parameter="operator",
            )  # fmt: skip
        return f"{'' if condition.operator == 'is_set' else 'not '}{brings(self.ctx, bind)}"

    def _belongs(self, bind: Binder, field: Field, condition: Condition, actor: str) -> str:
        """Whether a person is in one of the audiences or segments that a condition names."""
        from core.queries.common.membership import in_audience, in_segment

        if condition.operator not in ("eq", "in", "ne", "not_in"):
            raise BadQuestion(
                f"operator {condition.operator} does not suit {field.name}.",
                "Allowed: eq, ne, in, not_in.", parameter="operator",
            )  # fmt: skip
        tests = ["1 = 0"]
        for name in condition.wanted:
            members = (
                in_audience(self.ctx, name)
                if field.kind == "audience"
                else in_segment(self.ctx, name, self.range)
            )
            tests.append(f"{actor} in (select actor from {bind.relation(members)})")
        found = f"({' or '.join(tests)})"
        return f"not {found}" if condition.holds(None) else found

    def _listed(
        self, field: Field, condition: Condition, actor: str
    ) -> tuple[str, list[int], bool]:
        """Column, ids, and whether they are the ones to leave out (missing values match)."""
        names = self.ctx.names
        missing = condition.holds(None)
        if field.kind == "trait":
            stored = names.traits(field.name)
            return actor, [i for i, v in stored if condition.holds((v,)) != missing], missing
        column = {"user": actor, "device": "e.device", "session": "e.session"}[field.kind]
        return column, names.keys_where(field.kind, condition, wanted=not missing), missing


def _nobody(_: Binder) -> str:
    return "select 0 as actor"


def _property_label(bind: Binder, field: Field) -> str:
    """What a stored `value` of a property is shown as, which is its raw value in a scan."""
    return f"""coalesce(
        (select iif(p.value = '', '{EMPTY}', p.value) from property_values p
         where p.dimension = {bind(field.dimension)} and p.id = s.value), '{NONE}')"""


def whole_days(slots: Sequence[Bucket]) -> bool:
    """Whether buckets are made of whole local days, so that day numbers tell them apart."""
    return all(len(slot.label) == 10 for slot in slots)


def day_runs(slots: Sequence[Bucket]) -> list[tuple[int, int, int, int]]:
    """Group day buckets into runs of equal length: (first index, first day, end day, days)."""
    found: list[tuple[int, int, int, int]] = []
    for slot in slots:
        size = slot.last_day - slot.first_day + 1
        if found and found[-1][3] == size:
            index, start, _, _ = found[-1]
            found[-1] = (index, start, slot.last_day + 1, size)
        else:
            found.append((slot.index, slot.first_day, slot.last_day + 1, size))
    return found


def slot_expression(bind: Binder, column: str, pieces: Sequence[tuple[int, int, int, int]]) -> str:
    """Return SQL for the index of the bucket that a day or instant lies in.

    Args:
        pieces: runs of equal buckets: (first index, start, end, length).
    """
    whens = []
    for index, start, end, size in pieces:
        place = bind.dialect.idiv(f"{column} - {bind(start)}", bind(size))
        whens.append((bind(end), f"{place} + {bind(index)}" if index else place))
    if len(whens) == 1:
        return whens[0][1]
    branches = " ".join(f"when {column} < {end} then {value}" for end, value in whens)
    return f"case {branches} end"


def label(ctx: Context, field: Field, raw: object) -> str:
    """Return what a raw breakdown value is shown as (definitions 1.7)."""
    if field.kind in ("context", "start"):
        return ctx.names.label(field.name, int(str(raw or 0)))
    if field.kind == "event":
        return ctx.names.event_name(int(str(raw)))
    if field.is_text:
        return str(raw)
    return ctx.names.keys(field.kind).get(int(str(raw or 0)), NONE)


def select(
    ctx: Context,
    question: Question,
    event: str | None = None,
    clauses: Iterable[Clause] = (),
    *,
    parameter: str = "event",
    absent: str = ANY_ACTIVE,
) -> Selection:
    """Return the selection a question means: an event, its own clauses, audience and segment.

    Args:
        event: an event selector (see core.catalog.selectors).
        clauses: further ones, such as a step's filters.
        absent: the selector meant where none is given: ANY_ACTIVE, or ANY where being active
            does not matter.
    """
    from core.queries.common.membership import members_of

    found = meaning(ctx.names, event, parameter, absent=absent)
    members = members_of(ctx, question)
    start = Selection(ctx, found.events, (), members, found.matching, question.range)
    return start.narrowed(checked(ctx, [*question.conditions, *clauses]))


def checked(ctx: Context, clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return clauses unchanged; BadQuestion when one is about a field that nothing has."""
    for clause in clauses:
        for atom in atoms(clause):
            ctx.names.existing(atom.field, "field")
    return clauses
