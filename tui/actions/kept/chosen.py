"""What is done with the kept thing under the cursor of a list, of whatever kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.definitions.saved import Item, Kind
from tui.actions.kept.naming import duplicate, rename
from tui.actions.saving import ask_delete

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
