"""The definition of an audience: definitions 5.2, with the clauses of 5.3.

Unknown parts are refused; unknown events, fields and traits are accepted, but have no members.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from core.answers import Model
from core.errors import BadQuestion, did_you_mean
from core.filters import Clause

OPERATORS = {"gte": ">=", "lte": "<=", "eq": "=", "gt": ">", "lt": "<"}
MAX_DAYS = 36_500
MAX_COUNT = 2**53
"""The largest count of a rule: up to it every program has whole numbers exactly."""


class Then(Model):
    """An event that must follow another.

    Attributes:
        event: its name; None means any event.
        filters: must all hold for it.
        seconds: how long after it may come at most; the same millisecond counts, the event itself
            does not.
    """

    event: str | None = None
    filters: tuple[Clause, ...] = ()
    seconds: float = Field(gt=0, le=MAX_DAYS * 86_400)


class EventRule(Model):
    """A rule on how often, on how many days or with which sum somebody did an event.

    Attributes:
        event: its name; None means any event.
        op, count: how many times: gte 1 by default; eq 0 is "did not".
        days: in the last so many days; None means in all of history up to now.
        filters: must all hold for an event to count.
        distinct_days: whether `count` counts the local days with such an event.
        sum, value: a property whose sum, instead of the count, `op` compares with `value`; an event
            without a number in it adds 0.
        then_within: only events followed by this one count.
        first: whether of all such events of a person, ever, only the earliest counts.
    """

    event: str | None = None
    op: Literal["gte", "lte", "eq", "gt", "lt"] = "gte"
    count: int = Field(default=1, ge=0, le=MAX_COUNT)
    days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    filters: tuple[Clause, ...] = ()
    distinct_days: bool = False
    sum: str | None = Field(default=None, min_length=1)
    value: float | None = Field(default=None, allow_inf_nan=False)
    then_within: Then | None = None
    first: bool = False

    @model_validator(mode="after")
    def _one_figure(self) -> EventRule:
        if (self.sum is None) != (self.value is None):
            raise ValueError("sum and value go together")
        if self.sum is not None and self.distinct_days:
            raise ValueError("sum and distinct_days exclude each other")
        if self.sum is not None and self.count != 1:
            raise ValueError("sum is compared with value, not with count")
        if self.first and (self.sum is not None or self.distinct_days or self.then_within):
            raise ValueError("first excludes sum, distinct_days and then_within")
        return self

    @property
    def wanted(self) -> float:
        """The value that the figure is compared with."""
        return self.count if self.value is None else self.value

    def holds(self, figure: float) -> bool:
        """Whether somebody with such a figure satisfies it."""
        wanted = self.wanted
        return {
            "gte": figure >= wanted, "gt": figure > wanted, "lte": figure <= wanted,
            "lt": figure < wanted, "eq": figure == wanted,
        }[self.op]  # fmt: skip

    @property
    def holds_for_none(self) -> bool:
        """Whether somebody without any such event, whose figure is 0, satisfies it."""
        return self.holds(0)


class Group(Model):
    """Combined rules; `not_` is `not` in JSON.

    Attributes:
        match: all of the rules, or any of them.
        not_: whether to take everybody else.
    """

    match: Literal["all", "any"] = "all"
    not_: bool = Field(default=False, alias="not")
    filters: tuple[Clause, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[Group, ...] = ()


class Definition(Model):
    """An audience's rules; with no rules it is everybody.

    Attributes:
        match: all of the rules, or any of them.
        lookback_days: how far back filters on events look; None means all of history.
        static_ids: users listed by id; they count as one more rule.
    """

    match: Literal["all", "any"] = "all"
    lookback_days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    filters: tuple[Clause, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[Group, ...] = ()
    static_ids: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether it has no rules at all."""
        return not (self.filters or self.events or self.groups or self.static_ids)


def read_definition(body: dict[str, Any]) -> Definition:
    """Return the audience defined by a JSON object.

    Raises:
        BadQuestion: a part is unknown or out of bounds; the message names it.
    """
    try:
        return Definition.model_validate(body)
    except ValidationError as error:
        raise _explained(error) from error


def _explained(error: ValidationError) -> BadQuestion:
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = sorted({*Definition.model_fields, *EventRule.model_fields, "not", "seconds"})
        hint = did_you_mean(str(first["loc"][-1]), known)
        return BadQuestion(f"audience: {where!r} is not known.", hint, parameter=where)
    text = first["msg"].removeprefix("Value error, ")
    return BadQuestion(f"audience: {where}: {text}.", parameter=where)
