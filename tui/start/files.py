"""Files to open: those opened before, and those that a typed path begins."""

from __future__ import annotations

import json
import os
from pathlib import Path

from core.errors import BadInput
from core.text import clean
from tui.services.state import state_file
from tui.widgets.listing import Row

MOST_RECENT = 6
MOST_LISTED = 200


def recent() -> list[Path]:
    """Return the workspaces that were open last and still exist, the latest first."""
    try:
        known = json.loads(state_file().read_text("utf-8"))["workspaces"]
        paths = [Path(name) for name in reversed(known)]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [path for path in paths if path.is_file()][:MOST_RECENT]


def rows_of(text: str) -> list[Row]:
    """Return the files and folders whose paths begin with a text, folders first."""
    typed = Path(text or ".").expanduser()
    folder, start = (typed, "") if not text or text.endswith("/") else (typed.parent, typed.name)
    try:
        found = [path for path in folder.iterdir() if path.name.startswith(start)]
    except OSError:
        return []
    shown = [path for path in found if start.startswith(".") or not path.name.startswith(".")]
    shown.sort(key=lambda path: (not path.is_dir(), path.name.casefold()))
    return [_row(path) for path in shown[:MOST_LISTED]]


def _row(path: Path) -> Row:
    if path.is_dir():
        return Row(f"{clean(str(path))}/", path, "folder of files to import")
    return Row(clean(str(path)), path, _size(path))


def _size(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return ""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def existing(text: str) -> Path:
    """Return the path that a text names.

    Raises:
        BadInput: there is no such file, or it cannot be read.
    """
    path = Path(text).expanduser()
    if not path.exists():
        raise BadInput(f"There is no file {text}.", "Type a path, or choose one from the list.")
    if not os.access(path, os.R_OK):
        raise BadInput(f"{text} may not be read.", "Its permissions do not allow it.")
    return path
