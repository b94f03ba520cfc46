"""The views of a connection for typed statements, made so that its statement is fast.

They take the place of those of the file, which may be older, and cannot know what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from core.sql.grouping import Grouping, grouping
from core.sql.moments import by_ts
from core.sql.over_sets import over_sets
from core.sql.tokens import Word, words_of
from core.store.event_views import (
    context_view,
    daily_view,
    events_view,
    grouped_view,
    properties_view,
    stored_view,
)

Views = list[tuple[str, str]]
"""Names and queries."""

FEW: Final = 8
"""One event in so many is few: fetching one costs about as much as passing by so many."""

_ARE_FEW: Final = f"""
    select {FEW} * total(total) filter (where event <> 0)
           <= total(total) filter (where event = 0)
    from activity
    where dimension = 0 and value = 0
      and event in (select 0 union all select id from event_names where name in ({{}}))
    """


class Way(NamedTuple):
    """One way to answer a statement.

    Attributes:
        holds: a statement that says whether it can be gone in a workspace.
        given: the values in that statement.
        query: what is run.
        views: that it reads.
    """

    holds: str
    given: list[str]
    query: str
    views: Views


UNSTORED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "daily_v1": (
        ("day", "text"), ("event_name", "text"), ("field", "text"), ("value", "text"),
        ("events", "integer"), ("users", "integer"),
    ),
}  # fmt: skip
"""The views that typed statements have and the file has not: their columns and types."""


def ways_of(query: str) -> list[Way]:
    """Return the ways to answer a statement, the best first; the last can always be gone."""
    names = filtered_names(query)
    query = by_ts(query)
    asked = grouping(query)
    plain = [("daily_v1", daily_view()), ("context_v1", context_view())]
    found = []
    stored = grouping(query, of_sets=True)
    if stored is not None and (how := over_sets(stored, names)) is not None:
        view = ("events_v1", stored_view(stored, how))
        found.append(Way(f"select {how.holds}", [], stored.query, [view, *plain]))
    by = grouping(query, readable=frozenset({"properties"}))
    if by is not None and not (by.numbers or by.moments or by.utc_days or by.tests):
        holds = "select not exists (select 1 from event_names where deleted)"
        found.append(Way(holds, [], by.query, [("events_v1", properties_view()), *plain]))
    for few in (True, False) if names else (False,):
        view = ("events_v1", _events(asked, names, few=few))
        holds = _ARE_FEW.format(", ".join("?" * len(names))) if few else "select 1"
        run = query if asked is None else asked.query
        found.append(Way(holds, names if few else [], run, [view, *plain]))
    return found


def _events(asked: Grouping | None, names: Sequence[str], *, few: bool) -> str:
    if asked is None:
        return events_view(joined=few)
    return grouped_view(asked, names, few=few)


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
