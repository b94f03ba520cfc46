"""No parameter of the query API is dropped: each changes the answer to its request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from core.api import Backend
from core.api.route import Asked
from core.api.tell import parameters as ask
from core.api.tell.routes import ROUTES
from core.store.ingest.importer import Log, store_logs
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests.worlds.api.parameters import Row, send, told, unlisted
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of, utc_ms

HOUR = 3_600_000
LOGS = (
    ("03-30T10:02", "INFO", "user 7 signed up", "web", "host-1", "s1"),
    ("04-07T10:02", "INFO", "user 7 signed up", "web", "host-1", "s1"),
    ("04-07T10:06", "ERROR", "cart 12 not found", "api", "host-2", "s1"),
    ("04-08T12:10", "ERROR", "cart 13 not found", "api", "host-1", "s5"),
    ("04-16T10:30", "DEBUG", "cache miss", "api", "host-1", "s10"),
)


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with engine_of(appendix_a()) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(connection, [
                Log(utc_ms(f"2025-{at}"), message, level, service, source, session)
                for at, level, message, service, source, session in LOGS
            ])  # fmt: skip
        saved = Saved(engine.path, clock=engine.clock, source="api")
        saved.save_audience("Buyers", {"events": [{"event": "purchase", "days": 7}]})
        yield Backend(engine, saved)


M = "GET /api/v1/metrics"
R = {"range": "2025-04-07,2025-04-20"}
NL = [{"field": "country", "operator": "eq", "value": "NL"}]
BY = {**R, "breakdown": "country"}
ITEM = {"property": "item"}


def rows(request: str, base: Mapping[str, Any], **values: Any) -> list[Row]:
    """A row for each parameter of a request, after the same base."""
    return [Row(request, name, value, base) for name, value in values.items()]


def ranged(request: str, base: Mapping[str, Any] = R, **values: Any) -> list[Row]:
    """What every question takes, and more."""
    usual = {"range": "7d", "conditions": NL, "audience": "Buyers", "segment": "new"}
    return rows(request, base, **{**usual, **values})


def metric(request: str, base: Mapping[str, Any] = R, **values: Any) -> list[Row]:
    """What every metric over time takes, and more."""
    by = values.pop("breakdown", "country")
    timed = {"granularity": "weekly", "compare": "previous", "breakdown": by}
    found = ranged(request, base, **{**timed, **values})
    group = Row(request, "limit", 1, {**base, "breakdown": by})
    return [*found, Row(request, "compare", "yoy", {**base, "compare": "previous"}), group]


def raw(request: str, base: Mapping[str, Any] = R, **values: Any) -> list[Row]:
    """What every page takes, and more."""
    return ranged(request, base, **{"limit": 1, "offset": 1, "count_total": True, **values})


LOGGED = {"service": "web", "level": "ERROR", "source": "host-2"}
LEVEL = [{"field": "level", "operator": "eq", "value": "ERROR"}]
CUSTOM = {**R, "event": "purchase", "property": "amount"}

METRICS = [
    *(row for name in ("dau", "wau", "mau") for row in metric(f"{M}/{name}")),
    *(row for name in ("dau", "wau", "mau")
      for row in raw(f"{M}/{name}/raw", range="2025-04-01,2025-04-07")),
    *metric(f"{M}/events", event="purchase"),
    *ranged(f"{M}/events/top", limit=1, order_by="users"),
    *raw(f"{M}/events/top/:name/raw", {**R, "name": "purchase"}, name="view_item"),
    *ranged(f"{M}/events/properties", {**R, "event": "purchase", **ITEM}, event="add_to_cart",
            property="amount", granularity="weekly", compare="previous", limit=1),
    *metric(f"{M}/events/custom", CUSTOM, event="add_to_cart", property="item",
            aggregation="max", metric="min"),
    Row(f"{M}/events/custom", "metric", "avg", {**CUSTOM, "aggregation": "max"}, refused=True),
    *raw(f"{M}/events/raw"),
    *metric(f"{M}/events/first-time", {**R, "event": "sign_up"}, event="view_item",
            lookback_days=1),
    Row(f"{M}/events/first-time", "match_mode", True, {
        **R, "event": "view_item", "conditions": [
            {"field": "properties.item", "operator": "eq", "value": "hat"},
        ],
    }),
    *metric(f"{M}/events/per-actor", {**R, "event": "purchase"}, event="view_item",
            metric="sum", property="properties.amount"),
    *metric(f"{M}/sessions"),
    *metric(f"{M}/sessions/unique"),
    *ranged(f"{M}/sessions/top", {**R, "property": "country"}, property="event", limit=1),
    *raw(f"{M}/sessions/raw"),
    *metric(f"{M}/logs", breakdown="level", conditions=LEVEL, **LOGGED),
    *ranged(f"{M}/logs/top", by="service", limit=1, conditions=LEVEL, **LOGGED),
    *raw(f"{M}/logs/raw", conditions=LEVEL, **LOGGED),
    *metric(f"{M}/users", segment="returning"),
    *raw(f"{M}/users/raw", segment="returning"),
    *metric(f"{M}/stickiness/daily"),
    *metric(f"{M}/stickiness/weekly"),
    *metric(f"{M}/lifecycle", event="purchase", granularity="monthly"),
    Row(f"{M}/lifecycle", "compare", "previous", BY),
    *rows(f"{M}/segments", R, range="2025-04-01,2025-04-05"),
    *rows(f"{M}/segments/:segment", {**R, "segment": "casual"}, segment="returning",
          range="2025-04-01,2025-04-05", limit=1),
]  # fmt: skip

POST = "POST /api/v1"
SERIES = [{"metric": "event:purchase"}, {"metric": "dau"}]
FORMULA = {**R, "series": SERIES, "formula": "A / B"}
GROUPED = {
    **R,
    "group_by": "country",
    "size": {"type": "count"},
    "intensity": {"type": "avg_per_actor"},
}
STEPS = [{"event": "sign_up"}, {"event": "add_to_cart"}]
FUNNEL = {**R, "steps": STEPS}
RETAINED = {"range": "90d"}


def series(**first: Any) -> list[Any]:
    """The series of a formula, the first one changed."""
    return [{**SERIES[0], **first}, SERIES[1]]


def steps(**first: Any) -> list[Any]:
    """The steps of a funnel, the first one changed."""
    return [{**STEPS[0], **first}, STEPS[1]]


def funnel(request: str) -> list[Row]:
    """What both requests for funnels take."""
    return [
        *rows(
            request,
            FUNNEL,
            steps=steps(event="view_item"),
            window_seconds=60,
            range="7d",
            breakdown="country",
            conditions=NL,
        ),
        Row(request, "limit", 1, {**FUNNEL, "breakdown": "country"}),
    ]


ANALYSES = [
    *rows(f"{POST}/metrics/formula", FORMULA, series=series(metric="users"), formula="A + B",
          range="7d", granularity="weekly", compare="previous"),
    Row(f"{POST}/metrics/formula", "limit", 1, {**FORMULA, "series": series(breakdown="country")}),
    *rows(f"{POST}/metrics/grouped", GROUPED, group_by="properties.item",
          size={"type": "unique_actors"}, intensity={"type": "unique_actors"}, event="purchase",
          range="7d", max_groups=1, conditions=NL),
    *funnel(f"{POST}/funnels"),
    *funnel(f"{POST}/funnels/trend"),
    Row(f"{POST}/funnels/trend", "granularity", "weekly", FUNNEL),
    *rows(f"{POST}/retention", RETAINED, granularity="monthly", periods=2, start_event="sign_up",
          return_event="purchase", range="7d", conditions=NL),
]  # fmt: skip

SOURCES = "GET /api/v1/data/sources/:source"
COUNTRY = {"source": "context", "field": "country"}
DATA = [
    *rows(f"{POST}/data/query", {"query": "select event_name from events_v1"},
          query="select 1 as one", limit=1),
    *rows(f"{SOURCES}/fields", {"source": "events"}, source="users"),
    *rows(f"{SOURCES}/values/:field", COUNTRY, field="city", search="N", limit=1),
    Row(f"{SOURCES}/values/:field", "source", "logs", {"source": "events", "field": "session_id"}),
]  # fmt: skip

INSIDE: dict[type[Asked], dict[str, Any]] = {
    ask.Step: {"event": "view_item", "filters": NL},
    ask.FormulaSeries: {
        "metric": "users", "filters": NL, "breakdown": "country", "range": "2025-04-14,2025-04-20",
    },
}  # fmt: skip
"""What a body holds lists of -> its own fields, each with a value that is another question."""

WITHIN = [
    *(Row(f"{POST}/funnels", "steps", steps(**{name: value}), FUNNEL)
      for name, value in INSIDE[ask.Step].items()),
    *(Row(f"{POST}/metrics/formula", "series", series(**{name: value}), FORMULA)
      for name, value in INSIDE[ask.FormulaSeries].items()),
    *(Row(f"{M}/dau", "conditions", [{**NL[0], part: value}], {**R, "conditions": NL})
      for part, value in (("field", "city"), ("operator", "ne"), ("value", "US"))),
    *(Row(f"{POST}/metrics/grouped", "size", size, GROUPED)
      for size in ({"type": "sum", "property": "amount"}, {"type": "unique_actors"})),
    *(Row(f"{POST}/metrics/grouped", "intensity", intensity, GROUPED)
      for intensity in ({"type": "avg", "property": "amount"},
                        {"type": "percentile_per_actor", "percentile": 0.9})),
    Row(f"{POST}/metrics/grouped", "intensity",
        {"type": "percentile_per_actor", "percentile": 0.1},
        {**GROUPED, "intensity": {"type": "percentile_per_actor", "percentile": 0.9}}),
]  # fmt: skip

ROWS = [*METRICS, *ANALYSES, *DATA, *WITHIN]
OBJECTS = tuple(r for r in ROUTES if r.path.startswith(("/api/v1/audiences", "/api/v1/marks")))


@pytest.mark.parametrize("row", ROWS, ids=[row.named[:90] for row in ROWS])
def test_the_answer_depends_on_the_parameter(backend: Backend, row: Row) -> None:
    assert told(backend, row) == ""


def test_every_parameter_has_a_row() -> None:
    assert unlisted([route for route in ROUTES if route not in OBJECTS], ROWS) == []


@pytest.mark.parametrize("model", INSIDE)
def test_so_has_every_field_of_what_a_body_lists(model: type[Asked]) -> None:
    assert set(INSIDE[model]) == set(model.model_fields)


WRONG: dict[str, Any] = {
    "range": "soon", "granularity": "fortnightly", "compare": "tomorrow", "limit": 0, "offset": -1,
    "count_total": "maybe", "conditions": [{**NL[0], "operator": "about"}], "audience": "Nobody",
    "segment": "heroes", "order_by": "size", "aggregation": "mode", "metric": "mode",
    "match_mode": "maybe", "lookback_days": 0, "by": "colour", "level": "LOUD", "max_groups": 0,
    "window_seconds": 0, "periods": 0, "steps": STEPS[:1], "series": [{"metric": "mood"}],
    "formula": "A /", "size": {"type": "big"}, "intensity": {"type": "big"}, "source": "planets",
    "field": "mood",
}  # fmt: skip
"""Parameter -> a value that no request takes."""

LOG_SOURCE = "/api/v1/metrics/logs"
"""Where `source` is any text."""

MISTAKES = [
    Row(row.request, row.parameter, WRONG[row.parameter], row.given)
    for row in {(row.request, row.parameter): row for row in (*METRICS, *ANALYSES, *DATA)}.values()
    if row.parameter in WRONG and not (row.parameter == "source" and LOG_SOURCE in row.request)
]
CODES = {"range": "INVALID_TIME_RANGE", "conditions": "INVALID_FILTER"}


@pytest.mark.parametrize("row", MISTAKES, ids=[row.named[:90] for row in MISTAKES])
def test_a_wrong_value_is_refused_by_the_name_of_its_parameter(backend: Backend, row: Row) -> None:
    reply = send(backend, row.request, {**row.given, row.parameter: row.value})
    assert reply.status in (400, 404)
    assert re.match(rf"{row.parameter}\b", reply.body["parameter"])
    assert row.parameter in reply.body["message"].lower()
    usual = "NOT_FOUND" if reply.status == 404 else "BAD_REQUEST"
    assert reply.body["error"] == CODES.get(row.parameter, usual)


@pytest.mark.parametrize(
    ("path", "body", "parameter", "code"),
    [
        ("/funnels", {"steps": [*STEPS, {**STEPS[1], "filters": [{**NL[0], "operator": "as"}]}]},
         "steps.2.filters.0.operator", "INVALID_FILTER"),
        ("/metrics/formula", {**FORMULA, "series": series(range="soon")},
         "series.0.range", "INVALID_TIME_RANGE"),
        ("/metrics/formula", {**FORMULA, "series": series(filters=[{**NL[0], "value": []}])},
         "series.0.filters.0.value", "INVALID_FILTER"),
        ("/retention", {"conditions": [{"operator": "eq"}]},
         "conditions.0.field", "INVALID_FILTER"),
    ],
)  # fmt: skip
def test_what_is_wrong_inside_a_body_is_named_by_its_place(
    backend: Backend, path: str, body: dict[str, Any], parameter: str, code: str
) -> None:
    reply = send(backend, f"{POST}{path}", body)
    assert (reply.status, reply.body["error"], reply.body["parameter"]) == (400, code, parameter)


NEW_MARK = {
    "title": "v2", "description": "Second", "timestamp": "2025-04-09T10:00:00.000+00:00",
    "category": "incident", "source_ref": "abc123", "scope": "private", "metadata": '{"by":"ci"}',
}  # fmt: skip
RULES = {"events": [{"event": "purchase", "days": 30}]}
NEW_AUDIENCE = {"name": "Customers", "description": "Who bought", "definition": RULES}
CHANGES = {"name": "Buyers of 2025", "description": "All of them", "definition": {"filters": NL}}


def kept(backend: Backend, method: str, path: str, **values: Any) -> Any:
    """What a request for a kept thing is answered with."""
    reply = send(backend, f"{method} /api/v1/{path}", values)
    assert reply.status == 200, reply.body
    return reply.body["data"]


@pytest.mark.parametrize(("path", "fields"), [("marks", NEW_MARK), ("audiences", NEW_AUDIENCE)])
def test_what_is_kept_holds_every_field_it_was_made_with(
    backend: Backend, path: str, fields: dict[str, Any]
) -> None:
    made = kept(backend, "POST", path, **fields)
    found = kept(backend, "GET", f"{path}/:id", id=made["id"])
    kept(backend, "DELETE", f"{path}/:id", id=made["id"])
    assert {name: found[name] for name in fields} == fields


@pytest.mark.parametrize("field", CHANGES)
def test_each_field_of_an_audience_can_be_changed_alone(backend: Backend, field: str) -> None:
    made = kept(backend, "POST", "audiences", **NEW_AUDIENCE)
    changed = kept(backend, "PUT", "audiences/:id", id=made["id"], **{field: CHANGES[field]})
    kept(backend, "DELETE", "audiences/:id", id=made["id"])
    assert {name: changed[name] for name in CHANGES} == {**NEW_AUDIENCE, field: CHANGES[field]}


LISTED = {
    "from": "2025-04-10",
    "to": "2025-04-10",
    "category": "news",
    "source": "plugin",
    "limit": 1,
}


@pytest.mark.parametrize("parameter", LISTED)
def test_marks_are_narrowed_by_each_parameter(backend: Backend, parameter: str) -> None:
    made = [
        kept(backend, "POST", "marks", title=day, category=category, timestamp=f"2025-04-{day}")
        for day, category in (("09", "news"), ("11", "release"))
    ]
    narrowed = kept(backend, "GET", "marks", **{parameter: LISTED[parameter]})
    everything = kept(backend, "GET", "marks")
    for mark in made:
        kept(backend, "DELETE", "marks/:id", id=mark["id"])
    assert len(narrowed) < len(everything)


def test_requests_for_kept_things_take_no_other_fields() -> None:
    known = {
        "GET /api/v1/marks": set(LISTED),
        "POST /api/v1/marks": set(NEW_MARK),
        "POST /api/v1/audiences": set(NEW_AUDIENCE),
        "PUT /api/v1/audiences/:id": {"id", *CHANGES},
    }
    for route in OBJECTS:
        named = {field.alias or name for name, field in route.parameters.model_fields.items()}
        usual = {"id"} if ":id" in route.path else set()
        assert named == known.get(f"{route.method} {route.path}", usual)
