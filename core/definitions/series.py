"""The question of a series in a block: text, a question in JSON, or a documented metric query.

The documented query (definitions 10.1) is an object {metric, range, filters, breakdown,
compare_mode, limit, granularity}; metrics are dau, wau, mau, events, event:NAME, top_events,
sessions, users, stickiness, log_volume and top_logs.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from core.answers import Model
from core.answers.display import USUAL_DISPLAY, Display
from core.errors import BadInput, did_you_mean

METRICS: dict[str, dict[str, Any]] = {
    "dau": {"kind": "active_users", "metric": "dau"},
    "wau": {"kind": "active_users", "metric": "wau"},
    "mau": {"kind": "active_users", "metric": "mau"},
    "events": {"kind": "trend"},
    "top_events": {"kind": "top_events"},
    "sessions": {"kind": "sessions", "metric": "volume"},
    "users": {"kind": "users"},
    "stickiness": {"kind": "stickiness"},
    "log_volume": {"kind": "logs"},
    "top_logs": {"kind": "logs", "metric": "top"},
}
"""A metric's documented name -> its question."""

_FIELDS = {"filters": "conditions", "compare_mode": "compare"}
MAX_LIMIT = 10_000


class BlockSeries(Model):
    """One series of a block.

    Attributes:
        id: unique in its block.
        name: its name; "" uses the title of its answer.
        query: text of a question, a question in JSON, or a metric query.
        display: how it is shown.
    """

    id: str = Field(default="", max_length=100)
    name: str = Field(default="", max_length=200)
    query: str | dict[str, Any]
    display: Display = USUAL_DISPLAY

    @field_validator("query")
    @classmethod
    def _something(cls, query: str | dict[str, Any]) -> str | dict[str, Any]:
        if not (query.strip() if isinstance(query, str) else query):
            raise ValueError("a series needs a query")
        if isinstance(query, dict) and "metric" in query and "kind" not in query:
            metric_question(query)
        return query


def metric_question(query: dict[str, Any]) -> dict[str, Any]:
    """Return the question of a metric query as JSON.

    Raises:
        BadInput: the metric is unknown, or the limit is not 1 to 10,000.
    """
    metric = str(query["metric"])
    if metric.startswith("event:"):
        body: dict[str, Any] = {"kind": "trend", "event": metric.removeprefix("event:")}
    elif metric in METRICS:
        body = dict(METRICS[metric])
    else:
        raise BadInput(
            f"metric {metric!r} is not known.",
            did_you_mean(metric, METRICS) or f"Allowed: {', '.join(METRICS)}.",
            parameter="metric",
        )
    limit = query.get("limit")
    if limit is not None and not (isinstance(limit, int) and 1 <= limit <= MAX_LIMIT):
        raise BadInput(f"limit must be 1 to {MAX_LIMIT:,}.", parameter="limit")
    for name, value in query.items():
        if name != "metric" and value is not None and value not in ("", []):
            body[_FIELDS.get(name, name)] = value
    return body
