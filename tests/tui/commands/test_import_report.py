"""What the report of an import says, and the warnings of one that went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.ingest.importer import import_files
from tui.texts.imported import WIDTH, summary, troubles

USUAL = "user_id,event,time\nana,buy,2026-03-02 10:00:00\nbob,buy,2026-03-03 10:00:00\n"


def said(folder: Path, content: str, name: str = "a.csv") -> str:
    """Import a file and return the report, its sentences on one line each."""
    source = folder / name
    source.write_text(content)
    found = summary(import_files(folder / "w.db", [source]))
    assert all(len(line) <= WIDTH or str(folder) in line for line in found)
    return "\n".join(found).replace("\n  ", " ")


def test_the_report_says_which_column_is_what_and_which_days_there_are(tmp_path: Path) -> None:
    report = said(tmp_path, USUAL)
    assert "a.csv: event, time, user = user_id" in report
    assert "days             2026-03-02 to 2026-03-03" in report
    assert "WARNING" not in report


def test_the_report_names_properties_and_the_columns_of_logs(tmp_path: Path) -> None:
    rows = "user_id,event,time,amount,plan\nana,buy,2026-03-02,3,pro\n"
    assert "a.csv: event, time, user = user_id; properties: amount, plan" in said(tmp_path, rows)
    line = '{"ts": "2026-03-02T10:00:00Z", "level": "INFO", "msg": "late", "host": "a", "n": 5}\n'
    report = said(tmp_path, line, "a.log")
    assert "a.log: logs: time = ts, level, message = msg, source = host" in report


def test_several_sources_have_a_table_and_quiet_is_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(USUAL)
    (tmp_path / "b.csv").write_text(USUAL.replace("buy", "see") + "cis,see,soon\n")
    (tmp_path / "c.csv").write_text("date,visitors,pageviews\n2026-03-02,5,9\n")
    files = [tmp_path / name for name in ("a.csv", "b.csv")]
    report = import_files(tmp_path / "w.db", files)
    shown = [line.split() for line in summary(report, tmp_path / "w.db")]
    assert ["read", "stored", "repeated", "rejected"] in shown
    assert [line[1:] for line in shown if line and line[0].endswith(("/a.csv", "/b.csv"))] == [
        ["2", "2", "0", "0"],
        ["3", "2", "0", "1"],
    ]
    assert any(line[-2:] == ["into", str(tmp_path / "w.db")] for line in shown)
    assert troubles(report) == [f"rejected lines are in {tmp_path / 'b.csv.rejects.jsonl'}"]
    said = " ".join(troubles(import_files(tmp_path / "w.db", [*files, tmp_path / "c.csv"])))
    assert "not read: " in said
    assert "daily totals" in said
    assert troubles(import_files(tmp_path / "w.db", files[:1])) == []


def test_the_report_names_the_vendor_and_what_tells_people_and_events(tmp_path: Path) -> None:
    line = '{"event": "Buy", "properties": {"time": 1772445600, "distinct_id": "ana"}}\n'
    report = said(tmp_path, line, "m.jsonl")
    assert "m.jsonl: Mixpanel raw export: distinct_id, $insert_id; times in UTC" in report


@pytest.mark.parametrize("column", ["customer_id", "Client", "memberId", "x_id"])
def test_without_people_it_says_so_and_names_a_column(tmp_path: Path, column: str) -> None:
    report = said(tmp_path, USUAL.replace("user_id", column))
    assert "WARNING: no column identifies the person" in report
    assert f"--map user={column}" in report


def test_without_people_and_without_a_likely_column_it_gives_the_option(tmp_path: Path) -> None:
    assert "--map user=COLUMN" in said(tmp_path, USUAL.replace("user_id", "colour"))


def test_events_in_1970_are_called_so_and_another_column_is_named(tmp_path: Path) -> None:
    rows = "user_id,event,time,created\nana,view,4,yesterday\nana,view,35,yesterday\n"
    report = said(tmp_path, rows)
    assert "WARNING: all events are in 1970, so time is probably not a time" in report
    assert "--map time=created" in report


def test_a_third_rejected_is_said_with_the_reason_and_an_option(tmp_path: Path) -> None:
    report = said(tmp_path, USUAL + "cis,buy,soon\n")
    assert "WARNING: 1 of 3 lines was rejected, mostly for: time not understood" in report
    assert "--map time=COLUMN" in report
    fewer = said(tmp_path, USUAL + "cis,buy,2026-03-04\ncis,buy,soon\n", "b.csv")
    assert "WARNING" not in fewer


def test_placeholders_rounded_ids_and_joined_ids_are_said(tmp_path: Path) -> None:
    rows = USUAL + "null,buy,2026-03-04\n1.5E+15,buy,2026-03-05\n"
    report = said(tmp_path, rows)
    assert "note: 1 event has a placeholder as an id (null)" in report
    assert "WARNING: ids like 1.5E+15 were rounded by a spreadsheet" in report
    many = "".join(f"till,d{n},buy,2026-03-06\n" for n in range(51))
    joined = said(tmp_path, "user_id,device_id,event,time\n" + many, "b.csv")
    assert "WARNING: the id 'till' joins 51 devices" in joined
    assert "--ids-to-ignore till" in joined
    assert "linked                   51" in joined
