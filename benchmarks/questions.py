"""The questions for all, and footfall's answers in the form of the peers' rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from benchmarks.generate import FUNNEL
from core.language.questions import parse
from core.queries import KINDS
from core.timeframe import to_day

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes:
        name: as in the `SQL` of a peer; questions that a peer's has not are not asked of it.
        fields: the question as JSON fields, without the range of 90 days.
        read: footfall's answer as rows to compare with a peer's.
    """

    name: str
    fields: dict[str, Any]
    read: Callable[[Any], Rows]

    @property
    def body(self) -> dict[str, Any]:
        """The question as JSON; a question for people has its range in the inner question."""
        inside = self.fields["kind"] in ("people", "units")
        return self.fields if inside else {"range": "90d", **self.fields}


def day(label: str) -> int:
    """Return the day number of an ISO date."""
    return to_day(date.fromisoformat(label))


def series(answer: Any) -> Rows:
    """(day, group values, value) of what is not 0, and the totals under no day."""
    return _values(answer, lambda line: line.group)


def lifecycle(answer: Any) -> Rows:
    """(week, state, people) of what is not 0, and the totals under no week."""
    return _values(answer, lambda line: (line.series,))


def _values(answer: Any, named: Callable[[Any], tuple[Any, ...]]) -> Rows:
    found: Rows = []
    for line in answer.lines:
        found.append((None, *named(line), line.total))
        for bucket, value in zip(answer.buckets, line.values, strict=True):
            if value:
                found.append((day(bucket.label), *named(line), value))
    return found


def table(answer: Any) -> Rows:
    """Rows as they are."""
    return list(answer.rows)


def segments(answer: Any) -> Rows:
    """One row: the people of each segment."""
    return [tuple(row[2] for row in answer.rows)]


def by_hour(answer: Any) -> Rows:
    """(weekday, hour, people) of what is not 0; for all weekdays under no weekday."""
    return [
        (None if row.label == "combined" else row.label, hour, count)
        for _, row in answer.lines
        for hour, count in enumerate(row.counts)
        if count
    ]


def grid(answer: Any) -> Rows:
    """(cohort, period, count) of what is not 0."""
    return [
        (day(cohort.label), period, count)
        for cohort in answer.cohorts
        for period, count in enumerate(cohort.counts)
        if count
    ]


def steps(answer: Any) -> Rows:
    """One row: counts, then average and median seconds of each transition and of all."""
    (group,) = answer.groups
    counts = [step.count for step in group.steps]
    times = [(step.avg_seconds, step.median_seconds) for step in group.steps[1:]]
    times.append((group.total_avg_seconds, group.total_median_seconds))
    return [(*counts, *(figure for pair in times for figure in pair))]


def changes(answer: Any) -> Rows:
    """(field, value, previous, current)."""
    return [row[:4] for row in answer.rows]


def flow(answer: Any) -> Rows:
    """(step, event before, event, paths) of every node, nothing before those of step 1."""
    first = [(1, None, node.event, node.count) for node in answer.steps[0].nodes]
    return [*first, *((edge.step, edge.after, edge.event, edge.count) for edge in answer.edges)]


def bins(answer: Any) -> Rows:
    """(start, people, nothing) of each bin, and the mean and median under no start."""
    return [(None, answer.mean, answer.median), *((b.start, b.count, None) for b in answer.bins)]


def shares(answer: Any) -> Rows:
    """(day, part, whole) of what is not over nothing, and the totals under no day."""
    (line,) = answer.lines
    pairs = zip(answer.buckets, line.fractions, strict=True)
    found: Rows = [(day(bucket.label), *pair) for bucket, pair in pairs if pair[1]]
    return [*found, (None, *line.total_fraction)]


def spread(answer: Any) -> Rows:
    """(start of the bin, how many, people) of what is not 0."""
    return [(part.start, part.count, part.people) for part in answer.bins if part.count]


def sides(answer: Any) -> Rows:
    """(event, people who converted, people who did not)."""
    return [(row[0], row[3], row[4]) for row in answer.rows]


def halves(answer: Any) -> Rows:
    """(days, people) of each interval."""
    return [(part.start, part.count) for part in answer.bins]


def credited(answer: Any) -> Rows:
    """(value, conversions, people)."""
    return [(row[0], row[1], row[3]) for row in answer.rows]


BY_SETS = frozenset({
    "active users", "rolling 7 days", "rolling 30 days", "uniques", "lifecycle", "retention",
    "stickiness", "new users", "segments",
})  # fmt: skip
"""Questions that stored sets answer."""

VIEWS = {"kind": "trend", "event": "view_item", "measure": "users"}
SOMEBODY = "somebody"
"""Placeholder for a person in the generated events."""

TYPED = {
    "sql": "select country, count(*) as events from events_v1 group by country",
    "sql by event": "select event_name, count(*) as events from events_v1 group by event_name",
    "sql by day": "select date(timestamp), count(*) as events from events_v1 group by 1",
    "sql of users": "select count(distinct actor) as users from events_v1",
    "sql of users by day": "select day, count(distinct actor) as users from events_v1 group by day",
    "sql of users by event": """
        select event_name, count(distinct user_id) as users from events_v1 group by event_name
        """,
    "sql of a month": """
        select platform, count(*) as events from events_v1
        where timestamp >= '2025-05-01' and timestamp < '2025-06-01'
        group by platform
        """,
    "sql of a property": """
        select properties ->> 'item' as item, count(*) as events from events_v1
        where event_name = 'add_to_cart'
        group by item
        """,
    "sql of every property": """
        select properties ->> 'items' as items, count(*) as events from events_v1 group by items
        """,
    "sql of stored days": """
        select day, events, users from daily_v1
        where event_name = 'purchase' and field is null
        """,
}
"""Statements that people type, over the documented views."""
STEPS = [{"event": event} for event in FUNNEL]
IOS = {"field": "platform", "value": "ios"}
US = {"field": "country", "value": "US"}
SEVERAL = {"field": "items", "operator": "gte", "value": 3}

CHOSEN = (
    Asked("active users", {"kind": "active_users"}, series),
    Asked("rolling 7 days", {"kind": "active_users", "metric": "wau"}, series),
    Asked("rolling 30 days", {"kind": "active_users", "metric": "mau"}, series),
    Asked("uniques", VIEWS, series),
    Asked("uniques by country", {**VIEWS, "breakdown": "country", "limit": 100}, series),
    Asked("uniques with a filter", {**VIEWS, "conditions": [IOS]}, series),
    Asked("uniques with two filters", {**VIEWS, "conditions": [IOS, US]}, series),
    Asked(
        "uniques by a property",
        {"kind": "trend", "event": "purchase", "measure": "users", "breakdown": "items"},
        series,
    ),
    Asked(
        "uniques with a property filter",
        {"kind": "trend", "event": "purchase", "measure": "users", "conditions": [SEVERAL]},
        series,
    ),
    Asked(
        "active users with a property", {"kind": "active_users", "conditions": [SEVERAL]}, series
    ),
    Asked(
        "counts by a property", {"kind": "trend", "event": "purchase", "breakdown": "items"}, series
    ),
    Asked(
        "counts by paying",
        {"kind": "trend", "event": "view_item", "breakdown": "paying"},
        series,
    ),
    Asked("counts", {"kind": "trend", "event": "page_view"}, series),
    Asked(
        "sum of a property",
        {"kind": "trend", "event": "purchase", "measure": "sum", "property": "amount"},
        series,
    ),
    Asked("share of active users", {**VIEWS, "measure": "pct_dau"}, series),
    Asked("first times", {"kind": "first_time", "event": "purchase"}, series),
    Asked("events per person", {"kind": "per_actor", "event": "view_item"}, series),
    Asked(
        "events per person, p90",
        {"kind": "per_actor", "event": "view_item", "metric": "p90"},
        series,
    ),
    Asked(
        "formula of people",
        {
            "kind": "formula",
            "formula": "UNIQUES(A) / UNIQUES(B)",
            "series": [{"metric": "event:purchase"}, {"metric": "event:view_item"}],
        },
        series,
    ),
    Asked(
        "rolling mean of a property",
        {
            "kind": "trend",
            "event": "purchase",
            "measure": "avg",
            "property": "amount",
            "rolling_window": 7,
        },
        series,
    ),
    Asked(
        "how often",
        {"kind": "trend", "event": "view_item", "measure": "frequency"},
        spread,
    ),
    Asked(
        "histogram of a property",
        {"kind": "trend", "event": "purchase", "measure": "histogram", "property": "items"},
        spread,
    ),
    Asked("top events", {"kind": "top_events", "limit": 100}, table),
    Asked("lifecycle", {"kind": "lifecycle", "granularity": "weekly"}, lifecycle),
    Asked("segments", {"kind": "segments"}, segments),
    Asked(
        "audience",
        {
            "kind": "audience",
            "definition": {"events": [{"event": "purchase", "days": 30}]},
            "limit": 0,
        },
        lambda answer: [(answer.total,)],
    ),
    Asked("retention", {"kind": "retention", "granularity": "weekly", "periods": 13}, grid),
    Asked(
        "funnel",
        {"kind": "funnel", "steps": STEPS, "window_seconds": 7 * 86_400},
        steps,
    ),
    Asked(
        "funnel counts",
        {"kind": "funnel", "steps": STEPS, "window_seconds": 7 * 86_400},
        lambda answer: [tuple(step.count for step in answer.groups[0].steps)],
    ),
    Asked(
        "funnel holding a field",
        {"kind": "funnel", "steps": STEPS, "hold": "platform"},
        steps,
    ),
    Asked(
        "funnel by day",
        {"kind": "funnel_trend", "steps": STEPS},
        shares,
    ),
    Asked(
        "time to convert",
        {"kind": "time_to_convert", "steps": STEPS},
        bins,
    ),
    Asked(
        "correlation",
        {
            "kind": "correlation",
            "steps": STEPS,
            "min_people": 1,
            "limit": 100,
        },
        sides,
    ),
    Asked("engagement", {"kind": "engagement"}, lambda answer: [row[:5] for row in answer.rows]),
    Asked("usage interval", {"kind": "usage_interval"}, halves),
    Asked("weekdays", {"kind": "weekday"}, lambda answer: [row[:3] for row in answer.rows]),
    Asked("weekdays by hour", {"kind": "weekday", "granularity": "hourly"}, by_hour),
    Asked(
        "attribution",
        {"kind": "attribution", "to": "purchase", "property": "platform", "model": "linear"},
        credited,
    ),
    Asked(
        "what changed",
        {"kind": "explain", "of": VIEWS, "breakdown": ["country", "platform"], "limit": 100},
        changes,
    ),
    Asked("paths", {"kind": "paths", "from": "view_item", "scope": 86_400, "limit": 50}, flow),
    Asked("new users", {"kind": "users", "metric": "new"}, series),
    Asked("sessions started", {"kind": "sessions", "metric": "volume"}, series),
    Asked(
        "composition",
        {"kind": "composition", "property": "platform"},
        lambda answer: [row[:2] for row in answer.rows],
    ),
    Asked(
        "values of a property",
        {"kind": "properties", "event": "purchase", "property": "items"},
        series,
    ),
    *(
        Asked(name, {"kind": "sql", "query": query, "limit": 10_000}, table)
        for name, query in TYPED.items()
    ),
    Asked("stickiness", {"kind": "stickiness"}, series),
    Asked("stickiness by country", {"kind": "stickiness", "breakdown": "country"}, series),
    Asked(
        "lifecycle by a property",
        {"kind": "lifecycle", "granularity": "weekly", "breakdown": "amount"},
        lifecycle,
    ),
    Asked(
        "retention by country",
        {"kind": "retention", "granularity": "weekly", "periods": 13, "breakdown": "country"},
        grid,
    ),
    Asked("sessions", {"kind": "sessions"}, series),
    Asked("lengths of sessions", {"kind": "sessions", "metric": "length"}, spread),
    Asked("lifetime value", {"kind": "ltv", "event": "purchase", "property": "amount"}, grid),
    Asked("realtime", {"kind": "realtime", "range": "24h"}, series),
    Asked("tiles by country", {"kind": "grouped", "group_by": "country"}, table),
    Asked("people of a segment", {"kind": "segment", "segment": "returning"}, table),
    Asked("people behind a number", {"kind": "people", "of": {**VIEWS, "range": "90d"}}, table),
    Asked("events list", {"kind": "events_list"}, table),
    Asked("raw events", {"kind": "raw_events"}, table),
    Asked("one user", {"kind": "user_activity", "user": SOMEBODY}, table),
    Asked("users matching a text", {"kind": "user_search", "user": "user-0000"}, table),
    Asked("logs by level", {"kind": "logs", "breakdown": "level"}, series),
    Asked(
        "logs of a word by level",
        {
            "kind": "logs",
            "breakdown": "level",
            "conditions": [{"field": "message", "operator": "contains", "value": "slow"}],
        },
        series,
    ),
    Asked("top logs", {"kind": "logs", "metric": "top", "breakdown": "service"}, table),
    Asked(
        "experiment",
        {
            "kind": "experiment",
            "exposure": {"event": FUNNEL[0]},
            "variant": "platform",
            "goals": [{"event": FUNNEL[-1]}],
        },
        table,
    ),
)

OF_OTHERS = {"saved", "several"}
"""Kinds that contain other questions."""


def others() -> Iterator[Asked]:
    """Yield the examples of the kinds that are not among the chosen questions."""
    known = {asked.fields["kind"] for asked in CHOSEN} | OF_OTHERS
    for name, kind in KINDS.items():
        if name not in known:
            fields = parse(kind.example).model_dump(by_alias=True, exclude_unset=True)
            yield Asked(kind.title, {"kind": name, **fields}, lambda _: [])


QUESTIONS = (*CHOSEN, *others())
"""The questions; at least one of every kind."""
