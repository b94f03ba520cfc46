"""How long nobody may do anything within a session without an id (definitions 9.2)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import BadInput
from core.store.ingest.sessions import GAP, GAP_KEY, check_gap, gap_of
from core.store.troubles import TROUBLES, sentence
from core.store.upkeep.comparing import Told, silent
from core.store.upkeep.recutting import compare_sessions
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, check, open_reader, open_writer

_UNITS = {"s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000}


def session_gap(path: str | Path) -> int:
    """Return the gap of a workspace, ms.

    Raises:
        CannotOpen: there is no workspace.
    """
    try:
        with closing(open_reader(path)) as connection:
            return gap_of(connection)
    except TROUBLES as error:
        raise sentence(error, path) from error


def set_session_gap(
    path: str | Path,
    gap: int,
    *,
    told: Told = silent,
    patience: Patience | None = None,
) -> int:
    """Set the gap of a workspace, and cut its sessions anew; return how many are other ones.

    Both are one transaction: a reader sees all of it or none.

    Args:
        gap: ms.
        told: called with the progress.
        patience: how long to wait for another writer.

    Raises:
        BadInput: the gap is shorter than a second or longer than a day.
        CannotOpen: there is no workspace, or it cannot be written now.
    """
    check_gap(gap)
    check(path)
    patience = patience or Patience()
    try:
        with closing(open_writer(path, patience=patience)) as connection:
            return write_gap(connection, gap, patience, told)
    except TROUBLES as error:
        raise sentence(error, path, "written") from error


def write_gap(
    connection: sqlite3.Connection,
    gap: int,
    patience: Patience,
    told: Told = silent,
) -> int:
    """Set the gap of an open workspace, as `set_session_gap` does."""
    if gap == gap_of(connection):
        return 0
    with transaction(connection, patience):
        changed = recut(connection, gap, told)
        bump(connection)
    return changed


def recut(connection: sqlite3.Connection, gap: int, told: Told = silent) -> int:
    """Set the gap, ms, and cut all sessions by it, in the caller's transaction; return how many are
    other ones.
    """
    connection.execute("delete from meta where key = ?", (GAP_KEY,))
    if gap != GAP:
        connection.execute("insert into meta (key, value) values (?, ?)", (GAP_KEY, str(gap)))
    return compare_sessions(connection, told, repair=True).wrong


def gap_from(text: str) -> int:
    """Return the ms of a text such as 15m, 90s or 1h.

    Raises:
        BadInput: it is no such text.
    """
    found = re.fullmatch(r"(\d{1,6})\s*(s|m|min|h)", text.strip().lower())
    if found is None:
        raise BadInput(f"{text!r} is not a session gap.", "Write 15m, 90s or 1h.")
    return int(found[1]) * _UNITS[found[2]]


def gap_text(gap: int) -> str:
    """Return a gap, ms, as it is typed: 30m."""
    unit = next((unit for unit in ("h", "m", "s") if not gap % _UNITS[unit]), "s")
    return f"{gap // _UNITS[unit]}{unit}"
