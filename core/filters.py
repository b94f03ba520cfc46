"""Conditions on fields: one registry of operators, and what each of them means.

Value semantics 3.1: numbers when both sides are finite numbers, else ISO dates when both are,
else case-sensitive text; contains and its kin ignore case; a missing value matches only the
negated operators and `is_not_set`; an array matches if any element does (negated: if none), but
the set operators of 3.2 look at all its elements together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, Self

import orjson
from pydantic import Field, field_validator, model_validator

from core.answers import Model
from core.errors import BadQuestion, did_you_mean

Test = Callable[[str, str], bool]
REGEX_SECONDS = 1.0
MAX_DEPTH = 20
"""How deep conditions may nest: SQLite's parser has room for not many more."""


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes:
        key: its name in JSON.
        words: how a person reads it: "source is at least 5".
        sign: how text writes it.
        takes: "one" value, a "list", or "none".
        test: whether a present value fits the wanted one; unused for "none".
        inverse: the key of its negation.
        negated: True when a missing value satisfies it.
        doc: one line for the help.
        whole: for a test of all elements together: "equal" to the wanted ones, or "holds" them.
    """

    key: str
    words: str
    sign: str
    takes: Literal["one", "list", "none"]
    test: Test
    inverse: str
    negated: bool
    doc: str
    whole: Literal["", "equal", "holds"] = ""


@lru_cache(maxsize=65536)
def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


@lru_cache(maxsize=65536)
def _moment(text: str) -> float | None:
    if not (text[:4].isdigit() and text[4:5] == "-"):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def compare(stored: str, wanted: str) -> int:
    """Return -1, 0 or 1: as numbers, else as ISO dates, else as text."""
    for parse in (_number, _moment):
        left, right = parse(stored), parse(wanted)
        if left is not None and right is not None:
            return (left > right) - (left < right)
    return (stored > wanted) - (stored < wanted)


def _regex(stored: str, wanted: str) -> bool:
    try:
        return _pattern(wanted).search(stored, timeout=REGEX_SECONDS) is not None
    except TimeoutError as error:
        raise BadQuestion(
            f"value {wanted!r} is a pattern that took over {REGEX_SECONDS:.0f} s on one text.",
            "Write it without nested repetition.",
            parameter="value",
        ) from error


@lru_cache(maxsize=64)
def _pattern(text: str) -> Any:
    import regex

    try:
        return regex.compile(text)
    except regex.error as error:
        raise BadQuestion(
            f"value {text!r} is not a valid regular expression: {error}.", parameter="value"
        ) from error


def _fold(test: Test) -> Test:
    return lambda stored, wanted: test(stored.casefold(), wanted.casefold())


def _equal(stored: str, wanted: str) -> bool:
    return compare(stored, wanted) == 0


OPERATORS = {
    op.key: op
    for op in (
        Operator("eq", "is", "=", "one", _equal, "ne", False, "equal"),
        Operator("ne", "is not", "!=", "one", _equal, "eq", True, "not equal, or missing"),
        Operator("gt", "more than", ">", "one", lambda s, w: compare(s, w) > 0, "lte", False,
                 "greater"),
        Operator("gte", "at least", ">=", "one", lambda s, w: compare(s, w) >= 0, "lt", False,
                 "greater or equal"),
        Operator("lt", "less than", "<", "one", lambda s, w: compare(s, w) < 0, "gte", False,
                 "smaller"),
        Operator("lte", "at most", "<=", "one", lambda s, w: compare(s, w) <= 0, "gt", False,
                 "smaller or equal"),
        Operator("contains", "contains", "contains", "one", _fold(lambda s, w: w in s),
                 "not_contains", False, "holds the text, ignoring case"),
        Operator("not_contains", "does not contain", "not contains", "one",
                 _fold(lambda s, w: w in s), "contains", True, "lacks the text, or is missing"),
        Operator("starts_with", "starts with", "starts with", "one",
                 _fold(str.startswith), "", False, "begins with the text, ignoring case"),
        Operator("ends_with", "ends with", "ends with", "one",
                 _fold(str.endswith), "", False, "ends with the text, ignoring case"),
        Operator("in", "is one of", "in", "list", _equal, "not_in", False, "in the list"),
        Operator("not_in", "is none of", "not in", "list", _equal, "in", True,
                 "not in the list, or missing"),
        Operator("is_set", "is set", "is set", "none", _equal, "is_not_set", False, "present"),
        Operator("is_not_set", "is not set", "is not set", "none", _equal, "is_set", True,
                 "missing"),
        Operator("regex", "matches", "~", "one", _regex, "", False,
                 "the pattern is found anywhere"),
        Operator("set_is", "is the set", "set is", "list", _equal, "set_is_not", False,
                 "its elements are those of the list, in any order", "equal"),
        Operator("set_is_not", "is not the set", "set is not", "list", _equal, "set_is", True,
                 "its elements are others, or it is missing", "equal"),
        Operator("set_contains", "holds all of", "set contains", "list", _equal,
                 "set_not_contains", False, "its elements hold the whole list", "holds"),
        Operator("set_not_contains", "does not hold all of", "set not contains", "list", _equal,
                 "set_contains", True, "its elements lack one of the list", "holds"),
    )
}  # fmt: skip
"""All operators by key, in the order help lists them."""

OPERATOR_ALIASES = {
    "=": "eq", "==": "eq", "!=": "ne", "<>": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
    "like": "contains", "not_like": "not_contains", "isset": "is_set", "isnotset": "is_not_set",
    "~": "regex", "not contains": "not_contains", "not in": "not_in", "is set": "is_set",
    "is not set": "is_not_set", "starts with": "starts_with", "ends with": "ends_with",
}  # fmt: skip

Scalar = str | int | float | bool


def as_text(value: Scalar) -> str:
    """Return a condition's value as the text it is compared by; booleans as true or false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Condition(Model):
    """One test of one field; `value` is a list for `in` and `not_in`, absent for `is_set`."""

    field: str = Field(min_length=1)
    operator: str = "eq"
    value: Scalar | tuple[Scalar, ...] | None = None

    @field_validator("operator")
    @classmethod
    def _known(cls, word: str) -> str:
        folded = word.strip().lower()
        key = OPERATOR_ALIASES.get(folded, folded)
        if key not in OPERATORS:
            raise BadQuestion(
                f"operator {word!r} is not known.",
                did_you_mean(word, OPERATORS) or f"Allowed: {', '.join(OPERATORS)}.",
                parameter="operator",
            )
        return key

    @model_validator(mode="after")
    def _fits(self) -> Condition:
        takes = OPERATORS[self.operator].takes
        is_list = isinstance(self.value, tuple)
        if takes == "none" and self.value is not None:
            raise BadQuestion(f"operator {self.operator} takes no value.", parameter="value")
        if takes == "one" and (self.value is None or is_list):
            raise BadQuestion(f"operator {self.operator} needs one value.", parameter="value")
        if takes == "list" and not is_list:
            raise BadQuestion(f"operator {self.operator} needs a list.", parameter="value")
        if self.operator == "regex":
            _pattern(str(self.value))
        return self

    @property
    def wanted(self) -> tuple[str, ...]:
        """The values to compare with, as texts."""
        if self.value is None:
            return ()
        if isinstance(self.value, tuple):
            return tuple(as_text(v) for v in self.value)
        return (as_text(self.value),)

    def holds(self, stored: tuple[str, ...] | None) -> bool:
        """Return whether a field's value satisfies the condition.

        Args:
            stored: its elements as texts (one for a plain value), or None when missing.
        """
        operator = OPERATORS[self.operator]
        if operator.takes == "none":
            return (stored is None) == operator.negated
        if stored is None:
            return operator.negated
        found = self._fits_whole(stored) if operator.whole else self._fits_one(stored)
        return found != operator.negated

    def _fits_one(self, stored: tuple[str, ...]) -> bool:
        test = OPERATORS[self.operator].test
        return any(test(s, w) for s in stored for w in self.wanted)

    def _fits_whole(self, stored: tuple[str, ...]) -> bool:
        """Whether every wanted value is there, and for an equal set nothing else."""
        operator = OPERATORS[self.operator]
        holds = all(any(operator.test(s, w) for s in stored) for w in self.wanted)
        if operator.whole == "holds":
            return holds
        return holds and all(any(operator.test(s, w) for w in self.wanted) for s in stored)

    @property
    def words(self) -> str:
        """How a person reads it: "source is google ads"."""
        values = ", ".join(self.wanted)
        return f"{self.field} {OPERATORS[self.operator].words} {values}".rstrip()


class _Nest(Model):
    """Conditions inside a condition, at most MAX_DEPTH deep."""

    @model_validator(mode="after")
    def _shallow(self) -> Self:
        if _depth(self) > MAX_DEPTH:
            raise BadQuestion(f"conditions nest deeper than {MAX_DEPTH}.", parameter="conditions")
        return self


class AnyOf(_Nest):
    """Holds when at least one of its conditions does."""

    any: tuple[Clause, ...]


class AllOf(_Nest):
    """Holds when all of its conditions do."""

    all: tuple[Clause, ...]


class NotOf(_Nest):
    """Holds when its condition does not. JSON name `not`."""

    not_: Clause = Field(alias="not")


Clause = Condition | AnyOf | AllOf | NotOf
AnyOf.model_rebuild()
AllOf.model_rebuild()
NotOf.model_rebuild()


def _inside(clause: Any) -> tuple[Any, ...]:
    if isinstance(clause, NotOf):
        return (clause.not_,)
    return clause.any if isinstance(clause, AnyOf) else getattr(clause, "all", ())


def _depth(clause: Any) -> int:
    return max((1 + _depth(part) for part in _inside(clause)), default=0)


def atoms(clause: Clause) -> list[Condition]:
    """Return the plain conditions inside a clause."""
    if isinstance(clause, Condition):
        return [clause]
    if isinstance(clause, NotOf):
        return atoms(clause.not_)
    inner = clause.any if isinstance(clause, AnyOf) else clause.all
    return [atom for part in inner for atom in atoms(part)]


def json_elements(raw: str | None) -> tuple[str, ...] | None:
    """Return a JSON value's texts: one for a scalar, many for an array, None for null."""
    if raw is None or raw == "null":
        return None
    value = orjson.loads(raw)
    if isinstance(value, list):
        return tuple(_element(v) for v in value if v is not None)
    return (_element(value),)


def _element(value: Any) -> str:
    if isinstance(value, bool | str | int | float):
        return as_text(value)
    return orjson.dumps(value).decode()


def json_number(raw: str | None) -> float | None:
    """Return a JSON value as a number: a number, or text that reads as one; else None."""
    if raw is None or raw in ("true", "false", "null"):
        return None
    if raw.startswith('"'):
        raw = str(orjson.loads(raw)).strip()
    return _number(raw)


@lru_cache(maxsize=1024)
def _parsed(condition: str) -> Condition:
    return Condition.model_validate(json.loads(condition))


@lru_cache(maxsize=65536)
def holds_json(condition: str, raw: str | None) -> bool:
    """Return whether a JSON value satisfies a condition given as JSON; memoised for SQL."""
    return _parsed(condition).holds(json_elements(raw))
