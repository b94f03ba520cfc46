"""Small files of the kinds that people have: what each column, time and id is taken for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.records import Refused, Row
from core.sources import open_source
from core.sources.moments import to_ms
from core.sources.placeholders import is_placeholder, plain_id

TEN, ELEVEN = "2026-03-02 10:00:00", "2026-03-02 11:00:00"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class Read:
    """What a file is read as.

    Attributes:
        events: its events.
        others: whatever else: rejected and left out.
        notes: what is said about how it was read.
    """

    def __init__(self, folder: Path, content: str | bytes, name: str = "in.csv") -> None:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = open_source(str(path), {}, None, None)
        records = list(source.records)
        self.events = [found for found in records if isinstance(found, Row)]
        self.others = [found for found in records if not isinstance(found, Row)]
        self.notes = "; ".join(source.notes)


@pytest.mark.parametrize(
    "value",
    [
        "Mon Mar  2 11:00:00 CET 2026", "02.03.2026, 10:00 Uhr", "2 de marzo de 2026 10:00",
        "2 mars 2026 10h00", "2 marzo 2026, 10.00", "02-MAR-26 10.00.00.000000 AM",
        "2026-03-02 02:00:00 PST", "2026-03-02 05:00:00 EST", "20260302100000", 20260302100000,
        "2026-03-02 10:00:00.123456789 +0000 UTC m=+0.01", '"2026-03-02T10:00:00Z"',
        "/Date(1772445600000+0100)/", "2026年3月2日 10:00", "[02/Mar/2026:11:00:00 +0100]",
        "3/2/2026 10:00\u202fAM", "3/2/2026 10:00 a. m.", {"$date": "2026-03-02T10:00:00Z"},
        {"$date": {"$numberLong": "1772445600000"}}, {"_seconds": 1772445600, "_nanoseconds": 0},
        {"epochSecond": 1772445600, "nanoOfSecond": 1}, "lundi 2 mars 2026 10:00",
    ],
)  # fmt: skip
def test_times_of_many_languages_and_databases_are_read(value: Any) -> None:
    assert to_ms(value) // 1000 == at(TEN) // 1000


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2 août 2026", "08"), ("2 févr. 2026", "02"), ("2 juin 2026", "06"),
        ("2 juil. 2026", "07"),
        ("2 ene 2026", "01"), ("2 dic 2026", "12"), ("2 gennaio 2026", "01"), ("2 mag 2026", "05"),
        ("2 de fevereiro de 2026", "02"), ("2 out 2026", "10"), ("2. Dezember 2026", "12"),
    ],
)  # fmt: skip
def test_months_have_names_in_several_languages(text: str, month: str) -> None:
    assert to_ms(text) == at(f"2026-{month}-02")


@pytest.mark.parametrize("value", ["2026-03-02 10:00 IST", "2026-07-02 10:00 BST", {"a": 1}])
def test_what_may_be_several_times_is_refused(value: Any) -> None:
    with pytest.raises(Refused, match="time not understood"):
        to_ms(value)


@pytest.mark.parametrize(
    "text",
    ["NA", "no_user", "not-logged-in", "Not Set", "null null", "undefined:undefined", "(empty)",
     "${user_id}", "{{ user.id }}", "<user_id>", "%user_id%", "gast", "inconnu", "Anónimo",
     "unknown_user", "opt-out", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
)  # fmt: skip
def test_words_and_templates_for_nobody_are_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["nullnull", "anna", "(1)", "user_7", "1-0", "guest42", "truelove"]
)
def test_an_id_that_resembles_one_is_somebody(text: str) -> None:
    assert not is_placeholder(text)


def test_spaces_around_an_id_are_no_part_of_it() -> None:
    assert [plain_id(each) for each in (" 1000.0 ", "ana ", "a b")] == ["1000", "ana", "a b"]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Datum;Uhrzeit;Benutzer-ID;Aktion", "02.03.2026;10:00;7;x|02.03.2026;11:00;8;x"),
        ("Fecha;Hora;Usuario;Acción", "2/3/2026;10:00;7;x|13/3/2026;11:00;8;x"),
        ("Horodatage;Identifiant utilisateur;Événement", "2/3/2026 10:00;7;x|13/3/2026;8;x"),
        ("data;utente;azione", "2/3/2026 10:00;7;x|13/3/2026 11:00;8;x"),
        ("date,hour,user_id,event", "2026-03-02,10,7,x|2026-03-02,11,8,x"),
        ("e.user_id,e.event,e.ts", f"7,x,{TEN}|8,x,{ELEVEN}"),
        ("Events User ID,Events Name,Events Created Time", f"7,x,{TEN}|8,x,{ELEVEN}"),
        ("User (ID),Event,Time (UTC)", f"7,x,{TEN}|8,x,{ELEVEN}"),
        ("#user_id,event,time", f"7,x,{TEN}|8,x,{ELEVEN}"),
        ("[user_id],[event],[time]", f"7,x,{TEN}|8,x,{ELEVEN}"),
        ("user_id,event,server_time,received_at", f"7,x,{TEN},2027-01-01|8,x,{ELEVEN},"),
        ("user_id,event_name,event_ts", f"7,x,{TEN}|8,x,{ELEVEN}"),
        ("user_id,name,action,at", f"7,Ana,x,{TEN}|8,Bo,y,{ELEVEN}|7,Ana,x,{ELEVEN}"),
        ("user_id,event,created_at", "7,x,46083.41666667|8,x,46084.5"),
        ("user_id,event,created_at", "7,x,2461101.916666667|8,x,2461102.5"),
        ("date,time,user_id,event", "46083,0.41666667,7,x|46084,0.5,8,x"),
    ],
)
def test_columns_are_known_in_several_languages_and_forms(
    tmp_path: Path, header: str, rows: str
) -> None:
    first = Read(tmp_path, "\n".join([header, *rows.split("|")])).events[0]
    assert (first.event, first.user, first.ts // 1000) == ("x", "7", at(TEN) // 1000)


@pytest.mark.parametrize(
    ("name", "header", "rows", "asks"),
    [
        ("orders.csv", "order_id,customer,created_at", "1,ana", r"such as --event orders\."),
        ("a.csv", "user_id,url,created_at", "7,https://x.test", r"--map event=url"),
        ("a.csv", "user_id,status,message,created_at", "7,paid,ok", r"status or message may say"),
        ("a.csv", "who,what,created_at", "ana,login", r"--map event=what"),
        ("users_2026.csv", "email,name,created_at", "a@x.test,Ana Smith", r"--event users\."),
        ("sales.csv", "Name,Email,created_at", "#1001,a@x.test|#1002,b@x.test", r"--event sales\."),
    ],
)
def test_a_file_without_an_event_is_asked_about(
    tmp_path: Path, name: str, header: str, rows: str, asks: str
) -> None:
    text = "".join(f"{row},{TEN}\n" for row in rows.split("|"))
    with pytest.raises(BadInput, match=asks):
        Read(tmp_path, f"{header}\n{text}", name)


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("user_id,event,time,timezone", f"7,x,{TEN},CET", "whatever timezone says"),
        ("cookie_id,customer_id,event,time", f"c,7,x,{TEN}", "--map user=customer_id"),
    ],
)
def test_what_may_be_wrong_is_said(tmp_path: Path, header: str, row: str, said: str) -> None:
    assert said in Read(tmp_path, f"{header}\n{row}\n").notes


def test_a_name_with_a_number_may_say_what_happened(tmp_path: Path) -> None:
    rows = f"user_id,name,time\n7,step1,{TEN}\n7,step2,{ELEVEN}\n"
    assert [found.event for found in Read(tmp_path, rows).events] == ["step1", "step2"]


def test_a_number_with_spaces_and_a_decimal_comma_is_one(tmp_path: Path) -> None:
    rows = f"user;event;time;montant\nana;x;{TEN};1 234,50\n"
    assert Read(tmp_path, rows).events[0].properties == '{"montant":1234.5}'
