"""Formulas: arithmetic over series of other kinds, bucket by bucket (semantics 4.13).

Each series is asked as the question it is, so what it reads is what that kind reads. A bucket
without rows is 0, as counts have it. The headline is the formula over the range-level figures.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.answers import Cell, Line, Model, Series
from core.engines.dialect import Binder, Statement
from core.errors import BadQuestion, did_you_mean
from core.filters import Clause
from core.formula import Figure, Formula, parse_formula
from core.queries.active_users import ActiveUsers
from core.queries.base import Ask, Context, Frame, Rows, TimedQuestion, dates, frame
from core.queries.series import Group
from core.queries.trend import Trend
from core.timeframe import GRANULARITIES, fit

METRICS = ("dau", "wau", "mau", "events", "sessions", "users")
MAX_SERIES = 26
MAX_GROUPS = 1000


class Measured(Model):
    """One series.

    Attributes:
        metric: dau, wau, mau, events, sessions, users (different people with any event), or
            event:NAME for how often an event happened.
        filters: conditions of its own, besides those of the question.
        breakdown: a field; the question's own when absent.
        range: its own range text, aligned by index with the question's.
    """

    metric: str
    filters: tuple[Clause, ...] = ()
    breakdown: str | None = None
    range: str | None = None

    @field_validator("metric")
    @classmethod
    def _known(cls, word: str) -> str:
        if word.startswith("event:") and len(word) > len("event:"):
            return word
        if word.lower() not in METRICS:
            raise BadQuestion(
                f"metric {word!r} is not known.",
                did_you_mean(word, METRICS) or f"Allowed: {', '.join(METRICS)}, event:NAME.",
                parameter="metric",
            )
        return word.lower()


class FormulaQuestion(TimedQuestion):
    """A formula over series named A to Z in the order they are given.

    Attributes:
        series: at most 26; those that the formula does not name are not asked.
        formula: + - * / ( ), abs, round(x, n), min(a, b), max(a, b), if(c, a, b); letters in
            either case. A division by 0 has no result.
    """

    kind: Literal["formula"] = "formula"
    series: tuple[Measured, ...] = Field(min_length=1, max_length=MAX_SERIES)
    formula: str = Field(min_length=1)

    @model_validator(mode="after")
    def _readable(self) -> FormulaQuestion:
        parsed = self.parsed()
        fields = {series.breakdown for series in self.series if series.breakdown}
        if len(fields) > 1 or (fields and self.breakdown and self.breakdown != tuple(fields)):
            raise BadQuestion(
                "breakdown must be the same field for every series that has one.",
                parameter="breakdown",
            )
        if not parsed.letters:
            raise BadQuestion(
                "formula names no series.", "For example A / B * 100.", parameter="formula"
            )
        return self

    def parsed(self) -> Formula:
        """Return the formula, parsed."""
        return parse_formula(self.formula, len(self.series))

    def by_the_minute(self) -> bool:
        """See Question."""
        own = (series.range or "" for series in self.series)
        return super().by_the_minute() or any(r.strip().lower().endswith("h") for r in own)

    def title(self) -> str:
        """The formula and what its letters are."""
        named = [f"{chr(65 + n)} = {s.metric}" for n, s in enumerate(self.series)]
        return f"{self.formula} where {', '.join(named)}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        formula = self.parsed()
        question = self.model_copy(update={"granularity": self._unit(ctx)})
        time = frame(ctx, question)
        found: dict[str, Series] = {}
        for letter, sub in question.questions(formula):
            found[letter] = yield from _asked(sub, ctx)
        by = next((series.breakdown for series in found.values() if series.breakdown), ())
        lines = _lines(formula, found, len(time.buckets), compared=time.compared is not None)
        lines.sort(key=lambda line: (line.total is None, -(line.total or 0), line.group))
        coarser = time.unit != self.granularity
        notes = (f"Too many points {self.granularity}: shown {time.unit}.",) if coarser else ()
        cut = any(series.omitted for series in found.values())
        return Series(
            title=self.title(),
            **dates(time.span),
            notes=notes + ((f"Only the {MAX_GROUPS} largest groups are read.",) if cut else ()),
            unit="number",
            additive=False,
            granularity=time.unit,
            breakdown=by,
            buckets=time.time_buckets,
            lines=tuple(lines[: self.limit]),
            comparison=time.comparison(self.compare),
            omitted=max(len(lines) - self.limit, 0),
        )

    def _unit(self, ctx: Context) -> str:
        """The finest granularity that suits the range and every series' own."""
        ranges = [self.range, *(series.range for series in self.series if series.range)]
        units = [fit(self.granularity, ctx.span_to_today(r), ctx.now) for r in ranges]
        return max(units, key=GRANULARITIES.index)

    def questions(self, formula: Formula) -> list[tuple[str, TimedQuestion]]:
        """Return (letter, question) of the series that the formula names."""
        every = [(chr(65 + n), series) for n, series in enumerate(self.series)]
        return [(name, self._question(s)) for name, s in every if name in formula.letters]

    def _question(self, series: Measured) -> TimedQuestion:
        fields: dict[str, Any] = {
            "range": series.range or self.range,
            "granularity": self.granularity,
            "conditions": (*self.conditions, *series.filters),
            "breakdown": (series.breakdown,) if series.breakdown else self.breakdown,
            "compare": self.compare,
            "audience": self.audience,
            "segment": self.segment,
            "limit": MAX_GROUPS,
        }
        metric = series.metric
        if metric in ("dau", "wau", "mau"):
            return ActiveUsers.model_validate({"metric": metric, **fields})
        if metric.startswith("event:"):
            return Trend(event=metric.removeprefix("event:"), **fields)
        return Trend(measure="count" if metric == "events" else metric, **fields)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody counted by any series that the formula names.

        A formula's number is nobody's count, unless it is a single series of people.
        """
        question = self.model_copy(update={"granularity": self._unit(ctx)})
        time = frame(ctx, question)
        parts = [
            f"select actor from ({sub.people(ctx, bind, own)})"
            for _, sub in question.questions(self.parsed())
            if (own := _own_cell(ctx, time, sub, cell)) is not None
        ] or [f"select actor from {ctx.dialect.actors()} a where 1 = 0"]
        return f"select distinct actor from ({' union all '.join(parts)}) p"


def _asked(sub: TimedQuestion, ctx: Context) -> Generator[Statement, Rows, Series]:
    found: Series = yield from sub.ask(ctx)
    return found


def _own_cell(ctx: Context, time: Frame, sub: TimedQuestion, cell: Cell) -> Cell | None:
    """The cell of one series that stands at the same place; None where it has none."""
    changes: dict[str, Any] = {} if sub.breakdown else {"group": (), "besides": ()}
    if cell.bucket is not None:
        own = frame(ctx, sub)
        here = time.compared_buckets if cell.previous else time.buckets
        there = own.compared_buckets if cell.previous else own.buckets
        places = [n for n, bucket in enumerate(here) if bucket.label == cell.bucket]
        if not places:
            raise BadQuestion(
                f"cell names bucket {cell.bucket!r}, which is not in the answer.", parameter="cell"
            )
        if places[0] >= len(there):
            return None
        changes["bucket"] = there[places[0]].label
    return cell.model_copy(update=changes)


@dataclass(frozen=True)
class _Operand:
    """A series' lines by group; one without a breakdown stands for every group."""

    lines: dict[Group, Line]
    everywhere: bool

    def line(self, group: Group) -> Line | None:
        return self.lines.get(() if self.everywhere else group)


def _lines(formula: Formula, found: dict[str, Series], count: int, *, compared: bool) -> list[Line]:
    operands = {
        letter: _Operand({line.group: line for line in series.lines}, not series.breakdown)
        for letter, series in found.items()
    }
    split = [operand for operand in operands.values() if not operand.everywhere]
    groups = {group for operand in split for group in operand.lines} if split else {()}
    return [_line(formula, operands, group, count, compared=compared) for group in groups]


def _line(
    formula: Formula, operands: dict[str, _Operand], group: Group, count: int, *, compared: bool
) -> Line:
    lines = {letter: operand.line(group) for letter, operand in operands.items()}
    totals = {letter: line.total if line else 0 for letter, line in lines.items()}
    before = {letter: line.previous_total if line else 0 for letter, line in lines.items()}
    values = {letter: line.values if line else () for letter, line in lines.items()}
    previous = {letter: (line.previous or ()) if line else () for letter, line in lines.items()}
    return Line(
        group=group,
        values=_points(formula, values, count),
        previous=_points(formula, previous, count) if compared else None,
        total=formula.compute(totals),
        previous_total=formula.compute(before) if compared else None,
    )


def _points(
    formula: Formula, values: dict[str, tuple[Figure, ...]], count: int
) -> tuple[Figure, ...]:
    """The formula at each index; a series that is too short counts 0 there."""
    return tuple(
        formula.compute({k: own[n] if n < len(own) else 0 for k, own in values.items()})
        for n in range(count)
    )
