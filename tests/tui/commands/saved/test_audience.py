"""`footfall audience`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from core.store.library.saved import Saved
from tui.commands import run


def call(db: Path, *arguments: str) -> int:
    return run(["audience", *arguments, "--db", str(db)])


def test_from_a_condition_and_an_event(db, capsys):
    assert call(db, "create", "Dutch", "--where", "country = NL and trait:plan = pro") == 0
    assert "Dutch" in capsys.readouterr().out
    assert call(db, "count", "Dutch") == 0
    assert capsys.readouterr().out == "2\n"
    assert call(db, "create", "Buyers", "--did", "purchase", "--did", "view_item") == 0
    capsys.readouterr()
    assert call(db, "count", "buyers", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"count": 1}
    assert Saved(db).item("audiences", "Buyers").body == {
        "events": [{"event": "purchase"}, {"event": "view_item"}]
    }


def test_from_its_rules_as_text(db, capsys, tmp_path):
    rules = "did purchase at least twice in 30d and not country = NL"
    assert call(db, "create", "Regular", rules) == 0
    capsys.readouterr()
    assert call(db, "show", "Regular", "--rules") == 0
    assert capsys.readouterr().out == f"{rules}\n"
    (tmp_path / "rules.txt").write_text("country = NL or did not\n  purchase in 7d\n")
    assert call(db, "edit", "Regular", "-d", str(tmp_path / "rules.txt")) == 0
    assert call(db, "show", "Regular", "--rules") == 0
    assert capsys.readouterr().out.endswith("did not purchase in 7d or country = NL\n")
    assert call(db, "create", "Other", "did purchase att") == 2
    assert "'att' was not expected here." in capsys.readouterr().err
    assert call(db, "create", "Other", rules, "--did", "purchase") == 2
    assert "whole definition" in capsys.readouterr().err


def test_from_json_in_a_file_and_from_standard_input(db, capsys, tmp_path, monkeypatch):
    file = tmp_path / "rules.json"
    file.write_text('{"events": [{"event": "purchase", "days": 7}]}')
    assert call(db, "create", "Paying", "-d", str(file), "--description", "of late") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO('{"events": [{"event": "sign_up"}]}'))
    assert call(db, "edit", "Paying", "-d", "-") == 0
    capsys.readouterr()
    assert call(db, "show", "Paying") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["description"] == "of late"
    assert shown["body"] == {"events": [{"event": "sign_up"}]}
    assert call(db, "versions", "Paying") == 0
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["2", "1"]


def test_deleting_and_restoring(db, capsys):
    call(db, "create", "Paying", "--did", "purchase")
    assert call(db, "delete", "paying") == 0
    assert run(["run", "dau for Paying", "--db", str(db)]) == 2
    assert "Audience missing" in capsys.readouterr().err
    assert call(db, "restore", "Paying") == 0
    assert call(db, "list", "--csv") == 0
    assert "Paying" in capsys.readouterr().out


def test_the_people_of_one(db, capsys):
    call(db, "create", "Paying", "--did", "purchase")
    capsys.readouterr()
    assert run(["run", 'audience "Paying"', "--db", str(db), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["total"], answer["rows"][0]["user"]) == (4, "e")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "x"), "Who is in it?"),
        (("create", "x" * 201, "--did", "a"), "name"),
        (("create", "x", "--where", "country ="), "not finished"),
        (("create", "x", "-d", "none.json"), "none.json could not be read"),
        (("create", "x", "--did", "a", "-d", "-"), "whole definition"),
        (("show", "x"), "no audience 'x'"),
        (("create", "x", "--did", "a", "--as", "vic:viewer"), "vic is a viewer here"),
        (("restore", "x"), "has been deleted"),
    ],
)
def test_what_cannot_be_done_is_said(db, capsys, arguments, said):
    assert call(db, *arguments) == 2
    assert said in capsys.readouterr().err
