"""SQL typed by a person, over the documented views (definitions 10.6).

The engine runs it where it can only read, so nothing is checked here. There are no people behind
its rows.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, field_validator, model_validator

from core.answers import Cell, Column, Table
from core.errors import BadQuestion, did_you_mean
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.sql.dialect import Binder, Statement
from core.sql.text import ONE_SELECT, bound, is_sql

DEFAULT_LIMIT: Final = 1_000
MAX_LIMIT: Final = 10_000
MAX_QUERY: Final = 1_000_000

Value = bool | int | float | str | None
ColumnType = Literal["text", "count", "number", "percent", "duration", "time", "json"]


class Sql(Question):
    """One SELECT or WITH statement.

    Attributes:
        query: the statement. {variables.NAME} stands for a value of `variables`, a list for use
            after `in`; {filters.dateRange.from} and {filters.dateRange.to} for the dates of
            `range`. All are bound, never inserted into the text.
        limit: rows to return; the answer says if there were more.
        variables: values by name.
    """

    kind: Literal["sql"] = "sql"
    query: str = Field(max_length=MAX_QUERY)
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    variables: dict[str, Value | tuple[Value, ...]] = Field(default_factory=dict)

    needs: ClassVar[str] = "events"

    @field_validator("query", mode="before")
    @classmethod
    def _whole(cls, query: Any) -> Any:
        if isinstance(query, str) and any("\ud800" <= char <= "\udfff" for char in query):
            raise BadQuestion("query is not text in UTF-8.", parameter="query")
        return query

    @model_validator(mode="after")
    def _alone(self) -> Sql:
        if not is_sql(self.query):
            raise BadQuestion("query is not a SELECT.", ONE_SELECT, parameter="query")
        for name in ("conditions", "audience", "segment", "among"):
            if getattr(self, name):
                raise BadQuestion(
                    f"{name} does not apply to sql.", "Write it into the statement.", parameter=name
                )
        return self

    def by_the_minute(self) -> bool:
        """See Question; a statement may use the current time."""
        return True

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        names, *rows = yield (yield from self._fastest(ctx))
        kept = [tuple(map(_value, row)) for row in rows[: self.limit]]
        return Table(
            title="SQL",
            columns=tuple(
                Column(name=str(name), type=_type([row[index] for row in kept]))
                for index, name in enumerate(names)
            ),
            rows=tuple(kept),
            truncated=len(rows) > self.limit,
        )

    def _fastest(self, ctx: Context) -> Generator[Statement, Rows, Statement]:
        """Return the statement to run, after one that counts what it is to run over, if it can."""
        typed = self.statement(ctx)
        if ctx.dialect.blocks_from is None or "properties" not in typed.text.lower():
            return typed
        from core.queries.sql_groups import over_groups
        from core.sql.over_blocks import over_blocks

        asked = over_blocks(typed.text)
        if asked is None:
            return typed
        instead = yield from over_groups(ctx, asked)
        return replace(typed, instead=instead)

    def statement(self, ctx: Context) -> Statement:
        """Return the statement to run, for at most one row more than the limit."""
        parameters: dict[str, Any] = {}

        def placeholder(name: str) -> str:
            value = self._named(ctx, name)
            if value is None:
                return "null"
            key = f"v{len(parameters) + 1}"
            if isinstance(value, tuple):
                parameters[key] = json.dumps(value)
                return ctx.dialect.values_of(key, value)
            parameters[key] = int(value) if isinstance(value, bool) else value
            return ctx.dialect.placeholder(key, parameters[key])

        text = bound(self.query, placeholder)
        return Statement(text, parameters, "SQL as it was typed", typed=self.limit + 1)

    def _named(self, ctx: Context, name: str) -> Any:
        group, _, rest = name.partition(".")
        if group == "variables" and rest in self.variables:
            return self.variables[rest]
        if name in ("filters.dateRange.from", "filters.dateRange.to"):
            return dates(ctx.span(self.range))["first" if name.endswith("from") else "last"]
        known = [f"variables.{key}" for key in self.variables]
        known += ["filters.dateRange.from", "filters.dateRange.to"]
        raise BadQuestion(
            f"query names {{{name}}}, which has no value.",
            did_you_mean(name, known) or f"It has {', '.join(known)}.",
            parameter="query",
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question; always refused."""
        raise BadQuestion("There are no people behind rows of SQL.", parameter="cell")


def _value(value: Any) -> Any:
    return f"x'{value.hex()}'" if isinstance(value, bytes) else value


def _type(values: Sequence[Any]) -> ColumnType:
    found = {type(value) for value in values if value is not None}
    if found and found <= {int, float}:
        return "count" if found == {int} else "number"
    return "text"
