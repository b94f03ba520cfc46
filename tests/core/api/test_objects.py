"""Audiences, marks and SQL as documented requests, with owners, roles and private marks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.api import Backend, Reply, read, respond
from core.store.library.saved import Saved
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of

PURCHASED = {"events": [{"event": "purchase", "days": 30}]}


@pytest.fixture
def backend() -> Iterator[Backend]:
    with engine_of(appendix_a()) as engine:
        yield Backend(engine, Saved(engine.path, clock=engine.clock, source="api"))


def as_(backend: Backend, profile: str) -> Backend:
    """The same workspace used by somebody else: "ana:editor"."""
    saved = Saved(backend.saved.path, clock=backend.engine.clock, profile=profile, source="api")
    return Backend(backend.engine, saved)


def ask(backend: Backend, request: str, body: Any = None) -> Reply:
    text = None if body is None else json.dumps(body)
    return respond(read(f"{request.replace(' ', ' /api/v1', 1)}", text), backend)


def data(backend: Backend, request: str, body: Any = None) -> Any:
    reply = ask(backend, request, body)
    assert reply.status == 200, reply.body
    return reply.body["data"]


def test_an_audience_is_made_listed_counted_changed_and_deleted(backend: Backend) -> None:
    made = data(backend, "POST /audiences", {"name": "Customers", "definition": PURCHASED})
    at = f"/audiences/{made['id']}"
    assert made["id"].startswith("aud_")
    assert [each["name"] for each in data(backend, "GET /audiences")] == ["Customers"]
    assert data(backend, f"GET {at}")["definition"] == PURCHASED
    assert data(backend, f"GET {at}/count")["count"] == 4
    weekly = {"events": [{"event": "purchase", "days": 7}]}
    changed = data(backend, f"PUT {at}", {"definition": weekly})
    assert (changed["name"], changed["definition"]) == ("Customers", weekly)
    assert data(backend, f"GET {at}/count")["count"] == 1
    assert data(backend, f"DELETE {at}") == {"id": made["id"], "deleted": True}
    assert ask(backend, f"GET {at}").status == 404


def test_an_audience_narrows_a_metric(backend: Backend) -> None:
    made = data(backend, "POST /audiences", {"name": "Customers", "definition": PURCHASED})
    query = f"range=2025-04-07,2025-04-20&audience={made['id']}"
    assert data(backend, f"GET /metrics/dau?{query}")["total"] == 4


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"definition": PURCHASED}, "name"),
        ({"name": "", "definition": PURCHASED}, "name"),
        ({"name": "x" * 201, "definition": PURCHASED}, "name"),
        ({"name": "A", "description": "x" * 2001, "definition": PURCHASED}, "description"),
        ({"name": "A"}, "definition"),
        ({"name": "A", "definition": {"event": []}}, "event"),
    ],
)
def test_a_wrong_audience_is_refused(backend: Backend, body: Any, parameter: str) -> None:
    reply = ask(backend, "POST /audiences", body)
    assert reply.status == 400
    assert parameter in reply.body["message"]


def test_viewers_read_editors_make_owners_and_admins_change_audiences(backend: Backend) -> None:
    body = {"name": "Customers", "definition": PURCHASED}
    refused = ask(as_(backend, "eve:viewer"), "POST /audiences", body)
    assert (refused.status, refused.body["error"]) == (403, "FORBIDDEN")
    made = data(as_(backend, "ana:editor"), "POST /audiences", body)
    at = f"/audiences/{made['id']}"
    assert made["owner_id"] == "ana"
    assert data(as_(backend, "eve:viewer"), f"GET {at}")["name"] == "Customers"
    assert ask(as_(backend, "bob:editor"), f"PUT {at}", {"name": "Mine"}).status == 403
    assert ask(as_(backend, "bob:editor"), f"DELETE {at}").status == 403
    assert data(as_(backend, "bob:admin"), f"PUT {at}", {"name": "Ours"})["name"] == "Ours"
    assert ask(as_(backend, "ana:editor"), f"DELETE {at}").status == 200


def test_a_mark_is_made_found_and_deleted(backend: Backend) -> None:
    body = {
        "title": "v2",
        "timestamp": "2025-04-09T10:00:00+02:00",
        "source_ref": "abc123",
        "metadata": '{"by": "ci"}',
    }
    made = data(backend, "POST /marks", body)
    assert made["timestamp"] == "2025-04-09T08:00:00.000+00:00"
    assert (made["category"], made["source"], made["scope"]) == ("release", "api", "public")
    assert data(backend, f"GET /marks/{made['id']}") == made
    assert data(backend, f"DELETE /marks/{made['id']}")["deleted"]
    assert data(backend, "GET /marks") == []


def test_a_mark_without_a_time_is_of_now(backend: Backend) -> None:
    assert data(backend, "POST /marks", {"title": "now"})["timestamp"].startswith("2025-04-20T12")


def test_the_times_of_marks_without_a_zone_are_the_workspaces() -> None:
    with engine_of(replace(appendix_a(), zone="America/New_York")) as engine:
        found = Backend(engine, Saved(engine.path, clock=engine.clock, source="api"))
        made = data(found, "POST /marks", {"title": "v2", "timestamp": "2025-04-09T10:00:00"})
        assert made["timestamp"] == "2025-04-09T14:00:00.000+00:00"
        day = data(found, "POST /marks", {"title": "day", "timestamp": "2025-04-10"})
        assert day["timestamp"] == "2025-04-10T04:00:00.000+00:00"
        late = data(found, "POST /marks", {"title": "late", "timestamp": "2025-04-11T03:59:59Z"})
        listed = data(found, "GET /marks?from=2025-04-10&to=2025-04-10")
        assert [mark["id"] for mark in listed] == [late["id"], day["id"]]


def test_marks_are_listed_newest_first_by_time_category_and_source(backend: Backend) -> None:
    for day, category in ((1, "release"), (2, "news"), (3, "incident")):
        body = {"title": category, "timestamp": f"2025-04-0{day}", "category": category}
        data(backend, "POST /marks", body)

    def titles(query: str) -> list[str]:
        return [mark["title"] for mark in data(backend, f"GET /marks?{query}")]

    assert titles("") == ["incident", "news", "release"]
    assert titles("from=2025-04-02&to=2025-04-02T23:59:59Z") == ["news"]
    assert titles("category=release&source=api") == ["release"]
    assert titles("source=manual") == []
    assert titles("limit=1") == ["incident"]


def test_a_private_mark_is_its_makers_alone(backend: Backend) -> None:
    ana, bob = as_(backend, "ana:editor"), as_(backend, "bob:admin")
    made = data(ana, "POST /marks", {"title": "mine", "scope": "private"})
    assert [mark["title"] for mark in data(ana, "GET /marks")] == ["mine"]
    assert data(bob, "GET /marks") == []
    for method in ("GET", "DELETE"):
        assert ask(bob, f"{method} /marks/{made['id']}").status == 404


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "x", "description": "x" * 2001}, "description"),
        ({"title": "x", "timestamp": "yesterday"}, "timestamp"),
        ({"title": "x", "category": "party"}, "category"),
        ({"title": "x", "scope": "secret"}, "scope"),
        ({"title": "x", "metadata": "{"}, "metadata"),
        ({"title": "x", "metadata": json.dumps("x" * 10_240)}, "metadata"),
        ({"title": "x", "source": "plugin"}, "source"),
    ],
)
def test_a_wrong_mark_is_refused(backend: Backend, body: Any, parameter: str) -> None:
    reply = ask(backend, "POST /marks", body)
    assert reply.status == 400
    assert parameter in reply.body["message"]


def test_sql_answers_with_columns_and_rows(backend: Backend) -> None:
    query = "select event_name, count(*) as n from events_v1 group by 1 order by 2 desc, 1 limit 2"
    found = data(backend, "POST /data/query", {"query": query})
    assert [column["name"] for column in found["columns"]] == ["event_name", "n"]
    assert found["rows"] == [["sign_up", 6], ["add_to_cart", 5]]
    assert (found["row_count"], found["execution_time_ms"] >= 0) == (2, True)


@pytest.mark.parametrize("query", ["drop table events", "update events set day = 0", "", "select"])
def test_sql_that_is_no_select_is_refused(backend: Backend, query: str) -> None:
    assert ask(backend, "POST /data/query", {"query": query}).status in (400, 500)


def test_sources_their_fields_and_values_can_be_looked_up(backend: Backend) -> None:
    tables = {s["id"]: s["table"] for s in data(backend, "GET /data/sources")["sources"]}
    assert tables == {
        "events": "events_v1", "logs": "logs_v1", "context": "context_v1",
        "user_traits": "user_traits_v1", "users": "users_v1", "user_devices": "user_devices",
    }  # fmt: skip
    fields = data(backend, "GET /data/sources/events/fields")["fields"]
    assert {"name": "event_name", "data_type": "text"} in fields
    found = data(backend, "GET /data/sources/context/values/country?limit=2")
    assert (found["values"], found["counts"]) == (["NL", "US"], [10, 7])
    assert data(backend, "GET /data/sources/context/values/country?search=d")["values"] == ["DE"]


def test_an_unknown_source_is_not_found(backend: Backend) -> None:
    assert ask(backend, "GET /data/sources/planets/fields").status == 404
    assert ask(backend, "GET /data/sources/events/values/mood").status in (400, 404)
