"""Taking out everything before a day, for a policy on how long data is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyroaring import BitMap, BitMap64

from core.sql.sets import load
from core.store.imports.folded import Folded
from core.store.ingest.activity import Activity
from core.store.ingest.identity import Identity
from core.store.ingest.properties import Properties
from core.store.troubles import TROUBLES, sentence
from core.store.upkeep.comparing import Told, silent
from core.store.upkeep.removal import remove_events, remove_logs
from core.store.upkeep.shrinking import is_due, removing, shrink, taking_out
from core.store.waiting import Patience
from core.store.workspace import open_reader


@dataclass(frozen=True)
class Before:
    """What is, or was, before a day.

    Attributes:
        people: those who have no event from that day on.
        due: whether something was taken out earlier and the file has not been made smaller since.
    """

    events: int
    people: int
    logs: int
    due: bool = False

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to take out, or to finish."""
        return not (self.events or self.logs or self.due)


def before(path: str | Path, day: int) -> Before:
    """Count what is before a local day.

    Raises:
        CannotOpen: there is no workspace.
    """
    try:
        with closing(open_reader(path)) as connection:
            connection.execute("begin")
            return _count(connection, day)
    except TROUBLES as error:
        raise sentence(error, path) from error


def _count(connection: sqlite3.Connection, day: int) -> Before:
    (events,) = connection.execute("select count(*) from events where day < ?", (day,)).fetchone()
    (logs,) = connection.execute("select count(*) from logs where day < ?", (day,)).fetchone()
    everybody, staying = BitMap(), BitMap()
    for (users,) in connection.execute("select users from first_activity where event = 0"):
        everybody |= load(users)
    for (users,) in connection.execute(
        """
        select users from activity
        where event = 0 and dimension = 0 and value = 0 and day >= ?
        """,
        (day,),
    ):
        staying |= load(users)
    return Before(events, len(everybody - staying), logs, is_due(connection))


def forget_before(
    path: str | Path,
    day: int,
    *,
    told: Told = silent,
    patience: Patience | None = None,
    committed: Callable[[], None] = lambda: None,
) -> Before:
    """Take out all events and logs before a local day; then make the file smaller.

    Links, aliases and traits of people stay. Who was first seen before that day is first seen on
    the day of the first event that remains.

    Args:
        told: called with the progress.
        patience: how long to wait for other programs.
        committed: called once everything is taken out.

    Returns:
        What was taken out.

    Raises:
        CannotOpen: there is no workspace, or it cannot be written now.
        FootfallError: it is taken out, but the file could not be made smaller; see `shrink`.
    """
    patience = patience or Patience()
    with taking_out(path, patience) as connection:
        with removing(connection, patience):
            found = _count(connection, day)
            seqs = BitMap64(
                seq
                for (seq,) in connection.execute(
                    """
                    select seq from events where day < :day
                    union all
                    select seq from folded_events where day < :day
                    """,
                    {"day": day},
                )
            )
            Folded(
                connection, Identity(connection), Activity(connection), Properties(connection)
            ).give_up(seqs)
            remove_events(connection, seqs, told)
            messages = connection.execute("select message from logs where day < ?", (day,))
            remove_logs(connection, BitMap64(message for (message,) in messages), told)
        committed()
        shrink(connection, patience, told)
    return found
