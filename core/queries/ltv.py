"""Lifetime value: what new people brought within N days of their first event (semantics 9.5).

A cohort is everybody whose first event of all lies in a period; periods are whole, also where the
range begins or ends inside one. Day N is the first N times 24 hours after that event, and counts
only people who have had so long. Conditions are about the first event. Amounts lie in no set, so
the events of the new people are read.
"""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar, Literal

from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Cell, Column, Table
from core.engines.dialect import Binder
from core.errors import BadQuestion
from core.queries.base import Ask, Context, Rows, TimedQuestion, dates, frame
from core.queries.names import Field
from core.queries.select import Selection, select, slot_expression
from core.queries.selectors import ANY, meaning
from core.timeframe import CLOCK, DAY, Bucket, granularity, runs

ALL = "all"
"""Key of the row of all cohorts together."""

LONGEST = 3660
TITLES = {
    "arpu": "Revenue per user", "arppu": "Revenue per paying user", "revenue": "Revenue",
    "paying_users": "Paying users",
}  # fmt: skip


class Ltv(TimedQuestion):
    """What new people bring in their first days, by when they were new.

    Attributes:
        granularity: length of a cohort, daily or longer.
        metric: "arpu": revenue per person; "arppu": per person who paid by then; "revenue";
            "paying_users".
        event: the revenue event; None is any event that has the property.
        property: the amount, a number; times the property "quantity" where that is one. Refunds
            are negative amounts.
        days: the N to show, ascending.
    """

    kind: Literal["ltv"] = "ltv"
    metric: Literal["arpu", "arppu", "revenue", "paying_users"] = "arpu"
    event: str | None = None
    property: str = Limited(default="amount", min_length=1)
    days: tuple[int, ...] = Limited(
        default=(1, 2, 3, 7, 14, 30, 60, 90), min_length=1, max_length=366
    )

    needs: ClassVar[str] = "events"

    def by_the_minute(self) -> bool:
        """See Question; who has had N days changes all the time."""
        return True

    @field_validator("granularity")
    @classmethod
    def _whole_days(cls, word: str) -> str:
        if granularity(word) in CLOCK:
            raise BadQuestion(
                f"granularity {word!r} does not suit ltv.",
                "Allowed: daily, weekly, monthly, quarterly, yearly.",
                parameter="granularity",
            )
        return granularity(word)

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str) -> str:
        return name.removeprefix("properties.") or name

    @field_validator("days")
    @classmethod
    def _ascending(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days)) or days[0] < 1 or days[-1] > LONGEST:
            raise BadQuestion(
                f"days must ascend from 1 to at most {LONGEST}.", "For example 1, 7, 30.",
                parameter="days",
            )  # fmt: skip
        return days

    @model_validator(mode="after")
    def _no_series(self) -> Ltv:
        for name in ("breakdown", "compare"):
            if getattr(self, name):
                raise BadQuestion(f"ltv takes no {name}.", parameter=name)
        return self

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        time = frame(ctx, self, whole=True)
        ctx.names.existing(f"properties.{self.property}", "property")
        rows: Rows = []
        if time.buckets:
            bind = ctx.binder()
            rows = yield bind.statement(self._statement(ctx, bind, time.buckets), "money by age")
        money = _Money(rows)
        shown = [(bucket.label, [bucket.index]) for bucket in time.buckets]
        everything = (ALL, [bucket.index for bucket in time.buckets])
        figure: Literal["count", "number"] = "count" if self.metric == "paying_users" else "number"
        return Table(
            title=f"{TITLES[self.metric]} by days since the first event",
            **dates(time.span),
            notes=(*time.notes, *self._notes(money)),
            columns=(
                Column(name="cohort"),
                Column(name="users", type="count"),
                *(Column(name=f"r{n}d", type=figure) for n in self.days),
                Column(name="paid", type="count"),
                Column(name="total_amount", type="number"),
            ),
            rows=tuple(self._row(money, *cohort) for cohort in (everything, *shown)),
            keys=(ALL, *(label for label, _ in shown)),
            people_column="users",
        )

    def _notes(self, money: _Money) -> tuple[str, ...]:
        if money.currencies < 2:
            return ()
        return (
            f"Amounts in {money.currencies} currencies are added as if they were one; "
            "ask for one with where currency = ....",
        )

    def _row(self, money: _Money, label: str, slots: list[int]) -> tuple[object, ...]:
        values = [self._value(*money.sums(slots, n)) for n in self.days]
        people, paid, amount = money.sums(slots, 0)
        return (label, people, *values, paid, amount)

    def _value(self, people: int, payers: int, amount: float) -> float | None:
        if not people:
            return None
        if self.metric == "arppu":
            return amount / payers if payers else None
        return {"arpu": amount / people, "revenue": amount}.get(self.metric, payers)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people of a cohort, or of all."""
        slots = frame(ctx, self, whole=True).buckets
        if cell.row not in (None, ALL):
            slots = [slot for slot in slots if slot.label == cell.row]
            if not slots:
                raise BadQuestion(f"cell names no cohort {cell.row!r}.", parameter="cell")
        if not slots:
            return "select 0 as actor where 1 = 0"
        return f"select actor from ({self._new(ctx, bind, slots)})"

    # -- statements

    def _new(self, ctx: Context, bind: Binder, slots: list[Bucket]) -> str:
        """Relation (actor, born, slot): everybody new in the slots, born in ms."""
        d, selection = ctx.dialect, select(ctx, self)
        start, end = slots[0].start, slots[-1].end
        slot = slot_expression(bind, "born", list(runs(slots)))
        any_ = Selection(ctx)
        own = f"select min(x.ts) from events x where x.actor = c.actor and {any_.own(bind, 'x')}"
        if d.has_sets:
            firsts = any_.first_days(bind, slots[0].first_day, slots[-1].last_day)
            new = d.members(f"select users from ({firsts})")
            born = f"select c.actor as actor, ({own}) as born from ({new}) c"
        else:
            born = f"""
                select e.actor as actor, min(e.ts) as born from events e
                where {any_.where(bind, None)} and e.actor <> 0
                group by e.actor"""
        tests = [f"born >= {bind(start)} and born < {bind(end)}"]
        tests += [f"actor in ({members(bind)})" for members in selection.members]
        if selection.clauses:
            tests.append(f"""exists (
                select 1 from {selection.source()}
                where e.actor = b.actor and e.ts = b.born and {selection.test(bind)}
                  and e.id = (select min(y.id) from events y
                              where y.actor = b.actor and y.ts = b.born
                                and {any_.own(bind, "y")}))""")
        return f"""
            select b.actor as actor, b.born as born, {slot} as slot
            from ({born}) b
            where {" and ".join(tests)}"""

    def _statement(self, ctx: Context, bind: Binder, slots: list[Bucket]) -> str:
        """Rows (slot, n, people, payers, amount); n 0 is to date; slot -1 has the currencies."""
        d, now = ctx.dialect, bind(ctx.now)
        money = meaning(ctx.names, self.event, absent=ANY)
        selection = Selection(ctx, money.events, matching=money.matching)

        def numeric(name: str) -> str:
            return d.as_number(d.json_property(name, bind))

        amount = f"{numeric(self.property)} * coalesce({numeric('quantity')}, 1)"
        old = f"n.n = 0 or f.born + n.n * {DAY} <= {now}"
        return f"""
            with f as materialized ({self._new(ctx, bind, slots)}),
            n as materialized (
                select n from {d.rows(bind.rows([(0,), *((n,) for n in self.days)]), ["n"])} l
            ),
            money as materialized (
                select f.slot as slot, f.actor as actor, f.born as born, e.ts - f.born as age,
                       {amount} as amount, {d.json_property("currency", bind)} as currency
                from f
                join {selection.source([Field("property", self.property)])}
                where e.actor = f.actor and {selection.where(bind, None)} and e.ts <= {now}
            )
            select f.slot, n.n, count(*), 0, 0.0
            from f
            join n on {old}
            group by f.slot, n.n
            union all
            select f.slot, n.n, 0, count(distinct f.actor), sum(f.amount)
            from money f
            join n on ({old}) and (n.n = 0 or f.age < n.n * {DAY})
            where f.amount is not null
            group by f.slot, n.n
            union all
            select -1, 0, count(distinct currency), 0, 0.0
            from money
            where amount is not null
            """


class _Money:
    """What a statement's rows add up to."""

    def __init__(self, rows: Rows) -> None:
        self.currencies = sum(row[2] for row in rows if row[0] == -1)
        self._rows: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0, 0, 0])
        for slot, n, *figures in rows:
            found = self._rows[slot, n]
            self._rows[slot, n] = [a + (b or 0) for a, b in zip(found, figures, strict=True)]

    def sums(self, slots: list[int], n: int) -> tuple[int, int, float]:
        """(people, payers, amount) of cohorts at day n, 0 for to date."""
        parts = [self._rows[slot, n] for slot in slots if (slot, n) in self._rows]
        people, payers, amount = (sum(part[at] for part in parts) for at in range(3))
        return int(people), int(payers), amount
