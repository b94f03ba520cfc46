"""Alerts: a condition on the answer of a question (definitions 11.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from core.answers import Model
from core.errors import BadInput
from core.values.usual import LEVEL, LEVELS, Usual

Test = Literal[
    "above", "below", "outside", "rises", "falls", "changes", "unusual", "unusually high",
    "unusually low",
]  # fmt: skip

ALLOWED: Final = (
    "Allowed: above 100, below 20%, outside 10 to 20, rises by 50%, falls by 100, changes by 20%, "
    "unusual, unusually high, unusually low 99%."
)

_NUMBER = r"(-?(?:\d+(?:_\d+)*)(?:\.\d+)?)\s*(%?)"
_FORMS: Final = (
    re.compile(rf"(above|below)\s+{_NUMBER}"),
    re.compile(rf"(outside)\s+{_NUMBER}\s*(?:to|\.\.)\s*{_NUMBER}"),
    re.compile(rf"(rises|falls|changes)\s+(?:by\s+)?{_NUMBER}"),
    re.compile(r"(unusual|unusually high|unusually low)(?:\s+(\d+)\s*%?)?"),
)


@dataclass(frozen=True)
class Condition:
    """When an alert fires.

    Attributes:
        test: the words of its form.
        low: the limit, or the lower of two; of a change how large it must be.
        high: the upper limit of "outside".
        share: whether the numbers are percent: of a change relative to the figure before, else
            fractions of 1.
        level: percent of figures that are usual, one of LEVELS.
    """

    test: Test
    low: float = 0
    high: float = 0
    share: bool = False
    level: int = LEVEL

    @property
    def is_change(self) -> bool:
        """Whether it compares a figure with the one before."""
        return self.test in ("rises", "falls", "changes")

    @property
    def is_usual(self) -> bool:
        """Whether it compares a figure with what is usual."""
        return self.test.startswith("unusual")

    @property
    def limits(self) -> tuple[float, ...]:
        """The figures that an answer is compared with, in its unit; none of changes."""
        if self.is_change or self.is_usual:
            return ()
        return (self.low, self.high) if self.test == "outside" else (self.low,)

    def holds(self, value: float, before: float | None, usual: Usual | None) -> bool:
        """Whether it fires for a figure.

        Args:
            before: the figure before it, for a change.
            usual: what is usual for it.
        """
        if self.is_usual:
            side = usual.unusual(value, self.level) if usual is not None else 0
            return side in {"unusual": (-1, 1), "unusually high": (1,)}.get(self.test, (-1,))
        if self.is_change:
            return before is not None and self._changed(value, before)
        if self.test == "outside":
            return value < self.low or value > self.high
        return value > self.low if self.test == "above" else value < self.low

    def _changed(self, value: float, before: float) -> bool:
        """Whether a change is large enough; any rise from 0 is, in percent."""
        change = value - before
        size = {"rises": change, "falls": -change}.get(self.test, abs(change))
        return size > 0 and size >= (self.low * abs(before) if self.share else self.low)

    def __str__(self) -> str:
        """Return it as text, which `read_condition` reads."""
        if self.is_usual:
            return self.test if self.level == LEVEL else f"{self.test} {self.level}%"
        if self.test == "outside":
            return f"outside {self._number(self.low)} to {self._number(self.high)}"
        return f"{self.test} {'by ' * self.is_change}{self._number(self.low)}"

    def _number(self, value: float) -> str:
        return f"{round(value * 100, 10):.12g}%" if self.share else f"{value:.15g}"


def read_condition(text: str) -> Condition:
    """Return the condition in a text such as "below 100" or "rises by 50%".

    Raises:
        BadInput: it is none, its limits are in the wrong order, or its level is not known.
    """
    word = " ".join(text.lower().split())
    for form in _FORMS:
        found = form.fullmatch(word)
        if found is not None:
            return _condition(*found.groups())
    raise BadInput(f"{text!r} is not a condition of an alert.", ALLOWED, parameter="when")


def _condition(test: Any, *parts: str | None) -> Condition:
    if str(test).startswith("unusual"):
        level = int(parts[0] or LEVEL)
        if level not in LEVELS:
            allowed = ", ".join(f"{each}%" for each in LEVELS)
            raise BadInput(f"{level}% is no level.", f"Allowed: {allowed}.", parameter="when")
        return Condition(test, level=level)
    marks = set(parts[1::2])
    if len(marks) > 1:
        raise BadInput("Only one of the limits is in percent.", ALLOWED, parameter="when")
    share = marks == {"%"}
    low, *more = (float(part or 0) / (100 if share else 1) for part in parts[::2])
    high = more[0] if more else 0.0
    if more and high <= low:
        raise BadInput("outside needs the lower limit first.", ALLOWED, parameter="when")
    if test in ("rises", "falls", "changes") and low <= 0:
        raise BadInput(f"{test} needs a number above 0.", ALLOWED, parameter="when")
    return Condition(test, low, high, share)


_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read_quiet(text: str) -> tuple[int, int]:
    """Return the minutes of the local day that quiet hours begin and end at: "22:00-07:00".

    Raises:
        BadInput: it is no two different times of the day.
    """
    found = [_CLOCK.fullmatch(part.strip()) for part in text.split("-")]
    minutes = [int(each[1]) * 60 + int(each[2]) for each in found if each]
    if len(found) != 2 or len(minutes) != 2 or minutes[0] == minutes[1]:
        raise BadInput(
            f"{text!r} are no quiet hours.", "For example 22:00-07:00.", parameter="quiet"
        )
    return minutes[0], minutes[1]


class Alert(Model):
    """What an alert watches and how it tells.

    Attributes:
        question: its text or JSON.
        when: the condition as text; see `read_condition`.
        unfinished: whether periods that are not over are judged too.
        command: what a shell runs when it fires, with JSON on standard input; "" for nothing.
        recovery: whether the command is also run when it has recovered.
        quiet: hours of the local day in which nothing is told, "22:00-07:00"; "" for none.
        paused: whether it is left out of runs.
        language: version of the language of its question if it could not be rewritten.
    """

    question: str = Field(min_length=1, max_length=20_000)
    when: str = Field(min_length=1, max_length=200)
    unfinished: bool = False
    command: str = Field(default="", max_length=2_000)
    recovery: bool = False
    quiet: str = Field(default="", max_length=20)
    paused: bool = False
    language: int | None = Field(default=None, ge=1)

    @field_validator("when")
    @classmethod
    def _a_condition(cls, text: str) -> str:
        return str(_refused(read_condition, text))

    @field_validator("quiet")
    @classmethod
    def _hours(cls, text: str) -> str:
        if text:
            _refused(read_quiet, text)
        return text

    @property
    def condition(self) -> Condition:
        """When it fires."""
        return read_condition(self.when)


def _refused(read: Any, text: str) -> Any:
    """Return what is read; as a sentence of the model's if that fails."""
    try:
        return read(text)
    except BadInput as error:
        raise ValueError(f"{error.message.rstrip('.')}. {error.hint}".rstrip(" .")) from error
