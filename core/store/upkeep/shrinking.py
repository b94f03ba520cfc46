"""Making a file smaller after much was taken out, so that nothing of it is left in unused pages."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from core.blocks.keeping import keep
from core.errors import Busy, FootfallError, not_as_written
from core.store.troubles import ODD_VALUES, TROUBLES, sentence
from core.store.upkeep.comparing import Told
from core.store.waiting import Patience, transaction
from core.store.workspace import check, open_writer

_DUE: Final = "to_shrink"
"""The key in `meta` that is there from a removal until the file has been made smaller."""

_STEP: Final = 0.1


@contextmanager
def taking_out(path: str | Path, patience: Patience) -> Iterator[sqlite3.Connection]:
    """Open an existing workspace to take something out: deleted rows are overwritten.

    Raises:
        CannotOpen: there is no workspace, or it cannot be written now.
    """
    check(path)
    try:
        with closing(open_writer(path, patience=patience)) as connection:
            connection.execute("pragma secure_delete = on")
            yield connection
    except TROUBLES as error:
        raise sentence(error, path, "written") from error
    except ODD_VALUES as error:
        raise not_as_written("a stored value") from error


@contextmanager
def removing(connection: sqlite3.Connection, patience: Patience) -> Iterator[None]:
    """Take something out in one transaction, after which the file is to be made smaller."""
    with transaction(connection, patience):
        yield
        keep(connection, clear=True)
        connection.execute("insert or replace into meta (key, value) values (?, '1')", (_DUE,))


def is_due(connection: sqlite3.Connection) -> bool:
    """Whether something was taken out and the file has not been made smaller since."""
    row = connection.execute("select 1 from meta where key = ?", (_DUE,)).fetchone()
    return row is not None


def shrink(connection: sqlite3.Connection, patience: Patience, told: Told) -> None:
    """Rewrite the file without unused pages, and empty the log beside it.

    If this is stopped, calling it again finishes it.

    Raises:
        FootfallError: what was taken out is gone, but the file could not be rewritten, or another
            program keeps it open.
    """
    told("making the file smaller", 0, 0)
    connection.execute("pragma temp_store = default")  # a copy in memory could be too large
    try:
        patience.until(lambda: connection.execute("vacuum"))
        _empty_log(connection, patience)
        connection.execute("delete from meta where key = ?", (_DUE,))
        connection.commit()
        _empty_log(connection, patience)
    except sqlite3.Error as error:
        path = connection.execute("pragma database_list").fetchone()[2]
        raise _unfinished(sentence(error, path, "written")) from error


def _empty_log(connection: sqlite3.Connection, patience: Patience) -> None:
    """Move everything from the log to the file; others that read the file make this wait."""
    started = time.monotonic()
    while connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        waited = time.monotonic() - started
        if waited >= patience.seconds:
            raise _unfinished(Busy("Another program has the workspace open."))
        patience.told(waited)
        time.sleep(_STEP)


def _unfinished(error: FootfallError) -> FootfallError:
    error.message = (
        f"What was asked is taken out, but may still be in unused pages: {error.message}"
    )
    error.hint = "Run the same command again to finish."
    return error
