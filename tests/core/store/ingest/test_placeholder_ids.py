"""Ids that programs write where there is none are nobody (definitions 1.1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.sources.placeholders import PLACEHOLDERS, is_placeholder, is_rounded
from core.store.joints import joints
from core.store.workspace import open_writer
from tests.core.sources.small import imported, lines

AT = "2026-03-02 10:0{}:00"


def event(minute: int, name: str = "View", **fields: object) -> dict[str, object]:
    return {"event": name, "time": AT.format(minute), **fields}


@pytest.mark.parametrize(
    "text",
    ["null", "NULL", " undefined ", "None", "nil", "0", "-1", "0.0", "Anonymous", "guest", "NaN",
     "unknown", "", "[object Object]", "\\N", "00000000-0000-0000-0000-000000000000", "'null'",
     "(not set)", "0000000000", "<NA>", "False", "AnonymousUser"],
)  # fmt: skip
def test_a_placeholder_is_nobody(text: str) -> None:
    assert is_placeholder(text)


def test_every_placeholder_that_is_listed_is_nobody() -> None:
    assert [text for text in PLACEHOLDERS if not is_placeholder(text)] == []


@pytest.mark.parametrize("text", ["1", "-2", "007", "ana", "nullo", "a0", "10", "Noneli", "00a"])
def test_other_ids_are_somebody(text: str) -> None:
    assert not is_placeholder(text)


def test_events_of_a_placeholder_count_for_their_device(tmp_path: Path) -> None:
    found = imported(
        tmp_path,
        lines(
            event(0, user_id="undefined", device_id="d1"),
            event(1, user_id="Null", device_id="d2"),
            event(2, "Buy", user_id="bob", device_id="d2"),
            event(3, user_id="guest"),
            event(4, user_id="eve", device_id="0"),
            event(5, device_id="0"),
        ),
    )
    assert [each["person"] for each in found.events] == ["d1", "bob", "bob", None, "eve", None]
    assert (found.report.nobody, found.report.users) == (5, 3)
    assert found.report.placeholders == {"undefined", "Null", "guest", "0"}


def test_links_and_aliases_through_a_placeholder_are_refused_and_counted(tmp_path: Path) -> None:
    found = imported(
        tmp_path,
        lines(
            {"type": "identify", "device_id": "d1", "user_id": "null", "time": AT.format(0)},
            {"type": "identify", "device_id": "d2", "user_id": "null", "time": AT.format(0)},
            {"type": "alias", "previous_id": "undefined", "user_id": "ana", "time": AT.format(1)},
            {"type": "alias", "previous_id": "ana", "user_id": "none", "time": AT.format(1)},
            event(2, device_id="d1"), event(3, device_id="d2"), event(4, user_id="ana"),
        ),
    )  # fmt: skip
    assert [each["person"] for each in found.events] == ["d1", "d2", "ana"]
    assert (found.report.refused_links, found.report.identified) == (4, 4)
    assert (found.report.linked, found.report.merged) == (0, 0)


def test_ids_to_ignore_are_remembered_by_the_workspace(tmp_path: Path) -> None:
    first = lines(event(0, user_id="Kiosk", device_id="d1"))
    assert imported(tmp_path, first, ids_to_ignore=["kiosk"]).events[0]["person"] == "d1"
    found = imported(tmp_path, lines(event(1, user_id="KIOSK", device_id="d2")), "later.jsonl")
    assert [each["person"] for each in found.events] == ["d1", "d2"]


def test_a_placeholder_that_is_a_person_of_an_older_file_stays_one(tmp_path: Path) -> None:
    """So that importing the file again adds nothing."""
    open_writer(tmp_path / "w.db").close()
    with closing(sqlite3.connect(tmp_path / "w.db")) as db, db:
        db.execute("insert into identities (kind, key) values (0, 'undefined')")
    line = lines(event(0, user_id="undefined", device_id="d1"))
    assert imported(tmp_path, line).events[0]["person"] == "undefined"
    more = lines(event(1, user_id="undefined"), event(2, user_id="null"))
    ignored = imported(tmp_path, more, "b.jsonl", ids_to_ignore=["undefined"])
    assert [each["person"] for each in ignored.events] == ["undefined", None, None]


def test_a_whole_number_with_a_fraction_is_the_whole_number(tmp_path: Path) -> None:
    rows = "user_id,event,time\n1000.0,a,2026-03-01\n1000,b,2026-03-02\n"
    found = imported(tmp_path, rows + "12345678901234567890,c,2026-03-03\n", "a.csv")
    assert [each["person"] for each in found.events] == ["1000", "1000", "12345678901234567890"]


def test_ids_that_a_spreadsheet_rounded_are_noticed(tmp_path: Path) -> None:
    rows = "user_id,event,time\n1.23457E+15,a,2026-03-01\n1234570000000001,b,2026-03-02\n"
    assert imported(tmp_path, rows, "a.csv").report.rounded == {"1.23457E+15"}
    assert is_rounded("1,2E+15")
    assert not is_rounded("12e5f")


def test_an_id_that_joins_many_devices_or_people_is_reported(tmp_path: Path) -> None:
    many = [event(0, user_id="shop", device_id=f"d{n}") for n in range(51)]
    several = [event(1, user_id=f"u{n}", device_id="till") for n in range(52)]
    few = [event(2, user_id="ana", device_id=f"a{n}") for n in range(50)]
    found = imported(tmp_path, lines(*many, *several, *few))
    said = [joint.sentence() for joint in found.report.joints]
    assert said == ["the id 'till' joins 52 people", "the id 'shop' joins 51 devices"]
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert joints(db, many=51) == [("till", 52, "people")]
