"""The level of a log and the pattern of its message (definitions 2.2, 4.9)."""

from __future__ import annotations

import re
from typing import Any, Final

LEVELS: Final = (
    "EMERGENCY",
    "ALERT",
    "CRITICAL",
    "ERROR",
    "WARNING",
    "NOTICE",
    "INFO",
    "DEBUG",
    "TRACE",
)
"""Levels, most severe first; a level's number is its index, as in syslog."""

USUAL: Final = LEVELS.index("INFO")
"""The level of a log without one."""

_WORDS: Final = {
    **{word: number for number, word in enumerate(LEVELS)},
    "EMERG": 0, "PANIC": 0, "CRIT": 2, "FATAL": 2, "ERR": 3, "SEVERE": 3, "WARN": 4,
    "INFORMATION": 6, "INFORMATIONAL": 6, "VERBOSE": 8,
    **{str(number): number for number in range(len(LEVELS))},
    "60": 2, "50": 3, "40": 4, "30": 6, "20": 7, "10": 8,
}  # fmt: skip
"""Other words and numbers for them: those of syslog, and those in steps of ten."""

MAX_PATTERN: Final = 200
_READ: Final = 2 * MAX_PATTERN
_VARIABLE: Final = re.compile(
    r"""
    "[^"]*" | (?<!\w)'[^']*'(?!\w)                    # quoted
    | (?<![\w.+-])[\w.+-]+@\w[\w.-]*                  # an address
    | (?<![\w-])[0-9a-fA-F]{12,}(?![\w-])             # a hash
    | (?<![\w-])[\w-]*\d\w*(?:[.:,-]\w+)*             # a number, or an id, which holds one
    """,
    re.X,
)
PLACE: Final = "<*>"
"""What stands in a pattern for a number, an id or a quoted part."""

_NO_LETTERS: Final = {code: None for code in range(128) if not chr(code).isalpha()}


def level_number(value: Any) -> int | None:
    """Return the number of a level given as a word in any case or a number; None if unknown."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    word = str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
    return _WORDS.get(word.strip().upper())


def pattern_of(message: str) -> str:
    """Return a message with its numbers, ids and quoted parts as <*>.

    Only the first line counts, up to MAX_PATTERN characters: logs have most in common at their
    start.
    """
    line = message[:_READ].strip().partition("\n")[0]
    return " ".join(_VARIABLE.sub(PLACE, line).split())[:MAX_PATTERN]


def has_letters_in_places(message: str, pattern: str) -> bool:
    """Whether a message has letters that its pattern leaves out, in a place or at its end.

    If it has none, its words of letters are those of the pattern. Characters that are not ASCII
    count as letters.
    """
    return len(message.translate(_NO_LETTERS)) != len(pattern.translate(_NO_LETTERS))
