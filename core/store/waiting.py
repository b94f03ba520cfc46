"""Waiting for other writers: a file has one at a time, and the others try again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from core.store.troubles import is_busy

WAIT: Final = 15.0
"""Seconds a person would wait."""

IMPORT_WAIT: Final = 60.0
"""Seconds an import waits that has begun: another one's indexes can take longer than WAIT."""

_STEP: Final = 0.25
SAID_AFTER = 1.0
"""Seconds after which waiting is said."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Patience:
    """How long to wait for another program that has the file.

    Attributes:
        seconds: after that many an error tells.
        told: called with the seconds waited so far, a few times a second after the first.
    """

    seconds: float = WAIT
    told: Callable[[float], None] = lambda seconds: None

    def until(self, work: Callable[[], Value]) -> Value:
        """Call `work` until it does not meet a busy file; raise what it raises at the end."""
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
    """Begin a transaction that writes, as soon as nobody else writes.

    Raises:
        sqlite3.OperationalError: somebody wrote all the while.
    """
    busy_timeout(connection, min(_STEP, patience.seconds))
    try:
        patience.until(lambda: connection.execute("begin immediate"))
    finally:
        busy_timeout(connection, patience.seconds)


def busy_timeout(connection: sqlite3.Connection, seconds: float) -> None:
    """Set how long SQLite itself waits within one statement."""
    connection.execute(f"pragma busy_timeout = {int(seconds * 1000)}")
