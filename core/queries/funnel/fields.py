"""The fields of every question about a funnel: its steps, and what counts as an attempt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Model
from core.catalog.catalog import Catalog
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.filters import Clause
from core.queries.common.question import TimedQuestion, Units
from core.queries.terms import bracketed

WEEK_SECONDS = 7 * 86_400
LONGEST_SECONDS = 366 * 86_400
ENDLESS_SECONDS = 400 * LONGEST_SECONDS
"""Longer than the time between any two events."""

MOST_STEPS = 10
MOST_HELD = 3

TOUCHES = ("entry", "first", "last", "all")
"""The events of an attempt whose breakdown value can count, other than that of a step."""


def check_between(first: int, last: int, count: int) -> None:
    """Refuse two steps that are not in order within the `count` steps of a funnel."""
    if not first < last <= count:
        raise BadQuestion(
            f"from_step {first} and to_step {last} do not fit.",
            f"Steps are 1 to {count}; from_step comes before to_step.",
            parameter="to_step" if last > count else "from_step",
        )


class FunnelEvent(Model):
    """An event of a funnel and the conditions on it alone."""

    event: str
    filters: tuple[Clause, ...] = ()


class FunnelStep(FunnelEvent):
    """One step: an event and its conditions; `filters` apply to this step only.

    Attributes:
        name: what it is called, "" for its event and conditions.
    """

    name: str = Limited(default="", max_length=200)

    def said(self, catalog: Catalog) -> str:
        """Return its name or, without one, its event as displayed, and its conditions."""
        return self.name or titled(catalog, self.event) + bracketed(self.filters)


class Exclusion(FunnelEvent):
    """An event that must not lie strictly between two steps of an attempt.

    Attributes:
        from_step, to_step: steps from 1; None (or "all") means the last.
    """

    from_step: int = Limited(default=1, ge=1)
    to_step: int | None = None

    @field_validator("to_step", mode="before")
    @classmethod
    def _all(cls, step: object) -> object:
        return None if step == "all" else step


class FunnelFields(TimedQuestion):
    """The fields of every question about a funnel.

    Attributes:
        steps: 2 to 10, in order; one event fills one step, and equal times count as in order.
        window_seconds: from step 1 to the last, inclusive: up to 366 days, 0 for the same
            millisecond; None means no limit.
        order: "ordered"; "unordered": the steps in any order; "sequential" (or "strict"): no
            other event between two steps; "strict_increase": every step later than the one before;
            "strict_deduplication": no event of a step already taken between two steps;
            "strict_order": no event of any step between two steps; "allow_reentry": the same, but
            events of steps already taken may lie there.
        exclusions: events that must not lie between steps or, in any order, between the first and
            the last event.
        exclude: what an excluded event invalidates: an "attempt", so that another one without it
            still counts; or the "person", who is then in no step at all.
        hold: up to three fields whose values must stay the same. Every value on step 1 counts
            separately; events without a value are ignored; every element of a list is a value.
            "session" holds the session.
        users: "active", or "new": people whose first event ever lies in the range.
        first_day: with new users: step 1 must lie on their first day.
        count_by: "uniques": the best attempt of each person (or held value); "totals": every
            attempt, one after another; "sessions": like holding the session.
        counting: a field whose values are counted in place of people.
        attribution: the event whose breakdown value counts: "entry", that of step 1; "first" or
            "last", that with a value (for two fields, with both if there is any); "all", which must
            agree; or that of a step, from 1.
        conditions: apply to every event, as if others did not exist; with `filters_on` "first" only
            to the event of step 1.
        resolution: "ms", or "1s", which makes times in the same second equal.
        complete: whether to leave out entries whose window is still open.
    """

    steps: tuple[FunnelStep, ...] = Limited(min_length=2, max_length=MOST_STEPS)
    window_seconds: int | None = Limited(default=WEEK_SECONDS, ge=0, le=LONGEST_SECONDS)
    order: Literal[
        "ordered",
        "unordered",
        "sequential",
        "strict_increase",
        "strict_deduplication",
        "strict_order",
        "allow_reentry",
    ] = "ordered"
    exclusions: tuple[Exclusion, ...] = Limited(default=(), max_length=10)
    exclude: Literal["attempt", "person"] = "attempt"
    counting: Units = None
    hold: tuple[str, ...] = Limited(default=(), max_length=MOST_HELD)
    users: Literal["active", "new"] = "active"
    first_day: bool = False
    count_by: Literal["uniques", "totals", "sessions"] = "uniques"
    attribution: (
        Literal["entry", "first", "last", "all"] | Annotated[int, Limited(ge=1, le=MOST_STEPS)]
    ) = "entry"
    filters_on: Literal["every", "first"] = "every"
    resolution: Literal["ms", "1s"] = "ms"
    complete: bool = False

    @field_validator("order", mode="before")
    @classmethod
    def _order(cls, order: object) -> object:
        return "sequential" if order == "strict" else order

    @field_validator("hold", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else () if value is None else value

    @model_validator(mode="after")
    def _exclusions_lie_between_steps(self) -> FunnelFields:
        for each in self.exclusions:
            self._check(each)
        return self

    def _check(self, each: Exclusion) -> None:
        last = len(self.steps)
        if any((each.event, each.filters) == (step.event, step.filters) for step in self.steps):
            raise BadQuestion(
                f"exclusions name {each.event!r}, which is a step.",
                "Exclude another event, or give it other filters.",
                parameter="exclusions",
            )
        to_step = last if each.to_step is None else each.to_step
        if not each.from_step < to_step <= last:
            raise BadQuestion(
                f"exclusions cannot lie from step {each.from_step} to step {to_step}.",
                f"Steps are 1 to {last}; from_step comes before to_step.",
                parameter="exclusions",
            )
        if self.order == "unordered" and (each.from_step, to_step) != (1, last):
            raise BadQuestion(
                "exclusions between single steps do not apply to steps in any order.",
                "Leave out from_step and to_step.",
                parameter="exclusions",
            )

    @model_validator(mode="after")
    def _parts_fit(self) -> FunnelFields:
        if self.complete and self.window_seconds is None:
            raise BadQuestion(
                "complete requires a window.",
                "Add a window, such as within 7d.",
                parameter="complete",
            )
        if self.first_day and self.users != "new":
            raise BadQuestion(
                "first_day applies to new users.", "Set users to new.", parameter="first_day"
            )
        if isinstance(self.attribution, int) and self.attribution > len(self.steps):
            raise BadQuestion(
                f"attribution names step {self.attribution} of {len(self.steps)}.",
                f"Allowed: {', '.join(TOUCHES)}, or a step from 1 to {len(self.steps)}.",
                parameter="attribution",
            )
        if len(set(self.hold)) < len(self.hold):
            raise BadQuestion("hold names a field twice.", parameter="hold")
        return self

    def by_the_minute(self) -> bool:
        """See Question; windows end at any time of the day."""
        return super().by_the_minute() or self.complete

    @property
    def window_ms(self) -> int:
        """The window in ms."""
        seconds = self.window_seconds
        return (ENDLESS_SECONDS if seconds is None else seconds) * 1000

    @property
    def held(self) -> tuple[str, ...]:
        """The fields whose values are held, including the session if sessions are counted."""
        session = self.count_by == "sessions" and "session" not in self.hold
        return (*self.hold, "session") if session else self.hold

    @property
    def unit(self) -> str:
        """What the steps count: "users", "pairs" of a user and held values, "sessions", ..."""
        if self.count_by == "totals":
            return "attempts"
        if self.held == ("session",):
            return "sessions"
        return "pairs" if self.held else "users"

    def steps_title(self, catalog: Catalog) -> str:
        """The steps under their display names, with the conditions on each."""
        return " > ".join(step.said(catalog) for step in self.steps)

    def notes(self) -> tuple[str, ...]:
        """The notes that the reader must see."""
        if self.filters_on == "first" and self.conditions:
            return ("Conditions apply to step 1 only.", *self._spoiling())
        return self._spoiling()

    def _spoiling(self) -> tuple[str, ...]:
        if not self.exclusions:
            return ()
        last = len(self.steps)
        spoiling = [
            each.event + bracketed(each.filters)
            if each.from_step == 1 and each.to_step in (None, last)
            else f"{each.event}{bracketed(each.filters)} "
            f"(steps {each.from_step} to {each.to_step or last})"
            for each in self.exclusions
        ]
        return (f"Attempts with these in between do not count: {', '.join(spoiling)}.",)
