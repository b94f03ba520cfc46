"""`footfall undo`, and an import that replaces an earlier one of its source."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.store.workspace import open_reader
from tests.worlds import recount
from tui.commands import run
from tui.commands.upkeep import replacing

LINES = """\
user,buyer,event,time
ann,x1,Buy,2026-03-02
bob,x2,Buy,2026-03-03
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of one import of orders.csv."""
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(LINES)
    assert run(["import", "orders.csv", "--into", "w.db"]) == 0
    return tmp_path / "w.db"


def people(path: Path) -> list[str]:
    """The actors of all events; sets and sessions agree with them."""
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        return sorted(actor for (actor,) in db.execute("select actor from events_v1"))


def states(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The state of every import, newest first."""
    capsys.readouterr()
    assert run(["list", "imports", "--db", str(path), "--csv"]) == 0
    return [line.split(",")[1] for line in capsys.readouterr().out.splitlines()[1:]]


def test_it_takes_imports_away_and_says_what(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("more.csv").write_text(LINES + "cem,x3,Buy,2026-03-04\n")
    run(["import", "more.csv", "--into", "w.db"])
    capsys.readouterr()
    assert run(["undo", "2", "--db", "w.db"]) == 2
    assert "there is no terminal to ask on" in capsys.readouterr().err
    assert run(["undo", "2", "--db", "w.db", "--yes"]) == 0
    assert capsys.readouterr().out == (
        "Import 2 is undone: 1 event, 1 person taken away; 2 stay, as other imports contain them.\n"
    )
    assert run(["undo", "--last", "--db", "w.db", "--yes"]) == 0
    assert people(path) == []
    assert states(path, capsys) == ["undone", "undone"]
    for wrong in (["1"], ["9"], ["--last"], [], ["1", "--last"]):
        assert run(["undo", *wrong, "--db", "w.db", "--yes"]) == 2
    assert run(["doctor", "--db", "w.db"]) == 0
    assert "0 finished, 2 undone" in capsys.readouterr().out
    assert run(["import", "orders.csv", "more.csv", "--into", "w.db"]) == 0
    assert people(path) == ["ann", "bob", "cem"]


def test_a_source_read_in_another_way_replaces_what_was_imported(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anew = ["import", "orders.csv", "--into", "w.db", "--map", "user=buyer"]
    assert run(anew) == 2
    said = capsys.readouterr().err
    assert "import 1 (orders.csv, 2 events)" in said
    assert "--replace" in said
    assert "--add" in said
    assert run([*anew, "--replace", "--add"]) == 2
    assert people(path) == ["ann", "bob"]
    assert run([*anew[:-1], "user=nothing", "--replace"]) == 2
    assert people(path) == ["ann", "bob"]
    assert run([*anew, "--replace"]) == 0
    assert people(path) == ["x1", "x2"]
    assert states(path, capsys) == ["", "undone"]
    assert run(["import", "orders.csv", "--into", "w.db", "--map", "user=user", "--add"]) == 0
    assert people(path) == ["ann", "bob", "x1", "x2"]
    Path("orders.csv").write_text(LINES.replace("03-03", "03-04"))
    assert run(["import", "orders.csv", "--into", "w.db", "--event", "Other"]) == 0


def test_whether_to_replace_is_asked_on_a_terminal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answered(question: str, **_: object) -> bool:
        asked.append(question)
        return len(asked) > 1

    monkeypatch.setattr(replacing, "can_ask", lambda: True)
    monkeypatch.setattr(replacing.click, "confirm", answered)
    again = ["import", "orders.csv", "--into", "w.db"]
    assert run([*again, "--delimiter", ","]) == 0
    assert asked == []
    anew = [*again, "--event", "Order"]
    assert [run(anew), run(anew), run(anew)] == [2, 0, 0]
    both = "import 1 (orders.csv, 2 events) and import 2 (orders.csv, 2 events)"
    assert asked == [f"replace {both}?"] * 2
    with closing(open_reader(path)) as db:
        assert db.execute("select distinct event_name from events_v1").fetchall() == [("Order",)]
