"""The views of a connection for typed statements, made so that its statement is fast.

They take the place of those of the file, which may be older, and cannot know what is asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from core.sql.dialect import Instead
from core.sql.grouping import grouping
from core.sql.limits import ALL
from core.sql.moments import by_ts
from core.sql.named_events import filtered_names
from core.sql.over_blocks import KEPT
from core.sql.over_sets import over_sets
from core.store.event_views import (
    context_view,
    counted_view,
    daily_view,
    events_view,
    grouped_view,
    properties_view,
    stored_view,
)

Views = list[tuple[str, str]]
"""Names and queries."""

_NONE_DELETED: Final = "not exists (select 1 from event_names where deleted)"


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


def ways_of(query: str, instead: Instead | None = None) -> tuple[Way, ...]:
    """Return the ways to answer a statement, the best first; the last can always be gone.

    Args:
        instead: what means the same over groups that were counted.
    """
    if instead is None:
        return _ways_of(query)
    view = ("events_v1", counted_view(instead.columns, instead.rows, instead.same))
    return (Way("select 1", [], instead.query, [view, *_plain()]),)


def _plain() -> Views:
    return [("daily_v1", daily_view()), ("context_v1", context_view())]


@lru_cache(maxsize=KEPT)
def _ways_of(query: str) -> tuple[Way, ...]:
    plain = _plain()
    names = filtered_names(query)
    query = by_ts(query)
    asked = grouping(query)
    found = []
    stored = grouping(query, of_sets=True)
    if stored is not None and (how := over_sets(stored, names)) is not None:
        for every in (True, False) if "event_name" not in stored.columns else (False,):
            view = ("events_v1", stored_view(stored, how, every=every))
            holds = f"select {how.holds}{f' and {_NONE_DELETED}' if every else ''}"
            found.append(Way(holds, [], stored.query, [view, *plain]))
    by = grouping(query, readable=frozenset({"properties"}))
    if by is not None and not (by.numbers or by.moments or by.utc_days or by.times != ALL):
        holds = f"select {_NONE_DELETED}"
        found.append(Way(holds, [], by.query, [("events_v1", properties_view()), *plain]))
    view = ("events_v1", events_view(names) if asked is None else grouped_view(asked, names))
    found.append(Way("select 1", [], query if asked is None else asked.query, [view, *plain]))
    return tuple(found)
