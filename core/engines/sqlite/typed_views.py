"""The views of a connection for typed statements, made so that its statement is fast.

They take the place of those of the file, which may be older, and cannot know what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.sql.grouping import grouping
from core.sql.moments import by_ts
from core.sql.tokens import Word, words_of
from core.store.event_views import context_view, daily_view, events_view, grouped_view

View = tuple[str, str, str, list[str]]
"""Name, query, the query if events of the names that follow are few, and these names."""

UNSTORED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "daily_v1": (
        ("day", "text"), ("event_name", "text"), ("field", "text"), ("value", "text"),
        ("events", "integer"), ("users", "integer"),
    ),
}  # fmt: skip
"""The views that typed statements have and the file has not: their columns and types."""


def as_run(query: str) -> tuple[str, list[View]]:
    """Return what is run for a statement, and the views that it reads."""
    names = filtered_names(query)
    query = by_ts(query)
    asked = grouping(query)
    if asked is None:
        events, of_few = events_view(), events_view(joined=True)
    else:
        query = asked.query
        events, of_few = grouped_view(asked, names), grouped_view(asked, names, few=True)
    return query, [
        ("daily_v1", daily_view(), "", []),
        ("events_v1", events, of_few if names else "", names),
        ("context_v1", context_view(), "", []),
    ]


def filtered_names(query: str) -> list[str]:
    """Return the names of events to which every use of `events_v1` in a statement is limited.

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
    return names if uses and filters >= uses else []


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
