"""Which board a workspace opens with: a saved one, or one made from its events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import NotFound, did_you_mean

if TYPE_CHECKING:
    from core.definitions.board import Board
    from core.engines.running import Engine


def boards_of(path: Path, engine: Engine) -> list[Board]:
    """Return the saved boards, or starter boards if none are saved yet."""
    from core.store.library.saved import Saved

    found = Saved(path).boards()
    if found:
        return found
    from core.boards.starters import starter_boards

    return starter_boards(engine)


def find_board(path: Path, engine: Engine, name: str | None) -> Board:
    """Return a board by id or case-insensitive title; without a name, the first.

    Raises:
        NotFound: there is no such board.
    """
    found = boards_of(path, engine)
    if name is None and found:
        return found[0]
    for board in found:
        if name and (name == board.id or name.casefold() == board.title.casefold()):
            return board
    titles = [board.title for board in found]
    if name is None:
        raise NotFound("There is no board yet.", "Run footfall to create one in the explorer.")
    hint = did_you_mean(name, titles) or (f"There are {', '.join(titles[:8])}." if titles else "")
    raise NotFound(f"There is no board {name!r}.", hint)
