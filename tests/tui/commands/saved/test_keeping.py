"""`footfall board` and `footfall chart`: what is kept, from the command line."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.definitions.board import Board
from core.store.library.saved import Saved
from tests.worlds.fixture import A_RANGE
from tui.commands import run


@pytest.fixture
def board(db):
    blocks = [
        {"id": "a", "question": f"users of sign_up range '{A_RANGE}'"},
        {"id": "b", "question": f"dau range '{A_RANGE}'", "ignore_board_filters": True},
    ]
    return Saved(db).save_board(Board.model_validate({"title": "Growth", "blocks": blocks}))


def test_a_board_and_its_answers_as_json(db, board, capsys):
    assert run(["board", "growth", str(db), "--json", "--where", "country = DE"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["board"]["id"] == board.id
    assert [found["answers"][b]["lines"][0]["total"] for b in "ab"] == [1, 5]
    ended = "The newest event is from 2025-04-16; nothing is known after that."
    assert found["answers"]["a"]["notes"] == [ended, "Filtered by board: country is DE."]
    assert found["answers"]["b"]["notes"] == [ended]


def test_a_range_for_all_tiles(db, board, capsys):
    assert run(["board", "Growth", str(db), "--json", "-r", "2025-04-16,2025-04-16"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [found["answers"][b]["lines"][0]["total"] for b in "ab"] == [1, 1]


def test_printed_with_its_label(db, board, capsys):
    arguments = ["board", "Growth", str(db), "--print", "--where", "country = DE"]
    assert run([*arguments, "--width", "120"]) == 0
    assert run([*arguments, "--plain"]) == 0
    assert "Filtered by board: country is DE." in capsys.readouterr().out


def test_a_whole_board_as_a_page_a_picture_and_markdown(db, board, capsys, tmp_path):
    page, drawn = tmp_path / "growth.html", tmp_path / "growth.svg"
    arguments = ["board", "Growth", str(db), "--where", "country = DE"]
    assert run([*arguments, "--html", str(page), "--svg", str(drawn), "--md"]) == 0
    html, said = page.read_text("utf-8"), capsys.readouterr().out
    assert [html.count(f"<{tag}>") for tag in ("h1", "h2", "table")] == [1, 2, 2]
    assert html.count("<svg ") == 4
    assert html.count("Filtered by board: country is DE.</li>") == 1
    assert set(re.findall(r"https?://[^\"]*", html)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in html
    assert '<meta name="viewport" content="width=device-width' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert html.count('role="img" aria-label="Chart: ') == 4
    assert html.count("<summary>Table of ") == 2
    assert '<th scope="col">' in html
    named = set(re.findall(r"var\((--c\d+)\)", html))
    assert named <= set(re.findall(r"(--c\d+):#", html))
    assert ElementTree.fromstring(drawn.read_text("utf-8")).tag.endswith("svg")
    assert said.startswith("# Growth\n")
    assert said.count("\n## ") == 2
    assert said.count("```text\n") == 2
    assert "\n- Filtered by board: country is DE.\n" in said


def test_a_board_is_not_written_over_its_workspace(db, board, capsys):
    assert run(["board", "Growth", str(db), "--html", str(db)]) != 0
    assert "is the workspace itself" in capsys.readouterr().err


def test_export_and_import(db, board, capsys, tmp_path):
    file = tmp_path / "board.json"
    assert run(["board", "export", "Growth", str(file), "--db", str(db)]) == 0
    assert run(["board", "export", "Growth", "--db", str(db)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(file.read_text("utf-8"))
    assert run(["board", "import", str(file), "--title", "More", "--db", str(db)]) == 0
    assert [(b.id, b.title) for b in Saved(db).boards()] == [(board.id, "More")]
    copied = ["board", "import", str(file), "--as", "ben:editor", "--db", str(db)]
    assert run(copied) == 0
    assert {b.title: b.owner for b in Saved(db).boards()} == {"More": board.owner, "Growth": "ben"}


def test_pinning_listing_deleting_and_restoring(db, board, capsys):
    Saved(db).save_board(Board(title="Other"))
    assert run(["board", "pin", "Growth", "--db", str(db)]) == 0
    assert run(["board", "list", "--pinned", "--csv", "--db", str(db)]) == 0
    assert "Growth" in (out := capsys.readouterr().out)
    assert "Other" not in out
    assert run(["board", "pin", "Growth", "--off", "--db", str(db)]) == 0
    assert Saved(db).boards(pinned_only=True) == []
    assert run(["board", "delete", "Growth", "--db", str(db)]) == 0
    assert run(["board", "restore", "Growth", "--db", str(db)]) == 0
    assert Saved(db).board("Growth").blocks == board.blocks


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ('{"title": ""}', "title"),
        ('{"title": "b", "blocks": [{"series": []}]}', "blocks.0"),
    ],
)
def test_what_is_no_board_is_refused(db, capsys, tmp_path, text, said):
    file = tmp_path / "board.json"
    file.write_text(text)
    assert run(["board", "import", str(file), "--db", str(db)]) == 2
    assert said in capsys.readouterr().err


# -- charts


def chart(db: Path, *arguments: str) -> int:
    return run(["chart", *arguments, "--db", str(db)])


def test_saving_and_running(db, capsys):
    assert chart(db, "save", "Sign-ups", f"users of sign_up range '{A_RANGE}' as table") == 0
    id_ = capsys.readouterr().out.split()[0]
    assert chart(db, "run", "sign-ups", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["lines"][0]["total"] == 4
    for question in (f"saved:{id_}", "saved:Sign-ups", 'saved "Sign-ups"'):
        assert run(["run", question, "--json", "--db", str(db)]) == 0
        assert json.loads(capsys.readouterr().out) == answer
    assert run(["run", 'saved "Sign-ups" where country = DE', "--json", "--db", str(db)]) == 0
    assert json.loads(capsys.readouterr().out)["lines"][0]["total"] == 1
    assert chart(db, "show", id_) == 0
    assert json.loads(capsys.readouterr().out)["body"]["chart"] == "table"


def test_a_chart_is_kept_as_whatever_it_can_be_drawn_as(db, capsys):
    paths = '{"kind": "paths", "from": "sign_up"}'
    assert chart(db, "save", "Ways", paths, "--chart", "edges") == 0
    assert Saved(db).item("charts", "Ways").body["chart"] == "edges"
    assert chart(db, "save", "Ways", "paths from sign_up", "--chart", "curve") == 2
    said = "Paths cannot be drawn as curve, only as flow, table, edges or matrix."
    assert said in capsys.readouterr().err
    printed = []
    whole = f"paths from sign_up range '{A_RANGE}'"
    for asked in ([f"{whole} as edges"], [whole, "--chart", "edges"], [whole]):
        assert run(["run", *asked, "--db", str(db)]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != printed[2]


def test_versions_of_a_chart(db, capsys):
    chart(db, "save", "c", "dau")
    chart(db, "save", "c", '{"kind": "active_users", "metric": "wau"}')
    capsys.readouterr()
    assert chart(db, "versions", "c") == 0
    assert [line.split()[0::4] for line in capsys.readouterr().out.splitlines()] == [
        ["2", "wau"],
        ["1", "dau"],
    ]
    assert chart(db, "revert", "c", "1") == 0
    assert Saved(db).item("charts", "c").body["question"] == "dau"


def test_deleting_restoring_and_listing_charts(db, capsys):
    chart(db, "save", "c", "dau")
    assert chart(db, "delete", "c") == 0
    assert chart(db, "run", "c") == 2
    assert "There is no chart 'c'" in capsys.readouterr().err
    assert chart(db, "restore", "c") == 0
    assert chart(db, "list", "--csv") == 0
    assert "c," in capsys.readouterr().out


def test_a_bad_question_is_not_saved(db, capsys):
    assert chart(db, "save", "c", "signup by") == 2
    assert "not finished" in capsys.readouterr().err
    assert Saved(db).items("charts") == []


def test_a_page_needs_nothing_runs_nothing_and_can_be_heard(db, board, tmp_path):
    page = tmp_path / "growth.html"
    assert run(["board", "Growth", str(db), "--html", str(page)]) == 0
    html = page.read_text("utf-8")
    style = re.search("<style>(.*?)</style>", html, re.S)[1]
    coded = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{coded}'" in html
    assert not re.search(r"<(script|link|iframe|object|form)\b| (style|src|href|on\w+)=", html)
    assert html.count("<caption>") == html.count('<section class="w6" aria-label="') == 2
    assert html.count("All figures are in the table that follows.</desc>") == 4
    assert re.search(r"<footer><p>As of \w{3} \d\d \d{4}, \d\d:\d\d UTC\.</p></footer>", html)
    for kind, columns in (("wide", 64), ("narrow", 40)):
        drawn = re.search(rf'<div class="chart {kind}">\n<svg [^>]* width="(\d+)"', html)
        assert int(drawn[1]) == round(columns * 9.03 + 20)


def test_a_board_is_mailed_by_whatever_sends_mail(db, board, capsys):
    arguments = ["board", "Growth", str(db), "--mail", "ana@example.com", "--mail", "b@example.com"]
    assert run(arguments) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) < 100
    message = email.message_from_string(text, policy=email.policy.default)
    assert message["To"] == "ana@example.com, b@example.com"
    assert message["Subject"].startswith("Growth, ")
    plain, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "USERS OF SIGN_UP" in plain
    assert "<pre style=" in html
    (page,) = message.iter_attachments()
    assert (page.get_filename(), page.get_content_type()) == ("growth.html", "text/html")
    assert page.get_content().startswith("<!doctype html>")
    assert run([*arguments[:3], "--mail", "a\nBcc: b@example.com"]) == 2
