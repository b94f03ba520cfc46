"""Choosing the workspace of a command, and opening it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import BadInput
from tui.commands.output import DrawnLine, say

if TYPE_CHECKING:
    from core.engines.running import Engine
    from core.store.waiting import Patience

_MOMENT: Final = 0.5


def usual_database() -> Path:
    """Return the default workspace: FOOTFALL_DB, the configured one, or that in the data folder."""
    named = os.environ.get("FOOTFALL_DB") or _configured()
    return Path(named).expanduser() if named else data_folder() / "footfall.db"


def data_folder() -> Path:
    """Return the folder of the default workspaces; it may not exist yet."""
    from platformdirs import user_data_path

    return user_data_path("footfall", appauthor=False)


def _configured() -> str:
    """Return the configured workspace, "" if there is none.

    Raises:
        BadInput: the settings cannot be read, so that another workspace might be meant.
    """
    from tui.services.config import Settings, config_file

    if not config_file().exists():
        return ""
    settings = Settings()
    found = settings.found("database")
    if settings.wrong:
        raise BadInput(settings.wrong[0].said, "footfall config --check names what is wrong.")
    return str(found.value)


def database(given: str | None) -> Path:
    """Return the named workspace, or the default one."""
    return Path(given).expanduser() if given else usual_database()


def open_engine(path: Path) -> Engine:
    """Return an engine on a workspace; CannotOpen when it is not one."""
    from core.engines.opening import open_engine as opened
    from tui.services.passwords import ask_password

    return opened(path, ask=ask_password)


class Waited:
    """Reports once per wait that another program has the workspace, after the first second."""

    def __init__(self) -> None:
        self._last = float("inf")

    def __call__(self, seconds: float) -> None:
        """Take the seconds waited so far."""
        if seconds < self._last:
            say("Another program is writing to the workspace. Waiting for it; ctrl+c stops.")
        self._last = seconds


class Converting:
    """Shows on a terminal that a workspace of an earlier version is being converted, if that takes
    longer than a moment.
    """

    def __init__(self) -> None:
        self._line = DrawnLine()

    def __call__(self, seconds: float | None) -> None:
        """Take the seconds that it takes so far; None when it has ended."""
        from tui.texts.progress import converting_text

        if seconds is None:
            self._line.end()
        elif seconds >= _MOMENT:
            self._line.show(converting_text(seconds))


def patience(seconds: float | None = None) -> Patience:
    """Return how long a command waits for another writer; by default as long as a person would."""
    from core.store.waiting import WAIT, Patience

    return Patience(WAIT if seconds is None else seconds, Waited(), Converting())
