"""The units behind one number of a question that counts them, with their events and people."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from core.answers import Cell, Column, Table
from core.catalog.fields import Field as FieldOf
from core.columns import NONE
from core.errors import BadQuestion
from core.queries.common.any_question import AnyQuestion
from core.queries.common.clauses import people_of_units
from core.queries.common.context import Context
from core.queries.common.groups import in_group, label
from core.queries.common.question import Ask, Question, Rows, check_inner
from core.queries.common.selection import Selection
from core.queries.people.units_sql import by_person, unit_field
from core.sql.dialect import Binder, Made, Statement
from core.text import things
from core.words.counted import many, one


class Units(Question):
    """The units counted by one number, most events first.

    Events and people are those of all times: who ever had an event of the unit.

    Attributes:
        of: the question, as an object with its kind; it counts units (`counting`).
        cell: the address of the number; empty means the whole answer.
        limit, offset: size and start of the page; `total` always counts all units.
    """

    kind: Literal["units"] = "units"
    of: AnyQuestion
    cell: Cell = Cell()
    limit: int = Field(default=100, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _all_said_by_the_question(self) -> Units:
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
            BadQuestion: the question counts people, or the cell is not one of its.
        """
        own, field = self._units(ctx)
        made = by_person(own)
        total, rows = yield from self._page(own) if made is None else self._summed(own, made)
        shown = self.offset + len(rows)
        names = _names(own, field, [raw for raw, *_ in rows])
        return Table(
            title=self.title(),
            columns=(
                Column(name=one(self.of)),
                Column(name="people", type="count"),
                Column(name="events", type="count"),
                Column(name="last seen", type="time"),
            ),
            rows=tuple((name, *row[1:]) for name, row in zip(names, rows, strict=True)),
            keys=tuple(str(raw) for raw, *_ in rows) if field.kind == "session" else tuple(names),
            people_column="people",
            total=total,
            truncated=total > shown,
            notes=(f"{things(total, one(self.of), many(self.of))}.",) if total > shown else (),
        )

    def _page(self, own: Context) -> Generator[Statement, Rows, tuple[int, Rows]]:
        """Return how many units there are, and a page of them from the events."""
        bind = own.binder()
        ((total,),) = yield bind.statement(
            f"select count(*) from ({self._counted(own, bind)})", "how many units"
        )
        bind = own.binder()
        kept = Selection(own).own(bind, "e")
        rows = yield bind.statement(
            f"""
            select {self._raw(own, "e.actor")} as raw, count(distinct nullif(e.person, 0)),
                   count(*), max(e.ts)
            from events e
            where e.actor in (select actor from ({self._counted(own, bind)}) u)
              and {kept}
            group by e.actor
            order by 3 desc, raw
            limit {bind(self.limit)} offset {bind(self.offset)}
            """,
            "the units, a page of them",
        )
        return int(total), rows

    def _summed(self, own: Context, made: Made) -> Generator[Statement, Rows, tuple[int, Rows]]:
        """Return the same from what each unit has of each person."""
        counted = own.dialect.counted
        assert counted is not None
        assert isinstance(counted.rows, Made)
        bind = own.binder()
        bind.made(counted.rows)  # the other one is made from it
        table, among = bind.made(made), ""
        if counted.people is not None:
            among = f"and e.person in (select actor from temp.{bind.made(counted.people)})"
        found = yield bind.statement(
            f"""
            with counted_units as materialized (select actor from ({self._counted(own, bind)}) u)
            select null, null, null, null, count(*) from counted_units
            union all
            select * from (
                select {self._raw(own, "e.actor")} as raw, count(distinct nullif(e.person, 0)),
                       sum(e.events), max(e.latest), 0
                from temp.{table} e
                where e.actor in (select actor from counted_units)
                  {among}
                group by e.actor
                order by 3 desc, raw
                limit {bind(self.limit)} offset {bind(self.offset)}
            )
            """,
            "the units, a page of them",
        )
        return int(found[0][4]), [row[:4] for row in found[1:]]

    def title(self) -> str:
        """The title: what the units have in common."""
        from core.queries.behind import format_cell

        return format_cell(self.of, self.cell)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people who ever had an event of a unit, or of one of them."""
        own, field = self._units(ctx)
        inside = bind.inside(own.dialect)
        units = self._counted(own, inside)
        if cell.row is not None:
            test = _is(own, inside, field, self._raw(own, "actor"), cell.row)
            units = f"select actor from ({units}) u where {test}"
        return inside.whole(people_of_units(own, inside, units))

    def _units(self, ctx: Context) -> tuple[Context, FieldOf]:
        """Return the context of the question inside, and the field that it counts."""
        counting = getattr(self.of, "counting", None)
        field = None if counting is None else unit_field(ctx.catalog, counting)
        if counting is None or field is None:
            raise BadQuestion(
                f"units are listed of a question that counts some, and this {self.of.kind} counts "
                "people.",
                "For example units of (users of signup counting device).",
                parameter="of",
            )
        return ctx.counting(self._asked()[0]), field

    def _asked(self) -> tuple[Question, Cell]:
        """Return the question with the number and its cell: of two groups that of its own."""
        of: Any = self.of
        return of.behind(self.cell) if of.kind == "against" else (of, self.cell)

    def _counted(self, ctx: Context, bind: Binder) -> str:
        question, cell = self._asked()
        return question.counted(ctx, bind, cell)

    @staticmethod
    def _raw(ctx: Context, actor: str) -> str:
        assert ctx.dialect.counted is not None
        return ctx.dialect.unit_of(ctx.dialect.counted, actor)


def _names(ctx: Context, field: FieldOf, raws: Sequence[Any]) -> list[str]:
    """Return units in words; several sessions may have the same."""
    if field.kind != "session":
        return [label(ctx, field, raw) for raw in raws]
    keys = {raw: int(raw.partition("s")[2]) for raw in raws if "s" in raw}
    known = ctx.catalog.people.sessions(list(keys.values()))
    return [known.get(keys[raw], NONE) if raw in keys else _begun(ctx, raw) for raw in raws]


def _begun(ctx: Context, raw: str) -> str:
    """Return a session without a name in words: whose it is, and when it began."""
    person, _, start = raw.partition(".")
    user = ctx.catalog.people.name_of(int(person))
    return f"{user} at {ctx.calendar.local(int(start)):%Y-%m-%d %H:%M}"


def _is(ctx: Context, bind: Binder, field: FieldOf, raw: str, wanted: str) -> str:
    if field.kind == "session":
        return f"{raw} = {bind(wanted)}"
    return in_group(ctx, bind, field, raw, wanted)
