"""Amplitude's export becomes events, people and their traits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.core.sources.small import imported, lines
from tests.worlds.sources.exports import amplitude_event as event


def test_an_amplitude_id_is_one_person_whatever_the_devices(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0), event(1, device_id="tv"), event(2, device_id="desk", user_id="ole"),
        event(3, device_id="bus", amplitude_id=42),
    ))  # fmt: skip
    assert [each["person"] for each in found.events] == ["ole"] * 3 + ["amplitude_id:42"]
    assert [each["user"] for each in found.events] == [None, None, "ole", None]
    assert (found.report.read, found.report.stored, found.report.identified) == (4, 4, 0)
    assert (found.report.linked, found.report.merged) == (1, 0)


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    imported(tmp_path, lines(event(2, device_id="desk", user_id="ole")), "2.json")
    found = imported(tmp_path, lines(event(0), event(1, device_id="tv")), "1.json")
    assert found.people == 1


def test_merged_ids_are_one_person(tmp_path: Path) -> None:
    imported(tmp_path, lines(event(0), event(1, amplitude_id=42, device_id="tv", user_id="ole")))
    merged = {
        "scope": "9", "merge_event_time": "2026-05-05 08:00:00.000000",
        "merge_server_time": "2026-05-05 08:00:00.000000", "amplitude_id": 41,
        "merged_amplitude_id": 42,
    }  # fmt: skip
    found = imported(tmp_path, lines(merged), "merged.json")
    assert (found.people, found.report.identified) == (1, 1)


def test_operations_on_user_properties_are_traits(tmp_path: Path) -> None:
    first = {"$set": {"plan": "free", "trial": True}, "$setOnce": {"source": "ads"}}
    later = {"$set": {"plan": "gold"}, "$setOnce": {"source": "mail", "plan": "none"}}
    found = imported(tmp_path, lines(
        event(0, user_id="ole", user_properties={"city": "Bergen"}),
        event(1, "$identify", user_id="ole", user_properties=first),
        event(2, "$identify", user_id="ole", user_properties=later),
        event(3, "$identify", user_id="ole", user_properties={"$unset": {"trial": "-"}}),
        event(4, "$groupidentify", groups={"team": ["red"]}),
    ))  # fmt: skip
    wanted = {"city": "Bergen", "plan": "gold", "source": "ads"}
    assert found.traits == {("ole", key): value for key, value in wanted.items()}
    assert found.names == {"play": 1}
    assert (found.report.identified, found.report.left_out) == (3, {"descriptions of groups": 1})


def test_the_first_value_holds_in_any_order_of_files(tmp_path: Path) -> None:
    def said(number: int, **operations: Any) -> str:
        return lines(event(number, "$identify", user_id="ole", user_properties=operations))

    imported(tmp_path, said(3, **{"$setOnce": {"source": "mail", "plan": "none"}}), "3.json")
    imported(tmp_path, said(1, **{"$setOnce": {"source": "ads"}, "$set": {"plan": "x"}}), "1.json")
    found = imported(tmp_path, said(2, **{"$setOnce": {"source": "tv"}}), "2.json")
    assert found.traits == {("ole", "source"): "ads", ("ole", "plan"): "x"}


def test_groups_are_properties_and_the_envelope_is_left_out(tmp_path: Path) -> None:
    groups = {"team": ["red"], "league": ["a", "b"]}
    sent = event(0, groups=groups, event_properties={"level": 3}, paying="true", idfa=None)
    found = imported(tmp_path, lines(sent))
    (stored,) = found.events
    wanted = {"group_team": "red", "group_league": ["a", "b"], "level": 3, "paying": "true"}
    assert stored["properties"] == wanted
    assert (stored["country"], stored["os"], stored["version"]) == ("Norway", "Safari", "3.1")


def test_insert_id_tells_events_apart(tmp_path: Path) -> None:
    sent = event(0, user_id="ole")
    found = imported(tmp_path, lines(sent, {**sent, "uuid": "other", "library": "x"}))
    assert (found.report.stored, found.report.repeated) == (1, 1)


def test_sums_and_lists_follow_the_order_of_time_and_are_applied_once(tmp_path: Path) -> None:
    operations = [
        {"$set": {"coins": 5, "old": 1}}, {"$add": {"coins": 2.5}},
        {"$append": {"tags": ["b", "c"]}}, {"$prepend": {"tags": "a"}}, {"$remove": {"tags": "b"}},
        {"$postInsert": {"tags": ["a", "d"]}}, {"$add": {"coins": -0.2}},
    ]  # fmt: skip
    sent = [
        event(number, "$identify", user_id="ole", user_properties=said)
        for number, said in enumerate(operations)
    ]
    found = imported(tmp_path, lines(*sent[3:], *sent[1:2]), "2.json")
    assert found.traits["ole", "coins"] == "2.3"
    for name in ("1.json", "again.json"):
        found = imported(tmp_path, lines(*sent), name)
        wanted = {"coins": "7.3", "old": "1", "tags": '["a","c","d"]'}
        assert found.traits == {("ole", key): value for key, value in wanted.items()}
    cleared = event(9, "$identify", user_id="ole", user_properties={"$clearAll": "-"})
    after = event(10, "$identify", user_id="ole", user_properties={"$add": {"coins": 1}})
    found = imported(tmp_path, lines(after, cleared), "3.json")
    assert found.traits == {("ole", "coins"): "1"}


def test_a_change_at_the_time_of_a_value_is_the_same_when_both_are_read_again(
    tmp_path: Path,
) -> None:
    at = {"event_time": "2026-05-04 08:00:00.000000", "user_id": "ole"}
    sent = lines(
        event(0, "$identify", user_properties={"$set": {"coins": 5}}, **at),
        event(1, "$identify", user_properties={"$add": {"coins": 2}}, **at),
    )
    for number in (8, 9):
        found = imported(tmp_path, sent + lines(event(number)), f"{number}.json")
        assert found.traits == {("ole", "coins"): "7"}
