"""Events and segments in the form of the Dashboard REST API -> selectors, conditions and fields.

Its ten filter operators, its property names and "(none)" have the meanings of definitions 2.3, 2.4
and 3.2: several values are alternatives, of which a negated operator allows none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from core.api.route import Asked
from core.errors import BadQuestion
from core.filters import SIZES, untyped
from core.queries import explained

Clause = dict[str, Any]
NONE = "(none)"
PLAIN = {
    "is": "in", "is not": "not_in", "contains": "contains", "does not contain": "not_contains",
    "less": "lt", "less or equal": "lte", "greater": "gt", "greater or equal": "gte",
    "set is": "set_is", "set is not": "set_is_not",
}  # fmt: skip
"""Documented operators -> ours."""

LISTS = ("in", "not_in", "set_is", "set_is_not")
Values = list[str | int | float | bool]


class Filter(Asked):
    """A property filter of an event."""

    subprop_type: Literal["event", "user"]
    subprop_key: str = Field(min_length=1)
    subprop_op: str
    subprop_value: Values = Field(min_length=1)

    def clause(self) -> Clause:
        """Return the filter as a condition."""
        name = field_of(self.subprop_type, self.subprop_key)
        return clause_of(name, self.subprop_op, self.subprop_value, "subprop_op")


class GroupBy(Asked):
    """A property to group by."""

    type: Literal["event", "user"]
    value: str = Field(min_length=1)

    def field(self) -> str:
        """Return the field it names."""
        return field_of(self.type, self.value)


class EventFormat(Asked):
    """A full event: its type, filters and at most two properties to group by."""

    event_type: str = Field(min_length=1)
    filters: list[Filter] = Field(default_factory=list)
    group_by: list[GroupBy] = Field(default_factory=list, max_length=2)

    @property
    def selector(self) -> str | None:
        """The event as questions name it; None means any event."""
        return None if self.event_type == "_all" else self.event_type

    def conditions(self) -> list[Clause]:
        """Return its filters as conditions."""
        return [each.clause() for each in self.filters]

    def fields(self) -> list[str]:
        """Return the fields it is grouped by."""
        return [each.field() for each in self.group_by]


class SegmentFilter(Asked):
    """One condition of a segment."""

    prop: str = Field(min_length=1)
    op: str
    values: Values = Field(min_length=1)

    def clause(self) -> Clause:
        """Return the condition; a cohort is a saved audience."""
        name = "audience" if self.prop == "userdata_cohort" else field_of("user", self.prop)
        return clause_of(name, self.op, self.values, "op")


@dataclass(frozen=True)
class Segment:
    """A segment: conditions that must all hold, and its position among the requested ones."""

    index: int
    conditions: tuple[Clause, ...] = ()


def event_of(text: str, parameter: str = "e") -> EventFormat:
    """Return the event described by a JSON text; BadQuestion names the parameter and the key."""
    found: EventFormat = _model(EventFormat, _json(text, parameter), parameter)
    return found


def segments_of(texts: tuple[str, ...]) -> list[Segment]:
    """Return the requested segments, or one that is everybody."""
    found = []
    for index, text in enumerate(texts):
        listed = _json(text, "s")
        if not isinstance(listed, list):
            raise BadQuestion("s must be a list of conditions.", _EXAMPLE, parameter="s")
        filters = [_model(SegmentFilter, each, "s") for each in listed]
        found.append(Segment(index, tuple(each.clause() for each in filters)))
    return found or [Segment(0)]


def left_out(answers: Iterable[Any], limit: int) -> list[str]:
    """Return a warning if groups beyond a limit are left out."""
    count = max((answer.omitted for answer in answers), default=0)
    if not count:
        return []
    groups = "group is" if count == 1 else "groups are"
    return [f"limit: {count} more {groups} left out; a limit above {limit} shows more."]


_EXAMPLE = 'For example [{"prop": "country", "op": "is", "values": ["NL"]}].'


def _model(kind: type[Any], value: Any, parameter: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        found = explained(kind, error)
        raise BadQuestion(
            f"{parameter}: {found.message}", found.hint, parameter=parameter
        ) from error


def _json(text: str, parameter: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"{parameter} is not JSON: {error}.", parameter=parameter) from None


def field_of(type_: str, key: str) -> str:
    """Return the field of a property, of the event or of the user (2.3)."""
    return f"properties.{key}" if type_ == "event" else key


def clause_of(name: str, word: str, values: Values, parameter: str) -> Clause:
    """Return a condition on a field; BadQuestion if the operator is not one of the ten."""
    operator = PLAIN.get(word)
    if operator is None:
        raise BadQuestion(
            f"{parameter} {word!r} is not known.",
            f"Allowed: {', '.join(PLAIN)}.",
            parameter=parameter,
        )
    some = [value for value in values if value != NONE]
    tests = _tests(name, operator, some)
    if len(some) == len(values):
        return tests[0] if len(tests) == 1 else {_word(operator): tests}
    missing = {"field": name, "operator": "is_set" if _negated(operator) else "is_not_set"}
    return {_word(operator): [*tests, missing]} if tests else missing


def _negated(operator: str) -> bool:
    return operator in ("not_in", "not_contains", "set_is_not")


def _word(operator: str) -> str:
    return "all" if _negated(operator) else "any"


def _tests(name: str, operator: str, values: Values) -> list[Clause]:
    if not values:
        return []
    if operator in LISTS:
        return [{"field": name, "operator": operator, "value": values}]
    return [
        {"field": name, "operator": operator, "value": _sized(operator, value)} for value in values
    ]


def _sized(operator: str, value: str | int | float | bool) -> str | int | float | bool:
    """Values are texts in the document's examples, even if they are compared as numbers."""
    return untyped(value, operator) if operator in SIZES and isinstance(value, str) else value
