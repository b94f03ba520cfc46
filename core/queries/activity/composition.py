"""Composition: the active people of a range by the values of a field (definitions 9.4).

Where stored sets have the values of a context field, they tell "most_recent" of everybody who had
one value on their last day. The value on somebody's last event is in no set, so that of the others
is read from events or their blocks, as are properties in any mode and "cross_values". Traits and
start fields have one value per person, so the set of active people is enough. All values of a
context field come from the stored sets if conditions allow.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field as Limited

from core.answers import Cell, Column, Table
from core.catalog.fields import Field
from core.columns import OTHER
from core.errors import BadQuestion
from core.queries.common.clauses import ACTOR_FIELDS
from core.queries.common.context import Context
from core.queries.common.groups import in_group, label
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Dialect, Relation, Statement
from core.timeframe import Span

CHARTED = 13
"""How many values a chart shows, with one more for the rest."""


class Composition(Question):
    """The active people by their values of a field.

    Attributes:
        property: the field; a bare name that only a trait has means that trait.
        mode: "most_recent": the value on a person's last event of the range, so that everybody is
            in one row; "all_values": every value on their events, so that people may be in several
            rows; "cross_values": the set of all their values, again one row per person.
        limit: how many values to list; a chart shows 13 and combines the rest.
    """

    kind: Literal["composition"] = "composition"
    property: str = Limited(min_length=1)
    mode: Literal["most_recent", "all_values", "cross_values"] = "most_recent"
    limit: int = Limited(default=100, ge=1, le=1000)

    needs: ClassVar[str] = "events"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        found, d, bind = self._field(ctx), ctx.dialect, ctx.binder()
        rows = yield bind.statement(
            f"""
            with found as materialized ({self._sets(ctx, bind, found)})
            select 0 as whole, v0, {d.count("users")} as people from found
            union all
            select 1, '', {d.count(d.union("users"))} from found
            """,
            "people by value",
        )
        everybody = sum(people for whole, _, people in rows if whole)
        named = [(*self._named(ctx, found, v0), people) for whole, v0, people in rows if not whole]
        named = sorted((row for row in named if row[2]), key=lambda row: (-row[2], row[0]))
        other = yield from self._other(ctx, named, everybody)
        shown = named[: self.limit]
        return Table(
            title=f"Composition by {found.key.removeprefix('properties.')}",
            **dates(ctx.span(self.range)),
            notes=self._notes(found, [people for _, _, people in named], everybody),
            columns=(
                Column(name=found.key.removeprefix("properties.")),
                Column(name="users", type="count"),
                Column(name="share", type="percent"),
            ),
            rows=tuple((value, people, people / everybody) for value, _, people in shown),
            keys=tuple(key for _, key, _ in shown),
            people_column="users",
            truncated=len(named) > self.limit,
            charted=min(CHARTED, self.limit),
            other=(OTHER, other, other / everybody) if other else None,
        )

    def _notes(self, field: Field, counts: list[int], everybody: int) -> tuple[str, ...]:
        notes = []
        if sum(counts) != everybody:
            notes.append(
                f"Shares are of {everybody:,} active users; people may be in several rows."
            )
        if field.kind == "trait":
            notes.append(f"{field.key} is the current value, not that at the time.")
        return tuple(notes)

    def _named(self, ctx: Context, field: Field, raw: Any) -> tuple[str, str]:
        """Return the label of a raw value, and the key of its row."""
        if self.mode != "cross_values" or field.kind in ACTOR_FIELDS:
            found = label(ctx, field, raw)
            return found, found
        parts = (bytes.fromhex(part).decode() for part in raw.split(","))
        labels = sorted(label(ctx, field, part) for part in parts)
        single = len(labels) == 1 and not labels[0].startswith("[")
        return " + ".join(labels), labels[0] if single else json.dumps(labels, ensure_ascii=False)

    def _other(
        self, ctx: Context, named: Sequence[tuple[str, str, int]], everybody: int
    ) -> Generator[Statement, Rows, int]:
        """Return how many people have a value that a chart does not show by name."""
        charted = min(CHARTED, self.limit)
        if len(named) <= charted:
            return 0
        if self.mode != "all_values":
            return everybody - sum(people for _, _, people in named[:charted])
        bind = ctx.binder()
        cell = Cell(row=OTHER, besides=tuple((key,) for _, key, _ in named[:charted]))
        counted = yield bind.statement(
            f"select count(*) from ({self.people(ctx, bind, cell)})", "people with other values"
        )
        return int(counted[0][0])

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people with the row's value; without a row, everybody active."""
        found = self._field(ctx)
        if cell.row is None:
            test = "1 = 1"
        elif cell.row == OTHER and cell.besides:
            shown = [self._has(ctx, bind, found, key) for key, *_ in cell.besides]
            test = f"not ({' or '.join(shown)})"
        else:
            test = self._has(ctx, bind, found, cell.row)
        return ctx.dialect.members(
            f"select users from ({self._sets(ctx, bind, found)}) where {test}"
        )

    def _has(self, ctx: Context, bind: Binder, field: Field, key: str) -> str:
        """Test whether `v0` is the value of a row."""
        if self.mode != "cross_values" or field.kind in ACTOR_FIELDS:
            return in_group(ctx, bind, field, "v0", key)
        try:
            labels = json.loads(key) if key.startswith("[") else [key]
        except ValueError:
            labels = [key]
        raws = (self._raw(ctx, field, str(found)) for found in labels)
        return f"v0 = {bind(','.join(sorted(str(raw).encode().hex().upper() for raw in raws)))}"

    def _raw(self, ctx: Context, field: Field, wanted: str) -> int | str:
        """Return the raw value of a label."""
        if field.is_text:
            return wanted
        if field.kind == "event":
            return ctx.catalog.events.id_of(wanted, "cell")
        catalog, context = ctx.catalog, field.kind == "context"
        known = catalog.values.of(field.name) if context else catalog.people.keys(field.kind)
        found = [id_ for id_ in (0, *known) if label(ctx, field, id_) == wanted]
        if not found:
            raise BadQuestion(f"cell names no value {wanted!r}.", parameter="cell")
        return found[0]

    def _field(self, ctx: Context) -> Field:
        if "." not in self.property and ":" not in self.property:
            trait = f"trait:{self.property}"
            try:
                return ctx.catalog.existing(self.property, "property")
            except BadQuestion as unknown:
                try:
                    return ctx.catalog.existing(trait, "property")
                except BadQuestion:
                    raise unknown from None
        return ctx.catalog.existing(self.property, "property")

    def _sets(self, ctx: Context, bind: Binder, field: Field) -> str:
        """Relation (v0, users): the people of each value, without nobody."""
        d, span, selection = ctx.dialect, ctx.span(self.range), select(ctx, self)
        if field.kind in ACTOR_FIELDS:
            active = d.members(f"select users from ({selection.people(bind, span)})")
            value = selection.value(bind, field)
            return (
                f"select {value} as v0, {d.build('e.actor')} as users from ({active}) e group by 1"
            )
        if self.mode == "all_values":
            sets = selection.people(bind, span, by=[field])
            return f"select v0, {d.union('users')} as users from ({sets}) group by v0"
        if self.mode == "cross_values":
            each = f"""
                select e.actor as actor, {_combination(d, selection.value(bind, field))} as v0
                from {selection.source([field])}
                where {selection.where(bind, span)} and e.actor <> 0
                group by e.actor"""
            return f"select v0, {d.build('actor')} as users from ({each}) group by v0"
        if d.seeks and d.has_sets and field.kind == "context" and selection.has_days(span, [field]):
            return self._by_days(ctx, bind, selection, field, span)
        return self._last_events(ctx, bind, selection, field, span)

    def _by_days(
        self, ctx: Context, bind: Binder, selection: Selection, field: Field, span: Span
    ) -> str:
        """The value on everybody's last day, or on their last event if that day had several."""
        d, asked = ctx.dialect, self.model_dump_json()

        def by_days(bind: Binder) -> str:
            sets = selection.people(bind, span, by=[field])
            return f"""
            select r.value ->> 0 as v0, rb_read(r.value ->> 1) as users
            from json_each((select rb_latest(slot, v0, users) from ({sets}))) r"""

        def undecided(bind: Binder) -> str:
            return d.members(f"select users from {bind.relation(known)} where v0 is null")

        def by_events(bind: Binder) -> str:
            return self._last_events(ctx, bind, others, field, span)

        known = Relation(("last days", asked), by_days)
        others = replace(selection, members=(Relation(("undecided", asked), undecided),))
        rest = bind.relation(Relation(("last events", asked), by_events))
        return f"""
            select v0, {d.union("users")} as users
            from (
                select v0, users from {bind.relation(known)} where v0 is not null
                union all
                select v0, users from {rest}
            )
            group by v0"""

    def _last_events(
        self, ctx: Context, bind: Binder, selection: Selection, field: Field, span: Span
    ) -> str:
        """The value on everybody's last event."""
        d = ctx.dialect
        if selection.blocks.can([field]):
            found = selection.blocks.latest(bind, ctx.counted(span), [field])
            return f"select v0, users from ({found})"
        if d.seeks and not selection.clauses:
            return self._latest(ctx, bind, selection, field, span)
        return f"""
            select v0, {d.build("actor")} as users
            from (
                select e.actor as actor, {selection.value(bind, field)} as v0,
                       row_number() over (
                           partition by e.actor order by e.ts desc, e.seq desc
                       ) as nth
                from {selection.source([field])}
                where {selection.where(bind, span)} and e.actor <> 0
            )
            where nth = 1
            group by v0"""

    def _latest(
        self, ctx: Context, bind: Binder, selection: Selection, field: Field, span: Span
    ) -> str:
        """The value on the last event of each active person, looked up person by person.

        The active people come from the stored sets, so only last events are read.
        """
        d = ctx.dialect
        active = d.members(f"select users from ({selection.people(bind, span)})")
        own = replace(selection, members=())
        return f"""
            select v0, {d.build("actor")} as users
            from (
                select c.actor as actor,
                       (select {own.value(bind, field)}
                        from {own.source([field])}
                        where e.actor = c.actor and {own.where(bind, span)}
                          and e.ts < {bind(span.end)}
                        order by e.ts desc, e.seq desc
                        limit 1) as v0
                from ({active}) c
                where c.actor <> 0
            )
            group by v0"""


def _combination(dialect: Dialect, value: str) -> str:
    """Aggregate: the texts of the distinct values in hex, ascending, separated by commas."""
    if dialect.name == "clickhouse":
        return f"arrayStringConcat(arraySort(groupUniqArray(hex(toString({value})))), ',')"
    return f"hex_combination({value})"
