"""The credits of attribution from blocks (`core.blocks.functions.credits`)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cached_property

from core.blocks.layout import context_field
from core.catalog.fields import Field
from core.columns import NONE
from core.filters import Condition
from core.queries.common.blocks.calls import Writer
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.funnel.attribution_weights import ENDS, HALF_LIFE
from core.queries.funnel.blocks import mask_of
from core.sql.dialect import Binder, Relation, Statement
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
        nothing = NONE if self.touched.is_text else 0
        rows = rows or [(part, 0, 0.0, 0.0, 0) for part in (2, 0)]
        return [(part, v0 if part == 1 else nothing, *rest) for part, v0, *rest in rows]

    def _call(self, bind: Binder, span: Span) -> str:
        writer = Writer(replace(self._every, clauses=()), bind)
        writer.read_order()
        writer.members.append(self._converted(span))
        steps = [(mask_of(writer, self.paid), 1), (self._touches(writer), 2)]
        x = writer.measure(self.valued) if self.valued is not None else {}
        calendar = self.paid.ctx.calendar
        first = calendar.day_of(span.start - self.back)
        wide = replace(
            span, start=span.start - self.back, first_day=first, whole_days=False, cut=False
        )
        half_life = HALF_LIFE if self.model == "time_decay" else 0
        each = self.model == "participation"
        credit = [(span.start, span.end), self.back, each, half_life, ENDS.get(self.model)]
        return writer.call(
            "block_credits", wide, [], [self.touched], steps=steps, credit=credit, **x
        )

    def _converted(self, span: Span) -> Relation:
        """Return the people whose touches matter."""
        people = self.paid.people

        def members(bind: Binder) -> str:
            return bind.dialect.members(f"select users from ({people(bind, span)})")

        return Relation(("converted",), members)

    def _touches(self, writer: Writer) -> list[object]:
        """The events that have the field."""
        if self.touched.kind == "context":
            return ["not", writer.ids(context_field(self.touched.name), [0])]
        return writer.mask(Condition(field=f"properties.{self.touched.name}", operator="is_set"))
