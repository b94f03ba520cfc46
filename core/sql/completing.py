"""What can follow the text before a cursor in a statement typed by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.sql.tokens import FUNCTIONS, KEYWORDS, tokens, words_of

MOST = 40


@dataclass(frozen=True)
class Words:
    """The names that a workspace has.

    Attributes:
        relations: tables and views, with their columns.
        events: names of events; completed inside single quotes.
        properties: names of properties; completed inside single quotes after `$.`.
    """

    relations: dict[str, Sequence[str]]
    events: Sequence[str]
    properties: Sequence[str]


@dataclass(frozen=True)
class Completion:
    """What a text can be completed to.

    Attributes:
        start: where the word under the cursor begins.
        words: the whole words that fit, the most fitting first.
    """

    start: int
    words: tuple[str, ...]


NOTHING = Completion(0, ())


def completion(text: str, offset: int, known: Words) -> Completion:
    """Return what the word that ends at a position can become; nothing within a word or comment."""
    if text[offset : offset + 1].isalnum() or text[offset : offset + 1] == "_":
        return NOTHING
    last = next((t for t in tokens(text[:offset]) if t.end == offset), None)
    if last is None or last.kind in ("comment", "number", "variable", "sign"):
        return NOTHING
    start, typed = last.start, text[last.start : offset]
    if last.kind == "string":
        return _quoted(start, typed, known)
    if typed[:1] in ('"', "`", "["):
        return NOTHING
    said = {word.said for word in words_of(text)}
    named = [name for name in known.relations if name.lower() in said]
    columns = [column for name in named for column in known.relations[name]]
    others = [c for columns in known.relations.values() for c in columns]
    after_from = _before(text, start) in ("from", "join")
    relations = list(known.relations)
    first = [relations] if after_from else [columns, sorted(KEYWORDS), sorted(FUNCTIONS)]
    every = [word for group in (*first, others, relations) for word in group]
    return Completion(start, _fitting(typed, every))


def _quoted(start: int, typed: str, known: Words) -> Completion:
    inside = typed[1:]
    if typed.endswith("'") and len(typed) > 1:
        return NOTHING
    if inside.startswith("$."):
        return Completion(start + 3, _fitting(inside[2:], known.properties))
    return Completion(start + 1, _fitting(inside, [*known.events, *known.properties]))


def _fitting(typed: str, words: Iterable[str]) -> tuple[str, ...]:
    """Words that begin with a text and are longer, in any case, each once."""
    folded = typed.casefold()
    found = dict.fromkeys(w for w in words if w.casefold().startswith(folded) and w != typed)
    return tuple(found)[:MOST] if folded else ()


def _before(text: str, start: int) -> str:
    words = words_of(text[:start])
    return words[-1].said if words else ""
