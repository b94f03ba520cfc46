"""Saved charts as the Dashboard REST API answers them, in the documented shape of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from core.answers import Answer, Number
from core.api import Backend, read, respond
from core.api.amplitude_saved import SHAPE_OF
from core.definitions.saved import Item
from core.language.questions import format_question, parse_any
from core.queries import from_json

RANGE = "2025-04-07..2025-04-20"


def saved(backend: Backend, question: str | dict[str, Any]) -> str:
    """Save a question as the command and the explorer do, in words; return the chart's id."""
    parsed = parse_any(question) if isinstance(question, str) else from_json(question)
    item = Item(title=f"Chart {parsed.kind}", body={"question": format_question(parsed)})
    known = next((c for c in backend.saved.items("charts") if c.title == item.title), None)
    if known:
        backend.saved.delete("charts", known.id)
    return backend.saved.save("charts", item).id


def chart(backend: Backend, question: str | dict[str, Any], form: str = "query") -> Any:
    reply = respond(read(f"GET /api/3/chart/{saved(backend, question)}/{form}"), backend)
    assert reply.status == 200, reply.body
    return reply.body


def data(body: Any) -> Any:
    return body["data"]


SHAPES: list[tuple[str | dict[str, Any], Callable[[Any], Any], Any]] = [
    (f"purchase {RANGE}", lambda b: data(b)["seriesCollapsed"], [[{"value": 4}]]),
    (f"purchase by country {RANGE}", lambda b: sorted(data(b)["seriesLabels"]), ["DE", "NL", "US"]),
    (f"purchase {RANGE} vs prev", lambda b: len(data(b)["seriesCompared"][0]), 14),
    ("realtime", lambda b: (data(b)["seriesLabels"], len(data(b)["xValues"][0])),
     (["Today", "Yesterday"], 5)),
    (f"sign_up > purchase {RANGE}",
     lambda b: (data(b)[0]["cumulativeRaw"], data(b)[0]["events"], "dayFunnels" in data(b)[0]),
     ([4, 4], ["sign_up", "purchase"], True)),
    (f"view_item > purchase within 1h {RANGE}", lambda b: data(b)[0]["cumulativeRaw"], [1, 1]),
    ({"kind": "funnel", "window_seconds": None, "range": "2025-04-01,2025-04-20",
      "steps": [{"event": "sign_up"}, {"event": "add_to_cart"}]},
     lambda b: (data(b)[0]["cumulativeRaw"],
                sum(day[1] for day in data(b)[0]["dayFunnels"]["series"])),
     ([5, 4], 5)),
    ({"kind": "funnel", "range": "2025-04-07,2025-04-20", "steps": [{"event": "sign_up"}]},
     lambda b: (data(b)[0]["cumulativeRaw"], data(b)[0]["dayFunnels"]["series"][0]), ([4], [2])),
    (f"retention of sign_up return _all weekly {RANGE}",
     lambda b: (data(b)["series"][0]["dates"], data(b)["series"][0]["values"]["Apr 07"][0]),
     (["Apr 14", "Apr 07"], {"count": 3, "outof": 3, "incomplete": False})),
    (f"ltv {RANGE}", lambda b: data(b)["seriesLabels"], [""]),
    (f"sessions length {RANGE}",
     lambda b: (data(b)["series"], data(b)["xValues"][0]),
     ([[5, 0, 0, 0, 0, 0, 2, 1, 1]], "0s-3s")),
    (f"composition by trait:plan {RANGE}",
     lambda b: dict(zip(data(b)["xValues"], data(b)["series"][0], strict=True)),
     {"free": 2, "pro": 2, "(none)": 1}),
    (f"top events {RANGE}", lambda b: (data(b)["xValues"][0], data(b)["seriesLabels"][0]),
     ("add_to_cart", "count")),
    (f"segment new {RANGE}", lambda b: {m["user_id"] for m in b["matches"]} >= {"e"}, True),
    ("users matching A", lambda b: ([m["user_id"] for m in b["matches"]], b["type"]),
     (["a"], "match_user_prefix")),
    ("select 'x' as name, 2 as n", lambda b: (data(b)["series"], data(b)["xValues"]),
     ([[2]], ["x"])),
    ("user a", lambda b: (b["userData"]["user_id"], len(b["events"])), ("a", 6)),
    ({"kind": "grouped", "group_by": "country", "range": "2025-04-07,2025-04-20"},
     lambda b: len(data(b)["series"]), 2),
    (f"paths from sign_up {RANGE}",
     lambda b: data(b)["seriesLabels"][0], "sign_up"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "reading", "expected"), SHAPES, ids=[str(shape[0]) for shape in SHAPES]
)
def test_a_chart_has_the_documented_shape_of_its_kind(
    backend: Backend, question: str | dict[str, Any], reading: Any, expected: Any
) -> None:
    assert reading(chart(backend, question)) == expected


@pytest.mark.parametrize("question", [shape[0] for shape in SHAPES], ids=str)
def test_every_chart_is_a_table_of_text(backend: Backend, question: str | dict[str, Any]) -> None:
    title, empty, head, *rows = chart(backend, question, "csv")["data"].splitlines()
    assert title
    assert not empty
    assert head
    assert rows


def test_values_over_time_are_a_row_per_segment(backend: Backend) -> None:
    asked = "purchase by country daily 2025-04-07..2025-04-09"
    head, *rows = chart(backend, asked, "csv")["data"].splitlines()[2:]
    assert head == "Segment,2025-04-07,2025-04-08,2025-04-09"
    assert sorted(rows) == ["NL,1,0,0", "US,0,1,1"]


def test_a_chart_is_found_by_its_title_too(backend: Backend) -> None:
    id_ = saved(backend, f"purchase {RANGE}")
    by_id = respond(read(f"GET /api/3/chart/{id_}/query"), backend)
    by_title = respond(read("GET /api/3/chart/Chart%20trend/query"), backend)
    assert by_id.ok
    assert by_id == by_title


def test_people_on_other_pages_are_said(backend: Backend) -> None:
    body = chart(
        backend,
        {"kind": "segment", "segment": "returning", "limit": 1, "range": "2025-03-01,2025-04-10"},
    )
    assert len(body["matches"]) == min(body["total"], 1)
    assert ("warnings" in body) == (body["total"] > 1)


def test_a_single_figure_is_a_series_of_one_value() -> None:
    answer = Number(title="Share", first="2025-04-07", last="2025-04-20", value=0.5, unit="percent")
    data = SHAPE_OF[Number](answer, None, None)["data"]
    assert (data["series"], data["seriesLabels"], data["xValues"]) == (
        [[50]],
        ["Share"],
        ["2025-04-20"],
    )


def test_every_shape_has_an_answer() -> None:
    assert set(SHAPE_OF) == set(get_args(get_args(Answer)[0]))


def test_a_title_may_hold_a_slash(backend: Backend) -> None:
    item = Item(title="Buyers / week", body={"question": f"users of purchase {RANGE}"})
    backend.saved.save("charts", item)
    reply = respond(read("GET /api/3/chart/Buyers%20%2F%20week/query"), backend)
    assert reply.body["data"]["seriesCollapsed"] == [[{"value": 4}]]


@pytest.mark.parametrize("form", ["query", "csv"])
def test_a_chart_that_is_not_there_is_not_found(backend: Backend, form: str) -> None:
    reply = respond(read(f"GET /api/3/chart/nothing/{form}"), backend)
    assert (reply.status, reply.body["error"]["http_code"]) == (404, 404)
