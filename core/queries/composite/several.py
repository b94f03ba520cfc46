"""Several series as one chart (definitions 10.1: a block of up to 20 series)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, field_validator

from core.answers import Cell, Line, Model, Series, TimeBucket
from core.answers.display import USUAL_AXES, USUAL_DISPLAY, AxisConfig, Display, Drawing
from core.errors import BadQuestion, FootfallError
from core.queries.common.any_question import AnyQuestion
from core.queries.common.context import Context
from core.queries.common.question import Ask, Question
from core.queries.composite.saved_chart import SavedChart, narrowed, opened
from core.sql.dialect import Binder

MAX_SERIES = 20


class Part(Model):
    """One of the series.

    Attributes:
        name: its name, unique among the series; "" uses the title of its answer.
        question: its question, whose range is ignored here.
        range: its own range; None uses a saved chart's own, else that of all series.
    """

    name: str = Field(default="", max_length=200)
    question: AnyQuestion
    range: str | None = None
    display: Display = USUAL_DISPLAY

    @field_validator("question", mode="before")
    @classmethod
    def _question(cls, value: Any) -> Any:
        from core.language.questions import parse_any

        return parse_any(value) if isinstance(value, str) else value


class Several(Question):
    """Questions over time whose lines are drawn in one chart.

    The granularity of the first series applies: series with another granularity are left out, and
    so are those that fail or are not over time; a note says so. Ranges may differ. Conditions, an
    audience and a segment narrow every series. A single series may have an answer of any shape.

    Attributes:
        series: 1 to 20.
        axes: how the axes are drawn.
        granularity, compare: for every series, instead of its own.
    """

    kind: Literal["several"] = "several"
    series: tuple[Part, ...] = Field(min_length=1, max_length=MAX_SERIES)
    axes: AxisConfig = USUAL_AXES
    granularity: str | None = None
    compare: str | None = None

    @field_validator("series")
    @classmethod
    def _told_apart(cls, series: tuple[Part, ...]) -> tuple[Part, ...]:
        names = [part.name for part in series if part.name]
        if len(set(names)) < len(names):
            raise BadQuestion("series have the same name.", parameter="series")
        return series

    def by_the_minute(self) -> bool:
        """See Question: true if it is for any of its questions."""
        parts = (part.question.by_the_minute() for part in self.series)
        return super().by_the_minute() or any(parts)

    def asked(self, ctx: Context, part: Part) -> Question:
        """Return the question of one series, with the settings for all of them."""
        question = opened(ctx, part.question)
        saved = isinstance(part.question, SavedChart) and "range" in question.model_fields_set
        wanted = part.range or (question.range if saved else self.range)
        return narrowed(
            question,
            self.conditions,
            range=wanted,
            audience=self.audience,
            segment=self.segment,
            among=self.among,
            granularity=self.granularity,
            compare=self.compare,
        )

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """See Question; each of its questions has its own."""
        alone = len(self.series) == 1
        return self.asked(ctx, self.series[0]).ranges(ctx) if alone else (self.range,)

    def _answer(self, ctx: Context, part: Part) -> Ask:
        question = self.asked(ctx, part)
        answer = yield from question.ask(ctx.of(question))
        return answer

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        if len(self.series) == 1:
            part = self.series[0]
            answer = yield from self._answer(ctx, part)
            return shown(answer, part, self.axes)
        found: list[tuple[Part, Any]] = []
        for part in self.series:
            try:
                answer = yield from self._answer(ctx, part)
            except FootfallError as error:
                answer = error
            found.append((part, answer))
        return together(found, self.axes)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people of the number in the series that the cell names first."""
        if len(self.series) == 1:
            return self.asked(ctx, self.series[0]).people(ctx, bind, cell)
        name, _, rest = (cell.series or "").partition(SEPARATOR)
        for part, wanted in zip(self.series, names_of(self.series), strict=True):
            if wanted == name:
                inner = cell.model_copy(update={"series": rest or None})
                return self.asked(ctx, part).people(ctx, bind, inner)
        raise BadQuestion(
            f"cell names series {name!r}, which is not in the answer.", parameter="cell"
        )


SEPARATOR = " / "


def names_of(series: Iterable[Part]) -> list[str]:
    """Return the names of the series, which are unique."""
    from core.language.questions import format_question

    found: list[str] = []
    for part in series:
        name = (part.name or format_question(part.question)).replace(SEPARATOR, " ")
        while name in found:
            name += "'"
        found.append(name)
    return found


def shown(answer: Any, part: Part, axes: AxisConfig) -> Any:
    """Return the answer of one series with its name and display settings."""
    named = {"title": part.name} if part.name else {}
    if answer.shape != "series":
        return answer.model_copy(update=named)
    drawing = Drawing(axes=axes, lines=(part.display,) * len(answer.lines))
    if not part.display.show_comparison:
        answer = without_comparison(answer)
    return answer.model_copy(update={**named, "drawing": drawing})


def without_comparison(answer: Series) -> Series:
    """Return a series without its compared period."""
    gone = {"previous": None, "previous_total": None}
    lines = tuple(line.model_copy(update=gone) for line in answer.lines)
    return answer.model_copy(update={"lines": lines, "comparison": None})


def together(found: list[tuple[Part, Any]], axes: AxisConfig) -> Series:
    """Return the answers of several series as one.

    Raises:
        FootfallError: the first one's, if none has an answer over time.
    """
    named = list(zip(names_of(part for part, _ in found), found, strict=True))
    first = next((a for _, a in found if getattr(a, "shape", "") == "series"), None)
    if first is None:
        error = next((a for _, a in found if isinstance(a, FootfallError)), None)
        raise error or BadQuestion("None of the series is over time.", parameter="series")
    kept: list[tuple[str, Part, Series]] = []
    notes: list[str] = []
    for name, (part, answer) in named:
        said = _unfit(answer, first.granularity)
        if said:
            notes.append(f"{name} is not shown: {said}")
        else:
            kept.append((name, part, answer))
            notes += [n for n in answer.notes if n not in notes]
    return _merged(kept, notes, axes)


def _unfit(answer: Any, granularity: str) -> str:
    if isinstance(answer, FootfallError):
        return answer.message
    if answer.shape != "series":
        return "it is not over time."
    if answer.granularity != granularity:
        return f"it is {answer.granularity}, the others are {granularity}."
    return ""


def _merged(kept: list[tuple[str, Part, Series]], notes: list[str], axes: AxisConfig) -> Series:
    answers = [answer for _, _, answer in kept]
    buckets = _buckets(answers)
    lines: list[Line] = []
    displays: list[Display] = []
    units: list[str] = []
    for name, part, answer in kept:
        for line in answer.lines:
            lines.append(_line(name, part, answer, line, buckets))
            displays.append(part.display)
            units.append(answer.unit)
    compared = [answer.comparison for answer in answers if answer.comparison]
    return Series(
        title=", ".join(name for name, _, _ in kept),
        first=min((a.first for a in answers if a.first), default=None),
        last=max((a.last for a in answers if a.last), default=None),
        notes=tuple(notes),
        unit=units[0] if len(set(units)) == 1 else "number",
        additive=all(answer.additive for answer in answers),
        granularity=answers[0].granularity,
        buckets=buckets,
        lines=tuple(lines),
        comparison=compared[0] if len(compared) == len(answers) else None,
        omitted=sum(answer.omitted for answer in answers),
        drawing=Drawing(axes=axes, lines=tuple(displays), units=tuple(units)),
    )


def _buckets(answers: list[Series]) -> tuple[TimeBucket, ...]:
    """The buckets of all the answers, in order."""
    found: dict[int, TimeBucket] = {}
    for answer in answers:
        for bucket in answer.buckets:
            known = found.get(bucket.start)
            if known is None or (known.partial and not bucket.partial):
                found[bucket.start] = bucket
    return tuple(found[start] for start in sorted(found))


def _line(
    name: str, part: Part, answer: Series, line: Line, buckets: tuple[TimeBucket, ...]
) -> Line:
    at = {bucket.start: index for index, bucket in enumerate(answer.buckets)}

    def spread(values: tuple[Any, ...]) -> tuple[Any, ...]:
        places = (at.get(bucket.start) for bucket in buckets)
        return tuple(None if i is None or i >= len(values) else values[i] for i in places)

    compared = part.display.show_comparison and line.previous is not None
    is_last = bool(buckets) and at.get(buckets[-1].start) == len(at) - 1
    return line.model_copy(
        update={
            "series": f"{name}{SEPARATOR}{line.series}" if line.series else name,
            "values": spread(line.values),
            "usual": spread(line.usual) if line.usual else (),
            "forecast": line.forecast if is_last else None,
            "previous": spread(line.previous or ()) if compared else None,
            "previous_total": line.previous_total if compared else None,
        }
    )
