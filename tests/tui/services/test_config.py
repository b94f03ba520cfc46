"""Colours, glyphs and keys from the settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.tui_pilot import explorer, workspace
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
