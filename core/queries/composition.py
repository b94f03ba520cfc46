"""Composition: the active people of a range by the values of a field (semantics 9.4).

What a person's last event says is in no set, so "most_recent" reads the events, as do properties
in any case. Traits have one value per person: the set of the active people answers. All values of
a context field come from the stored sets where conditions allow.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field as Limited

from core.answers import Cell, Column, Table
from core.engines.dialect import Binder
from core.errors import BadQuestion
from core.queries.active_users import in_group
from core.queries.base import Ask, Context, Question, dates
from core.queries.names import Field
from core.queries.select import ACTOR_FIELDS, label, select


class Composition(Question):
    """How many of the active people had which value of a field.

    Attributes:
        property: the field; a bare name that only a trait has is that trait.
        mode: "most_recent": the value on a person's last event of the range, so that everybody is
            in one row; "all_values": every value on their events, in a row each.
        limit: how many values to list.
    """

    kind: Literal["composition"] = "composition"
    property: str = Limited(min_length=1)
    mode: Literal["most_recent", "all_values"] = "most_recent"
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
        named = [(label(ctx, found, v0), people) for whole, v0, people in rows if not whole]
        named = sorted((row for row in named if row[1]), key=lambda row: (-row[1], row[0]))
        shown = named[: self.limit]
        return Table(
            title=f"Composition by {found.key.removeprefix('properties.')}",
            **dates(ctx.span(self.range)),
            notes=self._notes(named, everybody),
            columns=(
                Column(name=found.key.removeprefix("properties.")),
                Column(name="users", type="count"),
                Column(name="share", type="percent"),
            ),
            rows=tuple((value, people, people / everybody) for value, people in shown),
            keys=tuple(value for value, _ in shown),
            people_column="users",
            truncated=len(named) > self.limit,
        )

    def _notes(self, named: list[tuple[str, int]], everybody: int) -> tuple[str, ...]:
        if sum(people for _, people in named) == everybody:
            return ()
        return (f"Shares are of {everybody:,} active users; people may be in several rows.",)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: those with the row's value; without a row, everybody active."""
        found = self._field(ctx)
        sets = self._sets(ctx, bind, found)
        where = "1 = 1" if cell.row is None else in_group(ctx, bind, found, "v0", cell.row)
        return ctx.dialect.members(f"select users from ({sets}) where {where}")

    def _field(self, ctx: Context) -> Field:
        if "." not in self.property and ":" not in self.property:
            trait = f"trait:{self.property}"
            try:
                return ctx.names.existing(self.property, "property")
            except BadQuestion as unknown:
                try:
                    return ctx.names.existing(trait, "property")
                except BadQuestion:
                    raise unknown from None
        return ctx.names.existing(self.property, "property")

    def _sets(self, ctx: Context, bind: Binder, field: Field) -> str:
        """Relation (v0, users): the people of each value; nobody's rows hold nobody."""
        d, span, selection = ctx.dialect, ctx.span(self.range), select(ctx, self)
        if field.kind in ACTOR_FIELDS:
            active = d.members(f"select users from ({selection.sets(bind, span, totals=False)})")
            value = selection.value(bind, field)
            return (
                f"select {value} as v0, {d.build('e.actor')} as users from ({active}) e group by 1"
            )
        if self.mode == "all_values":
            sets = selection.sets(bind, span, by=[field], totals=False)
            return f"select v0, {d.union('users')} as users from ({sets}) group by v0"
        return f"""
            select v0, {d.build("actor")} as users
            from (
                select e.actor as actor, {selection.value(bind, field)} as v0,
                       row_number() over (
                           partition by e.actor order by e.ts desc, e.id desc
                       ) as nth
                from {selection.source([field])}
                where {selection.where(bind, span)} and e.actor <> 0
            )
            where nth = 1
            group by v0"""
