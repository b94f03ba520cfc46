"""What an import contained and said: the tables `import_events`, `import_logs` and `said_...`.

`links`, `aliases`, `traits` and `traits_removed`, which readers use, follow from the statements of
all imports.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from pyroaring import BitMap64

from core.errors import not_as_written

Dated = tuple[int, int]
"""When something is said to have been (UTC ms), and the place of the statement in order of arrival.
"""


class Described(NamedTuple):
    """A statement of traits.

    Attributes:
        owner: the person that `said` stands for.
        said: a user id or a device id.
        snapshot: id in `trait_texts`.
        at: ms; minus that for values given for want of others.
        arrived: its place in order of arrival.
        of_device: whether `said` is a device, whose owner depends on the time.
    """

    owner: int
    said: int
    snapshot: int
    at: int
    arrived: int
    of_device: bool


@dataclass
class Said:
    """What a batch contained and said.

    Attributes:
        seqs: its events, those that it stored and those that it found stored.
        messages: the same of its logs, by message.
        links: (device, user) -> the earliest statement.
        aliases: (old user, new user) -> the latest statement.
        traits: all statements, or of equal ones of a user id the latest.
    """

    seqs: BitMap64 = field(default_factory=BitMap64)
    messages: BitMap64 = field(default_factory=BitMap64)
    links: dict[tuple[int, int], Dated] = field(default_factory=dict)
    aliases: dict[tuple[int, int], Dated] = field(default_factory=dict)
    traits: list[Described] = field(default_factory=list)


class Statements:
    """Notes what one import contains and says, inside the caller's transactions."""

    def __init__(self, connection: sqlite3.Connection, import_: int) -> None:
        self._connection = connection
        self._import = import_

    def note(self, said: Said) -> None:
        """Add what a batch contains and says."""
        self._add("import_events", "seqs", said.seqs)
        self._add("import_logs", "messages", said.messages)
        self._connection.executemany(
            """
            insert into said_links (device, user, import, at, arrived) values (?, ?, ?, ?, ?)
            on conflict do update set at = excluded.at, arrived = excluded.arrived
            where excluded.at < at
            """,
            ((*pair, self._import, *dated) for pair, dated in said.links.items()),
        )
        self._connection.executemany(
            """
            insert into said_aliases (old, new, import, at, arrived) values (?, ?, ?, ?, ?)
            on conflict do update set at = excluded.at, arrived = excluded.arrived
            where excluded.at > at
            """,
            ((*pair, self._import, *dated) for pair, dated in said.aliases.items()),
        )
        self._note_traits(said.traits)

    def _note_traits(self, traits: Iterable[Described]) -> None:
        """Add statements of traits; of a user id the latest of equal ones stays."""
        for owner, said, snapshot, at, arrived, of_device in traits:
            statement = (owner, said, snapshot, self._import)
            if not of_device:
                self._connection.execute(
                    """
                    delete from said_traits
                    where owner = ? and said = ? and snapshot = ? and import = ? and at < ?
                    """,
                    (*statement, at),
                )
            self._connection.execute(
                """
                insert into said_traits (owner, said, snapshot, import, at, arrived)
                select :owner, :said, :snapshot, :import, :at, :arrived
                where :of_device or not exists (
                    select 1 from said_traits
                    where owner = :owner and said = :said and snapshot = :snapshot
                      and import = :import and at > :at
                )
                on conflict do update set arrived = excluded.arrived
                """,
                {
                    "owner": owner, "said": said, "snapshot": snapshot, "import": self._import,
                    "at": at, "arrived": arrived, "of_device": of_device,
                },
            )  # fmt: skip

    def _add(self, table: str, column: str, more: BitMap64) -> None:
        if not more:
            return
        found = read_bitmap(self._connection, table, column, self._import) | more
        self._connection.execute(
            f"insert or replace into {table} (import, {column}) values (?, ?)",
            (self._import, found.serialize()),
        )


def read_bitmap(connection: sqlite3.Connection, table: str, column: str, import_: int) -> BitMap64:
    """Return what `import_events` or `import_logs` has of an import.

    Raises:
        Damaged: it is not a set.
    """
    row = connection.execute(
        f"select {column} from {table} where import = ?", (import_,)
    ).fetchone()
    try:
        return BitMap64.deserialize(row[0]) if row else BitMap64()
    except (TypeError, ValueError, IndexError) as error:
        raise not_as_written("a set of events") from error
