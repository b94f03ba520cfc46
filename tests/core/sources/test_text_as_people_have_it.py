"""Tables from spreadsheets, databases and scripts are read as they are, whatever they look like."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, FootfallError
from core.records import Refused
from core.sources.moments import Moments, to_ms
from core.sources.text.encodings import encoding_of
from core.sources.text.layout import layout_of
from core.sources.text.reading import Notes, Reading
from tests.core.sources.small import Stored, imported, lines


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def times(stored: Stored) -> list[str]:
    found = [datetime.fromtimestamp(event["ts"] / 1000, UTC) for event in stored.events]
    return [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in found]


def notes(stored: Stored) -> str:
    return "; ".join(said for sentences in stored.report.notes.values() for said in sentences)


# -- encodings


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "é"), ("utf-16", "é"), ("utf-16-le", "é"), ("utf-16-be", "é"),
        ("utf-32", "é"), ("cp1252", "é"), ("cp1252", "€"), ("latin-1", "ü"),
        ("cp1251", "Покупка"), ("koi8-r", "Покупка товара"), ("cp1253", "Αγορά"),
        ("cp1250", "Zażółć"), ("cp1250", "Přihlášení"), ("cp1250", "Vásárlás őszintén ötször"),
        ("cp1252", "créée à Århus"), ("cp1252", "Größe in m³ ¿qué?"), ("cp1252", "õhtusöök"),
    ],
)  # fmt: skip
def test_the_encoding_of_a_text_is_seen(tmp_path: Path, encoding: str, text: str) -> None:
    rows = f"user,event,time\n{text}-va,Kauf {text},2026-03-02\n"
    stored = imported(tmp_path, rows.encode(encoding), "in.csv")
    assert [(e["user"], e["event"]) for e in stored.events] == [(f"{text}-va", f"Kauf {text}")]
    assert ("the text is read as" in notes(stored)) is (encoding != "utf-8-sig")


@pytest.mark.parametrize(("encoding", "text"), [("euc-kr", "사용자,구매"), ("gb18030", "登录,x")])
def test_letters_of_several_bytes_are_not_taken_for_cyrillic(
    tmp_path: Path, encoding: str, text: str
) -> None:
    rows = f"user,event,time\n{text},2026-03-02\n".encode(encoding)
    assert encoding_of(rows) == ""
    given = imported(tmp_path, rows, "in.csv", reading=Reading(encoding=encoding))
    assert [f"{e['user']},{e['event']}" for e in given.events] == [text]


def test_lines_of_classic_macs_in_utf8_are_no_old_text_where_a_character_is_cut_off() -> None:
    text = b"user,event,time\r" + "АННА,ПОКУПКА,2026-03-02\r".encode() * 3_000
    assert encoding_of(text + "я".encode()[:1]) == ""


def test_a_big_endian_text_with_a_mark_is_read(tmp_path: Path) -> None:
    rows = b"\xfe\xff" + "user,event,time\nann,x,2026-03-02\n".encode("utf-16-be")
    assert imported(tmp_path, rows, "in.csv").names == {"x": 1}


def test_an_encoding_can_be_given(tmp_path: Path) -> None:
    rows = "user,event,time\nмир,x,2026-03-02\n".encode("cp1251")
    stored = imported(tmp_path, rows, "in.csv", reading=Reading(encoding="cp1251"))
    assert stored.events[0]["user"] == "мир"


def test_text_with_a_nul_in_a_cell_is_no_binary_file(tmp_path: Path) -> None:
    rows = b"user,event,time\nann,x,2026-03-02\nbo\0b,x,2026-03-02\n"
    assert imported(tmp_path, rows, "in.csv").names == {"x": 2}


def test_lines_of_a_program_between_events_are_rejected_alone(tmp_path: Path) -> None:
    events = lines({"user_id": "ann", "event": "Buy", "time": "2026-03-02"}) * 3
    found = imported(tmp_path, f"starting up\n{events}stopped\n", "app.log")
    assert (found.names, found.report.reasons) == ({"Buy": 3}, {"not JSON": 2})


def test_a_bad_byte_in_utf8_text_rejects_one_row(tmp_path: Path) -> None:
    rows = "user,event,time\nzoë,x,2026-03-02\n".encode() + b"\xe9,x,2026-03-02\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.report.reasons) == ({"x": 1}, {"not UTF-8": 1})


@pytest.mark.parametrize(
    "reading",
    [
        Reading(encoding="klingon"), Reading(delimiter="::"), Reading(delimiter='"'),
        Reading(times_in="Mars/Base"), Reading(decimal="'"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_used_is_refused(tmp_path: Path, reading: Reading) -> None:
    with pytest.raises(FootfallError, match=r"is not known|is not a column delimiter"):
        imported(tmp_path, "event,time\na,2026-03-02\n", "in.csv", reading=reading)


# -- rows and columns


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a, of x;b, of y;c\n1;2;3\n1;2;3\n", ";"),
        ("a\tb\n1,2,3\t4\n", "\t"),
        ('"a;x";"b;y"\n1;2\n', ";"),
        ("a|b|c\n1|2|3\n", "|"),
        ("only\n1\n", ","),
    ],
)
def test_the_delimiter_is_the_one_that_fits_all_lines(text: str, delimiter: str) -> None:
    assert layout_of(text.encode(), "in.csv").delimiter == delimiter


def test_a_tsv_file_with_commas_is_read_with_commas() -> None:
    assert layout_of(b"a,b\n1,2\n", "in.tsv").delimiter == ","
    assert layout_of(b"a,b\tc\n1\t2\n", "in.tsv").delimiter == "\t"


def test_a_delimiter_can_be_given(tmp_path: Path) -> None:
    rows = "user~event~time\nann~x~2026-03-02\n"
    assert imported(tmp_path, rows, "in.csv", reading=Reading(delimiter="~")).people == 1


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_may_name_the_delimiter(tmp_path: Path, first: str) -> None:
    rows = f"{first}\r\nuser;event;time\r\nann;Buy;2026-03-02\r\nbob;;2026-03-02\r\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.report.read) == ({"Buy": 1}, 2)
    assert '"line":4' in (tmp_path / "in.csv.rejects.jsonl").read_text()


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("last", ["", ",", ",,"])
def test_rows_may_end_with_delimiters_and_lines_with_anything(
    tmp_path: Path, end: str, last: str
) -> None:
    rows = end.join([f"user,event,time{last}", f"ann,Buy,2026-03-02{last}", "bob,Buy,2026-03-02"])
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.people) == ({"Buy": 2}, 2)
    assert all(not event["properties"] for event in stored.events)


def test_rows_longer_than_the_header_are_fine_if_nothing_is_there(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,2026-03-02,,\nbob,Buy,2026-03-02,,x\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert stored.report.reasons == {"more fields than the header": 1}


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
def test_the_row_numbers_of_a_data_frame_are_left_out(tmp_path: Path, first: str) -> None:
    rows = f"{first},user,event,time\n0,ann,Buy,2026-03-02\n1,bob,Buy,2026-03-02\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert [event["properties"] for event in stored.events] == [{}, {}]
    assert list(stored.report.names.values()) == [("user", "event", "time")]


@pytest.mark.parametrize(
    "before", ["# exported today\n", "Report\n\n", "\n\n", "a title; of June\n"]
)
def test_lines_before_the_header_are_passed_over(tmp_path: Path, before: str) -> None:
    rows = f"{before}user,event,time\nann,Buy,2026-03-02\nbob,Buy,soon\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.report.rejected) == ({"Buy": 1}, 1)
    line = before.count("\n") + 3
    assert f'"line":{line}' in (tmp_path / "in.csv.rejects.jsonl").read_text()


def test_a_header_that_comes_again_is_left_out(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,2026-03-02\nuser,event,time\nbob,Buy,2026-03-02\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.report.left_out) == ({"Buy": 2}, {"repeated headers": 1})


def test_rows_without_any_value_are_left_out(tmp_path: Path) -> None:
    stored = imported(tmp_path, "user,event,time\nann,Buy,2026-03-02\n,,\n,,\n", "in.csv")
    assert (stored.names, stored.report.left_out) == ({"Buy": 1}, {"empty rows": 2})


def test_a_table_as_a_terminal_shows_it_is_read(tmp_path: Path) -> None:
    rows = (
        " user_id | event |        time         \n---------+-------+---------------------\n"
        " ann     | Buy   | 2026-03-02 10:00:00\n         | Buy   | 2026-03-02 10:00:00\n"
        "(2 rows)\n"
    )
    stored = imported(tmp_path, rows, "in.txt")
    assert [(e["event"], e["user"]) for e in stored.events] == [("Buy", "ann"), ("Buy", None)]
    assert stored.report.rejected == 0


def test_rows_without_a_header_are_refused_as_such(tmp_path: Path) -> None:
    rows = "ann,Buy,2026-03-02 10:00\nbob,Buy,2026-03-02 11:00\n"
    with pytest.raises(BadInput, match="has no header"):
        imported(tmp_path, rows, "in.csv")


def test_the_statement_of_a_copy_names_the_columns(tmp_path: Path) -> None:
    rows = (
        'SET x = 1;\n\nCOPY public.events (user_id, event, "time") FROM stdin;\n'
        "ann\tBuy\t2026-03-02 10:00:00+00\nbob\tBuy\tsoon\n\\.\n"
    )
    stored = imported(tmp_path, rows, "dump.sql")
    assert (stored.names, stored.report.rejected) == ({"Buy": 1}, 1)
    assert '"line":5' in (tmp_path / "dump.sql.rejects.jsonl").read_text()


def test_what_stands_for_no_value_is_none(tmp_path: Path) -> None:
    absent = ["\\N", "\\\\N", "NULL", "null", "NaN", "nan", "NaT", "None", "<NA>", "#N/A", "(null)"]
    rows = "".join(f"{n},v,2026-03-02,{word},{word}\n" for n, word in enumerate(absent, 1))
    stored = imported(tmp_path, f"user,event,time,plan,country\n{rows}", "in.csv")
    assert stored.names == {"v": len(absent)}
    assert all(not e["properties"] and "country" not in e for e in stored.events)


def test_a_copy_of_postgresql_has_backslashes_and_no_quotes(tmp_path: Path) -> None:
    rows = (
        'user_id\tevent\ttime\tnote\nann\tBuy\t2026-03-02 10:00:00.123456+00\t5" screen\n'
        "\\N\tView\t2026-03-02 10:01:00+00\t\\N\n\\N\tView\t2026-03-02 10:02:00+00\ta\\tb\\\\c\n"
    )
    stored = imported(tmp_path, rows, "a.tsv")
    assert (stored.names, stored.people) == ({"Buy": 1, "View": 2}, 1)
    assert [e["properties"].get("note") for e in stored.events] == ['5" screen', None, "a\tb\\c"]


def test_text_in_a_column_of_objects_is_kept_and_counted(tmp_path: Path) -> None:
    rows = (
        "user,event,time,properties,traits\n"
        "ann,Buy,2026-03-02,\"{'a': 1}\",\"{'b': None}\"\n"
        'bob,Buy,2026-03-02,"{""a"": 1}",\n'
    )
    stored = imported(tmp_path, rows, "in.csv")
    assert [e["properties"] for e in stored.events] == [
        {"properties": "{'a': 1}", "traits": "{'b': None}"},
        {"a": 1},
    ]
    assert "2 values are not JSON objects and are kept as text" in notes(stored)


def test_nul_bytes_after_the_last_row_are_left_out(tmp_path: Path) -> None:
    rows = b"user,event,time\nann,Buy,2026-03-02\n" + bytes(500)
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.report.rejected) == ({"Buy": 1}, 0)
    assert stored.report.left_out == {"runs of NUL bytes": 1}


# -- numbers


def test_numbers_with_a_decimal_comma_are_numbers(tmp_path: Path) -> None:
    rows = (
        "user;event;time;betrag;n;note\nann;Kauf;2026-03-02;12,50;1.234;a,b\n"
        "bob;Kauf;2026-03-03;1.234,00;7;1,2,3\ncis;Kauf;2026-03-04;-0,5;1\u00a0234\u00a0567;\n"
    )
    stored = imported(tmp_path, rows, "in.csv")
    assert [e["properties"] for e in stored.events] == [
        {"betrag": 12.5, "n": 1234, "note": "a,b"},
        {"betrag": 1234, "n": 7, "note": "1,2,3"},
        {"betrag": -0.5, "n": 1234567},
    ]


@pytest.mark.parametrize(("decimal", "found"), [("", "12,50"), (",", 12.5), (".", "12,50")])
def test_between_commas_a_decimal_comma_must_be_given(
    tmp_path: Path, decimal: str, found: Any
) -> None:
    rows = 'user,event,time,price\nann,Buy,2026-03-02,"12,50"\n'
    stored = imported(tmp_path, rows, "in.csv", reading=Reading(decimal=decimal))
    assert stored.events[0]["properties"] == {"price": found}


def test_points_between_semicolons_stay_points(tmp_path: Path) -> None:
    rows = "user;event;time;price;pair\nann;Buy;2026-03-02;12.50;1,2\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert stored.events[0]["properties"] == {"price": 12.5, "pair": "1,2"}


def test_ids_that_a_spreadsheet_rounded_are_stored_and_the_column_is_named(tmp_path: Path) -> None:
    rows = "user_id,event,time,size\n1.23457E+15,Buy,2026-03-02,1E+10\nann,Buy,2026-03-02,\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert stored.names == {"Buy": 2}
    assert "user_id has numbers that a spreadsheet rounded, such as 1.23457E+15" in notes(stored)
    assert "size" not in notes(stored)


# -- dates and times


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-02 10:00:00 +0000 UTC", "2026-03-02 10:00:00"),
        ("2026-03-02T24:00:00Z", "2026-03-03 00:00:00"),
        ("2026-03-02 10:00:00 GMT", "2026-03-02 10:00:00"),
        ("2026-03-02 10:00:00 Europe/Amsterdam", "2026-03-02 09:00:00"),
        ("2026-03-02T10:00:00Z[UTC]", "2026-03-02 10:00:00"),
        ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02 10:00:00"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02 10:00:00"),
        ("Mon Mar 02 2026 10:00:00 GMT+0100 (CET)", "2026-03-02 09:00:00"),
        ("02/Mar/2026:10:00:00 +0200", "2026-03-02 08:00:00"),
        ("Mar 2, 2026, 10:00:00 AM", "2026-03-02 10:00:00"),
        ("2. März 2026 10:00", "2026-03-02 10:00:00"),
        ("2026/03/02 10:00:00", "2026-03-02 10:00:00"),
        ("2026-3-2 9:05:00", "2026-03-02 09:05:00"),
        ("2026-061", "2026-03-02 00:00:00"),
        ("02.03.2026 10:00", "2026-03-02 10:00:00"),
        ("3/2/26 12:05 AM", "2026-03-02 00:05:00"),
        ("10:00 2/3/2026", "2026-02-03 10:00:00"),
        ("10:05:30 PM, 2. March 2026", "2026-03-02 22:05:30"),
        ("1712010112233", "2024-04-01 22:21:52"),
    ],
)
def test_times_are_read_as_programs_and_people_write_them(text: str, found: str) -> None:
    assert to_ms(text) // 1000 == at(found) // 1000


def test_a_list_of_the_parts_of_a_time_is_one() -> None:
    assert to_ms([2026, 3, 2, 10, 0]) == at("2026-03-02T10:00")
    assert to_ms([2026, 3, 2, 10, 0, 5, 123_000_000]) == at("2026-03-02T10:00:05") + 123
    for wrong in ([2026, 3, 2], [2026, 13, 2, 10, 0], [2026, 3, 2, 10, "0"], [10**30, 3, 2, 10, 0]):
        with pytest.raises(Refused):
            to_ms(wrong)


@pytest.mark.parametrize(
    "value",
    [
        "2026", 2026, 202603021000, "2026-03-02 10:00:00 IST", "10:00", "Monday",
        "2026-366", "32.01.2026", "2026-03-02 25:00", "3/2/2026 13:00 PM", "version 1.2.2026",
        "2 Foo 2026", "2026-03-02 10:00 Mars/Base", "26-03-02", "x" * 200,
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_and_not_taken_for_1970(value: Any) -> None:
    with pytest.raises(Refused):
        to_ms(value)


@pytest.mark.parametrize(
    ("dates", "found", "said"),
    [
        (["3/2/2026 10:00", "3/13/2026 11:30 PM"], ["2026-03-02", "2026-03-13"], ""),
        (["2/3/2026", "13/3/2026"], ["2026-03-02", "2026-03-13"], ""),
        (["02.03.2026", "03.03.2026"], ["2026-03-02", "2026-03-03"], ""),
        (["2/3/2026 1:00 PM", "2/3/2026 2:00 PM"], ["2026-02-03", "2026-02-03"], ""),
        (["2/3/2026", "2/4/2026"], ["2026-02-03", "2026-02-04"], "--dates day-first"),
        (["13/3/2026", "3/13/2026"], ["2026-03-13", "2026-03-13"], "--dates"),
    ],
)
def test_all_dates_of_a_file_show_whether_the_day_is_first(
    tmp_path: Path, dates: list[str], found: list[str], said: str
) -> None:
    rows = "".join(f"ann,Buy,{date}\n" for date in dates)
    stored = imported(tmp_path, f"user,event,time\n{rows}", "in.csv")
    assert [time[:10] for time in times(stored)] == found
    assert said in notes(stored)
    assert bool(said) == bool(notes(stored))


@pytest.mark.parametrize(("first", "month"), [(True, "03"), (False, "02")])
def test_the_order_of_a_date_can_be_given(tmp_path: Path, first: bool, month: str) -> None:
    rows = "user,event,time\nann,Buy,2/3/2026\n"
    stored = imported(tmp_path, rows, "in.csv", reading=Reading(day_first=first))
    assert times(stored)[0][5:7] == month
    assert not notes(stored)


def test_a_date_that_does_not_fit_the_order_is_rejected(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,13/3/2026\nann,Buy,14/3/2026\n"
    stored = imported(tmp_path, rows, "in.csv", reading=Reading(day_first=False))
    assert stored.report.reasons == {"no such month, as dates are read with the month first": 2}


def test_a_date_alone_is_that_day_of_the_workspace_however_it_is_written(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,02.03.2026\nann,Buy,2 March 2026\nann,Buy,02.03.2026 00:00\n"
    stored = imported(tmp_path, rows, "in.csv", zone="Europe/Amsterdam")
    assert times(stored) == [
        "2026-03-01 23:00:00", "2026-03-01 23:00:00", "2026-03-02 00:00:00",
    ]  # fmt: skip


def test_a_date_and_a_time_of_day_are_one_moment(tmp_path: Path) -> None:
    rows = (
        "Datum;Uhrzeit;user;event\n02.03.2026;10:00;ann;Buy\n02.03.2026;11:30:15;bob;Buy\n"
        "13.03.2026;;cis;Buy\n"
    )
    stored = imported(tmp_path, rows, "in.csv")
    assert times(stored) == ["2026-03-02 10:00:00", "2026-03-02 11:30:15", "2026-03-13 00:00:00"]
    assert all(not event["properties"] for event in stored.events)


@pytest.mark.parametrize("clock", ["10:00 Uhr", "10.00 Uhr", "10h00", "10:00h", "10:00 uur"])
def test_a_time_of_day_may_say_that_it_is_one(tmp_path: Path, clock: str) -> None:
    rows = f"Datum;Uhrzeit;user;event\n2. März 2026;{clock};ann;Buy\n3. Mai 2026;{clock};bob;Buy\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert times(stored) == ["2026-03-02 10:00:00", "2026-05-03 10:00:00"]


def test_a_date_with_the_midnight_of_a_database_and_a_time_are_one_moment(tmp_path: Path) -> None:
    rows = "date,time,user,event\n2026-03-02 00:00:00,3:05 PM,ann,Buy\n"
    assert times(imported(tmp_path, rows, "in.csv")) == ["2026-03-02 15:05:00"]


def test_numbers_of_days_of_a_spreadsheet_are_times(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,46083.4166666667\nbob,Buy,46083\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert times(stored) == ["2026-03-02 00:00:00", "2026-03-02 10:00:00"]
    assert "spreadsheet" in notes(stored)


def test_numbers_of_days_may_have_a_decimal_comma(tmp_path: Path) -> None:
    rows = "user;event;time\nann;Buy;46083,4166666667\n"
    assert times(imported(tmp_path, rows, "in.csv")) == ["2026-03-02 10:00:00"]


def test_times_that_a_spreadsheet_rounded_are_named(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,1.77245E+12\n"
    assert "time has numbers that a spreadsheet rounded" in notes(
        imported(tmp_path, rows, "in.csv")
    )


def test_times_without_a_zone_can_be_local(tmp_path: Path) -> None:
    given = ["2026-10-25 02:30:00", "2026-10-25 02:30:00+01:00", "2026-03-29 02:30:00"]
    rows = lines(*({"user": "u", "event": "Buy", "time": time} for time in given))
    stored = imported(tmp_path, rows, reading=Reading(times_in="Europe/Amsterdam"))
    assert times(stored) == ["2026-03-29 01:30:00", "2026-10-25 00:30:00", "2026-10-25 01:30:00"]
    assert notes(stored) == (
        "1 time does not exist in Europe/Amsterdam, where clocks go forward; it is moved"
    )


def test_times_without_a_zone_are_utc_whatever_the_workspace(tmp_path: Path) -> None:
    rows = "user,event,time\nann,Buy,2026-07-01 10:00\n"
    assert times(imported(tmp_path, rows, "in.csv", zone="Europe/Amsterdam")) == [
        "2026-07-01 10:00:00"
    ]


def test_a_date_is_a_day_of_the_workspace_also_where_times_are_local() -> None:
    reading = Reading(times_in="America/New_York")
    ms = Moments(None, reading, Notes()).ms
    assert ms("2026-03-02") == at("2026-03-02T00:00")
    assert ms("2026-03-02 00:00") == at("2026-03-02T05:00")


# -- which column is what


@pytest.mark.parametrize(
    ("header", "row", "event", "user"),
    [
        ("user_id,event_type,event_label,ts", "7,20,login,2026-03-02 10:00", "login", "7"),
        ("user_id,event,date_create", "7,login,1772445600", "login", "7"),
        ("Użytkownik,Zdarzenie,Czas", "ann,Zakup,2026-03-02 10:00", "Zakup", "ann"),
        ("Användare,Händelse,Tidpunkt", "ann,Köp,2026-03-02 10:00", "Köp", "ann"),
        ("пользователь,действие,время", "ann,Вход,02.03.2026 10:00", "Вход", "ann"),
        ("ユーザーID,イベント名,日時", "ann,購入,2026/03/02 10:00", "購入", "ann"),
        ("user_id,event,time", "7, login ,2026-03-02 10:00", "login", "7"),
        ("id,userid,action,created_at", "1,7,login,2026-03-02 10:00", "login", "7"),
        ("uid,activity,occurred_at", "7,login,2026-03-02 10:00", "login", "7"),
        ("username,verb,datetime", "ann,login,2026-03-02 10:00", "login", "ann"),
        ("Benutzer,Ereignis,Zeitpunkt", "ann,Kauf,02.03.2026 10:00", "Kauf", "ann"),
        ("user_id,type,inserted_at", "7,login,2026-03-02 10:00", "login", "7"),
        ("user_id,event,moment", "7,login,2026-03-02 10:00", "login", "7"),
        ("user_id,event,ts_ns", "7,login,1772445600000000000", "login", "7"),
        ("user_id,event,Created At Micros", "7,login,1772445600000000", "login", "7"),
        ("user_id,event,event_time_utc", "7,login,2026-03-02 10:00", "login", "7"),
    ],
)
def test_usual_names_of_databases_are_known(
    tmp_path: Path, header: str, row: str, event: str, user: str
) -> None:
    stored = imported(tmp_path, f"{header}\n{row}\n", "in.csv")
    assert [(e["event"], e["user"]) for e in stored.events] == [(event, user)]
    assert times(stored) == ["2026-03-02 10:00:00"]


def test_usual_names_are_known_in_json_lines_too(tmp_path: Path) -> None:
    rows = lines({"userid": 7, "action": "login", "created_at": "2026-03-02T10:00:00Z"})
    assert imported(tmp_path, rows).names == {"login": 1}


def test_a_column_of_seconds_is_no_time_while_another_is_better(tmp_path: Path) -> None:
    rows = "timestamp,user,event,time\n2026-03-02 10:00,ann,View,35\n2026-03-02 11:00,bob,View,4\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert times(stored) == ["2026-03-02 10:00:00", "2026-03-02 11:00:00"]
    assert [e["properties"] for e in stored.events] == [{"time": 35}, {"time": 4}]
    assert "time is kept as a property" in notes(stored)


def test_a_usual_name_with_times_is_better_than_a_known_one_without(tmp_path: Path) -> None:
    rows = "created_at,user,event,time\n2026-03-02 10:00,ann,View,0.35\n"
    assert times(imported(tmp_path, rows, "in.csv")) == ["2026-03-02 10:00:00"]


def test_of_two_usual_times_the_better_is_taken_and_the_other_named(tmp_path: Path) -> None:
    rows = "inserted_at,occurred_at,user,event\n2026-03-05,2026-03-02,ann,View\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert times(stored) == ["2026-03-02 00:00:00"]
    assert "--map time=inserted_at" in notes(stored)


def test_several_columns_that_look_like_times_are_asked_about(tmp_path: Path) -> None:
    rows = "user,event,begun,ended\nann,View,2026-03-02 10:00,2026-03-02 11:00\n"
    with pytest.raises(BadInput, match=r"begun, ended look like times.*--map time=begun"):
        imported(tmp_path, rows, "in.csv")


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("event,action,user,time", ["yes,login,1", "no,login,2"]),
        ("event,event_name,user,time", ["true,login,1", "true,login,2"]),
        ("name,event_type,user,time", ["Ann Lee,login,1", "Bob Roe,login,2"]),
        ("name,action,email,time", ["Ann Lee,login,1", "Bob Roe,login,2"]),
        ("event_type,action,user,time", ["1,login,1", "2,login,2"]),
    ],
)
def test_a_switch_a_number_and_a_persons_name_are_no_event(
    tmp_path: Path, header: str, rows: list[str]
) -> None:
    text = "".join(f"{row},2026-03-02\n" for row in rows)
    assert imported(tmp_path, f"{header}\n{text}", "in.csv").names == {"login": 2}


def test_a_name_that_says_what_happened_is_the_event(tmp_path: Path) -> None:
    rows = "user,name,time\n1,Signed Up,2026-03-02\n2,Signed Up,2026-03-02\n"
    assert imported(tmp_path, rows, "in.csv").names == {"Signed Up": 2}


def test_names_of_people_alone_are_no_events(tmp_path: Path) -> None:
    rows = "user_id,name,time\n1,Ann Lee,2026-03-02\n2,Bob Roe,2026-03-02\n3,Cy Li,2026-03-02\n"
    with pytest.raises(BadInput, match=r"no column for the event.*--event NAME"):
        imported(tmp_path, rows, "in.csv")


def test_all_lines_can_be_the_same_event(tmp_path: Path) -> None:
    rows = "user_id,name,time\n1,Ann Lee,2026-03-02\n2,Bob Roe,2026-03-02\n"
    stored = imported(tmp_path, rows, "in.csv", reading=Reading(event="signup"))
    assert stored.names == {"signup": 2}
    assert [e["properties"] for e in stored.events] == [{"name": "Ann Lee"}, {"name": "Bob Roe"}]
    again = lines({"user_id": 1, "event": "x", "time": "2026-03-03"}, {"time": "2026-03-03"})
    assert imported(tmp_path, again, reading=Reading(event="visit")).names["visit"] == 2


@pytest.mark.parametrize("name", ["customer_id", "account_id", "email"])
def test_a_column_that_might_be_the_person_is_not_taken_silently(tmp_path: Path, name: str) -> None:
    rows = f"{name},event,time\n7,login,2026-03-02\n8,login,2026-03-02\n"
    stored = imported(tmp_path, rows, "in.csv")
    assert (stored.names, stored.people) == ({"login": 2}, 0)


def test_objects_and_names_are_no_ids_while_there_is_an_id(tmp_path: Path) -> None:
    rows = 'user,user_id,event,time\n"{""a"": 1}",7,x,2026-03-02\n"{""a"": 2}",8,x,2026-03-02\n'
    assert [e["user"] for e in imported(tmp_path, rows, "in.csv").events] == ["7", "8"]


def test_a_mapping_wins_over_what_values_look_like(tmp_path: Path) -> None:
    rows = "timestamp,user,event,time\n2026-03-02 10:00,ann,View,1772445600\n"
    stored = imported(tmp_path, rows, "in.csv", mapping={"time": "time", "event": "user"})
    assert stored.names == {"ann": 1}
    assert stored.events[0]["properties"]["event"] == "View"
