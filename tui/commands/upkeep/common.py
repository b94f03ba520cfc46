"""What the commands that look after a workspace share: which one, progress, and asking."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import click

from core.errors import BadInput
from core.text import number
from tui.commands.database import database
from tui.commands.output import DrawnLine, say
from tui.commands.saved.common import PROFILE


def workspace(argument: str | None, option: str | None) -> Path:
    """Return the workspace named as an argument or with --db, else the default one.

    Raises:
        BadInput: both are given.
    """
    if argument and option:
        raise BadInput("Name the workspace once, as DB or with --db.")
    return database(argument or option)


def check_admin(path: Path) -> None:
    """Raise Forbidden unless the profile that acts may take out or rewrite data.

    A file that cannot be written is left to fail in the words for that.
    """
    from core.store.library.profiles import present_profile, writable
    from core.store.workspace import open_reader

    if writable(path):
        with closing(open_reader(path)) as connection:
            present_profile(connection, path, os.environ.get(PROFILE, "")).check_remove()


class Steps:
    """The progress of long work, redrawn on a terminal."""

    def __init__(self) -> None:
        self._line = DrawnLine()

    def show(self, what: str, done: int, whole: int) -> None:
        """Draw what is being done, and how much of it if that is known."""
        far = f" {number(done)} of {number(whole)}" if whole else ""
        self._line.show(f"{what}{far}")

    def end(self) -> None:
        """Clear it."""
        self._line.end()


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask whether to go on; `yes` answers for scripts.

    Raises:
        BadInput: there is no terminal to ask on.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadInput("Nothing was changed: there is no terminal to ask on.", "Add --yes.")
    if click.confirm(question, err=True):
        return True
    say("Nothing was changed.")
    return False
