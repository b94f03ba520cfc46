"""What is done with the kept thing under the cursor of a list, of whatever kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.definitions.saved import Item, Kind
from tui.actions.kept.naming import duplicate, rename
from tui.actions.saving import ask_delete, newest, undo_delete

if TYPE_CHECKING:
    from tui.actions.pages import ListPage

Chosen = tuple[Kind, Item] | None
"""The kept thing under the cursor, if it is on one."""

NOTHING = "Choose a saved one in the list first; TAB goes there."


def rename_chosen(page: ListPage, chosen: Chosen) -> None:
    """Ask for another name of it."""
    if chosen is None:
        page.say(NOTHING)
    else:
        rename(page, *chosen, lambda _: page.fill())


def duplicate_chosen(page: ListPage, chosen: Chosen) -> None:
    """Ask for a name and save it under that too."""
    if chosen is None:
        page.say(NOTHING)
    else:
        duplicate(page, *chosen, lambda _: page.fill())


def delete_chosen(page: ListPage, chosen: Chosen) -> None:
    """Delete it, after asking."""
    if chosen is None:
        page.say(NOTHING)
        return
    kind, item = chosen
    ask_delete(page, "", item.title, lambda saved: saved.delete(kind, item.id), page.fill)


def undo_last(page: ListPage, kinds: Sequence[Kind], then: Callable[[], object]) -> None:
    """Take back the last name that was given in some kinds, or else what was deleted last."""
    named = page.app.renames.last({kind: newest(page, kind) for kind in kinds})
    last = {kind: page.app.saved.deleted(kind)[:1] for kind in kinds}
    deleted = max(kinds, key=lambda kind: max((at for _, _, at in last[kind]), default=0))
    undo_delete(page, named or deleted, then)
