"""JSON values in ClickHouse: the value semantics of `core.filters` as expressions.

A *raw* expression is JSON text, NULL if missing. Remaining differences from SQLite: patterns are
RE2 (no look-around or back-references), ISO dates are recognised from 1900 to 2299, numbers from
1e16 on are written out in labels, integers beyond 64 bits read as text, and numbers of over 50
digits, or 20 after the point, compare as floats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal

from core.columns import EMPTY, NONE
from core.filters import OPERATORS, Condition, ElementTest, Scalar, as_text
from core.sql.dialect import Binder
from core.sql.json_paths import ways_of

_NUMBER = r"^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?\\s*$"
_DECIMAL = r"^\\s*[+-]?[0-9]{1,50}([.][0-9]{0,20})?\\s*$"
_SPACES = r" \t\n\r\f\v"
_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-3])(:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)


def property_at(column: str, name: str, binder: Binder, own: Mapping[str, str]) -> str:
    """Return the raw value of a property in a JSON column by name.

    Args:
        own: a property with a column of its own -> SQL of that.
    """
    found = [
        own[path[0]]
        if len(path) == 1 and path[0] in own
        else raw_at(f"{column}, {', '.join(binder(key) for key in path)}")
        for path in ways_of(name)
    ]
    if len(found) == 1:
        return found[0]
    present = (f"nullif({raw}, 'null')" for raw in found)
    return f"coalesce({', '.join(present)})"


def raw_at(place: str) -> str:
    """Return the raw value at a place: a JSON column and the keys that lead there, after commas.

    JSONExtractRaw rewrites numbers, so 1.0 becomes 1; a double gets its point back.
    """
    return f"""nullIf(concat(JSONExtractRaw({place}),
                   if(JSONType({place}) = 'Double'
                      and not match(JSONExtractRaw({place}), '[.e]'), '.0', '')), '')"""


def number_of(raw: str) -> str:
    """Return a raw value as a finite number, NULL if it is none."""
    return number(text(present(raw)))


def label_of(raw: str) -> str:
    """Return a raw value as the label in a breakdown."""
    known = present(raw)
    return f"""multiIf({known} = 'null', '{NONE}', {known} = '""', '{EMPTY}',
                  {text(known)})"""


def present(raw: str) -> str:
    """Return a raw value, or the text null if it is missing."""
    return f"ifNull({raw}, 'null')"


def text(raw: str) -> str:
    """Return a present raw value as text: strings without quotes, the rest unchanged."""
    return f"""if(startsWith({raw}, '"'), JSONExtractString({raw}), {raw})"""


def number(plain: str) -> str:
    """Return a text as a finite number, or NULL."""
    parsed = f"toFloat64OrNull(trimBoth({plain}, '{_SPACES}'))"
    return f"if(match({plain}, '{_NUMBER}') and isFinite({parsed}), {parsed}, null)"


def moment(plain: str) -> str:
    """Return an ISO date or date and time as an instant, or NULL; UTC unless it has a zone."""
    parsed = f"parseDateTime64BestEffortOrNull({plain}, 6, 'UTC')"
    return f"if(match({plain}, '{_MOMENT}'), {parsed}, null)"


def elements(raw: str, *, numbers: bool = True) -> str:
    """Return the texts of a present raw value: one, or those of an array's non-null elements.

    Args:
        numbers: False leaves out elements that are numbers.
    """
    wanted = "x != 'null'" if numbers else "not match(x, '^(null|[-0-9])')"
    return f"""arrayMap(x -> {text("x")}, arrayFilter(x -> {wanted},
               if(JSONType({raw}) = 'Array', JSONExtractArrayRaw({raw}), [{raw}])))"""


def holds(condition: Condition, raw: str, binder: Binder) -> str:
    """Return whether a raw value satisfies a condition: 1 or 0, never NULL."""
    known = present(raw)
    operator = OPERATORS[condition.operator]
    if operator.takes == "none":
        return f"({known} {'=' if operator.negated else '!='} 'null')"
    tests = [_test(operator.test, wanted, binder) for wanted in condition.values]
    found = elements(known, numbers=not condition.passes_over_numbers)
    fits = _whole(operator.whole, tests, found) if operator.whole else _one(tests, found)
    found = f"({known} != 'null' and {fits})"
    return f"(not {found})" if operator.negated else found


def _one(tests: list[str], found: str) -> str:
    """Whether any element passes any test."""
    return f"arrayExists(s -> {' or '.join(tests) or '0'}, {found})"


def _whole(kind: str, tests: list[str], found: str) -> str:
    """Whether some element passes each test and, for "equal", each element some test."""
    parts = [_one([test], found) for test in tests]
    if kind == "equal":
        parts.append(f"arrayAll(s -> {' or '.join(tests) or '0'}, {found})")
    return " and ".join(parts) or "1"


def _test(test: ElementTest, wanted: Scalar, binder: Binder) -> str:
    """Whether one element `s` matches one value."""
    plain = as_text(wanted)
    if "{}" in test.clickhouse:
        return test.clickhouse.format(binder(test.prepared(plain)))
    sign = test.clickhouse
    if plain != wanted and not isinstance(wanted, bool):
        return _compared(sign, wanted, binder)
    by_text = f"s {sign} {binder(plain)}"
    if re.match(r"[0-9]{4}-", plain):
        return f"ifNull({moment('s')} {sign} {moment(binder(plain))}, {by_text})"
    return by_text


def _compared(sign: str, wanted: Scalar, binder: Binder) -> str:
    """Whether `s` is a number that compares so with a given one."""
    as_float = f"ifNull({number('s')} {sign} {binder(_float(wanted))}, 0)"
    plain = f"{Decimal(str(wanted)):f}"
    if not re.match(_DECIMAL.replace(r"\\s", r"\s"), plain):
        return as_float
    exactly = f"{_decimal('s')} {sign} {_decimal(binder(plain))}"
    return f"if(match(s, '{_DECIMAL}'), {exactly}, {as_float})"


def _decimal(plain: str) -> str:
    return f"toDecimal256OrZero(trimBoth({plain}, '{_SPACES}'), 20)"


def _float(wanted: Scalar) -> float:
    try:
        return float(wanted)
    except OverflowError:
        return math.copysign(math.inf, int(wanted))
