"""What holds for a workspace as a whole, as a file of a folder: how long a pause ends a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from core.errors import BadInput
from core.folders.tables import table_in
from core.store.ingest.sessions import GAP, check_gap
from core.store.library.saved import Saved
from core.store.upkeep.session_gap import gap_from, gap_text, session_gap

FILE: Final = "workspace.toml"
GAP_NAME: Final = "session_gap"

Settings = dict[str, Any]
"""The table of the file: {"session_gap": "30m"}."""


def settings_of(saved: Saved) -> Settings:
    """Return what a workspace has."""
    return {GAP_NAME: gap_text(session_gap(saved.access.path))}


def is_usual(settings: Settings) -> bool:
    """Whether settings are those of a new workspace, and need no file."""
    return settings == {GAP_NAME: gap_text(GAP)}


def settings_in(folder: Path) -> Settings | None:
    """Return the settings that a folder has; None without the file.

    Raises:
        BadInput: it is no TOML, or says something else than a session gap that can be.
    """
    try:
        data = table_in(folder, FILE)
    except BadInput as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise
    unknown = [name for name in data if name != GAP_NAME]
    if unknown:
        raise BadInput(f"{FILE}: {unknown[0]!r} is not known.", f"Allowed: {GAP_NAME}.")
    if GAP_NAME not in data:
        return None
    try:
        return {GAP_NAME: gap_text(gap_of(data))}
    except BadInput as error:
        raise BadInput(f"{FILE}: {error.message}", error.hint) from error


def gap_of(settings: Settings) -> int:
    """Return the session gap of settings, ms; BadInput if it is none."""
    gap = gap_from(str(settings[GAP_NAME]))
    check_gap(gap)
    return gap
