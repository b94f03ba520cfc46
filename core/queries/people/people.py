"""The people behind one number of another question's answer."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field, model_validator

from core.answers import Cell, People
from core.catalog.fields import Field as FieldOf
from core.errors import BadQuestion
from core.queries.common.any_question import AnyQuestion
from core.queries.common.context import Context
from core.queries.common.groups import label
from core.queries.common.people_page import (
    FIXED,
    as_number,
    events_of,
    found_once,
    page,
    persons,
    text_of,
    value_of,
    values_at_once,
)
from core.queries.common.question import Ask, Question, Rows, check_inner
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Statement

ORDERS: Final[Mapping[str, tuple[str, bool]]] = {
    "last_seen": ("last_seen", True),
    "first_seen": ("first_seen", False),
    "user": ("user", False),
    "events": ("extra", True),
}
"""What people can be sorted by besides columns -> its SQL, and whether it begins with the most."""

SHOWN = ("context", "either", "property", "trait", "start", "paying")
"""The kinds of fields that can be columns."""


class PeopleBehind(Question):
    """The people counted by one number, last seen first.

    Range, conditions, audience and segment are those of the inner question.

    Attributes:
        of: the question, as an object with its kind.
        cell: the address of the number; empty means the whole answer.
        columns: fields whose value is listed for each person: the current one of traits, of fields
            of events that of the last event with a value.
        order: last_seen, first_seen, user, events or a column.
        descending: whether to begin with the latest or most; None means as is usual for the order,
            for last_seen and events true. People without a value come last either way.
        limit, offset: size and start of the page; `total` always counts everybody.
    """

    kind: Literal["people"] = "people"
    of: AnyQuestion
    cell: Cell = Cell()
    columns: tuple[str, ...] = Field(default=(), max_length=8)
    order: str = "last_seen"
    descending: bool | None = None
    limit: int = Field(default=100, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _all_said_by_the_question(self) -> PeopleBehind:
        own = ("range", "conditions", "audience", "segment", "among")
        check_inner(self, own, "in the inner question")
        return self

    @model_validator(mode="after")
    def _known_order(self) -> PeopleBehind:
        if self.order not in ORDERS and self.order not in self.columns:
            allowed = ", ".join((*ORDERS, *self.columns))
            raise BadQuestion(
                f"order {self.order!r} is not a column.", f"Allowed: {allowed}.", parameter="order"
            )
        return self

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """See Question; those of the inner question."""
        return self.of.ranges(ctx)

    def by_the_minute(self) -> bool:
        """See Question; as for the inner question."""
        return self.of.by_the_minute()

    def ask(self, ctx: Context) -> Ask:
        """See Question.

        Raises:
            BadQuestion: the cell is not one of the question's.
        """
        total, bind, members = yield from found_once(
            ctx, lambda bind: self.of.members(ctx, bind, self.cell)
        )
        shown = {name: self._field(ctx, name) for name in self.columns}
        rows = yield from self._page(ctx, bind, members, shown)
        return People(
            title=self.title(),
            total=total,
            limit=self.limit,
            offset=self.offset,
            columns=tuple(name.removeprefix("properties.") for name in self.columns),
            rows=tuple(
                person.model_copy(update={"values": self._labels(ctx, shown, row[FIXED:])})
                for person, row in zip(persons(rows), rows, strict=True)
            ),
        )

    def _page(
        self, ctx: Context, bind: Binder, members: str, shown: dict[str, FieldOf]
    ) -> Generator[Statement, Rows, Rows]:
        """Return the rows of a page, with the values to show as further columns."""
        fields = list(shown.values())
        values = ["page.actor"] if fields else []
        if ctx.dialect.seeks:
            values = [value_of(ctx, bind, field, "page.actor") for field in fields]
        extra, order = self._sorted(ctx, bind, shown)
        kept = Selection(ctx).own(bind, "e")
        rows = yield page(
            bind, members, order, self.limit, self.offset, extra=extra, kept=kept, values=values
        )
        if ctx.dialect.seeks or not (fields and rows):
            return rows
        found = yield values_at_once(ctx, [row[FIXED] for row in rows], fields)
        own = {actor: raws for actor, *raws in found}
        return [(*row[:FIXED], *own[row[FIXED]]) for row in rows]

    def _field(self, ctx: Context, name: str) -> FieldOf:
        field = ctx.catalog.existing(name, "columns")
        if field.kind not in SHOWN:
            raise BadQuestion(
                f"{name} cannot be a column of people.",
                "Allowed: properties, traits and the columns of events.",
                parameter="columns",
            )
        return field

    def _sorted(self, ctx: Context, bind: Binder, shown: dict[str, FieldOf]) -> tuple[str, str]:
        """Return the SQL of what people are sorted by besides what is listed, and of the order."""
        if self.order in ORDERS:
            sql, usual = ORDERS[self.order]
            down = usual if self.descending is None else self.descending
            counted = events_of(ctx, bind) if sql == "extra" else "null"
            return counted, f"{sql}{' desc' * down}, actor"
        field, way = shown[self.order], " desc" if self.descending else ""
        text = text_of(ctx, bind, field, value_of(ctx, bind, field, "seen.actor"))
        return text, f"extra is null, {as_number(ctx, 'extra')}{way}, extra{way}, actor"

    def _labels(
        self, ctx: Context, shown: dict[str, FieldOf], values: Sequence[Any]
    ) -> tuple[str | None, ...]:
        pairs = zip(shown.values(), values, strict=True)
        return tuple(None if raw is None else label(ctx, field, raw) for field, raw in pairs)

    def title(self) -> str:
        """The title: what the people have in common."""
        from core.queries.behind import format_cell

        return format_cell(self.of, self.cell)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the same people."""
        return self.of.members(ctx, bind, self.cell)
