"""Traits of people: for each person and key the value set last, unless removed since.

Among equal times the last value to arrive wins, and a removal wins over values. Removals are kept,
so that importing an older file later does not bring back what was removed.

A first value (`Once`) is stored at minus its time, so that any value set outright replaces it,
whenever it was set and in any order of arrival, and of several first values the earliest stays.

Every statement is kept with the id it was made about, so that the traits of a person can be worked
out anew when that id turns out to be somebody else's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from core.records import Identify, Once, Row
from core.sources.values import as_json
from core.store.imports.statements import Described, Said
from core.store.ingest.dictionary import Counter, Dictionary
from core.store.ingest.identity import Identity
from core.values.json_text import json_text, stored_object

Texts = dict[str, str | None]
"""Trait -> value as text, None where it is removed."""

Latest = dict[tuple[int, str], tuple[int, bool, str | None]]
"""(person, trait) -> ms, whether it is a removal, value."""


class Traits:
    """Keeps `traits` and `traits_removed`, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, identity: Identity) -> None:
        self._connection = connection
        self._identity = identity
        self._counter = Counter(connection, "trait_texts")

    def save(
        self,
        statements: Iterable[Row | Identify],
        users: Dictionary,
        devices: Dictionary,
        said: Said,
    ) -> None:
        """Store the traits in statements, given in order of arrival; `said` gets all of them."""
        latest: Latest = {}
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
                _collect(latest, owner, at, values)
                statement = Described(
                    owner, user or device, texts[json_text(values)], at, self._identity.next(),
                    not user,
                )  # fmt: skip
                same = statement[:4] if statement.of_device else statement[:3]
                if same not in found or found[same].at <= at:
                    found[same] = statement
        texts.save()
        said.traits += found.values()
        for (owner, key), (at, removed, value) in latest.items():
            if removed or value is None:
                self._remove(owner, key, at)
            else:
                self._set(owner, key, value, at)

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
            select t.at, x.text
            from said_traits t join trait_texts x on x.id = t.snapshot
            where t.owner = ?
            order by t.at, t.arrived
            """,
            (owner,),
        ).fetchall()
        latest: Latest = {}
        removed: dict[str, int] = {}
        for at, text in stated:
            values = stored_object(text)
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
    """Return the values that are set or removed at `ts`, and first ones at minus that."""
    outright: Texts = {}
    firsts: Texts = {}
    for key, value in traits.items():
        if not isinstance(value, Once):
            outright[key] = _text(value)
        elif value.value is not None:
            firsts[key] = _text(value.value)
    return [(at, values) for at, values in ((ts, outright), (-ts, firsts)) if values]


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
