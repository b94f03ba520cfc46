"""Marks: what happened and when, shown on charts over time (definitions 10.3).

Everybody sees public marks; a private mark exists only for its creator, not even for admins.
Creating one takes an editor; changing and deleting take its creator or an admin.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from core.definitions.saved import CATEGORIES, SOURCES, Mark
from core.definitions.shared import checked
from core.errors import BadInput, NotFound, not_as_written
from core.store.library.access import KEPT_MS, Access
from core.store.library.items import not_deleted

MARK_LIMIT = 500
"""How many marks a list contains by default, and at most."""

_FIELDS = tuple(Mark.model_fields)
_KEPT = frozenset({"id", "created_by", "created_at", "source"})
_SEEN = "(scope = 'public' or created_by = :profile)"


class Marks:
    """The marks of one workspace.

    Args:
        access: the workspace and the acting profile.
    """

    def __init__(self, access: Access) -> None:
        self.access = access

    def all(
        self,
        first_ms: int | None = None,
        last_ms: int | None = None,
        category: str | None = None,
        *,
        source: str | None = None,
        board_id: str | None = None,
        chart_id: str | None = None,
        tag: str | None = None,
        limit: int = MARK_LIMIT,
    ) -> list[Mark]:
        """Return the marks this profile may see, newest first.

        Args:
            first_ms, last_ms: both inclusive; None means no limit.
            category, source, tag: only marks with these.
            board_id, chart_id: only marks shown on this board or chart, or everywhere.
            limit: 1 to 500.

        Raises:
            BadInput: a parameter is invalid; the error names it.
        """
        _among("category", category, CATEGORIES)
        _among("source", source, SOURCES)
        if not 1 <= limit <= MARK_LIMIT:
            raise BadInput(f"limit must be 1 to {MARK_LIMIT}, not {limit}.", parameter="limit")
        with self.access.reading() as connection:
            rows = connection.execute(
                f"""
                select {_columns(connection)} from marks
                where deleted_at is null
                  and (:first is null or timestamp >= :first)
                  and (:last is null or timestamp <= :last)
                  and (:category is null or category = :category)
                  and (:source is null or source = :source)
                  and (:board is null or board_id is null or board_id = :board)
                  and {_SEEN}
                order by timestamp desc, id
                """,
                {
                    "first": first_ms, "last": last_ms, "category": category, "source": source,
                    "board": board_id, "profile": self.access.who(connection).user,
                },
            ).fetchall()  # fmt: skip
        found = (_to_mark(row) for row in rows)
        return [
            mark for mark in found
            if (chart_id is None or mark.chart_id in (None, chart_id))
            and (tag is None or tag in mark.tags)
        ][:limit]  # fmt: skip

    def one(self, id_: str) -> Mark:
        """Return one mark; somebody else's private mark raises NotFound too."""
        with self.access.reading() as connection:
            return self._visible(connection, id_)

    def some(self, ids: Iterable[str]) -> dict[str, Mark]:
        """Return those of the marks with some ids that this profile may see, by id."""
        with self.access.reading() as connection:
            rows = connection.execute(
                f"""
                select {_columns(connection)} from marks
                where id in (select value from json_each(:ids))
                  and deleted_at is null and {_SEEN}
                """,
                {"ids": json.dumps([*ids]), "profile": self.access.who(connection).user},
            ).fetchall()
        return {mark.id: mark for mark in map(_to_mark, rows)}

    def save(self, mark: Mark) -> Mark:
        """Store a new mark or change one; return it as stored.

        Its creator, creation time and source are set here when it is first stored, and never
        change.

        Raises:
            Forbidden: the role may not create one, or it is somebody else's.
            NotFound: its id belongs to somebody else's private mark.
        """
        with self.access.writing() as connection:
            if connection.execute("select 1 from marks where id = ?", (mark.id,)).fetchone():
                self._visible(connection, mark.id)
            self.put(connection, mark)
        return self.one(mark.id)

    def put(self, connection: sqlite3.Connection, mark: Mark) -> None:
        """Store one in the caller's transaction, and bring it back if it is deleted; see `save`."""
        profile = self.access.who(connection)
        known = connection.execute(
            "select created_by, scope from marks where id = ?", (mark.id,)
        ).fetchone()
        if known and known[1] == "private" and known[0] != profile.user:
            raise NotFound(f"There is no mark with the id {mark.id!r}.")
        if known:
            profile.check_change(known[0], "a mark")
        else:
            profile.check_create("a mark")
        values = mark.model_dump() | {
            "created_by": profile.user, "created_at": self.access.clock(),
            "source": self.access.source, "tags": json.dumps(mark.tags, ensure_ascii=False),
        }  # fmt: skip
        changes = ", ".join(f"{k} = excluded.{k}" for k in _FIELDS if k not in _KEPT)
        connection.execute(
            f"""
            insert into marks ({", ".join(_FIELDS)})
            values ({", ".join(f":{k}" for k in _FIELDS)})
            on conflict (id) do update set {changes}, deleted_at = null
            """,
            values,
        )

    def change(self, id_: str, **fields: Any) -> Mark:
        """Change some fields of a mark.

        Raises:
            BadInput: a value is not valid for its field; the message names it.
            Forbidden, NotFound: as for `save`.
        """
        return self.save(checked(Mark, {**self.one(id_).model_dump(), **fields, "id": id_}))

    def delete(self, id_: str) -> None:
        """Delete a mark; it can be restored for 30 days. Forbidden, NotFound: as for `save`."""
        with self.access.writing() as connection:
            self.remove(connection, id_)

    def remove(self, connection: sqlite3.Connection, id_: str) -> None:
        """Delete one in the caller's transaction; see `delete`."""
        now = self.access.clock()
        mark = self._visible(connection, id_)
        self.access.who(connection).check_change(mark.created_by, "a mark")
        connection.execute("update marks set deleted_at = ? where id = ?", (now, id_))
        connection.execute("delete from marks where deleted_at < ?", (now - KEPT_MS,))

    def deleted(self) -> list[tuple[str, str, int]]:
        """Return (id, title, deleted at ms) of the marks that can be restored, newest first."""
        with self.access.reading() as connection:
            return connection.execute(
                f"""
                select id, title, deleted_at from marks
                where deleted_at >= :oldest and {_SEEN}
                order by deleted_at desc
                """,
                {
                    "oldest": self.access.clock() - KEPT_MS,
                    "profile": self.access.who(connection).user,
                },
            ).fetchall()

    def restore(self, id_: str) -> None:
        """Restore a mark deleted in the last 30 days; Forbidden, NotFound: as for `save`."""
        if id_ not in [i for i, _, _ in self.deleted()]:
            raise not_deleted(id_)
        with self.access.writing() as connection:
            owner = connection.execute(
                "select created_by from marks where id = ?", (id_,)
            ).fetchone()[0]
            self.access.who(connection).check_change(owner, "a mark")
            connection.execute("update marks set deleted_at = null where id = ?", (id_,))

    def _visible(self, connection: sqlite3.Connection, id_: str) -> Mark:
        row = connection.execute(
            f"""
            select {_columns(connection)} from marks
            where id = :id and deleted_at is null and {_SEEN}
            """,
            {"id": id_, "profile": self.access.who(connection).user},
        ).fetchone()
        if row is None:
            raise NotFound(f"There is no mark with the id {id_!r}.")
        return _to_mark(row)


def _among(parameter: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise BadInput(
            f"{parameter} {value!r} is not known.", f"Allowed: {', '.join(allowed)}.",
            parameter=parameter,
        )  # fmt: skip


def _columns(connection: sqlite3.Connection) -> str:
    """The columns of a mark; columns that an older file lacks have their default."""
    there = {row[1] for row in connection.execute("pragma table_info(marks)")}
    return ", ".join(name if name in there else f"null as {name}" for name in _FIELDS)


def _to_mark(row: tuple[Any, ...]) -> Mark:
    values = dict(zip(_FIELDS, row, strict=True))
    try:
        return Mark.model_validate({**values, "tags": json.loads(values["tags"] or "[]")})
    except ValueError as error:
        raise not_as_written("a mark") from error
