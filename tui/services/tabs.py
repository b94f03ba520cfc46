"""The boards that are open as tabs, in their order, each as it was left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tui.services.state import State

MOST: Final = 9
"""How many boards can be open; the one opened first makes room for another."""


class BoardTabs:
    """The boards of a workspace that are open; the next start has them again.

    Args:
        state: where they are remembered.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> list[dict[str, Any]]:
        """Return what is remembered of each: `board`, its id, `title`, and how it was left."""
        kept = self._state.values.get("tabs")
        found = kept if isinstance(kept, list) else []
        return [tab for tab in found if isinstance(tab, dict) and isinstance(tab.get("board"), str)]

    def ids(self) -> list[str]:
        """Return the ids of the boards."""
        return [tab["board"] for tab in self.all()]

    def left(self, board: str) -> dict[str, Any]:
        """Return how a board was left; {} if it is not open."""
        return next((tab for tab in self.all() if tab["board"] == board), {})

    def keep(self, tab: dict[str, Any]) -> None:
        """Remember how a board is left, as a tab after the others if it is new."""
        tabs, ids = self.all(), self.ids()
        if tab["board"] in ids:
            tabs[ids.index(tab["board"])] = tab
        else:
            tabs = [*tabs, tab][-MOST:]
        self._state.values["tabs"] = tabs

    def close(self, board: str) -> None:
        """Forget a board."""
        self._state.values["tabs"] = [tab for tab in self.all() if tab["board"] != board]

    def beside(self, board: str, step: int) -> str:
        """Return the id of the board some tabs further, in a circle; "" if there is no other."""
        ids = self.ids()
        others = [id_ for id_ in ids if id_ != board]
        if not others:
            return ""
        at = ids.index(board) if board in ids else -1
        return ids[(at + step) % len(ids)]

    def rename(self, titles: Mapping[str, str]) -> None:
        """Take the titles that boards have; those without one are closed.

        Args:
            titles: id -> title of every board there is.
        """
        tabs = [tab for tab in self.all() if tab["board"] in titles]
        self._state.values["tabs"] = [{**tab, "title": titles[tab["board"]]} for tab in tabs]
