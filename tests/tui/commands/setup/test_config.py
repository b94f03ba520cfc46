"""`footfall config`: what is set, by what, and what cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.store.workspace import open_reader
from tests.worlds.tui_pilot import workspace
from tui.commands import run
from tui.commands.database import usual_database
from tui.services.config import Settings
from tui.services.settable import SETTINGS


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of this test, which does not exist yet."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.setenv("FOOTFALL_CONFIG", str(tmp_path / "of" / "config.toml"))
    return tmp_path / "of" / "config.toml"


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """Run a command and return what it wrote."""
    assert run(["config", *words]) == code
    written = capsys.readouterr()
    return written.out + written.err


def test_each_value_is_shown_with_what_it_was_set_by(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys, "range", "90d")
    said(capsys, "theme", "nord")
    said(capsys, "keys.range", "R")
    monkeypatch.setenv("FOOTFALL_THEME", "dracula")
    found = json.loads(said(capsys, "--json", "--db", "mine.db"))
    assert found["database"] == {"value": "mine.db", "origin": "flag"}
    assert found["theme"] == {"value": "dracula", "origin": "environment"}
    assert found["range"] == {"value": "90d", "origin": "file"}
    assert found["week_start"] == {"value": "monday", "origin": "default"}
    assert found["keys.range"] == {"value": "R", "origin": "file"}
    assert "comes before it and says dracula" in said(capsys, "theme", "gruvbox")
    assert said(capsys).splitlines()[2].split()[:3] == ["range", "90d", "file"]
    said(capsys, "range", "--unset")
    assert said(capsys, "range") == "30d\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("rnage", "7d"), "Did you mean range?"),
        (("range", "soon"), "It must be one of 24h, 7d"),
        (("zone", "Mars"), "such as UTC or Europe/Amsterdam"),
        (("theme", "nrod"), "Did you mean nord?"),
        (("limits.question", "0"), "a number of seconds up to 3,600"),
        (("keys.opn", "x"), "Did you mean open?"),
        (("keys.open", "ctrl+s"), "terminals keep for themselves"),
        (("keys.open", "alt+x"), "terminals keep for themselves"),
        (("keys.open", "x9"), "'x9' is not a key."),
        (("keys.range", "g"), "g is set for both range and granularity"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_allowed(
    capsys: pytest.CaptureFixture[str], file: Path, words: tuple[str, ...], why: str
) -> None:
    assert why in said(capsys, *words, code=2)
    assert not file.exists()


def test_the_check_names_every_wrong_line_and_what_is_good_holds(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    assert "nothing is wrong" in said(capsys, "--check")
    file.parent.mkdir()
    file.write_text(
        'theme = \nrange = "7d"\nglyphs = "emoji"\nrnage = 1\n[keys]\nbreakdown = "c"\n'
        'range = "g"\ngranularity = "r"\nfilter = "f1"\n'
    )
    lines = said(capsys, "--check", code=2).splitlines()
    assert [line.split()[line.split().index("line") + 1].strip(":") for line in lines] == list(
        "13469"
    )
    assert "both breakdown and compare" in lines[3]
    known = Settings()
    known.all()
    assert known.found("range").value == "7d"
    assert known.keys == {"range": "g", "granularity": "r"}


def test_settings_of_the_database_that_cannot_be_read_open_no_other_one(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys, "database", "shop.db")
    assert usual_database() == Path("shop.db")
    file.write_text('database = "shop.db\n')
    assert run(["run", "dau"]) == 2
    assert "footfall config --check" in capsys.readouterr().err
    monkeypatch.setenv("FOOTFALL_DB", "named.db")
    assert usual_database() == Path("named.db")


def test_new_workspaces_take_the_zone_and_the_week_and_old_ones_keep_theirs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said(capsys, "zone", "Europe/Amsterdam")
    said(capsys, "week_start", "sunday")
    events = tmp_path / "events.jsonl"
    events.write_text('{"event": "signup", "user": "ana", "time": 1750000000}\n')
    old = workspace(tmp_path / "old.db")
    for path, zone, week in ((tmp_path / "new.db", "Europe/Amsterdam", 6), (old, "UTC", 0)):
        assert run(["import", str(events), "--into", str(path), "--quiet"]) == 0
        with open_reader(path) as connection:
            meta = dict(connection.execute("select key, value from meta"))
        assert (meta["zone"], int(meta["week_start"])) == (zone, week)


def test_a_file_that_is_a_link_or_may_not_be_written_is_left_what_it_is(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("# mine\n")
    kept.chmod(0o600)
    file.parent.mkdir()
    file.symlink_to(kept)
    said(capsys, "range", "7d")
    assert file.is_symlink()
    assert kept.read_text() == '# mine\nrange = "7d"\n'
    assert kept.stat().st_mode & 0o777 == 0o600
    assert os.listdir(file.parent) == ["config.toml"]
