"""The query API's requests, over the fixture of definitions appendix A."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.api import Backend, Reply, read, respond
from core.store.library.saved import Saved
from tests.worlds.world import Event, World, engine_of

RANGE = "2025-04-07,2025-04-20"


def get(backend: Backend, path: str, query: str = "") -> Any:
    """The data of a GET that is answered."""
    reply = respond(read(f"GET /api/v1{path}?range={RANGE}&{query}"), backend)
    assert reply.status == 200, reply.body
    return reply.body["data"]


def post(backend: Backend, path: str, **body: Any) -> Any:
    """The data of a POST that is answered."""
    reply = respond(read(f"POST /api/v1{path}", json.dumps({"range": RANGE, **body})), backend)
    assert reply.status == 200, reply.body
    return reply.body["data"]


def refused(backend: Backend, request: str, body: str | None = None) -> Reply:
    reply = respond(read(request, body), backend)
    assert not reply.ok
    return reply


def values(data: Any) -> dict[str, float]:
    """The points that are not 0, by date."""
    return {p["date"]: p["value"] for p in data["points"] if p["value"]}


def test_daily_active_users(backend: Backend) -> None:
    data = get(backend, "/metrics/dau")
    assert values(data) == {
        "2025-04-07": 2, "2025-04-08": 2, "2025-04-09": 1, "2025-04-14": 2, "2025-04-15": 1,
        "2025-04-16": 1,
    }  # fmt: skip
    assert (data["total"], data["sum"], data["min"], data["max"]) == (5, 9, 0, 2)
    assert data["avg"] == pytest.approx(9 / 14)
    assert data["points"][-1] == {"date": "2025-04-20", "value": 0, "partial": True}


def test_rolling_active_users(backend: Backend) -> None:
    assert get(backend, "/metrics/wau")["points"][7]["value"] == 5
    assert get(backend, "/metrics/mau")["points"][1]["value"] == 3


def test_a_breakdown_gives_each_point_its_dimension(backend: Backend) -> None:
    data = get(backend, "/metrics/dau", "breakdown=country")
    assert {(d["dimension"], d["total"]) for d in data["dimensions"]} == {
        ("NL", 2),
        ("US", 2),
        ("DE", 1),
    }
    assert {p["dimension"] for p in data["points"]} == {"NL", "US", "DE"}


def test_a_comparison_is_of_people_counted_once(backend: Backend) -> None:
    compared = get(backend, "/metrics/dau", "compare=previous")["comparison"]
    assert (compared["first"], compared["last"]) == ("2025-03-24", "2025-04-06")
    assert (compared["previous_total"], compared["change"]) == (1, 4)
    assert compared["percent_change"] == 400


@pytest.mark.parametrize(("name", "people"), [("dau", 5), ("wau", 3), ("mau", 5)])
def test_raw_active_users_are_a_page_of_the_people_counted(
    backend: Backend, name: str, people: int
) -> None:
    data = get(backend, f"/metrics/{name}/raw", "limit=2&offset=1&count_total=true")
    assert data["columns"][0]["name"] == "user_id"
    assert (data["row_count"], data["offset"], data["total"]) == (2, 1, people)
    assert get(backend, f"/metrics/{name}")["total"] == people


def test_events_over_time_and_their_comparison(backend: Backend) -> None:
    data = get(backend, "/metrics/events", "compare=previous")
    assert (data["total"], data["comparison"]["change"]) == (18, 16)
    assert get(backend, "/metrics/events", "granularity=weekly")["points"][0]["value"] == 12


def test_top_events_break_ties_by_name(backend: Backend) -> None:
    data = get(backend, "/metrics/events/top", "limit=3")
    assert [(row["event_name"], row["count"]) for row in data] == [
        ("add_to_cart", 5),
        ("sign_up", 5),
        ("purchase", 4),
    ]


def test_raw_events_of_one_event(backend: Backend) -> None:
    data = get(backend, "/metrics/events/top/purchase/raw", "limit=2&count_total=true")
    assert (data["row_count"], data["total"], data["truncated"]) == (2, 4, True)
    assert data["rows"][0][:2] == ["2025-04-16T10:30:00.000+00:00", "purchase"]
    assert get(backend, "/metrics/events/raw")["row_count"] == 18


def test_values_of_a_property(backend: Backend) -> None:
    data = get(backend, "/metrics/events/properties", "event=add_to_cart&property=item")
    assert {d["dimension"]: d["total"] for d in data["dimensions"]} == {
        "hat": 2,
        "shirt": 2,
        "jeans": 1,
    }


@pytest.mark.parametrize(
    ("aggregation", "total"), [("sum", 100), ("avg", 25), ("min", 10), ("max", 50), ("count", 4)]
)
def test_custom_aggregations(backend: Backend, aggregation: str, total: float) -> None:
    query = f"event=purchase&property=amount&aggregation={aggregation}"
    assert get(backend, "/metrics/events/custom", query)["total"] == total


def test_only_numbers_are_counted() -> None:
    noon = 1_744_027_200_000
    given = (5, "6", "six", None, True, [7])
    events = tuple(
        Event("pay", noon + n, "ann", properties={"amount": amount})
        for n, amount in enumerate(given)
    )
    with engine_of(World(events, now=noon + 100)) as engine:
        found = Backend(engine, Saved(engine.path, clock=engine.clock))
        query = "event=pay&property=amount&aggregation=count"
        assert get(found, "/metrics/events/custom", query)["total"] == 2


def test_sessions_by_a_field(backend: Backend) -> None:
    data = get(backend, "/metrics/sessions", "breakdown=country")
    found = {line["dimension"]: line["total"] for line in data["dimensions"]}
    assert found == {"NL": 4, "US": 3, "DE": 2}


def test_first_time_events_in_both_modes(backend: Backend) -> None:
    path = "/metrics/events/first-time"
    assert values(get(backend, path, "event=view_item")) == {"2025-04-07": 1}
    hat = "event=view_item&conditions[0][field]=properties.item&conditions[0][value]=hat"
    assert values(get(backend, path, hat)) == {}
    assert values(get(backend, path, f"{hat}&match_mode=true")) == {"2025-04-15": 1}


@pytest.mark.parametrize(
    ("operator", "value", "total"),
    [("gte", "20", 3), ("eq", "20", 2), ("eq", "020", 0), ("eq", '"20.0"', 0), ("gt", "abc", 0)],
)
def test_values_of_conditions_in_a_query_are_numbers_where_they_are_spelled_so(
    backend: Backend, operator: str, value: str, total: int
) -> None:
    condition = f"conditions[0][field]=amount&conditions[0][operator]={operator}"
    query = f"event=purchase&{condition}&conditions[0][value]={value}"
    assert get(backend, "/metrics/events", query)["total"] == total


def test_per_actor_metrics(backend: Backend) -> None:
    path = "/metrics/events/per-actor"
    query = "event=purchase&property=properties.amount&metric="
    found = {m: get(backend, path, query + m)["total"] for m in ("avg", "median", "p90")}
    assert found == {"avg": 25, "median": 20, "p90": pytest.approx(41)}


def test_sessions(backend: Backend) -> None:
    assert get(backend, "/metrics/sessions")["total"] == 9
    assert get(backend, "/metrics/sessions/unique")["total"] == 9
    top = get(backend, "/metrics/sessions/top", "property=country")
    assert top[0]["country"] == "NL"
    assert get(backend, "/metrics/sessions/raw", "count_total=true")["total"] == 5


def test_lifecycle_is_weekly_by_default(backend: Backend) -> None:
    data = get(backend, "/metrics/lifecycle")
    assert data["points"][0] == {
        "date": "2025-04-07",
        "new": 3,
        "returning": 0,
        "resurrected": 0,
        "dormant": 1,
    }
    assert data["points"][1]["partial"]


def test_a_lifecycle_by_country_has_every_group(backend: Backend) -> None:
    data = get(backend, "/metrics/lifecycle", "breakdown=country")
    found = {
        (point["date"], point["dimension"]): (
            point["new"], point["returning"], point["resurrected"], point["dormant"],
        )
        for point in data["points"]
    }  # fmt: skip
    assert found == {
        ("2025-04-07", "NL"): (1, 0, 0, 1), ("2025-04-14", "NL"): (0, 1, 1, 0),
        ("2025-04-07", "US"): (2, 0, 0, 0), ("2025-04-14", "US"): (0, 0, 0, 2),
        ("2025-04-07", "DE"): (0, 0, 0, 0), ("2025-04-14", "DE"): (1, 0, 0, 0),
    }  # fmt: skip
    totals = {line["dimension"]: line["totals"]["new"] for line in data["dimensions"]}
    assert totals == {"NL": 1, "US": 2, "DE": 1}


def test_a_lifecycle_is_compared_state_by_state(backend: Backend) -> None:
    compared = get(backend, "/metrics/lifecycle", "compare=previous")["comparison"]
    first, last = compared["previous_points"]
    assert (first["date"], first["new"]) == ("2025-03-24", 0)
    assert (last["date"], last["new"], last["dormant"]) == ("2025-03-31", 1, 0)
    assert compared["totals"]["new"] == {"previous_total": 1, "change": 3, "percent_change": 300}


def test_every_group_is_compared_with_its_own_past(backend: Backend) -> None:
    dimensions = get(backend, "/metrics/dau", "breakdown=country&compare=previous")["dimensions"]
    found = {line["dimension"]: (line["previous_total"], line["change"]) for line in dimensions}
    assert found == {"NL": (1, 1), "US": (0, 2), "DE": (0, 1)}


def test_groups_past_the_limit_are_counted_and_said(backend: Backend) -> None:
    data = get(backend, "/metrics/dau", "breakdown=country&limit=1")
    assert (len(data["dimensions"]), data["omitted_groups"]) == (1, 2)
    assert data["notes"] == ["2 groups are not shown; limit says how many are."]
    steps = [{"event": "sign_up"}, {"event": "purchase"}]
    found = post(backend, "/funnels", steps=steps, breakdown="country", limit=1)
    assert [group["dimension"] for group in found["breakdown"]] == ["US", "(other)"]
    assert found["omitted_groups"] == 2


def test_rankings_say_that_they_go_on(backend: Backend) -> None:
    path = f"GET /api/v1/metrics/events/top?range={RANGE}"
    assert respond(read(f"{path}&limit=4"), backend).body["truncated"] is True
    assert "truncated" not in respond(read(f"{path}&limit=5"), backend).body


@pytest.mark.parametrize("path", ["/metrics/dau/raw", "/metrics/events/raw", "/metrics/users/raw"])
def test_pages_tell_the_total_only_when_it_is_asked_for(backend: Backend, path: str) -> None:
    assert "total" not in get(backend, path, "limit=1")
    assert "total" not in get(backend, path, "limit=1&count_total=false")
    assert get(backend, path, "limit=1")["truncated"] is True
    assert get(backend, path, "limit=1&count_total=true")["total"] > 1


def test_shares_are_in_percent_or_called_rates(backend: Backend) -> None:
    sticky = get(backend, "/metrics/stickiness/daily")
    most = max(point["value"] for point in sticky["points"])
    assert (sticky["unit"], round(most)) == ("percent", 67)
    steps = [{"event": "sign_up"}, {"event": "purchase"}]
    trend = post(backend, "/funnels/trend", steps=steps)
    assert (trend["unit"], trend["total"]) == ("rate", 1)


def test_segments_and_their_people(backend: Backend) -> None:
    found = {row["segment"]: row["users"] for row in get(backend, "/metrics/segments")}
    assert found == {
        "new": 1, "returning": 2, "dormant": 2, "churned": 1, "one_timer": 2, "casual": 3,
        "regular": 0, "power_user": 0,
    }  # fmt: skip
    assert get(backend, "/metrics/segments/casual")["total"] == 3


def test_a_formula_has_the_figure_of_the_range(backend: Backend) -> None:
    series = [{"metric": "event:purchase"}, {"metric": "dau"}]
    data = post(backend, "/metrics/formula", series=series, formula="A/B")
    assert data["total"] == 0.8
    assert data["points"][9]["value"] == 1
    assert data["points"][4]["value"] is None


def test_grouped_metrics(backend: Backend) -> None:
    data = post(
        backend,
        "/metrics/grouped",
        group_by="properties.item",
        size={"type": "count"},
        intensity={"type": "avg_per_actor"},
    )
    found = [(g["group"], g["size"]) for g in data["groups"]]
    assert found == [("(none)", 6), ("shirt", 5), ("hat", 4), ("jeans", 3)]
    assert data["total_size"] == 18


def test_a_funnel(backend: Backend) -> None:
    steps = [{"event": name} for name in ("sign_up", "add_to_cart", "purchase")]
    data = post(backend, "/funnels", steps=steps)
    assert [step["count"] for step in data["steps"]] == [4, 3, 3]
    assert data["steps"][1] == {
        "step": 2, "event": "add_to_cart", "count": 3, "overall_rate": 0.75, "step_rate": 0.75,
        "drop_off": 1,
    }  # fmt: skip
    assert data["overall_conversion"] == 0.75
    by_country = post(backend, "/funnels", steps=steps, breakdown="country")["breakdown"]
    assert {g["dimension"]: [s["count"] for s in g["steps"]] for g in by_country} == {
        "US": [2, 1, 1],
        "NL": [1, 1, 1],
        "DE": [1, 1, 1],
    }


def test_retention_is_of_first_appearance_weekly_over_90_days(backend: Backend) -> None:
    body = {"granularity": "weekly", "range": "90d"}
    data = respond(read("POST /api/v1/retention", json.dumps(body)), backend).body["data"]
    sizes = {row["cohort_date"]: row["cohort_size"] for row in data["cohorts"]}
    assert sizes == {"2025-02-24": 1, "2025-03-31": 1, "2025-04-07": 3, "2025-04-14": 1}
    assert data["cohorts"][0]["counts"][:2] == [1, 0]
    assert data["averages"][0] == 1
    assert (data["granularity"], data["periods"]) == ("weekly", 8)


@pytest.mark.parametrize(
    ("request_", "parameter"),
    [
        ("GET /api/v1/metrics/dau?range=0d", "range"),
        ("GET /api/v1/metrics/dau?range=2025-04-20,2025-04-07", "range"),
        ("GET /api/v1/metrics/dau?granularity=fortnightly", "granularity"),
        ("GET /api/v1/metrics/dau?compare=tomorrow", "compare"),
        ("GET /api/v1/metrics/dau?colour=red", "colour"),
        ("GET /api/v1/metrics/dau?range=7d&range=30d", "range"),
        ("GET /api/v1/metrics/events/properties?event=purchase", "property"),
        ("GET /api/v1/metrics/segments/power_user?limit=101", "limit"),
        ("GET /api/v1/metrics/events/raw?limit=many", "limit"),
        ("GET /api/v1/metrics/dau?conditions[0][value]=NL", "conditions"),
        (
            "GET /api/v1/metrics/dau?conditions[0][field]=country&conditions[0][operator]=about"
            "&conditions[0][value]=NL",
            "conditions[0][operator]",
        ),
        ("GET /api/v1/metrics/logs?breakdown=country", "breakdown"),
        (
            "GET /api/v1/metrics/dau?conditions[0][field]=a%00b&conditions[0][value]=NL",
            "conditions[0][field]",
        ),
    ],
)
def test_a_wrong_parameter_is_named(backend: Backend, request_: str, parameter: str) -> None:
    reply = refused(backend, request_)
    assert reply.status == 400
    assert parameter in reply.body["message"]
    assert reply.body["parameter"].startswith(parameter)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"steps": [{"event": "sign_up"}]}, "steps"),
        ({"steps": [{"event": "sign_up"}] * 11}, "steps"),
        ({"steps": [{"event": "sign_up"}] * 2, "window_seconds": 0}, "window_seconds"),
        ({"steps": [{"event": "sign_up"}, {"name": "purchase"}]}, "steps.1"),
    ],
)
def test_a_wrong_field_of_a_body_is_named(
    backend: Backend, body: dict[str, Any], parameter: str
) -> None:
    reply = refused(backend, "POST /api/v1/funnels", json.dumps(body))
    assert (reply.status, reply.body["error"]) == (400, "BAD_REQUEST")
    assert reply.body["parameter"].startswith(parameter)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("/metrics/events?event=sign_upp", "sign_upp"),
        ("/metrics/events/top/viewed/raw?limit=5", "viewed"),
        ("/metrics/events/custom?event=purchase&property=amont", "amont"),
        ("/metrics/events?conditions[0][field]=contry&conditions[0][value]=NL", "contry"),
        ("/metrics/lifecycle?event=buy", "buy"),
        ("/metrics/dau/raw?conditions[0][field]=trait:plann&conditions[0][value]=pro", "plann"),
    ],
)
def test_what_was_never_seen_is_0_with_a_note(backend: Backend, query: str, name: str) -> None:
    data = respond(read(f"GET /api/v1{query}"), backend).body["data"]
    assert not any(point.get("value") for point in data.get("points", []))
    assert not data.get("rows")
    (note,) = [said for said in data["notes"] if name in said]
    assert "of this workspace" in note or "in this workspace" in note


def test_rankings_and_groups_say_what_was_never_seen(backend: Backend) -> None:
    data = get(backend, "/metrics/dau", "breakdown=contry")
    assert [(line["dimension"], line["total"]) for line in data["dimensions"]] == [("(none)", 5)]
    assert "contry" in data["notes"][0]
    top = respond(read("GET /api/v1/metrics/sessions/top?property=contry"), backend).body
    assert "contry" in top["notes"][0]


def test_a_funnel_with_an_event_that_was_never_seen_ends_there(backend: Backend) -> None:
    found = post(backend, "/funnels", steps=[{"event": "sign_up"}, {"event": "buy"}])
    assert [step["count"] for step in found["steps"]] == [4, 0]
    assert "buy" in found["notes"][-1]


def test_an_unknown_request_is_not_found(backend: Backend) -> None:
    assert refused(backend, "GET /api/v1/metrics/mood").status == 404


def test_a_method_that_is_not_allowed_says_which_is(backend: Backend) -> None:
    reply = refused(backend, "GET /api/v1/funnels")
    assert reply.status == 405
    assert "POST" in reply.body["message"]
