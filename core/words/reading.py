"""Helpers for the rules of the language. Loads no parser.

A rule receives its parsed parts: tokens, and the results of other rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from core.grammars.machine import Token
from core.words.names import MAX_DEPTH, SEGMENTS

Body = dict[str, Any]

DEPTH = "\0depth"
"""The field of a part that says how deep the question around it nests."""


class Mistake(Exception):
    """An error found by a rule, at a character of the text."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.hint = message, at, hint


class Name(NamedTuple):
    """A name in the text; `bare` if it was not quoted."""

    text: str
    at: int
    bare: bool = False


class Part(NamedTuple):
    """The fields of the question in a subject or clause, and their position."""

    fields: Body
    at: int = 0


class Whole(NamedTuple):
    """A question's fields, their positions in the text, its drawing hint and how deep it nests."""

    body: Body
    places: dict[str, int]
    chart: str
    depth: int


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unquoted(token: str) -> str:
    """Return what a quoted text says: escapes as in JSON; others, as in "\\d+", stay."""

    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            char = chr(int(code[1:], 16))
            return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else char
        return _ESCAPES.get(code, code if code in "\"'\\/" else match[0])

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", plain, token[1:-1], flags=re.S)


def flat(token: str) -> str:
    """Return words in lower case with single spaces."""
    return " ".join(token.lower().split())


def names_of(children: list[Any]) -> list[Name]:
    """Return the names among the parts of a rule."""
    return [child for child in children if isinstance(child, Name)]


def segment_in(name: Name) -> str | None:
    """Return the built-in segment that a bare name means, however its words are joined, if any."""
    word = re.sub(r"[\s-]+", "_", name.text.lower())
    return word if name.bare and word in SEGMENTS else None


def at_of(children: Sequence[Any]) -> int:
    """Return where in the text a rule began."""
    for child in children:
        if isinstance(child, Token):
            return child.start_pos
        if isinstance(child, Name | Part):
            return child.at
    return 0


def last_word(children: list[Any]) -> str:
    """Return the last part of a rule, as text."""
    return str(children[-1])


def number_in(children: list[Any], key: str) -> Body:
    """Return the integer among the parts as a field; nothing if there is none."""
    found = [child for child in children if isinstance(child, Token) and child.type == "INT"]
    return {key: int(found[0])} if found else {}


def selected_as(key: str, children: list[Any]) -> Body:
    """Return the named event as a field; nothing for any event."""
    found = children[-1]
    return {key: found} if isinstance(found, str) and not isinstance(found, Token) else {}


def filtered_as(end: str, children: list[Any]) -> Body:
    """Return an event and its filters as fields of one end of retention, start or return."""
    found = children[-1]
    given = found if isinstance(found, dict) else {}
    return {f"{end}_{key}": value for key, value in given.items()}


def steps_of(children: list[Any]) -> Body:
    """Return the parsed steps as a field."""
    return {"steps": [child for child in children if isinstance(child, dict)]}


def merged(parts: Iterable[Part]) -> Body:
    """Return the fields of all parts; Mistake if one is given twice."""
    body: Body = {}
    for part in parts:
        for key, value in part.fields.items():
            if key in ("conditions", "exclusions") and key in body:
                body[key] = [*body[key], *value]
            elif key == DEPTH:
                body[key] = max(body.get(key, 0), value)
            elif key in body:
                raise Mistake(f"The {key.replace('_', ' ')} is given twice.", part.at)
            else:
                body[key] = value
    return body


def inside(read: list[Any]) -> Body:
    """Return the first question in parentheses as the field `of`, and how deep it makes the one
    around it.
    """
    of = next(child for child in read if isinstance(child, Whole))
    return inner(of, read)


def inner(of: Whole, read: list[Any]) -> Body:
    """The same for one of several questions in parentheses.

    Raises:
        Mistake: it says how it is drawn, or nests too deep.
    """
    if of.chart:
        raise Mistake("A chart goes outside the parentheses.", at_of(read))
    if of.depth >= MAX_DEPTH:
        raise Mistake(f"Questions nest deeper than {MAX_DEPTH}.", at_of(read))
    return {"of": of.body, DEPTH: of.depth + 1}
