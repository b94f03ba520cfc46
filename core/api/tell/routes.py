"""The routes of the query API (tell-queries-api.txt), in the document's order."""

from __future__ import annotations

from core.api.route import Asked, Handler, Nothing, Route
from core.api.tell import data, metrics, objects
from core.api.tell import parameters as ask
from core.api.tell_errors import by_their_names

BASE = "/api/v1/metrics"
BODY_BASE = "/api/v1"


def _get(
    path: str, asked: type[Asked], answer: Handler, section: str, example: str, run: str = ""
) -> Route:
    handler = by_their_names(answer, "GET")
    return Route(
        "tell", "GET", f"{BASE}{path}", asked, handler, section, f"GET {BASE}{example}", run
    )


def _post(
    path: str, asked: type[Asked], answer: Handler, section: str, body: str, run: str = ""
) -> Route:
    return Route(
        "tell",
        "POST",
        f"{BODY_BASE}{path}",
        asked,
        by_their_names(answer, "POST"),
        section,
        f"POST {BODY_BASE}{path}",
        run,
        body,
    )


ACTIVE = tuple(
    route
    for name in ("dau", "wau", "mau")
    for route in (
        _get(
            f"/{name}",
            ask.Metric,
            metrics.over_time("active_users", metric=name),
            "Active users",
            f"/{name}?range=7d&breakdown=country",
            f"{name} last 7d by country",
        ),
        _get(
            f"/{name}/raw",
            ask.Raw,
            metrics.raw_people("active_users", metric=name),
            "Active users",
            f"/{name}/raw?range=7d&limit=20",
            f"people of ({name} last 7d)",
        ),
    )
)

EVENTS = (
    _get(
        "/events",
        ask.Events,
        metrics.over_time("trend"),
        "Events",
        "/events?range=30d&granularity=weekly&compare=previous",
        "events weekly vs prev",
    ),
    _get(
        "/events/top",
        ask.TopEvents,
        metrics.top_events,
        "Events",
        "/events/top?range=7d&limit=5",
        "top 5 events last 7d",
    ),
    _get(
        "/events/top/:name/raw",
        ask.RawOfEvent,
        metrics.raw_events,
        "Events",
        "/events/top/purchase/raw?limit=5&count_total=true",
        "raw events of purchase limit 5",
    ),
    _get(
        "/events/properties",
        ask.PropertyValues,
        metrics.over_time("properties"),
        "Events",
        "/events/properties?event=purchase&property=plan",
        "values of purchase.plan",
    ),
    _get(
        "/events/custom",
        ask.Custom,
        metrics.custom,
        "Events",
        "/events/custom?event=purchase&property=amount&aggregation=avg",
        "avg(purchase.amount)",
    ),
    _get(
        "/events/raw",
        ask.Raw,
        metrics.raw_events,
        "Events",
        "/events/raw?range=7d&offset=5",
        "raw events last 7d offset 5",
    ),
    _get(
        "/events/first-time",
        ask.FirstTime,
        metrics.over_time("first_time"),
        "First-time events",
        "/events/first-time?event=purchase&breakdown=country",
        "first time purchase by country",
    ),
    _get(
        "/events/per-actor",
        ask.PerActor,
        metrics.over_time("per_actor"),
        "Per-actor metrics",
        "/events/per-actor?event=purchase&metric=p90&property=properties.amount",
        "per actor p90 of purchase.amount",
    ),
)

SESSIONS = (
    _get("/sessions", ask.Metric, metrics.over_time("sessions", metric="volume"), "Sessions",
         "/sessions?range=7d&breakdown=country", "sessions volume last 7d by country"),
    _get("/sessions/unique", ask.Metric, metrics.over_time("sessions", metric="unique"),
         "Sessions", "/sessions/unique?range=7d&breakdown=country",
         "sessions last 7d by country"),
    _get("/sessions/top", ask.TopSessions, metrics.top_sessions, "Sessions",
         "/sessions/top?property=country&limit=5", "top 5 sessions with property = country"),
    _get("/sessions/raw", ask.Raw, metrics.raw_people("sessions", metric="unique"), "Sessions",
         "/sessions/raw?range=7d&limit=20", "people of (sessions last 7d)"),
)  # fmt: skip

LOGS = (
    _get(
        "/logs",
        ask.Logs,
        metrics.logs,
        "Logs",
        "/logs?range=7d&level=ERROR",
        "logs where level = ERROR last 7d",
    ),
    _get(
        "/logs/top",
        ask.TopLogs,
        metrics.top_logs,
        "Logs",
        "/logs/top?by=level",
        "top logs by level",
    ),
    _get(
        "/logs/raw", ask.RawLogs, metrics.raw_logs, "Logs", "/logs/raw?limit=5", "raw logs limit 5"
    ),
)

USERS = (
    _get("/users", ask.Metric, metrics.over_time("users", metric="new", identified=True),
         "Users and stickiness", "/users?range=30d&granularity=weekly", "new users weekly"),
    _get("/users/raw", ask.Raw, metrics.raw_people("users", metric="new", identified=True),
         "Users and stickiness", "/users/raw?limit=20", "people of (new users)"),
    _get("/stickiness/daily", ask.Metric, metrics.stickiness("day"),
         "Users and stickiness", "/stickiness/daily?range=30d", "stickiness"),
    _get("/stickiness/weekly", ask.Metric, metrics.stickiness("week"),
         "Users and stickiness", "/stickiness/weekly?range=30d",
         "stickiness with interval = week"),
    _get("/lifecycle", ask.Lifecycle, metrics.lifecycle, "Lifecycle",
         "/lifecycle?range=90d", "lifecycle last 90d"),
    _get("/segments", ask.Segments, metrics.segments, "Segments", "/segments?range=30d",
         "segments"),
    _get("/segments/:segment", ask.Segment, metrics.segment, "Segments",
         "/segments/regular?range=30d&limit=20", "segment regular limit 20"),
)  # fmt: skip

ANALYSES = (
    _post(
        "/metrics/formula",
        ask.Formula,
        metrics.formula,
        "Formulas",
        '{"series": [{"metric": "event:purchase"}, {"metric": "dau"}], "formula": "A / B"}',
        "purchase / dau",
    ),
    _post(
        "/metrics/grouped",
        ask.Grouped,
        metrics.grouped,
        "Grouped metrics",
        '{"group_by": "country", "size": {"type": "count"}, '
        '"intensity": {"type": "avg_per_actor"}}',
        "group events by country size count shade avg per actor",
    ),
    _post(
        "/funnels",
        ask.Funnel,
        metrics.funnel,
        "Funnels",
        '{"steps": [{"event": "signup"}, {"event": "purchase"}], "breakdown": "country"}',
        "signup > purchase by country",
    ),
    _post(
        "/funnels/trend",
        ask.FunnelTrend,
        metrics.funnel_trend,
        "Funnels",
        '{"steps": [{"event": "signup"}, {"event": "purchase"}], "granularity": "weekly"}',
        "trend of signup > purchase weekly",
    ),
    _post(
        "/retention",
        ask.Retention,
        metrics.retention,
        "Retention",
        '{"granularity": "weekly", "periods": 8, "range": "90d"}',
        "retention weekly 8 last 90d",
    ),
)

AUDIENCE = f"{BODY_BASE}/audiences"
MARK = f"{BODY_BASE}/marks"
DEFINITION = '{"name": "Buyers", "definition": {"events": [{"event": "purchase", "days": 30}]}}'


def _kept(method: str, path: str, asked: type[Asked], answer: Handler, body: str = "") -> Route:
    section = "Audiences" if path.startswith(AUDIENCE) else "Marks"
    handler = by_their_names(answer, method)
    return Route(
        "tell",
        method,
        path,
        asked,
        handler,
        section,
        f"{method} {path.replace(':id', ID)}",
        "",
        body,
    )


ID = "ID"
"""Placeholder in an example for an id shown when creating or listing things."""

OBJECTS = (
    _kept("GET", AUDIENCE, Nothing, objects.audiences),
    _kept("POST", AUDIENCE, objects.NewAudience, objects.create_audience, DEFINITION),
    _kept("GET", f"{AUDIENCE}/:id", objects.One, objects.audience),
    _kept("PUT", f"{AUDIENCE}/:id", objects.ChangedAudience, objects.change_audience,
          '{"name": "Customers"}'),
    _kept("DELETE", f"{AUDIENCE}/:id", objects.One, objects.delete_audience),
    _kept("GET", f"{AUDIENCE}/:id/count", objects.One, objects.count_audience),
    _kept("GET", MARK, objects.Marks, objects.marks),
    _kept("GET", f"{MARK}/:id", objects.One, objects.mark),
    _kept("POST", MARK, objects.NewMark, objects.create_mark,
          '{"title": "Version 2", "timestamp": "2026-11-01T09:00:00Z"}'),
    _kept("DELETE", f"{MARK}/:id", objects.One, objects.delete_mark),
)  # fmt: skip

SOURCES = f"{BODY_BASE}/data/sources"


def _data(path: str, asked: type[Asked], answer: Handler, example: str) -> Route:
    handler = by_their_names(answer, "GET")
    return Route(
        "tell",
        "GET",
        f"{SOURCES}{path}",
        asked,
        handler,
        "Data exploration",
        f"GET {SOURCES}{example}",
    )


DATA = (
    Route(
        "tell", "POST", f"{BODY_BASE}/data/query", data.Query, data.query, "SQL queries",
        f"POST {BODY_BASE}/data/query",
        "select country, count(*) from events_v1 group by 1",
        '{"query": "select event_name, count(*) from events_v1 group by 1"}',
    ),
    _data("", Nothing, data.sources, ""),
    _data("/:source/fields", data.OfSource, data.source_fields, "/events/fields"),
    _data("/:source/values/:field", data.OfField, data.field_values,
          "/context/values/country?limit=5"),
)  # fmt: skip

ROUTES: tuple[Route, ...] = (*ACTIVE, *EVENTS, *SESSIONS, *LOGS, *USERS, *ANALYSES, *OBJECTS, *DATA)
