"""The names of events that a typed statement is limited to."""

from __future__ import annotations

from collections.abc import Sequence

from core.sql.tokens import Word, words_of


def filtered_names(query: str) -> list[str]:
    """Return the names of events to which every use of `events_v1` in a statement is limited, each
    once.

    Empty if a use is not, or if that cannot be told from how it is written.
    """
    words = words_of(query)
    said = [word.said for word in words]
    if not {"or", "not"}.isdisjoint(said) or "!" in said or "<>" in query:
        return []
    uses, filters, names = 0, 0, []
    after_where = False
    for at, word in enumerate(said):
        uses += word == "events_v1"
        after_where = (after_where or word == "where") and word not in ("select", "group", "order")
        if word == "event_name" and after_where:
            found = _compared(words[at + 1 :], said[at + 1 :])
            filters += bool(found)
            names += found
    return list(dict.fromkeys(names)) if uses and filters >= uses else []


def _compared(words: Sequence[Word], said: Sequence[str]) -> list[str]:
    """Return the texts to which what comes before is compared by `=` or `in`."""
    if said[:1] == ["="]:
        at = 2 if said[1:2] == ["="] else 1
        return _texts(words[at : at + 1])
    if said[:2] == ["in", "("] and ")" in said:
        return _texts(words[2 : said.index(")")])
    return []


def _texts(words: Sequence[Word]) -> list[str]:
    return [word.value for word in words if word.kind == "string"]
