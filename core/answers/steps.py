"""Funnels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from core.answers.cells import Cell, Model, Shape
from core.answers.series import Comparison


class Step(Model):
    """One funnel step of one group (definitions 6.1, 6.4).

    Attributes:
        count: how many reached it, in the unit of the funnel.
        step_rate, overall_rate: fractions of the previous step and of step 1; None of nobody.
        drop_off: how many fewer than at the previous step; 0 for step 1.
        in_progress: how many of those did not reach it yet but can, as their window is open.
        avg_seconds, median_seconds: time from the previous step, over those who reached it.
        filters: the conditions on it alone, as text; "" for none.
        name: what the question calls it, "" for nothing else than its event.
        people, dropped_people: how many distinct people are behind `count` and `drop_off`; None if
            these count people themselves.
    """

    step: int
    event: str
    count: int
    step_rate: float | None
    overall_rate: float | None
    drop_off: int
    in_progress: int = 0
    avg_seconds: float | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None
    people: int | None = None
    dropped_people: int | None = None
    filters: str = ""
    name: str = ""

    @property
    def named(self) -> str:
        """Its name or, without one, its event, and the conditions on it in brackets."""
        return self.name or self.event + (f"[{self.filters}]" if self.filters else "")

    @property
    def lost(self) -> int:
        """How many reached the previous step and cannot reach this one any more."""
        return self.drop_off - self.in_progress

    @property
    def who_reached(self) -> int:
        """How many people reached it."""
        return self.count if self.people is None else self.people

    @property
    def who_dropped(self) -> int:
        """How many people reached the previous step but not this one."""
        return self.drop_off if self.dropped_people is None else self.dropped_people


class StepGroup(Model):
    """The steps of one breakdown group; group () is everybody."""

    group: tuple[str, ...] = ()
    steps: tuple[Step, ...]
    in_progress: int = 0
    total_avg_seconds: float | None = None
    total_median_seconds: float | None = None


class Steps(Shape):
    """A funnel. The first group is everybody; the others follow by entrants, descending.

    Attributes:
        unit: what the steps count: "users", "sessions", "pairs" of a user and the values of
            the fields in `held`, or "attempts".
    """

    shape: Literal["steps"] = "steps"
    unit: str = "users"
    held: tuple[str, ...] = ()
    breakdown: tuple[str, ...] = ()
    window_seconds: int | None
    order: str = "ordered"
    groups: tuple[StepGroup, ...]
    previous: StepGroup | None = None
    comparison: Comparison | None = None
    omitted: int = 0
    trend: SkipJsonSchema[Any] = Field(default=None, exclude=True)
    """Its conversion over time, a core.answers.Series of one line, if that is shown beside its
    total; not part of the answer.
    """

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield the people who reached and who dropped before every step of every group."""
        for group in self.groups:
            base = self.address(group)
            for step in group.steps:
                yield (
                    base.model_copy(update={"step": step.step, "outcome": "reached"}),
                    step.who_reached,
                )
                if step.step > 1:
                    yield (
                        base.model_copy(update={"step": step.step, "outcome": "dropped"}),
                        step.who_dropped,
                    )

    def best_and_worst(self, step: int, least: int) -> tuple[StepGroup, StepGroup] | None:
        """Return the values of the breakdown of which the most and the least reached a step.

        Args:
            step: from 1.
            least: how many must have entered with a value for it to be compared.
        """
        named = [group for group in self.groups if group.group not in ((), ("(other)",))]
        compared = [group for group in named if group.steps[0].count >= least]
        rates = {group.group: group.steps[step - 1].overall_rate or 0.0 for group in compared}
        if len(compared) < 2 or len(set(rates.values())) < 2:
            return None
        ranked = sorted(compared, key=lambda group: rates[group.group])
        return ranked[-1], ranked[0]

    def address(self, group: StepGroup) -> Cell:
        """Return the address of a group, without a step."""
        if group.group != ("(other)",):
            return Cell(group=group.group)
        named = tuple(g.group for g in self.groups if g.group not in ((), ("(other)",)))
        return Cell(group=group.group, besides=named)
