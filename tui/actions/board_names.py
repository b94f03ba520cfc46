"""Boards under other names: rename one, or save a copy of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.definitions.board import Board
from tui.actions.kept.naming import duplicate, rename

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage

Then = Callable[[Board], object]
"""What is done with the board as it is stored."""


def rename_board(page: AnyPage, board: Board | None, then: Then) -> None:
    """Ask for another name of a saved board."""
    if board is None or not board.updated_at:
        page.say("A starter board is not saved and keeps its name; : Duplicate saves a copy.")
        return
    rename(page, "boards", board, then)


def duplicate_board(page: AnyPage, board: Board | None, then: Then) -> None:
    """Ask for a name and save a copy of a board under it."""
    if board is None:
        page.say("There is no board here.")
        return
    duplicate(page, "boards", board, then, "Save as")
