"""Segment's and RudderStack's calls become events and statements about people."""

from __future__ import annotations

import json
from pathlib import Path

from tests.core.sources.small import imported, lines
from tests.worlds.sources.exports import SENT_AT
from tests.worlds.sources.exports import segment_call as call

MS = 1_777_881_600_000


def test_every_call_is_one_event_or_a_statement(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        call("page", 1, name="Hats", properties={"path": "/hats"}),
        call("page", 2, properties={"path": "/"}),
        call("screen", 3, name="Basket", category="Shop"),
        call("track", 4, event="Hat Bought", userId="ida", properties={"price": 30}),
        call("identify", 5, userId="ida", traits={"plan": "gold"}),
        call("group", 6, userId="ida", groupId="g", traits={"size": 3}),
        call("alias", 7, userId="ida", previousId="ida-before"),
    ))  # fmt: skip
    assert found.names == {"page": 2, "screen": 1, "Hat Bought": 1}
    assert found.people == 1
    assert found.traits == {("ida", "plan"): "gold"}
    report = found.report
    assert (report.read, report.stored, report.identified, report.rejected) == (7, 4, 2, 0)
    assert report.left_out == {"group calls": 1}
    hats, _, basket, bought = found.events
    assert (hats["properties"]["name"], hats["properties"]["path"]) == ("Hats", "/hats")
    assert (basket["properties"]["name"], basket["properties"]["category"]) == ("Basket", "Shop")
    assert bought["properties"]["price"] == 30


def test_context_fills_columns_and_the_address_is_not_kept(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(call("track", 1, event="Hat Bought")))
    (event,) = found.events
    assert (event["language"], event["version"], event["device_type"]) == ("fr-FR", "2.1", "ios")
    assert event["properties"]["context"]["page"] == {"url": "https://shop.test/hats"}
    assert "192.0.2.9" not in json.dumps(event)


def test_a_message_sent_again_is_one_event(tmp_path: Path) -> None:
    again = {"receivedAt": "2026-05-04T09:00:00Z"}
    sent = call("track", 1, event="Hat Bought", userId="ida")
    found = imported(tmp_path, lines(sent, {**sent, **again}))
    assert (found.report.stored, found.report.repeated) == (1, 1)


def test_the_original_timestamp_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    sent = {"type": "track", "messageId": "1", "userId": "ida", "event": "Hat Bought"}
    found = imported(
        tmp_path, lines({**sent, "originalTimestamp": SENT_AT, "sentAt": "2026-05-05"})
    )
    assert [event["ts"] for event in found.events] == [MS]


def test_an_unusable_call_is_rejected_alone(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        call("track", 1, event="Hat Bought"), call("track", 2), call("identify", 3),
        call("track", 4, event="Hat Bought", timestamp="soon"), call("page", 5),
    ))  # fmt: skip
    assert found.names == {"Hat Bought": 1, "page": 1}
    reasons = {"no event name": 1, "identify without a user": 1, "time not understood": 1}
    assert found.report.reasons == reasons


def test_a_mapped_name_wins_in_a_vendors_file(tmp_path: Path) -> None:
    sent = call("track", 1, event="Hat Bought", userId="ida", properties={"account": "acme"})
    found = imported(tmp_path, lines(sent), mapping={"user": "account"})
    assert [event["user"] for event in found.events] == ["acme"]


def test_rows_of_a_table_are_calls_too(tmp_path: Path) -> None:
    table = (
        "type,messageId,originalTimestamp,userId,event,name\n"
        f"track,1,{SENT_AT},ida,Hat Bought,\npage,2,{SENT_AT},ida,,Hats\ngroup,3,{SENT_AT},ida,,\n"
        f"track,4,,ida,Hat Bought,\n"
    )
    found = imported(tmp_path, table, "calls.csv")
    assert found.names == {"Hat Bought": 1, "page": 1}
    assert found.report.left_out == {"group calls": 1}
    assert found.report.reasons == {"no time": 1}
