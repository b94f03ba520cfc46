"""What the commands for saved things share: who acts, JSON from a file, restoring."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput
from tui.commands.database import patience

if TYPE_CHECKING:
    from core.store.library.access import Source
    from core.store.library.marks import Marks
    from core.store.library.saved import Saved

PROFILE = "FOOTFALL_PROFILE"


def as_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --as, given as `profile`."""
    return click.option(
        "--as",
        "profile",
        metavar="NAME[:ROLE]",
        help=f"Profile that acts; default {PROFILE}, or the workspace's.",
    )(function)


def saved_at(path: Path, profile: str | None = None, *, source: Source = "manual") -> Saved:
    """Return the saved things of a workspace, used by a profile or FOOTFALL_PROFILE.

    Args:
        source: where things come from; stored with marks.
    """
    from core.store.library.saved import Saved

    who = profile or os.environ.get(PROFILE, "")
    return Saved(path, profile=who, source=source, patience=patience())


def marks_at(path: Path) -> Marks:
    """Return only the marks of a workspace, without loading boards; FOOTFALL_PROFILE reads them."""
    from core.store.library.access import Access
    from core.store.library.marks import Marks

    return Marks(Access(path, profile=os.environ.get(PROFILE, ""), patience=patience()))


def read_text(file: str) -> str:
    """Return a file's text; - is standard input. BadInput when it cannot be read."""
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).expanduser().read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 text.") from error
    except OSError as error:
        raise BadInput(f"{file} could not be read: {error.strerror}.") from error


def read_json(text: str, what: str) -> dict[str, Any]:
    """Return the JSON object in a text; BadInput when there is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{what} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise BadInput(f"{what} must be a JSON object.", "For example {}.")
    return found


def local_time(path: Path, ms: int) -> str:
    """Return an instant in the workspace's local time."""
    from core.store.workspace import open_reader, read_calendar

    connection = open_reader(path)
    try:
        return f"{read_calendar(connection).local(ms):%Y-%m-%d %H:%M}"
    finally:
        connection.close()


def undelete(saved: Saved, kind: Any, name: str) -> str:
    """Bring back what was deleted under an id or title; return its title."""
    found = [(i, t) for i, t, _ in saved.deleted(kind) if name in (i, t)]
    id_, title = found[0] if found else (name, name)
    saved.restore(kind, id_)
    return title
