"""`footfall session-gap`, and the option of `footfall import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.commands import run


def test_it_is_shown_and_set_and_an_import_can_set_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "user,event,time\na,x,2026-03-02 10:00\na,x,2026-03-02 10:20\na,x,2026-03-02 10:45\n"
    (tmp_path / "in.csv").write_text(lines)
    db = ["--db", str(tmp_path / "w.db")]
    source, into = str(tmp_path / "in.csv"), ["--into", str(tmp_path / "w.db")]
    assert run(["import", source, *into, "--quiet"]) == 0
    assert run(["session-gap", *db]) == 0
    assert capsys.readouterr().out == "30m\n"
    assert run(["session-gap", "20m", *db]) == 0
    assert capsys.readouterr().out == "20m; 2 sessions changed\n"
    assert run(["import", source, *into, "--quiet", "--session-gap", "1h"]) == 0
    assert run(["session-gap", *db]) == 0
    assert capsys.readouterr().out == "1h\n"
    assert run(["session-gap", "soon", *db]) == 2
    assert "Write 15m, 90s or 1h." in capsys.readouterr().err


def test_a_new_workspace_gets_the_gap_of_its_first_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text("user,event,time\na,x,2026-03-02 10:00\n")
    into = str(tmp_path / "w.db")
    call = ["import", str(tmp_path / "in.csv"), "--into", into, "--quiet", "--session-gap", "90s"]
    assert run(call) == 0
    assert run(["session-gap", "--db", into]) == 0
    assert capsys.readouterr().out == "90s\n"


def test_an_import_with_a_gap_that_makes_no_sense_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text("user,event,time\na,x,2026-03-02 10:00\n")
    into = tmp_path / "w.db"
    call = ["import", str(tmp_path / "in.csv"), "--into", str(into), "--session-gap", "0s"]
    assert run(call) == 2
    assert "at least 1s and at most 24h" in capsys.readouterr().err
    assert not into.exists()
