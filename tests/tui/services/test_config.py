"""Colours, glyphs and keys from the settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.draw import Look
from tests.worlds.tui_pilot import explorer, workspace
from tui.actions.edits import usual_range
from tui.services.config import Config, read


def written(tmp_path: Path, text: str) -> Config:
    """Return the settings a text means."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    return read(file)


def test_no_file_means_no_settings(tmp_path: Path) -> None:
    assert read(tmp_path / "none.toml") == Config()


def test_settings_are_read(tmp_path: Path) -> None:
    found = written(tmp_path, 'theme = "nord"\nglyphs = "block"\n[keys]\nrange = "R"\n')
    assert (found.theme, found.glyphs, found.keys) == ("nord", "block", {"range": "R"})
    assert found.notices == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[keys]\nrange = 'g'\n", "[keys] g is set for both range and granularity."),
        ("[keys]\nrnage = 'R'\n", "Did you mean range?"),
        ("glyphs = 'emoji'\n", "glyphs must be one of braille, block, ascii."),
        ("theme = ", "could not be read"),
    ],
)
def test_what_cannot_be_used_is_told_and_left_out(tmp_path: Path, text: str, told: str) -> None:
    found = written(tmp_path, text)
    assert told in found.notices[0]
    assert not found.keys


async def test_a_remapped_key_works_and_is_shown(tmp_path: Path) -> None:
    path = workspace(tmp_path / "small.db")
    config = Config(keys={"range": "R"}, notices=("Something is odd.",))
    async with explorer(path, place="metrics", config=config) as ff:
        assert "Something is odd." in ff.status
        assert "R range" in ff.screen
        await ff.press("R")
        assert "[ Range ]" in ff.screen


async def test_settings_are_changed_in_the_explorer_and_hold_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    monkeypatch.setenv("FOOTFALL_CONFIG", str(file))
    path = workspace(tmp_path / "small.db")
    async with explorer(path, place="metrics", look=Look(glyphs="braille"), size=(100, 30)) as ff:
        ff.page.perform("settings")
        await ff.settle()
        await ff.press("down", "enter")
        await ff.type("soon")
        assert "range 'soon' is not known" in await ff.press("enter")
        await ff.type("90d")
        assert "range           90d" in await ff.press("enter")
        assert file.read_text() == '# mine\nrange = "90d"\n'
        assert usual_range(ff.app) == "90d"
        await ff.press("down", "enter")
        await ff.type("Mars")
        assert "time zone 'Mars' is not known" in await ff.press("enter")
        await ff.press("escape", "down", "down", "down", "enter", "down", "down", "down", "enter")
        assert ff.app.look.glyphs == "ascii"
        assert 'glyphs = "ascii"' in file.read_text()
        await ff.press("enter", "up", "up", "up", "enter")
        assert ff.app.look.glyphs == "braille"
        assert "glyphs" not in file.read_text()


async def test_a_choice_made_in_the_explorer_holds_until_the_setting_is_changed(
    tmp_path: Path,
) -> None:
    path, state = workspace(tmp_path / "small.db"), tmp_path / "state.json"
    for configured, found in (("nord", "nord"), ("nord", "dracula"), ("gruvbox", "gruvbox")):
        async with explorer(path, config=Config(theme=configured), state_file=state) as ff:
            assert ff.app.theme == found
            ff.app.set_colours("dracula")
