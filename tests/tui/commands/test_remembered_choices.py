"""What was chosen for a file is remembered for files of its kind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tui.commands import run

OPTIONS = [
    "--delimiter", "~", "--encoding", "latin-1", "--decimal", ",", "--dates", "month-first",
    "--times-in", "Europe/Amsterdam", "--event", "Buy", "--skip", "1", "--map", "user=who",
]  # fmt: skip


def events(target: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(target)) as db:
        return db.execute(
            "select event_name, timestamp, user_id from events_v1 order by 2"
        ).fetchall()


def table(folder: Path, name: str, *rows: str, title: str = "Orders") -> str:
    source = folder / name
    source.write_bytes("\n".join([title, "who~time~price", *rows, ""]).encode("latin-1"))
    return str(source)


def test_options_are_used_for_the_next_file_of_the_kind_until_replaced_or_forgotten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = ["--into", str(tmp_path / "w.db")]
    first = table(tmp_path, "a.csv", "zoë~2/3/2026 10:00~1,5")
    assert run(["import", first, *into, *OPTIONS]) == 0
    assert "as files of this kind" not in capsys.readouterr().out
    second = table(tmp_path, "b.csv", "zoë~2/4/2026 10:00~1,5", title="Orders (2)")
    before = events(tmp_path / "w.db")
    assert run(["import", second, *into, "--dry-run"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "read with --map user=who" in said
    assert events(tmp_path / "w.db") == before
    assert run(["import", second, *into]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "--dates month-first" in said
    assert "--forget-choices forgets it" in said
    assert events(tmp_path / "w.db") == [
        ("Buy", "2026-02-03 09:00:00.000", "zoë"),
        ("Buy", "2026-02-04 09:00:00.000", "zoë"),
    ]
    replacing = [*OPTIONS[:10], "--event", "Sell", *OPTIONS[12:]]
    third = table(tmp_path, "c.csv", "zoë~2/5/2026 10:00~1,5")
    assert run(["import", third, *into, *replacing]) == 0
    fourth = table(tmp_path, "d.csv", "zoë~2/6/2026 10:00~1,5")
    assert run(["import", fourth, *into]) == 0
    assert [name for name, *_ in events(tmp_path / "w.db")] == ["Buy", "Buy", "Sell", "Sell"]
    capsys.readouterr()
    run(["list", "choices", "--db", str(tmp_path / "w.db"), "--csv"])
    listed = capsys.readouterr().out
    assert "--event Sell" in listed
    assert "Buy" not in listed
    assert run(["import", fourth, *into, "--forget-choices"]) == 2
    run(["list", "choices", "--db", str(tmp_path / "w.db"), "--csv"])
    assert "Sell" not in capsys.readouterr().out


def test_nothing_is_remembered_for_an_import_that_stored_nothing(tmp_path: Path) -> None:
    source, into = tmp_path / "a.csv", ["--into", str(tmp_path / "w.db")]
    source.write_text("who,what,when\nana,never,never\n")
    chosen = ["--map", "user=who,event=what,time=when"]
    assert run(["import", str(source), *into, *chosen]) == 1
    source.write_text("who,what,when\nana,never,2026-02-03\n")
    assert run(["import", str(source), *into]) == 2
    assert run(["import", str(source), *into, *chosen]) == 0
    assert run(["import", str(source), *into]) == 0


def test_json_lines_with_most_keys_in_common_are_of_one_kind(tmp_path: Path) -> None:
    source, into = tmp_path / "a.jsonl", ["--into", str(tmp_path / "w.db")]
    line = '{"who": "ana", "event": "Buy", "time": "2026-02-03", "a": 1, "b": 2%s}\n'
    source.write_text(line % "")
    assert run(["import", str(source), *into, "--map", "user=who"]) == 0
    source.write_text(line.replace("03", "04") % ', "c": 3')
    assert run(["import", str(source), *into]) == 0
    source.write_text('{"who": "ana", "event": "Buy", "time": "2026-02-05"}\n')
    assert run(["import", str(source), *into]) == 0
    assert [user for _, _, user in events(tmp_path / "w.db")] == ["ana", "ana", None]
