"""The README says what the program does now."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.queries import KINDS
from tui.cli import VERSION
from tui.commands import COMMANDS, footfall
from tui.keys import markdown_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
QUICK_START = (
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/footfall demo",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q",
)


def test_the_quick_start_is_two_commands() -> None:
    section = README.split("## Quick start")[1].split("\n## ")[0]
    commands = [line.strip() for line in section.split("\n") if line.startswith("    python3")]
    assert tuple(commands) == QUICK_START


def test_the_key_table_is_that_of_the_program() -> None:
    table = README.split("<!-- keys -->")[1].split("<!-- /keys -->")[0].strip()
    assert table == markdown_table().strip()


def test_every_command_it_shows_exists() -> None:
    shown = set(re.findall(r"^    footfall ([a-z]+)(?= )", README, flags=re.M))
    assert shown
    assert shown == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(footfall, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_the_changelog_names_every_kind() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in changes] == []


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION
