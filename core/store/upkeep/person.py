"""Finding everything by which a workspace knows one person."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import BadInput
from core.sources.placeholders import plain_id
from core.store.ingest.identity import Identity
from core.text import clean

USER, DEVICE = 0, 1
"""Kinds of `identities`."""


@dataclass(frozen=True)
class Person:
    """One person, by numbers of `identities`.

    Attributes:
        actors: whom their events count for.
        users: their user id and all that are merged with it.
        devices: those that are linked to one of these, also to others; or the device itself.
    """

    actors: frozenset[int]
    users: frozenset[int]
    devices: frozenset[int]

    @property
    def ids(self) -> frozenset[int]:
        """All of their user ids and devices."""
        return self.actors | self.users | self.devices


def find_person(connection: sqlite3.Connection, id_: str) -> Person | None:
    """Return the person with a user id or on a device; None if there is no such id.

    A user id comes before a device of the same name; the device belongs to the same person unless
    it is linked to others.

    Raises:
        BadInput: the device is that of several people.
    """
    found = {USER: 0, DEVICE: 0}
    for number, kind in connection.execute(
        "select id, kind from identities where key in (?, ?) order by key = ?",
        (id_, plain_id(id_), id_),
    ):
        found[kind] = number
    identity = Identity(connection)
    if user := found[USER]:
        person = _of_user(connection, identity, user)
        device = found[DEVICE]
        if device and not _users_of(connection, device):
            return Person(person.actors | {device}, person.users, person.devices | {device})
        return person
    device = found[DEVICE]
    if not device:
        return None
    roots = {identity.root(user) for user in _users_of(connection, device)}
    if not roots:
        return Person(frozenset({device}), frozenset(), frozenset({device}))
    if len(roots) > 1:
        names = sorted(keys(connection, roots))
        raise BadInput(
            f"{clean(id_)} is a device of {len(roots)} people.",
            f"Name one by the user id: {clean(', '.join(names))}.",
        )
    return _of_user(connection, identity, roots.pop())


def _of_user(connection: sqlite3.Connection, identity: Identity, user: int) -> Person:
    root = identity.root(user)
    users = {user, root}
    neighbours = {user, root}
    while neighbours:
        rows = connection.execute(
            """
            select old, new from aliases
            where old in (select value from json_each(:ids))
               or new in (select value from json_each(:ids))
            """,
            {"ids": json.dumps(list(neighbours))},
        ).fetchall()
        neighbours = {id_ for pair in rows for id_ in pair} - users
        users |= neighbours
    devices = connection.execute(
        "select device from links where user in (select value from json_each(?))",
        (json.dumps(list(users)),),
    ).fetchall()
    return Person(frozenset({root}), frozenset(users), frozenset(d for (d,) in devices))


def _users_of(connection: sqlite3.Connection, device: int) -> list[int]:
    rows = connection.execute("select user from links where device = ?", (device,))
    return [user for (user,) in rows]


def keys(connection: sqlite3.Connection, ids: Iterable[int]) -> list[str]:
    """Return the texts of identities that are there."""
    rows = connection.execute(
        "select key from identities where id in (select value from json_each(?)) order by key",
        (json.dumps(sorted(ids)),),
    )
    return [str(key) for (key,) in rows]
