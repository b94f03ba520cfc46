"""Taking an import away again: its events, logs, links, aliases and traits.

What it said that another import said too stays, with the fields of the import that said it first of
those that are left. Everything else is as if it had never been imported, in one transaction.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyroaring import BitMap64

from core.blocks.keeping import keep
from core.errors import BadInput
from core.store.imports.folded import Folded
from core.store.imports.listed import import_of
from core.store.imports.otherwise import Substitutes, clear_words
from core.store.imports.statements import read_bitmap
from core.store.ingest.activity import Activity
from core.store.ingest.identity import ALWAYS, Identity
from core.store.ingest.merge import Merge
from core.store.ingest.properties import Properties
from core.store.ingest.sessions import Sessions
from core.store.traits import Traits
from core.store.upkeep.comparing import Told, silent
from core.store.upkeep.removal import remove_events, remove_logs
from core.store.upkeep.unused import clear_identities
from core.store.waiting import Patience, transaction
from core.store.workspace import bump

_EVENTS: Final = ("import_events", "seqs")
_LOGS: Final = ("import_logs", "messages")


@dataclass
class Undone:
    """What was taken away.

    Attributes:
        events, logs: those that no other import contains.
        kept: events and logs that stay because another import contains them.
        links, aliases: those that nothing else says.
        people: those who have no event left.
    """

    events: int = 0
    logs: int = 0
    kept: int = 0
    links: int = 0
    aliases: int = 0
    people: int = 0


def undo(
    connection: sqlite3.Connection,
    import_: int,
    *,
    patience: Patience | None = None,
    told: Told = silent,
) -> Undone:
    """Undo an import in one transaction.

    Args:
        connection: opened for writing.
        import_: its number in `imports`.
        patience: how long to wait for other writers.
        told: called with the progress.

    Raises:
        BadInput: there is no such import, it has been undone, or it is not known what it said.
    """
    with transaction(connection, patience or Patience()):
        check(connection, import_)
        return _Undoing(connection, import_, told).run()


def check(connection: sqlite3.Connection, import_: int) -> None:
    """Raise BadInput unless an import can be undone."""
    found = import_of(connection, import_)
    if found.undone_at is not None:
        raise BadInput(f"Import {import_} has been undone already.")
    if not found.is_known:
        raise BadInput(
            f"Import {import_} cannot be undone: it was made before imports kept what they said.",
            "To start over, import its sources into a new workspace.",
        )


class _Undoing:
    """One import being undone."""

    def __init__(self, connection: sqlite3.Connection, import_: int, told: Told) -> None:
        self._connection = connection
        self._import = import_
        self._told = told
        self._affected: dict[int, int] = {}
        self._undone = Undone()
        self._substitutes = Substitutes(connection)

    def run(self) -> Undone:
        """Undo it."""
        self._remove_events()
        self._remove_logs()
        before = Identity(self._connection)
        self._unlink(before)
        self._unmerge(before)
        self._move(self._forget_traits())
        named = self._connection.execute("select id from identities")
        clear_identities(self._connection, [id_ for (id_,) in named.fetchall()])
        for table, _ in (_EVENTS, _LOGS):
            self._connection.execute(f"delete from {table} where import = ?", (self._import,))
        self._connection.execute(
            "update imports set undone_at = ? where id = ?",
            (int(time.time() * 1000), self._import),
        )
        keep(self._connection, clear=True)
        bump(self._connection)
        return self._undone

    def _alone(self, table: str, column: str) -> BitMap64:
        """Return what only this import contains; what others contain too is counted as kept."""
        own = read_bitmap(self._connection, table, column, self._import)
        alone = own.copy()
        others = self._connection.execute(
            f"select import from {table} where import <> ?", (self._import,)
        ).fetchall()
        for (other,) in others:
            found = read_bitmap(self._connection, table, column, other)
            alone -= self._substitutes.without(found) if table == _EVENTS[0] else found
        self._undone.kept += len(own) - len(alone)
        return alone

    def _remove_events(self) -> None:
        self._substitutes.precede(self._import)
        alone = self._alone(*_EVENTS)
        folded = Folded(
            self._connection,
            Identity(self._connection),
            Activity(self._connection),
            Properties(self._connection),
        )
        words = self._substitutes.words(alone)
        back = folded.give_up(alone)
        removed = remove_events(self._connection, alone, self._told)
        self._undone.events, self._undone.people = removed.events, removed.people
        Sessions(self._connection).rebuild(back)
        clear_words(self._connection, words)

    def _remove_logs(self) -> None:
        alone = self._alone(*_LOGS)
        if alone:
            self._undone.logs = remove_logs(self._connection, alone, self._told)

    def _unlink(self, before: Identity) -> None:
        """Take its links away, and those affected by it."""
        db = self._connection
        pairs = db.execute(
            "select device, user from said_links where import = ?", (self._import,)
        ).fetchall()
        db.execute("delete from said_links where import = ?", (self._import,))
        for place, (device, user) in enumerate(pairs):
            self._tell("links", place, len(pairs))
            earliest = db.execute(
                """
                select at, arrived from said_links where device = ? and user = ?
                order by at, arrived
                limit 1
                """,
                (device, user),
            ).fetchone()
            stored = db.execute(
                "select linked_at, arrived from links where device = ? and user = ?",
                (device, user),
            ).fetchone()
            if earliest == stored:
                continue
            self._affect(before.holders(device))
            if earliest is None:
                self._undone.links += 1
                db.execute("delete from links where device = ? and user = ?", (device, user))
            else:
                db.execute(
                    "update links set linked_at = ?, arrived = ? where device = ? and user = ?",
                    (*earliest, device, user),
                )

    def _unmerge(self, before: Identity) -> None:
        """Take its aliases away."""
        db = self._connection
        pairs = db.execute(
            "select old, new from said_aliases where import = ?", (self._import,)
        ).fetchall()
        db.execute("delete from said_aliases where import = ?", (self._import,))
        for old in dict(pairs):
            latest = db.execute(
                """
                select new, at, arrived from said_aliases where old = ?
                order by at desc, arrived
                limit 1
                """,
                (old,),
            ).fetchone()
            stored = db.execute(
                "select new, at, arrived from aliases where old = ?", (old,)
            ).fetchone()
            if latest == stored:
                continue
            self._affect({before.root(old)})
            db.execute("delete from aliases where old = ?", (old,))
            if latest is None:
                self._undone.aliases += 1
            else:
                db.execute(
                    "insert into aliases (old, new, at, arrived) values (?, ?, ?, ?)",
                    (old, *latest),
                )

    def _affect(self, actors: Iterable[int]) -> None:
        self._affected.update(dict.fromkeys(actors, ALWAYS))

    def _forget_traits(self) -> set[int]:
        """Take its statements of traits away; return whom they describe."""
        db = self._connection
        rows = db.execute(
            "select distinct owner from said_traits where import = ?", (self._import,)
        ).fetchall()
        if not rows:
            return set()
        texts = [
            snapshot
            for (snapshot,) in db.execute(
                "select distinct snapshot from said_traits where import = ?", (self._import,)
            )
        ]
        db.execute("delete from said_traits where import = ?", (self._import,))
        used = {text for (text,) in db.execute("select distinct snapshot from said_traits")}
        db.executemany(
            "delete from trait_texts where id = ?", ((text,) for text in texts if text not in used)
        )
        return {owner for (owner,) in rows}

    def _move(self, described: set[int]) -> None:
        """Move what is affected to whom it stands for, and work out their traits and sessions."""
        db = self._connection
        identity = Identity(db)
        traits = Traits(db, identity)
        if self._affected:
            merge = Merge(db, identity, Activity(db), Properties(db), traits)
            touched = merge.run(self._affected)
            Sessions(db).rebuild(touched)
        for place, owner in enumerate(described):
            self._tell("traits", place, len(described))
            traits.settle(owner)

    def _tell(self, what: str, done: int, whole: int) -> None:
        if not done % 1_000:
            self._told(what, done, whole)
