"""The people behind one number of another question's answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from core.answers import Cell, People
from core.queries.common.any_question import AnyQuestion
from core.queries.common.context import Context
from core.queries.common.people_page import page, persons
from core.queries.common.question import Ask, Question, check_inner
from core.queries.common.selection import Selection
from core.sql.dialect import Binder

ORDERS = {
    "last_seen": "last_seen desc, actor",
    "first_seen": "first_seen, actor",
    "user": "user, actor",
}


class PeopleBehind(Question):
    """The people counted by one number, last seen first.

    Range, conditions, audience and segment are those of the inner question.

    Attributes:
        of: the question, as an object with its kind.
        cell: the address of the number; empty means the whole answer.
        order: last_seen (descending), first_seen or user.
        limit, offset: size and start of the page; `total` always counts everybody.
    """

    kind: Literal["people"] = "people"
    of: AnyQuestion
    cell: Cell = Cell()
    order: Literal["last_seen", "first_seen", "user"] = "last_seen"
    limit: int = Field(default=100, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _all_said_by_the_question(self) -> PeopleBehind:
        own = ("range", "conditions", "audience", "segment", "among")
        check_inner(self, own, "in the inner question")
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
        bind = ctx.binder()
        counted = yield bind.statement(
            f"select count(*) from ({self.of.members(ctx, bind, self.cell)})", "how many people"
        )
        total = int(counted[0][0])
        bind = ctx.binder()
        rows = yield page(
            bind,
            self.of.members(ctx, bind, self.cell),
            ORDERS[self.order],
            self.limit,
            self.offset,
            kept=Selection(ctx).own(bind, "e"),
        )
        return People(
            title=self.title(),
            total=total,
            limit=self.limit,
            offset=self.offset,
            rows=persons(rows),
        )

    def title(self) -> str:
        """The title: what the people have in common."""
        from core.queries.behind import format_cell

        return format_cell(self.of, self.cell)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the same people."""
        return self.of.members(ctx, bind, self.cell)
