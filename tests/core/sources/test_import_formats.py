"""Files of every supported shape become the events they hold."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.records import Refused, Row
from core.sources import delimited, jsonl, open_source
from core.sources.fields import understand
from core.sources.flow import together
from core.sources.maker import Maker
from core.sources.moments import to_ms
from core.store.ingest.importer import ImportReport, import_files
from tests import ROOT
from tests.core.sources.small import made_alone
from tests.worlds import recount

MS = 1_743_933_600_000  # 2025-04-06T10:00:00Z
DATA = ROOT.parent / "shared" / "data"


def load(
    tmp_path: Path, content: str | bytes, name: str = "in.jsonl", **options: Any
) -> tuple[ImportReport, list[dict[str, Any]]]:
    """Import one file into a new workspace; return the report and what is stored, by time."""
    path, target = tmp_path / name, tmp_path / "w.db"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = import_files(target, [path], **options)
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        names = ("event", "ts", "user", "device", "session", "country", "os", "properties")
        rows = db.execute(
            """
            select n.name, e.ts, u.key, d.key, s.key,
                   (select value from dimension_values where id = e.country),
                   (select value from dimension_values where id = e.os), p.properties
            from events e join event_names n on n.id = e.event
            left join identities u on u.id = e.user left join identities d on d.id = e.device
            left join session_keys s on s.id = e.session
            left join event_properties p on p.seq = e.seq
            order by e.ts, e.seq
            """
        ).fetchall()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for row in found:
        row["properties"] = json.loads(row["properties"]) if row["properties"] else {}
    return report, found


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2025-04-06T10:00:00Z", MS),
        ("2025-04-06T12:00:00+02:00", MS),
        ("2025-04-06T10:00:00.123Z", MS + 123),
        ("2025-04-06T10:00:00.123456789Z", MS + 123),
        ("2025-04-06T10:00:00", MS),
        ("2025-04-06 10:00:00", MS),
        ("2025-04-06 10:00:00.5", MS + 500),
        ("2025-04-06 10:00:00 UTC", MS),
        ("2025-04-06", MS - 36_000_000),
        ("20250406", MS - 36_000_000),
        (20250406, MS - 36_000_000),
        (MS // 1000, MS),
        (MS, MS),
        (MS * 1000, MS),
        (MS * 1_000_000, MS),
        (str(MS // 1000), MS),
        (str(MS), MS),
        (f"{MS // 1000}.25", MS + 250),
        (MS / 1000, MS),
        (-1, -1000),
        (0, 0),
        ("1900-01-01", -2_208_988_800_000),
    ],
)
def test_times(text: Any, ms: int) -> None:
    assert to_ms(text) == ms


@pytest.mark.parametrize(
    "value",
    [
        "", " ", None, "yesterday", "0001-01-01", "9999-12-31T23:59:59", "2200-01-01", "1899-12-31",
        "2025-13-01", "2025-02-30", True, [], {}, float("nan"), float("inf"), "nan", "inf", "1e400",
        10**30, "9" * 5000, -(10**13), "12:00", "0001-01-01T00:00:00+23:59",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(Refused):
        to_ms(value)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("user", "user"), ("user_id", "user"), ("distinct_id", "user"), ("actor", "user"),
        ("userId", "user"), ("User ID", "user"), ("$user_id", "user"),
        ("device_id", "device"), ("anonymous_id", "device"), ("anonymousId", "device"),
        ("event", "event"), ("event_name", "event"), ("name", "event"), ("event_type", "event"),
        ("time", "time"), ("timestamp", "time"), ("ts", "time"), ("event_time", "time"),
        ("session_id", "session"), ("insert_id", "event_id"), ("event_id", "event_id"),
        ("$insert_id", "event_id"), ("properties", "properties"), ("country", "country"),
        ("operating_system", "os"), ("app_version", "version"), ("locale", "language"),
    ],
)  # fmt: skip
def test_names_recognised(name: str, meaning: str) -> None:
    assert understand([name], {}).understood == {meaning: name}


def test_names_not_recognised_are_properties() -> None:
    plan = understand(["activity", "amount", "type"], {})
    assert [name for name, _ in plan.extras] == ["activity", "amount", "type"]


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        {"event": "a", "user_id": "007", "time": MS, "country": "NL", "plan": "pro", "n": None},
        {"name": "b", "actor": 7, "ts": "2025-04-06T10:00:01Z", "properties": {"x": [1]}},
        {"event": "c", "anonymous_id": "p", "time": MS + 2000, "properties": '{"x": 1}', "y": 2},
        {"event": "d", "user": 12.0, "time": MS + 3000, "session_id": "s", "country": ""},
    ]
    report, rows = load(tmp_path, "\n\n".join(json.dumps(line) for line in lines) + "\n")
    assert (report.read, report.stored, report.rejected) == (4, 4, 0)
    assert [r["user"] for r in rows] == ["007", "7", None, "12"]
    assert [r["device"] for r in rows] == [None, None, "p", None]
    assert [r["properties"] for r in rows] == [{"plan": "pro"}, {"x": [1]}, {"x": 1, "y": 2}, {}]
    assert [r["country"] for r in rows] == ["NL", None, None, ""]
    assert rows[3]["session"] == "s"
    assert (report.first_ts, report.last_ts, report.users) == (MS, MS + 3000, 4)


CSV = """event,user,time,country,amount,code,note
buy,001,2025-04-06 10:00:00,NL,35.0,007,"a, ""b""
c"
buy,,2025-04-06 10:00:01,,,,
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", CSV.encode()),
        ("in.csv", b"\xef\xbb\xbf" + CSV.encode()),
        ("in.csv", CSV.replace("\n", "\r\n").encode()),
        ("in.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("no-name", gzip.compress(CSV.encode()[:50], mtime=0) + gzip.compress(CSV.encode()[50:])),
        ("in.txt", CSV.replace(",", ";").replace("a; ", "a, ").encode()),
        ("in.tsv", CSV.replace(",", "\t").replace("a\t ", "a, ").encode()),
    ],
)
def test_delimited_text(tmp_path: Path, name: str, content: bytes) -> None:
    report, rows = load(tmp_path, content, name)
    assert (report.stored, report.rejected) == (2, 0)
    assert [(r["user"], r["country"], r["ts"]) for r in rows] == [
        ("001", "NL", MS),
        (None, None, MS + 1000),
    ]
    note = rows[0]["properties"].pop("note").replace("\r", "")
    assert (rows[0]["properties"], note) == ({"amount": 35.0, "code": "007"}, 'a, "b"\nc')
    assert rows[1]["properties"] == {}


def test_properties_text_is_kept_as_it_stands(tmp_path: Path) -> None:
    _, rows = load(tmp_path, 'event,time,properties\na,2025-04-06,"{""x"":  1.50}"\n', "in.csv")
    assert rows[0]["properties"] == {"x": 1.5}
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        stored = db.execute("select properties from event_properties").fetchone()
    assert stored == ('{"x":  1.50}',)


@pytest.mark.parametrize(
    "number", [2**64 - 1, 2**64, -(2**63) - 1, 12345678901234567890123, -(10**40), 10**19]
)
def test_whole_numbers_of_any_length_are_kept(tmp_path: Path, number: int) -> None:
    line = {"event": "x", "time": MS, "user": number, "properties": {"n": number, "l": [number]}}
    plain = {"event": "x", "time": MS + 1, "other": number}
    text = f"{json.dumps(line)}\n{json.dumps(plain)}\n"
    _, (first, second) = load(tmp_path, text)
    assert first["user"] == str(number)
    assert first["properties"] == {"n": number, "l": [number]}
    assert second["properties"] == {"other": number}


def test_keys_of_properties_given_as_text_are_found_as_they_are_called(tmp_path: Path) -> None:
    text = json.dumps({"caf\u00e9": 1})
    load(
        tmp_path,
        f'event,time,properties\nx,{MS},"{text.replace(chr(34), chr(34) * 2)}"\n',
        "in.csv",
    )
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        path = '$."caf\u00e9"'
        rows = db.execute("select properties -> ? from event_properties", (path,)).fetchall()
        assert rows == [("1",)]


def test_mapping_overrides_recognised_names(tmp_path: Path) -> None:
    content = "customer_id,user,date,activity,land\n9,nine,2025-04-06,buy,NL\n"
    mapping = {"user": "customer_id", "time": "date", "event": "activity", "country": "land"}
    report, rows = load(tmp_path, content, "in.csv", mapping=mapping)
    assert (rows[0]["user"], rows[0]["event"], rows[0]["country"]) == ("9", "buy", "NL")
    assert rows[0]["properties"] == {"user": "nine"}
    assert report.understood[str(tmp_path / "in.csv")] == mapping


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl"])
def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path, name: str) -> None:
    content = "who,what\nann,buy\n" if name == "in.csv" else '{"who": "ann", "what": "buy"}\n'
    with pytest.raises(BadInput, match=r"event and the time; it has: who, what.*--map event="):
        load(tmp_path, content, name)
    with pytest.raises(BadInput, match="column for the time"):
        load(tmp_path, content, name, mapping={"event": "what"})
    assert not list(tmp_path.glob("*.rejects*"))


def test_a_wrong_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Did you mean user"):
        load(tmp_path, "", mapping={"usr": "x"})
    with pytest.raises(BadInput, match="has no column 'nope'"):
        load(tmp_path, CSV, "in.csv", mapping={"user": "nope"})
    with pytest.raises(BadInput, match="has a field 'nope' for the user"):
        load(tmp_path, '{"event":"a","time":"2025-04-06"}', mapping={"user": "nope"})


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stream = io.TextIOWrapper(io.BytesIO(CSV.encode() + b"too,short\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    report = import_files(tmp_path / "w.db", ["-"])
    assert (report.read, report.stored, report.rejected) == (3, 2, 1)
    assert (tmp_path / "stdin.rejects.jsonl").exists()


def test_mixpanel_lines(tmp_path: Path) -> None:
    def line(event: str, second: int, **more: Any) -> str:
        return json.dumps({"event": event, "properties": {"time": MS // 1000 + second, **more}})

    lines = [
        line("a", 0, distinct_id="$device:p", **{"$device_id": "p", "$insert_id": "1"}),
        line("b", 1, distinct_id="ann", **{"$user_id": "ann", "$insert_id": "2", "$os": "iOS"}),
        line("b", 1, distinct_id="ann", **{"$user_id": "ann", "$insert_id": "2", "$os": "iOS"}),
        line("$identify", 2, **{"$identified_id": "ann", "$anon_id": "p", "distinct_id": "ann"}),
        line("c", 3, distinct_id="$device:p", price=3),
    ]
    report, rows = load(tmp_path, "\n".join(lines))
    assert (report.stored, report.repeated, report.identified, report.users) == (3, 1, 1, 1)
    assert [(r["user"], r["device"], r["os"]) for r in rows] == [
        (None, "p", None),
        ("ann", None, "iOS"),
        (None, "p", None),
    ]
    assert rows[2]["properties"] == {"price": 3}


def test_amplitude_lines(tmp_path: Path) -> None:
    event = {
        "event_type": "a", "event_time": "2025-04-06 10:00:00.250000", "user_id": "1",
        "device_id": "d", "session_id": -1, "event_properties": {"x": 1}, "event_id": 5,
        "user_properties": {"plan": "pro"}, "$insert_id": None, "uuid": "u1", "os_name": "ios",
        "amplitude_id": 9, "library": "http/2.0", "idfa": None,
    }  # fmt: skip
    lines = [event, event, {**event, "uuid": "u2"}]
    report, rows = load(tmp_path, "\n".join(map(json.dumps, lines)))
    assert (report.stored, report.repeated) == (2, 1)
    assert rows[0]["properties"] == {"x": 1}
    assert (rows[0]["ts"], rows[0]["os"], rows[0]["session"]) == (MS + 250, "ios", None)
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert db.execute("select count(*) from sessions").fetchone() == (0,)
        assert db.execute("select key, value from traits").fetchall() == [("plan", "pro")]


def test_identify_and_alias_lines(tmp_path: Path) -> None:
    lines = [
        {"type": "track", "event": "a", "anonymousId": "p", "timestamp": MS},
        {"type": "identify", "userId": "old", "anonymousId": "p", "timestamp": MS + 1,
         "traits": {"email": "a@b.c", "address": {"city": "X"}}},
        {"type": "alias", "previousId": "old", "userId": "new", "timestamp": MS + 2},
        {"type": "click", "event": "b", "userId": "new", "timestamp": MS + 3},
        {"type": "alias", "userId": "new", "timestamp": MS + 2},
    ]  # fmt: skip
    report, rows = load(tmp_path, "\n".join(map(json.dumps, lines)))
    assert (report.stored, report.identified, report.rejected, report.users) == (2, 2, 1, 1)
    assert rows[0]["properties"] == {}
    assert rows[1]["properties"] == {"type": "click"}


def test_names_inside_properties_are_properties(tmp_path: Path) -> None:
    names = {"time": 42, "user": "boss", "type": "identify", "event_name": "x", "id": 7,
             "country": "NL", "distinct_id": "d", "$device_id": "p", "session_id": "s",
             "insert_id": "i", "name": "n", "timestamp": 0, "properties": {"a": 1}}  # fmt: skip
    line = {"user": "ann", "event": "done", "time": MS, "properties": names}
    report, rows = load(tmp_path, json.dumps(line))
    assert report.stored == 1
    assert (rows[0]["event"], rows[0]["ts"], rows[0]["user"]) == ("done", MS, "ann")
    assert (rows[0]["device"], rows[0]["session"], rows[0]["country"]) == (None, None, None)
    assert rows[0]["properties"] == names


def test_a_line_that_lacks_a_field_does_not_take_it_from_its_properties(tmp_path: Path) -> None:
    lines = [
        {"user": "ann", "event": "a", "time": MS, "properties": {"time": 1}},
        {"user": "ann", "event": "a", "properties": {"time": 1, "distinct_id": "x"}},
        {"event": "a", "time": MS + 1, "properties": {"distinct_id": "x", "$device_id": "y"}},
    ]
    report, rows = load(tmp_path, "\n".join(map(json.dumps, lines)))
    assert (report.stored, report.reasons) == (2, {"no time": 1})
    assert [(r["user"], r["device"]) for r in rows] == [("ann", None), (None, None)]
    assert rows[1]["properties"] == {"distinct_id": "x", "$device_id": "y"}


def test_only_the_vendors_own_fields_are_lifted_out_of_properties(tmp_path: Path) -> None:
    inside = {"time": MS // 1000, "distinct_id": "ann", "$insert_id": "1", "mp_country_code": "NL"}
    own = {"event_name": "webinar", "name": "Ann", "type": "alias", "user": "u", "alias": "al",
           "session_id": "s", "insert_id": "i", "country": "BE", "timestamp": 5}  # fmt: skip
    lines = [{"event": "Registered", "properties": {**inside, **own}},
             {"event": "$create_alias", "properties": {**inside, "alias": "old"}},
             {"event": "b", "time": MS + 1, "properties": {**inside, "time": 3}}]  # fmt: skip
    report, rows = load(tmp_path, "\n".join(map(json.dumps, lines)))
    assert (report.stored, report.identified) == (2, 1)
    assert [(r["event"], r["ts"], r["user"], r["country"]) for r in rows] == [
        ("Registered", MS, "ann", "NL"),
        ("b", MS + 1, "ann", "NL"),
    ]
    assert [r["properties"] for r in rows] == [own, {"time": 3}]


def test_fields_of_posthog_inside_properties(tmp_path: Path) -> None:
    inside = {"$lib": "web", "$browser": "Chrome", "$os": "iOS", "$device_id": "p", "os": "mine"}
    line = {"event": "buy", "timestamp": MS, "distinct_id": "ann", "properties": inside}
    _, rows = load(tmp_path, json.dumps(line))
    assert (rows[0]["user"], rows[0]["device"], rows[0]["os"]) == ("ann", "p", "iOS")
    assert rows[0]["properties"] == {"$lib": "web", "os": "mine"}


def test_a_type_is_a_property_of_an_event(tmp_path: Path) -> None:
    kinds = ("track", "album", "identify", "alias", ["x"], {"y": 1})
    lines = [
        {"type": k, "event": "play", "user": "ann", "time": MS + n} for n, k in enumerate(kinds)
    ]
    report, rows = load(tmp_path, "\n".join(map(json.dumps, lines)))
    assert (report.stored, report.identified, report.rejected) == (6, 0, 0)
    assert [r["properties"]["type"] for r in rows] == [line["type"] for line in lines]


def test_nothing_that_a_line_says_twice_is_lost(tmp_path: Path) -> None:
    line = {"event": "a", "name": "b", "time": MS, "timestamp": 5, "ts": MS, "user": "ann",
            "actor": "bob", "previous_id": "old", "plan": "pro", "size": 1,
            "properties": {"plan": "free", "size": 1}}  # fmt: skip
    _, rows = load(tmp_path, json.dumps(line))
    assert (rows[0]["event"], rows[0]["user"], rows[0]["ts"]) == ("a", "ann", MS)
    assert rows[0]["properties"] == {
        "name": "b", "timestamp": 5, "actor": "bob", "previous_id": "old",
        "plan": "free", "plan_2": "pro", "size": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["in.jsonl", "in.csv"])
def test_whole_numbers_of_any_length_are_kept_exactly(tmp_path: Path, name: str) -> None:
    long = 12_345_678_901_234_567_890_123
    line = {"event": "a", "user": long, "time": MS, "n": long, "properties": {"m": [-long, 1.5]}}
    content = json.dumps(line)
    if name == "in.csv":
        properties = json.dumps(line["properties"]).replace('"', '""')
        content = f'event,user,time,n,properties\na,{long},{MS},{long},"{properties}"\n'
    _, rows = load(tmp_path, content, name)
    assert rows[0]["user"] == str(long)
    assert str(rows[0]["properties"].pop("n")) == str(long)
    assert rows[0]["properties"] == {"m": [-long, 1.5]}


def test_a_user_id_that_looks_like_a_vendors_device_is_a_user_elsewhere(tmp_path: Path) -> None:
    _, rows = load(tmp_path, json.dumps({"event": "a", "user": "$device:p", "time": MS}))
    assert (rows[0]["user"], rows[0]["device"]) == ("$device:p", None)


@pytest.mark.parametrize("name", ["in.jsonl", "in.csv"])
@pytest.mark.parametrize(
    ("zone", "text", "at"),
    [
        ("America/New_York", "2025-04-10", "2025-04-10T04:00"),
        ("America/New_York", "20250410", "2025-04-10T04:00"),
        ("America/New_York", " 2025-04-10 ", "2025-04-10T04:00"),
        ("America/New_York", "2025-04-10T00:00", "2025-04-10T00:00"),
        ("America/New_York", "2025-04-10 UTC", "2025-04-10T00:00"),
        ("America/New_York", "1744243200", "2025-04-10T00:00"),
        ("America/New_York", "86400000", "1972-09-27T00:00"),
        ("America/Santiago", "2025-09-07", "2025-09-07T04:00"),
        ("UTC", "2025-04-10", "2025-04-10T00:00"),
    ],
)
def test_a_date_without_a_time_is_that_day_of_the_workspace(
    tmp_path: Path, name: str, zone: str, text: str, at: str
) -> None:
    content = f"event,time\na,{text}\n" if name == "in.csv" else f'{{"event":"a","time":"{text}"}}'
    _, rows = load(tmp_path, content, name, zone=zone)
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert rows[0]["ts"] == moment.timestamp() * 1000


def test_a_date_written_as_a_number_is_that_day_of_the_workspace(tmp_path: Path) -> None:
    _, rows = load(tmp_path, '{"event":"a","time":20250410}', zone="America/New_York")
    assert rows[0]["ts"] == datetime(2025, 4, 10, 4, tzinfo=UTC).timestamp() * 1000


ODD = st.sampled_from(
    ["a", "", None, 1, 1.0, True, 2**70, "$device:p", "$identify", {"x": 1}, [1], '{"x": 1}', "007"]
)
TIME = st.sampled_from([MS, str(MS), "2025-04-06", None, "soon"])
LINE = st.fixed_dictionaries(
    {"event": ODD | st.just("a"), "time": st.just(MS) | TIME},
    optional=dict.fromkeys(
        ("user", "device_id", "session_id", "insert_id", "properties", "country", "x"), ODD
    ),
)


def test_equal_values_of_other_kinds_are_other_contexts(tmp_path: Path) -> None:
    path = tmp_path / "in"
    versions = (1, True, 1.0, "1")
    path.write_text(
        "\n".join(json.dumps({"event": "a", "time": MS, "version": each}) for each in versions)
    )
    records = list(open_source(str(path), {}, None).records)
    assert [record.context[-1] for record in records if isinstance(record, Row)] == [
        "1",
        "true",
        "1.0",
        "1",
    ]


NO_EVENT = st.sampled_from(["", "no JSON", "[1]", "\0\0", '\0{"event": "a", "time": 0}\0'])


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(LINE, max_size=30),
    between=st.lists(NO_EVENT, max_size=4),
    form=st.sampled_from(["jsonl", "csv"]),
)
def test_lines_read_together_equal_lines_read_alone(
    lines: list[dict[str, Any]],
    between: list[str],
    form: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("lines") / "in"
    names = ["event", "time", "user", "insert_id", "properties", "country", "x"]
    if form == "jsonl":
        texts = [json.dumps(line) for line in ({"x": "plain text" * 100}, *lines)]
        for place, text in enumerate(between):
            texts.insert(1 + place * 5, text)
        path.write_text("\n".join(texts))
    else:
        with path.open("w", newline="") as stream:
            table = csv.DictWriter(stream, names, extrasaction="ignore")
            table.writeheader()
            table.writerows(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(together, "_FEW", 1)
        found = list(open_source(str(path), {}, form).records)
        patch.setattr(Maker, "make_all", lambda *_: None)
        patch.setattr(jsonl, "_made", made_alone)
        patch.setattr(delimited, "_rows_of", lambda *_: None)
        assert list(open_source(str(path), {}, form).records) == found


Needs = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")


@Needs
@pytest.mark.parametrize("name", ["snowplow_web_events.csv", "snowplow_mobile_events.csv"])
def test_native_snowplow_columns(tmp_path: Path, name: str) -> None:
    report = import_files(tmp_path / "w.db", [DATA / name])
    assert report.rejected == 0
    assert report.stored > 120
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        recount.check(db)
        assert db.execute("select count(*) from events where country > 0").fetchone()[0] > 100


@Needs
def test_traffic_fines_need_a_mapping_for_the_person(tmp_path: Path) -> None:
    source = DATA / "traffic_fines_events.csv.gz"
    report = import_files(tmp_path / "nobody.db", [source])
    assert (report.stored, report.users) == (34_724, 0)
    report = import_files(tmp_path / "w.db", [source], mapping={"user": "case_id"})
    assert (report.stored, report.users, report.rejected) == (34_724, 10_000, 0)


def test_progress_and_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.ingest.loader._PAUSE", 0.0)
    line: Callable[[int], str] = lambda n: f'{{"event":"a","user":"u","time":{MS + n}}}\n'  # noqa: E731
    path = tmp_path / "in.jsonl"
    path.write_text("".join(line(n) for n in range(3000)))
    seen: list[Any] = []
    import_files(tmp_path / "a.db", [path], progress=seen.append)
    assert seen[-1].read > 0
    assert 0 < seen[-1].read_bytes <= seen[-1].total_bytes == path.stat().st_size
    report = import_files(tmp_path / "w.db", [path], stop=lambda: len(seen) > 0, batch_size=100)
    assert not report.finished
    assert 0 < report.stored < 3000
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        recount.check(db)
        assert db.execute("select finished, stored from imports").fetchall() == [(0, report.stored)]


def test_the_workspace_zone_decides_the_day(tmp_path: Path) -> None:
    late = int(datetime(2025, 4, 6, 23, tzinfo=UTC).timestamp() * 1000)
    load(tmp_path, json.dumps({"event": "a", "user": 1, "time": late}), zone="Europe/Amsterdam")
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        assert db.execute("select date(day * 86400, 'unixepoch') from events").fetchone() == (
            "2025-04-07",
        )
