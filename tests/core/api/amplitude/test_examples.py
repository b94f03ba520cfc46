"""Every example request of the Dashboard REST API document, over people whose doings are known.

Ana comes from Amsterdam and was there in June already, as Ben was; "123", Dan and Eve are new in
August and September and say no city. Fay and Gil come in December, and Fay pays twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.api import Backend, read, respond
from core.store.library.saved import Saved
from tests.worlds.api.amplitude import collapsed
from tests.worlds.world import Event, World, engine_of

HAPPENED = """
06-01T10:00 ana page
06-01T10:10 ana page
06-02T12:00 ben page
06-30T23:00 cat page
08-01T09:00 ben watch_tutorial
08-02T09:00 ben watch_tutorial
08-02T10:00 ben transaction
08-02T10:00 123 event_one
08-02T10:00:02 123 event_two
08-02T10:00:03 123 event_three
08-03T09:00 ana event_one
08-03T09:05 ana watch_tutorial
08-03T09:30 ana event_two
08-05T10:00 123 event_four
08-08T09:00 ben watch_tutorial
08-10T12:00 ana transaction
08-20T08:00 dan event_two
08-20T09:00 dan event_one
09-10T10:00 eve event_one
12-01T00:00 fay signup
12-01T12:00 fay purchase 10
12-06T00:00 gil signup
12-10T06:00 fay purchase 5
"""
PLATFORM = {"ana": "Android", "ben": "iOS", "cat": "iOS", "123": "iOS"}
LIBRARY = {"123": "js", "ana": "js", "dan": "py", "eve": "js"}
TRAITS = (("123", "event", "tour"), ("cat", "event", "launch"))
CUSTOM = {"events": [{"event": "watch_tutorial"}, {"event": "transaction"}]}


def utc_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def _event(line: str) -> Event:
    when, user, name, *amount = line.split()
    context = {"platform": PLATFORM[user]} if user in PLATFORM else {}
    if user == "ana":
        context["city"] = "Amsterdam"
    properties: dict[str, Any] = {"library": LIBRARY[user]} if user in LIBRARY else {}
    if amount:
        properties["amount"] = int(amount[0])
    device = "0786zXEdyOX1rS3M-P_m1d" if user == "123" else None
    return Event(name, utc_ms(f"2021-{when}"), user, device, None, context, properties)


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    world = World(
        tuple(_event(line) for line in HAPPENED.strip().splitlines()),
        traits=tuple((*trait, utc_ms("2021-01-01")) for trait in TRAITS),
        custom=(("My Custom Event", CUSTOM),),
        now=utc_ms("2022-12-31T12:00"),
    )
    with engine_of(world) as engine:
        yield Backend(engine, Saved(engine.path, clock=engine.clock))


def answered(backend: Backend, request: str) -> Any:
    """The body of a request that is answered; as curl would send it, or as the document prints."""
    reply = respond(read(f"GET {request} HTTP/1.1"), backend)
    assert reply.status == 200, reply.body
    assert respond(read(f"https://amplitude.com{request}"), backend) == reply
    return reply.body


def held(body: Any) -> dict[str, list[Any]]:
    """The figures that are neither 0 nor missing, by label."""
    data = body["data"]
    return {
        x: [line[at] for line in data["series"]]
        for at, x in enumerate(data["xValues"])
        if any(line[at] for line in data["series"])
    }


def raw(body: Any) -> dict[str, list[int]]:
    """How many reached each step, by group."""
    return {each["meta"].get("group", ""): each["cumulativeRaw"] for each in body["data"]}


def cohort(body: Any, date: str) -> list[tuple[int, int]]:
    """Returned and size per interval."""
    cells = body["data"]["series"][0]["values"][date]
    return [(cell["count"], cell["outof"]) for cell in cells]


YEAR = "start=20210101&end=20210901"
AUGUST = "start=20210801&end=20210831"
FUNNEL = "start=20210801&end=20210926"
ONE, TWO = 'e={"event_type":"event_one"}', 'e={"event_type":"event_two"}'
THREE, FOUR = 'e={"event_type":"event_three"}', 'e={"event_type":"event_four"}'
NO_CITY = 's=[{"prop":"city","op": "is","values": ["(none)"]}]'
CE = 'e={"event_type":"ce:My%20Custom%20Event"}'
WATCHED = 'e={"event_type":"watch_tutorial"}'
PAID = 'e2={"event_type":"transaction"}'
BACK = 'se={"event_type":"_active"}&re={"event_type":"watch_tutorial"}'
LENGTHS = "start=20210426&end=20210905"
BINS = "timeHistogramConfigBin"

Reading = Callable[[Any], Any]
EXAMPLES: list[tuple[str, Reading, Any]] = [
    (f"users?{YEAR}&m=active&i=30&g=city",
     lambda body: dict(zip(body["data"]["seriesMeta"], body["data"]["series"], strict=True)),
     {"(none)": [0, 0, 0, 0, 0, 2, 0, 3, 1], "Amsterdam": [0, 0, 0, 0, 0, 1, 0, 1, 0]}),
    (f"users?{YEAR}&m=active", held,
     {"2021-06-01": [1], "2021-06-02": [1], "2021-06-30": [1], "2021-08-01": [1],
      "2021-08-02": [2], "2021-08-03": [1], "2021-08-05": [1], "2021-08-08": [1],
      "2021-08-10": [1], "2021-08-20": [1]}),
    (f'users?{YEAR}&m=active&i=30&s=[{{"prop":"city","op": "is","values": ["Amsterdam"]}}]', held,
     {"2021-06-01": [1], "2021-08-01": [1]}),
    (f"sessions/length?{LENGTHS}", held,
     {"0s-3s": [10], "3s-10s": [1], "600s-1800s": [1], "1800s-3600s": [1]}),
    (f"sessions/length?{LENGTHS}&{BINS}TimeUnit=minutes&{BINS}Min=0&{BINS}Max=10", held,
     {"0s-60s": [11]}),
    (f"sessions/length?{LENGTHS}&{BINS}TimeUnit=days&{BINS}Min=0&{BINS}Max=10&{BINS}Size=1", held,
     {"0s-3s": [10], "3s-10s": [1], "600s-1800s": [1], "1800s-3600s": [1]}),
    ("sessions/average?start=20210601&end=20210630", held, {"2021-06-01": [600]}),
    ("sessions/peruser?start=20210601&end=20210630", held,
     {"2021-06-01": [1], "2021-06-02": [1], "2021-06-30": [1]}),
    ("composition?start=20210601&end=20210630&p=platform", held, {"iOS": [2], "Android": [1]}),
    ("composition?start=20210601&end=20210630&p=gp:event", held, {"(none)": [2], "launch": [1]}),
    ("events/list", lambda body: {row["totals"] for row in body["data"]}, {0}),
    (f'events/segmentation?e={{"event_type":"_active"}}&{AUGUST}', collapsed, {"_active": 4}),
    (f"events/segmentation?{WATCHED}&start=20210801&end=20210802&{PAID}", held,
     {"2021-08-01": [1, 0], "2021-08-02": [1, 1]}),
    (f"events/segmentation?{WATCHED}&{AUGUST}&{PAID}", collapsed,
     {"watch_tutorial": 2, "transaction": 2}),
    (f"events/segmentation?{CE}&{AUGUST}", collapsed, {"ce:My Custom Event": 2}),
    (f"events/segmentation?{WATCHED}&{AUGUST}&m=totals", collapsed, {"watch_tutorial": 4}),
    (f"events/segmentation?{WATCHED}&{AUGUST}&m=pct_dau", collapsed, {"watch_tutorial": 50}),
    (f"funnels?{ONE}&{TWO}&{THREE}&{FUNNEL}&mode=unordered&cs=3&limit=100", raw, {"": [4, 3, 1]}),
    (f"funnels?{ONE}&{TWO}&{FUNNEL}&mode=unordered&n=new&{NO_CITY}&g=gp:event", raw,
     {"(none)": [2, 1], "tour": [1, 1]}),
    (f"funnels?{ONE}&{TWO}&{FUNNEL}&mode=unordered&n=new&{NO_CITY}&g=library", raw,
     {"js": [2, 1], "py": [1, 1]}),
    (f"funnels?{ONE}&{TWO}&{THREE}&{FOUR}&{FUNNEL}&mode=unordered", raw, {"": [4, 3, 1, 1]}),
    (f"funnels?{ONE}&{TWO}&{FUNNEL}&mode=unordered&n=new&{FOUR}", raw, {"": [3, 2, 1]}),
    (f"funnels?{ONE}&{TWO}&{THREE}&{FOUR}&{FUNNEL}&mode=ordered", raw, {"": [4, 2, 1, 1]}),
    (f"funnels?{ONE}&{TWO}&{FUNNEL}&mode=ordered&n=new&{FOUR}", raw, {"": [3, 1, 1]}),
    (f"retention?{BACK}&{AUGUST}&rm=rolling", lambda body: cohort(body, "Aug 01")[:10],
     [*[(1, 1)] * 8, (0, 1), (0, 1)]),
    (f"retention?{BACK}&start=20210726&end=20210905&i=7",
     lambda body: cohort(body, "Jul 26")[:3], [(1, 1), (1, 1), (0, 1)]),
    (f"retention?{BACK}&start=20210726&end=20210905&i=30",
     lambda body: cohort(body, "Aug 01")[:1], [(2, 4)]),
    ("useractivity?user=123", lambda body: [e["event_type"] for e in body["events"]],
     ["event_four", "event_three", "event_two", "event_one"]),
    ("useractivity?user=123&limit=1", lambda body: len(body["events"]), 4),
    ("usersearch?user=0786zXEdyOX1rS3M-P_m1d",
     lambda body: (body["type"], [match["user_id"] for match in body["matches"]]),
     ("match_user_or_device_id", ["123"])),
    ("usersearch?user=356893043036", lambda body: body, {"type": "nomatch", "matches": []}),
    ("realtime", held, {}),
    ("realtime?i=5", held, {}),
    ("revenue/ltv?start=20211201&end=20211231&i=7",
     lambda body: {
         date: (row["r1d"], row["r9d"], row["r10d"], row["count"], row["paid"],
                row["total_amount"])
         for date, row in body["data"]["series"][0]["values"].items() if row["count"]
     },
     {"2021-11-29": (10, 10, 15, 1, 1, 15), "2021-12-06": (0, None, None, 1, 0, 0)}),
    ("revenue/ltv?start=20211201&end=20221231&m=3&i=30",
     lambda body: [
         row["r90d"] for row in body["data"]["series"][0]["values"].values() if row["count"]
     ],
     [None]),  # ninety days later nothing is known any more
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "reading", "expected"), EXAMPLES, ids=[example[0] for example in EXAMPLES]
)
def test_an_example_of_the_document(
    backend: Backend, request_: str, reading: Reading, expected: Any
) -> None:
    assert reading(answered(backend, f"/api/2/{request_}")) == expected


def test_a_user_that_is_not_there_is_not_found(backend: Backend) -> None:
    assert respond(read("GET /api/2/useractivity?user=247246881751"), backend).status == 404


@pytest.mark.parametrize(
    ("request_", "parameter"),
    [
        ("users?start=STARTDATE&end=ENDDATE", "start"),
        ("sessions/length?start=STARTDATE&end=ENDDATE", "start"),
        ("sessions/peruser?start=&end=", "start"),
        ("composition?start=STARTDATE&end=ENDDATE&p=property", "start"),
        ('events/segmentation?e={"event_type":"YOUR%20EVENT"}&start=STARTDATE&end=DATE', "start"),
        (
            'funnels?e={"event_type":"EVENT"}&e={"event_type":"EVENT"}&start=STARTDATE&end=ENDDATE',
            "start",
        ),
        (
            'retention?se={"event_type":"_active"}&re={"event_type":"EVENT"}&start=STARTDATE'
            "&end=ENDDATE",
            "start",
        ),
        ("revenue/ltv?start=STARTDATE&end=ENDDATE", "start"),
        ("revenue/ltv?start=&end=", "start"),
    ],
)
def test_the_document_s_placeholders_are_named(
    backend: Backend, request_: str, parameter: str
) -> None:
    reply = respond(read(f"GET /api/2/{request_}"), backend)
    assert (reply.status, reply.body["error"]["parameter"]) == (400, parameter)


def test_a_saved_chart_is_answered_by_its_id(backend: Backend) -> None:
    from core.definitions.saved import Item

    question = {"kind": "trend", "event": "watch_tutorial", "range": "2021-08-01,2021-08-31"}
    saved = backend.saved.save("charts", Item(title="Tutorials", body={"question": question}))
    body = answered(backend, f"/api/3/chart/{saved.id}/query")
    assert body["data"]["seriesCollapsed"] == [[{"value": 4}]]
    assert body == answered(backend, "/api/3/chart/Tutorials/query")
    assert respond(read("GET /api/3/chart/nothing/query"), backend).status == 404
