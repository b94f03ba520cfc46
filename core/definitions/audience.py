"""What an audience is: the definition of definitions 5.2, with the clauses of 5.3.

Unknown parts are refused; unknown events, fields and traits are not: they have no members.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from core.answers import Model
from core.errors import BadQuestion, did_you_mean
from core.filters import Clause

OPERATORS = {"gte": ">=", "lte": "<=", "eq": "=", "gt": ">", "lt": "<"}
MAX_DAYS = 36_500


class Then(Model):
    """What has to follow an event.

    Attributes:
        event: its name; None is any event.
        filters: must all hold for it.
        seconds: it comes at most so long after; at the same millisecond counts, the same event
            does not.
    """

    event: str | None = None
    filters: tuple[Clause, ...] = ()
    seconds: float = Field(gt=0, le=MAX_DAYS * 86_400)


class EventRule(Model):
    """How often, on how many days or with which sum somebody did an event.

    Attributes:
        event: its name; None is any event.
        op, count: how many times: gte 1 by default; eq 0 is "did not".
        days: in the last so many days; None is in all of history up to now.
        filters: must all hold for an event to count.
        distinct_days: `count` is of the local days with such an event.
        sum, value: the property whose sum `op` compares with `value` in place of the count; an
            event without a number in it adds 0.
        then_within: only events that are followed by this one count.
    """

    event: str | None = None
    op: Literal["gte", "lte", "eq", "gt", "lt"] = "gte"
    count: int = Field(default=1, ge=0)
    days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    filters: tuple[Clause, ...] = ()
    distinct_days: bool = False
    sum: str | None = Field(default=None, min_length=1)
    value: float | None = Field(default=None, allow_inf_nan=False)
    then_within: Then | None = None

    @model_validator(mode="after")
    def _one_figure(self) -> EventRule:
        if (self.sum is None) != (self.value is None):
            raise ValueError("sum and value go together")
        if self.sum is not None and self.distinct_days:
            raise ValueError("sum and distinct_days exclude each other")
        if self.sum is not None and self.count != 1:
            raise ValueError("sum is compared with value, not with count")
        return self

    @property
    def wanted(self) -> float:
        """What the figure is compared with."""
        return self.count if self.value is None else self.value

    @property
    def holds_for_none(self) -> bool:
        """Whether somebody without any such event satisfies it: their figure is 0."""
        wanted = self.wanted
        return {
            "gte": wanted <= 0, "gt": wanted < 0, "lte": wanted >= 0, "lt": wanted > 0,
            "eq": wanted == 0,
        }[self.op]  # fmt: skip


class Group(Model):
    """Rules that are combined; JSON name `not` for `not_`.

    Attributes:
        match: all of the rules, or any of them.
        not_: everybody else.
    """

    match: Literal["all", "any"] = "all"
    not_: bool = Field(default=False, alias="not")
    filters: tuple[Clause, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[Group, ...] = ()


class Definition(Model):
    """An audience's rules. Without any, it is everybody.

    Attributes:
        match: all of the rules, or any of them.
        lookback_days: how far back filters on events look; None is all of history.
        static_ids: users who are in it by name; they count as one more rule.
    """

    match: Literal["all", "any"] = "all"
    lookback_days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    filters: tuple[Clause, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[Group, ...] = ()
    static_ids: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether it has no rule at all."""
        return not (self.filters or self.events or self.groups or self.static_ids)


def read_definition(body: dict[str, Any]) -> Definition:
    """Return the audience a JSON object defines.

    Raises:
        BadQuestion: naming the part that is unknown or out of bounds.
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
