"""The names of events that a typed statement is limited to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.sql.terms import terms_of
from core.sql.tokens import Word, words_of

_VIEW: Final = "events_v1"
_COMPARISON: Final = re.compile(r"event_name (?:= (?:= )?'|in \( '(?: , ')* \))")
"""A comparison of the name with texts, where ' stands for each of these."""


def filtered_names(query: str) -> list[str]:
    """Return the names of events to which every use of `events_v1` in a statement is limited, each
    once.

    Empty if a use is not, or if that cannot be told from how it is written.
    """
    words = words_of(query)
    names: list[str] = []
    for at, word in enumerate(words):
        if word.said.strip("\"'`[]") == _VIEW:
            found = _limits(words[max(at - 1, 0) : at], words[at + 1 :])
            if not found:
                return []
            names += found
    return list(dict.fromkeys(names))


def _limits(before: Sequence[Word], after: Sequence[Word]) -> list[str]:
    """Return the names to which one use of the view, between some words, is limited."""
    if [word.said for word in before] != ["from"]:
        return []
    said = [word.said for word in after]
    at = 1 if said[:1] == ["as"] else 0
    alias = _VIEW
    if said[at : at + 1] != ["where"]:
        alias, at = "".join(said[at : at + 1]), at + 1
    if said[at : at + 1] != ["where"]:
        return []
    compared = (_compared(term, alias) for term in terms_of(after[at + 1 :]))
    return next(filter(None, compared), [])


def _compared(term: Sequence[Word], alias: str) -> list[str]:
    """Return the texts of which the name of an event is one if a term holds."""
    while [word.said for word in (*term[:1], *term[-1:])] == ["(", ")"]:
        term = term[1:-1]
    if [word.said for word in term[:2]] == [alias, "."]:
        term = term[2:]
    shape = " ".join("'" if word.kind == "string" else word.said for word in term)
    if not _COMPARISON.fullmatch(shape):
        return []
    return [word.value for word in term if word.kind == "string"]
