"""A statement typed by a person as words, strings, numbers and comments, for its colours and for
completing it. Nothing here decides what may run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

TokenKind = Literal[
    "keyword", "function", "name", "string", "number", "comment", "variable", "sign"
]

_KEYWORDS: Final = """
    all and as asc between by case cast collate cross current_date current_time current_timestamp
    desc distinct else end escape except exclude exists false filter first following from full glob
    group groups having in inner intersect is isnull join last left like limit natural not notnull
    null nulls offset on or order outer over partition preceding range recursive right row rows
    select then ties true unbounded union using values when where window with within
    """
_FUNCTIONS: Final = """
    abs avg ceil coalesce count cume_dist date datetime dense_rank exp first_value floor
    group_concat hex ifnull iif instr json json_array_length json_each json_extract json_type
    julianday lag last_value lead length ln log lower ltrim max min ntile nullif percent_rank pow
    printf quote rank replace round row_number rtrim sign sqrt strftime substr sum time total trim
    typeof unixepoch upper
    """
KEYWORDS: Final = frozenset(_KEYWORDS.split())
FUNCTIONS: Final = frozenset(_FUNCTIONS.split())

_TOKEN: Final = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<string> '(?:[^']|'')*(?:'|\Z) )
    | (?P<quoted> "(?:[^"]|"")*(?:"|\Z) | `[^`]*(?:`|\Z) | \[[^\]]*(?:\]|\Z) )
    | (?P<variable> \{\s*[A-Za-z_][\w.]*\s*\} )
    | (?P<number> (?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]) )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<space> \s+ )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a statement: where it begins and ends, and what it is."""

    start: int
    end: int
    kind: TokenKind


class Word(NamedTuple):
    """A token with its text: where it begins and ends, what it is, and what it says."""

    start: int
    end: int
    kind: TokenKind
    text: str

    @property
    def said(self) -> str:
        """Its text in lower case, as case makes no difference but in strings."""
        return self.text.lower()

    @property
    def value(self) -> str:
        """The text that a string with its end stands for."""
        return self.text[1:-1].replace("''", "'")


def words_of(text: str) -> list[Word]:
    """Return the tokens of a statement but its comments."""
    return [Word(*t, text[t.start : t.end]) for t in tokens(text) if t.kind != "comment"]


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a statement, without its spaces; a string may lack its end."""
    for match in _TOKEN.finditer(text):
        kind = _kind(match)
        if kind is not None:
            yield Token(match.start(), match.end(), kind)


def _kind(match: re.Match[str]) -> TokenKind | None:
    group = match.lastgroup
    if group == "space":
        return None
    if group == "word":
        word = match[0].lower()
        return "keyword" if word in KEYWORDS else "function" if word in FUNCTIONS else "name"
    if group == "quoted":
        return "name"
    return group  # type: ignore[return-value]


def lines_of(text: str) -> list[list[Token]]:
    """Return the tokens of every line, numbered within it; those over several lines are cut."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: list[list[Token]] = [[] for _ in starts[1:]]
    row = 0
    for token in tokens(text):
        while token.start >= starts[row + 1]:
            row += 1
        at = row
        while at < len(found) and starts[at] < token.end:
            begin, end = max(token.start, starts[at]), min(token.end, starts[at + 1] - 1)
            if end > begin:
                found[at].append(Token(begin - starts[at], end - starts[at], token.kind))
            at += 1
    return found


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of a position, both from 0."""
    before = text[:offset]
    return before.count("\n"), offset - before.rfind("\n") - 1
