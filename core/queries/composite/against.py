"""How two groups of people differ in the answer to one question (definitions 11.20).

The question is asked of each group in the usual way, so every share is the same as there, and
so are the people behind it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

from pydantic import field_validator, model_validator

from core.answers import Cell, Model, Table
from core.catalog.selectors import ANY
from core.errors import BadQuestion
from core.queries.common.any_question import AnyQuestion, lifted, said_by
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.queries.composite import means
from core.queries.composite.means import MEANS
from core.queries.composite.rows import COLUMNS, Row, Sizes, paired
from core.queries.composite.shares import shares_of
from core.sql.dialect import Binder, Statement
from core.words.counted import counts_units, many, one, whom

COMPARED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "funnel": {"count_by": ("uniques",)},
    "retention": {"combined": ("deduplicated",), "average": ("weighted",)},
    "trend": {"measure": ("users", *MEANS)},
    "first_time": {},
    "users": {"metric": ("active", "new")},
    "composition": {},
    "top_events": {},
    "paths": {"count_by": ("uniques",)},
}
"""Kinds whose answers have shares of people -> the values that some of their fields must have."""

MEMBERS: Final = ("audience", "segment", "among")
"""Fields that say who is in the first group."""

MOST: Final = {"paths": 50}
"""How much each group is asked for at most, by kind; else 1,000. Both lists are cut together."""

SIDES: Final = {None: 0, "reached": 0, "dropped": 1}
"""The outcome in a cell's address -> the group whose people it means."""


class Group(Model):
    """The second group; with no field it is everyone.

    Attributes:
        others: everybody with an event in the range who is not in the first group.
        audience: name or id of a saved audience.
        segment: a built-in segment.
        among: a question, as an object with its kind, whose people it is.
    """

    others: bool = False
    audience: str | None = None
    segment: str | None = None
    among: AnyQuestion | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Group:
        if self.others + sum(getattr(self, name) is not None for name in MEMBERS) > 1:
            raise BadQuestion(
                "The second group has several descriptions.",
                "Allowed: one of others, audience, segment, among.",
                parameter="against",
            )
        return self


class Against(Question):
    """The shares in the answer to a question among two groups, and their differences.

    An audience, a segment or people given here are the first group, as in the question itself.

    Attributes:
        of: a question of one of COMPARED, as an object with its kind, with the first group as its
            audience, segment or among; without one that is everyone.
        against: the second group: {} for everyone, or with others, audience, segment or among.
    """

    kind: Literal["against"] = "against"
    of: AnyQuestion
    against: Group

    needs: ClassVar[str] = "events"

    @model_validator(mode="before")
    @classmethod
    def _one_place_for_each(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = lifted(data, ("range", "conditions"))
        of = given.get("of")
        if not isinstance(of, dict):
            return given
        group = {name: given.pop(name) for name in MEMBERS if given.get(name) is not None}
        if group:
            of = {**{key: of[key] for key in of if key not in MEMBERS}, **group}
        return {**given, "of": of}

    @field_validator("of")
    @classmethod
    def _can_be_compared(cls, of: Question) -> Question:
        if of.kind not in COMPARED:
            raise BadQuestion(
                f"against cannot compare {of.kind}.",
                f"It compares {', '.join(COMPARED)}.",
                parameter="of",
            )
        for name, allowed in COMPARED[of.kind].items():
            if getattr(of, name) not in allowed:
                raise BadQuestion(
                    f"against compares shares of people, which {name} "
                    f"{getattr(of, name)} does not have.",
                    f"Allowed: {', '.join(allowed)}.",
                    parameter="of",
                )
        if counts_units(of) and getattr(of, "measure", "") in MEANS:
            raise BadQuestion(
                "against compares means of people, not of other units.",
                "Leave out counting, or ask for users of the event.",
                parameter="of",
            )
        if _by_value(of):
            raise BadQuestion(
                "against compares means of everybody's events, or of a property, at once.",
                "Leave out by, or ask for users of the event.",
                parameter="of",
            )
        if getattr(of, "compare", None):
            raise BadQuestion(
                "against compares two groups, not two periods.", "Leave out vs.", parameter="of"
            )
        return of

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """See Question; those of both groups too."""
        inner = [q for one in self.sides() if (q := one.among) is not None]
        return (self.range, *(text for each in inner for text in each.ranges(ctx)))

    def by_the_minute(self) -> bool:
        """See Question; as for the question of either group."""
        return super().by_the_minute() or any(each.by_the_minute() for each in self.sides())

    # -- the groups

    def groups(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the fields that narrow a question to each group."""
        first = {name: said_by(self.of).get(name) for name in MEMBERS}
        first = {name: value for name, value in first.items() if value is not None}
        if self.against.others:
            whole = {**self._everybody(first), "counting": None}
            apart = {"kind": "differences", "range": self.range, "of": whole}
            who = {"kind": "people", "of": apart, "cell": {"outcome": "dropped"}}
            return first, {"among": who}
        second = {name: getattr(self.against, name) for name in ("audience", "segment")}
        second = {name: value for name, value in second.items() if value is not None}
        if self.against.among is not None:
            second["among"] = said_by(self.against.among)
        return first, second

    def _everybody(self, group: dict[str, Any]) -> dict[str, Any]:
        """The question of everybody in a group with an event in the range."""
        units = {"counting": self.counting} if self.counting else {}
        own = {"kind": "trend", "event": ANY, "measure": "users", "range": self.range}
        return {**own, **group, **units}

    @property
    def counting(self) -> str | None:
        """What the question counts in place of people."""
        return getattr(self.of, "counting", None)

    def sides(self) -> tuple[Question, Question]:
        """Return the question of each group."""
        from core.queries import from_json

        body = said_by(self.of)
        body = {key: body[key] for key in body if key not in MEMBERS}
        body["range"] = self.range
        body["conditions"] = [clause.model_dump(by_alias=True) for clause in self.conditions]
        if self.of.kind != "retention" and "limit" in type(self.of).model_fields:
            body["limit"] = MOST.get(self.of.kind, 1000)
        one, other = (from_json({**body, **group}) for group in self.groups())
        return one, other

    def _sizes(self, ctx: Context) -> Generator[Statement, Rows, Sizes]:
        """How many people with an event in the range are in each group, and in both."""
        from core.queries import from_json

        bind = ctx.binder()
        wholes = [from_json(self._everybody(group)) for group in self.groups()]
        one, other = (_who(whole, ctx.counting(whole), bind, Cell()) for whole in wholes)
        rows = yield bind.statement(
            f"""
            with one as materialized ({one}), other as materialized ({other})
            select (select count(*) from one), (select count(*) from other),
                   (select count(*) from one where actor in (select actor from other))
            """,
            "people of both groups",
        )
        return Sizes(*map(int, rows[0]))

    # -- the answer

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        sizes = yield from self._sizes(ctx)
        first, second = self.sides()
        one = yield from first.ask(ctx)
        other = yield from second.ask(ctx)
        if getattr(self.of, "measure", "") in MEANS:
            return (yield from self._means(ctx, one, other, sizes))
        rows = paired(shares_of(one), shares_of(other), sizes)
        shown = self._largest(rows)
        shown = yield from self._counted(ctx, shown)
        return self._table(ctx, one, other, sizes).model_copy(
            update={
                "rows": tuple(row.cells() for row in shown),
                "keys": tuple(row.key for row in shown),
                "truncated": len(rows) > len(shown),
            }
        )

    def _table(self, ctx: Context, one: Any, other: Any, sizes: Sizes) -> Table:
        """A table without rows, with what the answers of both groups say."""
        return Table(
            title=f"{one.title}: {' against '.join(self.names())}",
            **dates(ctx.span(self.range)),
            notes=(*self._notes(sizes), *said_by_either(one.notes, other.notes)),
            columns=COLUMNS,
            rows=(),
            people_column="first",
            counted=many(self) if counts_units(self) else "",
            outcomes=(("second", "dropped"),),
        )

    def _means(
        self, ctx: Context, one: Any, other: Any, sizes: Sizes
    ) -> Generator[Statement, Rows, Table]:
        """The means of both groups in place of shares."""
        first, second = self.sides()
        did = yield from means.did(ctx, first, sizes.one)
        rest = yield from means.did(ctx, second, sizes.other)
        whole = Row(one.title, Cell(), (0, 0), None, (0, 1))
        (counted,) = yield from self._counted(ctx, [whole])
        row = means.cells(one.title, did, rest, counted.counts)
        return self._table(ctx, one, other, sizes).model_copy(
            update={"columns": means.COLUMNS, "rows": (row,), "keys": (whole.key,)}
        )

    def names(self) -> tuple[str, str]:
        """Return both groups in words."""
        first = _words(**{name: getattr(self.of, name) for name in MEMBERS})
        if self.against.others:
            return first, "everyone else"
        return first, _words(**{name: getattr(self.against, name) for name in MEMBERS})

    def _notes(self, sizes: Sizes) -> Iterator[str]:
        first, second = self.names()
        yield f"first: {first}, {sizes.one:,}; second: {second}, {sizes.other:,}."
        if not (sizes.one and sizes.other):
            yield f"There is nothing to compare unless both groups have {whom(self)}."
        if sizes.both:
            one_of_them = one(self) if counts_units(self) else "person"
            verbs = (f"{one_of_them} is", "counts") if sizes.both == 1 else ("are", "count")
            yield f"{sizes.both:,} {verbs[0]} in both groups and {verbs[1]} in both."
        if self.of.kind in ("funnel", "paths"):
            whose = whom(self)
            yield f"Step 1 is of the {whose} of each group, later steps are of those at step 1."
        if self.of.kind == "retention":
            yield "Periods are of those who started long enough ago."

    def _largest(self, rows: list[Row]) -> list[Row]:
        """The rows of the groups or events with the most people, as many as the question says."""
        limit = getattr(self.of, "limit", None)
        if limit is None or self.of.kind in ("funnel", "retention"):
            breakdown = getattr(self.of, "breakdown", ())
            kept = list(dict.fromkeys(row.cell.group for row in rows))[: (limit or 0) + 1]
            return [row for row in rows if row.cell.group in kept] if breakdown else rows
        found: list[Row] = []
        for step in dict.fromkeys(row.cell.step for row in rows):
            own = [row for row in rows if row.cell.step == step]
            most = sorted(own, key=lambda row: -sum(row.counts))[:limit]
            found += [row for row in own if row in most]
        return found

    def _counted(self, ctx: Context, rows: list[Row]) -> Generator[Statement, Rows, list[Row]]:
        """Count the people of rows that one of the answers does not show."""
        unknown = [(at, side) for at, row in enumerate(rows) for side in row.missing]
        if not unknown:
            return rows
        bind, sides = ctx.binder(), [(side, ctx.counting(side)) for side in self.sides()]
        parts = [
            f"select {at}, {side}, count(*)"
            f" from ({_who(*sides[side], bind, rows[at].cell)}) p{number}"
            for number, (at, side) in enumerate(unknown)
        ]
        counted = yield bind.statement(" union all ".join(parts), "people of one group alone")
        found = list(rows)
        for at, side, people in counted:
            found[at] = found[at].counted(side, int(people))
        return found

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people of the first group, with "dropped" those of the second."""
        side, inner = self.behind(cell)
        return side.people(ctx, bind, inner)

    def members(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question; each group has units of its own."""
        return self.counted(ctx, bind, cell)

    def behind(self, cell: Cell) -> tuple[Question, Cell]:
        """Return the question of a cell's group, and the cell of its answer.

        Raises:
            BadQuestion: the cell is not of this question.
        """
        if cell.previous or cell.group or cell.outcome not in SIDES:
            raise BadQuestion("cell is not of this question.", parameter="cell")
        return self.sides()[SIDES[cell.outcome]], self.inner(cell)

    def inner(self, cell: Cell) -> Cell:
        """Return the address of a row's number in the answer for its group; BadQuestion if there is
        no such row.
        """
        try:
            return Cell() if cell.row is None else Cell.model_validate_json(cell.row)
        except ValueError:
            raise BadQuestion(
                f"cell names row {cell.row!r}, which does not exist.", parameter="cell"
            ) from None


def _who(question: Question, own: Context, bind: Binder, cell: Cell) -> str:
    """Return SQL of what a question counts at one address, people or units, in its own context."""
    if own.dialect is bind.dialect:
        return question.people(own, bind, cell)
    inside = bind.inside(own.dialect)
    return inside.whole(question.counted(own, inside, cell))


def _by_value(of: Any) -> bool:
    """Whether a trend has several means, or counts the events with a number."""
    if getattr(of, "measure", "") not in MEANS:
        return False
    return bool(of.breakdown) or (of.measure == "count" and bool(of.property))


def _words(audience: str | None, segment: str | None, among: Question | None) -> str:
    """Return a group of people in words."""
    from core.queries.behind import format_cell

    found = [audience] if audience is not None else []
    if segment is not None:
        found.append(f"segment {segment}")
    if among is not None:
        found.append(format_cell(among, Cell()))
    return " in ".join(found) or "everyone"


def said_by_either(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return the notes of both answers, saying whose they are if only one has them."""
    both = [note for note in one if note in other]
    first = [f"first: {note}" for note in one if note not in other]
    return [*both, *first, *(f"second: {note}" for note in other if note not in one)]
