"""What is found out about the terminal, and what is loaded for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tui import terminal


def said(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    kept = {k: v for k, v in os.environ.items() if k not in ("SSH_CONNECTION", "ESCDELAY")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a_slow_link_gets_more_time_for_an_escape_sequence() -> None:
    code = "import tui.app, textual.constants as c; print(c.ESCAPE_DELAY)"
    assert said(code, SSH_CONNECTION="1 2 3 4") == "0.25"


def test_the_table_of_keys_loads_no_screen() -> None:
    assert said("import sys, tui.keys; print('textual' in sys.modules)") == "False"


@pytest.mark.parametrize(
    ("environment", "tier", "glyphs"),
    [
        ({"TERM": "xterm-256color"}, "theme", "braille"),
        ({"TERM": "linux"}, "ansi", "ascii"),
        ({"TERM": "screen"}, "ansi", "braille"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "mono", "braille"),
        ({"TERM": "xterm-256color", "LC_ALL": "C", "LANG": "nl_NL.UTF-8"}, "theme", "ascii"),
        ({"TERM": "xterm-256color", "LANG": "POSIX"}, "theme", "ascii"),
        ({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "LANG": "C"}, "theme", "braille"),
    ],
)
def test_colours_and_glyphs_follow_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], tier: str, glyphs: str
) -> None:
    for name in ("NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "UTF-8")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (terminal.colours(), terminal.glyphs()) == (tier, glyphs)


def test_a_locale_without_utf_8_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "ANSI_X3.4-1968")
    assert terminal.glyphs() == "ascii"
