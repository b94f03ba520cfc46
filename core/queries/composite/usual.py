"""A question over time with what is usual for each point, and a forecast of the running one
(definitions 11.6, 11.22).

The question is asked once more, over the time before its range, and about the same part of earlier
periods; so every figure is one of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from statistics import median
from typing import Any, ClassVar, Final, Literal

from pydantic import field_validator, model_validator

from core.answers import Cell, Line, Series
from core.errors import BadQuestion
from core.queries.common.any_question import AnyQuestion, lifted, said_by
from core.queries.common.context import Context
from core.queries.common.question import Ask, Question, Rows, TimedQuestion
from core.queries.kinds import KINDS
from core.sql.dialect import Binder, Statement
from core.text import number, things
from core.timeframe import CLOCK, iso, same_time, to_date
from core.values.usual import DAYS, FEWEST, WINDOWS, usual
from core.words.dates import day

OUTER: Final = (
    "range", "conditions", "audience", "segment", "among",
    "granularity", "breakdown", "compare", "limit",
)  # fmt: skip
"""Fields that the question has outside; those of the inner one move there."""

MOST = 12
"""How many earlier periods a forecast is learned from."""

NAMED = 3
"""How many unusual points a note names."""

Band = tuple[float, float]


class WithUsual(TimedQuestion):
    """A question over time, and between which figures each of its points usually lies.

    Attributes:
        of: a question over time, as an object with its kind.
        level: percent of usual points between the figures: 95, 98 or 99.
    """

    kind: Literal["usual"] = "usual"
    of: AnyQuestion
    level: Literal[95, 98, 99] = 95

    needs: ClassVar[str] = "sets"

    @model_validator(mode="before")
    @classmethod
    def _one_place_for_each(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = lifted(data, OUTER)
        of = given.get("of")
        if isinstance(of, dict) and "granularity" not in given and of.get("kind") in KINDS:
            given["granularity"] = _usual_unit(str(of["kind"]))
        return {key: value for key, value in given.items() if value is not None}

    @field_validator("of")
    @classmethod
    def _over_time(cls, of: Question) -> Question:
        row = KINDS[of.kind]
        if not (isinstance(of, TimedQuestion) and "series" in row.shapes and row.over_time(of)):
            raise BadQuestion(
                f"{row.title.capitalize()} has no points over time, of which some are usual.",
                "For example signup vs usual.",
                parameter="of",
            )
        return of

    def by_the_minute(self) -> bool:
        """See Question: a forecast changes with the time of day."""
        return True

    def asked(self, range_text: str, **changes: Any) -> Question:
        """Return the question of another range."""
        from core.queries import from_json

        outer = {name: value for name, value in said_by(self).items() if name in OUTER}
        return from_json({**said_by(self.of), **outer, "range": range_text, **changes})

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        answer: Series = yield from self.asked(self.range).ask(ctx)
        if not answer.buckets:
            return answer
        back = self._range_back(ctx, answer)
        past: Series = yield from self.asked(back, limit=1000, compare=None).ask(ctx)
        figures = known(ctx, past)
        shares = yield from self._shares(ctx, answer, past, figures)
        lines = tuple(self._with(answer, line, past, figures, shares) for line in answer.lines)
        notes = (*answer.notes, *self._notes(answer, lines))
        return answer.model_copy(update={"lines": lines, "notes": notes})

    def _range_back(self, ctx: Context, answer: Series) -> str:
        """The range from the first point that says what is usual to the last one asked for."""
        unit, span = answer.granularity, ctx.span_to_today(self.range)
        if unit in CLOCK:
            start = answer.buckets[0].start - WINDOWS[unit] * CLOCK[unit]
            first = ctx.calendar.day_of(start)
        else:
            first = ctx.calendar.period_start(span.first_day - WINDOWS[unit] * DAYS[unit], unit)
        last = max(span.last_day, span.first_day)
        return f"{to_date(max(first, 366)).isoformat()},{to_date(last).isoformat()}"

    def _with(
        self, answer: Series, line: Line, past: Series, figures: Figures, shares: Shares
    ) -> Line:
        """Return a line with what is usual for its points, and the forecast of the last."""
        values = figures.get(named(line), [None] * len(past.buckets))
        labels = [bucket.label for bucket in past.buckets]
        at = {label: n for n, label in enumerate(labels)}
        bands: list[Band | None] = []
        for n, bucket in enumerate(answer.buckets):
            place = at.get(bucket.label)
            is_cut = bucket.partial and n < len(answer.buckets) - 1
            found = None
            if place is not None and not is_cut and not line.overlapping:
                found = usual(labels, values, place, answer.granularity)
            bands.append(found.band(self.level) if found else None)
        share, last = shares.get(named(line)), line.values[-1]
        forecast = last / share if share and last is not None else None
        return line.model_copy(update={"usual": tuple(bands), "forecast": forecast})

    # -- the forecast

    def _shares(
        self, ctx: Context, answer: Series, past: Series, figures: Figures
    ) -> Generator[Statement, Rows, Shares]:
        """What share of a period was usually done by now, by line; nothing if too few say so."""
        running = answer.buckets[-1]
        grows = answer.counts or answer.additive
        until = min(ctx.now, ctx.latest or 0)
        if not (grows and running.partial and running.start <= until):
            return {}
        if answer.granularity in CLOCK or ctx.today > ctx.calendar.day_of(running.end - 1):
            return {}
        done: dict[Named, list[float]] = {}
        for at in _like(answer, past):
            text = _elapsed(ctx, until, running.start, past.buckets[at].start)
            part: Series = yield from self.asked(text, limit=1000, compare=None).ask(ctx)
            totals = {named(line): line.total for line in part.lines}
            for line in past.lines:
                name = named(line)
                whole = figures[name][at]
                if whole and not line.overlapping:
                    done.setdefault(name, []).append((totals.get(name) or 0.0) / whole)
        return {name: median(found) for name, found in done.items() if len(found) >= FEWEST}

    # -- what is said

    def _notes(self, answer: Series, lines: Sequence[Line]) -> Iterator[str]:
        if not any(band for line in lines for band in line.usual):
            yield (f"Too little is known before to say what is usual: {FEWEST} points are needed.")
        elif len(lines) == 1:
            yield f"The band holds {self.level} of 100 usual figures."
        said = [odd for line in lines if (odd := self._odd(answer, line))]
        if said:
            yield f"Outside what is usual: {'; '.join(said)}."
        running = answer.buckets[-1]
        found = [line for line in lines if line.forecast is not None]
        if len(found) == 1:
            value = number(found[0].forecast or 0, 0)
            yield f"Forecast of {day(running.label)}: {value}, by the share usually done by now."
        elif not found and running.partial and answer.granularity not in CLOCK:
            yield f"Too little is known for a forecast of {day(running.label)}."

    def _odd(self, answer: Series, line: Line) -> str:
        """Which periods of a line are not usual: the last few, or of one of several lines how many
        and the last; "" if none are.
        """
        odd = [
            bucket.label
            for bucket, value, band in zip(answer.buckets, line.values, line.usual, strict=True)
            if band and value is not None and not bucket.partial
            and not band[0] <= value <= band[1]
        ]  # fmt: skip
        if not odd:
            return ""
        if line.name:
            return f"{line.name} {things(len(odd), 'time')}, last on {day(odd[-1])}"
        more = f" and {len(odd) - NAMED} more" if len(odd) > NAMED else ""
        return f"{', '.join(day(label) for label in odd[-NAMED:])}{more}"

    def compared_cell(self, ctx: Context, cell: Cell) -> Cell:
        """See Question; as for the question's own number."""
        return self.asked(self.range).compared_cell(ctx, cell)

    @property
    def counting(self) -> str | None:
        """What the question counts in place of people."""
        return getattr(self.of, "counting", None)

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: those of the question's own number."""
        return self.asked(self.range).people(ctx, bind, cell)


Named = tuple[tuple[str, ...], str]
"""The group and the series of a line."""

Figures = dict[Named, list[float | None]]
"""A line -> its figures."""

Shares = dict[Named, float]
"""A line -> the share of a period that was usually done by now."""


def named(line: Line) -> Named:
    """Return by what a line is found in another answer to the same question."""
    return line.group, line.series


def known(ctx: Context, past: Series) -> Figures:
    """Return the figures of all lines, None for periods that are not over or were not observed."""
    first = ctx.earliest
    unknown = [bucket.partial or first is None or bucket.end <= first for bucket in past.buckets]
    return {
        named(line): [
            None if is_unknown else value
            for is_unknown, value in zip(unknown, line.values, strict=True)
        ]
        for line in past.lines
    }


def _like(answer: Series, past: Series) -> list[int]:
    """Return the places of the periods that a forecast is learned from, the newest first."""
    running = answer.buckets[-1]
    before = [n for n, bucket in enumerate(past.buckets) if bucket.end <= running.start]
    before = [n for n in reversed(before) if not past.buckets[n].partial]
    if answer.granularity == "daily":
        same = [n for n in before if (len(past.buckets) - 1 - n) % 7 == 0]
        before = same if len(same) >= FEWEST else before
    return before[:MOST]


def _elapsed(ctx: Context, until: int, running: int, start: int) -> str:
    """Return the range of the part of an earlier period that is known of the running one.

    Args:
        until: how far the running one is known, ms.
        running, start: where both begin, ms.
    """
    calendar = ctx.calendar
    first = calendar.day_of(start)
    day = first + calendar.day_of(until) - calendar.day_of(running)
    end = same_time(until, day, calendar) + 1
    return f"{to_date(first).isoformat()},{iso(end)}"


def _usual_unit(kind: str) -> str:
    """Return the granularity of a kind's questions that name none."""
    from core.queries import kind_class

    field = kind_class(kind).model_fields.get("granularity")
    return str(field.default) if field else "daily"
