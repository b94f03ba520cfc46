"""The small pieces that rules of the language are made of. Loads no parser.

A rule receives what was read within it: tokens, and what other rules made of
theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.grammars.machine import Token

Body = dict[str, Any]


class Mistake(Exception):
    """Something the rules refuse, at a character of the text."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.hint = message, at, hint


@dataclass(frozen=True)
class Name:
    """A name in the text; `bare` when it was not quoted."""

    text: str
    at: int
    bare: bool = False


@dataclass(frozen=True)
class Part:
    """What a subject or clause says: fields of the question, and where it says so."""

    fields: Body
    at: int = 0


@dataclass(frozen=True)
class Whole:
    """A question's fields, where the text gives each, its drawing hint and how deep it nests."""

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
    """Return the names among what a rule read."""
    return [child for child in children if isinstance(child, Name)]


def at_of(children: list[Any]) -> int:
    """Return where in the text a rule began."""
    for child in children:
        if isinstance(child, Token):
            return child.start_pos
        if isinstance(child, Name | Part):
            return child.at
    return 0


def last_word(children: list[Any]) -> str:
    """Return the last thing a rule read, as text."""
    return str(children[-1])


def number_in(children: list[Any], key: str) -> Body:
    """Return a whole number among what was read as a field; nothing where there is none."""
    found = [child for child in children if isinstance(child, Token) and child.type == "INT"]
    return {key: int(found[0])} if found else {}


def selected_as(key: str, children: list[Any]) -> Body:
    """Return an event that was named as a field; nothing for any event."""
    found = children[-1]
    return {key: found} if isinstance(found, str) and not isinstance(found, Token) else {}


def filtered_as(end: str, children: list[Any]) -> Body:
    """Return an event with its filters as fields of one end of retention, start or return."""
    found = children[-1]
    given = found if isinstance(found, dict) else {}
    return {f"{end}_{key}": value for key, value in given.items()}


def steps_of(children: list[Any]) -> Body:
    """Return the steps that were read as a field."""
    return {"steps": [child for child in children if isinstance(child, dict)]}


def merged(parts: Iterable[Part]) -> Body:
    """Return the fields of all parts; Mistake when one is given twice."""
    body: Body = {}
    for part in parts:
        for key, value in part.fields.items():
            if key in ("conditions", "exclusions") and key in body:
                body[key] = [*body[key], *value]
            elif key in body:
                raise Mistake(f"The {key.replace('_', ' ')} is given twice.", part.at)
            else:
                body[key] = value
    return body
