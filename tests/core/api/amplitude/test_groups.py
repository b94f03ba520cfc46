"""What the Dashboard REST API answers by group, in windows, and of one user, in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.api import Backend
from core.errors import BadQuestion
from core.queries import from_json
from core.store.library.saved import Saved
from tests.worlds.api.amplitude import (
    BACK,
    BUY,
    DATES,
    FUNNEL,
    LTV,
    NL,
    RATIO,
    RETENTION,
    SEGMENTATION,
    STEPS,
    US,
    USERS,
    collapsed,
    event,
    ms,
    small,
)
from tests.worlds.api.parameters import send
from tests.worlds.world import Event, World, engine_of


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with engine_of(small()) as engine:
        yield Backend(engine, Saved(engine.path, clock=engine.clock))


def get(backend: Backend, request: str, given: dict[str, Any], **more: Any) -> Any:
    reply = send(backend, request, {**given, **more})
    assert reply.ok, reply.body
    return reply.body


def refused(backend: Backend, request: str, given: dict[str, Any], **more: Any) -> Any:
    reply = send(backend, request, {**given, **more})
    assert reply.status == 400
    return reply.body["error"]


def reached(body: Any) -> dict[str, list[int]]:
    return {each["groupValue"]: each["cumulativeRaw"] for each in body["data"]}


def cells(body: Any, date: str) -> dict[str, list[int]]:
    """The counts of a cohort by label."""
    data = body["data"]
    return {
        label: [cell["count"] for cell in series["values"][date]]
        for label, series in zip(data["seriesLabels"], data["series"], strict=True)
    }


# -- formulas


def test_a_formula_by_two_fields_and_by_those_of_its_events(backend: Backend) -> None:
    by = get(backend, SEGMENTATION, RATIO, g=["country", "platform"], formula="UNIQUES(A)")
    assert collapsed(by) == {"NL / web": 1, "NL / ios": 1, "US / ios": 1}
    items = get(backend, SEGMENTATION, RATIO, e=event("buy", "item"), formula="UNIQUES(A)")
    assert collapsed(items) == {"hat": 3, "shoe": 2}
    sums = get(backend, SEGMENTATION, RATIO, e=event("buy", "amount", "item"), formula="PROPSUM(A)")
    assert collapsed(sums) == {"hat": 47, "shoe": 59}


def test_a_formula_among_several_segments(backend: Backend) -> None:
    body = get(backend, SEGMENTATION, RATIO, s=[NL, US], formula="TOTALS(A)")
    assert collapsed(body) == {"segment 1": 5, "segment 2": 2}
    assert [meta["segmentIndex"] for meta in body["data"]["seriesMeta"]] == [0, 1]


def test_a_formula_may_name_its_segments(backend: Backend) -> None:
    formula = "UNIQUES(A1) / UNIQUES(A2)"
    assert collapsed(get(backend, SEGMENTATION, RATIO, s=[NL, US], formula=formula)) == {formula: 2}
    alone = get(backend, SEGMENTATION, RATIO, s=NL, formula="UNIQUES(A1)")
    assert collapsed(alone) == {"UNIQUES(A1)": 2}
    assert refused(backend, SEGMENTATION, RATIO, formula="UNIQUES(A1)")["parameter"] == "formula"


def test_groups_of_a_formula_beyond_the_limit_are_said(backend: Backend) -> None:
    body = get(backend, SEGMENTATION, RATIO, g="country", limit=1, formula="UNIQUES(A)")
    assert collapsed(body) == {"NL": 2}
    assert body["warnings"] == ["limit: 1 more group is left out; a limit above 1 shows more."]


def test_a_rolling_average_of_a_formula_is_the_mean_of_its_figures(backend: Backend) -> None:
    given = {**RATIO, "formula": "TOTALS(A) * 2"}
    plain = get(backend, SEGMENTATION, given, start="20250405")["data"]["series"][0]
    rolled = get(backend, SEGMENTATION, given, rollingAverage=3)["data"]["series"][0]
    assert rolled == pytest.approx([sum(plain[n : n + 3]) / 3 for n in range(14)])


def test_a_rolling_average_of_nothing_by_nothing_is_undefined(backend: Backend) -> None:
    assert get(backend, SEGMENTATION, RATIO, rollingAverage=2)["data"]["series"][0][:2] == [None, 1]


@pytest.mark.parametrize("interval", ["7", "30", "-3600000"])
def test_averages_begin_before_the_range_in_every_interval(backend: Backend, interval: str) -> None:
    given = {**DATES, "e": event("buy"), "i": interval}
    formula = {**given, "m": "formula", "formula": "TOTALS(A)", "rollingAverage": 2}
    own = get(backend, SEGMENTATION, given, m="totals", rollingAverage=2)["data"]
    assert get(backend, SEGMENTATION, formula)["data"]["series"] == own["series"]


def test_a_rolling_window_of_a_formula_is_of_each_function(backend: Backend) -> None:
    def uniques(e: str) -> list[float]:
        found = get(backend, SEGMENTATION, {**DATES, "e": e}, rollingWindow=7)
        return list(found["data"]["series"][0])

    over = get(backend, SEGMENTATION, RATIO, rollingWindow=7)["data"]["series"][0]
    assert over == pytest.approx(
        [a / b for a, b in zip(uniques(event("buy")), uniques(event("view")), strict=True)]
    )


# -- funnels and retention by group


def test_a_funnel_by_what_its_first_or_a_later_step_says(backend: Backend) -> None:
    first = [event("signup", "source"), event("cart"), event("buy")]
    assert reached(get(backend, FUNNEL, STEPS, e=first)) == {"ads": [2, 2, 2], "mail": [1, 1, 1]}
    last = [event("signup"), event("cart"), event("buy", "item")]
    found = reached(get(backend, FUNNEL, STEPS, e=last))
    assert {name: counts[-1] for name, counts in found.items()} == {"hat": 1, "shoe": 2}


def test_a_funnel_may_have_one_step(backend: Backend) -> None:
    body = get(backend, FUNNEL, DATES, e=event("signup", "source"))
    assert reached(body) == {"ads": [2], "mail": [1]}
    days = body["data"][0]["dayFunnels"]["series"]
    assert days[:3] == [[1], [1], [0]]
    assert body["data"][0]["dayAvgTransTimes"]["series"][0] == [0]
    plain = get(backend, FUNNEL, DATES, e=event("signup"), mode="unordered")["data"][0]
    assert (plain["cumulativeRaw"], plain["cumulative"]) == ([3], [1])


def test_groups_of_a_funnel_beyond_the_limit_are_said(backend: Backend) -> None:
    body = get(backend, FUNNEL, STEPS, g="country", limit=1)
    assert reached(body) == {"NL": [2, 2, 2]}
    assert body["data"][0]["stepTransTimeDistribution"][1]["bins"]
    said = "limit: 1 more group is left out; a limit above 1 shows more."
    assert body["warnings"][0] == said


def test_days_by_the_hour_and_by_5_minutes_say_when(backend: Backend) -> None:
    for interval, label in (("-3600000", "Apr 07, 01:00"), ("-300000", "Apr 07, 00:05")):
        days = get(backend, FUNNEL, STEPS, i=interval, end="20250407")["data"][0]["dayFunnels"]
        assert days["formattedXValues"][1] == label


def test_retention_by_what_the_start_says(backend: Backend) -> None:
    found = get(backend, RETENTION, BACK, se=event("signup", "source"))
    assert {name: counts[:4] for name, counts in cells(found, "Apr 07").items()} == {
        "ads": [1, 0, 1, 0],
        "mail": [0, 1, 0, 1],
    }


def test_retention_by_what_the_return_says_is_of_everybody_who_started(backend: Backend) -> None:
    found = get(backend, RETENTION, BACK, re=event("view", "item"))
    assert {name: counts[:4] for name, counts in cells(found, "Apr 07").items()} == {
        "hat": [1, 0, 0, 1],
        "shoe": [0, 1, 1, 0],
    }
    assert {c["outof"] for s in found["data"]["series"] for c in s["values"]["Apr 07"][:1]} == {2}


def test_one_bracket_may_stand_alone(backend: Backend) -> None:
    found = [get(backend, RETENTION, BACK, rm="bracket", rb=rb) for rb in ("[[0,5]]", "[0,5]")]
    assert found[0] == found[1]
    assert cells(found[0], "Apr 07") == {"": [2]}


@pytest.mark.parametrize(
    ("request_", "given", "parameter"),
    [
        (FUNNEL, {**STEPS, "e": [event("signup", "source"), event("buy", "item")]}, "e"),
        (FUNNEL, {**STEPS, "e": [event("signup"), event("buy", "item")], "g": "country"}, "e"),
        (RETENTION, {**BACK, "se": event("signup", "source"), "g": "country"}, "se"),
        (RETENTION, {**BACK, "re": event("view", "item"), "g": "country"}, "re"),
        (RETENTION, {**BACK, "rb": "[[0,5]]"}, "rb"),
        (RETENTION, {**BACK, "rm": "bracket", "rb": "[[0,5]]", "i": "7"}, "i"),
        (SEGMENTATION, {**BUY, "formula": "UNIQUES(A)"}, "formula"),
        (SEGMENTATION, {**BUY, "rollingWindow": 2, "rollingAverage": 2}, "rollingAverage"),
        (SEGMENTATION, {**RATIO, "formula": "ROLLWIN(UNIQUES, A, 3)", "rollingWindow": 2},
         "rollingWindow"),
        (SEGMENTATION, {**RATIO, "rollingAverage": 91}, "rollingAverage"),
        (SEGMENTATION, {**BUY, "rollingWindow": 91}, "rollingWindow"),
        (SEGMENTATION, {**BUY, "e": event("buy", "item", "amount"), "g": "country"}, "g"),
        (USERS, {**DATES, "g": "country", "s": [NL, US]}, "g"),
        (LTV, {**DATES, "g": ["country", "platform"]}, "g"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_combined_is_refused_by_name(
    backend: Backend, request_: str, given: dict[str, Any], parameter: str
) -> None:
    error = refused(backend, request_, given)
    assert (error["http_code"], error["parameter"]) == (400, parameter)
    assert parameter in error["message"]


# -- names that are not there

NEVER = event("never")
HERE = "is not in this workspace: it never happened."


@pytest.mark.parametrize(
    ("request_", "given"),
    [
        (SEGMENTATION, {**DATES, "e": NEVER}),
        (SEGMENTATION, {**DATES, "e": NEVER, "m": "totals", "rollingWindow": 3}),
        (SEGMENTATION, {**DATES, "e": NEVER, "m": "average"}),
        (SEGMENTATION, {**DATES, "e": event("never", "amount"), "m": "sums"}),
        (SEGMENTATION, {**DATES, "e": event("never", "amount"), "m": "histogram"}),
        (SEGMENTATION, {**RATIO, "e": NEVER}),
        (FUNNEL, {**STEPS, "e": [event("signup"), NEVER]}),
        (FUNNEL, {**STEPS, "e": [NEVER, event("signup")], "mode": "unordered"}),
        (RETENTION, {**BACK, "re": NEVER}),
        (RETENTION, {**BACK, "se": NEVER, "g": "country"}),
        (
            "GET /api/v1/metrics/events/custom",
            {"event": "never", "property": "amount", "aggregation": "sum"},
        ),
        ("POST /api/v1/funnels", {"steps": [{"event": "signup"}, {"event": "never"}]}),
    ],
    ids=str,
)
def test_an_event_that_is_not_there_never_happened(
    backend: Backend, request_: str, given: dict[str, Any]
) -> None:
    body = get(backend, request_, given)
    notes = body["warnings"] if "warnings" in body else body["data"]["notes"]
    assert any(note.endswith(HERE) for note in notes)


def test_a_field_that_is_not_there_has_no_value(backend: Backend) -> None:
    missing = "'contry' is not a field in this workspace: it has no value."
    body = get(backend, USERS, DATES, g="contry")
    assert (body["data"]["seriesLabels"], body["warnings"]) == (["(none)"], [missing])
    segment = '[{"prop":"contry","op":"is","values":["NL"]}]'
    body = get(backend, USERS, DATES, s=segment)
    assert (sum(body["data"]["series"][0]), body["warnings"]) == (0, [missing])


def test_what_is_typed_must_be_there(backend: Backend) -> None:
    question = from_json({"kind": "trend", "event": "never"})
    backend.engine.run(question, forgiving=True)
    with pytest.raises(BadQuestion, match="not in this workspace"):
        backend.engine.run(question)


# -- lists and people


def test_lifetime_values_say_what_is_complete(backend: Backend) -> None:
    series = get(backend, LTV, DATES)["data"]["series"][0]
    assert series["combined"]["count"] == 4
    assert (series["complete"]["2025-04-07"]["r30d"], series["complete"]["2025-04-07"]["r90d"]) == (
        True,
        False,
    )
    assert series["combined_complete"]["r90d"] is False


def test_deleted_events_are_listed_with_their_flag() -> None:
    world = replace(small(), flags=(("cart", "deleted"),), now=ms("04-08T18:00"))
    with engine_of(world) as engine:
        data = get(Backend(engine, Saved(engine.path)), "GET /api/2/events/list", {})["data"]
    flags = {row["value"]: row["deleted"] for row in data}
    assert flags["cart"] is True
    assert not any(deleted for name, deleted in flags.items() if name != "cart")
    assert next(row["totals"] for row in data if row["value"] == "cart") == 0


def test_shares_of_active_users_are_percentages_everywhere() -> None:
    with engine_of(replace(small(), now=ms("04-13T23:00"))) as engine:
        backend = Backend(engine, Saved(engine.path))
        listed = get(backend, "GET /api/2/events/list", {})["data"]
        share = next(row["pct_dau"] for row in listed if row["value"] == "cart")
        week = {"start": "20250407", "end": "20250413", "m": "pct_dau", "e": event("cart")}
        assert collapsed(get(backend, SEGMENTATION, week)) == {"cart": share}
        assert share == 100


def test_user_data_has_all_that_the_data_says() -> None:
    def seen(ts: int, session: str | None, version: str, **properties: Any) -> Event:
        context = {"version": version, "dma": "Boston", "platform": "iOS", "device_model": "X"}
        return Event("open", ts, "ann", "phone", session, context, properties)

    world = World(
        (
            seen(1_000, "1744000000000", "1.0", carrier="AT&T"),
            seen(2_000, "evening", "1.1", location_lat=37.1, location_lng=-122.2),
            seen(3_000, "-1", "1.2", revenue=9.5),
            seen(4_000, None, "1.3"),
        ),
        now=10_000,
    )
    with engine_of(world) as engine:
        body = get(Backend(engine, Saved(engine.path)), "GET /api/2/useractivity", {"user": "ann"})
    user = body["userData"]
    assert (user["version"], user["start_version"]) == ("1.3", "1.0")
    assert (user["carrier"], user["dma"], user["device"]) == ("AT&T", "Boston", "X")
    assert user["merged_amplitude_ids"] == []
    assert user["last_location"] == {"lat": 37.1, "lng": -122.2}
    assert (user["purchases"], user["revenue"], user["paying"]) == (1, 9.5, True)
    assert [event["session_id"] for event in body["events"]] == [
        4_000,
        -1,
        "evening",
        1744000000000,
    ]


def test_merged_users_are_listed_with_their_own_ids() -> None:
    events = (Event("open", 1_000, "old"), Event("open", 2_000, "new"))
    with engine_of(World(events, aliases=(("old", "new", 3_000),), now=10_000)) as engine:
        backend = Backend(engine, Saved(engine.path, clock=engine.clock))
        user = get(backend, "GET /api/2/useractivity", {"user": "new"})["userData"]
        (merged,) = user["merged_amplitude_ids"]
        assert merged != user["canonical_amplitude_id"]
        found = get(backend, "GET /api/2/usersearch", {"user": str(merged)})
        assert [match["user_id"] for match in found["matches"]] == ["new"]


def test_os_stands_for_platform_where_no_event_has_one() -> None:
    events = (Event("open", 1_000, "ann", context={"os": "Linux"}),)
    with engine_of(World(events, now=10_000)) as engine:
        backend = Backend(engine, Saved(engine.path, clock=engine.clock))
        user = get(backend, "GET /api/2/useractivity", {"user": "ann"})["userData"]
        assert (user["platform"], user["os"]) == ("Linux", "Linux")


@pytest.mark.parametrize("user", ["9" * 30, "\u00b2", "\u0663", "-1", "1e3"])
def test_a_text_that_is_no_id_finds_nobody(backend: Backend, user: str) -> None:
    found = get(backend, "GET /api/2/usersearch", {"user": user})
    assert found == {"matches": [], "type": "nomatch"}
    assert send(backend, "GET /api/2/useractivity", {"user": user}).status == 404


def test_a_number_finds_whose_id_it_is_and_who_is_called_so() -> None:
    events = tuple(Event("open", n * 1_000, user) for n, user in enumerate(("ann", "2", "1"), 1))
    with engine_of(World(events, now=10_000)) as engine:
        backend = Backend(engine, Saved(engine.path, clock=engine.clock))
        ids = engine.context().catalog.people
        for user in ("1", "2"):
            found = get(backend, "GET /api/2/usersearch", {"user": user})["matches"]
            assert {match["user_id"] for match in found} == {user, ids.called(int(user))}
            assert {match["amplitude_id"] for match in found} >= {int(user)}
