"""JSON values in ClickHouse: the value semantics of `core.filters` as expressions.

A *raw* expression is JSON text, NULL when missing. Differences from SQLite that remain: patterns
are RE2 (no look-around or back-references), ISO dates are told from the year 1900 to 2299, and
numbers from 1e16 on are written out in labels.
"""

from __future__ import annotations

import json
import re

from core.engines.dialect import Binder
from core.filters import OPERATORS, Condition, json_number

_NUMBER = r"^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$"
_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-3])(:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_SIGNS = {"eq": "=", "ne": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "in": "=",
          "not_in": "="}  # fmt: skip
_FOLDED = {
    "contains": "position(caseFoldUTF8(s), {}) > 0",
    "not_contains": "position(caseFoldUTF8(s), {}) > 0",
    "starts_with": "startsWith(caseFoldUTF8(s), {})",
    "ends_with": "endsWith(caseFoldUTF8(s), {})",
}


def property_at(column: str, path: str, binder: Binder) -> str:
    """Return the raw value at a dotted path of a JSON column.

    JSONExtractRaw writes numbers anew and 1.0 becomes 1, so a double gets its point back.
    """
    place = f"{column}, {', '.join(binder(part) for part in path.split('.'))}"
    return f"""nullIf(concat(JSONExtractRaw({place}),
                   if(JSONType({place}) = 'Double'
                      and not match(JSONExtractRaw({place}), '[.e]'), '.0', '')), '')"""


def present(raw: str) -> str:
    """Return a raw value that is the text null where it was missing."""
    return f"ifNull({raw}, 'null')"


def text(raw: str) -> str:
    """Return a present raw value as text: strings without quotes, the rest as it is."""
    return f"""if(startsWith({raw}, '"'), JSONExtractString({raw}), {raw})"""


def number(plain: str) -> str:
    """Return a text as a finite number, or NULL."""
    parsed = f"toFloat64OrNull(trimBoth({plain}, ' \\t\\n\\r\\f\\v'))"
    return f"if(match({plain}, '{_NUMBER}') and isFinite({parsed}), {parsed}, null)"


def moment(plain: str) -> str:
    """Return an ISO date or date and time as an instant, or NULL; UTC unless it says otherwise."""
    parsed = f"parseDateTime64BestEffortOrNull({plain}, 6, 'UTC')"
    return f"if(match({plain}, '{_MOMENT}'), {parsed}, null)"


def elements(raw: str) -> str:
    """Return the texts of a present raw value: one, or those of an array without its nulls."""
    return f"""if(JSONType({raw}) = 'Array',
               arrayMap(x -> {text("x")},
                        arrayFilter(x -> x != 'null', JSONExtractArrayRaw({raw}))),
               [{text(raw)}])"""


def holds(condition: Condition, raw: str, binder: Binder) -> str:
    """Return whether a raw value satisfies a condition: 1 or 0, never NULL."""
    known = present(raw)
    operator = OPERATORS[condition.operator]
    if operator.takes == "none":
        return f"({known} {'=' if operator.negated else '!='} 'null')"
    tests = [_test(condition.operator, wanted, binder) for wanted in condition.wanted]
    fits = _whole(operator.whole, tests, known) if operator.whole else _one(tests, known)
    found = f"({known} != 'null' and {fits})"
    return f"(not {found})" if operator.negated else found


def _one(tests: list[str], known: str) -> str:
    """Whether any element fits any test."""
    return f"arrayExists(s -> {' or '.join(tests) or '0'}, {elements(known)})"


def _whole(kind: str, tests: list[str], known: str) -> str:
    """Whether each test has its element and, of an equal set, each element its test."""
    parts = [_one([test], known) for test in tests]
    if kind == "equal":
        parts.append(f"arrayAll(s -> {' or '.join(tests) or '0'}, {elements(known)})")
    return " and ".join(parts) or "1"


def _test(operator: str, wanted: str, binder: Binder) -> str:
    """Whether one element `s` fits one wanted text."""
    if operator == "regex":
        return f"match(s, {binder('(?-s)' + wanted)})"
    if operator in _FOLDED:
        return _FOLDED[operator].format(binder(wanted.casefold()))
    return _compared(_SIGNS.get(operator, "="), wanted, binder)


def _compared(sign: str, wanted: str, binder: Binder) -> str:
    plain = f"s {sign} {binder(wanted)}"
    as_number = json_number(json.dumps(wanted))
    if as_number is not None:
        return f"ifNull({number('s')} {sign} {binder(float(as_number))}, {plain})"
    if re.match(r"[0-9]{4}-", wanted):
        return f"ifNull({moment('s')} {sign} {moment(binder(wanted))}, {plain})"
    return plain
