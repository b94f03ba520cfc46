"""Mixpanel's raw export and people profiles become events, people and their traits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.sources.products import mixpanel
from tests.core.sources.small import imported, lines
from tests.worlds.sources.exports import SECOND
from tests.worlds.sources.exports import mixpanel_event as event


def test_identify_and_merge_are_no_events(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, who="$device:d1", **{"$device_id": "d1"}),
        event(1, "$identify", **{"$identified_id": "ole", "$anon_id": "d1"}),
        event(2), event(3, who="ole-2019"),
        event(4, "$merge", **{"$distinct_ids": ["ole", "ole-2019", "$device:d2"]}),
        event(5, who="$device:d2"),
        event(6, "$create_alias", alias="ole-2018"), event(7, who="ole-2018"),
    ))  # fmt: skip
    assert found.names == {"Play": 5}
    assert {each["person"] for each in found.events} == {"ole"}
    assert (found.report.identified, found.report.rejected) == (3, 0)
    assert [each["country"] for each in found.events] == ["NO"] * 5


def test_the_id_before_identity_is_the_same_person(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, who="anon"), event(1, who="$device:d1"),
        event(2, **{"$distinct_id_before_identity": "anon"}),
        event(3, **{"$distinct_id_before_identity": "$device:d1"}),
    ))  # fmt: skip
    assert (found.people, found.report.read) == (1, 4)


def test_a_distinct_id_that_is_the_device_is_no_user(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, who="d1", **{"$device_id": "d1"}),
        event(1, **{"$device_id": "d1", "$user_id": "ole"}),
    ))  # fmt: skip
    assert [each["user"] for each in found.events] == [None, "ole"]
    assert found.people == 1


def test_properties_keep_their_names_whatever_they_are(tmp_path: Path) -> None:
    own = {"event_name": "Ball", "name": "Ole", "type": "identify", "user": "u", "session_id": "s"}
    first = event(0)
    first["properties"] |= own
    found = imported(tmp_path, lines(first, event(1, type="alias")))
    assert found.names == {"Play": 2}
    assert [each["properties"] for each in found.events] == [own, {"type": "alias"}]


def test_a_merge_of_one_id_is_refused(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(event(0), event(1, "$merge", **{"$distinct_ids": ["ole"]})))
    assert found.report.reasons == {"merge without two ids": 1}


def test_times_are_on_the_wall_of_the_zone_they_are_said_to_be_in() -> None:
    (plain,) = mixpanel.reshape(event(0))
    assert plain["time"] == "2026-05-04 08:00:00.000"
    (plain,) = mixpanel.reshape(event(0, time=(SECOND + 1) * 1000 + 250))
    assert plain["time"] == "2026-05-04 08:00:01.250"


def test_people_profiles_are_traits(tmp_path: Path) -> None:
    imported(tmp_path, lines(event(0)))
    seen = {"$email": "ole@example.test", "plan": "gold", "$last_seen": "2026-05-04T09:00:00"}
    profiles = [
        {"$distinct_id": "ole", "$properties": seen},
        {"$distinct_id": "ida", "$properties": {"plan": "free"}},
        {"$distinct_id": "$device:d1", "$properties": {"plan": "none"}},
        {"$distinct_id": "eva", "$properties": {}},
    ]
    found = imported(tmp_path, lines(*profiles), "people.jsonl")
    email = {("ole", "email"): "ole@example.test"}
    plans = {("ole", "plan"): "gold", ("ida", "plan"): "free", ("d1", "plan"): "none"}
    assert found.traits == {**email, **plans}
    assert (found.report.identified, found.report.rejected) == (3, 0)
    assert found.report.left_out == {"empty people profiles": 1}


def test_people_profiles_come_as_pages_and_tables_too(tmp_path: Path) -> None:
    person = {"$distinct_id": "ole", "$properties": {"plan": "gold"}}
    page = {"page": 0, "page_size": 1000, "results": [person], "status": "ok"}
    assert imported(tmp_path, json.dumps(page), "p.json").traits == {("ole", "plan"): "gold"}
    table = "$distinct_id,$name,goals\nida,Ida,7\n"
    found = imported(tmp_path, table, "p.csv")
    assert found.traits["ida", "name"] == "Ida"
    assert found.traits["ida", "goals"] == "7"


def test_updates_of_people_change_their_traits_once(tmp_path: Path) -> None:
    def said(**operation: Any) -> dict[str, Any]:
        named = {f"${name}": value for name, value in operation.items()}
        return {"$token": "t", "$distinct_id": "ole", **named}

    updates = lines(
        said(set={"plan": "free", "$email": "o@x.test"}), said(add={"logins": 2}),
        said(add={"logins": 2}), said(union={"tags": ["a"]}), said(union={"tags": ["a", "b"]}),
        said(set_once={"plan": "x", "source": "ads"}), said(unset=["email"]), said(set={"old": 1}),
        {**said(unset=["old"]), "$time": SECOND},
    )  # fmt: skip
    for name in ("1.jsonl", "2.jsonl"):
        found = imported(tmp_path, updates, name)
        wanted = {"plan": "free", "logins": "4", "tags": '["a","b"]', "source": "ads"}
        assert found.traits == {("ole", key): value for key, value in wanted.items()}
