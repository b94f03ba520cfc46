"""The Dashboard REST API's requests, over the fixture of definitions appendix A."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from core.api import Backend, Reply, read, respond
from core.store.library.saved import Saved
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of

DATES = "start=20250407&end=20250420"
DAYS = [f"2025-04-{day:02}" for day in range(7, 21)]


def get(backend: Backend, path: str, **query: Any) -> Any:
    """The body of a GET that is answered; values that are no text are sent as JSON."""
    reply = respond(read(f"GET {path}?{_query(query)}"), backend)
    assert reply.status == 200, reply.body
    return reply.body


def _query(query: dict[str, Any]) -> str:
    pairs = [DATES] if query.pop("dated", True) else []
    for name, values in query.items():
        for value in values if isinstance(values, list) else [values]:
            text = value if isinstance(value, str) else json.dumps(value)
            pairs.append(f"{name}={quote(text)}")
    return "&".join(pairs)


def refused(backend: Backend, request: str) -> Reply:
    reply = respond(read(request), backend)
    assert not reply.ok
    return reply


def dated(values: list[float | None]) -> dict[str, float | None]:
    """The figures that are not 0, by date."""
    return {day: value for day, value in zip(DAYS, values, strict=True) if value}


# -- users


def test_active_users_by_day(backend: Backend) -> None:
    data = get(backend, "/api/2/users")["data"]
    assert data["xValues"] == DAYS
    assert data["seriesMeta"] == [{"segmentIndex": 0}]
    assert sum(data["series"][0]) == 9


def test_new_users_by_week_and_group(backend: Backend) -> None:
    data = get(backend, "/api/2/users", m="new", i="7", g="country")["data"]
    assert data["xValues"] == ["2025-04-07", "2025-04-14"]
    assert dict(zip(data["seriesMeta"], data["series"], strict=True)) == {
        "US": [2, 0],
        "NL": [1, 0],
        "DE": [0, 1],
    }


def test_users_of_several_segments_are_compared(backend: Backend) -> None:
    one = [{"prop": "country", "op": "is", "values": ["NL"]}]
    two = [{"prop": "gp:plan", "op": "is not", "values": ["pro"]}]
    data = get(backend, "/api/2/users", i="30", s=[one, two])["data"]
    assert data["series"] == [[2], [3]]
    assert data["seriesMeta"] == [{"segmentIndex": 0}, {"segmentIndex": 1}]


# -- sessions


def test_session_lengths_in_the_usual_bins(backend: Backend) -> None:
    data = get(backend, "/api/2/sessions/length")["data"]
    assert data["series"] == [[5, 0, 0, 0, 0, 0, 2, 1, 1]]
    assert data["xValues"][0] == "0s-3s"


def test_session_lengths_in_custom_bins(backend: Backend) -> None:
    data = get(
        backend,
        "/api/2/sessions/length",
        timeHistogramConfigBinTimeUnit="minutes",
        timeHistogramConfigBinMin="0",
        timeHistogramConfigBinMax="10",
        timeHistogramConfigBinSize="1",
    )["data"]
    assert data["xValues"] == [f"{n * 60}s-{n * 60 + 60}s" for n in range(10)]
    assert data["series"] == [[5, *[0] * 9]]


def test_invalid_custom_bins_fall_back_to_the_usual_ones(backend: Backend) -> None:
    data = get(
        backend,
        "/api/2/sessions/length",
        timeHistogramConfigBinTimeUnit="days",
        timeHistogramConfigBinMin="0",
        timeHistogramConfigBinMax="10",
    )["data"]
    assert len(data["xValues"]) == 9


def test_average_session_length_in_seconds(backend: Backend) -> None:
    data = get(backend, "/api/2/sessions/average")["data"]
    assert dated(data["series"][0]) == {
        "2025-04-07": 300,
        "2025-04-08": 1800,
        "2025-04-09": 1200,
        "2025-04-16": 1800,
    }
    assert data["series"][0][3] is None


def test_sessions_per_user(backend: Backend) -> None:
    data = get(backend, "/api/2/sessions/peruser")["data"]
    assert [value for value in data["series"][0] if value is not None] == [1.0] * 6


# -- composition, lists


def test_composition_by_a_trait(backend: Backend) -> None:
    data = get(backend, "/api/2/composition", p="gp:plan")["data"]
    assert data["seriesLabels"] == ["gp:plan"]
    assert dict(zip(data["xValues"], data["series"][0], strict=True)) == {
        "free": 2,
        "pro": 2,
        "(none)": 1,
    }


def test_events_of_this_week_with_their_flags(backend: Backend) -> None:
    data = get(backend, "/api/2/events/list", dated=False)["data"]
    assert [(row["value"], row["totals"]) for row in data] == [
        ("add_to_cart", 2), ("sign_up", 2), ("purchase", 1), ("view_item", 1),
        ("contact_support", 0),
    ]  # fmt: skip
    assert {key: data[0][key] for key in ("non_active", "deleted", "flow_hidden", "hidden")} == {
        "non_active": False,
        "deleted": False,
        "flow_hidden": False,
        "hidden": False,
    }
    assert data[0]["display"] == "add_to_cart"


# -- segmentation


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"event_type": name, **more}


@pytest.mark.parametrize(
    ("metric", "total"), [("uniques", 4), ("totals", 4), ("average", 1), ("pct_dau", 80)]
)
def test_metrics_of_an_event(backend: Backend, metric: str, total: float) -> None:
    data = get(backend, "/api/2/events/segmentation", e=event("purchase"), m=metric)["data"]
    assert data["seriesLabels"] == ["purchase"]
    assert data["seriesCollapsed"] == [[{"value": total}]]
    assert data["xValues"] == DAYS


@pytest.mark.parametrize(
    ("rolling", "values"),
    [
        ({}, [0, 100, 100]),
        ({"rollingWindow": 2}, [0, 100, 100]),
        ({"rollingAverage": 2}, [None, 50, 100]),
    ],
)
def test_a_share_of_the_active_people_of_a_segment(
    backend: Backend, rolling: dict[str, str], values: list[float | None]
) -> None:
    segment = [{"prop": "country", "op": "is", "values": ["US"]}]
    asked = {"e": event("purchase"), "m": "pct_dau", "s": [segment], **rolling}
    data = get(backend, "/api/2/events/segmentation", **asked)["data"]
    assert data["seriesLabels"] == ["purchase"]
    assert data["series"][0][:3] == values
    assert data["seriesCollapsed"] == [[{"value": 100}]]
    grouped = get(backend, "/api/2/events/segmentation", **asked, g="country")["data"]
    assert grouped["seriesLabels"] == ["US"]
    assert grouped["series"] == data["series"]


def test_dates_are_given_even_if_there_is_no_group(backend: Backend) -> None:
    none = [{"prop": "country", "op": "is", "values": ["XX"]}]
    asked = {"e": event("purchase"), "s": [none], "g": "country"}
    data = get(backend, "/api/2/events/segmentation", **asked)["data"]
    assert (data["series"], data["xValues"]) == ([], DAYS)


@pytest.mark.parametrize(("metric", "total"), [("sums", 100), ("value_avg", 25)])
def test_metrics_of_a_property(backend: Backend, metric: str, total: float) -> None:
    grouped = event("purchase", group_by=[{"type": "event", "value": "amount"}])
    data = get(backend, "/api/2/events/segmentation", e=grouped, m=metric)["data"]
    assert data["seriesCollapsed"] == [[{"value": total}]]


def test_two_events_with_a_filter_and_a_group(backend: Backend) -> None:
    shirts = {
        "subprop_type": "event",
        "subprop_key": "item",
        "subprop_op": "is",
        "subprop_value": ["shirt"],
    }
    data = get(
        backend,
        "/api/2/events/segmentation",
        e=event("purchase", filters=[shirts]),
        e2=event("sign_up"),
        g="country",
    )["data"]
    found = {
        label: collapsed[0]["value"]
        for label, collapsed in zip(data["seriesLabels"], data["seriesCollapsed"], strict=True)
    }
    assert found == {
        "purchase / NL": 1, "purchase / DE": 1, "sign_up / US": 2, "sign_up / NL": 1,
        "sign_up / DE": 1,
    }  # fmt: skip


def test_any_active_event(backend: Backend) -> None:
    data = get(backend, "/api/2/events/segmentation", e=event("_active"))["data"]
    assert data["seriesCollapsed"] == [[{"value": 5}]]


def test_a_rolling_window(backend: Backend) -> None:
    data = get(backend, "/api/2/events/segmentation", e=event("purchase"), rollingWindow="7")[
        "data"
    ]
    assert data["series"] == [[1, 2, 3, 3, 3, 3, 3, 2, 1, 1, 1, 1, 1, 1]]


def test_five_minutes_and_hours(backend: Backend) -> None:
    query = 'start=20250407&end=20250407&e={"event_type":"_all"}&m=totals&i=-300000'
    body = respond(read(f"GET /api/2/events/segmentation?{query}"), backend).body["data"]
    assert len(body["xValues"]) == 288
    found = dict(zip(body["xValues"], body["series"][0], strict=True))
    assert {label: count for label, count in found.items() if count} == {
        "2025-04-07T10:00": 1, "2025-04-07T10:05": 2, "2025-04-07T10:10": 1,
        "2025-04-07T12:00": 1,
    }  # fmt: skip


# -- retention


def test_retention_of_24_hour_windows(backend: Backend) -> None:
    series = get(backend, "/api/2/retention", se=event("sign_up"), re=event("_all"))["data"][
        "series"
    ][0]
    assert series["dates"][:2] == ["Apr 20", "Apr 19"]
    first = [(cell["count"], cell["outof"]) for cell in series["values"]["Apr 07"]]
    assert first[:4] == [(2, 2), (1, 2), (0, 2), (0, 2)]
    assert series["values"]["Apr 16"][3] == {"count": 0, "outof": 1, "incomplete": True}
    assert series["combined"][0] == {
        "count": 4,
        "outof": 4,
        "incomplete": False,
        "retainedSetId": None,
    }


def test_unbounded_retention(backend: Backend) -> None:
    series = get(backend, "/api/2/retention", se=event("sign_up"), re=event("_all"), rm="rolling")[
        "data"
    ]["series"][0]
    assert [cell["count"] for cell in series["values"]["Apr 07"]][:4] == [2, 2, 1, 1]


def test_filters_of_the_starting_and_the_returning_event(backend: Backend) -> None:
    def asked(se: str, re: str) -> list[tuple[int, int]]:
        data = get(backend, "/api/2/retention", se=se, re=re)["data"]
        return [(c["count"], c["outof"]) for c in data["series"][0]["values"]["Apr 07"][:2]]

    all_ = asked(event("sign_up"), event("_all"))
    assert all_ == [(2, 2), (1, 2)]
    us = {
        "subprop_type": "user",
        "subprop_key": "country",
        "subprop_op": "is",
        "subprop_value": ["Atlantis"],
    }
    assert asked(event("sign_up"), event("_all", filters=[us])) == [(0, 2), (0, 2)]
    not_us = {**us, "subprop_op": "is not"}
    assert asked(event("sign_up", filters=[not_us]), event("_all", filters=[not_us])) == all_
    assert asked(event("sign_up", filters=[us]), event("_all")) == [(0, 0), (0, 0)]


# -- one user


def test_a_user_and_their_events(backend: Backend) -> None:
    known = get(backend, "/api/2/usersearch", user="a", dated=False)["matches"]
    assert [match["user_id"] for match in known] == ["a"]
    id_ = str(known[0]["amplitude_id"])
    found = get(backend, "/api/2/useractivity", user=id_, dated=False)
    summary = found["userData"]
    assert (summary["user_id"], summary["num_events"], summary["num_sessions"]) == ("a", 6, 3)
    assert (summary["first_used"], summary["last_used"]) == ("2025-04-07", "2025-04-15")
    assert summary["device_ids"] == ["device-a", "phone-a"]
    assert summary["properties"] == {"plan": "pro"}
    assert found["events"][0]["event_type"] == "view_item"


def test_the_limit_of_events_counts_from_0(backend: Backend) -> None:
    found = get(backend, "/api/2/useractivity", user="e", limit="1", dated=False)
    assert [e["event_type"] for e in found["events"]][:2] == ["purchase", "add_to_cart"]


def test_a_search_says_what_matched(backend: Backend) -> None:
    def kind(text: str) -> str:
        return str(get(backend, "/api/2/usersearch", user=text, dated=False)["type"])

    assert [kind("a"), kind("phone-a"), kind("zed")] == [
        "match_user_or_device_id",
        "match_user_or_device_id",
        "nomatch",
    ]


def test_realtime_is_two_lines_of_a_day(backend: Backend) -> None:
    data = get(backend, "/api/2/realtime", dated=False)["data"]
    assert data["seriesLabels"] == ["Today", "Yesterday"]
    assert [len(line) for line in data["series"]] == [288, 288]
    assert len(data["xValues"]) == 288
    assert len(data["xValues"][0]) == 5


# -- what is refused


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("/api/2/users?end=20210901", "start"),
        ("/api/2/users?start=2021-01-01&end=20210901", "start"),
        ("/api/2/users?start=20210901&end=20210101", "end"),
        ("/api/2/users?start=20210101&end=20210901&i=2", "i"),
        ("/api/2/users?start=20210101&end=20210901&m=all", "m"),
        ('/api/2/users?start=20210101&end=20210901&s=[{"prop":"city"}]', "s"),
        (
            '/api/2/users?start=20210101&end=20210901&s=[{"prop":"city","op":"like","values":["x"]}]',
            "op",
        ),
        ("/api/2/events/segmentation?start=20210101&end=20210901", "e"),
        ("/api/2/events/segmentation?start=20210101&end=20210901&e={", "e"),
        ('/api/2/events/segmentation?start=20210101&end=20210901&e={"filters":[]}', "e"),
        (
            '/api/2/events/segmentation?start=20210101&end=20210901&e={"event_type":"a"}&m=formula',
            "formula",
        ),
        ('/api/2/retention?start=20210101&end=20210901&se={"event_type":"_new"}', "re"),
        ("/api/2/composition?start=20210101&end=20210901", "p"),
    ],
)
def test_a_wrong_parameter_is_named(backend: Backend, query: str, parameter: str) -> None:
    reply = refused(backend, f"GET {query}")
    assert (reply.status, reply.body["error"]["http_code"]) == (400, 400)
    assert reply.body["error"]["parameter"] == parameter
    assert parameter in reply.body["error"]["message"]


def test_a_cohort_is_a_saved_audience(backend: Backend) -> None:
    rules = {"events": [{"event": "purchase", "days": 30}]}
    saved = backend.audiences.create("Buyers", rules)
    one = [{"prop": "userdata_cohort", "op": "is", "values": [saved.id]}]
    other = [{"prop": "userdata_cohort", "op": "is not", "values": ["Buyers"]}]
    data = get(backend, "/api/2/users", i="30", s=[one, other])["data"]
    assert data["series"] == [[4], [1]]


def test_active_users_of_an_event_are_its_users_while_it_is_active(backend: Backend) -> None:
    answers = [
        get(backend, "/api/2/events/segmentation", e=event("purchase"), n=n)
        for n in ("any", "active")
    ]
    assert answers[0] == answers[1]
    world = replace(appendix_a(), flags=(("purchase", "inactive"),))
    with engine_of(world) as engine:
        flagged = Backend(engine, Saved(engine.path))
        query = f'{DATES}&e={{"event_type":"purchase"}}&n=active'
        reply = refused(flagged, f"GET /api/2/events/segmentation?{query}")
        assert (reply.status, reply.body["error"]["parameter"]) == (400, "n")
