"""Errors of SQLite as sentences and exit codes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Final

from core.errors import (
    DOCTOR,
    Busy,
    CannotOpen,
    Damaged,
    FootfallError,
    QueryFailed,
    not_as_written,
)

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_UNREADABLE: Final = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})

TROUBLES: Final = (sqlite3.Error, UnicodeDecodeError, json.JSONDecodeError)
"""What a statement, or reading its rows, raises if a page or a value is damaged."""

ODD_VALUES: Final = (TypeError, ValueError, OverflowError, LookupError)
"""What work on rows raises if a damaged page holds values of other kinds than are written."""

_NO_TEXT: Final = "Could not decode to UTF-8"
"""How sqlite3's message about text that is not UTF-8 begins."""


def code_of(error: Exception) -> int:
    """Return SQLite's primary result code; 0 for an error raised by Python itself."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_busy(error: Exception) -> bool:
    """Whether another program has the file locked, so that trying again may help."""
    return code_of(error) in _BUSY


def sentence(error: Exception, path: str | Path, doing: str = "read") -> FootfallError:
    """Return an error of SQLite as the error to show.

    Args:
        path: the workspace file.
        doing: what could not be done with the file: "read" or "written".
    """
    code = code_of(error)
    if not Path(path).exists():
        return CannotOpen(f"{path} is no longer there.")
    if code in _BUSY:
        return Busy(f"Another program is writing to {path}.", "Try again.")
    if code == sqlite3.SQLITE_NOTADB:
        return not_sqlite(path)
    if code == sqlite3.SQLITE_CORRUPT:
        return Damaged(f"{path} is damaged: {error}.", DOCTOR)
    if isinstance(error, UnicodeDecodeError) or _NO_TEXT in str(error):
        return Damaged(f"{path} is damaged: it contains invalid text.", DOCTOR)
    if isinstance(error, json.JSONDecodeError):
        return not_as_written("a stored value")
    if code == sqlite3.SQLITE_READONLY and doing == "written":
        return CannotOpen(f"{path} cannot be written: it or its folder is read-only.")
    if code == sqlite3.SQLITE_FULL:
        return QueryFailed(f"{path} could not be {doing}: the disk is full.")
    if code in _UNREADABLE:
        return CannotOpen(f"{path} could not be {doing}: {error}.")
    if doing == "written" or code == sqlite3.SQLITE_IOERR:
        return QueryFailed(f"{path} could not be {doing}: {error}.", "Try again.")
    return QueryFailed(f"SQLite says: {error}.")


def not_sqlite(path: str | Path) -> CannotOpen:
    """Return the error for a file that is not SQLite's."""
    return CannotOpen(
        f"{path} is not a SQLite file.", "To import events from it, use footfall import."
    )
