"""Everything people save: boards, charts, audiences, queries and marks.

Definitions 10.1 to 10.3 and 5.2. Deleting is soft: deleted things can be restored for 30 days.
core.store.library.profiles defines who may do what.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

from core.definitions.board import Board
from core.definitions.saved import CATEGORIES, Item, Kind, Mark, Version, now_ms
from core.definitions.shared import checked
from core.store.library.access import Access, Clock, Source
from core.store.library.items import Items
from core.store.library.marks import MARK_LIMIT, Marks
from core.store.library.profiles import Profile
from core.store.waiting import Patience

__all__ = ["CATEGORIES", "MARK_LIMIT", "Item", "Kind", "Mark", "Profile", "Saved", "Version"]

_BODY = frozenset(Board.model_fields) - {*Item.model_fields}


class Saved:
    """The saved things of one workspace file.

    Args:
        path: an existing workspace.
        clock: returns now in UTC ms; tests pin it.
        profile: who acts, as a Profile, "ana" or "ana:editor"; "" is the workspace's current one.
        source: where marks come from: manual, api or plugin.
        patience: how long to wait for another writer.

    Raises (every method):
        CannotOpen: the file is missing, not a workspace, or busy for longer than `patience`.
        QueryFailed: SQLite could not read or write it.
        Forbidden (every method that writes): the profile's role does not allow it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Clock = now_ms,
        profile: str | Profile = "",
        source: Source = "manual",
        patience: Patience | None = None,
    ) -> None:
        self._use(Access(path, clock=clock, profile=profile, source=source, patience=patience))

    def _use(self, access: Access) -> None:
        self.access = access
        self.kept = Items(access)
        self.moments = Marks(access)

    def patient(self, patience: Patience) -> Saved:
        """Return the same saved things with other patience."""
        found = copy(self)
        found._use(self.access.patient(patience))
        return found

    @property
    def path(self) -> Path:
        """The workspace file."""
        return self.access.path

    @property
    def profile(self) -> Profile:
        """Who is using the workspace."""
        return self.access.profile

    # -- boards

    def boards(self, *, pinned_only: bool = False) -> list[Board]:
        """Return all boards, pinned ones first, then by title."""
        return [_to_board(item) for item in self.kept.all("boards", pinned_only=pinned_only)]

    def board(self, name: str) -> Board:
        """Return the board with an id or a title; NotFound with the nearest titles."""
        return _to_board(self.item("boards", name))

    def save_board(self, board: Board) -> Board:
        """Store a new board or a new version of one; return it as stored.

        Raises:
            BadInput: another board has the title.
        """
        return _to_board(self.save("boards", self.item_of(board)))

    @staticmethod
    def item_of(board: Board) -> Item:
        """Return a board as it is stored."""
        body = board.model_dump(mode="json", by_alias=True, include=set(_BODY))
        return Item(
            id=board.id, title=board.title, description=board.description, body=body,
            is_pinned=board.is_pinned,
        )  # fmt: skip

    def delete_board(self, id_: str) -> None:
        """Delete a board; it can be restored for 30 days."""
        self.delete("boards", id_)

    # -- charts, audiences and queries

    def items(self, kind: Kind) -> list[Item]:
        """Return the saved things of a kind other than marks, pinned first, then by title."""
        return self.kept.all(kind)

    def item(self, kind: Kind, name: str) -> Item:
        """Return one by id or title; NotFound with the nearest titles."""
        return self.kept.one(kind, name)

    def save(self, kind: Kind, item: Item) -> Item:
        """Store a new item or a new version of the one with its id; see Items.save."""
        return self.kept.save(kind, item)

    def rename(self, kind: Kind, id_: str, title: str) -> int:
        """Give something another title; return how many kept things that name it follow.

        See Items.rename.
        """
        if kind != "marks":
            return self.kept.rename(kind, id_, title)
        mark = self.mark(id_)
        self.save_mark(checked(Mark, {**mark.model_dump(), "title": title}))
        return 0

    def delete(self, kind: Kind, id_: str) -> None:
        """Delete one by id; it can be restored for 30 days. NotFound when there is none."""
        if kind == "marks":
            self.moments.delete(id_)
        else:
            self.kept.delete(kind, id_)

    def deleted(self, kind: Kind) -> list[tuple[str, str, int]]:
        """Return (id, title, deleted at ms) of everything that can be restored, newest first."""
        return self.moments.deleted() if kind == "marks" else self.kept.deleted(kind)

    def restore(self, kind: Kind, id_: str) -> None:
        """Restore something that was deleted in the last 30 days.

        Raises:
            NotFound: nothing deleted has the id, or it was too long ago.
            BadInput: its title has since been given to another.
        """
        if kind == "marks":
            self.moments.restore(id_)
        else:
            self.kept.restore(kind, id_)

    def audiences(self) -> list[Item]:
        """Return the saved audiences."""
        return self.items("audiences")

    def save_audience(
        self, title: str, definition: dict[str, Any], description: str = "", id_: str = ""
    ) -> Item:
        """Store an audience's definition (definitions 5.2) under a title.

        Raises:
            BadQuestion: the definition has unknown or invalid parts.
        """
        from core.queries.people.audience import read_definition

        read_definition(definition)
        data = {"id": id_, "title": title, "description": description, "body": definition}
        return self.save("audiences", checked(Item, data))

    def custom_events(self) -> list[Item]:
        """Return the custom events (definitions 2.4); none if an older file lacks their table."""
        return self.items("custom_events")

    def save_custom_event(self, title: str, body: dict[str, Any], id_: str = "") -> Item:
        """Store a custom event's definition under a title.

        Raises:
            BadQuestion: the definition has unknown or invalid parts.
        """
        from core.catalog.selectors import check_custom

        definition = check_custom(body).model_dump(
            mode="json", by_alias=True, exclude_defaults=True
        )
        return self.save(
            "custom_events", checked(Item, {"id": id_, "title": title, "body": definition})
        )

    # -- marks

    def marks(
        self,
        first_ms: int | None = None,
        last_ms: int | None = None,
        category: str | None = None,
        **only: Any,
    ) -> list[Mark]:
        """Return the marks this profile may see, newest first; see Marks.all."""
        return self.moments.all(first_ms, last_ms, category, **only)

    def mark(self, id_: str) -> Mark:
        """Return one mark; somebody else's private mark raises NotFound too."""
        return self.moments.one(id_)

    def save_mark(self, mark: Mark) -> Mark:
        """Store a new mark or change one; see Marks.save."""
        return self.moments.save(mark)

    def delete_mark(self, id_: str) -> None:
        """Delete a mark; it can be restored for 30 days."""
        self.moments.delete(id_)


def _to_board(item: Item) -> Board:
    return checked(Board, {**item.model_dump(exclude={"body"}), **item.body})
