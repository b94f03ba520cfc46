"""The fields of retention and their validation, shared by its modules."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.errors import BadQuestion
from core.filters import Clause, atoms
from core.queries.common.question import MOST_TIMES, Question, Units
from core.timeframe import ALIASES, granularity

MAX_DAYS = 90
MAX_PERIODS = 52
MAX_BRACKETS = 100
MAX_BRACKET_DAYS = 3660
UNITS = ("hourly", "daily", "weekly", "monthly")
HOURS_RANGE = "7d"
"""The usual range of hourly cohorts."""

NEW = "_new"
"""As a start event: a person's first event ever, whatever it is."""


class RetentionFields(Question):
    """The fields of `Retention`, which documents them."""

    range: str = "90d"
    granularity: str = "weekly"
    start_event: str | None = None
    return_event: str | None = None
    start_filters: tuple[Clause, ...] = ()
    return_filters: tuple[Clause, ...] = ()
    periods: int = Field(default=8, ge=1, le=MAX_DAYS)
    cohort: Literal["first_ever", "first_in_range", "every"] = "first_ever"
    basis: Literal["calendar", "24h"] = "calendar"
    mode: Literal["n_day", "unbounded", "bracket", "on_or_before", "streak"] = "n_day"
    brackets: tuple[tuple[int, int], ...] = Field(default=(), max_length=MAX_BRACKETS)
    combined: Literal["deduplicated", "sum"] = "deduplicated"
    incomplete: bool = False
    average: Literal["weighted", "simple"] = "weighted"
    reference: Literal["cohort", "previous"] = "cohort"
    filters_on: Literal["start", "both"] = "start"
    counting: Units = None
    at_least: int = Field(default=1, ge=1, le=MOST_TIMES)
    breakdown: tuple[str, ...] = ()
    limit: int = Field(default=10, ge=1, le=300)

    @field_validator("breakdown", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("breakdown")
    @classmethod
    def _at_most_one(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > 1:
            raise BadQuestion(
                "breakdown of retention takes one field.",
                "Ask by each in turn.",
                parameter="breakdown",
            )
        return value

    @field_validator("granularity")
    @classmethod
    def _known_unit(cls, word: str) -> str:
        unit = granularity(word)
        if unit not in UNITS:
            raise BadQuestion(
                f"granularity {word!r} does not apply to retention.",
                f"Allowed: {', '.join(UNITS)}.",
                parameter="granularity",
            )
        return unit

    @field_validator("brackets")
    @classmethod
    def _increasing(cls, brackets: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        before = None
        for first, end in brackets:
            if not 0 <= first < end <= MAX_BRACKET_DAYS or before not in (None, first):
                raise BadQuestion(
                    f"brackets cannot contain [{first}, {end}].",
                    "Each is [first day, day after the last], begins where the one before ends, "
                    f"and ends by day {MAX_BRACKET_DAYS}; for example [[0, 5], [5, 10]].",
                    parameter="brackets",
                )
            before = end
        return brackets

    @model_validator(mode="before")
    @classmethod
    def _few_hours(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("range"):
            return given
        word = str(given.get("granularity")).strip().lower()
        is_hours = ALIASES.get(word, word) == "hourly"
        return {**given, "range": HOURS_RANGE} if is_hours else given

    @model_validator(mode="after")
    def _hours_of_the_calendar(self) -> RetentionFields:
        if self.granularity == "hourly" and (self.basis != "calendar" or self.brackets):
            raise BadQuestion(
                "hourly retention takes no windows counted from each start.",
                "Leave out brackets and 24-hour windows, or ask daily.",
                parameter="granularity",
            )
        return self

    @model_validator(mode="after")
    def _few_periods(self) -> RetentionFields:
        if self.granularity not in ("hourly", "daily") and self.periods > MAX_PERIODS:
            raise BadQuestion(
                f"periods must be at most {MAX_PERIODS} ({MAX_DAYS} when hourly or daily).",
                parameter="periods",
            )
        return self

    @model_validator(mode="after")
    def _brackets_with_their_mode(self) -> RetentionFields:
        if bool(self.brackets) != (self.mode == "bracket"):
            raise BadQuestion(
                "mode bracket needs brackets."
                if not self.brackets
                else "brackets need mode bracket.",
                "For example [[0, 1], [1, 7], [7, 30]].",
                parameter="brackets",
            )
        return self

    def by_the_minute(self) -> bool:
        """See Question; filters may name audiences too, and hours end within a day."""
        if self.granularity == "hourly":
            return True
        filters = (*self.start_filters, *self.return_filters)
        fields = (atom.field for clause in filters for atom in atoms(clause))
        return super().by_the_minute() or any(f.strip().lower() == "audience" for f in fields)

    @property
    def columns(self) -> int:
        """The number of windows shown."""
        return len(self.brackets) or self.periods

    @property
    def started(self) -> str | None:
        """The start event, None for any."""
        return None if self.start_event == NEW else self.start_event

    @property
    def cohort_mode(self) -> str:
        """The cohort mode; a person's first event ever is the first in every mode."""
        return "first_ever" if self.start_event == NEW else self.cohort
