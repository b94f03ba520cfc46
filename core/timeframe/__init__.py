"""Local days, ranges, granularities, buckets and comparison periods.

Time is UTC milliseconds inside and half-open; a *day* is the local calendar day as the number
of days since 1970-01-01 in the workspace's zone. Definitions: definitions 1.2 to 1.6.
"""

from core.timeframe.calendar import (
    ALIASES,
    CLOCK,
    DAY,
    EPOCH,
    GRANULARITIES,
    HOUR,
    MAX_POINTS,
    QUARTER,
    UNITS,
    Calendar,
    add_months,
    granularity,
    iso,
    to_date,
    to_day,
)
from core.timeframe.compared import COMPARISONS, alike, comparison, elapsed, same_time, shown_part
from core.timeframe.points import Bucket, buckets, clock_label, clock_runs, fit, runs
from core.timeframe.ranges import (
    RANGE_WORDS,
    RUNNING_RANGES,
    Span,
    cut_span,
    days_span,
    exact_span,
    may_run,
    resolve,
)

__all__ = [
    "ALIASES", "CLOCK", "COMPARISONS", "DAY", "EPOCH", "GRANULARITIES", "HOUR", "MAX_POINTS",
    "QUARTER", "RANGE_WORDS", "RUNNING_RANGES", "UNITS", "Bucket", "Calendar", "Span",
    "add_months", "alike", "buckets", "clock_label", "clock_runs", "comparison", "cut_span",
    "days_span", "elapsed", "exact_span", "fit", "granularity", "iso", "may_run", "resolve", "runs",
    "same_time", "shown_part", "to_date", "to_day",
]  # fmt: skip
