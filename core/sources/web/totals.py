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
    "avg_time_on_page", "bounce_count", "bounce_rate", "bounces", "event_count", "events",
    "nb_actions", "nb_visits", "pageviews", "page_views", "screen_page_views", "sessions",
    "unique_pageviews", "visit_duration", "visits", "views", "views_per_visit",
})  # fmt: skip
"""Names of columns that contain counts."""

_DAYS: Final = frozenset({"date", "day", "timestamp", "month", "week"})
_EACH: Final = frozenset({
    "action", "anonymous_id", "customer_id", "device_id", "distinct_id", "email", "event",
    "event_id", "session_id", "time", "user", "user_id", "userid", "username", "visitor_id",
})  # fmt: skip
"""Names of columns that only events have."""


def refuse_totals(names: Collection[str], where: str) -> None:
    """Raise BadInput for a header whose columns count visitors and visits."""
    given = {normal(name) for name in names}
    people, others = given & _PEOPLE, given & _OTHERS
    counted = bool(others) or bool(given & _DAYS and given <= _PEOPLE | _DAYS)
    reported = len(others) > 1 or given >= {"event_name", "event_count"}
    if ((people and counted) or reported) and not given & _EACH:
        raise BadInput(
            f"{where} contains daily totals (as exported by Plausible and the like), not events: "
            "they cannot be turned back into people.",
            "Send events to footfall as well, or import the web server's log.",
        )
