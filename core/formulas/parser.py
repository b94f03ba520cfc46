"""Formulas: parsing and evaluating (definitions 4.13, 8.3).

Letters A to Z name series in order. Alone, a letter is the series' own figure; inside a function
such as UNIQUES(A) it is what the function measures of the series' events. A1 is series A among the
people of segment 1. Several formulas are separated by semicolons; `%:` before one shows it as a
percentage, `$:` as money. Letters and functions are case-insensitive.

A missing operand makes the result missing, and so does a division by 0 or a number too large to
represent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.errors import BadQuestion, did_you_mean
from core.formulas.functions import (
    ACTIVES,
    ALLOWED,
    ALONE,
    CONSTANT,
    ITEMS,
    MEASURING,
    NUMBERS,
    WINDOWS,
    Figure,
    divide,
    trendline,
)
from core.text import clean

if TYPE_CHECKING:
    from core.grammars.tables import Grammar

MAX_LENGTH: Final = 300
"""The most characters of one formula, which also limits its nesting."""

MAX_FORMULAS: Final = 10
_PREFIX = re.compile(r"\s*([%$])\s*:")
_LETTER = re.compile(r"([A-Z])(\d{0,4})")
_UNITS = {"%": "percent", "$": "currency"}


@dataclass(frozen=True)
class Term:
    """A figure of a series used in a formula.

    Attributes:
        letter: "A" to "Z".
        function: one of `functions.MEASURING`, or ACTIVES; "" is the series' own figure.
        segment: the number of a segment from 1; 0 if none is named.
        argument: the share of a percentile, or the measure of SEMANTICTOTALS.
        window: one of `functions.WINDOWS`, or "".
        length: the length of a rolling window in buckets.
        at: its position in the text.
    """

    letter: str
    function: str = ""
    segment: int = 0
    argument: float | str | None = None
    window: str = ""
    length: int = 0
    at: int = field(default=0, compare=False)

    @property
    def empty(self) -> Figure:
        """Its figure if there is no data."""
        return MEASURING[self.function].empty if self.function in MEASURING else 0


Values = Mapping[Term, Sequence[Figure]]
Node = Callable[[Values, int], list[Figure]]


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes:
        text: as written, without what surrounds it.
        terms: its terms in order, each once.
        unit: "number", "percent" or "currency".
        node: the function that computes it.
    """

    text: str
    terms: tuple[Term, ...]
    unit: str
    node: Node

    @property
    def letters(self) -> frozenset[str]:
        """The letters of its series."""
        return frozenset(term.letter for term in self.terms)

    @property
    def alone(self) -> bool:
        """Whether it gives a histogram."""
        return any(term.function in ALONE for term in self.terms)

    @property
    def is_series(self) -> bool:
        """Whether it is nothing but one series, "A" or "PROPSUM(A)", and so has its unit."""
        wanted = r"\w+\([^()]*\)" if self.terms and self.terms[0].function else r"[A-Za-z]\d*"
        return len(self.terms) == 1 and re.fullmatch(wanted, self.text) is not None

    def over(self, values: Values, count: int) -> list[Figure]:
        """Return its figures at `count` positions, from its terms' figures there."""
        return self.node(values, count)

    def at_once(self, values: Mapping[Term, Figure]) -> Figure:
        """Return its figure from its terms' figures."""
        return self.node({term: (value,) for term, value in values.items()}, 1)[0]


def parse_formula(text: str, count: int, segments: int = 0) -> Formula:
    """Return one formula over the first `count` letters; errors as for `parse_formulas`."""
    return _Reader(text, 0, text, count, segments).formula()


def parse_formulas(text: str, count: int, segments: int = 0) -> tuple[Formula, ...]:
    """Return the formulas in a text over the first `count` letters and so many segments.

    Raises:
        BadQuestion: with the column of a syntax error, an unknown function or a letter that is not
            a series; more than 10 formulas, or one that must be alone but is not.
    """
    parts = text.split(";")
    if len(parts) > MAX_FORMULAS:
        raise wrong(f"formula has {len(parts)} formulas; {MAX_FORMULAS} are allowed.")
    found, at = [], 0
    for part in parts:
        found.append(_Reader(text, at, part, count, segments).formula())
        at += len(part) + 1
    if len(found) > 1 and any(formula.alone for formula in found):
        first = next(formula for formula in found if formula.alone).terms[0]
        raise wrong(f"{first.function} is a formula on its own", text, first.at)
    return tuple(found)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from core.grammars.tables import parser

    return parser(grammar())


def grammar() -> Grammar:
    """Return the grammar of formulas."""
    from core.grammars.tables import Grammar

    rules = Path(__file__).with_name("formula.lark").read_text("utf-8")
    return Grammar("formula", rules)


def wrong(sentence: str, text: str = "", at: int = 0, hint: str = "") -> BadQuestion:
    """Return the error for a sentence, with the column and a caret if there is a text."""
    if not text:
        return BadQuestion(sentence, "For example A / B * 100.", parameter="formula")
    sentence = f"{sentence.rstrip('.')} at column {at + 1}."
    shown = f"\n  {clean(text)}\n  {' ' * at}^" + (f"\n{hint}" if hint else "")
    return BadQuestion(sentence, shown, parameter="formula")


class _Reader:
    """Turns one formula in a text into the functions that compute it."""

    def __init__(self, text: str, start: int, part: str, count: int, segments: int) -> None:
        if len(part) > MAX_LENGTH:
            raise wrong(f"formula is longer than {MAX_LENGTH} characters.")
        prefix = _PREFIX.match(part)
        self.whole = text
        self.text = part.strip()
        self.unit = _UNITS[prefix[1]] if prefix else "number"
        self.start = start + (prefix.end() if prefix else 0)
        self.part = part[prefix.end() :] if prefix else part
        self.known = [chr(ord("A") + n) for n in range(count)]
        self.segments = segments
        self.terms: dict[Term, None] = {}

    def formula(self) -> Formula:
        tree = self.tree()
        node = self.node(tree, outside=True)
        terms = tuple(self.terms)
        money = tree.data == "call" and tree.children[0].upper() == "REVENUETOTAL"
        unit = "currency" if money and self.unit == "number" else self.unit
        return Formula(self.text, terms, unit, node)

    def tree(self) -> Any:
        from core.grammars.machine import END, Unexpected

        try:
            return _parser().parse(self.part)
        except Unexpected as error:
            if error.token is not None and error.token.type == END:
                raise self.wrong("formula is not finished.", len(self.part.rstrip())) from None
            raise self.wrong(f"formula has {clean(self.part[error.at])!r}", error.at) from None

    def wrong(self, sentence: str, at: int, hint: str = "") -> BadQuestion:
        return wrong(sentence, self.whole, self.start + at, hint)

    # -- computing

    def node(self, tree: Any, *, outside: bool = False) -> Node:
        if tree.data == "number":
            value = float(tree.children[0])
            return lambda _, count: [value] * count
        if tree.data == "letter":
            letter, segment = self.letter(tree)
            return self.reads(Term(letter, segment=segment, at=self.at(tree)))
        if tree.data == "call":
            return self.call(tree, outside=outside)
        return _strict(_OPERATIONS[tree.data], [self.node(child) for child in tree.children])

    def reads(self, term: Term) -> Node:
        self.terms[term] = None
        return lambda values, _: list(values[term])

    def at(self, tree: Any) -> int:
        return int(self.start + tree.children[0].start_pos)

    def letter(self, tree: Any) -> tuple[str, int]:
        """Return the series and segment that a name stands for."""
        token = tree.children[0]
        name = token.upper()
        found = _LETTER.fullmatch(name)
        if found is None or found[1] not in self.known:
            raise self.refused(token, "series", f"The series are {', '.join(self.known)}.")
        segment = int(found[2]) if found[2] else 0
        if found[2] and not 1 <= segment <= self.segments:
            hint = f"There are {self.segments}." if self.segments else "There are none."
            raise self.refused(token, "series of a segment", hint)
        return found[1], segment

    def refused(self, token: Any, what: str, hint: str) -> BadQuestion:
        at = self.start + token.start_pos
        return BadQuestion(
            f"formula names {clean(str(token))!r} at column {at + 1}, which is not a {what}.",
            f"\n  {clean(self.whole)}\n  {' ' * at}^\n{hint}",
            parameter="formula",
        )

    # -- functions

    def call(self, tree: Any, *, outside: bool) -> Node:
        token, *given = tree.children
        name = token.upper()
        if name in MEASURING:
            if name in ALONE and not outside:
                raise self.wrong(f"{name} is a formula on its own", token.start_pos)
            return self.measuring(token, given)
        if name in WINDOWS:
            return self.window(token, given)
        if token.lower() in NUMBERS:
            return self.number(token, given)
        hint = did_you_mean(name, ALLOWED) or f"Allowed: {', '.join(ALLOWED)}."
        raise self.refused(token, "function", hint)

    def taking(self, token: Any, given: Sequence[Any], counts: Sequence[int]) -> None:
        if len(given) not in counts:
            name = token.lower() if token.lower() in NUMBERS else token.upper()
            wanted = " or ".join(str(n) for n in counts)
            values = "value" if wanted == "1" else "values"
            raise self.wrong(f"{name} takes {wanted} {values}", token.start_pos)

    def measuring(self, token: Any, given: Sequence[Any]) -> Node:
        name = token.upper()
        measuring = MEASURING[name]
        self.taking(token, given, (2 if measuring.argument else 1,))
        letter, segment = self.of_events(token, given[0])
        at = self.start + token.start_pos
        if name == "ARPAU":
            above = self.reads(Term(letter, "PROPSUM", segment, at=at))
            below = self.reads(Term(letter, ACTIVES, segment, at=at))
            return _strict(divide, [above, below])
        argument: float | str | None = None
        if measuring.argument == "share":
            argument = self.constant(token, given[1])
            if not 0 <= argument <= 1:
                raise self.wrong(f"{name} takes a share from 0 to 1", token.start_pos)
        elif measuring.argument == "items":
            argument = self.word(token, given[1], ITEMS)
        return self.reads(Term(letter, name, segment, argument, at=at))

    def of_events(self, token: Any, tree: Any) -> tuple[str, int]:
        if tree.data != "letter":
            raise self.wrong(f"{token.upper()} takes a letter", token.start_pos)
        return self.letter(tree)

    def word(self, token: Any, tree: Any, allowed: Mapping[str, Any]) -> Any:
        word = tree.children[0].upper() if tree.data == "letter" else ""
        if word not in allowed:
            hint = f"Allowed: {', '.join(allowed)}."
            at = tree.children[0].start_pos if word else token.start_pos
            raise self.wrong(f"{token.upper()} does not take that", at, hint)
        return allowed[word]

    def window(self, token: Any, given: Sequence[Any]) -> Node:
        name = token.upper()
        self.taking(token, given, (WINDOWS[name],))
        measures = {word: word for word, found in MEASURING.items() if found.windowed}
        function = self.word(token, given[0], measures)
        letter, segment = self.of_events(token, given[1])
        length = self.constant(token, given[2]) if len(given) > 2 else 0
        if len(given) > 2 and (length < 1 or length != int(length)):
            raise self.wrong(f"{name} takes a whole number of buckets", token.start_pos)
        at = self.start + token.start_pos
        return self.reads(Term(letter, function, segment, window=name, length=int(length), at=at))

    def number(self, token: Any, given: Sequence[Any]) -> Node:
        name = token.lower()
        counts, function = NUMBERS[name]
        self.taking(token, given, counts)
        if name in CONSTANT:
            second = self.constant(token, given[1])
            if name == "log" and (second <= 0 or second == 1):
                raise self.wrong("LOG takes a base above 0 that is not 1", token.start_pos)
        operands = [self.node(operand) for operand in given]
        if name == "if":
            return _choice(*operands)
        if name == "trendline":
            return lambda values, count: trendline(operands[0](values, count))
        return _strict(function, operands)

    def constant(self, token: Any, tree: Any) -> float:
        """Return the number of an argument."""
        if next(tree.find_data("letter"), None) is None and not _measures(tree):
            (value,) = self.node(tree)({}, 1)
            if value is not None:
                return value
        raise self.wrong(f"{token.upper()} takes a number there", token.start_pos)


def _measures(tree: Any) -> bool:
    calls = tree.find_data("call")
    return any(call.children[0].lower() not in NUMBERS for call in calls)


def _strict(function: Callable[..., Figure], operands: list[Node]) -> Node:
    def one(given: tuple[Figure, ...]) -> Figure:
        if any(value is None for value in given):
            return None
        try:
            found = function(*given)
        except OverflowError:
            return None
        return found if found is not None and math.isfinite(found) else None

    def compute(values: Values, count: int) -> list[Figure]:
        columns = [operand(values, count) for operand in operands]
        return [one(given) for given in zip(*columns, strict=True)]

    return compute


def _choice(test: Node, then: Node, otherwise: Node) -> Node:
    """Return the second if the first is not 0, else the third; only the chosen one must exist."""

    def compute(values: Values, count: int) -> list[Figure]:
        columns = (node(values, count) for node in (test, then, otherwise))
        return [
            None if found is None else yes if found else no
            for found, yes, no in zip(*columns, strict=True)
        ]

    return compute


_OPERATIONS: dict[str, Callable[..., Figure]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": divide,
    "negate": lambda a: -a,
}
