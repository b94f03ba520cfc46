"""Operations on traits: what a trait is after one, given its value before as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from core.values.json_text import json_text

CLEAR: Final = "clear"
_WHOLE_BELOW: Final = 10**15


def changed(before: str | None, how: str, operand: Any) -> str | None:
    """Return a trait after an operation of `records.Change`; None for no trait, which is as before
    if the operation is not known.
    """
    if how == "add":
        return _sum(before, operand)
    operate = _LISTS.get(how)
    if operate is None:
        return before
    found = operate(_listed(before), operand if isinstance(operand, list) else [operand])
    if how == "remove" and before is None:
        return None
    return json_text(found)


def _sum(before: str | None, operand: Any) -> str | None:
    """Return a sum exactly as written in decimals; text that is no number counts as 0."""
    added = _decimal(operand)
    if added is None:
        return before
    total = (_decimal(before) or Decimal(0)) + added
    if not total.is_finite():
        return before
    if total == total.to_integral_value() and abs(total) < _WHOLE_BELOW:
        return str(int(total))
    return json_text(float(total))


def _decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _listed(text: str | None) -> list[Any]:
    """Return the list that a trait is; one value is a list of it."""
    if text is None:
        return []
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return [text]
    return found if isinstance(found, list) else [found if isinstance(found, dict) else text]


def _new(known: list[Any], values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in known and value not in found:
            found.append(value)
    return found


_LISTS: Final[Mapping[str, Callable[[list[Any], list[Any]], list[Any]]]] = {
    "append": lambda known, values: [*known, *values],
    "prepend": lambda known, values: [*values, *known],
    "insert": lambda known, values: [*known, *_new(known, values)],
    "insert_first": lambda known, values: [*_new(known, values), *known],
    "remove": lambda known, values: [value for value in known if value not in values],
}
"""Operation -> the list after it, given the list before and the values."""
