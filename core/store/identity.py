"""Who an event counts for: links of devices to users, and aliases of users (semantics 1.1).

The actor of an event is the root of its user's aliases; without a user, the user its device was
last linked to at that time (the first one for earlier events); without a link, the device.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

ALWAYS = -(2**63)
"""Before every event, as "since when" of a change."""


class Identity:
    """Links and aliases of a workspace; reads them when they are first needed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._links: dict[int, list[tuple[int, int]]] = {}
        self._aliases: dict[int, tuple[int, int]] = {
            old: (at, new)
            for old, new, at in connection.execute("select old, new, at from aliases")
        }
        self._roots: dict[int, int] = {}

    def links(self, device: int) -> list[tuple[int, int]]:
        """Return (linked_at ms, user) of a device, earliest first."""
        found = self._links.get(device)
        if found is None:
            found = self._connection.execute(
                "select linked_at, user from links where device = ? order by linked_at, user",
                (device,),
            ).fetchall()
            self._links[device] = found
        return found

    def root(self, user: int) -> int:
        """Return the user at the end of the alias chain; in a loop, the smallest id in it."""
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
            user = self._aliases[user][1]
        if user not in path:
            return user
        order = list(path)
        return min(order[order.index(user) :])

    def owner(self, identity: int) -> int:
        """Return the person an identity stands for now: its root, or its first linked user's."""
        if identity in self._aliases:
            return self.root(identity)
        links = self.links(identity)
        return self.root(links[0][1]) if links else identity

    def actor(self, user: int, device: int, ts: int) -> int:
        """Return who an event of this user id and device id at `ts` ms counts for; 0 = nobody."""
        if user:
            return self.root(user)
        if not device:
            return 0
        links = self.links(device)
        if not links:
            return device
        place = bisect_right(links, (ts, 2**62)) - 1
        return self.root(links[max(place, 0)][1])

    def actors(self, users: Sequence[int], devices: Sequence[int], ts: Sequence[int]) -> list[int]:
        """Return the actor of every event of a batch."""
        if not any(devices):
            if not self._aliases:
                return list(users)
            return list(map(self.root, users))
        if not self._aliases:
            actor = self.actor
            rows = zip(users, devices, ts, strict=True)
            return [user or actor(0, device, at) for user, device, at in rows]
        return list(map(self.actor, users, devices, ts))

    def learn(
        self, pairs: Mapping[tuple[int, int], int], aliases: Iterable[tuple[int, int, int]]
    ) -> dict[int, int]:
        """Take in what a batch says, and write it.

        Args:
            pairs: (device, user) -> the earliest ms they were seen together.
            aliases: (old user, new user, ms).

        Returns:
            Actor -> ms: whose stored events, from then on, may now count for someone else.
        """
        affected: dict[int, int] = {}
        for (device, user), at in pairs.items():
            self._link(device, user, at, affected)
        fresh = [alias for alias in aliases if self._is_news(*alias)]
        for old, _, _ in fresh:
            affected[self.root(old)] = ALWAYS
        self._roots.clear()
        for old, new, at in fresh:
            if self._is_news(old, new, at):
                self._aliases[old] = (at, new)
        self._connection.executemany(
            "insert or replace into aliases (old, new, at) values (?, ?, ?)",
            [(old, self._aliases[old][1], self._aliases[old][0]) for old, _, _ in fresh],
        )
        return affected

    def _is_news(self, old: int, new: int, at: int) -> bool:
        return old != new and (at, new) > self._aliases.get(old, (ALWAYS, 0))

    def _link(self, device: int, user: int, at: int, affected: dict[int, int]) -> None:
        links = self.links(device)
        before = next((seen for seen, who in links if who == user), None)
        if before is not None and before <= at:
            return
        holders = {self.root(who) for _, who in links} or {device}
        links = [link for link in links if link[1] != user]
        links.append((at, user))
        links.sort()
        self._links[device] = links
        self._connection.execute(
            "insert or replace into links (device, user, linked_at) values (?, ?, ?)",
            (device, user, at),
        )
        if before is not None and len(links) == 1:
            return
        since = ALWAYS if links[0][1] == user else at
        for holder in holders:
            affected[holder] = min(affected.get(holder, since), since)
