"""Names, values, conditions, ranges and addresses in canonical text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from core.answers import Cell
from core.filters import OPERATORS, AnyOf, Clause, Condition, NotOf, Scalar
from core.queries.lexicon import RESERVED
from core.text import is_unsafe
from core.timeframe import RANGE_WORDS
from core.words.names import BARE, SEGMENTS

_COUNTED = re.compile(r"\d{1,6}[hdwmy]")
_DATES = re.compile(r"\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d")
_LABEL = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d([+-]\d{4})?)?")


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line, with everything unsafe escaped."""
    return "".join(_escaped(char) for char in json.dumps(text, ensure_ascii=False))


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if is_unsafe(char) else char


def name(text: str) -> str:
    """Return a name as written in text: bare if that cannot be misread."""
    folded = text.casefold()
    bare = BARE.fullmatch(text) and folded not in RESERVED
    return text if bare and folded not in SEGMENTS else quoted(text)


def scalar(value: Scalar) -> str:
    """Return a condition's value as text that parses back to the same type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return name(value) if isinstance(value, str) else repr(value)


def condition(clause: Clause) -> str:
    """Return a condition as text; groups are in parentheses."""
    if isinstance(clause, NotOf):
        return f"not {condition(clause.not_)}"
    if isinstance(clause, Condition):
        return _test(clause)
    word = "any" if isinstance(clause, AnyOf) else "all"
    inner = [condition(c) for c in (clause.any if isinstance(clause, AnyOf) else clause.all)]
    if len(inner) < 2:
        return f"{word}({''.join(inner)})"
    return "(" + (" or " if word == "any" else " and ").join(inner) + ")"


def _test(test: Condition) -> str:
    operator = OPERATORS[test.operator]
    start = f"{name(test.field)} {operator.sign}"
    if isinstance(test.value, tuple):
        return f"{start} ({', '.join(scalar(v) for v in test.value)})"
    if test.value is None:
        return start
    if operator.key == "regex" and isinstance(test.value, str) and _plain_pattern(test.value):
        return f"{start} /{test.value}/"
    return f"{start} {scalar(test.value)}"


def _plain_pattern(text: str) -> bool:
    return bool(text) and "/" not in text and not any(is_unsafe(c) for c in text)


def range_words(text: str) -> str:
    """Return a range as written in text."""
    if _COUNTED.fullmatch(text):
        return f"last {text}"
    if text in RANGE_WORDS:
        return text
    if _DATES.fullmatch(text):
        return text.replace(",", "..")
    return f"range {quoted(text)}"


def duration_words(seconds: float) -> str:
    """Return seconds in the largest unit that gives an integer: "7d", "90min", "1.5s"."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{Decimal(repr(seconds)).normalize():f}s"


def step_words(step: Any) -> str:
    """Return an event, its filters, and its own name as text."""
    called = getattr(step, "name", "")
    text = name(step.event) + bracketed(getattr(step, "filters", ()))
    return f"{text} as {quoted(called)}" if called else text


def bracketed(clauses: Sequence[Clause]) -> str:
    """Return conditions in brackets, or nothing if there are none."""
    tests = " and ".join(condition(clause) for clause in clauses)
    return f"[{tests}]" if tests else ""


_CHANGES = {"came": "not previous", "went": "previous not this", "stayed": "and previous"}


def cell_words(cell: Cell) -> str:
    """Return the address of a number as text."""
    parts = []
    if cell.bucket is not None:
        bare = _LABEL.fullmatch(cell.bucket)
        parts.append(f"bucket {cell.bucket if bare else quoted(cell.bucket)}")
    if cell.group:
        parts.append(f"group {_group(cell.group)}")
    if cell.besides:
        parts.append(f"besides ({', '.join(_group(group) for group in cell.besides)})")
    for key in ("series", "row", "after"):
        if getattr(cell, key) is not None:
            parts.append(f"{key} {name(getattr(cell, key))}")
    if cell.step is not None:
        parts.append(f"step {cell.step}")
    if cell.cohort is not None:
        bare = _LABEL.fullmatch(cell.cohort)
        parts.append(f"cohort {cell.cohort if bare else quoted(cell.cohort)}")
    if cell.period is not None:
        parts.append(f"period {cell.period}")
    if cell.outcome is not None:
        parts.append(cell.outcome.replace("_", " "))
    if cell.previous:
        parts.append("previous")
    if cell.change is not None:
        parts.append(_CHANGES[cell.change])
    return " ".join(parts)


def _group(values: tuple[str, ...]) -> str:
    return name(values[0]) if len(values) == 1 else f"({', '.join(map(name, values))})"
