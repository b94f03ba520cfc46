"""A small shop and requests about it as the Dashboard REST API writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.worlds.world import Event, World

HAPPENED = """
04-07T09:00 ann signup ads
04-07T09:05 ann view hat
04-07T09:06 ann cart hat
04-07T09:20 ann buy hat 20
04-07T10:00 bob signup mail
04-08T11:00 bob view shoe
04-08T11:30 bob cart shoe
04-09T12:00 bob buy shoe 50
04-08T08:00 cem signup ads
04-08T08:10 cem buy hat 10
04-08T08:20 cem cart hat
04-08T08:25 cem ping
04-10T08:00 ann view shoe
04-15T08:00 ann view hat
04-16T08:00 ann buy hat 5
04-16T09:00 ann buy hat 5
04-10T12:00 bob view hat
04-11T12:00 bob buy hat 7
04-09T09:00 dee ping
04-20T08:00 cem buy shoe 9
05-02T08:00 bob view hat
05-12T08:00 ann view hat
"""
CONTEXT = {
    "ann": {"country": "NL", "platform": "web"},
    "bob": {"country": "US", "platform": "ios"},
    "cem": {"country": "NL", "platform": "ios"},
}


def ms(text: str) -> int:
    """The UTC ms of a time of 2025."""
    return int(datetime.fromisoformat(f"2025-{text}").replace(tzinfo=UTC).timestamp() * 1000)


def happened(line: str) -> Event:
    """The event that a line of HAPPENED tells."""
    when, user, name, *more = line.split()
    properties: dict[str, Any] = {}
    if more:
        properties["source" if name == "signup" else "item"] = more[0]
    if len(more) > 1:
        properties["amount"] = int(more[1])
    return Event(name, ms(when), user, None, None, CONTEXT.get(user, {}), properties)


def small() -> World:
    """Three people who sign up and buy, two from NL, and events that make nobody active."""
    return World(
        tuple(happened(line) for line in HAPPENED.strip().splitlines()),
        flags=(("ping", "inactive"),),
        now=ms("05-20T12:00"),
    )


DATES = {"start": "20250407", "end": "20250420"}
NL = '[{"prop":"country","op":"is","values":["NL"]}]'
US = '[{"prop":"country","op":"is","values":["US"]}]'


def event(name: str, *group_by: str, item: str = "") -> str:
    """An event of the data as the API writes it."""
    found: dict[str, Any] = {"event_type": name}
    if group_by:
        found["group_by"] = [{"type": "event", "value": value} for value in group_by]
    if item:
        found["filters"] = [
            {"subprop_type": "event", "subprop_key": "item", "subprop_op": "is",
             "subprop_value": [item]}
        ]  # fmt: skip
    return json.dumps(found)


USERS, LENGTH = "GET /api/2/users", "GET /api/2/sessions/length"
COMPOSITION, SEGMENTATION = "GET /api/2/composition", "GET /api/2/events/segmentation"
FUNNEL, RETENTION = "GET /api/2/funnels", "GET /api/2/retention"
REALTIME, LTV = "GET /api/2/realtime", "GET /api/2/revenue/ltv"
BUY = {**DATES, "e": event("buy")}
RATIO = {
    **DATES,
    "e": event("buy"),
    "e2": event("view"),
    "m": "formula",
    "formula": "UNIQUES(A)/UNIQUES(B)",
}
STEPS = {**DATES, "e": [event("signup"), event("cart"), event("buy")]}
BACK = {**DATES, "se": event("signup"), "re": event("view")}


def collapsed(body: Any) -> dict[str, float]:
    """The figure of the whole range by label."""
    data = body["data"]
    values = [each[0]["value"] for each in data["seriesCollapsed"]]
    return dict(zip(data["seriesLabels"], values, strict=True))
