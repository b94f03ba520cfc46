"""`footfall share`: what a page for others holds, what it leaves out, and that it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.definitions.board import Board
from core.store.library.saved import Mark, Saved
from core.store.library.shares import Shares
from core.timeframe import DAY
from tests.worlds.fixture import A_RANGE
from tui.commands import run

ASKED = {
    "signups": "users of sign_up",
    "who": "people of (users of sign_up)",
    "by": "sign_up by user_id",
    "one": "dau where user_id = c",
    "rows": "raw events of sign_up limit 2",
    "sql": "select 1 as one",
}
NOON = 1_744_027_200_000
"""2025-04-07 12:00 UTC."""


@pytest.fixture
def board(db: Path) -> Board:
    """Tiles of all kinds, and a public and a private mark within their dates."""
    saved = Saved(db, profile="ana:editor")
    for title, scope in (("public release", "public"), ("private doubts", "private")):
        saved.save_mark(Mark.model_validate({"title": title, "scope": scope, "timestamp": NOON}))
    blocks = [{"id": id_, "question": asked} for id_, asked in ASKED.items()]
    blocks.append({"id": "note", "type": "note", "content": "Read this."})
    made = {"title": "Growth", "range": A_RANGE, "blocks": blocks}
    return saved.save_board(Board.model_validate(made))


def shared(db: Path, folder: Path, *options: str, name: str = "Growth") -> str:
    """Share something as its owner and return its page."""
    before = {*folder.glob("*.html")}
    arguments = ["share", name, "--to", str(folder), "--db", str(db), "--as", "ana:editor"]
    assert run([*arguments, *options]) == 0
    (page,) = {*folder.glob("*.html")} - before
    return page.read_text("utf-8")


def test_a_page_has_neither_people_nor_rows_nor_private_marks(
    db: Path, board: Board, tmp_path: Path
) -> None:
    page = shared(db, tmp_path)
    assert page.count("Left out here, because it shows people.") == 6  # on the page and within it
    assert page.count("Left out here, because it shows single events, logs or rows of SQL.") == 4
    assert "public release" in page
    for private in ("private doubts", ">c</t", "user_id", '"ana"', "select 1"):
        assert private not in page, private
    assert "Read this." in page


def test_what_is_asked_for_is_shown(db: Path, board: Board, tmp_path: Path) -> None:
    page = shared(db, tmp_path, "--people", "--rows", "--private-marks")
    assert "Left out here" not in page
    assert "private doubts" in page
    assert ">c</t" in page


def test_the_folder_is_made_and_a_file_is_no_folder(
    db: Path, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared(db, tmp_path / "www" / "reports")
    arguments = ["share", "Growth", "--to", str(tmp_path / "x.html"), "--db", str(db)]
    assert run([*arguments, "--as", "ana:editor"]) == 2
    assert "x.html is no folder." in capsys.readouterr().err


@pytest.mark.parametrize("about", ["who", "sql"])
def test_a_chart_of_which_nothing_may_be_shown_is_refused(
    about: str, db: Path, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["chart", "save", about, ASKED[about], "--db", str(db)])
    run(["chart", "save", "again", f'saved "{about}"', "--db", str(db)])
    assert run(["share", "again", "--to", str(tmp_path), "--db", str(db)]) == 2
    assert "which a share leaves out" in capsys.readouterr().err


def test_a_saved_chart_within_a_question_is_looked_at_too(
    db: Path, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["chart", "save", "one", ASKED["one"], "--db", str(db)])
    inner = {"kind": "saved", "chart": "one"}
    asked = json.dumps({"kind": "differences", "of": inner, "range": A_RANGE, "min_people": 1})
    run(["chart", "save", "odd", asked, "--db", str(db)])
    assert run(["share", "odd", "--to", str(tmp_path), "--db", str(db)]) == 2
    assert "which a share leaves out" in capsys.readouterr().err


def test_the_file_alone_can_be_printed_until_it_expires(
    db: Path,
    board: Board,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = shared(db, tmp_path, "--days", "7")
    (file,) = tmp_path.glob("*.html")
    (share,) = Shares(Saved(db).access).all()
    assert share.file == str(file)
    assert "<p>Expires on " in page
    capsys.readouterr()
    assert run(["share", "--open", str(file), "--width", "80"]) == 0
    assert "public release" in capsys.readouterr().out
    monkeypatch.setattr("core.engines.running.wall_clock", lambda: share.expires_at)
    assert run(["share", "--open", str(file)]) == 2
    assert "This share expired on " in capsys.readouterr().err
    assert run(["share", "--revoke-expired", "--db", str(db), "--as", "bob:editor"]) == 0
    assert file.exists()
    assert run(["share", "--revoke-expired", "--db", str(db)]) == 0
    assert f"{file} is deleted." in capsys.readouterr().out
    file.write_text("<html></html>")
    assert run(["share", "--open", str(file)]) == 2


def test_another_share_takes_its_place_and_revoking_deletes_the_file(
    db: Path, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared(db, tmp_path)
    first = next(tmp_path.glob("*.html"))
    saved = tmp_path / "kept.html"
    first.rename(saved)
    first.write_text("something else")
    shared(db, tmp_path, "--days", "0")
    assert first.read_text() == "something else"
    last, before = Shares(Saved(db).access).all()
    assert (before.state(NOON), last.expires_at, last.created_by) == ("revoked", None, "ana")
    revoke = ["share", "--revoke", last.hash, "--db", str(db), "--as"]
    assert run([*revoke, "bob:editor"]) == 2
    assert run([*revoke, "ana:editor"]) == 0
    assert not Path(last.file).exists()
    capsys.readouterr()
    assert run(["share", "--list", "--db", str(db), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row[3] for row in rows] == ["revoked", "revoked"]


def test_only_its_owner_or_an_admin_shares_a_board(db: Path, board: Board, tmp_path: Path) -> None:
    arguments = ["share", "Growth", "--to", str(tmp_path), "--db", str(db), "--as"]
    assert run([*arguments, "bob:editor"]) == 2
    assert run([*arguments, "vic:viewer"]) == 2
    assert not [*tmp_path.glob("*.html")]
    assert run([*arguments, "bob:admin"]) == 0


def test_a_share_is_valid_to_the_moment_it_expires() -> None:
    from core.definitions.share import ALPHABET, LENGTH, Share, new_hash

    share = Share(hash=new_hash(), kind="chart", thing="c", title="t", file="f", expires_at=DAY)
    assert [share.state(now) for now in (DAY - 1, DAY)] == ["valid", "expired"]
    assert len(share.hash) == LENGTH
    assert {*share.hash} <= {*ALPHABET}
    assert not {*"lIO01"} & {*ALPHABET}
