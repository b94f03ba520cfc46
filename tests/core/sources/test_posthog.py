"""PostHog's exports become events, people and their traits."""

from __future__ import annotations

import json
from pathlib import Path

from tests.core.sources.small import imported, lines
from tests.worlds.sources.exports import posthog_event as event

MADE_UP = "0190aa11-7c1d-7f55-9f5e-0242ac120002"


def test_identify_joins_and_describes(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, "$pageview", who="anon-1"),
        event(1, "$identify", **{"$anon_distinct_id": "anon-1", "$set": {"plan": "gold"}}),
        event(2, **{"$set": {"plan": "free"}, "$set_once": {"source": "ads", "plan": "x"}}),
        event(3, "$set", **{"$set": {"city": "Bergen", "old": 1}}),
        event(4, "$set", **{"$unset": ["old"]}),
        event(5, "$groupidentify", **{"$group_type": "team"}),
    ))  # fmt: skip
    assert found.names == {"$pageview": 1, "play": 1}
    assert found.people == 1
    wanted = {"plan": "free", "source": "ads", "city": "Bergen"}
    assert found.traits == {("ole", key): value for key, value in wanted.items()}
    report = found.report
    assert (report.identified, report.left_out) == (3, {"descriptions of groups": 1})
    assert [each["properties"] for each in found.events] == [{}, {}]


def test_aliases_and_merges_join_both_ids(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, "$create_alias", alias="ole-2019"), event(1, who="ole-2019"), event(2),
        event(3, "$merge_dangerously", alias="o2"), event(4, who="o2"), event(5, "$create_alias"),
    ))  # fmt: skip
    assert {each["person"] for each in found.events} == {"ole"}
    assert found.report.reasons == {"alias without both ids": 1}


def test_an_id_that_posthog_made_up_is_a_device(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, who=MADE_UP, **{"$device_id": MADE_UP}),
        event(1, "$identify", **{"$device_id": MADE_UP, "$anon_distinct_id": MADE_UP}),
        event(2, **{"$device_id": MADE_UP}),
    ))  # fmt: skip
    assert [each["user"] for each in found.events] == [None, "ole"]
    assert [each["device"] for each in found.events] == [MADE_UP, MADE_UP]
    assert found.people == 1


def test_distinct_ids_of_one_person_id_are_one_person(tmp_path: Path) -> None:
    device = {"$device_id": MADE_UP}
    sent = [event(0, who=MADE_UP, **device), event(1, who="o@x.test"), event(2), event(3, who="i")]
    people = ["p1", "p1", "p1", "p2"]
    found = imported(tmp_path, lines(*(
        {**each, "person_id": person} for each, person in zip(sent, people, strict=True)
    )))  # fmt: skip
    assert [each["person"] for each in found.events] == ["ole", "ole", "ole", "i"]


def test_the_time_is_the_timestamp_and_known_names_are_columns(tmp_path: Path) -> None:
    libraries = {
        "$time": 5, "$browser": "Chrome", "$os": "Linux", "$ip": "192.0.2.9",
        "$geoip_country_code": "NO", "$current_url": "https://x.test/", "level": 3,
    }  # fmt: skip
    found = imported(tmp_path, lines(event(0, **libraries)))
    (stored,) = found.events
    assert stored["ts"] == 1_777_881_600_000
    assert (stored["browser"], stored["os"], stored["country"]) == ("Chrome", "Linux", "NO")
    assert stored["properties"] == {"$current_url": "https://x.test/", "level": 3}


def test_properties_of_the_person_are_traits(tmp_path: Path) -> None:
    known = {"plan": "gold", "$initial_os": "Linux"}
    found = imported(tmp_path, lines(
        {**event(0), "person": {"distinct_ids": ["ole"], "properties": known}},
        {**event(1, who="ida"), "person_properties": json.dumps({"plan": "free"})},
    ))  # fmt: skip
    assert found.traits == {("ole", "plan"): "gold", ("ida", "plan"): "free"}


def test_a_page_of_the_api(tmp_path: Path) -> None:
    page = {"next": "https://x.test/?before=1", "results": [event(0), event(1)]}
    assert imported(tmp_path, json.dumps(page, indent=1), "p.json").names == {"play": 2}


def test_a_table_from_a_page(tmp_path: Path) -> None:
    table = (
        "*.uuid,*.event,*.timestamp,*.distinct_id,properties.$browser,properties.level,"
        "person.properties.plan\n"
        "1,play,2026-05-04 08:00:00.000,ole,Chrome,3,gold\n"
        "2,stop,2026-05-04 09:00:00.000,ida,,,\n"
    )
    found = imported(tmp_path, table, "p.csv")
    assert found.names == {"play": 1, "stop": 1}
    assert [each["properties"] for each in found.events] == [{"level": 3}, {}]
    assert [each.get("browser") for each in found.events] == ["Chrome", None]
    assert found.traits == {("ole", "plan"): "gold"}


def test_a_table_of_a_batch_export(tmp_path: Path) -> None:
    table = (
        "uuid,event,properties,distinct_id,timestamp\n"
        '1,play,"{""$browser"":""Chrome"",""level"":3}",ole,2026-05-04 08:00:00.123000+00:00\n'
        '2,play,"{""$browser"":""Safari""}",ida,2026-05-04 09:00:00.123000 UTC\n'
        '3,$identify,"{""$anon_distinct_id"":""ida""}",ole,2026-05-04 10:00:00\n'
        "4,play,{broken,ida,2026-05-04 10:00:00\n"
    )
    found = imported(tmp_path, table, "p.csv")
    assert [each.get("browser") for each in found.events][:2] == ["Chrome", "Safari"]
    assert found.people == 1
    assert found.report.stored + found.report.rejected == 3


def test_a_person_id_is_one_person_in_whatever_file(tmp_path: Path) -> None:
    for number, (who, person) in enumerate([(MADE_UP, "p1"), ("o", "p1"), ("ola", "p1")]):
        sent = {**event(number, who=who), "person_id": person}
        found = imported(tmp_path, lines(sent), f"{number}.jsonl")
    assert {each["person"] for each in found.events} == {"ola"}


def test_persons_have_traits_and_join_their_ids(tmp_path: Path) -> None:
    ids = [MADE_UP, "ole"]
    person = {"name": "ole", "distinct_ids": ids, "properties": {"plan": "gold"}, "created_at": 1}
    sent = {**event(0, who=MADE_UP), "person": {"distinct_ids": ids}}
    imported(tmp_path, lines(sent))
    found = imported(tmp_path, json.dumps({"results": [person]}), "p.json")
    assert found.traits == {("ole", "plan"): "gold"}
    assert [each["person"] for each in found.events] == ["ole"]
    assert found.report.identified == 1


def test_a_refused_identify_counts_once_and_captured_events_have_their_person(
    tmp_path: Path,
) -> None:
    captured = event(0, distinct_id="ida", **{"$lib": "python"})
    del captured["distinct_id"]
    refused = event(1, "$identify", **{"$anon_distinct_id": "null"})
    found = imported(tmp_path, lines(captured, refused))
    assert [each["person"] for each in found.events] == ["ida"]
    assert found.report.refused_links == 1
