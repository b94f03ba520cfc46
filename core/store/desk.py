"""Reading and writing what people keep: short connections, and who is acting.

Every call opens its own connection and closes it, so nobody holds a lock while looking at a
screen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from core.errors import CannotOpen, Forbidden
from core.store.profiles import Profile, present_profile, store_profile, writable
from core.store.things import now_ms
from core.store.workspace import bump, open_reader
from core.timeframe import DAY

KEPT_MS = 30 * DAY
"""How long what was deleted can be restored."""

Clock = Callable[[], int]
Source = Literal["manual", "api", "plugin"]


class Desk:
    """A workspace file as somebody uses it.

    Args:
        path: an existing workspace.
        clock: returns now in UTC ms; tests pin it.
        profile: who acts, as a Profile, "ana" or "ana:editor"; "" is the workspace's own.
        source: the route by which things come here; marks keep it.

    Raises (every method):
        CannotOpen: the file is missing, not a workspace, or busy for 5 seconds.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Clock = now_ms,
        profile: str | Profile = "",
        source: Source = "manual",
    ) -> None:
        self.path = Path(path)
        self.clock = clock
        self.wanted = profile
        self.source: Source = source

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that can only read."""
        with closing(open_reader(self.path)) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that raises the workspace's generation."""
        with self.reading() as connection:
            old = not _is_current(connection)
        try:
            with closing(sqlite3.connect(self.path, timeout=5)) as connection, connection:
                if old:
                    _migrate(connection)
                connection.execute("begin immediate")
                yield connection
                bump(connection)
        except sqlite3.OperationalError as error:
            raise CannotOpen(f"{self.path} could not be written: {error}.", "Try again.") from error

    def who(self, connection: sqlite3.Connection) -> Profile:
        """Return who acts, on a connection of `reading` or `writing`."""
        return present_profile(connection, self.path, self.wanted)

    @property
    def profile(self) -> Profile:
        """Who acts."""
        with self.reading() as connection:
            return self.who(connection)

    def become(self, profile: Profile) -> Profile:
        """Make a profile the workspace's present one, also for the next start.

        Raises:
            Forbidden: the file cannot be written.
        """
        if not writable(self.path):
            raise Forbidden(f"{self.path} cannot be written: everybody is a viewer here.")
        with self.writing() as connection:
            store_profile(connection, profile)
        self.wanted = ""
        return profile


def _is_current(connection: sqlite3.Connection) -> bool:
    """Whether the file has every table that things are kept in."""
    found = connection.execute(
        "select count(*) from sqlite_master where name in ('versions', 'custom_events')"
    ).fetchone()
    return bool(found[0] == 2)


def _migrate(connection: sqlite3.Connection) -> None:
    from core.store import schema

    schema.apply(connection, {})
