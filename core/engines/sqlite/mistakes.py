"""Where in a statement SQLite found a mistake, which its messages say only by a word."""

from __future__ import annotations

import re
import sqlite3

from core.sql.tokens import words_of

_NEAR = re.compile(r'near "(.*?)": syntax error', re.DOTALL)
_UNKNOWN = re.compile(r"no such (?:column|table|function): (\S+?)\.?(?:\s|$)")
_UNREADABLE = re.compile(r'unrecognized token: "(.+?)"', re.DOTALL)
_AMBIGUOUS = re.compile(r"ambiguous column name: (\S+?)\.?(?:\s|$)")


def place_of(query: str, message: str) -> int | None:
    """Return the position that a message of SQLite is about; None if it does not say."""
    near = _NEAR.search(message)
    if near is not None:
        return _first_refused(query, near[1])
    if "incomplete input" in message:
        return len(query.rstrip())
    for pattern in (_UNKNOWN, _AMBIGUOUS):
        found = pattern.search(message)
        if found is not None:
            return _named(query, found[1])
    unreadable = _UNREADABLE.search(message)
    if unreadable is not None:
        at = query.find(unreadable[1])
        return at if at >= 0 else None
    return None


def _first_refused(query: str, word: str) -> int | None:
    """The first place of a word at which the text up to there is refused because of it.

    The parser refuses a text at the first token that cannot follow, whatever comes after.
    """
    connection = sqlite3.connect(":memory:")
    try:
        for each in words_of(query):
            if each.said == word.lower():
                said = _refusal(connection, query[: each.end])
                if "syntax error" in said:
                    return each.start
    finally:
        connection.close()
    at = query.find(word)
    return at if at >= 0 else None


def _refusal(connection: sqlite3.Connection, text: str) -> str:
    try:
        connection.execute(f"explain {text}")
    except (sqlite3.Error, sqlite3.Warning) as error:
        return str(error)
    return ""


def _named(query: str, name: str) -> int | None:
    """The first place of a name, with or without the relation before it."""
    last = name.rpartition(".")[2].strip('"`[]').lower()
    for word in words_of(query):
        if word.kind in ("name", "function", "keyword") and word.said.strip('"`[]') == last:
            return word.start
    return None
