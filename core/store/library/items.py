"""Boards, charts, audiences and queries: things saved as JSON under a title.

Everybody may look. Creating takes an editor; changing, deleting and restoring take the owner or an
admin (definitions 10.5). Every saved state is kept as a version (10.2).
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from core.columns import has_table
from core.definitions.saved import NAMES, PREFIXES, Item, Kind, Version
from core.definitions.shared import checked, new_id
from core.errors import BadInput, NotFound, did_you_mean, not_as_written
from core.language.kept import read_kept, read_tiles, write_kept, write_tiles
from core.store.library.access import KEPT_MS, Access
from core.store.library.profiles import Profile
from core.values.json_text import stored_object

MAX_VERSIONS = 50
"""How many versions are kept; older ones are dropped."""

TITLED = tuple(kind for kind in NAMES if kind != "marks")
"""The kinds whose things are saved under a title."""

FOLLOWING: tuple[Kind, ...] = ("boards", "charts", "audiences", "custom_events", "alerts")
"""The kinds whose things may name others."""

_ITEM = "id, title, description, body, owner, pinned, created_at, updated_at"

_READ = {"charts": read_kept, "boards": read_tiles, "alerts": read_kept}
_WRITE = {"charts": write_kept, "boards": write_tiles, "alerts": write_kept}
"""Kind -> functions that convert a stored body for use and back, if it contains questions."""


class Items:
    """The things saved under a title in one workspace.

    Args:
        access: the workspace and the acting profile.
    """

    def __init__(self, access: Access) -> None:
        self.access = access

    def all(self, kind: Kind, *, pinned_only: bool = False) -> list[Item]:
        """Return what is saved of a kind, pinned first, then by title."""
        with self.access.reading() as connection:
            if not has_table(connection.execute, table_of(kind)):
                return []
            rows = connection.execute(
                f"""
                select {_ITEM} from {table_of(kind)}
                where deleted_at is null and pinned >= ?
                order by pinned desc, title
                """,
                (int(pinned_only),),
            ).fetchall()
        return [_to_item(kind, row) for row in rows]

    def one(self, kind: Kind, name: str) -> Item:
        """Return one by id or title; NotFound with the nearest titles."""
        with self.access.reading() as connection:
            if not has_table(connection.execute, table_of(kind)):
                raise NotFound(f"There is no {NAMES[kind]} {name!r}.")
            rows = connection.execute(
                f"""
                select {_ITEM} from {table_of(kind)}
                where deleted_at is null and (id = ? or title = ?)
                order by id <> ?
                """,
                (name, name, name),
            ).fetchall()
        if rows:
            return _to_item(kind, rows[0])
        titles = [item.title for item in self.all(kind)]
        raise NotFound(
            f"There is no {NAMES[kind]} {name!r}.",
            did_you_mean(name, titles) or (f"There are {', '.join(titles[:8])}." if titles else ""),
        )

    def save(self, kind: Kind, item: Item) -> Item:
        """Store a new item, or a new version of the one with its id; return it as stored.

        A new item belongs to whoever saves it; the owner never changes.

        Raises:
            Forbidden: the role may not create one, or it is somebody else's.
            BadInput: another of its kind has the title.
        """
        kept = item.model_copy(update={"id": item.id or new_id(PREFIXES[kind])})
        with self.access.writing() as connection:
            self._save(connection, self.access.who(connection), kind, kept)
        return self.one(kind, kept.id)

    def put(
        self, connection: sqlite3.Connection, kind: Kind, item: Item, renamed_from: str = ""
    ) -> None:
        """Store one in the caller's transaction; see `save`.

        Args:
            renamed_from: the title it had; what names it follows if it has another.
        """
        profile = self.access.who(connection)
        self._save(connection, profile, kind, item)
        if renamed_from not in ("", item.title):
            self._follow(connection, profile, kind, renamed_from, item.title)

    def rename(self, kind: Kind, id_: str, title: str) -> int:
        """Give one another title, and that name to whatever is kept and names it, all at once.

        Returns:
            How many other kept things follow.

        Raises:
            NotFound: there is no such thing.
            Forbidden, BadInput: as for `save`.
        """
        item = self.one(kind, id_)
        named = checked(Item, {**item.model_dump(), "title": title})
        with self.access.writing() as connection:
            profile = self.access.who(connection)
            self._save(connection, profile, kind, named)
            return self._follow(connection, profile, kind, item.title, named.title)

    def _save(
        self, connection: sqlite3.Connection, profile: Profile, kind: Kind, item: Item
    ) -> None:
        """Store one if the profile may, and no other of its kind has its title."""
        self._check(connection, profile, kind, item.id)
        _refuse_taken(connection, kind, item.id, item.title)
        self._store(connection, profile, kind, item)

    def _follow(
        self, connection: sqlite3.Connection, profile: Profile, named: Kind, old: str, new: str
    ) -> int:
        """Store what names a thing with its new name, whoever owns it; return how many did."""
        from core.language.renaming import NAMED, Renaming

        renaming = Renaming(named, old, new)
        followed = 0
        for kind in FOLLOWING if named in NAMED else ():
            for row in connection.execute(
                f"select {_ITEM} from {table_of(kind)} where deleted_at is null"
            ).fetchall():
                item = _to_item(kind, row)
                body = renaming.followed(item.body)
                if body is not item.body:
                    self._store(connection, profile, kind, item.model_copy(update={"body": body}))
                    followed += 1
        return followed

    def _check(
        self, connection: sqlite3.Connection, profile: Profile, kind: Kind, id_: str
    ) -> None:
        found = connection.execute(
            f"select owner from {table_of(kind)} where id = ?", (id_,)
        ).fetchone()
        if found is None:
            profile.check_create(a_thing(kind))
        else:
            profile.check_change(found[0], a_thing(kind))

    def _store(
        self, connection: sqlite3.Connection, profile: Profile, kind: Kind, item: Item
    ) -> None:
        now, body = self.access.clock(), _stored(kind, item.body)
        connection.execute(
            f"""
            insert into {table_of(kind)} ({_ITEM}) values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (id) do update set
                title = excluded.title, description = excluded.description,
                body = excluded.body, pinned = excluded.pinned,
                updated_at = excluded.updated_at, deleted_at = null
            """,
            (
                item.id, item.title, item.description, body, profile.user, int(item.is_pinned),
                now, now,
            ),
        )  # fmt: skip
        last = connection.execute(
            """
            select version, title, description, body from versions
            where kind = ? and id = ? order by version desc limit 1
            """,
            (kind, item.id),
        ).fetchone()
        if last is not None and last[1:] == (item.title, item.description, body):
            return
        version = (last[0] if last else 0) + 1
        connection.execute(
            "insert into versions values (?, ?, ?, ?, ?, ?, ?, ?)",
            (kind, item.id, version, item.title, item.description, body, profile.user, now),
        )
        connection.execute(
            "delete from versions where kind = ? and id = ? and version <= ?",
            (kind, item.id, version - MAX_VERSIONS),
        )

    def versions(self, kind: Kind, name: str) -> list[Version]:
        """Return the versions of a saved thing, by id or title, the current one first."""
        item = self.one(kind, name)
        with self.access.reading() as connection:
            if not has_table(connection.execute, "versions"):
                return []
            rows = connection.execute(
                """
                select version, title, description, body, saved_by, saved_at from versions
                where kind = ? and id = ? order by version desc
                """,
                (kind, item.id),
            ).fetchall()
        return [
            Version(version=number, title=title, description=description,
                    body=_body(kind, body), saved_by=by, saved_at=at)
            for number, title, description, body, by, at in rows
        ]  # fmt: skip

    def titles(self) -> list[tuple[Kind, str, str]]:
        """Return (kind, id, title) of every version, in the order of time."""
        with self.access.reading() as connection:
            if not has_table(connection.execute, "versions"):
                return []
            return connection.execute(
                """
                select kind, id, title from versions
                group by kind, id, title order by max(saved_at)
                """
            ).fetchall()

    def revert(self, kind: Kind, name: str, version: int) -> Item:
        """Save an earlier version as the current one; NotFound if there is no such version."""
        item = self.one(kind, name)
        for found in self.versions(kind, item.id):
            if found.version == version:
                state = {"title": found.title, "description": found.description, "body": found.body}
                return self.save(kind, item.model_copy(update=state))
        raise NotFound(f"{item.title!r} has no version {version}.")

    def delete(self, kind: Kind, id_: str) -> None:
        """Delete one by id; it can be restored for 30 days.

        Raises:
            NotFound: there is no such thing.
            Forbidden: it is somebody else's, and the role is not admin.
        """
        with self.access.writing() as connection:
            self.remove(connection, kind, id_)

    def remove(self, connection: sqlite3.Connection, kind: Kind, id_: str) -> None:
        """Delete one in the caller's transaction; see `delete`."""
        now, table = self.access.clock(), table_of(kind)
        found = connection.execute(
            f"select owner from {table} where id = ? and deleted_at is null", (id_,)
        ).fetchone()
        if found is None:
            raise NotFound(f"There is no {NAMES[kind]} with the id {id_!r}.")
        self.access.who(connection).check_change(found[0], a_thing(kind))
        connection.execute(f"update {table} set deleted_at = ? where id = ?", (now, id_))
        old = (now - KEPT_MS,)
        connection.execute(
            f"""
            delete from versions
            where kind = '{kind}' and id in (select id from {table} where deleted_at < ?)
            """,
            old,
        )
        connection.execute(f"delete from {table} where deleted_at < ?", old)

    def deleted(self, kind: Kind) -> list[tuple[str, str, int]]:
        """Return (id, title, deleted at ms) of everything that can be restored, newest first."""
        with self.access.reading() as connection:
            if not has_table(connection.execute, table_of(kind)):
                return []
            return connection.execute(
                f"""
                select id, title, deleted_at from {table_of(kind)}
                where deleted_at >= ?
                order by deleted_at desc
                """,
                (self.access.clock() - KEPT_MS,),
            ).fetchall()

    def restore(self, kind: Kind, id_: str) -> None:
        """Restore something that was deleted in the last 30 days.

        Raises:
            NotFound: nothing deleted has the id, or it was too long ago.
            Forbidden: it is somebody else's, and the role is not admin.
            BadInput: its title has since been given to another.
        """
        found = next((title for i, title, _ in self.deleted(kind) if i == id_), None)
        if found is None:
            raise not_deleted(id_)
        with self.access.writing() as connection:
            self._check(connection, self.access.who(connection), kind, id_)
            try:
                connection.execute(
                    f"update {table_of(kind)} set deleted_at = null where id = ?", (id_,)
                )
            except sqlite3.IntegrityError as error:
                raise taken_title(kind, found) from error


def _refuse_taken(connection: sqlite3.Connection, kind: Kind, id_: str, title: str) -> None:
    taken = connection.execute(
        f"""
        select 1 from {table_of(kind)}
        where title = ? and id <> ? and deleted_at is null
        """,
        (title, id_),
    ).fetchone()
    if taken:
        raise taken_title(kind, title)


def table_of(kind: str) -> str:
    """Return the table of a kind; only known names ever reach SQL."""
    if kind in TITLED:
        return kind
    raise BadInput(f"Nothing is saved as {kind!r}.", f"Allowed: {', '.join(TITLED)}.")


def a_thing(kind: Kind) -> str:
    """Return the name of one thing of a kind, with its article."""
    one = NAMES[kind]
    return f"an {one}" if one[0] in "aeiou" else f"a {one}"


def taken_title(kind: Kind, title: str) -> BadInput:
    """Return the error for a title that is already taken."""
    return BadInput(f"There is already {a_thing(kind)} called {title!r}.", parameter="title")


def not_deleted(id_: str) -> NotFound:
    """Return the error for restoring something that does not exist."""
    return NotFound(
        f"Nothing with the id {id_!r} has been deleted.", "Deleted things are kept for 30 days."
    )


def _body(kind: Kind, stored: Any) -> dict[str, Any]:
    body = stored_object(stored)
    return _READ[kind](body) if kind in _READ else body


def _stored(kind: Kind, body: dict[str, Any]) -> str:
    return json.dumps(_WRITE[kind](body) if kind in _WRITE else body)


def _to_item(kind: Kind, row: tuple[Any, ...]) -> Item:
    id_, title, description, body, owner, pinned, created, updated = row
    try:
        return Item(
            id=id_, title=title, description=description, body=_body(kind, body), owner=owner,
            is_pinned=bool(pinned), created_at=created, updated_at=updated,
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise not_as_written("something saved") from error
