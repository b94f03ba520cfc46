"""The words of the question language: the patterns of its terminals, and the reserved words.

The words of a single kind are in its row (core.queries.kinds). Needs no parser, so that writing a
question loads none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from core.filters import OPERATORS
from core.queries.kinds import KINDS
from core.timeframe import ALIASES, GRANULARITIES, RANGE_WORDS
from core.words.charts import NAMES

_OFTEN: Final = r"(?:at\s+least|at\s+most|exactly)\s+(?:\d+\s+times?|once|twice)"

_ORDER: Final = r"order\s+(?:strict_increase|strict_deduplication|strict_order|allow_reentry)"

OTHERS_ADDED: Final[Mapping[int, tuple[str, ...]]] = {4: (_OFTEN, _ORDER)}
"""Version -> the words added with it that belong to no kind: alternatives of KEYWORDS, as written
there, segments, and units of time.
"""

LANGUAGE: Final = max(1, *OTHERS_ADDED, *(kind.since for kind in KINDS.values()))
"""The version of the language, incremented with each new word; see core/queries/versions.py."""

_GRANULARITY: Final = "|".join((*GRANULARITIES, *sorted(ALIASES, key=len, reverse=True)))
_RANGES: Final = "|".join(word.replace("_", r"[_\s]+") for word in RANGE_WORDS)


def _phrases(takes: str) -> str:
    """Return the pattern of the operators in words that take such a value, longest first.

    An underscore is in brackets, so that "not_in" is accepted but reserves no name.
    """
    found = (way for op in OPERATORS.values() if op.takes == takes for way in op.spellings)
    words = sorted((way for way in found if way[0].isalpha()), key=len, reverse=True)
    return "|".join(way.replace("_", "[_]").replace(" ", r"\s+") for way in words)


_SHARED: Final = {
    "METRIC": "dau|wau|mau",
    "ACTIVE": "active",
    "TOP": "top",
    "EVENTS": "events",
    "ANY": "any",
    "EVENT": "event",
    "USERS": "users",
    "SESSIONS": "sessions",
    "OF": "of",
    "PER_ACTOR": r"per\s+(?:actor|user)",
    "NEW_USERS": r"new\s+users",
    "SEGMENT": "segment",
    "USER": "user",
    "PEOPLE": "people",
    "FROM": r"from|starting\s+(?:at|from|with)",
    "TO": r"to|ending\s+(?:at|in|with)",
    "LOGS": "logs",
    "LAST": "last",
    "THIS": "this",
    "UNIT": "week|month|quarter|year",
    "NAMED_RANGE": _RANGES,
    "RANGE": "range",
    "GRANULARITY": _GRANULARITY,
    "PERIODS": "periods",
    "WHERE": "where",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "ALL": "all",
    "TRUE": "true",
    "FALSE": "false",
    "NULL": "null",
    "BY": "by",
    "LIMIT": "limit",
    "OFFSET": "offset",
    "VS": r"vs|versus|compared\s+(?:to|with)",
    "COMPARED": r"prev(?:ious)?(?:\s+period)?|yoy|(?:(?:last|previous)\s+)?year",
    "FOR": "for",
    "AUDIENCE": "audience",
    "WITHIN": "within",
    "NO_WINDOW": r"without(?:\s+a)?\s+window",
    "ORDER": rf"in\s+any\s+order|in\s+order|strictly|{_ORDER}",
    "HOLDING": "holding",
    "EXCEPT": "except",
    "BETWEEN": r"between(?:\s+steps)?",
    "WHOLE_PERSON": r"whole\s+person",
    "COUNTING": "counting",
    "COUNTED": "uniques|users|totals|attempts|sessions",
    "FIRST_DAY": r"on\s+(?:their|the)\s+first\s+day",
    "COMPLETE": r"complete\s+windows|only\s+complete(?:\s+windows)?",
    "OFTEN": _OFTEN,
    "TOUCH": r"entry|first|last|all(?:\s+steps)?",
    "FROM_STEP": r"from\s+step",
    "TO_STEP": r"to\s+step",
    "BINS": "bins",
    "DIRECTION": "earliest|latest",
    "SORTED": "sorted",
    "AS": "as",
    "WITH": "with",
    "JSON": "json",
    "AT": "at",
    "BUCKET": "bucket",
    "GROUP": "group",
    "BESIDES": "besides",
    "SERIES": "series",
    "PREVIOUS": "previous",
    "STEP": "step",
    "OUTCOME": r"reached|dropped|returned|not[_\s]+returned",
    "COHORT": "cohort",
    "PERIOD": "period",
    "ROW": "row",
    "AFTER": "after",
    "NO_VALUE": _phrases("none"),
    "IN_LIST": _phrases("list"),
    "COMPARE_WORD": _phrases("one"),
}
"""Terminal -> pattern, for the words that many kinds share."""


KEYWORDS: Final[Mapping[str, str]] = {
    **_SHARED,
    **{name: way for kind in KINDS.values() for name, way in kind.wording.words.items()},
}
"""Terminal -> its pattern; letter case does not matter."""

COMPARE_SIGNS: Final = tuple(
    way
    for op in OPERATORS.values()
    for way in op.spellings
    if not way[0].isalpha() and way not in ("=", ">")
)
"""The operators written as signs, except = and >, which have other uses too."""


def reserved(patterns: Iterable[str]) -> frozenset[str]:
    """Return the words of some patterns."""
    return frozenset(
        word
        for pattern in patterns
        for word in re.findall(
            r"[a-z0-9_]{2,}", re.sub(r"\(\?:|\[_\\s\]\+|\\s\+|[()?]", " ", pattern)
        )
    )


RESERVED: Final = reserved(
    (*KEYWORDS.values(), "day|hour|1m|prev|period|previous|order|first|in|select")
)
"""Words that must be quoted when used as names."""

MEANINGS: Final = {
    "WORD": "a name", "STRING": "a name", "NUMBER": "a number", "INT": "a whole number",
    "SPAN": "a length such as 30d", "DATES": "dates such as 2025-01-01..2025-01-31",
    "PATTERN": "a pattern such as /^a/", "ARROW": "> and the next step",
    "COMPARE_SIGN": "a sign such as =", "NO_VALUE": "is set", "IN_LIST": "in (...)",
    "COMPARE_WORD": "a word such as contains", "NAMED_RANGE": "a range such as mtd",
    "GRANULARITY": "daily, weekly or monthly", "METRIC": "dau, wau or mau",
    "UNIT": "week, month, quarter or year", "COMPARED": "prev or year", "ORDER": "in any order",
    "CHART": ", ".join(NAMES),
    "OUTCOME": "reached, dropped, returned or not returned", "DIRECTION": "earliest or latest",
    "WHOLE_PERSON": "whole person", "COUNTED": "uniques, totals or sessions",
    "FIRST_DAY": "on their first day", "COMPLETE": "complete windows",
    "NO_WINDOW": "without window",
    "TOUCH": "entry, first, last or all steps", "BETWEEN": "between",
    "FROM": "from", "TO": "to",
    "VS": "vs", "LPAR": "(", "RPAR": ")", "COMMA": ",", "DOT": ".", "LSQB": "[", "RSQB": "]",
    "EQUAL": "=", "SIGN": "a sign such as /", "$END": "the end",
} | {
    terminal: meaning
    for kind in KINDS.values()
    for terminal, meaning in kind.wording.meanings.items()
}  # fmt: skip
"""Terminal -> its description in messages, if that is not the word itself."""
