"""The address of a number, and what every shape has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


class Model(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


Outcome = Literal["reached", "dropped", "returned", "not_returned"]
Change = Literal["came", "went", "stayed"]


class Cell(Model):
    """The address of one number in an answer. Fields that do not apply are None.

    Attributes:
        group: the breakdown values of its line, row or funnel; () means all.
        besides: with group ("(other)",): the groups that are shown by name.
        series: the name of its line if an answer has several ("new", "dormant").
        bucket: label of its time bucket; None means the whole range.
        previous: whether it belongs to the compared period.
        change: of the people of both periods those who are only in this one, only in the compared
            one, or in both.
        step, outcome: funnel step from 1, and whether its people reached it or dropped before it.
        cohort, period, outcome: retention cohort label (None = combined) and period from 0;
            returned, not_returned. Period None means the cohort itself.
        row: key of a table row, such as a segment or an event name. In a flow the event at
            `step`, "(other)" or "(end)"; `besides` then holds (step, event) of those with a name.
        after: in a flow the row at the step before, for an edge; None means the node itself.
    """

    group: tuple[str, ...] = ()
    besides: tuple[tuple[str, ...], ...] = ()
    series: str | None = None
    bucket: str | None = None
    previous: bool = False
    change: Change | None = None
    step: int | None = None
    cohort: str | None = None
    period: int | None = None
    outcome: Outcome | None = None
    row: str | None = None
    after: str | None = None


class Shape(Model):
    """What every answer has.

    Attributes:
        title: what was counted, for a heading.
        first, last: local dates of the range, inclusive, ISO; None if it has none.
        counted: what was counted in place of people, in the plural: "accounts"; "" for people.
        notes: sentences that the reader must see: what was cut, rounded or left out.
        missed: notes about names that are not in the data, which every drawing has room for.
    """

    title: str = ""
    first: str | None = None
    last: str | None = None
    counted: str = Field(default="", exclude_if=lambda counted: not counted)
    notes: tuple[str, ...] = ()
    missed: SkipJsonSchema[tuple[str, ...]] = Field(default=(), exclude=True)

    @property
    def whom(self) -> str:
        """What was counted, in the plural: "users", "accounts"."""
        return self.counted or "users"

    def missing(self, sentences: Iterable[str]) -> Self:
        """Return the same answer, noting that names in its question are not in the data."""
        said = tuple(dict.fromkeys(sentences))
        if not said:
            return self
        notes = tuple(dict.fromkeys((*self.notes, *said)))
        return self.model_copy(update={"notes": notes, "missed": said})
