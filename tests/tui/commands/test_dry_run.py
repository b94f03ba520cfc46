"""`footfall import --dry-run` shows what would be stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.commands import run


def test_a_dry_run_shows_events_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "w.db"
    source.write_text("event,customer,time,price\nBuy\x1b[2J,ana,2026-05-04 08:00:00,3\n,bob,,\n")
    code = run(
        ["import", str(source), "--into", str(target), "--map", "user=customer", "--dry-run"]
    )
    said = capsys.readouterr().out
    assert code == 0
    assert "2026-05-04 08:00:00 UTC  Buy" in said
    assert 'ana                       {"price":3}' in said
    assert "user = customer" in said
    assert "no event name (rejected)" in said
    assert "Nothing was stored" in said
    assert "\x1b" not in said
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_dry_run_of_what_would_be_refused_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("event,time\nBuy,2026-05-04\n")
    (tmp_path / "b.csv").write_text("colour\nred\n")
    code = run(["import", str(tmp_path), "--into", str(tmp_path / "w.db"), "--dry-run"])
    assert code == 1
    assert "not read: " in capsys.readouterr().out
