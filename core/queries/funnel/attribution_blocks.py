"""The credits of attribution from blocks (`core.blocks.functions.credits`)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cached_property

from core.blocks.layout import context_field
from core.catalog.fields import Field
from core.filters import Condition
from core.queries.common.blocks.calls import Writer
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.funnel.attribution_weights import ENDS, HALF_LIFE
from core.sql.dialect import Binder, Statement
from core.timeframe import Span


@dataclass(frozen=True)
class Credited:
    """Conversions and the field of their touches.

    Attributes:
        paid: the conversions.
        touched: the field whose values are credited.
        valued: the property of conversions that is added up; None for none.
        back: how many ms before a conversion a touch may be.
    """

    paid: Selection
    touched: Field
    valued: Field | None
    model: str
    back: int

    @cached_property
    def _every(self) -> BlockRows:
        """All events, with the conditions on conversions."""
        any_event = replace(self.paid, events=(), clauses=(), matching=(), members=())
        return replace(any_event.blocks, clauses=(*self.paid.matching, *self.paid.clauses))

    def can(self) -> bool:
        """Whether blocks have all of it."""
        if self.touched.kind not in ("context", "property"):
            return False
        return self._every.can([self.touched], self.valued)

    def ask(self, span: Span) -> Generator[Statement, Rows, Rows]:
        """Yield a statement; return rows (part, v0, conversions, value, people)."""
        rows = yield from self._every.unfolded(
            [self.touched], lambda bind: self._call(bind, span), "conversions credited by value"
        )
        nothing = self.touched.missing
        rows = rows or [(part, 0, 0, 0, None, 0.0, 0.0) for part in (2, 0)]
        return [
            (part, v0 if part == 1 else nothing, conversions, value, people)
            for part, v0, _, people, _, conversions, value in rows
        ]

    def sets(self, bind: Binder, span: Span) -> str:
        """Return the relation (slot, v0, v1, total, users) of people, whose slot is the part."""
        called = self._call(bind, span, people=True)
        return self._every.unfolded_sets(bind, [self.touched], called)

    def _call(self, bind: Binder, span: Span, *, people: bool = False) -> str:
        writer = Writer(replace(self._every, clauses=()), bind)
        writer.read_order()
        conversions = writer.extra(self._conversions(bind, span))
        writer.masks += [self._touches(writer), ["within", conversions, self.back, 0]]
        half_life = HALF_LIFE if self.model == "time_decay" else 0
        each = self.model == "participation"
        credit = [conversions, self.back, each, half_life, ENDS.get(self.model)]
        reach = self.paid.ctx.reaching(span, self.back, 0)
        return writer.call(
            "block_credits", reach, [], [self.touched], credit=credit, people=people, nobody=False
        )

    def _conversions(self, bind: Binder, span: Span) -> str:
        """The conversions of everybody."""
        rows = self.paid.blocks
        writer = Writer(rows, bind)
        writer.read_order()
        x = writer.measure(self.valued) if self.valued is not None else {}
        return writer.call("block_conversions", span, [], (), nobody=False, **x)

    def _touches(self, writer: Writer) -> list[object]:
        """The events that have the field."""
        if self.touched.kind == "context":
            return ["not", writer.ids(context_field(self.touched.name), [0])]
        return writer.mask(Condition(field=f"properties.{self.touched.name}", operator="is_set"))
