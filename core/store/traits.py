"""Traits of people: for each person and key the value set last, unless removed since.

Among equal times the last value to arrive wins, and a removal wins over values. Removals are kept,
so that importing an older file later does not bring back what was removed.

A first value (`Once`) is stored at minus its time, so that any value set outright replaces it,
whenever it was set and in any order of arrival, and of several first values the earliest stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from core.records import Identify, Once, Row
from core.sources.values import as_json
from core.store.ingest.dictionary import Dictionary
from core.store.ingest.identity import Identity

Latest = dict[tuple[int, str], tuple[int, bool, str | None]]
"""(person, key) -> ms, whether it is a removal, value."""


class Traits:
    """Keeps `traits` and `traits_removed`, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, identity: Identity) -> None:
        self._connection = connection
        self._identity = identity

    def save(
        self, statements: Iterable[Row | Identify], users: Dictionary, devices: Dictionary
    ) -> None:
        """Store the traits in statements, given in order of arrival."""
        latest: Latest = {}
        for said in statements:
            if said.traits or isinstance(said, Identify):
                self._collect(
                    said, users.ids([said.user])[0], devices.ids([said.device])[0], latest
                )
        for (owner, key), (at, removed, value) in latest.items():
            if removed or value is None:
                self._remove(owner, key, at)
            else:
                self._set(owner, key, value, at)

    def _collect(self, said: Row | Identify, user: int, device: int, latest: Latest) -> None:
        owner = self._identity.actor(user, device, said.ts)
        for key, value in (said.traits or {}).items() if owner else ():
            at = said.ts
            if isinstance(value, Once):
                at, value = -at, value.value
                if value is None:
                    continue
            this = (at, value is None)
            if (owner, key) not in latest or this >= latest[owner, key][:2]:
                latest[owner, key] = (*this, _text(value))

    def _set(self, owner: int, key: str, value: str, at: int, *, before: int = 0) -> None:
        """Set a value; to replace an existing one it must be later by `before` ms."""
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
            where excluded.updated_at >= traits.updated_at + :before
            """,
            {"user": owner, "key": key, "value": value, "at": at, "before": before},
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

    def move(self, actor: int) -> None:
        """Move the traits of a merged user id or a linked device to the person behind it."""
        db = self._connection
        removed = db.execute("select key, at from traits_removed where user = ?", (actor,))
        stated = db.execute("select key, value, updated_at from traits where user = ?", (actor,))
        gone, known = removed.fetchall(), stated.fetchall()
        for table in ("traits_removed", "traits"):
            db.execute(f"delete from {table} where user = ?", (actor,))
        for key, at in gone:
            self._remove(self._identity.owner(actor, at), key, at)
        for key, value, at in known:
            self._set(self._identity.owner(actor, abs(at)), key, value, at, before=1)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return as_json(value)
