"""The new people of a cohort and their payments, for lifetime value (definitions 9.5).

People are grouped by `had`, how many whole days of 24 hours they have had since their first event,
and payments by `age`, the day on which they fell; both are capped at the longest requested day.
Every day's figure can be added up from these counts, whatever the days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.catalog.fields import Field
from core.catalog.revenue import names_it
from core.catalog.selectors import ANY, meaning
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.revenue import amount
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.common.slots import slot_expression
from core.queries.retention.ltv_fields import LtvFields
from core.sql.dialect import Binder
from core.sums import total
from core.timeframe import DAY, Bucket, runs

PEOPLE, AMOUNTS, PAYERS, PAYERS_IN = range(4)
"""The kinds of rows: new people, amounts, first payments, first payments in a currency."""


def new_people(
    ctx: Context, bind: Binder, question: LtvFields, slots: Sequence[Bucket], by: Sequence[Field]
) -> str:
    """Relation (actor, born, slot, v0): everybody new in the slots; born is in ms."""
    selection = select(ctx, question)
    any_ = Selection(ctx)
    value = selection.value(bind, by[0]) if by else "0"
    columns = f"""e.actor as actor, e.ts as born, {value} as v0, {selection.test(bind)} as kept"""
    if any_.sought:
        firsts = any_.first_days(bind, slots[0].first_day, slots[-1].last_day)
        users = selection.narrow(bind, "users")
        new = ctx.dialect.members(f"select {users} as users from ({firsts})")
        own = any_.own(bind, "x")
        first = f"""
            select {columns}, 1 as nth
            from (
                select c.actor as actor,
                       (select min(x.ts) from events x where x.actor = c.actor and {own}) as ts
                from ({new}) c
            ) c
            cross join {selection.source(by)}
            where e.actor = c.actor
              and e.ts = c.ts
              and e.seq = (select min(x.seq) from events x
                          where x.actor = c.actor and x.ts = c.ts and {own})"""
    else:
        tests = [any_.where(bind, None), "e.actor <> 0"]
        tests += [f"e.actor in ({members.write(bind)})" for members in selection.members]
        first = f"""
            select {columns},
                   row_number() over (partition by e.actor order by e.ts, e.seq) as nth
            from {selection.source(by)}
            where {" and ".join(tests)}"""
    slot = slot_expression(bind, "born", list(runs(slots)))
    return f"""
        select actor, born, {slot} as slot, v0
        from ({first}) b
        where nth = 1 and kept
          and born >= {bind(slots[0].start)} and born < {bind(slots[-1].end)}"""


def payments(
    ctx: Context, bind: Binder, question: LtvFields, slots: Sequence[Bucket], by: Sequence[Field]
) -> str:
    """A WITH clause of the new people `f` and of their payments, `money`."""
    d, now, most = ctx.dialect, bind(ctx.known_until), bind(question.days[-1])
    absent = ANY if question.property else "revenue_amount"
    found = meaning(ctx.catalog, question.event, absent=absent)
    revenue = Selection(ctx, found.events, matching=found.matching)

    def numeric(name: str) -> str:
        return d.as_number(d.json_property(name, bind))

    brought = amount(ctx, bind, named=names_it(question.event))
    if question.property:
        brought = f"{numeric(question.property)} * coalesce({numeric('quantity')}, 1)"

    def days(expression: str) -> str:
        count = d.idiv(expression, str(DAY))
        return (
            f"case when {expression} < 0 then -1 when {count} > {most} then {most} else {count} end"
        )

    return f"""
            with f as materialized (
                select actor, born, slot, v0, {days(f"({now} - born)")} as had
                from ({new_people(ctx, bind, question, slots, by)}) n
            ),
            money as materialized (
                select actor, slot, v0, had, {days("since")} as age, amount, currency
                from (
                    select f.actor as actor, f.slot as slot, f.v0 as v0, f.had as had,
                           e.ts - f.born as since,
                           {brought} as amount,
                           {d.json_label(d.json_property("currency", bind))} as currency
                    from f
                    cross join {revenue.source([Field("property", question.property or "amount")])}
                    where e.actor = f.actor and {revenue.where(bind, None)} and e.ts <= {now}
                ) paid
                where amount is not null
            )"""


def statement(
    ctx: Context, bind: Binder, question: LtvFields, slots: Sequence[Bucket], by: Sequence[Field]
) -> str:
    """Rows (what, v0, currency, slot, had, age, figure)."""
    return f"""
            {payments(ctx, bind, question, slots, by)}
            select {PEOPLE} as what, v0, '' as currency, slot, had, 0 as age,
                   1.0 * count(*) as figure
            from f
            group by v0, slot, had
            union all
            select {AMOUNTS}, v0, currency, slot, had, age, {ctx.dialect.total("amount")}
            from money
            group by v0, currency, slot, had, age
            union all
            select {PAYERS}, v0, '', slot, had, age, 1.0 * count(*)
            from (
                select actor, v0, slot, had, min(age) as age
                from money
                group by actor, v0, slot, had
            ) a
            group by v0, slot, had, age
            union all
            select {PAYERS_IN}, v0, currency, slot, had, age, 1.0 * count(*)
            from (
                select actor, v0, currency, slot, had, min(age) as age
                from money
                group by actor, v0, currency, slot, had
            ) b
            group by v0, currency, slot, had, age
            """


Ages = dict[int, dict[tuple[int, int], float]]
"""slot -> (had, age) -> figure."""


def _nested() -> Any:
    return defaultdict(lambda: defaultdict(float))


@dataclass
class Tally:
    """Counts of one group: people by slot and had, first payments and amounts also by age."""

    people: dict[int, dict[int, float]] = field(default_factory=_nested)
    payers: Ages = field(default_factory=_nested)
    amounts: Ages = field(default_factory=_nested)

    @property
    def everybody(self) -> float:
        """How many people it has."""
        return sum(sum(counts.values()) for counts in self.people.values())

    def size(self, slots: Iterable[int], day: int) -> int:
        """How many people have had so many days; 0 means everybody."""
        found = (item for slot in slots for item in self.people.get(slot, {}).items())
        return int(sum(count for had, count in found if not day or had >= day))

    def paid(self, slots: Sequence[int], day: int) -> tuple[int, float]:
        """How many of them paid within so many days, and how much; 0 means to date."""
        payers, amount = (_within(of, slots, day) for of in (self.payers, self.amounts))
        return int(payers), amount


def _within(counts: Ages, slots: Iterable[int], day: int) -> float:
    found = (item for slot in slots for item in counts.get(slot, {}).items())
    return total(figure for (had, age), figure in found if not day or (had >= day and age < day))


@dataclass(frozen=True)
class Money:
    """The sums of a statement's rows.

    Attributes:
        whole: everybody.
        groups: by raw breakdown value.
        currencies: by label, for everybody; people are those of all currencies.
    """

    whole: Tally
    groups: dict[Any, Tally]
    currencies: dict[str, Tally]


def money_of(rows: Rows) -> Money:
    """Read the rows of `statement`."""
    groups: dict[Any, Tally] = defaultdict(Tally)
    currencies: dict[str, Tally] = defaultdict(Tally)
    whole = Tally()
    for what, raw, currency, slot, had, age, figure in rows:
        if what == PEOPLE:
            for tally in (whole, groups[raw]):
                tally.people[slot][had] += figure
        elif what == PAYERS:
            for tally in (whole, groups[raw]):
                tally.payers[slot][had, age] += figure
        elif what == AMOUNTS:
            for tally in (whole, groups[raw], currencies[currency]):
                amounts = tally.amounts[slot]
                amounts[had, age] = total((amounts[had, age], figure))
        else:
            currencies[currency].payers[slot][had, age] += figure
    for tally in currencies.values():
        tally.people = whole.people
    return Money(whole, groups, currencies)
