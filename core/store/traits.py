"""Traits of people: for each person and key the value set last, unless removed since.

Among equal times the last value to arrive wins, and a removal wins over values. Removals are kept,
so that importing an older file later does not bring back what was removed.

A first value (`Once`) is stored at minus its time, so that any value set outright replaces it,
whenever it was set and in any order of arrival, and of several first values the earliest stays.

A change (`Change`) is applied to the value before it in order of time, once for each statement
that it identifies. As that value may arrive later, the traits of everybody in a batch are worked
out from all statements once a workspace has a change.

Every statement is kept with the id it was made about, so that the traits of a person can be worked
out anew when that id turns out to be somebody else's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from core.records import Change, Identify, Once
from core.sources.values import as_json
from core.store.changes import CLEAR, changed
from core.store.imports.statements import Described, Said
from core.store.ingest.dictionary import Counter, Dictionary
from core.store.ingest.identity import Identity
from core.values.json_text import json_text, stored_object

_CHANGES = "trait_changes"
"""The setting that says that some statement is a change."""

Texts = dict[str, Any]
"""Trait -> value as text, None where it is removed, or [operation, operand, statement]."""

Latest = dict[tuple[int, str], tuple[int, bool, str | None]]
"""(person, trait) -> ms, whether it is a removal, value."""


class Traits:
    """Keeps `traits` and `traits_removed`, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, identity: Identity) -> None:
        self._connection = connection
        self._identity = identity
        self._counter = Counter(connection, "trait_texts")
        self._unsettled: set[int] = set()
        self._has_changes = bool(
            connection.execute("select 1 from meta where key = ?", (_CHANGES,)).fetchone()
        )

    def save(
        self,
        statements: Iterable[Identify],
        users: Dictionary,
        devices: Dictionary,
        said: Said,
    ) -> None:
        """Store the traits in statements, given in order of arrival; `said` gets all of them."""
        latest: Latest = {}
        removed: dict[tuple[int, str], int] = {}
        texts = Dictionary(self._connection, "trait_texts", "text", self._counter)
        found: dict[tuple[int, ...], Described] = {}
        for one in statements:
            if not one.traits:
                continue
            user, device = users.ids([one.user])[0], devices.ids([one.device])[0]
            owner = self._identity.actor(user, device, one.ts)
            if not owner:
                continue
            for at, values in _parts(one.traits, one.ts):
                if not self._note_changes(owner, values):
                    _collect(latest, owner, at, values)
                    for key in (key for key, value in values.items() if value is None):
                        removed[owner, key] = max(at, removed.get((owner, key), at))
                statement = Described(
                    owner, user or device, texts[json_text(values)], at, self._identity.next(),
                    not user,
                )  # fmt: skip
                same = statement[:4] if statement.of_device else statement[:3]
                if same not in found or found[same].at <= at:
                    found[same] = statement
        texts.save()
        said.traits += found.values()
        for (owner, key), at in removed.items():
            self._remove(owner, key, at)
        for (owner, key), (at, _, value) in latest.items():
            if value is not None:
                self._set(owner, key, value, at)

    def _note_changes(self, owner: int, values: Texts) -> bool:
        """Return whether values are changes, and remember that the workspace has some."""
        are_changes = any(isinstance(value, list) for value in values.values())
        if are_changes and not self._has_changes:
            self._has_changes = True
            self._connection.execute(
                "insert or replace into meta (key, value) values (?, '1')", (_CHANGES,)
            )
        if self._has_changes:
            self._unsettled.add(owner)
        return are_changes

    def finish(self) -> None:
        """Work out traits that depend on changes, once all statements of a batch are noted."""
        for owner in self._unsettled:
            self.settle(owner)
        self._unsettled.clear()

    def _set(self, owner: int, key: str, value: str, at: int) -> None:
        self._connection.execute(
            """
            insert into traits (user, key, value, updated_at)
            select :user, :key, :value, :at
            where not exists (
                select 1 from traits_removed r
                where r.user = :user and r.key = :key and r.at >= :at
            )
            on conflict (user, key) do update
            set value = excluded.value, updated_at = excluded.updated_at
            where excluded.updated_at >= traits.updated_at
            """,
            {"user": owner, "key": key, "value": value, "at": at},
        )

    def _remove(self, owner: int, key: str, at: int) -> None:
        self._connection.execute(
            """
            insert into traits_removed (user, key, at) values (?, ?, ?)
            on conflict (user, key) do update set at = max(at, excluded.at)
            """,
            (owner, key, at),
        )
        self._connection.execute(
            "delete from traits where user = ? and key = ? and updated_at <= ?", (owner, key, at)
        )

    def move(self, actors: Iterable[int]) -> None:
        """Give statements about ids that were these people's to whom they stand for, and work out
        the traits of all concerned anew.
        """
        concerned: set[int] = set()
        for actor in actors:
            rows = self._connection.execute(
                "select said, snapshot, import, at from said_traits where owner = ?", (actor,)
            ).fetchall()
            for said, snapshot, import_, at in rows:
                owner = self._identity.owner(said, abs(at))
                if owner == actor:
                    continue
                concerned |= {actor, owner}
                self._connection.execute(
                    """
                    update said_traits set owner = ?
                    where owner = ? and said = ? and snapshot = ? and import = ? and at = ?
                    """,
                    (owner, actor, said, snapshot, import_, at),
                )
        for actor in concerned:
            self.settle(actor)

    def settle(self, owner: int) -> None:
        """Work out a person's traits from all statements."""
        for table in ("traits", "traits_removed"):
            self._connection.execute(f"delete from {table} where user = ?", (owner,))
        stated = self._connection.execute(
            """
            select t.at, x.text, t.said, t.snapshot
            from said_traits t join trait_texts x on x.id = t.snapshot
            where t.owner = ?
            order by t.at, t.arrived
            """,
            (owner,),
        ).fetchall()
        latest: Latest = {}
        removed: dict[str, int] = {}
        last = {(said, snapshot): place for place, (*_, said, snapshot) in enumerate(stated)}
        for place, (at, text, said, snapshot) in enumerate(stated):
            values = stored_object(text)
            if any(isinstance(value, list) for value in values.values()):
                if last[said, snapshot] != place:
                    continue
                values = _changed(latest, owner, values)
            _collect(latest, owner, at, values)
            removed.update((key, at) for key, value in values.items() if value is None)
        self._connection.executemany(
            "insert into traits_removed (user, key, at) values (?, ?, ?)",
            ((owner, key, at) for key, at in removed.items()),
        )
        self._connection.executemany(
            "insert into traits (user, key, value, updated_at) values (?, ?, ?, ?)",
            ((owner, key, value, at) for (_, key), (at, gone, value) in latest.items() if not gone),
        )


def _parts(traits: Mapping[str, Any], ts: int) -> Iterable[tuple[int, Texts]]:
    """Return the values that are set or removed at `ts`, first ones at minus that, and changes."""
    outright: Texts = {}
    firsts: Texts = {}
    changes: Texts = {}
    for key, value in traits.items():
        if isinstance(value, Change):
            changes[key] = list(value)
        elif not isinstance(value, Once):
            outright[key] = _text(value)
        elif value.value is not None:
            firsts[key] = _text(value.value)
    parts = ((ts, outright), (-ts, firsts), (ts, changes))
    return [(at, values) for at, values in parts if values]


def _changed(latest: Latest, owner: int, changes: Texts) -> Texts:
    """Return traits after changes, given what stands before them."""
    found: Texts = {}
    for key, (how, operand, *_) in changes.items():
        if how == CLEAR:
            found |= dict.fromkeys(name for _, name in latest)
        else:
            _, gone, before = latest.get((owner, key), (0, True, None))
            found[key] = changed(None if gone else before, how, operand)
    return {key: value for key, value in found.items() if value is not None or how == CLEAR}


def _collect(latest: Latest, owner: int, at: int, values: Texts) -> None:
    """Note values that stand unless they are older than what is noted."""
    for key, value in values.items():
        this = (at, value is None)
        if (owner, key) not in latest or this >= latest[owner, key][:2]:
            latest[owner, key] = (*this, value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return as_json(value)
