"""What two groups of people did or had differently (definitions 11.19)."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar, Literal

from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Cell, Column, Table
from core.catalog.fields import Field
from core.catalog.selectors import ANY, meaning
from core.columns import CONTEXT, NONE
from core.errors import BadQuestion
from core.queries.common.any_question import AnyQuestion
from core.queries.common.context import Context
from core.queries.common.groups import WHOLE, label, members_of_group, split
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows, check_inner
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.funnel.statistics import newcombe
from core.queries.people import two_groups
from core.sql.dialect import Binder, Statement
from core.timeframe import Span

FEW = 25
FEW_SHARE = 0.02
"""Fewer people than the smaller of these, a number and a share of both groups, are left out."""

SIDES = {"reached": "one", "dropped": "other"}
"""The outcome in a cell's address -> the group whose people it means."""


class Differences(Question):
    """The events that more people of one group did than of another, and values that more had.

    A person has a value if one of their events in the range has it, whichever event that is.

    Attributes:
        of: a question whose people are the first group, as an object with its kind.
        other: one whose people are the second; without it everybody else with an event in the
            range.
        breakdown: the fields to compare (also `fields` in JSON); by default events, and all
            context fields with stored sets.
        min_people: how many people of both groups must have something; None means 25 or 2 % of all,
            whichever is less.
        limit: how many rows to list, the surest differences first.
    """

    kind: Literal["differences"] = "differences"
    of: AnyQuestion
    other: AnyQuestion | None = None
    breakdown: tuple[str, ...] = Limited(default=(), max_length=20)
    min_people: int | None = Limited(default=None, ge=1)
    limit: int = Limited(default=20, ge=1, le=1000)

    needs: ClassVar[str] = "sets"

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and "fields" in data:
            data = {**data, "breakdown": data.get("breakdown") or data["fields"]}
            del data["fields"]
        return data

    @field_validator("breakdown", mode="before")
    @classmethod
    def _some(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _all_said_by_the_groups(self) -> Differences:
        check_inner(self, ("conditions", "audience", "segment", "among"), "for each group")
        return self

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """See Question; those of both groups too."""
        inner = [each.ranges(ctx) for each in (self.of, self.other) if each is not None]
        return (self.range, *(text for texts in inner for text in texts))

    def by_the_minute(self) -> bool:
        """See Question; as for the groups."""
        inner = (each.by_the_minute() for each in (self.of, self.other) if each is not None)
        return super().by_the_minute() or any(inner)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span(self.range)
        groups, had = yield from self._counted(ctx, span)
        least = self.min_people or min(FEW, FEW_SHARE * groups.all)
        rows = [row for row in had if row.people >= least]
        rows.sort(key=lambda row: row.order(groups))
        shown = rows[: self.limit]
        return Table(
            title=f"How people differ: {self.named()}",
            **dates(span),
            notes=tuple(self._notes(groups, least)),
            columns=_COLUMNS,
            rows=tuple(row.cells(groups) for row in shown),
            keys=tuple(row.key for row in shown),
            people_column="people",
            outcomes=(("first", "reached"), ("second", "dropped")),
            truncated=len(rows) > len(shown),
        )

    # -- the groups

    def named(self) -> str:
        """Both groups in words."""
        one, other = self._names()
        return f"{one} and {other}"

    def _names(self) -> tuple[str, str]:
        from core.queries.behind import format_cell

        one, other = (
            None if each is None else format_cell(each, Cell()) for each in (self.of, self.other)
        )
        return str(one), other or "everybody else"

    def _one(self, ctx: Context, bind: Binder, _: Span) -> str:
        """SQL of the actors of the first group."""
        return self.of.people(ctx, bind, Cell())

    def _other(self, ctx: Context, bind: Binder, span: Span) -> str:
        """SQL of the actors of the second group."""
        if self.other is not None:
            return self.other.people(ctx, bind, Cell())
        everybody = members_of_group(ctx, bind, self._selection(ctx), span, (), ())
        return f"""
            select actor from ({everybody})
            where actor not in (select actor from ({self._one(ctx, bind, span)}))"""

    def _selection(self, ctx: Context) -> Selection:
        return select(ctx, self, absent=ANY)

    def _sets(self, ctx: Context, bind: Binder, span: Span) -> str:
        """Common table expressions `one`, `other` and `either`, each with a single set `users`."""
        d = ctx.dialect
        return f"""
            one as materialized (
                select {d.build("actor")} as users from ({self._one(ctx, bind, span)}) a
            ),
            other as materialized (
                select {d.build("actor")} as users from ({self._other(ctx, bind, span)}) b
            ),
            either as materialized (
                select {d.union("users")} as users
                from (select users from one union all select users from other) c
            )"""

    def _notes(self, groups: _Groups, least: float) -> Iterator[str]:
        one, other = self._names()
        yield f"first: {one}, {groups.one:,}; second: {other}, {groups.other:,}."
        if not (groups.one and groups.other):
            yield "There is nothing to compare unless both groups have people."
        if groups.both:
            yield f"{groups.both:,} are in both groups and count in both."
        yield "A difference is no cause."
        if least > 1:
            yield f"Rows with fewer than {ceil(least)} people are left out."

    # -- what they had

    def _fields(self, ctx: Context) -> list[Field]:
        names = self.breakdown or ("event", *CONTEXT)
        found = [ctx.catalog.existing(n) if self.breakdown else ctx.catalog.field(n) for n in names]
        used = [f for f in found if self.breakdown or f.dimension or f.kind == "event"]
        return list({field.key: field for field in used}.values())

    def _counted(
        self, ctx: Context, span: Span
    ) -> Generator[Statement, Rows, tuple[_Groups, list[_Row]]]:
        """Return how many people are in each group, and had each value; no values if a group is
        empty.
        """
        bind = ctx.binder()
        d = ctx.dialect
        fields = self._fields(ctx)
        sets = ("one", "other", "either")
        sizes = ", ".join(f"(select {d.count('users')} from {name})" for name in sets)
        both = ", ".join(d.count_both("users", f"(select users from {name})") for name in sets)
        parts = [f"select {WHOLE} as field, 0 as number, '' as text, {sizes}"]
        for at, field in enumerate(fields):
            people = self._selection(ctx).people(bind, span, by=[field])
            value = "0, v0" if field.is_text else "v0, ''"
            parts.append(f"""
                select {at}, {value}, {both}
                from (select v0, {d.union("users")} as users from ({people}) p group by v0) q""")
        rows = yield bind.statement(
            f"with {self._sets(ctx, bind, span)} {' union all '.join(parts)}",
            "people of each group with each value",
        )
        (whole,), values = split(rows)
        groups = _Groups(*(int(count) for count in whole[2:]))
        if not (groups.one and groups.other):
            return groups, []
        named = self._named_events(ctx)
        had = [
            _Row(field, label(ctx, field, text if field.is_text else number), *map(int, counts))
            for at, number, text, *counts in values
            if (field := fields[at]).kind != "event" or number not in named
        ]
        return groups, [row for row in had if row.value != NONE or row.field.kind == "event"]

    def _named_events(self, ctx: Context) -> set[int]:
        """The events that the groups' questions name, which are left out."""
        inner = [each for each in (self.of, self.other) if each is not None]
        inner += [of for each in inner if isinstance(of := getattr(each, "of", None), Question)]
        parts = [part for each in inner for part in (each, *_steps_of(each))]
        names = [name for part in parts if isinstance(name := getattr(part, "event", None), str)]
        found = (meaning(ctx.catalog, name, "of", absent=ANY) for name in names)
        return {event for each in found for event in each.events if event > 0}

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people of both groups, "reached" of the first and "dropped" of the second;
        with a row those who had its value.
        """
        if cell.previous or cell.group or cell.outcome not in (None, *SIDES):
            raise BadQuestion("cell is not of this question.", parameter="cell")
        span = ctx.span(self.range)
        sides = [SIDES[cell.outcome]] if cell.outcome else list(SIDES.values())
        groups = {"one": self._one, "other": self._other}
        members = " union all ".join(
            f"select actor from ({groups[side](ctx, bind, span)}) {side}" for side in sides
        )
        if cell.row is None:
            return f"select distinct actor from ({members}) members"
        field, value = self._named(ctx, cell.row)
        had = members_of_group(ctx, bind, self._selection(ctx), span, (field.key,), (value,))
        return f"""
            select actor from ({had}) had
            where actor in (select actor from ({members}) members)"""

    def _named(self, ctx: Context, row: str) -> tuple[Field, str]:
        """Return the field and the value of a row."""
        try:
            name, value = json.loads(row)
        except (ValueError, TypeError, RecursionError):
            name = value = None
        for field in self._fields(ctx):
            if field.key == name and isinstance(value, str):
                return field, value
        raise BadQuestion(f"cell names row {row!r}, which does not exist.", parameter="cell")


def _steps_of(question: Question) -> tuple[Any, ...]:
    """The steps of a funnel; those of paths are only a number."""
    steps = getattr(question, "steps", ())
    return steps if isinstance(steps, tuple) else ()


@dataclass(frozen=True)
class _Groups:
    """How many people are in each group, and in either."""

    one: int
    other: int
    all: int

    @property
    def both(self) -> int:
        """How many are in both."""
        return self.one + self.other - self.all


@dataclass(frozen=True)
class _Row:
    """One value of a field, and how many people of each group, and of either, had it."""

    field: Field
    value: str
    one: int
    other: int
    people: int

    @property
    def name(self) -> str:
        """The name of the field, as it is written in a question."""
        return self.field.key.removeprefix("properties.")

    @property
    def key(self) -> str:
        """The address of the row."""
        return json.dumps([self.field.key, self.value], ensure_ascii=False)

    def order(self, groups: _Groups) -> tuple[Any, ...]:
        """What rows are sorted by: the surest differences first."""
        low, high = self.bounds(groups)
        return -max(low, -high, 0), -abs(self.difference(groups)), self.name, self.value

    def difference(self, groups: _Groups) -> float:
        """The share in the first group minus that in the second."""
        return self.one / groups.one - self.other / groups.other

    def bounds(self, groups: _Groups) -> tuple[float, float]:
        """The 95 % interval of the difference, of two groups with people."""
        found = newcombe(self.one, groups.one, self.other, groups.other)
        assert found is not None
        return found

    def cells(self, groups: _Groups) -> tuple[Any, ...]:
        """The figures in the order of the columns."""
        figures = two_groups.figures(self.one, groups.one, self.other, groups.other)
        return self.name, self.value, *figures, self.people


_COLUMNS = (
    Column(name="field"),
    Column(name="value"),
    *two_groups.COLUMNS,
    Column(name="people", type="count"),
)
