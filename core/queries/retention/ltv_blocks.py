"""The money of new people from blocks (`core.blocks.functions.money`).

Blocks answer where what is paid is one property as it is. Days are told apart no finer than they
are asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.catalog.fields import Field
from core.catalog.revenue import is_named, names_it
from core.catalog.selectors import ANY, meaning
from core.columns import NONE
from core.queries.common.blocks.calls import Writer
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.revenue import single
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.retention.ltv_fields import LtvFields
from core.sql.dialect import Binder, Relation, Statement
from core.timeframe import Bucket, Span, days_span, exact_span, runs


@dataclass(frozen=True)
class Paid:
    """The payments of everybody new.

    Attributes:
        slots: the cohorts; at least one.
        by: the field of first events that people are grouped by, if any.
    """

    ctx: Context
    question: LtvFields
    slots: Sequence[Bucket]
    by: Sequence[Field]

    @cached_property
    def _amount(self) -> Field | None:
        """The property that is paid; None if it has to be computed."""
        found = single(self.ctx)
        name = found and found.name
        if self.question.property:
            counted = self.ctx.catalog.properties.may_have("quantity")
            name = None if counted else self.question.property
        return Field("property", name) if name else None

    @cached_property
    def _payments(self) -> BlockRows:
        """The events that may be payments."""
        catalog, question = self.ctx.catalog, self.question
        absent = ANY if question.property else "revenue_amount"
        found = meaning(catalog, question.event, absent=absent)
        rows = Selection(self.ctx, found.events, matching=found.matching).blocks
        paid = single(self.ctx)
        if question.property or names_it(question.event) or (paid and not paid.named):
            return rows
        named = {id_ for name, id_ in catalog.events.ids.items() if is_named(name)}
        return replace(rows, events=[event for event in rows.events if event in named])

    @cached_property
    def _currency(self) -> list[Field]:
        """The currency of payments, if any of them has one."""
        field = Field("property", "currency")
        return [field] if self._payments.has(field) else []

    @cached_property
    def _first(self) -> BlockRows:
        """The events of which one is somebody's first, with the conditions on it."""
        chosen = select(self.ctx, self.question)
        clauses = (*chosen.matching, *chosen.clauses)
        return replace(Selection(self.ctx).blocks, clauses=clauses, members=chosen.members)

    def can(self) -> bool:
        """Whether blocks have all of it."""
        return (
            self._amount is not None
            and all(field.kind == "context" for field in self.by)
            and all(map(self._payments.is_text, self._currency))
            and self._payments.can(self._currency, self._amount)
            and self._first.can(self.by)
        )

    def ask(self) -> Generator[Statement, Rows, Rows]:
        """Yield two statements; return rows (what, v0, currency, slot, had, age, figure)."""
        from core.blocks.functions.money import new_people
        from core.blocks.functions.plan import Ages

        bind = self.ctx.binder()
        ((reach,),) = yield bind.statement(f"select {self._firsts(bind)}", "everybody new")
        ages = Ages(0, tuple(runs(self.slots)), self.ctx.known_until, self.question.days)

        def called(bind: Binder) -> str:
            writer = Writer(self._payments, bind)
            writer.read_order()
            own = ages._replace(people=writer.extra(bind(reach)))
            x = writer.measure(self._amount) if self._amount else {}
            by = self._currency
            return writer.call("block_money", self._paid, [], by, ages=own, nobody=False, **x)

        rows = yield from self._payments.unfolded(self._currency, called, "money by age")
        return [
            (what, value, currency if self._currency else NONE, slot, had, age, figure)
            for slot, currency, value, what, had, age, figure in [*new_people(reach, ages), *rows]
        ]

    @property
    def _paid(self) -> Span:
        """When payments count."""
        return exact_span(self.slots[0].start, self.ctx.known_until + 1, self.ctx.calendar)

    def _firsts(self, bind: Binder) -> str:
        """The first events of the people who may be new: their value, and whether they count."""
        ctx, days = self.ctx, (self.slots[0].first_day, self.slots[-1].last_day)
        rows, span = self._first, ctx.all_days
        if ctx.dialect.has_sets:
            span = days_span(*days, ctx.calendar)
            rows = replace(rows, members=(*rows.members, Relation(("new", *days), self._new)))
        writer = Writer(replace(rows, clauses=()), bind)
        writer.read_order()
        value: Field | dict[str, Any] = self.by[0] if self.by else {"holds": ["any"]}
        counts = {"holds": ["all", *map(writer.mask, rows.clauses)]}
        return writer.call("block_firsts", span, [], [value, counts], nobody=False, latest=False)

    def _new(self, bind: Binder) -> str:
        days = self.slots[0].first_day, self.slots[-1].last_day
        return bind.dialect.members(
            f"select users from ({Selection(self.ctx).first_days(bind, *days)})"
        )
