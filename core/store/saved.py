"""What people keep: boards, charts, audiences, queries and marks (semantics 10.1 to 10.3, 5.2).

Every call opens its own connection and closes it, so nobody holds a lock while looking at a
screen. Deleting is soft; what was deleted can be restored for 30 days.
"""

from __future__ import annotations

import getpass
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.boards import Board, checked, new_id
from core.errors import BadInput, CannotOpen, NotFound, did_you_mean
from core.store.things import CATEGORIES, Item, Kind, Mark, now_ms
from core.store.workspace import bump, open_reader, read_meta
from core.timeframe import DAY

__all__ = ["CATEGORIES", "Item", "Kind", "Mark", "Saved"]

KEPT_MS = 30 * DAY
MARK_LIMIT = 500

Clock = Callable[[], int]

_PREFIX = {"boards": "brd", "charts": "cht", "audiences": "aud", "queries": "qry"}
_ONE = {"boards": "board", "charts": "chart", "audiences": "audience", "queries": "query"}
_ITEM = "id, title, description, body, owner, pinned, created_at, updated_at"
_MARK = tuple(Mark.model_fields)


class Saved:
    """The saved things of one workspace file.

    Args:
        path: an existing workspace.
        clock: returns now in UTC ms; tests pin it.

    Raises (every method):
        CannotOpen: the file is missing, not a workspace, or busy for 5 seconds.
    """

    def __init__(self, path: str | Path, *, clock: Clock = now_ms) -> None:
        self.path = Path(path)
        self.clock = clock

    # -- connections

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(open_reader(self.path)) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that raises the workspace's generation."""
        with self._reading():
            pass
        try:
            with closing(sqlite3.connect(self.path, timeout=5)) as connection, connection:
                connection.execute("begin immediate")
                yield connection
                bump(connection)
        except sqlite3.OperationalError as error:
            raise CannotOpen(f"{self.path} could not be written: {error}.", "Try again.") from error

    @property
    def profile(self) -> str:
        """Who is using the workspace: its meta "profile", else the user of this machine."""
        with self._reading() as connection:
            return _profile(connection)

    # -- boards

    def boards(self) -> list[Board]:
        """Return all boards, pinned ones first, then by title."""
        return [_to_board(item) for item in self.items("boards")]

    def board(self, name: str) -> Board:
        """Return the board with an id or a title; NotFound with the nearest titles."""
        return _to_board(self.item("boards", name))

    def save_board(self, board: Board) -> Board:
        """Store a new board or a new state of one; return it as stored.

        Raises:
            BadInput: another board has the title.
        """
        body = board.model_dump(mode="json", include={"layout", "default_range", "blocks"})
        item = Item(
            id=board.id, title=board.title, description=board.description, body=body,
            owner=board.owner, is_pinned=board.is_pinned,
        )  # fmt: skip
        return _to_board(self.save("boards", item))

    def delete_board(self, id_: str) -> None:
        """Delete a board; it can be restored for 30 days."""
        self.delete("boards", id_)

    # -- charts, audiences and queries

    def items(self, kind: Kind) -> list[Item]:
        """Return what is saved of a kind other than marks, pinned first, then by title."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                select {_ITEM} from {_table(kind)}
                where deleted_at is null
                order by pinned desc, title
                """
            ).fetchall()
        return [_to_item(row) for row in rows]

    def item(self, kind: Kind, name: str) -> Item:
        """Return one by id or title; NotFound with the nearest titles."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                select {_ITEM} from {_table(kind)}
                where deleted_at is null and (id = ? or title = ?)
                order by id <> ?
                """,
                (name, name, name),
            ).fetchall()
        if rows:
            return _to_item(rows[0])
        titles = [item.title for item in self.items(kind)]
        raise NotFound(
            f"There is no {_ONE[kind]} {name!r}.",
            did_you_mean(name, titles) or (f"There are {', '.join(titles[:8])}." if titles else ""),
        )

    def save(self, kind: Kind, item: Item) -> Item:
        """Store a new item or a new state of the one with its id; return it as stored.

        Raises:
            BadInput: another of its kind has the title.
        """
        table, now = _table(kind), self.clock()
        id_ = item.id or new_id(_PREFIX[kind])
        with self._writing() as connection:
            taken = connection.execute(
                f"select 1 from {table} where title = ? and id <> ? and deleted_at is null",
                (item.title, id_),
            ).fetchone()
            if taken:
                raise _taken(kind, item.title)
            connection.execute(
                f"""
                insert into {table} ({_ITEM}) values (?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (id) do update set
                    title = excluded.title, description = excluded.description,
                    body = excluded.body, pinned = excluded.pinned,
                    updated_at = excluded.updated_at, deleted_at = null
                """,
                (
                    id_, item.title, item.description, json.dumps(item.body),
                    item.owner or _profile(connection), int(item.is_pinned), now, now,
                ),
            )  # fmt: skip
        return self.item(kind, id_)

    def delete(self, kind: Kind, id_: str) -> None:
        """Delete one by id; it can be restored for 30 days. NotFound when there is none."""
        now = self.clock()
        table = _table(kind, marks=True)
        with self._writing() as connection:
            if kind == "marks":
                _visible_mark(connection, id_)
            changed = connection.execute(
                f"update {table} set deleted_at = ? where id = ? and deleted_at is null", (now, id_)
            ).rowcount
            if not changed:
                raise NotFound(f"There is no {_ONE.get(kind, 'mark')} with the id {id_!r}.")
            connection.execute(f"delete from {table} where deleted_at < ?", (now - KEPT_MS,))

    def deleted(self, kind: Kind) -> list[tuple[str, str, int]]:
        """Return (id, title, deleted at ms) of what can be restored, newest first."""
        hidden = "and (scope = 'public' or created_by = :profile)" if kind == "marks" else ""
        with self._reading() as connection:
            return connection.execute(
                f"""
                select id, title, deleted_at from {_table(kind, marks=True)}
                where deleted_at >= :oldest {hidden}
                order by deleted_at desc
                """,
                {"oldest": self.clock() - KEPT_MS, "profile": _profile(connection)},
            ).fetchall()

    def restore(self, kind: Kind, id_: str) -> None:
        """Bring back what was deleted in the last 30 days.

        Raises:
            NotFound: nothing deleted has the id, or it was too long ago.
            BadInput: its title was given to another meanwhile.
        """
        found = next((title for i, title, _ in self.deleted(kind) if i == id_), None)
        if found is None:
            raise NotFound(
                f"Nothing deleted has the id {id_!r}.", "Deleted things are kept for 30 days."
            )
        with self._writing() as connection:
            try:
                connection.execute(
                    f"update {_table(kind, marks=True)} set deleted_at = null where id = ?", (id_,)
                )
            except sqlite3.IntegrityError as error:
                raise _taken(kind, found) from error

    def audiences(self) -> list[Item]:
        """Return the saved audiences."""
        return self.items("audiences")

    def save_audience(
        self, title: str, definition: dict[str, Any], description: str = "", id_: str = ""
    ) -> Item:
        """Store an audience's definition (semantics 5.2) under a title."""
        data = {"id": id_, "title": title, "description": description, "body": definition}
        return self.save("audiences", checked(Item, data))

    # -- marks

    def marks(
        self,
        first_ms: int | None = None,
        last_ms: int | None = None,
        category: str | None = None,
        *,
        board_id: str | None = None,
        limit: int = MARK_LIMIT,
    ) -> list[Mark]:
        """Return the marks this profile may see, newest first.

        Args:
            first_ms, last_ms: both inclusive; None is open.
            category: only this one.
            board_id: only those shown on this board or everywhere.
        """
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                select {", ".join(_MARK)} from marks
                where deleted_at is null
                  and (:first is null or timestamp >= :first)
                  and (:last is null or timestamp <= :last)
                  and (:category is null or category = :category)
                  and (:board is null or board_id is null or board_id = :board)
                  and (scope = 'public' or created_by = :profile)
                order by timestamp desc, id
                limit :limit
                """,
                {
                    "first": first_ms, "last": last_ms, "category": category, "board": board_id,
                    "profile": _profile(connection), "limit": limit,
                },
            ).fetchall()  # fmt: skip
        return [_to_mark(row) for row in rows]

    def mark(self, id_: str) -> Mark:
        """Return one mark; NotFound too when it is somebody else's private one."""
        with self._reading() as connection:
            return _visible_mark(connection, id_)

    def save_mark(self, mark: Mark) -> Mark:
        """Store a new mark or a new state of one; return it as stored.

        Who made it, when, and how it came here stay as they were first stored.
        """
        with self._writing() as connection:
            values = mark.model_dump()
            values["created_by"] = mark.created_by or _profile(connection)
            values["created_at"] = mark.created_at or self.clock()
            known = connection.execute("select 1 from marks where id = ?", (mark.id,)).fetchone()
            if known:
                _visible_mark(connection, mark.id)
            kept = {"id", "created_by", "created_at", "source"}
            changes = ", ".join(f"{k} = excluded.{k}" for k in _MARK if k not in kept)
            connection.execute(
                f"""
                insert into marks ({", ".join(_MARK)})
                values ({", ".join(f":{k}" for k in _MARK)})
                on conflict (id) do update set {changes}
                """,
                values,
            )
        return self.mark(mark.id)

    def delete_mark(self, id_: str) -> None:
        """Delete a mark; it can be restored for 30 days."""
        self.delete("marks", id_)


def _profile(connection: sqlite3.Connection) -> str:
    named = read_meta(connection).get("profile")
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "me"


def _table(kind: str, *, marks: bool = False) -> str:
    """Return a kind's table; only known names ever reach SQL."""
    if kind in _PREFIX or (marks and kind == "marks"):
        return kind
    raise BadInput(f"Nothing is saved as {kind!r}.", f"Allowed: {', '.join(_PREFIX)}.")


def _taken(kind: str, title: str) -> BadInput:
    one = _ONE.get(kind, "mark")
    article = "an" if one[0] in "aeiou" else "a"
    return BadInput(f"There is already {article} {one} called {title!r}.")


def _to_item(row: tuple[Any, ...]) -> Item:
    id_, title, description, body, owner, pinned, created, updated = row
    return Item(
        id=id_, title=title, description=description, body=json.loads(body), owner=owner,
        is_pinned=bool(pinned), created_at=created, updated_at=updated,
    )  # fmt: skip


def _to_board(item: Item) -> Board:
    return checked(Board, {**item.model_dump(exclude={"body"}), **item.body})


def _to_mark(row: tuple[Any, ...]) -> Mark:
    return Mark.model_validate(dict(zip(_MARK, row, strict=True)))


def _visible_mark(connection: sqlite3.Connection, id_: str) -> Mark:
    row = connection.execute(
        f"""
        select {", ".join(_MARK)} from marks
        where id = ? and deleted_at is null and (scope = 'public' or created_by = ?)
        """,
        (id_, _profile(connection)),
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no mark with the id {id_!r}.")
    return _to_mark(row)
