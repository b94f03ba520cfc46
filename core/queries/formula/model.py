"""The fields of a question of formulas: its series, its segments, and what the formulas use."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import Field, field_validator

from core.answers import Model
from core.errors import BadQuestion, did_you_mean
from core.filters import Clause
from core.formulas.functions import ACTIVES, MEASURING
from core.formulas.parser import Formula, parse_formulas
from core.queries.common.measured import bare
from core.queries.common.question import TimedQuestion

METRICS = ("dau", "wau", "mau", "events", "sessions", "users", "logs")


MAX_SERIES = 26


MAX_SEGMENTS = 10


class Measured(Model):
    """One series.

    Attributes:
        metric: dau, wau, mau, events, sessions, users (distinct people with any event), logs, or
            event:NAME for how often an event happened. A function such as UNIQUES(A) measures the
            events of the series instead.
        filters: its own conditions, in addition to those of the question.
        breakdown: up to two fields; the question's own by default. Without a `property`, property
            functions measure the first field, and only the others split.
        property: the property that property functions measure, with or without "properties.".
        range: its own range text, aligned by index with the question's.
    """

    metric: str
    filters: tuple[Clause, ...] = ()
    breakdown: tuple[str, ...] = Field(default=(), max_length=2)
    property: str | None = None
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

    @field_validator("breakdown", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return () if value is None else (value,) if isinstance(value, str) else value

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str | None) -> str | None:
        return bare(name) if name else None


class Part(Model):
    """One segment, compared side by side with others.

    Attributes:
        name: the name of its lines; "segment 1" and so on by default.
        conditions: all must hold, in addition to those of the question and the series.
        audience, segment: only its members count, instead of the question's.
    """

    name: str | None = Field(default=None, min_length=1)
    conditions: tuple[Clause, ...] = ()
    audience: str | None = None
    segment: str | None = None


class FormulaFields(TimedQuestion):
    """The fields of `FormulaQuestion`, which documents them."""

    series: tuple[Measured, ...] = Field(min_length=1, max_length=MAX_SERIES)
    formula: str = Field(min_length=1)
    segments: tuple[Part, ...] = Field(default=(), max_length=MAX_SEGMENTS)
    rolling_window: int | None = Field(default=None, ge=2)
    cumulative: bool = False

    @field_validator("segments", mode="before")
    @classmethod
    def _conditions_alone(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return [{"conditions": s} if isinstance(s, list | tuple) else s for s in value]

    @property
    def windowed(self) -> str:
        """The window over buckets that every series has, by its parameter; "" if none has one."""
        return "cumulative" if self.cumulative else "rolling_window" * bool(self.rolling_window)

    @cached_property
    def parsed(self) -> tuple[Formula, ...]:
        """The formulas, parsed."""
        return parse_formulas(self.formula, len(self.series), len(self.segments))

    def measured_property(self, letter: str) -> str | None:
        """Return the property that property functions measure of a series, or None."""
        series = self.series[ord(letter) - ord("A")]
        if series.property or not series.breakdown:
            return series.property
        return series.breakdown[0].removeprefix("properties.")

    def split(self, letter: str) -> tuple[str, ...]:
        """Return the fields that a series itself is broken down by."""
        series = self.series[ord(letter) - ord("A")]
        of_property = any(
            term.letter == letter
            and (
                term.function == ACTIVES
                or (term.function in MEASURING and MEASURING[term.function].property)
            )
            for formula in self.parsed
            for term in formula.terms
        )
        measured = of_property and not series.property
        return series.breakdown[1:] if measured else series.breakdown
