"""The people behind one number of another question's answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SerializeAsAny, field_validator

from core.answers import Cell, People, Person
from core.queries.base import Ask, Context, Question

ORDERS = {
    "last_seen": "last_seen desc, actor",
    "first_seen": "first_seen, actor",
    "user": "user, actor",
}


class PeopleBehind(Question):
    """The actors that one number counted, newest first.

    Attributes:
        of: the question, as an object with its kind.
        cell: the address of the number; empty is the question's whole.
        order: last_seen (descending), first_seen or user.
        limit, offset: the page; `total` always counts everybody.
    """

    kind: Literal["people"] = "people"
    of: SerializeAsAny[Question]
    cell: Cell = Cell()
    order: Literal["last_seen", "first_seen", "user"] = "last_seen"
    limit: int = Field(default=100, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)

    @field_validator("of", mode="before")
    @classmethod
    def _question(cls, value: Any) -> Any:
        from core.queries import from_json

        return from_json(value) if isinstance(value, dict) else value

    def by_the_minute(self) -> bool:
        """See Question; as its question."""
        return self.of.by_the_minute()

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        bind = ctx.binder()
        counted = yield bind.statement(
            f"select count(*) from ({self.of.people(ctx, bind, self.cell)})", "how many people"
        )
        total = int(counted[0][0])
        rows = (yield self._page(ctx)) if total else []
        return People(
            title=self.title(),
            total=total,
            limit=self.limit,
            offset=self.offset,
            rows=tuple(
                Person(user=user, first_seen=first, last_seen=last, events=events)
                for user, first, last, events in rows
            ),
        )

    def title(self) -> str:
        """What the people have in common, in words."""
        from core.language import format_cell

        return format_cell(self.of, self.cell)

    def _page(self, ctx: Context) -> Any:
        bind = ctx.binder()
        return bind.statement(
            f"""
            with seen as (
                select b.actor,
                       (select min(ts) from events e where e.actor = b.actor) as first_seen,
                       (select max(ts) from events e where e.actor = b.actor) as last_seen
                from ({self.of.people(ctx, bind, self.cell)}) b
            ),
            page as (
                select seen.*, i.key as user
                from seen join identities i on i.id = seen.actor
                order by {ORDERS[self.order]}
                limit {bind(self.limit)} offset {bind(self.offset)}
            )
            select user, first_seen, last_seen,
                   (select count(*) from events e where e.actor = page.actor) as events
            from page
            order by {ORDERS[self.order]}
            """,
            "the people, a page of them",
        )

    def people(self, ctx: Context, bind: Any, cell: Cell) -> str:
        """See Question: the same people."""
        return self.of.people(ctx, bind, self.cell)
