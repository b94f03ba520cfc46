"""Boards under other names: rename one, or save a copy of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.definitions.board import Board
from core.text import clean
from tui.actions.saving import ask_name
from tui.actions.storing import Again, attempt

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage

Then = Callable[[Board], object]
"""What is done with the board as it is stored."""


def rename_board(page: AnyPage, board: Board | None, then: Then) -> None:
    """Ask for another name of a saved board."""
    if board is None or not board.updated_at:
        page.say("A starter board is not saved and keeps its name; : Duplicate saves a copy.")
        return

    def store(name: str, again: Again) -> None:
        renamed = board.model_copy(update={"title": name})
        said = f"Renamed to {clean(name)}."
        attempt(page, lambda saved: saved.save_board(renamed), said, then, again)

    ask_name(page, "Rename", board.title, store)


def duplicate_board(page: AnyPage, board: Board | None, then: Then) -> None:
    """Ask for a name and save a copy of a board under it."""
    if board is None:
        page.say("There is no board here.")
        return

    def store(name: str, again: Again) -> None:
        new = Board(title=name)
        copy = board.model_copy(update={"id": new.id, "title": name, "updated_at": 0})
        attempt(page, lambda saved: saved.save_board(copy), f"Saved as {clean(name)}.", then, again)

    ask_name(page, "Save as", f"{board.title} copy", store)
