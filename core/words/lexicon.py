"""The words of the question language: what each terminal is written as, and which are reserved.

Needs no parser, so that writing a question loads none.
"""

from __future__ import annotations

import re
from typing import Final

from core.filters import OPERATORS
from core.timeframe import ALIASES, GRANULARITIES, RANGE_WORDS
from core.words.charts import NAMES

LANGUAGE: Final = 1
"""Version of the question language, raised whenever it gets a word; see core/words/versions.py."""

SEGMENTS: Final = (
    "new", "returning", "dormant", "churned", "one_timer", "casual", "regular", "power_user",
)  # fmt: skip
"""The built-in segments; `for` takes these words as segments and any other as an audience."""

MAX_LENGTH: Final = 20_000
"""Characters of a question in text; longer ones are refused."""

MAX_DEPTH: Final = 30
"""How deep conditions and questions may nest in text."""

_GRANULARITY: Final = "|".join((*GRANULARITIES, *sorted(ALIASES, key=len, reverse=True)))
_RANGES: Final = "|".join(word.replace("_", r"[_\s]+") for word in RANGE_WORDS)


def _phrases(takes: str) -> str:
    """Return the pattern of the operators in words that take such a value, longest first.

    An underscore stands in brackets, so that "not_in" is read but reserves no name.
    """
    found = (way for op in OPERATORS.values() if op.takes == takes for way in op.spellings)
    words = sorted((way for way in found if way[0].isalpha()), key=len, reverse=True)
    return "|".join(way.replace("_", "[_]").replace(" ", r"\s+") for way in words)


KEYWORDS: Final = {
    "METRIC": "dau|wau|mau",
    "ACTIVE": "active",
    "TOP": "top",
    "EVENTS": "events",
    "ANY": "any",
    "EVENT": "event",
    "USERS": "users",
    "SESSIONS": "sessions",
    "OF": "of",
    "FUNNEL": "funnel",
    "TIME_TO_CONVERT": r"time\s+to\s+convert",
    "CORRELATION": "correlation",
    "FUNNEL_TREND": r"(?:funnel\s+)?trend",
    "RETENTION": "retention",
    "FORMULA": "formula",
    "SIZE": "size",
    "SHADE": "shade",
    "LIFECYCLE": "lifecycle",
    "EVENTS_LIST": r"events\s+list",
    "RAW_EVENTS": r"raw\s+events",
    "VALUES": "values",
    "FIRST_TIME": r"first\s+time",
    "PER_ACTOR": r"per\s+(?:actor|user)",
    "NEW_USERS": r"new\s+users",
    "KNOWN_USERS": r"known\s+users",
    "COMPOSITION": "composition",
    "REALTIME": "realtime",
    "SESSION_METRIC": r"volume|average|per[_\s]+user|length|bounce|entry|exit",
    "LTV": "ltv",
    "LTV_METRIC": "arpu|arppu",
    "STICKINESS": "stickiness",
    "USAGE_INTERVAL": r"usage\s+interval",
    "ENGAGEMENT": "engagement",
    "ATTRIBUTION": "attribution",
    "SEGMENTS": "segments",
    "SEGMENT": "segment",
    "SAVED": "saved",
    "SEVERAL": "several",
    "USER": "user",
    "ACTIVITY": "activity",
    "MATCHING": "matching",
    "PEOPLE": "people",
    "PATHS": "paths",
    "EXPLAIN": "explain",
    "FROM": r"from|starting\s+(?:at|from|with)",
    "TO": r"to|ending\s+(?:at|in|with)",
    "PATH_STEPS": r"\d{1,3}\s+steps?",
    "SQL": "sql",
    "LOGS": "logs",
    "RAW_LOGS": r"raw\s+logs",
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
    "ORDER": r"in\s+any\s+order|in\s+order|strictly",
    "HOLDING": "holding",
    "EXCEPT": "except",
    "BETWEEN": r"between(?:\s+steps)?",
    "WHOLE_PERSON": r"whole\s+person",
    "COUNTING": "counting",
    "COUNTED": "uniques|users|totals|attempts|sessions",
    "FIRST_DAY": r"on\s+(?:their|the)\s+first\s+day",
    "COMPLETE": r"complete\s+windows|only\s+complete(?:\s+windows)?",
    "TOUCH": r"entry|first|last|all(?:\s+steps)?",
    "FROM_STEP": r"from\s+step",
    "TO_STEP": r"to\s+step",
    "BINS": "bins",
    "RETURN": "return",
    "MODE": r"on\s+or\s+after|on\s+or\s+before|in\s+a\s+streak",
    "BASIS": r"24\s+hour\s+windows|calendar\s+windows",
    "BRACKETS": "brackets",
    "COHORTS": "cohorts",
    "COHORT_MODE": r"every|first[_\s]+ever|first[_\s]+in[_\s]+range",
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
"""Terminal -> pattern of how it is written; letter case does not matter."""

COMPARE_SIGNS: Final = tuple(
    way
    for op in OPERATORS.values()
    for way in op.spellings
    if not way[0].isalpha() and way not in ("=", ">")
)
"""The operators in signs, but for those that stand for something else too: = and >."""

RESERVED: Final = frozenset(
    word
    for pattern in (*KEYWORDS.values(), "day|hour|1m|prev|period|previous|order|first|in|select")
    for word in re.findall(r"[a-z0-9_]{2,}", re.sub(r"\(\?:|\[_\\s\]\+|\\s\+|[()?]", " ", pattern))
)
"""Words that are quoted when they are names."""

MEANINGS: Final = {
    "WORD": "a name", "STRING": "a name", "NUMBER": "a number", "INT": "a whole number",
    "SPAN": "a length such as 30d", "DATES": "dates such as 2025-01-01..2025-01-31",
    "PATTERN": "a pattern such as /^a/", "ARROW": "> and the next step",
    "COMPARE_SIGN": "a sign such as =", "NO_VALUE": "is set", "IN_LIST": "in (...)",
    "COMPARE_WORD": "a word such as contains", "NAMED_RANGE": "a range such as mtd",
    "GRANULARITY": "daily, weekly or monthly", "METRIC": "dau, wau or mau",
    "UNIT": "week, month, quarter or year", "COMPARED": "prev or year", "ORDER": "in any order",
    "MODE": "on or after", "BASIS": "24 hour windows",
    "COHORT_MODE": "every or first ever", "CHART": ", ".join(NAMES),
    "OUTCOME": "reached, dropped, returned or not returned", "DIRECTION": "earliest or latest",
    "WHOLE_PERSON": "whole person", "COUNTED": "uniques, totals or sessions",
    "FIRST_DAY": "on their first day", "COMPLETE": "complete windows",
    "NO_WINDOW": "without window",
    "TOUCH": "entry, first, last or all steps", "BETWEEN": "between",
    "PATH_STEPS": "5 steps", "FROM": "from", "TO": "to",
    "VS": "vs", "LPAR": "(", "RPAR": ")", "COMMA": ",", "DOT": ".", "LSQB": "[", "RSQB": "]",
    "EQUAL": "=", "SIGN": "a sign such as /", "$END": "the end",
    "SESSION_METRIC": "length or another metric", "LTV_METRIC": "arpu or arppu",
}  # fmt: skip
"""Terminal -> what a person calls it, where that is not the word itself."""

BARE: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:[.:-][A-Za-z0-9_$]+)*")
"""Names that canonical text leaves unquoted, unless reserved."""
