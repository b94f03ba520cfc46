"""docs/coverage.md: every request and parameter of both documents, each with its command.

Made from the routes; `python -m tui.coverage` prints it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from pydantic_core import PydanticUndefined

from core.api import routes
from core.api.route import Route

HEAD = """# HTTP requests

Every request of the two documented interfaces, and every parameter of each, with the command that
answers it; above each table is the same request as a question of footfall. The commands run on the
sample workspace (`footfall demo demo.db --print` creates it): add `--db demo.db` to each. This page
is generated from the table of routes: `python -m tui.coverage > docs/coverage.md`.
"""

TITLES = {
    "tell": "The query API (tell-queries-api.txt)",
    "amplitude": "The Dashboard REST API (amplitude-dashboard-api.txt)",
}

EXAMPLES: dict[str, Any] = {
    "range": "7d", "granularity": "weekly", "breakdown": "country", "compare": "previous",
    "conditions": [{"field": "country", "operator": "in", "value": ["NL", "BE"]}],
    "audience": "Paying", "segment": "returning", "limit": 5, "offset": 5, "count_total": True,
    "event": "purchase", "property": "amount", "order_by": "users", "aggregation": "max",
    "match_mode": True, "lookback_days": 90, "interval": "week", "max_groups": 5,
    "window_seconds": 86_400, "periods": 4, "start_event": "signup", "return_event": "purchase",
    "by": "source", "level": "ERROR", "service": "api", "source": "app",
    "start": "20260801", "end": "20260831", "i": "7", "m": "new", "n": "active", "cs": 86_400,
    "s": '[{"prop":"country","op":"is","values":["NL"]}]', "g": "platform", "p": "country",
    "e2": '{"event_type":"purchase"}', "rollingWindow": 7, "rollingAverage": 7,
    "timeHistogramConfigBinTimeUnit": "minutes", "timeHistogramConfigBinMin": 0,
    "timeHistogramConfigBinMax": 10, "timeHistogramConfigBinSize": 1, "mode": "unordered",
    "direction": "earliest", "user": "u_0", "search": "N", "query": None,
    "name": "Buyers", "description": "Bought in the last 30 days", "title": "Version 2.1",
    "timestamp": "2026-11-02T09:00:00Z", "category": "incident", "source_ref": "abc123",
    "scope": "private", "metadata": '{"by": "ci"}', "from": "2026-01-01", "to": "2026-12-31",
}  # fmt: skip
"""Parameter -> an example value."""

OF_ROUTE: dict[tuple[str, str], dict[str, Any]] = {
    ("/api/v1/metrics/events/custom", "metric"): {"metric": "max", "aggregation": None},
    ("/api/v1/metrics/events/per-actor", "metric"): {"metric": "median"},
    ("/api/v1/metrics/sessions/top", "property"): {"property": "country"},
    ("/api/v1/metrics/events/properties", "property"): {"property": "plan"},
    ("/api/2/events/segmentation", "m"): {"m": "totals"},
    ("/api/2/events/segmentation", "formula"): {
        "m": "formula", "formula": "UNIQUES(A)/UNIQUES(B)", "e2": '{"event_type":"purchase"}',
    },
    ("/api/2/retention", "rm"): {"rm": "rolling"},
    ("/api/2/retention", "rb"): {"rm": "bracket", "rb": "[[0,5]]"},
    ("/api/2/revenue/ltv", "m"): {"m": "3"},
    ("/api/2/realtime", "i"): {"i": "5"},
    ("/api/2/useractivity", "limit"): {"limit": "1"},
    ("/api/2/useractivity", "user"): {},
    ("/api/v1/metrics/logs", "breakdown"): {"breakdown": "service"},
    ("/api/v1/metrics/logs", "conditions"): {
        "conditions": [{"field": "level", "operator": "eq", "value": "ERROR"}],
    },
    ("/api/v1/marks", "source"): {"source": "api"},
    ("/api/v1/data/query", "limit"): {"limit": 10},
    ("/api/v1/data/sources/:source/fields", "source"): {},
    ("/api/v1/data/sources/:source/values/:field", "source"): {},
}  # fmt: skip
"""Path and parameter -> example values, where those above do not fit."""


def page() -> str:
    """Return docs/coverage.md."""
    parts = [HEAD]
    for document, listed in groupby(routes(), key=lambda route: route.document):
        parts.append(f"## {TITLES[document]}\n")
        for section, of_section in groupby(listed, key=lambda route: route.section):
            parts.append(f"### {section}\n")
            parts += [_route(route) for route in of_section]
    return "\n".join(parts)


def _route(route: Route) -> str:
    own = f"`footfall run '{route.run}'`\n\n" if route.run else ""
    lines = [f"`{route.method} {route.path}`\n", own + _command(route.example, route.body) + "\n"]
    rows = [_row(route, name) for name in route.parameters.model_fields]
    if rows:
        lines += ["| parameter | | meaning | command |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(route: Route, name: str) -> str:
    field = route.parameters.model_fields[name]
    about = (field.description or "").replace("|", "\\|")
    if field.is_required():
        when = "required"
    else:
        usual = field.get_default(call_default_factory=True)
        plain = usual not in (None, [], (), PydanticUndefined)
        when = f"default {json.dumps(usual)}" if plain else "optional"
    command = _command(*example(route, name)).replace("|", "\\|")
    return f"| `{name}` | {when} | {about} | {command} |"


def _command(request: str, body: str) -> str:
    data = f" -d '{body}'" if body else ""
    return f"`footfall api '{request}'{data}`"


def example(route: Route, name: str) -> tuple[str, str]:
    """Return a request of a route with one of its parameters, and its body."""
    given = OF_ROUTE.get((route.path, name), {name: EXAMPLES.get(name)})
    if route.body:
        body = {**json.loads(route.body), **{k: v for k, v in given.items() if v is not None}}
        return route.example, json.dumps(body)
    return _with(route.example, given), ""


def _with(request: str, given: dict[str, Any]) -> str:
    """Return a request with values set, replacing others of the same names."""
    path, _, query = request.partition("?")
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    kept = [(name, unquote(value)) for name, value in pairs if name not in _gone(given)]
    kept += [pair for name, value in given.items() for pair in _pairs(name, value)]
    return path + ("?" + "&".join(f"{name}={value}" for name, value in kept) if kept else "")


def _gone(given: dict[str, Any]) -> set[str]:
    return {name for name, value in given.items() if value is not None or name == "aggregation"}


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if name != "conditions":
        yield name, ("true" if value is True else str(value))
        return
    for number, condition in enumerate(value):
        for key, part in condition.items():
            listed = isinstance(part, list)
            for each in part if listed else [part]:
                yield f"conditions[{number}][{key}]{'[]' if listed else ''}", str(each)
