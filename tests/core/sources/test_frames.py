"""What programs put around events is taken away before the events are read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.records import LeftOut, Rejected, Row
from core.sources import open_source
from core.sources.frames import frame_of
from core.sources.text.reading import Reading
from tests.core.sources.small import records as read

ANA = {"user_id": "ana", "event": "Buy", "time": "2026-03-02 10:00:00"}
BOB = {"user_id": "bob", "event": "Buy", "time": "2026-03-02 11:00:00"}
A, B = json.dumps(ANA), json.dumps(BOB)
NAMES, FIRST, SECOND = list(ANA), list(ANA.values()), list(BOB.values())
REQUEST = '203.0.113.{} - - [02/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "Firefox/140.0"'


def people(records: list[Any]) -> list[str | None]:
    assert all(isinstance(found, (Row, LeftOut)) for found in records)
    return [found.user for found in records if isinstance(found, Row)]


def each(change: Any) -> str:
    return f"{json.dumps(change(ANA, A))}\n{json.dumps(change(BOB, B))}\n"


def before(prefix: str) -> str:
    return f"{prefix}{A}\n{prefix}{B}\n"


def typed(found: dict[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in found.items()}


@pytest.mark.parametrize(
    "text",
    [
        before("Mar  2 10:00:00 host app[12]: "), before("<190>Mar  2 10:00:00 web nginx: "),
        before("<190>1 2026-03-02T10:00:00Z web app 7 - - "), before("web-1  | "),
        before("2026-03-02T10:00:00.1Z stdout F "), before("INFO:root:"), before("\x1e"),
        before("2026-03-02 10:00:00,123 INFO [main] x.Y: "),
        f"// exported\n{A}\n# more\n{B}\n", f"/* exported */\n[{A},\n{B}]\n",
        each(lambda found, text: text), each(lambda found, text: {"log": f"{text}\n", "time": "x"}),
        each(lambda found, text: {"textPayload": text, "insertId": "1"}),
        each(lambda found, text: {"_index": "e", "_id": "1", "_source": found}),
        each(lambda found, text: {"topic": "e", "timestamp": 1772445600000, "value": found}),
        each(lambda found, text: {"Item": typed(found)}), each(lambda found, text: typed(found)),
        json.dumps([NAMES, FIRST, SECOND]), "\n".join(map(json.dumps, [NAMES, FIRST, SECOND])),
        json.dumps({name: [ANA[name], BOB[name]] for name in NAMES}),
        json.dumps({name: {"0": ANA[name], "1": BOB[name]} for name in NAMES}),
        json.dumps({"columns": NAMES, "index": [0, 1], "data": [FIRST, SECOND]}),
        json.dumps({"meta": [{"name": each} for each in NAMES], "data": [FIRST, SECOND]}),
        json.dumps({"-Na": ANA, "-Nb": BOB}, indent=1), json.dumps({"Sheet1": [ANA, BOB]}),
        json.dumps({"ok": True, "response": {"events": [ANA, BOB]}}, indent=1),
        json.dumps({"hits": {"total": 2, "hits": [{"_source": ANA}, {"_source": BOB}]}}),
        f"{ANA}\n{BOB}\n",
    ],
)  # fmt: skip
def test_events_are_read_whatever_stands_around_them(tmp_path: Path, text: str) -> None:
    assert people(read(tmp_path, text, "in.json")) == ["ana", "bob"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "edges",
    [
        ("+---+---+---+", "|", "+---+---+---+"), ("", "|", "|---|:-:|---|"),
        ("┌───┬───┬───┐", "│", "├───┼───┼───┤"),
    ],
)  # fmt: skip
def test_a_drawn_table_is_one(tmp_path: Path, edges: tuple[str, str, str], end: str) -> None:
    top, bar, middle = edges
    rows = [f"{bar} {f' {bar} '.join(row)} {bar}" for row in (NAMES, FIRST, SECOND)]
    drawn = [top, rows[0], middle, *rows[1:], top, "2 rows in set (0.00 sec)"]
    assert people(read(tmp_path, end.join(drawn), "in.txt")) == ["ana", "bob"]


def test_columns_above_dashes_are_cut_there(tmp_path: Path) -> None:
    rows = ["user_id  event  time", "-------  -----  -------------------"]
    rows += [f"{user:9}{event:7}{time}" for user, event, time in (FIRST, SECOND)]
    assert people(read(tmp_path, "\n".join(rows), "in.txt")) == ["ana", "bob"]


def test_a_dump_of_postgresql_is_the_table_that_has_the_events(tmp_path: Path) -> None:
    users = (
        "COPY users (id, email, name, created_at) FROM stdin;\n7\ta@x.test\tA B\t2026-03-01\n\\.\n"
    )
    names = ", ".join(NAMES)
    rows = "\n".join("\t".join(row) for row in (FIRST, SECOND))
    events = f"COPY public.events ({names}) FROM stdin;\n{rows}\n\\.\nSELECT 1;\n"
    dump = f"-- dump\nSET x = 0;\n{users}\n{events}{users}"
    assert people(read(tmp_path, dump, "in.sql")) == ["ana", "bob"]
    with pytest.raises(BadInput, match=r"dump in SQL.*sqlite3 app\.db"):
        read(tmp_path, "-- MySQL dump\nINSERT INTO events VALUES (1,'ana');\n", "in.sql")


@pytest.mark.parametrize("prefix", ["web-1  | ", "Mar  2 10:00:00 web nginx: "])
def test_requests_have_the_same_around_them(tmp_path: Path, prefix: str) -> None:
    plain = [REQUEST.format(number) for number in range(3)]
    framed = "".join(f"{prefix}{line}\n" for line in plain)
    wrapped = "".join(json.dumps({"log": f"{line}\n", "stream": "out"}) + "\n" for line in plain)
    for text in (framed, wrapped):
        assert [found.event for found in read(tmp_path, text, "in.log")] == ["page view"] * 3


def test_bytes_that_nginx_escapes_are_no_json_and_are_read(tmp_path: Path) -> None:
    text = A.replace("ana", "\\xC3\\x22") + "\n" + B.replace("bob", "b\\x22") + "\n"
    assert people(read(tmp_path, text, "in.log")) == ['Ã"', 'b"']


def test_a_person_in_an_object_is_found_by_its_id(tmp_path: Path) -> None:
    rows = each(lambda found, _: {**found, "user_id": None, "user": {"id": found["user_id"]}})
    plain = rows.replace('"user_id": null, ', "")
    assert people(read(tmp_path, plain, "in.jsonl")) == ["ana", "bob"]
    nested = each(lambda found, _: {"event": {"name": "Buy", "time": found["time"]},
                                    "user": {"id": found["user_id"], "plan": "pro"}})  # fmt: skip
    assert people(read(tmp_path, nested, "in.jsonl")) == ["ana", "bob"]


def test_a_time_and_a_person_inside_are_used_where_there_is_none_outside(tmp_path: Path) -> None:
    def change(found: dict[str, str], _: str) -> dict[str, Any]:
        return {"event": "x", "properties": {"user_id": found["user_id"], "time": found["time"]}}

    assert people(read(tmp_path, each(change), "in.jsonl")) == ["ana", "bob"]
    outside = each(lambda found, _: {**found, "properties": {"user_id": "eve"}})
    assert people(read(tmp_path, outside, "in.jsonl")) == ["ana", "bob"]


@pytest.mark.parametrize(
    "text",
    [
        "-[ RECORD 1 ]---\nuser_id | ana\nevent   | x\ntime    | 2026-03-02\n-[ RECORD 2 ]---\n"
        "user_id | bob\nevent   | x\ntime    | 2026-03-03\n",
        "***** 1. row *****\nuser_id: ana\n  event: x\n   time: 2026-03-02\n***** 2. row *****\n"
        "user_id: bob\n  event: x\n   time: 2026-03-03 10:00\n2 rows in set (0.00 sec)\n",
        "user_id = ana\n  event = x\n   time = 2026-03-02\n\nuser_id = bob\n  event = x\n"
        "   time = 2026-03-03\n",
        "time=2026-03-02T10:00:00Z event=x user_id=ana n=5\ntime=2026-03-03T10:00:00Z event=x "
        'user_id=bob note="a b"\n',
        "'user_id','event','time'\n'ana','x, y','2026-03-02'\n'bob','x','2026-03-03'\n",
        "user_id  event  time\nana      x      2026-03-02\nbob      x      2026-03-03\n",
        'id,data\n1,"{""user_id"":""ana"",""event"":""x"",""time"":""2026-03-02""}"\n'
        '2,"{""user_id"":""bob"",""event"":""x"",""time"":""2026-03-03""}"\n',
        'row_to_json\n"{""user_id"":""ana"",""event"":""x"",""time"":""2026-03-02""}"\n'
        '"{""user_id"":""bob"",""event"":""x"",""time"":""2026-03-03""}"\n',
    ],
)
def test_what_databases_print_is_read(tmp_path: Path, text: str) -> None:
    reading = Reading(delimiter="space") if text.startswith("user_id  event") else None
    (tmp_path / "in.txt").write_text(text)
    source = open_source(str(tmp_path / "in.txt"), {}, None, None, reading=reading)
    assert people(list(source.records)) == ["ana", "bob"]


def test_a_person_in_an_object_of_a_document_is_found_too(tmp_path: Path) -> None:
    made = [
        {"type": "x", "created_at": f["time"], "actor": {"id": f["user_id"]}} for f in (ANA, BOB)
    ]
    assert people(read(tmp_path, json.dumps(made, indent=1), "in.json")) == ["ana", "bob"]


def test_values_of_mongodb_are_read_without_their_types(tmp_path: Path) -> None:
    def change(found: dict[str, str], _: str) -> dict[str, Any]:
        own, at = {"$oid": found["user_id"]}, {"$date": found["time"]}
        return {**found, "user_id": own, "time": at, "n": {"$numberLong": "5"}}

    rows = each(change)
    records = read(tmp_path, rows, "in.json")
    assert people(records) == ["ana", "bob"]
    assert records[0].properties == '{"n":5}'


def test_a_file_packed_twice_is_unpacked_twice(tmp_path: Path) -> None:
    packed = gzip.compress(gzip.compress(f"{A}\n{B}\n".encode()))
    assert people(read(tmp_path, packed, "in.jsonl.gz")) == ["ana", "bob"]


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n", f"[{A},{B}]", json.dumps({"results": [ANA, BOB]}), json.dumps(ANA, indent=1),
        json.dumps({**ANA, "items": [{"name": "x", "created_at": "2026-03-02"}]}),
        f'7\tx\t2026-03-02\t{A}\n', "user_id,event,time\nana,x,2026-03-02\n", "", "{", "[[", '"{',
        json.dumps({"event": "x", "properties": {"time": 1, "event": "y"}}),
    ],
)  # fmt: skip
def test_what_has_nothing_around_it_is_left_alone(text: str) -> None:
    assert frame_of(text.encode()) is None


# -- tables


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Report,,\nMarch,,\n,,\n{names}\n{rows}", ["ana", "bob"]),
        ("Report:,Signups,\n\n{names}\n{rows}", ["ana", "bob"]),
        ("{names}\n{rows}Total,,\n", ["ana", "bob"]),
        ("{names}\nString,String,DateTime64(3)\n{rows}", ["ana", "bob"]),
        ("{names}\n{rows}(2 rows affected)\n", ["ana", "bob"]),
        ("user_id, event, time\nana, \"Buy, now\", 2026-03-02\n", ["ana"]),
        ("user_id,event,time\n=\"007\",Buy,2026-03-02\n", ["007"]),
        ("user_id,event,time\n\"a\\\"b\",x,2026-03-02\n\"d\",x,2026-03-02\n", ['a"b', "d"]),
        ("user_id\x01event\x01time\nana\x01Buy\x012026-03-02\n", ["ana"]),
        ("Unnamed: 0,user_id,event,time\n5,a,x,2026-03-02\n9,b,x,2026-03-02\n", ["a", "b"]),
        ("user_id,event,time\rJosé,Buy,2026-03-02\r", ["José"]),
        ("user_id\u200b,event,time\nana,x,2026-03-02\n\x1a", ["ana"]),
    ],
)  # fmt: skip
def test_rows_are_found_in_tables_of_all_makes(tmp_path: Path, text: str, found: list[str]) -> None:
    rows = "".join(",".join(row) + "\n" for row in (FIRST, SECOND))
    content = text.replace("{names}", ",".join(NAMES)).replace("{rows}", rows)
    records = read(
        tmp_path, content.encode("mac-roman" if "\u200b" not in content else "utf-8"), "in.csv"
    )
    assert people(records) == found
    assert not any(each.properties for each in records if isinstance(each, Row))


def test_a_table_is_one_whatever_its_file_is_called(tmp_path: Path) -> None:
    assert people(read(tmp_path, "user_id,event,time\nana,x,2026-03-02\n", "in.json")) == ["ana"]


def test_a_table_between_unusual_characters_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--delimiter CHAR"):
        read(tmp_path, "user_id~event~time\nana~Buy~2026-03-02\n", "in.csv")


@pytest.mark.parametrize(
    "change",
    [
        lambda found: {"timestamp": ANA["time"], "message": f"{json.dumps(found)}\n", "id": "1"},
        lambda found: {"timestamp": ANA["time"], "jsonPayload": found, "insertId": "1"},
        lambda found: {"__REALTIME_TIMESTAMP": "1772445600000000", "MESSAGE": json.dumps(found)},
    ],
)
def test_the_time_around_an_event_is_its_own_where_it_has_none(tmp_path: Path, change: Any) -> None:
    timeless = [{k: v for k, v in found.items() if k != "time"} for found in (ANA, BOB)]
    text = "".join(json.dumps(change(found)) + "\n" for found in timeless)
    found = read(tmp_path, text, "in.json")
    assert people(found) == ["ana", "bob"]
    assert {row.ts for row in found} == {1_772_445_600_000}


NANO = "1772445600000000000"
SHOP = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}


def telemetry(*records: dict[str, Any], of: str = "Log") -> dict[str, Any]:
    inner = {"Log": "logRecords", "Span": "spans"}[of]
    return {f"resource{of}s": [{"resource": SHOP, f"scope{of}s": [{inner: list(records)}]}]}


def said(**attributes: Any) -> list[dict[str, Any]]:
    named = {name.replace("_", "."): value for name, value in attributes.items()}
    return [{"key": name, "value": {"stringValue": value}} for name, value in named.items()]


@pytest.mark.parametrize("indent", [None, 1])
def test_events_and_spans_of_opentelemetry_have_their_person_and_session(
    tmp_path: Path, indent: int | None
) -> None:
    own = said(user_id="ana", session_id="s", plan="pro")
    records = telemetry(
        {"timeUnixNano": NANO, "eventName": "Buy", "attributes": own},
        {"timeUnixNano": NANO, "attributes": [*own, *said(event_name="View")]},
    )
    spans = telemetry(
        {"name": "Pay", "startTimeUnixNano": NANO, "endTimeUnixNano": NANO, "attributes": own},
        of="Span",
    )
    for sent, names in ((records, ["Buy", "View"]), (spans, ["Pay"])):
        found = read(tmp_path, json.dumps(sent, indent=indent) + "\n", "in.json")
        assert [row.event for row in found] == names
        assert {row[1:5] for row in found} == {(1_772_445_600_000, "ana", None, "s")}
        assert all(json.loads(row.properties)["plan"] == "pro" for row in found)


def test_an_attribute_of_opentelemetry_does_not_stand_for_what_a_record_says_itself(
    tmp_path: Path,
) -> None:
    own = said(event="other", time="2020-01-01", name="third")
    record = {"timeUnixNano": NANO, "eventName": "Buy", "attributes": own}
    (row,) = read(tmp_path, json.dumps(telemetry(record)) + "\n", "in.jsonl")
    assert (row.event, row.ts) == ("Buy", 1_772_445_600_000)
    assert json.loads(row.properties)["event"] == "other"


def test_records_of_opentelemetry_without_a_name_are_logs(tmp_path: Path) -> None:
    record = {"timeUnixNano": NANO, "severityNumber": 17, "body": {"stringValue": "it broke"}}
    lines = json.dumps(telemetry(record, record)) + "\n" + json.dumps(telemetry(record)) + "\n"
    found = read(tmp_path, lines, "in.jsonl")
    assert [(log.message, log.level, log.service) for log in found] == [("it broke", 3, "shop")] * 3


def test_events_in_lists_of_persons_are_all_theirs(tmp_path: Path) -> None:
    lists = [{"user_id": "ana", "events": [{"event": "Buy", "time": ANA["time"]}] * 2},
             {"user_id": "bob", "events": [{"event": "Buy", "time": BOB["time"]}]}]  # fmt: skip
    wanted = ["ana", "ana", "bob"]
    for text in (json.dumps(lists), "".join(json.dumps(each) + "\n" for each in lists)):
        assert people(read(tmp_path, text, "in.json")) == wanted
    for indent in (None, 1):
        assert people(read(tmp_path, json.dumps(lists[0], indent=indent), "a.json")) == wanted[:2]


def test_lists_under_several_keys_are_all_read(tmp_path: Path) -> None:
    by_key = {"ana": [{k: v for k, v in ANA.items() if k != "user_id"}] * 2, "bob": [BOB]}
    found = read(tmp_path, json.dumps(by_key), "in.json")
    assert [json.loads(row.properties)["key"] for row in found] == ["ana", "ana", "bob"]


@pytest.mark.parametrize("around", ['{"_source":%s}\n', '{"user_id":"ana","events":[%s]}\n'])
def test_an_event_that_is_nested_too_deep_is_refused_alone(tmp_path: Path, around: str) -> None:
    own = {name: ANA[name] for name in ("event", "time")}
    events = [json.dumps({**own, "p": 1})] * 3
    deep = events[0].replace('"p": 1', f'"p": {"[" * 400 + "]" * 400}')
    found = read(
        tmp_path, "".join(around % event for event in (*events, deep, *events)), "in.jsonl"
    )
    refused = [each for each in found if isinstance(each, Rejected)]
    assert [each.reason for each in refused] == ["nested too deep"]
    assert len(found) == 7


def test_values_of_opentelemetry_that_are_not_as_they_should_be_stay_as_they_are(
    tmp_path: Path,
) -> None:
    odd = {"a": {"arrayValue": {"values": 5}}, "n": {"intValue": "--5"}, "m": {"intValue": "-5"}}
    attributes = [{"key": name, "value": value} for name, value in odd.items()]
    record = {"timeUnixNano": NANO, "eventName": "Buy", "attributes": attributes}
    (row,) = read(tmp_path, json.dumps(telemetry(record)) + "\n", "in.jsonl")
    properties = json.loads(row.properties)
    assert [properties[name] for name in odd] == [[], "--5", -5]
