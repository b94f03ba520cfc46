"""What a request counts against the limits of its interface, as documented.

Dashboard REST API, rate limits: cost = (# of days) * (# of conditions) * (cost for the query type).
The conditions are the segments, everybody if none is given, and the conditions within them; a group
by counts as 4. User activity and user search have a limit of their own. The query API limits SQL.
"""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

from core.api.amplitude.parameters import Dates, Funnel, Retention, Segmentation
from core.api.route import Asked, Route
from core.text import things

GROUP_BY = 4
"""What a group by counts, as conditions and in the query type."""

GROUPS = ("group by", "groups by")
"""What one and several are called."""

Counted = Literal["cost", "lookups", "sql", ""]
"""Which limit a request counts against; "" is none but that of requests at a time."""

FORMULA = "cost = (# of days) * (# of conditions) * (cost for the query type)"


class Charge(NamedTuple):
    """What a request counts.

    Attributes:
        amount: its cost, or 1.
        words: how that comes about, in lines.
        short: the same as a sentence; "" if it has no cost.
    """

    counted: Counted
    amount: int
    words: str
    short: str = ""


def charge(route: Route, asked: Asked) -> Charge:
    """Return what a request counts."""
    if route.path.endswith("/data/query"):
        return Charge("sql", 1, "A statement of SQL has no cost; 30 are allowed per minute.")
    if route.document == "tell":
        return Charge("", 0, "Requests of the query API have no cost.")
    if route.path.endswith(("/useractivity", "/usersearch")):
        said = "User activity and user search have no cost; 360 of them are allowed per hour."
        return Charge("lookups", 1, said)
    return _cost(route, asked)


def _cost(route: Route, asked: Asked) -> Charge:
    days = asked.days if isinstance(asked, Dates) else 1
    conditions, of_conditions = _conditions(asked)
    kind, of_kind = _kind(route, asked)
    total = days * conditions * kind
    lines = [
        FORMULA,
        f"     = {days:,} * {conditions:,} * {kind:,} = {total:,}",
        f"days        {days:,}" + ("" if isinstance(asked, Dates) else ": it has no dates"),
        f"conditions  {conditions:,}: {of_conditions}",
        f"query type  {kind:,}: {of_kind}",
    ]
    short = f"Its cost is {days:,} days * {conditions:,} conditions * {kind:,} for its type."
    return Charge("cost", total, "\n".join(lines), short)


def _conditions(asked: Asked) -> tuple[int, str]:
    segments = getattr(asked, "s", ())
    groups = len(getattr(asked, "g", ()))
    within = sum(_length(text) for text in segments)
    many = max(1, len(segments))
    said = [things(many, "segment"), f"{things(within, 'condition')} within" if within else ""]
    if groups:
        said.append(f"{things(groups, *GROUPS)} as {GROUP_BY} each")
    return many + within + GROUP_BY * groups, ", ".join(filter(None, said))


def _kind(route: Route, asked: Asked) -> tuple[int, str]:
    if isinstance(asked, Segmentation):
        return _of_events("event segmentation", [text for text, _ in asked.events], 1)
    if isinstance(asked, Funnel):
        return _of_events("funnel analysis", list(asked.e), 2)
    if isinstance(asked, Retention):
        return 8, "retention analysis"
    if "/sessions/" in route.path:
        return 4, "user sessions"
    return 1, "every other request"


def _of_events(name: str, events: list[str], each: int) -> tuple[int, str]:
    groups = sum(_groups(text) for text in events)
    said = f"{name}, {things(len(events), 'event')}" + (f" as {each} each" if each > 1 else "")
    if groups:
        said += f", {things(groups, *GROUPS)} of an event as {GROUP_BY} each"
    return each * len(events) + GROUP_BY * groups, said


def _groups(event: str) -> int:
    """Return how many properties an event is grouped by; 0 if it cannot be read."""
    found = _loaded(event)
    groups = found.get("group_by") if isinstance(found, dict) else None
    return len(groups) if isinstance(groups, list) else int(bool(groups))


def _length(segment: str) -> int:
    """Return how many conditions a segment has; 0 if it cannot be read."""
    found = _loaded(segment)
    return len(found) if isinstance(found, list) else int(isinstance(found, dict))


def _loaded(text: str) -> Any:
    """Return a JSON value, None if it cannot be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
