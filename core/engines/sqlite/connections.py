"""Read-only connections to one workspace file: stopping and sharing them."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.engines.sqlite import functions as bitmaps
from core.errors import CannotOpen
from core.store.troubles import TROUBLES, code_of, sentence
from core.store.waiting import WAIT, busy_timeout
from core.store.workspace import Identity, identity, open_reader, read_calendar
from core.timeframe import Calendar

if TYPE_CHECKING:
    from core.engines.sqlite.units import Units

PROGRESS_STEPS: Final = 20_000
_HARMLESS: Final = frozenset(
    {sqlite3.SQLITE_OK, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT}
)
"""Error codes after which a connection can still be used; 0 is an error raised by Python itself."""


class Slot:
    """One connection with its functions; used by one question at a time.

    Attributes:
        place: the identity of its open file.
        wait: how many seconds a statement waits while another program has locked the file.
        units: its temporary tables, once a question has counted units.
        deadline: when a statement is ended, in monotonic seconds.
        broken: whether an error means that it must not be used again.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        failures: bitmaps.Failures,
        place: Identity | None,
        wait: float,
    ) -> None:
        self.connection = connection
        self.failures = failures
        self.place = place
        self.wait = wait
        self.units: Units | None = None
        self.deadline = float("inf")
        self.broken = False

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one snapshot of the file in this block, whatever is committed meanwhile."""
        self.connection.execute("begin")
        try:
            yield
        except BaseException:
            self.connection.rollback()
            if self.units:
                self.units.rolled_back()
            raise
        self.connection.commit()
        if self.units:
            self.units.ended()

    def made(self) -> Units:
        """Return its temporary tables, and the functions that fill and read them."""
        from core.engines.sqlite.units import Units

        if self.units is None:
            self.units = Units(self.connection)
            for name, count, function in self.units.functions:
                guarded = self.failures.guard(name, function)
                self.connection.create_function(name, count, guarded)
        return self.units

    def past_deadline(self) -> int:
        """Progress handler: non-zero ends the statement."""
        return int(time.monotonic() > self.deadline)

    def suspect(self, error: Exception) -> None:
        """Note the error that a statement ended with."""
        self.broken = self.broken or code_of(error) not in _HARMLESS


class Pool:
    """The connections to one workspace file. Safe to use from several threads.

    A file that was replaced by another of the same name is reopened; a deleted one is no longer
    read.

    Args:
        path: the workspace file.

    Attributes:
        calendar: the zone and week start of the file.

    Raises (`slot` too):
        CannotOpen: the file is missing or not a workspace.
        Damaged: its first pages cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.calendar = Calendar()
        self._place: Identity | None = None
        self._free: list[Slot] = []
        self._lock = threading.Lock()
        with self.slot():
            pass

    @contextmanager
    def slot(self, wait: float = WAIT) -> Iterator[Slot]:
        """Lend a connection to this block alone; its statements wait at most so many seconds."""
        slot = self._taken() or self._opened(wait)
        try:
            if slot.wait != wait:
                busy_timeout(slot.connection, wait)
                slot.wait = wait
            yield slot
        finally:
            slot.deadline = float("inf")
            self._give_back(slot)

    def _taken(self) -> Slot | None:
        place = identity(self.path)
        with self._lock:
            if place is None and self._place is not None:
                raise CannotOpen(f"{self.path} is no longer there.")
            for slot in [slot for slot in self._free if slot.place != place]:
                self._free.remove(slot)
                slot.connection.close()
            return self._free.pop() if self._free else None

    def _give_back(self, slot: Slot) -> None:
        with self._lock:
            if not slot.broken:
                self._free.append(slot)
                return
        slot.connection.close()

    def _opened(self, wait: float) -> Slot:
        place = identity(self.path)
        connection = open_reader(self.path, wait=wait)
        try:
            if place != self._place:
                self.calendar, self._place = read_calendar(connection), place
        except TROUBLES as error:
            connection.close()
            raise sentence(error, self.path) from error
        slot = Slot(connection, bitmaps.register(connection), place, wait)
        connection.set_progress_handler(slot.past_deadline, PROGRESS_STEPS)
        return slot

    def close(self) -> None:
        """Close the idle connections; the pool must not be used afterwards."""
        with self._lock:
            for slot in self._free:
                slot.connection.close()
            self._free.clear()
