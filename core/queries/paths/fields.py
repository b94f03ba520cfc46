"""The fields of a question about paths."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, field_validator, model_validator
from pydantic import Field as Limited

from core.errors import BadQuestion
from core.queries.common.question import TimedQuestion

LONGEST_SECONDS = 366 * 86_400


class PathFields(TimedQuestion):
    """The fields of `Paths`, which documents them."""

    property: str | None = None
    event: str | None = None
    from_: str | None = Limited(default=None, alias="from")
    to: str | None = None
    steps: int = Limited(default=5, ge=2, le=10)
    scope: Literal["session"] | int = "session"
    count_by: Literal["uniques", "totals"] = "uniques"
    collapse: bool = True
    breakdown: tuple[str, ...] = ()
    limit: int = Limited(default=5, ge=1, le=50)

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    @field_validator("scope", mode="before")
    @classmethod
    def _scope(cls, scope: Any) -> Any:
        number = isinstance(scope, int) and not isinstance(scope, bool)
        if scope != "session" and not (number and 1 <= scope <= LONGEST_SECONDS):
            raise BadQuestion(
                f'scope must be "session" or seconds from 1 to {LONGEST_SECONDS}, not {scope!r}.',
                "For example within 1d.",
                parameter="scope",
            )
        return scope

    @model_validator(mode="after")
    def _complete(self) -> PathFields:
        if self.event is not None and self.property is None:
            raise BadQuestion(
                "paths of an event need one of its properties, whose values are the steps.",
                f"For example paths of {self.event}.path, or paths from {self.event}.",
                parameter="property",
            )
        if self.from_ is None and self.to is None and self.property is None:
            raise BadQuestion(
                "paths need an event to start from or to end at.",
                "For example paths from signup.",
                parameter="from",
            )
        if self.breakdown:
            raise BadQuestion(
                "breakdown does not apply to paths.",
                "Filter with conditions.",
                parameter="breakdown",
            )
        return self
