"""Exports that contain daily totals instead of events, such as Plausible's: refused with the
reason.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core.errors import BadInput
from core.sources.fields import normal

_PEOPLE: Final = frozenset({
    "visitors", "uniques", "unique_visitors", "users", "total_users", "active_users", "new_users",
    "nb_uniq_visitors", "nb_users",
})  # fmt: skip
_OTHERS: Final = frozenset({
    "bounce_count", "bounce_rate", "bounces", "event_count", "events", "nb_actions", "nb_visits",
    "pageviews", "page_views", "screen_page_views", "sessions", "visit_duration", "visits", "views",
    "views_per_visit",
})  # fmt: skip
"""Names of columns that contain counts."""

_DAYS: Final = frozenset({"date", "day", "timestamp", "month", "week"})
_EACH: Final = frozenset({"event", "user_id", "session_id", "visitor_id", "time", "event_id"})
"""Names of columns that only events have."""


def refuse_totals(names: Collection[str], where: str) -> None:
    """Raise BadInput for a header whose columns count visitors and visits."""
    given = {normal(name) for name in names}
    counts = given & _OTHERS or (given & _DAYS and given <= _PEOPLE | _DAYS)
    if given & _PEOPLE and counts and not given & _EACH:
        raise BadInput(
            f"{where} contains daily totals (as exported by Plausible and the like), not events: "
            "they cannot be turned back into people.",
            "Send events to footfall as well, or import the web server's log.",
        )
