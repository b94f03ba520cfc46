"""Formulas: arithmetic over series of other kinds, bucket by bucket (definitions 4.13, 8.3).

Each series of a formula is asked as its own question and reads what that kind reads. A bucket
without rows is 0 for counts and missing for averages. The headline is the formula over the totals;
that of a trend line is computed from a single figure, so it is that figure.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import model_validator

from core.answers import Cell, Histogram, Line, Series
from core.catalog.selectors import in_title
from core.errors import BadQuestion
from core.formulas.functions import ACTIVES, Figure
from core.formulas.parser import Formula, Term, wrong
from core.queries.common.assemble import Group
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Frame, Rows, TimedQuestion, frame
from core.queries.formula.model import FormulaFields
from core.queries.formula.naming import named
from core.queries.formula.series import MAX_GROUPS, asked
from core.queries.trend.windows import check_length
from core.sql.dialect import Binder, Statement
from core.timeframe import GRANULARITIES, fit


@dataclass(frozen=True)
class Drawn:
    """One line per group of an answer: a formula for the people of a segment, or for everybody."""

    formula: Formula
    segment: int
    name: str


class FormulaQuestion(FormulaFields):
    """Formulas over series, which are named A to Z in order.

    Attributes:
        series: at most 26; those that no formula uses are not asked.
        formula: + - * / ( ) over letters and functions; up to 10, separated by semicolons. Letters
            alone are the series' metric; UNIQUES(A), TOTALS(A), PROPSUM(A) and the like measure its
            events; CUMSUM(UNIQUES, A), ROLLAVG(UNIQUES, A, 7), ROLLWIN(UNIQUES, A, 7) over windows;
            ABS, ROUND(x, n), MIN(a, b), MAX(a, b), IF(c, a, b), EXP, LN, LOG(x, base), LOG10,
            POWER(x, k), SQRT, TRENDLINE of numbers. HIST(A) and PROPHIST(A), each on its own, give
            a Histogram. `%:` before one shows a percentage, `$:` money. A division by 0 has no
            result.
        segments: up to 10. A1 is series A in the first; a formula with letters without a number has
            a line for each segment.
        rolling_window: the formula over so many buckets up to each one, not a mean of its figures.
        cumulative: the formula from the start of the range to the end of each bucket, not a sum of
            its figures.
    """

    kind: Literal["formula"] = "formula"

    @model_validator(mode="after")
    def _one_window(self) -> FormulaQuestion:
        if self.cumulative and self.rolling_window:
            raise BadQuestion(
                "cumulative and rolling_window cannot be combined.", parameter="cumulative"
            )
        self._fits(self.granularity)
        return self

    def _fits(self, unit: str) -> None:
        check_length("rolling_window", self.rolling_window or 0, unit)

    @model_validator(mode="after")
    def _readable(self) -> FormulaQuestion:
        for formula in self.parsed:
            if not formula.terms:
                raise BadQuestion(
                    "formula names no series.", "For example A / B * 100.", parameter="formula"
                )
            for term in formula.terms:
                asked(self, term, None)
        if len(self._fields()) > 1:
            raise BadQuestion(
                "breakdown must be the same field for every series that has one.",
                parameter="breakdown",
            )
        return self

    def _fields(self) -> set[tuple[str, ...]]:
        """The existing breakdowns."""
        letters = [chr(65 + n) for n in range(len(self.series))]
        own = {self.split(letter) for letter in letters} | {self.breakdown}
        return own - {()}

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """See Question."""
        return (self.range, *(series.range for series in self.series if series.range))

    def by_the_minute(self) -> bool:
        """See Question."""
        own = (series.range or "" for series in self.series)
        return (
            super().by_the_minute()
            or any(r.strip().lower().endswith("h") for r in own)
            or any(part.audience is not None for part in self.segments)
        )

    def title(self) -> str:
        """The formulas with the names of their series."""
        window = ", cumulative" * self.cumulative
        if self.rolling_window:
            window = f", rolling window of {self.rolling_window}"
        return f"{named(self)}{window}"

    def _title(self, ctx: Context) -> str:
        events = (s.metric.removeprefix("event:") for s in self.series if ":" in s.metric)
        return in_title(ctx.catalog, self.title(), *events)

    # -- what is drawn

    def drawn(self) -> list[Drawn]:
        """Return the lines of each group, in order."""
        found = []
        for formula in self.parsed:
            several = self.segments and any(not term.segment for term in formula.terms)
            for number in range(1, len(self.segments) + 1) if several else (0,):
                words = [formula.text] if len(self.parsed) > 1 else []
                words += [self._called(number)] if several else []
                found.append(Drawn(formula, number, " / ".join(words)))
        return found

    def _called(self, number: int) -> str:
        return self.segments[number - 1].name or f"segment {number}"

    def question_of(self, term: Term, segment: int, ctx: Context | None = None) -> TimedQuestion:
        """Return the question for the figures of a term in a segment's line; 0 means everybody."""
        number = term.segment or segment
        return asked(self, term, self.segments[number - 1] if number else None, ctx)

    # -- answering

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        if self.parsed[0].alone:
            return (yield from self._histogram(ctx))
        question = self.model_copy(update={"granularity": self._unit(ctx)})
        self._fits(question.granularity)
        time = frame(ctx, question)
        found: dict[tuple[Term, int], Series] = {}
        for drawn in self.drawn():
            for term in drawn.formula.terms:
                key = (term, term.segment or drawn.segment)
                if key not in found:
                    sub = question.question_of(term, drawn.segment, ctx)
                    found[key] = yield from _answer(sub, ctx)
        return self._assembled(ctx, time, found)

    def _assembled(
        self, ctx: Context, time: Frame, found: dict[tuple[Term, int], Series]
    ) -> Series:
        by = next((series.breakdown for series in found.values() if series.breakdown), ())
        lines: dict[Group, list[Line]] = {}
        for drawn in self.drawn():
            own = {t: found[t, t.segment or drawn.segment] for t in drawn.formula.terms}
            for line in _lines(drawn, own, time, split=bool(by), overlapping=bool(self.windowed)):
                lines.setdefault(line.group, []).append(line)
        groups = sorted(
            lines, key=lambda g: (lines[g][0].total is None, -(lines[g][0].total or 0), g)
        )
        notes = self._notes(time, found)
        units = {formula.unit for formula in self.parsed}
        if len(units) > 1:
            notes += ("Only formulas of one kind are shown as percentages or money.",)
        return Series(
            title=self._title(ctx),
            **dates(time.span),
            notes=notes,
            unit=units.pop() if len(units) == 1 else "number",
            additive=False,
            granularity=time.unit,
            breakdown=by,
            buckets=time.time_buckets,
            lines=tuple(line for group in groups[: self.limit] for line in lines[group]),
            comparison=time.comparison(self.compare),
            omitted=max(len(groups) - self.limit, 0),
        )

    def _notes(self, time: Frame, found: dict[tuple[Term, int], Series]) -> tuple[str, ...]:
        notes = [*time.notes, *time.unknown()]
        if time.unit != self.granularity:
            notes.append(f"Too many {self.granularity} points: shown {time.unit}.")
        if any(series.omitted for series in found.values()):
            notes.append(f"Only the {MAX_GROUPS} largest groups are used.")
        for (term, segment), series in found.items():
            if getattr(self.question_of(term, segment), "property", None):
                notes += [note for note in series.notes if note not in (*notes, *time.notes)]
        return tuple(notes)

    def _alone(self) -> TimedQuestion:
        (drawn, *others), (term,) = self.drawn(), self.parsed[0].terms
        if others or drawn.segment:
            hint = f"For example {term.function}({term.letter}1)."
            raise wrong(f"{term.function} takes one segment", self.formula, term.at, hint)
        return self.question_of(term, 0)

    def _histogram(self, ctx: Context) -> Ask:
        found: Histogram = yield from _answer(self._alone(), ctx)
        return found.model_copy(update={"title": self._title(ctx)})

    def _unit(self, ctx: Context) -> str:
        """The finest granularity that fits the range and every series' own."""
        ranges = [self.range, *(series.range for series in self.series if series.range)]
        units = [fit(self.granularity, ctx.span_to_today(r), ctx.now) for r in ranges]
        return max(units, key=GRANULARITIES.index)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody counted by any series of the formula.

        A formula's number does not count people, unless it is a single series of people.
        """
        if self.parsed[0].alone:
            return self._alone().people(ctx, bind, cell)
        question = self.model_copy(update={"granularity": self._unit(ctx)})
        time = frame(ctx, question)
        wanted = [d for d in self.drawn() if cell.series is None or d.name == cell.series]
        if not wanted:
            raise BadQuestion(f"cell names no line {cell.series!r}.", parameter="cell")
        parts = [
            f"select actor from ({sub.people(ctx, bind, own)})"
            for drawn in wanted
            for term in drawn.formula.terms
            if term.function != ACTIVES
            for sub in [question.question_of(term, drawn.segment, ctx)]
            if (own := _own_cell(ctx, time, sub, cell)) is not None
        ] or [f"select actor from {ctx.dialect.actors()} a where 1 = 0"]
        return f"select distinct actor from ({' union all '.join(parts)}) p"


def _answer(sub: TimedQuestion, ctx: Context) -> Generator[Statement, Rows, Any]:
    return (yield from sub.ask(ctx))


def _own_cell(ctx: Context, time: Frame, sub: TimedQuestion, cell: Cell) -> Cell | None:
    """Return the cell of one series at the same position; None if it has none."""
    changes: dict[str, Any] = {"series": None}
    if not sub.breakdown:
        changes |= {"group": (), "besides": ()}
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


# -- lines


@dataclass(frozen=True)
class _Operand:
    """A series' lines by group; a series without a breakdown applies to every group.

    Attributes:
        shown: the groups of the requested period; others are only in the compared one.
    """

    lines: dict[Group, Line]
    shown: frozenset[Group]
    everywhere: bool
    empty: Figure

    def line(self, group: Group) -> Line | None:
        return self.lines.get(() if self.everywhere else group)

    def values(self, group: Group, count: int, *, previous: bool) -> list[Figure]:
        """Return its figures at so many positions; missing at the end if it is too short."""
        line = self.line(group)
        own = ((line.previous or ()) if previous else line.values) if line else ()
        return [*own[:count], *[self.empty] * (count - len(own))]

    def total(self, group: Group, *, previous: bool) -> Figure:
        line = self.line(group)
        if line is None:
            return self.empty
        return line.previous_total if previous else line.total


def _operand(term: Term, series: Series) -> _Operand:
    lines = {line.group: line for line in (*series.lines, *series.gone)}
    shown = frozenset(line.group for line in series.lines)
    return _Operand(lines, shown, not series.breakdown, term.empty)


def _lines(
    drawn: Drawn, found: dict[Term, Series], time: Frame, *, split: bool, overlapping: bool
) -> list[Line]:
    operands = {term: _operand(term, series) for term, series in found.items()}
    own = [operand for operand in operands.values() if not operand.everywhere]
    groups = {group for operand in own for group in operand.shown} if split and own else {()}
    return [_line(drawn, operands, group, time, overlapping=overlapping) for group in groups]


def _currency(formula: Formula, operands: dict[Term, _Operand], group: Group) -> str:
    """Return the currency of a formula that is money: of one series alone, or written as such."""
    lines = [operand.line(group) for operand in operands.values()]
    codes = {line.currency for line in lines if line is not None and line.currency}
    is_money = formula.unit == "currency" or formula.is_series
    return codes.pop() if is_money and len(codes) == 1 else ""


def _line(
    drawn: Drawn, operands: dict[Term, _Operand], group: Group, time: Frame, *, overlapping: bool
) -> Line:
    count, compared = len(time.buckets), time.compared is not None

    def points(*, previous: bool) -> tuple[Figure, ...]:
        values = {t: o.values(group, count, previous=previous) for t, o in operands.items()}
        return tuple(drawn.formula.over(values, count))

    def total(*, previous: bool) -> Figure:
        return drawn.formula.at_once(
            {term: o.total(group, previous=previous) for term, o in operands.items()}
        )

    return Line(
        group=group,
        series=drawn.name,
        values=points(previous=False),
        previous=time.earlier(points(previous=True)) if compared else None,
        total=total(previous=False),
        previous_total=total(previous=True) if compared else None,
        overlapping=overlapping,
        currency=_currency(drawn.formula, operands, group),
    )
