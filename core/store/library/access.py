"""Reading and writing what people save: short connections, and the acting profile.

Every call opens and closes its own connection, so nobody holds a lock while looking at a screen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from core.columns import has_table
from core.definitions.saved import now_ms
from core.errors import Forbidden
from core.store.library.profiles import Profile, present_profile, store_profile, writable
from core.store.troubles import TROUBLES, sentence
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, open_reader, uri
from core.timeframe import DAY

KEPT_MS = 30 * DAY
"""How long deleted things can be restored."""

Clock = Callable[[], int]
Source = Literal["manual", "api", "plugin"]


class Access:
    """A workspace file in use by a profile.

    Args:
        path: an existing workspace.
        clock: returns now in UTC ms; tests pin it.
        profile: who acts, as a Profile, "ana" or "ana:editor"; "" is the workspace's current one.
        source: where things come from; stored with marks.
        patience: how long to wait for another writer.

    Raises (every method):
        CannotOpen: the file is missing, not a workspace, or busy for longer than that.
        QueryFailed: SQLite could not read or write it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Clock = now_ms,
        profile: str | Profile = "",
        source: Source = "manual",
        patience: Patience | None = None,
    ) -> None:
        self.path = Path(path)
        self.patience = patience or Patience()
        self.clock = clock
        self.wanted = profile
        self.source: Source = source

    def patient(self, patience: Patience) -> Access:
        """Return the same access with other patience."""
        return Access(
            self.path, clock=self.clock, profile=self.wanted, source=self.source, patience=patience
        )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that can only read."""
        with closing(open_reader(self.path, wait=self.patience.seconds)) as connection:
            try:
                yield connection
            except TROUBLES as error:
                raise sentence(error, self.path) from error

    @contextmanager
    def writing(self, *, quietly: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction that raises the workspace's generation.

        Args:
            quietly: leave the generation, for what no answer and no list depends on.
        """
        with self.reading() as connection:
            old = not _is_current(connection)
        try:
            with closing(sqlite3.connect(uri(self.path, mode="rw"), uri=True)) as connection:
                if old:
                    _migrate(connection, self.patience)
                with transaction(connection, self.patience):
                    yield connection
                    if not quietly:
                        bump(connection)
        except TROUBLES as error:
            raise sentence(error, self.path, "written") from error

    def who(self, connection: sqlite3.Connection) -> Profile:
        """Return who acts, on a connection of `reading` or `writing`."""
        return present_profile(connection, self.path, self.wanted)

    @property
    def profile(self) -> Profile:
        """Who acts."""
        with self.reading() as connection:
            return self.who(connection)

    def has_alerts(self) -> bool:
        """Whether there are alerts: for most workspaces all that has to be known of them."""
        with self.reading() as connection:
            if not has_table(connection.execute, "alerts"):
                return False
            found = "select exists (select 1 from alerts where deleted_at is null)"
            return bool(connection.execute(found).fetchone()[0])

    def become(self, profile: Profile) -> Profile:
        """Make a profile the workspace's current one, also for later starts.

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
    """Whether the file has all tables for saved things."""
    found = connection.execute(
        """
        select count(*) from sqlite_master
        where name in ('versions', 'custom_events', 'alerts', 'shares')
        """
    ).fetchone()
    return bool(found[0] == 4)


def _migrate(connection: sqlite3.Connection, patience: Patience) -> None:
    from core.store import schema

    schema.apply(connection, {}, patience)
