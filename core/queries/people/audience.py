"""The people of an audience, saved or given as rules, as of now (definitions 5.2, 5.3).

core.queries.people.audience_sql evaluates its rules.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from core.answers import Cell, People
from core.definitions.audience import Definition, read_definition
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.people_page import found_once, page, persons
from core.queries.common.question import Ask, Question
from core.queries.common.selection import Selection
from core.queries.people.audience_sql import audience_size, audience_sql
from core.sql.dialect import Binder

EVERYONE = "This audience has no rules: it is everyone."

__all__ = ["Audience", "Definition", "audience_sql", "read_definition"]


class Audience(Question):
    """The people of an audience, and their number.

    Exactly one of `audience` and `definition` is given. Conditions are additional filters of the
    audience; a segment keeps only its members, and is the only use of the range.

    Attributes:
        audience: name or id of a saved audience.
        definition: the rules themselves.
        limit, offset: size and start of the page, last seen first; a limit of 0 lists nobody,
            which is faster, since the order needs everybody's last event. `total` counts everybody.
    """

    kind: Literal["audience"] = "audience"
    definition: Definition | None = None
    limit: int = Field(default=100, ge=0, le=10_000)
    offset: int = Field(default=0, ge=0)

    needs: ClassVar[str] = "sets"

    @model_validator(mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("definition"), dict):
            return {**value, "definition": read_definition(value["definition"])}
        return value

    @model_validator(mode="after")
    def _one_of_two(self) -> Audience:
        if (self.audience is None) == (self.definition is None):
            raise BadQuestion(
                "An audience needs a name or a definition.",
                "Give either audience or definition.",
                parameter="audience",
            )
        return self

    def by_the_minute(self) -> bool:
        """See Question: membership changes with the clock."""
        return True

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        rows: list[tuple[Any, ...]] = []
        if self.limit and (self._is_narrowed or not ctx.dialect.seeks):
            total, bind, members = yield from found_once(
                ctx, lambda bind: self.people(ctx, bind, Cell())
            )
        else:
            bind = ctx.binder()
            every = f"select count(*) from ({self.people(ctx, bind, Cell())})"
            size = every if self._is_narrowed else audience_size(ctx, bind, self._rules(ctx))
            ((total,),) = yield bind.statement(size, "how many people")
            bind = ctx.binder()
            members = self.people(ctx, bind, Cell()) if self.limit else ""
        if self.limit:
            kept, order = Selection(ctx).own(bind, "e"), "last_seen desc, actor"
            rows = yield page(bind, members, order, self.limit, self.offset, kept=kept)
        return People(
            title=f"Audience {self.audience}" if self.audience is not None else "Audience",
            notes=(EVERYONE,) if self._rules(ctx).everyone else (),
            total=int(total),
            limit=self.limit,
            offset=self.offset,
            rows=persons(rows),
        )

    @property
    def _is_narrowed(self) -> bool:
        """Whether its members are more than its rules."""
        return bool(self.conditions) or self.segment is not None or self.among is not None

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody in it."""
        from core.queries.people.segments import segment_sql

        rules = self._rules(ctx)
        members = audience_sql(ctx, bind, rules)
        if self.conditions:
            also = Definition(lookback_days=rules.lookback_days, filters=self.conditions)
            members = (
                f"select actor from ({members}) where actor in ({audience_sql(ctx, bind, also)})"
            )
        if self.segment is not None:
            segment = segment_sql(ctx, bind, self.segment, ctx.span_to_today(self.range))
            members = f"select actor from ({members}) where actor in ({segment})"
        if self.among is not None:
            among = self.among.people(ctx, bind, Cell())
            members = f"select actor from ({members}) where actor in ({among})"
        return members

    def _rules(self, ctx: Context) -> Definition:
        if self.definition is not None:
            return self.definition
        return read_definition(ctx.audience(str(self.audience)))
