"""Taking a person out of a workspace, with everything they did and everything said about them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pyroaring import BitMap64

from core.errors import NotFound
from core.sources.placeholders import compared
from core.store.imports.folded import Folded
from core.store.imports.statements import read_bitmap
from core.store.ingest.activity import Activity
from core.store.ingest.identity import Identity
from core.store.ingest.people import add_ignored
from core.store.ingest.properties import Properties
from core.store.troubles import TROUBLES, sentence
from core.store.upkeep.comparing import Told, silent
from core.store.upkeep.person import Person, find_person, keys
from core.store.upkeep.removal import remove_events, remove_logs
from core.store.upkeep.shrinking import is_due, removing, shrink, taking_out
from core.store.upkeep.traces import Trace, contains, traces
from core.store.upkeep.unused import clear_identities
from core.store.waiting import Patience
from core.store.workspace import bump, open_reader, read_meta
from core.text import clean


@dataclass(frozen=True)
class About:
    """What a workspace has about a person.

    Attributes:
        ids: all user ids and devices.
        due: whether somebody was taken out earlier and the file has not been made smaller since.
    """

    ids: tuple[str, ...] = ()
    events: int = 0
    logs: int = 0
    traits: int = 0
    due: bool = False


@dataclass
class Erased:
    """What was taken out, and where something may remain.

    Attributes:
        about: what there was; without ids if the person had been taken out before.
        shared: their devices that stay because they are others' too.
        ignored: the ids that are ignored from here on.
        remains: ids that are still in the file, because others' rows have them.
        files: sources and files of rejected lines that are on this disk and may have the person.
    """

    about: About
    shared: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    remains: list[Trace] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def about(path: str | Path, id_: str) -> About:
    """Count what there is about the person with a user id or on a device.

    Raises:
        CannotOpen: there is no workspace.
        NotFound: there is no such person.
        BadInput: the device is that of several people.
    """
    try:
        with closing(open_reader(path)) as connection:
            connection.execute("begin")
            return _about(connection, id_, find_person(connection, id_))
    except TROUBLES as error:
        raise sentence(error, path) from error


def _about(connection: sqlite3.Connection, id_: str, person: Person | None) -> About:
    due = is_due(connection)
    if person is None:
        if not due:
            raise NotFound(
                f"There is no person with the id {clean(id_)!r}.",
                "footfall run 'users matching TEXT' finds people.",
            )
        return About(due=True)
    db, of = connection, {"ids": json.dumps(sorted(person.actors))}
    (events,) = db.execute(
        "select count(*) from events where actor in (select value from json_each(:ids))", of
    ).fetchone()
    (traits,) = db.execute(
        "select count(*) from traits where user in (select value from json_each(:ids))", of
    ).fetchone()
    logs = len(_messages(connection, person))
    return About(tuple(keys(connection, person.ids)), events, logs, traits, due)


def erase(
    path: str | Path,
    id_: str,
    *,
    ignore: bool = False,
    told: Told = silent,
    patience: Patience | None = None,
    committed: Callable[[], None] = lambda: None,
) -> Erased:
    """Take a person out in one transaction, rewrite the file, and look whether an id is left in it.

    If it is stopped, either everything is as it was, or calling it again finishes it.

    Args:
        id_: a user id or a device.
        ignore: add all of the person's ids to the ids to ignore; a later import then takes them for
            nobody.
        told: called with the progress.
        patience: how long to wait for other programs.
        committed: called once everything is taken out.

    Raises:
        CannotOpen: there is no workspace, or it cannot be written now.
        NotFound: there is no such person.
        BadInput: the device is that of several people.
        FootfallError: the person is taken out, but the file could not be rewritten; see `shrink`.
    """
    patience = patience or Patience()
    with taking_out(path, patience) as connection:
        with removing(connection, patience):
            person = find_person(connection, id_)
            erased = Erased(_about(connection, id_, person))
            if person is not None:
                _Erasing(connection, person, erased, told).run(ignore=ignore)
        committed()
        shrink(connection, patience, told)
    told("looking for what is left", 0, 0)
    gone = set(erased.about.ids or (id_,)) - set(erased.shared)
    erased.remains = traces(path, gone)
    erased.files = [file for file in erased.files if _may_have(file, sorted(gone))]
    return erased


def _may_have(file: str, ids: list[str]) -> bool:
    """Whether a file is there and may have an id: a source always, rejected lines if they do."""
    if file.endswith(".rejects.jsonl"):
        return contains(file, ids)
    return os.path.exists(file)


def _messages(connection: sqlite3.Connection, person: Person) -> BitMap64:
    """Return the logs of a person's sessions, by message."""
    rows = connection.execute(
        """
        select message from logs
        where session > 0 and session in (
            select session from events where actor in (select value from json_each(?))
        )
        """,
        (json.dumps(sorted(person.actors)),),
    )
    return BitMap64(message for (message,) in rows)


class _Erasing:
    """Takes out one person, inside the caller's transaction."""

    def __init__(
        self, connection: sqlite3.Connection, person: Person, erased: Erased, told: Told
    ) -> None:
        self._connection = connection
        self._person = person
        self._erased = erased
        self._told = told

    def run(self, *, ignore: bool) -> None:
        """Take them out."""
        seqs = self._seqs()
        self._erased.files = self._sources(seqs)
        messages = _messages(self._connection, self._person)
        db = self._connection
        Folded(db, Identity(db), Activity(db), Properties(db)).give_up(seqs)
        remove_events(db, seqs, self._told)
        remove_logs(db, messages, self._told)
        self._forget_statements()
        clear_identities(db, self._person.ids)
        self._erased.shared = tuple(keys(db, self._person.ids))
        if ignore:
            gone = set(self._erased.about.ids) - set(self._erased.shared)
            self._erased.ignored = tuple(sorted({compared(id_) for id_ in gone} - {""}))
            add_ignored(db, self._erased.ignored)
        bump(db)

    def _seqs(self) -> BitMap64:
        """Return their events, and those that these stand for."""
        rows = self._connection.execute(
            """
            with own (seq) as (
                select seq from events where actor in (select value from json_each(?))
            )
            select seq from own
            union all
            select seq from folded_events where kept in own
            """,
            (self._ids(self._person.actors),),
        )
        return BitMap64(seq for (seq,) in rows)

    def _sources(self, seqs: BitMap64) -> list[str]:
        """Return the files that said something of them, and those of lines rejected from them.

        What an import of an older version contained is not known; its file may have any event.
        """
        rows = self._connection.execute(
            """
            select source, iif(id >= :known, id, 0)
            from imports
            where undone_at is null
            order by id
            """,
            {"known": int(read_meta(self._connection).get("first_known_import", "0"))},
        ).fetchall()
        has = {
            import_
            for _, import_ in set(rows)
            if read_bitmap(self._connection, "import_events", "seqs", import_) & seqs
        }
        has |= self._that_describe()
        files = dict.fromkeys(source for source, import_ in rows if import_ in has)
        return [name for file in files for name in (file, f"{file}.rejects.jsonl")]

    def _that_describe(self) -> set[int]:
        """Return the imports with links, aliases or traits of theirs."""
        rows = self._connection.execute(
            """
            with ids (id) as (select value from json_each(?))
            select import from said_links where user in ids
            union
            select import from said_aliases where old in ids or new in ids
            union
            select import from said_traits where owner in ids
            """,
            (self._ids(self._person.users | self._person.actors),),
        )
        return {import_ for (import_,) in rows}

    def _forget_statements(self) -> None:
        """Delete their links, aliases and traits, and what imports said of them."""
        users = self._ids(self._person.users)
        people = self._ids(self._person.users | self._person.actors)
        for table, column, ids in (
            ("links", "user", users),
            ("said_links", "user", users),
            ("aliases", "old", users),
            ("aliases", "new", users),
            ("said_aliases", "old", users),
            ("said_aliases", "new", users),
            ("said_traits", "owner", people),
            ("said_traits", "said", people),
            ("traits", "user", people),
            ("traits_removed", "user", people),
        ):
            self._connection.execute(
                f"delete from {table} where {column} in (select value from json_each(?))", (ids,)
            )
        self._connection.execute(
            "delete from trait_texts where id not in (select snapshot from said_traits)"
        )

    @staticmethod
    def _ids(ids: Iterable[int]) -> str:
        return json.dumps(sorted(ids))
