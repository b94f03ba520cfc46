"""Which values moved a number between two periods (definitions 11.18).

The inner question is asked for both periods with each field as its breakdown, so a value's figures
are the same as there, and come from the stored sets where possible.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Cell, Column, Series, Table
from core.columns import CONTEXT
from core.errors import BadQuestion
from core.queries.common.any_question import AnyQuestion, lifted
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows, TimedQuestion
from core.queries.kinds import KINDS
from core.sql.dialect import Binder, Statement
from core.text import change, number
from core.timeframe import Span, iso, to_date

EXPLAINED: Final = tuple(kind.name for kind in KINDS.values() if kind.explained)
"""Kinds whose numbers can be explained: those with one figure for each value of a field."""

SHARED: Final = (
    "range",
    "conditions",
    "audience",
    "segment",
    "among",
    "compare",
    "granularity",
    "breakdown",
)
"""Fields that the explanation has once; those of the inner question move there."""

MOST_VALUES = 1000

WINDOWS: Final = ("rolling_window", "rolling_average", "cumulative")
"""Options of a trend whose figures depend on its granularity."""


class Explain(TimedQuestion):
    """The values of some fields, by how much they changed between two periods.

    Attributes:
        of: a question of one of EXPLAINED, as an object with its kind; without it `event`,
            `measure` and `property` may be given as for a trend.
        breakdown: the fields to examine (also `fields` in JSON); by default all context fields with
            stored sets.
        compare: "previous" (also null) or "yoy".
        limit: how many values to list, the largest changes first.
    """

    kind: Literal["explain"] = "explain"
    of: AnyQuestion
    breakdown: tuple[str, ...] = Limited(default=(), max_length=20)
    compare: str | None = "previous"
    limit: int = Limited(default=20, ge=1, le=1000)

    needs: ClassVar[str] = "sets"

    @model_validator(mode="before")
    @classmethod
    def _one_place_for_each(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = dict(data)
        if "fields" in given:
            given.setdefault("breakdown", given.pop("fields"))
        if given.get("of") is None and {"event", "measure", "property"} & set(given):
            own = {key: given.pop(key) for key in ("event", "measure", "property") if key in given}
            given["of"] = {"kind": "trend", **own}
        given = lifted(given, SHARED)
        if isinstance(given.get("of"), dict):
            given["of"].pop("limit", None)
        if given.get("compare") is None:
            given["compare"] = "previous"
        return given

    @field_validator("of")
    @classmethod
    def _can_be_explained(cls, of: Question) -> Question:
        if of.kind not in EXPLAINED:
            raise BadQuestion(
                f"explain cannot explain {of.kind}.",
                f"It explains {', '.join(EXPLAINED)}.",
                parameter="of",
            )
        return of

    def by_the_minute(self) -> bool:
        """See Question; as for the inner question."""
        return super().by_the_minute() or self.of.by_the_minute()

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span_to_today(self.range)
        past = ctx.compared(self.range, str(self.compare), span)
        if not (span.whole_days and past.of_days):
            raise BadQuestion(
                "explain compares whole days.", "For example last 7d vs prev.", parameter="range"
            )
        whole = yield from self._both(ctx, span, past, ())
        none = 0 if whole.counts else None
        moved: list[Moved] = []
        left_out = []
        for field in self._fields(ctx):
            found = yield from self._both(ctx, span, past, (field,))
            moved += [
                Moved(field, group, found.now.get(group, none), found.before.get(group, none))
                for group in {**found.now, **found.before}
                if group != ()
            ]
            left_out += [field] if found.omitted else []
        moved.sort(key=lambda m: (-abs(m.delta or 0), m.field, m.value))
        shown = moved[: self.limit]
        people = None
        if whole.unit != "users":
            people = yield from self._people_of(ctx, shown)
        return self._table(span, past, whole, shown, people, len(moved), left_out)

    def _both(
        self, ctx: Context, span: Span, past: Span, by: tuple[str, ...]
    ) -> Generator[Statement, Rows, Periods]:
        """Ask the inner question for both periods in the same way."""
        unit = self._unit
        now: Series = yield from self.behind(by, _dates(span), granularity=unit).ask(ctx)
        before: Series = yield from self.behind(by, _dates(past), granularity=unit).ask(ctx)
        for answer in (now, before):
            if not isinstance(answer, Series):
                raise BadQuestion("explain needs a number over time.", parameter="of")
        return Periods(
            {line.group: line.total for line in now.lines},
            {line.group: line.total for line in before.lines},
            now.title,
            now.unit,
            now.counts,
            now.additive,
            max(now.omitted, before.omitted),
            _currency(now, before),
        )

    @property
    def _unit(self) -> str:
        """The granularity in which the inner question is asked for its figures of a whole period: a
        trend's do not depend on it, and few points take little time.
        """
        windowed = any(getattr(self.of, name, None) for name in WINDOWS)
        return "yearly" if self.of.kind == "trend" and not windowed else self.granularity

    def behind(
        self,
        by: tuple[str, ...],
        range_text: str,
        compare: str | None = None,
        granularity: str | None = None,
    ) -> Question:
        """Return the inner question for one period, broken down by a field or none."""
        from core.queries import from_json

        own = {"kind": self.of.kind, **self.of.model_dump(by_alias=True)}
        return from_json(
            {
                **own, "range": range_text, "granularity": granularity or self.granularity,
                "breakdown": by, "compare": compare,
                "conditions": [c.model_dump(by_alias=True) for c in self.conditions],
                "audience": self.audience, "segment": self.segment, "among": self.among,
                "limit": MOST_VALUES,
            }
        )  # fmt: skip

    def _fields(self, ctx: Context) -> list[str]:
        """The fields to examine, by their canonical names."""
        if self.breakdown:
            found = [ctx.catalog.existing(name).key for name in self.breakdown]
            return list(dict.fromkeys(found))
        stored = [ctx.catalog.field(name) for name in CONTEXT]
        names = dict.fromkeys(field.name for field in stored if field.dimension)
        if not names:
            raise BadQuestion(
                "There is no field to examine.",
                "Name some: explain signup by plan.",
                parameter="breakdown",
            )
        return list(names)

    def _table(
        self,
        span: Span,
        past: Span,
        whole: Periods,
        shown: list[Moved],
        people: list[int] | None,
        total: int,
        left_out: list[str],
    ) -> Table:
        figure = "count" if whole.whole else _column_type(whole.unit)
        moved = "number" if figure == "count" else figure
        columns = [
            Column(name="field"), Column(name="value"),
            Column(name="previous", type=figure, currency=whole.currency),
            Column(name="current", type=figure, currency=whole.currency),
            Column(name="change", type=moved, currency=whole.currency),
        ]  # fmt: skip
        if whole.counts:
            columns += [
                Column(name="of change", type="percent"),
                Column(name="expected", type="number", currency=whole.currency),
            ]
        if people is not None:
            columns.append(Column(name="people", type="count"))
        rows = []
        for at, m in enumerate(shown):
            row: list[Any] = [m.field, m.value, m.before, m.now, m.delta]
            if whole.counts:
                row += whole.parts(m)
            rows.append((*row, *([people[at]] if people is not None else [])))
        return Table(
            title=f"What changed {whole.title}",
            **dates(span),
            notes=tuple(self._notes(past, whole, left_out)),
            columns=tuple(columns),
            rows=tuple(rows),
            keys=tuple(m.key for m in shown),
            people_column="current" if people is None else "people",
            truncated=total > len(shown),
        )

    def _notes(self, past: Span, whole: Periods, left_out: list[str]) -> list[str]:
        now, before = whole.now.get(()), whole.before.get(())
        first, last = (to_date(day).isoformat() for day in (past.first_day, past.last_day))
        digits = 0 if whole.counts else 2
        code = f" {whole.currency}" if whole.currency else ""
        said = [
            f"All: {number(now, digits)}{code}, {change(now, before)} from "
            f"{number(before, digits)}{code} "
            f"({first} to {last})."
        ]
        if whole.counts and before and now != before:
            said.append(f"Expected: if every value had changed by {change(now, before)}.")
        if not whole.counts:
            said.append("Averages and shares do not add up, so no value has a part of the change.")
        elif not whole.additive:
            said.append(
                f"{whole.unit.capitalize()} with several values of a field count under each, "
                "so values need not add up to the total."
            )
        said += [f"Only the {MOST_VALUES:,} largest values of {f} are examined." for f in left_out]
        return said

    # -- people

    def _people_of(self, ctx: Context, shown: list[Moved]) -> Generator[Statement, Rows, list[int]]:
        """Count the people behind each row."""
        if not shown:
            return []
        bind = ctx.binder()
        parts = [
            f"select {at} as at, count(*) as people"
            f" from ({self.people(ctx, bind, Cell(row=m.key))}) people{at}"
            for at, m in enumerate(shown)
        ]
        rows = yield bind.statement(" union all ".join(parts), "people behind each value")
        found: dict[int, int] = dict(rows)
        return [int(found[at]) for at in range(len(shown))]

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people behind one value's figure, in either period."""
        group: tuple[str, ...] = ()
        by: tuple[str, ...] = ()
        if cell.row is not None:
            by, group = self._named(ctx, cell.row)
        question = self.behind(by, self.range, self.compare)
        return question.people(ctx, bind, Cell(group=group, previous=cell.previous))

    def _named(self, ctx: Context, row: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the field and the value of a row."""
        for field in self._fields(ctx):
            start = _key(field, "")
            if row.startswith(start):
                return (field,), (row.removeprefix(start),)
        raise BadQuestion(f"cell names row {row!r}, which does not exist.", parameter="cell")


@dataclass(frozen=True)
class Periods:
    """The answers of a question for two periods, by group.

    Attributes:
        whole: whether the figures are numbers of people, units, events or sessions.
        omitted: how many groups were left out in either period.
        currency: what the figures are in, if they are amounts of money in one known currency.
    """

    now: dict[tuple[str, ...], float | None]
    before: dict[tuple[str, ...], float | None]
    title: str
    unit: str
    whole: bool
    additive: bool
    omitted: int
    currency: str

    @property
    def counts(self) -> bool:
        """Whether changes of values add up to the total change."""
        return self.additive or self.whole

    def parts(self, moved: Moved) -> list[float | None]:
        """Return a value's share of the total change, and its change if all had changed in
        proportion.
        """
        now, before = self.now.get(()) or 0, self.before.get(()) or 0
        delta, share = moved.delta or 0, (moved.before or 0) / before if before else None
        return [
            delta / (now - before) + 0.0 if now != before else None,
            None if share is None else share * (now - before) + 0.0,
        ]


@dataclass(frozen=True)
class Moved:
    """A value's figures in both periods."""

    field: str
    group: tuple[str, ...]
    now: float | None
    before: float | None

    @property
    def value(self) -> str:
        """The label of the value in a breakdown."""
        return self.group[0]

    @property
    def delta(self) -> float | None:
        """The change; None if a period has no figure."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def key(self) -> str:
        """The key of its row: "country = NL"."""
        return _key(self.field, self.value)


def _key(field: str, value: str) -> str:
    from core.queries.terms import name

    return f"{name(field)} = {value}"


def _column_type(unit: str) -> Literal["number", "percent", "duration"]:
    return {"percent": "percent", "seconds": "duration"}.get(unit, "number")  # type: ignore[return-value]


def _dates(span: Span) -> str:
    last = iso(span.end) if span.cut else to_date(span.last_day).isoformat()
    return f"{to_date(span.first_day).isoformat()},{last}"


def _currency(*answers: Series) -> str:
    """Return the one currency of all lines of some answers, "" if they have none or several."""
    found = {line.currency for answer in answers for line in answer.lines}
    return found.pop() if len(found) == 1 else ""
