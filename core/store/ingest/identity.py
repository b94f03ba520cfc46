"""Who an event counts for: links of devices to users, and aliases of users (definitions 1.1).

The actor of an event is the root of its user's aliases; without a user, the user its device was
last linked to at that time (the first one for earlier events); without a link, the device.

Of statements with equal times the one that arrived first wins: an earlier line, an earlier file.
This holds however the files are split, and a repeated statement changes nothing.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.store.imports.statements import Said
from core.store.rows.numbers import Ints

ALWAYS = -(2**63)
"""Before every event, as "since when" of a change."""


@dataclass
class Device:
    """Who a device belongs to.

    Attributes:
        links: user -> (linked_at ms, position of the statement in order of arrival).
        turns: (since ms, user), ascending, one per instant: who it belongs to from then on.
    """

    links: dict[int, tuple[int, int]]
    turns: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.settle()

    def settle(self) -> None:
        """Work out the turns."""
        self.turns = []
        for (at, _), user in sorted((said, user) for user, said in self.links.items()):
            if not self.turns or self.turns[-1][0] < at:
                self.turns.append((at, user))


class Identity:
    """The links and aliases of a workspace, read when they are first needed.

    Attributes:
        linked: the users of the new links that the last call of `learn` found.
        merged: the user ids that it found to be another's.
        arrived: how many statements have arrived, as `meta` should say.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.linked: list[int] = []
        self.merged: set[int] = set()
        self._connection = connection
        self._devices: dict[int, Device] = {}
        self._aliases: dict[int, tuple[int, int, int]] = {
            old: (at, arrived, new)
            for old, new, at, arrived in connection.execute(
                "select old, new, at, arrived from aliases"
            )
        }
        self._roots: dict[int, int] = {}
        self.arrived: int
        (self.arrived,) = connection.execute(
            """
            select coalesce(
                (select cast(value as integer) from meta where key = 'arrived'),
                max(coalesce((select max(arrived) from links), 0),
                    coalesce((select max(arrived) from aliases), 0))
            )
            """
        ).fetchone()

    def _device(self, device: int) -> Device:
        found = self._devices.get(device)
        if found is None:
            rows = self._connection.execute(
                "select user, linked_at, arrived from links where device = ?", (device,)
            )
            found = self._devices[device] = Device({user: (at, n) for user, at, n in rows})
        return found

    def root(self, user: int) -> int:
        """Return the user at the end of the alias chain; the last statement in a loop is void."""
        if user not in self._aliases:
            return user
        found = self._roots.get(user)
        if found is None:
            found = self._roots[user] = self._walk(user)
        return found

    def _walk(self, user: int) -> int:
        path: dict[int, None] = {}
        while user in self._aliases and user not in path:
            path[user] = None
            user = self._aliases[user][2]
        if user not in path:
            return user
        order = list(path)
        return max(order[order.index(user) :], key=lambda old: self._aliases[old][:2])

    def owner(self, identity: int, at: int) -> int:
        """Return the person that a user id or a device stood for at `at` ms."""
        return self.root(identity) if identity in self._aliases else self.actor(0, identity, at)

    def actor(self, user: int, device: int, ts: int) -> int:
        """Return who an event of this user id and device id at `ts` ms counts for; 0 = nobody."""
        if user:
            return self.root(user)
        if not device:
            return 0
        turns = self._device(device).turns
        if not turns:
            return device
        place = bisect_right(turns, (ts, 2**62)) - 1
        return self.root(turns[max(place, 0)][1])

    def actors(self, users: Ints, devices: Ints, ts: Ints) -> Ints:
        """Return the actor of every event of a batch."""
        found = users
        if self._aliases:
            distinct, places = np.unique(users, return_inverse=True)
            found = np.array(list(map(self.root, distinct.tolist())), np.int64)[places]
        alone = np.flatnonzero((users == 0) & (devices != 0))
        if len(alone):
            found = found.copy()
            found[alone] = self._owners(devices[alone], ts[alone])
        return found

    def _owners(self, devices: Ints, ts: Ints) -> Ints:
        """Return the actor of every event of a device without a user."""
        distinct, places = np.unique(devices, return_inverse=True)
        first = [self.actor(0, device, ALWAYS) for device in distinct.tolist()]
        found = np.array(first, np.int64)[places]
        shared = [len(self._device(device).turns) > 1 for device in distinct.tolist()]
        for place in np.flatnonzero(np.array(shared)[places]).tolist():
            found[place] = self.actor(0, int(devices[place]), int(ts[place]))
        return found

    def learn(
        self,
        pairs: Mapping[tuple[int, int], int],
        aliases: Iterable[tuple[int, int, int]],
        said: Said,
    ) -> dict[int, int]:
        """Learn and store the statements of a batch.

        Args:
            pairs: (device, user) -> the earliest ms they were seen together, in order of arrival.
            aliases: (old user, new user, ms), in order of arrival.
            said: gets all of these statements, also those that were made before.

        Returns:
            Actor -> ms: the actors whose stored events, from then on, may now count for someone
            else.
        """
        affected: dict[int, int] = {}
        self.linked = []
        for pair, at in pairs.items():
            said.links[pair] = at, self.next()
            self._link(*pair, *said.links[pair], affected)
        stated = [(old, new, at, self.next()) for old, new, at in aliases if old != new]
        fresh = [alias for alias in stated if self._is_news(alias[0], alias[2])]
        for old, *_ in fresh:
            affected[self.root(old)] = ALWAYS
        if fresh:
            self._roots.clear()
        for old, new, at, arrived in stated:
            if self._is_news(old, at):
                self._aliases[old] = (at, arrived, new)
            if (old, new) not in said.aliases or at > said.aliases[old, new][0]:
                said.aliases[old, new] = at, arrived
        self._connection.executemany(
            "insert or replace into aliases (old, at, arrived, new) values (?, ?, ?, ?)",
            [(old, *self._aliases[old]) for old, *_ in fresh],
        )
        self.merged = {old for old, *_ in fresh if self.root(old) != old}
        return affected

    def holders(self, device: int) -> set[int]:
        """Return everybody that events of a device may count for, the device if it is nobody's."""
        return {self.root(user) for _, user in self._device(device).turns} or {device}

    def tied(self) -> dict[int, int]:
        """Return what `learn` would for devices that have several links with equal times."""
        rows = self._connection.execute(
            """
            select user from links where (device, linked_at) in (
                select device, linked_at from links group by device, linked_at having count(*) > 1
            )
            """
        )
        return {self.root(user): ALWAYS for (user,) in rows.fetchall()}

    def next(self) -> int:
        """Return the place of a statement that arrives."""
        self.arrived += 1
        return self.arrived

    def _is_news(self, old: int, at: int) -> bool:
        return old not in self._aliases or at > self._aliases[old][0]

    def _link(
        self, device: int, user: int, at: int, arrived: int, affected: dict[int, int]
    ) -> None:
        found = self._device(device)
        before = found.links.get(user)
        if before is not None and before[0] <= at:
            return
        holders = self.holders(device)
        earlier = found.turns
        found.links[user] = at, arrived
        if before is None:
            self.linked.append(user)
        found.settle()
        self._connection.execute(
            "insert or replace into links (device, user, linked_at, arrived) values (?, ?, ?, ?)",
            (device, user, *found.links[user]),
        )
        if [who for _, who in found.turns] == [user] == [who for _, who in earlier]:
            return
        since = ALWAYS if found.turns[0][1] == user else at
        for holder in holders:
            affected[holder] = min(affected.get(holder, since), since)
