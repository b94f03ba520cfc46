"""Which touches led to conversions, by a model (definitions 11.15, A.13).

A touch is an event that has the property, at or before a conversion of the same person and within
the lookback; the conversion's own value counts too. The order of values is in no stored set, so the
events of those who converted are read, or their blocks.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field as Limited

from core.answers import Cell, Column, Table
from core.catalog.fields import Field
from core.catalog.selectors import titled
from core.columns import NONE
from core.errors import BadQuestion
from core.queries.common.added_up import Currency, currencies, finite, left_out
from core.queries.common.context import Context
from core.queries.common.groups import in_group, label
from core.queries.common.measured import bare
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.funnel.attribution_blocks import Credited
from core.queries.funnel.attribution_weights import ENDS, decay, weight, weights
from core.sql.dialect import Binder, Statement
from core.text import percent, things
from core.timeframe import DAY

EXAMPLE = (8, 3, 1)
"""Days before a conversion of the example touches in the note on a model."""


class Attribution(Question):
    """How many conversions, and how much of their value, are credited to each value of a field.

    Conversions lie in the range, their touches may be older. Those without a touch are in the row
    (none); those of nobody are left out. A value with several touches gets the credit of each,
    except in participation, where each value counts once.

    Attributes:
        to: the conversion, an event selector; conditions apply to its events.
        property: the property or context field whose values are credited.
        model: first, last: all to that touch; linear: the same to each; participation: all to each;
            time_decay: half as much for every 7 days; u_shaped 40/20/40, j_shaped 20/20/60,
            inverse_j 60/20/20: to the first, those in between, the last.
        lookback_days: how many days before a conversion a touch may be.
        value: a property of conversions to sum; a missing one counts as 0.
        limit: how many values to list.
    """

    kind: Literal["attribution"] = "attribution"
    to: str = Limited(min_length=1)
    property: str = Limited(min_length=1)
    model: Literal[
        "first", "last", "linear", "participation", "time_decay", "u_shaped", "j_shaped",
        "inverse_j",
    ] = "last"  # fmt: skip
    lookback_days: int = Limited(default=30, ge=1, le=366)
    value: str | None = Limited(default=None, min_length=1)
    limit: int = Limited(default=100, ge=1, le=10_000)

    needs: ClassVar[str] = "events"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        found = self._touched(ctx)
        paid = select(ctx, self, self.to, parameter="to")
        rows = yield from self._rows(ctx, found, paid)
        said: tuple[str, ...] = ()
        money = Currency()
        if self.value is not None:
            span, name = ctx.span_to_today(self.range), bare(self.value)
            said = yield from left_out(ctx, paid, span, name)
            money = yield from currencies(ctx, paid, span, name)
            said += money.notes
        return self._table(ctx, found, rows, said, money.code)

    def _rows(
        self, ctx: Context, found: Field, paid: Selection
    ) -> Generator[Statement, Rows, Rows]:
        """Return rows (part, v0, conversions, value, people): 1 for each value, 2 for those without
        a touch, 0 for all.
        """
        credited = self._credited(ctx, found, paid)
        if credited.can():
            return (yield from credited.ask(ctx.span_to_today(self.range)))
        bind, total = ctx.binder(), ctx.dialect.total
        rows = yield bind.statement(
            f"""
            with {self._credits(ctx, bind, found)}
            select 1 as part, v0, sum(credit) as conversions, {total("credit * amount")} as value,
                   count(distinct actor) as people
            from credits
            where credit > 0
            group by v0
            union all
            select 2, {bind(found.missing)}, 1.0 * count(*), {total("amount")},
                   count(distinct actor)
            from untouched
            union all
            select 0, {bind(found.missing)}, 1.0 * count(*), {total("amount")},
                   count(distinct actor)
            from conversions
            """,
            "conversions credited by value",
        )
        return rows

    def _credited(self, ctx: Context, found: Field, paid: Selection) -> Credited:
        return Credited(paid, found, self._valued(ctx), self.model, self.lookback_days * DAY)

    def _valued(self, ctx: Context) -> Field | None:
        """Return the property of conversions that is added up, if any."""
        if self.value is None:
            return None
        valued = ctx.catalog.existing(self.value, "value")
        if valued.kind != "property":
            raise BadQuestion(
                f"value cannot be {valued.key}: it is not a property of events.",
                parameter="value",
            )
        return valued

    def _table(
        self, ctx: Context, found: Field, rows: Rows, said: tuple[str, ...], currency: str
    ) -> Table:
        ((count, people),) = [(row[2], row[4]) for row in rows if not row[0]]
        credited = [
            (label(ctx, found, v0), conversions, conversions / count, finite(value or 0.0), users)
            for part, v0, conversions, value, users in rows
            if part and users
        ]
        credited.sort(key=lambda row: (-round(row[1], 9), row[0]))
        name = found.key.removeprefix("properties.")
        columns = [
            Column(name=name),
            Column(name="conversions", type="number"),
            Column(name="share", type="percent"),
            Column(name=bare(self.value or "value"), type="number", currency=currency),
            Column(name="users", type="count"),
        ]
        keep = [n for n in range(len(columns)) if n != 3 or self.value is not None]
        shown, model = credited[: self.limit], self.model.replace("_", " ")
        return Table(
            title=f"Attribution of {titled(ctx.catalog, self.to, 'any event')} by {name}, {model}",
            **dates(ctx.span_to_today(self.range)),
            notes=(*self._notes(int(count), people), *said),
            columns=tuple(columns[n] for n in keep),
            rows=tuple(tuple(row[n] for n in keep) for row in shown),
            keys=tuple(row[0] for row in shown),
            people_column="users",
            truncated=len(credited) > self.limit,
        )

    def _notes(self, count: int, people: int) -> tuple[str, ...]:
        if not count:
            return ()
        *days, last = EXAMPLE
        *shares, end = map(percent, weights(self.model, [DAY * n for n in EXAMPLE]))
        return (
            f"{things(count, 'conversion')} of {things(people, 'user')}; "
            f"touches up to {things(self.lookback_days, 'day')} before.",
            f"Touches {', '.join(map(str, days))} and {last} days before a conversion "
            f"get {', '.join(shares)} and {end} of it.",
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people who converted with a credited touch of the row's value.

        Without a row, everybody who converted.
        """
        found = self._touched(ctx)
        credited = self._credited(ctx, found, select(ctx, self, self.to, parameter="to"))
        if credited.can():
            test = "slot = 0" if cell.row is None else "slot = 2"
            if cell.row is not None and cell.row != NONE:
                test = f"slot = 1 and {in_group(ctx, bind, found, 'v0', cell.row)}"
            sets = credited.sets(bind, ctx.span_to_today(self.range))
            return ctx.dialect.members(f"select users from ({sets}) where {test}")
        written = self._credits(ctx, bind, found)
        if cell.row is None:
            chosen = "select actor from conversions"
        elif cell.row == NONE:
            chosen = "select actor from untouched"
        else:
            test = in_group(ctx, bind, found, "v0", cell.row)
            chosen = f"select actor from credits where credit > 0 and {test}"
        return f"select distinct actor from (with {written} {chosen})"

    def _touched(self, ctx: Context) -> Field:
        found = ctx.catalog.existing(self.property, "property")
        if found.kind not in ("property", "context", "either"):
            raise BadQuestion(
                f"property cannot be {found.key}: it does not belong to events.",
                "Allowed: a property or a context field such as country.",
                parameter="property",
            )
        return found

    def _credits(self, ctx: Context, bind: Binder, field: Field) -> str:
        """Relations conversions, untouched (those without a touch), and credits (actor, amount, v0,
        credit).

        Touches of one value are combined early, which leaves little to divide.
        """
        return f"""
            conversions as materialized ({self._conversions(ctx, bind)}),
            parts as materialized (
                select c, v0, max(actor) as actor, max(amount) as amount,
                       count(*) as m, min(k) as lo, max(k) as hi,
                       sum({decay(self.model, bind)}) as part
                from ({self._touches(ctx, bind, field)}) touches
                group by c, v0
            ),
            untouched as (select * from conversions where c not in (select c from parts)),
            wholes as (
                select actor, amount, v0, m, lo, hi, part, sum(m) over (partition by c) as n,
                       sum(part) over (partition by c) as whole
                from parts
            ),
            credits as (
                select actor, amount, v0, {weight(self.model, bind)} as credit from wholes
            )
            """

    def _conversions(self, ctx: Context, bind: Binder) -> str:
        selection, amount, by = select(ctx, self, self.to, parameter="to"), "1.0", []
        valued = self._valued(ctx)
        if valued is not None:
            d, by = ctx.dialect, [valued]
            amount = f"coalesce({d.as_number(d.json_property(valued.name, bind))}, 0.0)"
        return f"""
            select row_number() over (order by e.actor, e.ts, e.seq) as c,
                   e.actor as actor, e.ts as at, e.seq as seq, {amount} as amount
            from {selection.source(by)}
            where {selection.where(bind, ctx.span_to_today(self.range))} and e.actor <> 0"""

    def _touches(self, ctx: Context, bind: Binder, field: Field) -> str:
        """Relation (c, actor, amount, v0, age, k): each touch of each conversion.

        Reading a property is expensive: it is done once per row, before anything uses it.
        """
        d, plain = ctx.dialect, select(ctx, self)
        events = replace(plain, events=(), clauses=(), matching=(), members=())
        stored = field.kind != "property"
        raw = events.value(bind, field) if stored else d.json_property(field.name, bind)
        found = d.apart(f"""
            select c.c as c, c.actor as actor, c.amount as amount, c.at - e.ts as age,
                   e.ts as ts, e.seq as seq, {raw} as raw
            from conversions c
            join events e on e.actor = c.actor {events.source([field]).removeprefix("events e")}
            where {events.where(bind, None)}
              and e.ts >= c.at - {bind(self.lookback_days * DAY)} and e.ts <= c.at
              and (e.ts < c.at or e.seq <= c.seq)""")
        value = "raw" if stored else d.json_label("raw")
        place = "row_number() over (partition by c order by ts, seq)"
        return f"""
            select c, actor, amount, {value} as v0, age,
                   {place if self.model in ENDS else "0"} as k
            from ({found}) t
            where raw is not null and {value} <> {bind(field.missing)}"""
