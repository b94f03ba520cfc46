"""Exports that contain daily totals instead of events, such as Plausible's: refused with the
reason.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core.errors import BadInput
from core.sources.fields import normal

_PEOPLE: Final = frozenset({"visitors", "uniques", "unique_visitors", "users", "total_users"})
_OTHERS: Final = frozenset({
    "bounce_rate", "bounces", "events", "pageviews", "page_views", "screen_page_views", "sessions",
    "visit_duration", "visits", "views", "views_per_visit",
})  # fmt: skip
"""Names of columns that contain counts."""


def refuse_totals(names: Collection[str], where: str) -> None:
    """Raise BadInput for a header whose columns count visitors and visits."""
    given = {normal(name) for name in names}
    if given & _PEOPLE and given & _OTHERS and not given & {"event", "user_id", "timestamp"}:
        raise BadInput(
            f"{where} contains daily totals (as exported by Plausible), not events: they cannot "
            "be turned back into people.",
            "Send events to footfall as well, or import the web server's log.",
        )
