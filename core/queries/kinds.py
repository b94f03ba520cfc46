"""The table of kinds: the rows of every family, by name.

Loads neither the models nor a parser; a family is one line here.
"""

from __future__ import annotations

from typing import Final

from core.queries import words as loose
from core.queries.activity import words as activity
from core.queries.composite import words as composite
from core.queries.events import words as events
from core.queries.formula import words as formula
from core.queries.funnel import words as funnel
from core.queries.logs import words as logs
from core.queries.paths import words as paths
from core.queries.people import words as people
from core.queries.retention import words as retention
from core.queries.trend import words as trend
from core.words.charts import charts_of
from core.words.kinds import Kind

FAMILIES: Final = (
    activity.KINDS,
    trend.KINDS,
    formula.KINDS,
    funnel.KINDS,
    retention.KINDS,
    paths.KINDS,
    loose.KINDS,
    events.KINDS,
    people.KINDS,
    logs.KINDS,
    composite.KINDS,
)

KINDS: Final[dict[str, Kind]] = {kind.name: kind for family in FAMILIES for kind in family}
"""name -> row."""


def charts(kind: str) -> tuple[str, ...]:
    """Return the names of the charts that answers of a kind can be drawn as."""
    return charts_of(KINDS[kind].shapes)
