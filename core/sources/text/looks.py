"""What the values of a column look like: times, days, times of day, yes or no, names of people."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from core.records import Refused
from core.sources.moments import are_all, from_julian, from_serial, to_ms
from core.sources.placeholders import is_rounded
from core.sources.text import dates

LOOKED_AT: Final = 200
"""How many values of a column are examined."""

_RECENT: Final = 315_532_800_000
"""1980-01-01: numbers read as earlier times are durations, counts or flags."""

_MOST: Final = 0.8
_SWITCHES: Final = tuple(
    frozenset(pair.split())
    for pair in (
        "yes no",
        "true false",
        "0 1",
        "on off",
        "y n",
        "t f",
        "ja nein",
        "oui non",
        "si no",
    )
)
_PERSON: Final = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}")
_CODE: Final = re.compile(r"#[\w-]*\d|[A-Za-z]{0,4}[-_]?\d{3,}")
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_MAY_BE_PEOPLE: Final = re.compile(
    r"(customer|client|member|account|person|subscriber|patient|student|player|owner|contact|buyer"
    r"|kunden?|cliente?|klant|mitglied)(_?(id|no|nr|number|key|nummer|uuid))?|e_?mail(_address)?",
    re.I,
)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


def some(values: Sequence[Any]) -> list[Any]:
    """Return the first values that are not missing."""
    return [value for value in values if value is not None and value != ""][:LOOKED_AT]


def _most(values: Sequence[Any], test: Callable[[Any], bool]) -> bool:
    return bool(values) and sum(map(test, values)) >= _MOST * len(values)


def is_moment(value: Any) -> bool:
    """Whether a value is a plausible time."""
    try:
        return to_ms(value, dates.order_of([value])[0]) >= _RECENT
    except Refused:
        return False


def are_moments(values: Sequence[Any]) -> bool:
    """Whether nearly all values are times, none of them in 1970."""
    return _most(values, is_moment)


def are_written_moments(values: Sequence[Any]) -> bool:
    """Whether nearly all values are times that cannot be numbers."""
    return _most(
        values,
        lambda v: v.__class__ is str and not v.replace(".", "").isdigit() and is_moment(v),
    )


def are_days(values: Sequence[Any]) -> bool:
    """Whether nearly all values are dates without a time, or at midnight."""
    return _most(values, lambda v: v.__class__ is str and is_moment(day_of(v)) and _is_day(v))


def day_of(text: str) -> str:
    """Return a date without the midnight that databases add to it."""
    return re.sub(r"[ T]00:00(:00(\.0+)?)?(Z|\+00(:?00)?)?$", "", text.strip())


def _is_day(text: str) -> bool:
    return ":" not in day_of(text)


def are_clocks(values: Sequence[Any]) -> bool:
    """Whether nearly all values are times of day alone."""
    return _most(values, dates.is_clock)


def are_hours(values: Sequence[Any]) -> bool:
    """Whether all values are whole numbers from 0 to 23."""
    texts = [str(value).strip() for value in values]
    return bool(texts) and all(len(t) < 3 and t.isdecimal() and int(t) < 24 for t in texts)


def are_fractions(values: Sequence[Any]) -> bool:
    """Whether all values are fractions of a day, as a spreadsheet's times of day."""
    texts = [str(value).strip().replace(",", ".") for value in values]
    return bool(texts) and all(t.startswith("0.") and t[2:].isdecimal() for t in texts)


def are_days_since(values: Sequence[Any]) -> bool:
    """Whether all values are a spreadsheet's numbers of days, or Julian days."""
    return are_all(values, from_serial) or are_all(values, from_julian)


def are_codes(values: Sequence[Any]) -> bool:
    """Whether values are numbers of single things, such as #1001, #1002, each once."""
    texts = [str(value).strip() for value in values]
    return 1 < len(set(texts)) == len(texts) and all(map(_CODE.fullmatch, texts))


def are_addresses(values: Sequence[Any]) -> bool:
    """Whether nearly all values are addresses of e-mail."""
    return _most(values, lambda v: v.__class__ is str and bool(_ADDRESS.fullmatch(v.strip())))


def may_be_people(name: str) -> bool:
    """Whether a name is one of those that may or may not mean the person."""
    return _MAY_BE_PEOPLE.fullmatch(name.replace(" ", "_")) is not None


def are_switches(values: Sequence[Any], *, both: bool = False) -> bool:
    """Whether values are only yes and no, in any spelling, and `both` of them occur."""
    found = {str(value).strip().lower() for value in values}
    return len(found) > both and any(found <= pair for pair in _SWITCHES)


def are_numbers(values: Sequence[Any]) -> bool:
    """Whether nearly all values are numbers."""
    return _most(values, lambda v: bool(_NUMBER.fullmatch(str(v).strip())))


def are_objects(values: Sequence[Any]) -> bool:
    """Whether nearly all values are objects or lists, or texts of them."""
    return _most(
        values,
        lambda v: isinstance(v, (dict, list)) or str(v).lstrip()[:1] in ("{", "["),
    )


def are_people(values: Sequence[Any]) -> bool:
    """Whether nearly all values are two to four words that all begin with a capital letter."""
    return _most(
        values,
        lambda v: (
            v.__class__ is str
            and bool(_PERSON.fullmatch(v.strip()))
            and all(word[:1].isupper() for word in v.split())
        ),
    )


def rounded(values: Sequence[Any]) -> list[str]:
    """Return the numbers that a spreadsheet shortened, such as 1.23457E+15."""
    return [
        value.strip() for value in values if value.__class__ is str and is_rounded(value.strip())
    ]
