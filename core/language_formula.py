"""Formulas between text and series: `purchase / dau * 100` is A / B * 100 (semantics 4.13)."""

from __future__ import annotations

import re
from typing import Any

MAX_SERIES = 26
_TOKEN = re.compile(r"[A-Z]|\d+(?:\.\d+)?|[-+*/()]")
_OPERATORS = "+-*/"


def series_of(parts: list[dict[str, Any] | str]) -> tuple[list[dict[str, Any]], str] | None:
    """Return the series and formula of operands, signs, numbers and parentheses in order.

    Operands are series; equal ones share a letter. None where there are more than letters.
    """
    series: list[dict[str, Any]] = []
    tokens = []
    for part in parts:
        if isinstance(part, str):
            tokens.append(part)
            continue
        if part not in series:
            series.append(part)
        tokens.append(chr(65 + series.index(part)))
    return (series, joined(tokens)) if len(series) <= MAX_SERIES else None


def joined(tokens: list[str]) -> str:
    """Return tokens as a formula, signs between spaces."""
    text = "".join(f" {token} " if token in _OPERATORS else token for token in tokens)
    return text.strip()


def written(formula: str, operands: list[str]) -> str | None:
    """Return a formula with its operands in words, None where reading that gives another one."""
    tokens = _TOKEN.findall(formula)
    letters = list(dict.fromkeys(token for token in tokens if token.isalpha()))
    known = [chr(65 + n) for n in range(len(operands))]
    if joined(tokens) != formula or letters != known or len(set(operands)) < len(operands):
        return None
    if not _binary(tokens):
        return None
    return joined([operands[known.index(t)] if t.isalpha() else t for t in tokens])


def _binary(tokens: list[str]) -> bool:
    """Whether every sign stands between operands, and one of them outside parentheses."""
    depth, outside, before = 0, False, "("
    for token in tokens:
        if token in _OPERATORS and before in (*_OPERATORS, "("):
            return False
        depth += {"(": 1, ")": -1}.get(token, 0)
        outside = outside or (token in _OPERATORS and depth == 0)
        before = token
    return outside
