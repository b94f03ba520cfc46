"""An event over time by the values of one of its properties (definitions 4.4)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import field_validator

from core.answers import Cell
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.measured import bare
from core.queries.common.question import Ask, TimedQuestion
from core.queries.trend.trend import Trend
from core.sql.dialect import Binder


class Properties(TimedQuestion):
    """How often an event happened with each value of a property, the most frequent values first.

    This is a trend's count broken down by the property; properties are stored with the events, so
    these are read. Events without the property are in the group "(none)".

    Attributes:
        event: the name of an event.
        property: its name, with or without "properties.".
        limit: how many values to keep; `omitted` counts the rest.
    """

    kind: Literal["properties"] = "properties"
    event: str
    property: str

    needs: ClassVar[str] = "events"

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str) -> str:
        if not name:
            raise BadQuestion("property must not be empty.", parameter="property")
        return bare(name)

    @field_validator("breakdown")
    @classmethod
    def _no_breakdown(cls, fields: tuple[str, ...]) -> tuple[str, ...]:
        if fields:
            raise BadQuestion(
                "properties takes no breakdown: the property is the breakdown.",
                "A trend can have two fields.",
                parameter="breakdown",
            )
        return fields

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        ctx.catalog.existing(f"properties.{self.property}", "property")
        answer = yield from self._trend().ask(ctx)
        return answer.model_copy(
            update={"title": f"{titled(ctx.catalog, self.event)} by {self.property}"}
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody who did the event in the bucket with the value."""
        return self._trend().people(ctx, bind, cell)

    def _trend(self) -> Trend:
        own = {"kind", "property", "breakdown"}
        shared = {name: getattr(self, name) for name in type(self).model_fields if name not in own}
        return Trend(**shared, breakdown=(f"properties.{self.property}",))
