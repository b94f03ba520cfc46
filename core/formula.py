"""Formulas over series named A to Z: parsing and evaluating (semantics 4.13).

Loads lark when a formula is parsed. A missing operand makes its result missing, and so does a
division by 0 or a number too large to hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from core.errors import BadQuestion
from core.text import clean

MAX_LENGTH = 300
"""Characters of a formula, which also bounds how deep it nests."""

Figure = float | None
Values = Mapping[str, Figure]
Node = Callable[[Values], Figure]


@dataclass(frozen=True)
class Formula:
    """A parsed formula: the letters it names, in capitals, and what computes it."""

    letters: frozenset[str]
    compute: Node


def parse_formula(text: str, count: int) -> Formula:
    """Return a formula over the first `count` letters.

    Raises:
        BadQuestion: with the column of what cannot be read, of an unknown function or of a
            letter that is no series.
    """
    if len(text) > MAX_LENGTH:
        raise _wrong(f"formula is longer than {MAX_LENGTH} characters.")
    from lark import UnexpectedInput

    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        at = error.pos_in_stream if isinstance(error.pos_in_stream, int) else -1
        if not 0 <= at < len(text.rstrip()) or getattr(error, "token", "-") == "":
            raise _wrong("formula is not finished.", text, len(text.rstrip())) from None
        raise _wrong(f"formula has {clean(text[at])!r}", text, at) from None
    reader = _Reader(text, count)
    return reader.formula(tree)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from lark import Lark

    rules = resources.files("core").joinpath("formula.lark").read_text("utf-8")
    return Lark(rules, parser="lalr", maybe_placeholders=False)


def _wrong(sentence: str, text: str = "", at: int = 0) -> BadQuestion:
    if not text:
        return BadQuestion(sentence, "For example A / B * 100.", parameter="formula")
    sentence = f"{sentence.rstrip('.')} at column {at + 1}."
    return BadQuestion(sentence, f"\n  {clean(text)}\n  {' ' * at}^", parameter="formula")


class _Reader:
    """Turns a parse tree into what computes it."""

    def __init__(self, text: str, count: int) -> None:
        self.text = text
        self.known = [chr(ord("A") + n) for n in range(count)]
        self.letters: set[str] = set()

    def formula(self, tree: Any) -> Formula:
        compute = self.node(tree)
        return Formula(frozenset(self.letters), compute)

    def node(self, tree: Any) -> Node:
        if tree.data == "number":
            value = float(tree.children[0])
            return lambda _: value
        if tree.data == "letter":
            return self.letter(tree.children[0])
        if tree.data == "call":
            return self.call(tree.children[0], [self.node(child) for child in tree.children[1:]])
        return _strict(_OPERATIONS[tree.data], [self.node(child) for child in tree.children])

    def letter(self, token: Any) -> Node:
        name = token.upper()
        if name not in self.known:
            raise self.refused(token, "series", f"The series are {', '.join(self.known)}.")
        self.letters.add(name)
        return lambda values: values[name]

    def call(self, token: Any, operands: list[Node]) -> Node:
        name = token.lower()
        if name not in FUNCTIONS:
            raise self.refused(token, "function", f"Allowed: {', '.join(FUNCTIONS)}.")
        counts, function = FUNCTIONS[name]
        if len(operands) not in counts:
            wanted = " or ".join(str(n) for n in counts)
            raise _wrong(f"{name} takes {wanted} values", self.text, token.start_pos)
        return _choice(*operands) if name == "if" else _strict(function, operands)

    def refused(self, token: Any, what: str, hint: str) -> BadQuestion:
        at = token.start_pos
        return BadQuestion(
            f"formula names {clean(str(token))!r} at column {at + 1}, which is no {what}.",
            f"\n  {clean(self.text)}\n  {' ' * at}^\n{hint}",
            parameter="formula",
        )


def _strict(function: Callable[..., Figure], operands: list[Node]) -> Node:
    def compute(values: Values) -> Figure:
        given = [operand(values) for operand in operands]
        if any(value is None for value in given):
            return None
        try:
            found = function(*given)
        except OverflowError:
            return None
        return found if found is not None and math.isfinite(found) else None

    return compute


def _choice(test: Node, then: Node, otherwise: Node) -> Node:
    """The second where the first is not 0, else the third; only the chosen one must exist."""

    def compute(values: Values) -> Figure:
        found = test(values)
        if found is None:
            return None
        return then(values) if found else otherwise(values)

    return compute


def _divide(left: float, right: float) -> Figure:
    return left / right if right else None


def _round(value: float, places: float = 0) -> float:
    """Halves go away from 0, as people round."""
    scale = 10.0 ** max(min(int(places), 12), -12)
    return math.copysign(math.floor(abs(value) * scale + 0.5), value) / scale


_OPERATIONS: dict[str, Callable[..., Figure]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": _divide,
    "negate": lambda a: -a,
}

FUNCTIONS: dict[str, tuple[tuple[int, ...], Callable[..., Figure]]] = {
    "abs": ((1,), abs),
    "round": ((1, 2), _round),
    "min": ((2,), min),
    "max": ((2,), max),
    "if": ((3,), lambda *_: None),
}
"""name -> (how many values it takes, what it computes); `if` is told apart."""
