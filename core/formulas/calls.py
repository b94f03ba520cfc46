"""Formulas as text and as series: `purchase / dau * 100` is A / B * 100 (definitions 4.13, 8.3).

A function of an event is an operand like any other: `UNIQUES(signup) / sum(purchase.amount)` is
UNIQUES(A) / PROPSUM(B).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from core.formulas.functions import MEASURING, WINDOWS

MAX_SERIES = 26
MEASURES = {
    "sum": "PROPSUM", "avg": "PROPAVG", "mean": "PROPAVG", "min": "PROPMIN", "max": "PROPMAX",
    "distinct": "PROPCOUNT", "distinct_per_user": "PROPCOUNTAVG", "users": "UNIQUES",
    "count": "TOTALS", "sessions": "SESSIONTOTALS", "average": "AVG", "pct_dau": "ACTIVE",
    "session_events": "EVENTTOTALS",
}  # fmt: skip
"""A trend's measure -> the function that gives the same in a formula."""

FUNCTIONS = frozenset(name.lower() for name in MEASURING) - {"avg", "totals", "uniques"}
"""Functions that are formulas on their own; alone, the others are measures of a trend."""

_CALL = r"([A-Z\d]+)\((?:([A-Z]+), )?([A-Z])((?:, [A-Z_]{2,}|, \d+(?:\.\d+)?)*)\)"
_TOKEN = rf"{_CALL}|[A-Z]|\d+(?:\.\d+)?|[-+*/()]"
_OPERATORS = "+-*/"


class Call(NamedTuple):
    """A function of a series; `before` and `after` are its arguments around the letter."""

    function: str
    series: dict[str, Any]
    before: str = ""
    after: tuple[str, ...] = ()

    def over(self, letter: str) -> str:
        """Return it with a letter, or what the letter stands for, filled in."""
        arguments = [self.before] if self.before else []
        return f"{self.function}({', '.join([*arguments, letter, *self.after])})"


Part = dict[str, Any] | str | Call


def series_of(parts: Sequence[Part]) -> tuple[list[dict[str, Any]], str] | None:
    """Return the series and the formula of operands, signs, numbers and parentheses in order.

    Operands are series and functions of series; equal series share a letter. None if there are more
    series than letters.
    """
    series: list[dict[str, Any]] = []
    tokens = []
    for part in parts:
        if isinstance(part, str):
            tokens.append(part)
            continue
        own = part.series if isinstance(part, Call) else part
        if own not in series:
            series.append(own)
        letter = chr(65 + series.index(own))
        tokens.append(part.over(letter) if isinstance(part, Call) else letter)
    return (series, joined(tokens)) if len(series) <= MAX_SERIES else None


def joined(tokens: Sequence[str]) -> str:
    """Return tokens as a formula, signs between spaces."""
    text = "".join(f" {token} " if token in _OPERATORS else token for token in tokens)
    return text.strip()


def written(
    formula: str, plain: Sequence[str | None], inside: Sequence[Callable[[str], str | None]]
) -> str | None:
    """Return a formula with its operands in words, None if parsing that gives another formula.

    Args:
        plain: each series alone in words, if it has words; all are different.
        inside: the words for each series inside a function of that name.
    """
    found = list(re.finditer(_TOKEN, formula))
    tokens = [match[0] for match in found]
    order = [_letter(match) for match in found]
    letters = list(dict.fromkeys(letter for letter in order if letter))
    if joined(tokens) != formula or letters != [chr(65 + n) for n in range(len(plain))]:
        return None
    words = [_word(match, plain, inside) for match in found]
    if None in words or not _readable(found, tokens):
        return None
    return joined([str(word) for word in words])


def _letter(match: re.Match[str]) -> str:
    return match[3] or (match[0] if match[0].isalpha() else "")


def _word(
    match: re.Match[str],
    plain: Sequence[str | None],
    inside: Sequence[Callable[[str], str | None]],
) -> str | None:
    letter = _letter(match)
    if not letter:
        return match[0]
    at = ord(letter) - ord("A")
    if not match[1]:
        return plain[at]
    name, before, after = match[1], match[2] or "", match[4]
    if name not in MEASURING and name not in WINDOWS:
        return None
    text = inside[at](before or name)
    return None if text is None else f"{name}({f'{before}, ' if before else ''}{text}{after})"


def _readable(found: Sequence[re.Match[str]], tokens: Sequence[str]) -> bool:
    """Whether every sign is between operands, and at least one is outside parentheses.

    A function alone is a formula too, except those that are measures of a trend.
    """
    if len(found) == 1 and found[0][1]:
        return found[0][1].lower() in FUNCTIONS or bool(found[0][2] or found[0][4])
    depth, outside, before = 0, False, "("
    for token in tokens:
        if token in _OPERATORS and before in (*_OPERATORS, "("):
            return False
        depth += {"(": 1, ")": -1}.get(token, 0)
        outside = outside or (token in _OPERATORS and depth == 0)
        before = token
    return outside
