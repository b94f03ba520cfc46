"""Lifetime value: revenue from new people within N days of their first event (definitions 9.5).

A cohort is everybody whose first event ever lies in a period; periods are whole, even if the range
begins or ends inside one. Day N is the first N times 24 hours after that event, and counts only
people who have had that long. Conditions and the breakdown apply to the first event. Amounts in
several currencies are added together as they are, with a warning, and each currency has its own
rows unless there is a breakdown. Amounts are in no set, so the events of new people are read, or
their blocks.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import ClassVar, Literal

from pydantic import field_validator, model_validator

from core.answers import Cell, Cohort, Grid, GridGroup
from core.catalog.fields import Field
from core.columns import EMPTY, NONE
from core.errors import BadQuestion
from core.queries.common.added_up import finite
from core.queries.common.context import Context
from core.queries.common.groups import in_group, label
from core.queries.common.measured import bare
from core.queries.common.periods import whole_dates, whole_days_only
from core.queries.common.question import Ask, Rows, frame
from core.queries.retention.ltv_blocks import Paid
from core.queries.retention.ltv_fields import LtvFields
from core.queries.retention.ltv_money import (
    Money,
    Tally,
    money_of,
    new_people,
    payments,
    statement,
)
from core.queries.terms import name
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket

LONGEST = 3660
TITLES = {
    "arpu": "Revenue per user",
    "arppu": "Revenue per paying user",
    "revenue": "Revenue",
    "paying_users": "Paying users",
}


class Ltv(LtvFields):
    """Revenue from new people in their first days, by when they were new.

    Attributes:
        granularity: length of a cohort, daily or longer.
        metric: "arpu": revenue per person; "arppu": per person who had paid by then; "revenue";
            "paying_users".
        event: the revenue event; None means any event with revenue, or with the property.
        property: the amount, a number, times the property "quantity" if that is a number; None
            means the event's revenue (core.catalog.revenue). Refunds are negative amounts.
        days: the values of N to show, ascending.
        breakdown: one field.
    """

    kind: Literal["ltv"] = "ltv"
    needs: ClassVar[str] = "events"

    def by_the_minute(self) -> bool:
        """See Question; who has had N days changes all the time."""
        return True

    @field_validator("granularity")
    @classmethod
    def _whole_days(cls, word: str) -> str:
        return whole_days_only(word, "ltv")

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str | None) -> str | None:
        return name and bare(name)

    @field_validator("days")
    @classmethod
    def _ascending(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days)) or days[0] < 1 or days[-1] > LONGEST:
            raise BadQuestion(
                f"days must ascend from 1 to at most {LONGEST}.",
                "For example 1, 7, 30.",
                parameter="days",
            )
        return days

    @model_validator(mode="after")
    def _one_breakdown(self) -> Ltv:
        if self.compare:
            raise BadQuestion("ltv takes no compare.", parameter="compare")
        if len(self.breakdown) > 1:
            raise BadQuestion("breakdown of ltv takes one field.", parameter="breakdown")
        return self

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        time = frame(ctx, self, whole=True)
        if self.property:
            ctx.catalog.existing(f"properties.{self.property}", "property")
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        money = Money(Tally(), {}, {})
        if time.buckets:
            money = money_of((yield from self._paid(ctx, time.buckets, by)))
        found, omitted = self._groups(ctx, money, by)
        slots = [bucket for bucket in time.buckets if ctx.is_known(bucket)]
        split = not by and bool(found)
        code = _known("".join(money.currencies) if len(money.currencies) == 1 else "")
        whole = self._rows(money.whole, slots, code)
        real, cut = whole_dates(ctx, time.span, time.buckets, time.unit)
        return Grid(
            title=f"{TITLES[self.metric]} by days since the first event",
            **real,
            notes=(
                *time.notes,
                *cut,
                *time.unknown(),
                *(self._mixed(money) if len(money.currencies) > 1 else ()),
            ),
            granularity=time.unit,
            periods=len(self.days),
            measure="users" if self.metric == "paying_users" else "money",
            days=self.days,
            breakdown=("currency",) if split else tuple(f.key for f in by),
            cohorts=whole.cohorts,
            combined=whole.combined,
            groups=tuple(
                self._rows(tally, slots, _known(name) if split else code).model_copy(
                    update={"group": (name,)}
                )
                for name, tally in found
            ),
            omitted=omitted,
        )

    def _paid(
        self, ctx: Context, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Rows]:
        """Return the rows that `money_of` reads."""
        paid = Paid(ctx, self, slots, by)
        if paid.can():
            return (yield from paid.ask())
        bind = ctx.binder()
        return (yield bind.statement(statement(ctx, bind, self, slots, by), "money by age"))

    def _groups(
        self, ctx: Context, money: Money, by: list[Field]
    ) -> tuple[list[tuple[str, Tally]], int]:
        """The groups with the most people by a field, else the currencies if there are several."""
        if not by:
            found = sorted(money.currencies.items()) if len(money.currencies) > 1 else []
            return found, 0
        named = [(label(ctx, by[0], raw), tally) for raw, tally in money.groups.items()]
        named.sort(key=lambda pair: (-pair[1].everybody, pair[0]))
        return named[: self.limit], max(len(named) - self.limit, 0)

    def _mixed(self, money: Money) -> tuple[str, ...]:
        names = ", ".join(sorted(money.currencies)[:5])
        more = "each has its own rows"
        if self.breakdown:
            more = f"ask without by {', '.join(map(name, self.breakdown))} to have rows of each"
        return (
            f"Amounts in {len(money.currencies)} currencies ({names}) are added together as if "
            f"they were one; {more}.",
        )

    def _rows(self, tally: Tally, slots: list[Bucket], currency: str) -> GridGroup:
        cohorts = tuple(self._row(tally, slot.label, [slot.index], currency) for slot in slots)
        everybody = self._row(tally, "combined", [slot.index for slot in slots], currency)
        return GridGroup(cohorts=cohorts, combined=everybody)

    def _row(self, tally: Tally, name: str, slots: list[int], currency: str) -> Cohort:
        people = tally.size(slots, 0)
        old = [tally.size(slots, day) for day in self.days]
        paid = [tally.paid(slots, day) for day in self.days]
        ever, total = tally.paid(slots, 0)
        return Cohort(
            label=name,
            size=people,
            counts=tuple(payers for payers, _ in paid),
            rates=tuple(self._value(n, *sums) for n, sums in zip(old, paid, strict=True)),
            incomplete=tuple(0 < n < people for n in old),
            sizes=tuple(old),
            paid=ever,
            total=finite(total),
            currency=currency,
        )

    def _value(self, people: int, payers: int, amount: float) -> float | None:
        if not people:
            return None
        if self.metric == "arppu":
            return finite(amount / payers) if payers else None
        return finite({"arpu": amount / people, "revenue": amount}.get(self.metric, payers))

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people who are new in a cohort, or in any; of a group; "reached": who paid.

        With a period, those of them who have had that many days and paid within them; "dropped" are
        those who did not.
        """
        slots = frame(ctx, self, whole=True).buckets
        if cell.cohort is not None:
            slots = [slot for slot in slots if slot.label == cell.cohort]
            if not slots:
                raise BadQuestion(f"cell names no cohort {cell.cohort!r}.", parameter="cell")
        if cell.period is not None and not 0 <= cell.period < len(self.days):
            raise BadQuestion(f"cell has no period {cell.period}.", parameter="cell")
        if not slots:
            return "select 0 as actor where 1 = 0"
        by = [ctx.catalog.existing(name) for name in self.breakdown] if cell.group else []
        if len(cell.group) > 1:
            raise BadQuestion("cell has another number of group values.", parameter="cell")
        tests = [in_group(ctx, bind, by[0], "v0", cell.group[0])] if by else []
        if cell.outcome is None and cell.period is None:
            people = new_people(ctx, bind, self, slots, by)
            return f"select actor from ({people}) p where {' and '.join(tests) or '1 = 1'}"
        if cell.group and not by:
            tests.append(f"currency = {bind(cell.group[0])}")
        day = bind(self.days[cell.period or 0])
        if cell.period is not None:
            tests.append(f"had >= {day} and age < {day}")
        paid = f"select distinct actor from money where {' and '.join(tests) or '1 = 1'}"
        if cell.outcome != "dropped":
            return f"{payments(ctx, bind, self, slots, by)} {paid}"
        whose = [in_group(ctx, bind, by[0], "v0", cell.group[0])] if by else ["1 = 1"]
        if cell.period is not None:
            whose.append(f"had >= {day}")
        return f"""
            {payments(ctx, bind, self, slots, by)}
            select actor from f where {" and ".join(whose)} and actor not in ({paid})"""


def _known(currency: str) -> str:
    return "" if currency in (NONE, EMPTY) else currency
