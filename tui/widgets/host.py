"""What pages and widgets need of the application they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

if TYPE_CHECKING:
    from core.draw.spans import Glyphs, Look
    from core.engines.sqlite.engine import SqliteEngine
    from core.store.library.saved import Saved
    from tui.services.freshness import Freshness
    from tui.services.library import Library
    from tui.services.state import State
    from tui.widgets.paint import Ink


class Host(App[int]):
    """An application over one workspace; the explorer is it.

    Attributes:
        engine: answers questions about the workspace.
        saved: its boards, marks and audiences.
        state: what the last time left.
        library: what is saved, as pages list it.
        data: how new the data on show is.
        look: how charts are drawn.
        ink: the colours of this terminal.
        keymap: action id -> keys that were set for it.
        first_page: the page to open above the root, or None.
    """

    engine: SqliteEngine
    saved: Saved
    state: State
    library: Library
    data: Freshness
    look: Look
    ink: Ink
    keymap: Mapping[str, str]
    first_page: Screen[Any] | None

    def stack_of(self, place: str) -> list[Screen[Any]]:
        """Return the pages of the place on show, its root first."""
        raise NotImplementedError

    def go(self, place: str) -> None:
        """Show a place as it was left."""
        raise NotImplementedError

    def leave(self) -> None:
        """Stop what runs, remember where we are, and end."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Take the file as it is, also one that took the place of another."""
        raise NotImplementedError

    def set_glyphs(self, glyphs: Glyphs) -> None:
        """Draw with other glyphs from now on."""
        raise NotImplementedError

    def set_colours(self, theme: str) -> None:
        """Use another theme from now on."""
        raise NotImplementedError
