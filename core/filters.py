"""Conditions on fields: a registry of operators, and what each of them means.

Values: definitions 3.1. A number is compared exactly, and only with values that read as numbers. A
text is compared with the text of a value as it is written: case-sensitively, or as ISO dates if
both are; so "007" is not 7, and no number is greater or less than it. `contains`, `starts_with` and
`ends_with` ignore case; a missing value matches only the negated operators and `is_not_set`; an
array matches if any element does (negated: if none does), but the set operators of 3.2 look at all
its elements together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from core.answers import Model
from core.errors import BadQuestion, did_you_mean

Scalar = str | int | float | bool
Test = Callable[[str, Scalar], bool]
REGEX_SECONDS = 1.0
MAX_DEPTH = 20
"""How deep conditions may nest: SQLite's parser cannot take many more levels."""


class ElementTest(NamedTuple):
    """Whether one element matches one value, for both engines.

    Attributes:
        fits: the test itself, called by SQLite.
        clickhouse: a sign to compare numbers, dates or texts by, or a test of the element `s` with
            {} for the text.
        prepared: transforms the text before it replaces {}.
    """

    fits: Test
    clickhouse: str
    prepared: Callable[[str], str] = str


class Operator(NamedTuple):
    """One operator: all that parsing, writing, queries and help need to know about it.

    Attributes:
        key: its name in JSON.
        words: as people read it: "source is at least 5".
        sign: as written in text; also accepted in JSON.
        takes: "one" value, a "list", or "none".
        test: whether an element matches a value; unused for "none".
        negated: whether a missing value satisfies it.
        doc: one line for the help.
        also: other spellings in text.
        aliases: other names in JSON.
        whole: for a test of all elements together: "equal" to the given ones, or "holds" them.
    """

    key: str
    words: str
    sign: str
    takes: Literal["one", "list", "none"]
    test: ElementTest
    negated: bool
    doc: str
    also: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    whole: Literal["", "equal", "holds"] = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings in text."""
        return (self.sign, *self.also)


_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?\s*", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"\s*[+-]?\d{1,4000}\s*", re.ASCII)
_USUAL = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", re.ASCII)


@lru_cache(maxsize=65536)
def number(text: str) -> int | float | None:
    """Return a text as a finite number, integers exactly at any length; None if it is none."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


@lru_cache(maxsize=65536)
def _exact(text: str) -> Decimal | None:
    return None if number(text) is None else Decimal(text.strip())


def untyped(text: str, operator: str = "eq") -> Scalar:
    """Return the value of an untyped text.

    In double quotes it is text. Otherwise it is a number if it is written as numbers usually are
    ("7", "-1.5", not "007" or "1.10"), or, with < <= > >=, if it reads as a number at all.
    """
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    found = number(text) if operator in SIZES or _USUAL.fullmatch(text) else None
    return text if found is None else found


@lru_cache(maxsize=65536)
def _moment(text: str) -> float | None:
    if not (text[:4].isdigit() and text[4:5] == "-"):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def compare(stored: str, wanted: Scalar) -> int | None:
    """Return -1, 0 or 1 as a stored text compares with a value; None if they cannot be compared."""
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        value, bound = _exact(stored), _exact(str(wanted))
        return None if value is None or bound is None else (value > bound) - (value < bound)
    text = as_text(wanted)
    left, right = _moment(stored), _moment(text)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    return (stored > text) - (stored < text)


def _regex(stored: str, wanted: Scalar) -> bool:
    try:
        return _pattern(as_text(wanted)).search(stored, timeout=REGEX_SECONDS) is not None
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


def _folded(test: Callable[[str, str], bool], clickhouse: str) -> ElementTest:
    """Return a test of texts that ignores case."""
    return ElementTest(
        lambda stored, wanted: test(stored.casefold(), as_text(wanted).casefold()),
        clickhouse,
        str.casefold,
    )


def _compared(sign: str, *signs: int) -> ElementTest:
    return ElementTest(lambda stored, wanted: compare(stored, wanted) in signs, sign)


_EQUAL = _compared("=", 0)
_CONTAINS = _folded(lambda stored, wanted: wanted in stored, "position(caseFoldUTF8(s), {}) > 0")
_STARTS = _folded(str.startswith, "startsWith(caseFoldUTF8(s), {})")
_ENDS = _folded(str.endswith, "endsWith(caseFoldUTF8(s), {})")
_FOUND = ElementTest(_regex, "match(s, {})", "(?-s){}".format)

OPERATORS = {
    op.key: op
    for op in (
        Operator("eq", "is", "=", "one", _EQUAL, False, "equal",
                 also=("==", "is"), aliases=("==",)),
        Operator("ne", "is not", "!=", "one", _EQUAL, True, "not equal, or missing",
                 also=("<>", "is not"), aliases=("<>",)),
        Operator("gt", "more than", ">", "one", _compared(">", 1), False, "greater",
                 also=("more than",)),
        Operator("gte", "at least", ">=", "one", _compared(">=", 0, 1), False,
                 "greater or equal", also=("at least",)),
        Operator("lt", "less than", "<", "one", _compared("<", -1), False, "smaller",
                 also=("less than",)),
        Operator("lte", "at most", "<=", "one", _compared("<=", -1, 0), False,
                 "smaller or equal", also=("at most",)),
        Operator("contains", "contains", "contains", "one", _CONTAINS, False,
                 "contains the text, ignoring case", aliases=("like",)),
        Operator("not_contains", "does not contain", "not contains", "one", _CONTAINS, True,
                 "lacks the text, or is missing",
                 also=("does not contain",), aliases=("not_like",)),
        Operator("starts_with", "starts with", "starts with", "one", _STARTS, False,
                 "starts with the text, ignoring case"),
        Operator("not_starts_with", "does not start with", "not starts with", "one", _STARTS, True,
                 "starts differently, or is missing"),
        Operator("ends_with", "ends with", "ends with", "one", _ENDS, False,
                 "ends with the text, ignoring case"),
        Operator("not_ends_with", "does not end with", "not ends with", "one", _ENDS, True,
                 "ends differently, or is missing"),
        Operator("in", "is one of", "in", "list", _EQUAL, False, "in the list",
                 also=("is in", "is one of")),
        Operator("not_in", "is none of", "not in", "list", _EQUAL, True,
                 "not in the list, or missing", also=("is not in", "is none of", "not_in")),
        Operator("is_set", "is set", "is set", "none", _EQUAL, False, "present",
                 also=("exists",), aliases=("isset",)),
        Operator("is_not_set", "is not set", "is not set", "none", _EQUAL, True, "missing",
                 aliases=("isnotset",)),
        Operator("regex", "matches", "~", "one", _FOUND, False,
                 "matches the pattern anywhere", also=("matches",)),
        Operator("set_is", "is the set", "set is", "list", _EQUAL, False,
                 "its elements are those of the list, in any order", whole="equal"),
        Operator("set_is_not", "is not the set", "set is not", "list", _EQUAL, True,
                 "its elements differ from the list, or it is missing", whole="equal"),
        Operator("set_contains", "holds all of", "set contains", "list", _EQUAL, False,
                 "its elements include the whole list", whole="holds"),
        Operator("set_not_contains", "does not hold all of", "set not contains", "list", _EQUAL,
                 True, "its elements lack one of the list, or it is missing",
                 also=("set does not contain",), whole="holds"),
    )
}  # fmt: skip
"""All operators by key, in the order of the help."""

SIZES = ("gt", "gte", "lt", "lte")
"""Operators that compare by order."""

OPERATOR_ALIASES = {name: op.key for op in OPERATORS.values() for name in (op.sign, *op.aliases)}
"""Other names of operators in JSON -> key."""


def as_text(value: Scalar) -> str:
    """Return a condition's value as text for comparison; booleans as true or false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Condition(Model):
    """One test of one field; `value` is a list for `in` and `not_in`, and absent for `is_set`."""

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
        if any(isinstance(value, float) and not math.isfinite(value) for value in self.values):
            raise BadQuestion("value is not a finite number.", parameter="value")
        if self.operator == "regex":
            _pattern(self.wanted[0])
        return self

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The values to compare with."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The values to compare with, as texts."""
        return tuple(as_text(value) for value in self.values)

    @property
    def of_texts(self) -> bool:
        """Whether it asks if a text is one of some, letter by letter; dates are compared apart."""
        of_equals = self.operator in ("eq", "ne", "in", "not_in")
        return of_equals and all(isinstance(v, str) and _moment(v) is None for v in self.values)

    @property
    def passes_over_numbers(self) -> bool:
        """Whether it compares by order with a text, which no number satisfies."""
        return self.operator in SIZES and isinstance(self.value, str)

    def holds(self, stored: tuple[str, ...] | None) -> bool:
        """Return whether a field's value satisfies the condition.

        Args:
            stored: its elements as texts (one for a scalar), or None if it is missing.
        """
        operator = OPERATORS[self.operator]
        if operator.takes == "none":
            return (stored is None) == operator.negated
        if stored is None:
            return operator.negated
        found = self._fits_whole(stored) if operator.whole else self._fits_one(stored)
        return found != operator.negated

    def _fits_one(self, stored: tuple[str, ...]) -> bool:
        fits = OPERATORS[self.operator].test.fits
        return any(fits(s, w) for s in stored for w in self.values)

    def _fits_whole(self, stored: tuple[str, ...]) -> bool:
        """Whether every given value is there and, for "equal", nothing else."""
        operator = OPERATORS[self.operator]
        fits = operator.test.fits
        holds = all(any(fits(s, w) for s in stored) for w in self.values)
        if operator.whole == "holds":
            return holds
        return holds and all(any(fits(s, w) for w in self.values) for s in stored)

    @property
    def words(self) -> str:
        """The condition as people read it: "source is google ads"."""
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


def in_words(*clauses: Clause) -> str:
    """Return clauses that must all hold as people read them: "country is NL or plan is pro".

    Groups beside others are in parentheses.
    """
    return _joined(clauses, " and ")


def _joined(clauses: Sequence[Clause], word: str) -> str:
    alone = len(clauses) == 1
    return word.join(_said(clause) if alone else _apart(clause) for clause in clauses)


def _apart(clause: Clause) -> str:
    grouped = len(_inside(clause)) > 1
    return f"({_said(clause)})" if grouped else _said(clause)


def _said(clause: Clause) -> str:
    if isinstance(clause, Condition):
        return clause.words
    inside = _joined(_inside(clause), " or " if isinstance(clause, AnyOf) else " and ")
    return f"not ({inside})" if isinstance(clause, NotOf) else inside
