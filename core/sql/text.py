"""SQL typed by a person: recognising it, writing it on one line, and its variables.

Nothing here decides what may run; the connection that runs it does
(core/engines/sqlite/raw_sql.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from core.text import is_unsafe

ONE_SELECT: Final = "Only one SELECT or WITH statement can be run."
"""What is allowed, for whoever typed something else."""

_SPACE: Final = r"(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)"
_BEGINS: Final = re.compile(
    rf"{_SPACE}*(?:select(?:{_SPACE}+(?![>/\s]|$)|(?=[('\"*.+-]))|with{_SPACE}+(?![>/\s]|$))",
    re.I | re.S,
)
_TOKENS: Final = r"""(?sx)
    (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
    | --(?P<line>[^\n]*)
    | /\*(?P<block>.*?)(?:\*/|\Z)
    | (?P<space>\s+)
    | \{\s*(?P<name>[A-Za-z_][\w.]*)\s*\}
    """


def is_sql(text: str) -> bool:
    """Whether a question is SQL: it begins with SELECT or WITH, after any comments.

    `select > signup` is not SQL but a funnel that begins with an event of that name.
    """
    return _BEGINS.match(text) is not None


def one_line(query: str) -> str | None:
    """Return a statement on one line, comments kept as /* */; None if a line break is in quotes.

    Also None if it contains characters that must not reach a screen unescaped.
    """
    quoted_over_lines = False

    def plain(match: re.Match[str]) -> str:
        nonlocal quoted_over_lines
        if match["quoted"] is not None:
            quoted_over_lines |= "\n" in match[0] or "\r" in match[0]
            return match[0]
        if match["space"] is not None:
            return " "
        if match["name"] is not None:
            return match[0]
        comment = match["line"] if match["line"] is not None else match["block"]
        return f"/* {' '.join(comment.replace('*/', '* /').split())} */"

    found = re.sub(_TOKENS, plain, query).strip()
    if quoted_over_lines or any(is_unsafe(char) for char in found):
        return None
    return found


def bound(query: str, placeholder: Callable[[str], str]) -> str:
    """Return a statement with every {name} outside quotes and comments replaced.

    Args:
        placeholder: returns the replacement of a name such as "variables.country".
    """

    def replaced(match: re.Match[str]) -> str:
        return match[0] if match["name"] is None else placeholder(match["name"])

    return re.sub(_TOKENS, replaced, query)
