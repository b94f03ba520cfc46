"""The first word of a call: a workspace to open, or a source of events for a workspace beside it.

Before anything has opened the workspace, so reading the first bytes of a file closes no lock.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.store.workspace import is_part_of, is_workspace
from tui.commands.database import data_folder, usual_database

_DATABASES: Final = (".db", ".sqlite", ".sqlite3", ".db3")
_MISSING: Final = re.compile(
    r"\.(json|jsonl|ndjson|csv|tsv|psv|txt|log|zip|tar|tgz|tbz2|txz|parquet|duckdb|gz|xz|bz2|zst|zstd)$",
    re.I,
)
"""How a name ends that is a file's even where there is none."""

_ENDS: Final = re.compile(
    r"\.(json|jsonl|ndjson|csv|tsv|psv|txt|log|zip|tar|tgz|tbz2|txz|parquet|duckdb|db|db3|sqlite|sqlite3)"
    r"([.-]\d+)*(\.(gz|xz|bz2|zst|zstd))?$",
    re.I,
)
"""What the name of a source loses to become that of a workspace."""


def is_source(word: str) -> bool:
    """Whether a word names events to import; a workspace, even a damaged one, is none."""
    if word == "-" or os.path.isdir(word):
        return True
    if os.path.exists(word):
        return not is_workspace(word) and not _is_spoilt(word)
    return bool(_MISSING.search(word)) or (glob.has_magic(word) and bool(glob.glob(word)))


def _is_spoilt(path: str) -> bool:
    """Whether a file is called a database, but is none that a program could have made."""
    if not path.lower().endswith(_DATABASES):
        return False
    from core.sources.places.tables import is_database

    with open(path, "rb") as file:
        return not is_database(file.read(64))


def workspace_for(sources: Sequence[str]) -> Path:
    """Return the workspace for sources: beside the first one and called like it.

    Events of events.jsonl.gz go to events.db, those of a folder shop to shop.db. A file of that
    name that is not a workspace is left alone: then it is events.footfall.db. If the folder cannot
    be written, it is in the data folder, under the whole path. Standard input has the usual one.
    """
    first = sources[0]
    if first == "-":
        return usual_database()
    if glob.has_magic(first) and not os.path.lexists(first):
        first = min(glob.glob(first, recursive=True), default=first)
    source = Path(first).expanduser().absolute()
    source = Path(os.path.normpath(source))
    name = source.name if source.is_dir() else _ENDS.sub("", source.name)
    folder = source.parent
    if not os.access(folder, os.W_OK):
        name = "-".join([*folder.parts[1:], name])
        folder = data_folder()
    return _free(folder, name or "events")


def _free(folder: Path, name: str) -> Path:
    """Return the path for a workspace: a new file, or one that is a workspace."""
    found = folder / f"{name}.db"
    if found.exists() and not is_workspace(found):
        return folder / f"{name}.footfall.db"
    return found


def is_among(path: Path, sources: Sequence[str]) -> bool:
    """Whether a workspace is one of the sources themselves."""
    return any(source != "-" and is_part_of(source, path) for source in sources)
