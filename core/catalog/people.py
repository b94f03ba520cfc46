"""The people of a workspace: their names, and who an id refers to."""

from __future__ import annotations

from core.catalog.events import KEPT
from core.catalog.reading import Read
from core.filters import Condition

_SOURCES = {
    "user": "identities",
    "device": "identities where kind = 1",
    "session": "session_keys",
}


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
        if self._aliases is None:
            self._aliases = dict(self._read("select old, new from aliases", ()))
        onward, found = self._aliases, dict.fromkeys(ids)
        for id_ in ids if onward else ():
            while id_ in onward and onward[id_] not in found:
                id_ = onward[id_]
                found[id_] = None
        return list(found)

    def _exact_keys(self, kind: str, wanted: tuple[str, ...]) -> list[int]:
        source = _SOURCES[kind]
        word = "and" if "where" in source else "where"
        found = (self._read(f"select id from {source} {word} key = ?", (text,)) for text in wanted)
        return [id_ for rows in found for (id_,) in rows]

    def person(self, text: str) -> int | None:
        """Return the person with a user id, else a device id; None if nobody with events has it.

        A merged id means the person it was merged into, a linked device its latest user.
        """
        for kind in (0, 1):
            rows = self._read("select id from identities where kind = ? and key = ?", (kind, text))
            found = rows and self._owner(int(rows[0][0]))
            if found:
                return found
        return None

    def _owner(self, id_: int) -> int | None:
        """Return the id that events count for now, among those that links and aliases lead to."""
        rows = self._read(
            f"""
            with recursive owners (id, since) as (
                select ?, 0
                union
                select l.user, l.linked_at from owners o join links l on l.device = o.id
                union
                select a.new, o.since from owners o join aliases a on a.old = o.id
            )
            select id from owners o
            where exists (select 1 from events e where e.actor = o.id and {KEPT})
            order by since desc
            limit 1
            """,
            (id_,),
        )
        return int(rows[0][0]) if rows else None

    def called(self, id_: int) -> str | None:
        """Return the name of the person that the id of a person or device counts for now."""
        owner = self._owner(id_)
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
