"""The parameters of the query API (tell-queries-api.txt), with their defaults and bounds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from core.api.route import Asked

Condition = dict[str, Any]
Aggregation = Literal[
    "sum", "avg", "min", "max", "count", "distinct", "median", "p50", "p75", "p90", "p95", "p99"
]


class Ranged(Asked):
    """Parameters of every question."""

    range: str = Field("30d", description="Time range: 7d, 30d, 90d or 2025-01-01,2025-01-31.")
    conditions: list[Condition] = Field(
        default_factory=list, description="Filter conditions; all must hold."
    )
    audience: str | None = Field(None, description="Id or name of a saved audience.")
    segment: str | None = Field(None, description="A built-in segment.")


class Timed(Ranged):
    """A metric over time."""

    granularity: str = Field("daily", description="minute, hourly, daily, weekly or monthly.")
    compare: str | None = Field(None, description="previous or yoy.")


class Metric(Timed):
    """The common parameters of metrics over time."""

    breakdown: str | None = Field(None, description="A field: country, properties.plan, ...")
    limit: int = Field(10, ge=1, le=1000, description="How many groups of a breakdown to show.")


class Events(Metric):
    """Event counts over time."""

    event: str | None = Field(None, description="Event name; any event by default.")


class Raw(Ranged):
    """A page of the rows behind a metric."""

    limit: int = Field(100, ge=1, le=10_000, description="Rows per page.")
    offset: int = Field(0, ge=0, description="Rows to skip.")
    count_total: bool = Field(False, description="Also count all rows.")


class RawOfEvent(Raw):
    """A page of one event's rows."""

    name: str = Field(description="Event name.")


class Top(Ranged):
    """A ranking."""

    limit: int = Field(10, ge=1, le=10_000, description="Rows.")


class TopSessions(Top):
    """Sessions ranked by a property."""

    property: str = Field("device_type", description="What to rank by.")


class TopEvents(Top):
    """Events ranked by count or people."""

    order_by: Literal["count", "users"] = Field("count", description="count or users.")


class PropertyValues(Timed):
    """Counts over time for each value of a property."""

    event: str = Field(description="Event name.")
    property: str = Field(description="Property of the event.")
    limit: int = Field(10, ge=1, le=1000, description="How many values to show.")


class Custom(Metric):
    """One aggregation over a property."""

    event: str = Field(description="Event name.")
    property: str = Field(description="Property of the event.")
    aggregation: Aggregation | None = Field(
        None, description="sum (default), avg, min, max, count, distinct, median or a percentile."
    )
    metric: Aggregation | None = Field(None, description="Alias of aggregation.")


class FirstTime(Metric):
    """People whose first occurrence falls into the range."""

    event: str = Field(description="Event name.")
    match_mode: bool = Field(
        False, description="Whether the conditions apply to the search for the first occurrence."
    )
    lookback_days: int | None = Field(None, ge=1, description="Days of history to scan.")


class PerActor(Metric):
    """First per person, then across people."""

    event: str = Field(description="Event name.")
    metric: str = Field("avg", description="avg, median, p50, p75, p90, p95, p99, min, max or sum.")
    property: str | None = Field(None, description="Property to sum per person; events by default.")


class Logs(Metric):
    """Log volume over time."""

    service: str | None = Field(None, description="Service of the logs.")
    level: str | None = Field(None, description="Level of the logs.")
    source: str | None = Field(None, description="Source of the logs.")


class TopLogs(Top):
    """Logs ranked."""

    by: Literal["level", "service", "source", "pattern"] = Field(
        "level", description="What to rank by."
    )
    service: str | None = Field(None, description="Service of the logs.")
    level: str | None = Field(None, description="Level of the logs.")
    source: str | None = Field(None, description="Source of the logs.")


class RawLogs(Raw):
    """A page of logs."""

    service: str | None = Field(None, description="Service of the logs.")
    level: str | None = Field(None, description="Level of the logs.")
    source: str | None = Field(None, description="Source of the logs.")


class Lifecycle(Metric):
    """New, returning and resurrected people per period."""

    granularity: str = Field("weekly", description="daily, weekly or monthly.")
    event: str | None = Field(None, description="Event name; any event by default.")


class Segments(Asked):
    """The eight segments."""

    range: str = Field("30d", description="Time range.")


class Segment(Segments):
    """The people of a segment."""

    segment: str = Field(description="One of the eight segments.")
    limit: int = Field(50, ge=1, le=100, description="How many people to return.")


class FormulaSeries(Asked):
    """One series of a formula."""

    metric: str = Field(description="dau, wau, mau, events, event:<name>, sessions, users, logs.")
    filters: list[Condition] = Field(default_factory=list, description="Conditions.")
    breakdown: str | None = Field(None, description="A field.")
    range: str | None = Field(None, description="Its own range.")


class Formula(Asked):
    """A formula over series."""

    series: list[FormulaSeries] = Field(min_length=1, max_length=26, description="The series.")
    formula: str = Field(description="Arithmetic over the letters A to Z.")
    range: str = Field("30d", description="Time range.")
    granularity: str = Field("daily", description="Time bucket.")
    compare: str | None = Field(None, description="previous or yoy.")
    limit: int = Field(10, ge=1, le=1000, description="How many groups of a breakdown to show.")


class Grouped(Asked):
    """Groups by two measures."""

    group_by: str = Field(description="country, event_name, properties.plan, ...")
    size: dict[str, Any] = Field(description='{"type": "count" | "unique_actors" | "sum", ...}')
    intensity: dict[str, Any] = Field(
        description='{"type": "avg_per_actor" | "percentile_per_actor" | "unique_actors" | "avg"}'
    )
    event: str | None = Field(None, description="Filter to an event.")
    range: str = Field("30d", description="Time range.")
    max_groups: int = Field(20, ge=1, le=1000, description="How many groups to return.")
    conditions: list[Condition] = Field(default_factory=list, description="Conditions.")


class Step(Asked):
    """One step of a funnel."""

    event: str = Field(description="Event name.")
    filters: list[Condition] = Field(default_factory=list, description="Conditions of the step.")


class Funnel(Asked):
    """A funnel."""

    steps: list[Step] = Field(min_length=2, max_length=10, description="2 to 10 steps.")
    window_seconds: int = Field(604_800, ge=1, description="Seconds to complete all steps.")
    breakdown: str | None = Field(None, description="A field.")
    limit: int = Field(10, ge=1, le=1000, description="How many groups to show by name.")
    range: str = Field("30d", description="Time range.")
    conditions: list[Condition] = Field(
        default_factory=list, description="Conditions on every step."
    )


class FunnelTrend(Funnel):
    """A funnel's conversion over time."""

    granularity: str = Field("daily", description="minute, hourly, daily, weekly or monthly.")


class Retention(Asked):
    """A cohort matrix."""

    granularity: Literal["daily", "weekly", "monthly", "day", "week", "month"] = Field(
        "weekly", description="daily, weekly or monthly."
    )
    periods: int = Field(8, ge=1, le=52, description="Periods to track.")
    start_event: str | None = Field(None, description="Cohort entry event; default any event.")
    return_event: str | None = Field(None, description="Return event; default any event.")
    range: str = Field("90d", description="Time range.")
    conditions: list[Condition] = Field(
        default_factory=list, description="Conditions on the entry event."
    )
