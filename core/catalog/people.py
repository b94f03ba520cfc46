"""The people of a workspace: their names, and who an id refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.catalog.events import KEPT
from core.catalog.reading import Read
from core.filters import Condition

_SOURCES = {
    "user": "identities",
    "device": "identities where kind = 1",
    "session": "session_keys",
}


AT_ONCE = 500
"""How many names are looked up together."""

SAMPLED, SHORT = 3_000, 16
"""How many values of traits are looked at, and the most letters of one that is read at a glance."""


class People:
    """People, their devices, sessions and traits, of one workspace at one generation."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._keys: dict[str, dict[int, str]] = {}
        self._aliases: dict[int, int] | None = None

    def has_any(self, kind: str) -> bool:
        """Whether there is any person, device or session."""
        return bool(self._read(f"select 1 from {_SOURCES[kind]} limit 1", ()))

    def keys(self, kind: str) -> dict[int, str]:
        """Return the texts of people, devices or sessions by id.

        A person's name is their user id, or their device id as long as no user is known.
        """
        if kind not in self._keys:
            self._keys[kind] = dict(self._read(f"select id, key from {_SOURCES[kind]}", ()))
        return self._keys[kind]

    def keys_where(self, kind: str, condition: Condition, *, wanted: bool) -> list[int]:
        """Return the ids of people, devices or sessions whose text satisfies the condition, or does
        not.

        Ids are texts: "007" is not 7. Each user id merged into a person's refers to that person.
        """
        if condition.operator in ("eq", "in", "ne", "not_in"):
            found = self._exact_keys(kind, condition.wanted)
        else:
            rows = self._read(f"select id, key from {_SOURCES[kind]}", ())
            found = [id_ for id_, key in rows if condition.holds((key,)) == wanted]
        return self._with_merged(found) if kind == "user" else found

    def _with_merged(self, ids: list[int]) -> list[int]:
        """Add the people that merged user ids count for, at the end of each chain."""
        onward, found = self._merges(), dict.fromkeys(ids)
        for id_ in ids if onward else ():
            while id_ in onward and onward[id_] not in found:
                id_ = onward[id_]
                found[id_] = None
        return list(found)

    def _merges(self) -> dict[int, int]:
        """Return old -> new of every merge."""
        if self._aliases is None:
            self._aliases = dict(self._read("select old, new from aliases", ()))
        return self._aliases

    def _exact_keys(self, kind: str, wanted: tuple[str, ...]) -> list[int]:
        source = _SOURCES[kind]
        word = "and" if "where" in source else "where"
        found = (self._read(f"select id from {source} {word} key = ?", (text,)) for text in wanted)
        return [id_ for rows in found for (id_,) in rows]

    def person(self, text: str) -> int | None:
        """Return the person with a user id, else a device id; None if nobody with events has it.

        A merged id means the person it was merged into, a linked device its latest user.
        """
        return self._with_events(self.owners(text))

    def owners(self, text: str) -> list[int]:
        """Return whom a user id, else a device id, may mean, the first one with events being the
        person; see `person`.
        """
        found: list[int] = []
        for kind in (0, 1):
            rows = self._read("select id from identities where kind = ? and key = ?", (kind, text))
            found += self._owners(int(rows[0][0])) if rows else []
        return found

    def _owners(self, id_: int) -> list[int]:
        """Return the ids that links and aliases lead to, the latest first."""
        rows = self._read(
            """
            with recursive owners (id, since) as (
                select ?, 0
                union
                select l.user, l.linked_at from owners o join links l on l.device = o.id
                union
                select a.new, o.since from owners o join aliases a on a.old = o.id
            )
            select id from owners order by since desc
            """,
            (id_,),
        )
        return [int(id_) for (id_,) in rows]

    def _with_events(self, owners: Sequence[int]) -> int | None:
        for owner in owners:
            if self._read(f"select 1 from events e where e.actor = ? and {KEPT} limit 1", (owner,)):
                return owner
        return None

    def called(self, id_: int) -> str | None:
        """Return the name of the person that the id of a person or device counts for now."""
        owner = self._with_events(self._owners(id_))
        return None if owner is None else self.name_of(owner)

    def name_of(self, actor: int) -> str:
        """Return a person's name."""
        rows = self._read("select key from identities where id = ?", (actor,))
        return str(rows[0][0]) if rows else str(actor)

    def merged_into(self, actor: int) -> list[str]:
        """Return the user ids that were merged into a person's."""
        rows = self._read(
            """
            with recursive merged (id) as (
                select ?
                union
                select a.old from merged m join aliases a on a.new = m.id
            )
            select i.key from merged m join identities i on i.id = m.id
            where m.id <> ?
            order by i.key
            """,
            (actor, actor),
        )
        return [str(key) for (key,) in rows]

    def merged(self) -> list[tuple[int, int]]:
        """Return (old, new) for every id that was merged and everyone it leads to."""
        return [(old, new) for old in self._merges() for new in self._with_merged([old])[1:]]

    def sessions(self, ids: Sequence[int]) -> dict[int, str]:
        """Return the names of some sessions."""
        found: dict[int, str] = {}
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            found |= dict(
                self._read(f"select id, key from session_keys where id in ({marks})", tuple(some))
            )
        return found

    def said(self, actor: int) -> list[tuple[Any, ...]]:
        """Return (instant in ms, JSON text) of what was said about a person's traits, by time."""
        return self._read(
            """
            select abs(s.at), x.text
            from said_traits s
            join trait_texts x on x.id = s.snapshot
            where s.owner = ?1 or s.owner in (select old from aliases where new = ?1)
            order by abs(s.at), s.arrived, x.id
            """,
            (actor,),
        )

    def called_like(self, text: str) -> list[str]:
        """Return some ids with the same first letter, to suggest the nearest from."""
        rows = self._read(
            "select key from identities where substr(key, 1, 1) = substr(?, 1, 1) limit 5000",
            (text,),
        )
        return [str(key) for (key,) in rows]

    def traits(self, key: str) -> list[tuple[int, str]]:
        """Return (actor, value) of a trait: for each person the value set last."""
        rows = self._read(
            """
            select coalesce(a.new, t.user) as actor, t.value
            from traits t left join aliases a on a.old = t.user
            where t.key = ?
            order by t.updated_at, t.user
            """,
            (key,),
        )
        return list(dict(rows).items())

    def telling_traits(self) -> list[str]:
        """Return traits of a few short values, the most used first, judged by some of them: what
        tells one person of a list from another at a glance.
        """
        values: dict[str, list[str]] = {}
        for key, value in self._read("select key, value from traits limit ?", (SAMPLED,)):
            values.setdefault(str(key), []).append(str(value))
        few = {
            key: found
            for key, found in values.items()
            if 2 * len(set(found)) <= len(found) and max(map(len, found)) <= SHORT
        }
        return sorted(few, key=lambda key: (-len(few[key]), key))

    def has_trait(self, key: str) -> bool:
        """Whether anybody has a trait."""
        return bool(self._read("select 1 from traits where key = ? limit 1", (key,)))

    def trait_keys(self) -> list[str]:
        """Return the keys of all traits that anybody has."""
        return [str(key) for (key,) in self._read("select distinct key from traits", ())]
