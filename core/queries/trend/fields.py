"""The fields of a trend, shared by its modules."""

from __future__ import annotations

from pydantic import Field as Limited

from core.queries.common.question import TimedQuestion, Units

HISTOGRAMS = ("histogram", "frequency")
"""The measures that give a histogram."""


class TrendFields(TimedQuestion):
    """The fields of `Trend`, which documents them."""

    event: str | None = None
    measure: str = "count"
    counting: Units = None
    property: str | None = None
    rolling_window: int | None = Limited(default=None, ge=2)
    rolling_average: int | None = Limited(default=None, ge=2)
    cumulative: bool = False
