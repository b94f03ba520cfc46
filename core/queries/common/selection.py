"""Which events count, and the relations that every set question is built on.

`Selection.sets` is a relation (slot, v0, v1, total, users): for each time slot and breakdown value
the number of events and the set of actors who did them; `Selection.people` is without the events.
They come from the stored sets if there are any and if possible, otherwise from a scan of `events`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.catalog.fields import Field
from core.columns import EMPTY, NONE
from core.filters import Clause, Condition, atoms
from core.queries.common.by_people import divided, has_few_values
from core.queries.common.clauses import ANY_EVENT, Clauses, event_tests, is_on_people, people_tests
from core.queries.common.context import Context
from core.queries.common.slots import day_runs, slot_expression, slot_of, whole_days
from core.sql.dialect import Binder, Relation
from core.timeframe import Bucket, Span, days_span

if TYPE_CHECKING:
    from core.queries.common.blocks.rows import BlockRows


@dataclass(frozen=True)
class Selection:
    """Events with some names, by some people, that satisfy some clauses.

    Attributes:
        events: event ids; () means any event, (ACTIVE,) any active one. Deleted ones are in
            neither.
        clauses: about single events; all must hold.
        range: the range at whose end segments named in clauses are evaluated.
        matching: like clauses, but part of the event's definition (see core.catalog.selectors), so
            that they stay when clauses are handled separately.
        members: relations of the `actor`s that count; everybody if empty.
    """

    ctx: Context
    events: tuple[int, ...] = ()
    clauses: tuple[Clause, ...] = ()
    members: tuple[Relation, ...] = ()
    matching: tuple[Clause, ...] = ()
    range: str = "30d"

    @property
    def any_event(self) -> bool:
        """Whether events are not selected by name, only by flags."""
        return self.events in ANY_EVENT

    @property
    def stored(self) -> bool:
        """Whether the stored sets have its events, apart from clauses and members."""
        return self.ctx.dialect.has_sets and not self.matching

    @property
    def sought(self) -> bool:
        """Whether the stored sets say among whom to seek its first events, one by one."""
        return self.stored and self.ctx.dialect.seeks

    def narrowed(self, clauses: Iterable[Clause]) -> Selection:
        """Return this selection with additional clauses; those about people become members."""
        own, people = list(self.clauses), list(self.members)
        for clause in clauses:
            if self.ctx.dialect.counted is None and is_on_people(self.ctx, clause):
                people.append(self._actors_where(clause))
            else:
                own.append(clause)
        return replace(self, clauses=tuple(own), members=tuple(people))

    @property
    def of_nobody(self) -> Selection:
        """Its events of nobody.

        They are included in counts of events but in no figure per person (definitions 4.7).
        """
        return replace(self, members=(*self.members, NOBODY))

    def _field(self, condition: Condition) -> Field:
        return self.ctx.catalog.field(condition.field, "field")

    def _actors_where(self, clause: Clause) -> Relation:
        def members(bind: Binder) -> str:
            test = self._clauses(bind).clause(clause, actor="i.actor")
            return f"select i.actor from {self.ctx.dialect.actors()} i where {test}"

        return Relation(("where", clause.model_dump_json(), self.range), members)

    def _clauses(self, bind: Binder) -> Clauses:
        return Clauses(self.ctx, bind, self.range)

    @property
    def fields(self) -> list[Field]:
        """The fields of its clauses."""
        held = (*self.matching, *self.clauses)
        return [self._field(atom) for clause in held for atom in atoms(clause)]

    @property
    def _tells_numbers(self) -> bool:
        """Whether a clause treats 7 and "7" differently, which stored values do not distinguish."""
        tests = [test for clause in self.clauses for test in atoms(clause)]
        return any(t.passes_over_numbers and self._field(t).needs_properties for t in tests)

    def set_dimension(self, by: Sequence[Field] = ()) -> Field | bool | None:
        """Return the dimension whose stored sets answer it, None for no dimension, False if there
        is none.
        """
        if not self.ctx.dialect.has_sets:
            return False
        by_event = len(by) == 1 and by[0].kind == "event"
        fields = self.fields if by_event else [*self.fields, *by]
        used = {(field.kind, field.name): field for field in fields}
        if len(used) > 1 or len(by) > 1 or self._tells_numbers:
            return False
        for field in used.values():
            fits = field.dimension and field.kind in self.ctx.dialect.set_fields
            fits = fits and not (by_event and field.kind != "context")
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
    ) -> str:
        """Return the relation (slot, v0, v1, total, users) over a span.

        Args:
            slots: the buckets that `slot` numbers, from 0; without them `slot` is the local day.
            by: up to two breakdown fields, whose raw values become v0 and v1.
        """
        within = _Within(self.ctx.counted(span), slots, by, totals=True)
        return self._apart(bind, within) if self.members else self._read(bind, within)

    def people(
        self,
        bind: Binder,
        span: Span,
        *,
        slots: Sequence[Bucket] = (),
        by: Sequence[Field] = (),
    ) -> str:
        """Return the relation (slot, v0, v1, users) over a span, arguments as for `sets`.

        It does not count events, so members are narrowed in the stored sets themselves, and values
        of people are found once for everybody.
        """
        within = _Within(self.ctx.counted(span), slots, by, totals=False)
        if len(by) == 1 and has_few_values(self.ctx, by[0]):
            plain = replace(within, by=())
            if self._is_stored(plain):
                return divided(self.ctx, self._read(bind, plain), self.value(bind, by[0]))
        return self._read(bind, within)

    def has_days(self, span: Span, by: Sequence[Field]) -> bool:
        """Whether stored sets alone say who was active on each day of a span, by some fields."""
        return self._is_stored(_Within(self.ctx.counted(span), (), by, totals=False))

    def _is_stored(self, within: _Within) -> bool:
        """Whether stored sets alone say who was active."""
        days = not (within.by_clock or within.span.cut)
        return days and self.set_dimension(within.by) is not False

    def _read(self, bind: Binder, within: _Within) -> str:
        dimension = self.set_dimension(within.by)
        if dimension is False or within.by_clock:
            return self._apart(bind, within)
        if within.span.cut:
            return self._cut(bind, within, dimension or None)
        return self._stored(bind, within, dimension or None)

    def _cut(self, bind: Binder, within: _Within, dimension: Field | bool | None) -> str:
        """The days before the last from the stored sets, and the part that counts of the last from
        its events.

        If a slot has both, its two rows are merged.
        """
        calendar, span, slots = self.ctx.calendar, within.span, within.slots
        start = calendar.day_start(span.last_day)
        rest = replace(span, start=start, first_day=span.last_day)
        part = self._apart(bind, replace(within, span=rest))
        if span.first_day == span.last_day:
            return part
        found = bind.relation(Relation(("part of a day", part), lambda _: part))
        days = days_span(span.first_day, span.last_day - 1, calendar)
        stored = self._stored(bind, replace(within, span=days), dimension)
        columns = f"slot, v0, v1, {within.total()}users"
        both = f"""
            select {columns} from ({stored})
            union all
            select {columns} from {found}"""
        if not slots or slots[-1].first_day == slots[-1].last_day:
            return both
        return self._grouped(both, within)

    def _stored(self, bind: Binder, within: _Within, dimension: Field | bool | None) -> str:
        if isinstance(dimension, Field) and dimension.kind == "property":
            return self._stored_property(bind, within, dimension)
        span, slots, by = within.span, within.slots, within.by
        where = ["dimension = " + bind(dimension.dimension if isinstance(dimension, Field) else 0)]
        source = self._sets_of(self.events)
        if by and by[0].kind == "event":
            value, source = "event", self._sets_of(self.events or self._single_events)
            where.append(bind.dialect.member("event", bind.list(self._single_events)))
        else:
            value = "value" if by else "0"
            where.append(self.stored_test(bind))
        if isinstance(dimension, Field):
            where += [self._clauses(bind).clause(c, column="value") for c in self.clauses]
        else:
            where.append("value = 0")
        where.append(f"day between {bind(span.first_day)} and {bind(span.last_day)}")
        users = self.narrow(bind, "users")
        plain = f"""
            select {within.slot(bind)} as slot, {value} as v0, 0 as v1,
                   {within.total()}{users} as users
            from {source}
            where {" and ".join(where)}"""
        single = bool(slots) and all(s.first_day == s.last_day for s in slots)
        by_value = bool(by) and by[0].kind != "event"
        one_row_each = (not slots or single) and (by_value or not isinstance(dimension, Field))
        if one_row_each and len(self.events) < 2:
            return plain
        return self._grouped(plain, within)

    def _grouped(self, relation: str, within: _Within) -> str:
        """The merged rows of each slot and value."""
        union = self.ctx.dialect.union("users")
        return f"""
            select slot, v0, v1, {within.total("sum(total)")}{union} as users
            from ({relation})
            group by slot, v0, v1"""

    def _stored_property(self, bind: Binder, within: _Within, field: Field) -> str:
        """From the sets of a property and, for events that never have it, those of no breakdown."""
        span, by = within.span, within.by
        has = self.ctx.catalog.values.events_with(field.dimension)
        pairs = [(event, field.dimension if event in has else 0) for event in self._single_events]
        rows = bind.dialect.rows(bind.rows(pairs), ("event", "dimension"))
        write = self._clauses(bind)
        where = [
            f"(event, dimension) in (select event, dimension from {rows})",
            *(write.clause(clause, column="value") for clause in self.clauses),
            f"day between {bind(span.first_day)} and {bind(span.last_day)}",
        ]
        slot = within.slot(bind)
        users = self.narrow(bind, "users")
        union = self.ctx.dialect.union(users)
        whole = all(bucket.first_day == bucket.last_day for bucket in within.slots)
        if by and whole and len(pairs) == 1:
            return f"""
            select {slot} as slot, {_property_label(bind, field)} as v0, 0 as v1,
                   {within.total()}{users} as users
            from {self._sets_of(self._single_events)} s
            where {" and ".join(where)}"""
        return f"""
            select slot, {_property_label(bind, field) if by else 0} as v0, 0 as v1,
                   {within.total()}users
            from (
                select {slot} as slot, {"value" if by else 0} as value,
                       {within.total("sum(total)")}{union} as users
                from {self._sets_of(self._single_events)}
                where {" and ".join(where)}
                group by 1, 2
            ) s"""

    def _sets_of(self, events: Sequence[int]) -> str:
        """The stored sets of some events, or of any, themselves even if others read what counts of
        them (`Present`): the days read here are over, or nothing is dated later on them.
        """
        dialect = self.ctx.dialect
        return dialect.stored_sets(events) if dialect.present is None else "main.activity"

    @property
    def _single_events(self) -> list[int]:
        """Its events one by one, to be sought: a range would pass by the sets of all fields."""
        if not self.any_event:
            return list(self.events)
        catalog = self.ctx.catalog
        out = catalog.events.inactive if self.events else ()
        return [event for event in catalog.events.ids.values() if event not in out]

    def counted_apart(self, span: Span, slots: Sequence[Bucket], by: Sequence[Field]) -> bool:
        """Whether no stored set says how many events there are."""
        within = _Within(self.ctx.counted(span), slots, by, totals=True)
        return bool(self.members) or self.set_dimension(by) is False or within.by_clock

    @property
    def blocks(self) -> BlockRows:
        """Its events in blocks."""
        from core.queries.common.blocks.rows import BlockRows

        matching = (*self.matching, *self.clauses)
        return BlockRows(self.ctx, self._single_events, matching, self.members, self.range)

    def _apart(self, bind: Binder, within: _Within) -> str:
        """What no stored set has: from blocks or, where they cannot say it, from the events."""
        blocks = self.blocks
        if blocks.can(within.by):
            return blocks.sets(bind, within.span, within.slots or None, within.by)
        return self._scanned(bind, within)

    def _scanned(self, bind: Binder, within: _Within) -> str:
        span, slots, by = within.span, within.slots, within.by
        values = [self.value(bind, field) for field in by] + ["0", "0"]
        slot = slot_of(bind, slots, span.of_days) if slots else "e.day"
        total = within.total("count(*)")
        row = f"{slot} as slot, {values[0]} as v0, {values[1]} as v1"
        source = f"""
            from {self.source(by)}
            where {self.where(bind, span)}"""
        build = self.ctx.dialect.build
        if not any(field.kind == "paying" for field in by):
            return f"""
            select {row}, {total}{build("e.actor")} as users {source}
            group by 1, 2, 3"""
        # such values are too expensive to compute again for every group
        found = self.ctx.dialect.apart(f"""
            select {row}, e.actor as actor {source}""")
        return f"""
            select slot, v0, v1, {total}{build("actor")} as users
            from ({found}) a
            group by 1, 2, 3"""

    def narrow(self, bind: Binder, users: str) -> str:
        """Return a set's SQL without everybody who is not a member."""
        dialect = self.ctx.dialect
        for members in self.members:
            inner = f"(select {dialect.build('actor')} from {bind.relation(members)})"
            users = dialect.both(users, inner)
        return users

    # -- the events themselves

    def source(self, by: Sequence[Field] = ()) -> str:
        """Return the FROM part for a scan: events `e`, with properties if they are needed."""
        fields = [*self.fields, *by]
        join = self.ctx.dialect.properties_join() if any(f.needs_properties for f in fields) else ""
        return f"events e {join}"

    def where(self, bind: Binder, span: Span | None, event: str = "e") -> str:
        """Return the WHERE part for a scan of `events e`; a span of None means all of history."""
        tests = event_tests(self.ctx, bind, self.events, f"{event}.event")
        if span is not None and span.whole_days and self.any_event and not self.ctx.dialect.seeks:
            tests.append(f"{event}.day between {bind(span.first_day)} and {bind(span.last_day)}")
        elif span is not None:
            tests.append(f"{event}.ts >= {bind(span.start)} and {event}.ts < {bind(span.end)}")
            tests += people_tests(self.ctx, bind, self.events, span, event)
        write = self._clauses(bind)
        tests += [write.clause(clause) for clause in (*self.matching, *self.clauses)]
        tests += [
            f"{event}.actor in (select actor from {bind.relation(members)})"
            for members in self.members
        ]
        return " and ".join(tests) or "1 = 1"

    def test(self, bind: Binder) -> str:
        """Return whether a row of `source` satisfies all clauses."""
        write = self._clauses(bind)
        return " and ".join(write.clause(clause) for clause in self.clauses) or "1 = 1"

    def stored_test(self, bind: Binder) -> str:
        """Whether a row of the stored sets is of its events; only valid if `stored`."""
        if len(self.events) > 1:
            return self.ctx.dialect.member("event", bind.list(self.events))
        return f"event = {bind(self.events[0] if self.events else 0)}"

    def first_days(self, bind: Binder, first: int, last: int) -> str:
        """Return the relation (day, users) of the people who did its events first on days first to
        last.

        From the stored first days, ignoring clauses and members; only valid if `stored`.
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
        """Whether an event has one of its names, ignoring clauses and members."""
        return " and ".join(event_tests(self.ctx, bind, self.events, f"{event}.event")) or "1 = 1"

    def value(self, bind: Binder, field: Field) -> str:
        """Return the SQL of a field's raw value on `events e`; `label` reads it back."""
        return self._clauses(bind).value(field)


@dataclass(frozen=True)
class _Within:
    """The scope of a relation of sets: its time, slots and values, and whether it counts events."""

    span: Span
    slots: Sequence[Bucket]
    by: Sequence[Field]
    totals: bool

    @property
    def by_clock(self) -> bool:
        """Whether its times are not local days."""
        clock = bool(self.slots) and not whole_days(self.slots)
        return clock or not self.span.of_days

    def total(self, sql: str = "") -> str:
        """The column that counts events, with its comma; "" if they are not counted."""
        if not self.totals:
            return ""
        return f"{sql} as total, " if sql else "total, "

    def slot(self, bind: Binder) -> str:
        """The slot of a stored day."""
        return slot_expression(bind, "day", day_runs(self.slots)) if self.slots else "day"


NOBODY = Relation(("nobody",), lambda _: "select 0 as actor")
"""The events of nobody, as members."""


def _property_label(bind: Binder, field: Field) -> str:
    """The label of a stored `value` of a property, which is its raw value in a scan."""
    return f"""coalesce(
        (select iif(p.value = '', '{EMPTY}', p.value) from property_values p
         where p.dimension = {bind(field.dimension)} and p.id = s.value), '{NONE}')"""
