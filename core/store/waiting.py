"""Waiting for other writers: a file has one writer at a time, and the others retry."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeVar

from core.store.troubles import is_busy

WAIT: Final = 15.0
"""How many seconds a person would wait."""

IMPORT_WAIT: Final = 60.0
"""How many seconds a running import waits: the indexes of another can take longer than WAIT."""

_STEP: Final = 0.25
SAID_AFTER = 1.0
"""After how many seconds waiting is reported."""

Value = TypeVar("Value")


class Patience(NamedTuple):
    """How long to wait for another program that has the file.

    Attributes:
        seconds: after how many to give up with an error.
        told: called with the seconds waited so far, a few times a second after the first second.
        converting: called with the seconds that converting a file of an earlier version takes so
            far, a few times a second, and with None when that has ended.
    """

    seconds: float = WAIT
    told: Callable[[float], None] = lambda seconds: None
    converting: Callable[[float | None], None] = lambda seconds: None

    def until(self, work: Callable[[], Value]) -> Value:
        """Call `work` until the file is not busy; in the end raise what it raises."""
        started = time.monotonic()
        while True:
            try:
                return work()
            except sqlite3.Error as error:
                waited = time.monotonic() - started
                if not is_busy(error) or waited >= self.seconds:
                    raise
                if waited >= SAID_AFTER:
                    self.told(waited)
                time.sleep(0.01)


def begin(connection: sqlite3.Connection, patience: Patience) -> None:
    """Begin a write transaction as soon as nobody else is writing.

    Raises:
        sqlite3.OperationalError: another program kept writing.
    """
    busy_timeout(connection, min(_STEP, patience.seconds))
    try:
        patience.until(lambda: connection.execute("begin immediate"))
    finally:
        busy_timeout(connection, patience.seconds)


@contextmanager
def transaction(connection: sqlite3.Connection, patience: Patience) -> Iterator[None]:
    """Write in one transaction, of which nothing stays if it is not completed.

    Raises:
        sqlite3.OperationalError: another program kept writing.
    """
    begin(connection, patience)
    try:
        yield
        connection.execute("commit")
    except BaseException:
        connection.rollback()
        raise


def busy_timeout(connection: sqlite3.Connection, seconds: float) -> None:
    """Set how long SQLite itself waits within one statement."""
    connection.execute(f"pragma busy_timeout = {int(seconds * 1000)}")
