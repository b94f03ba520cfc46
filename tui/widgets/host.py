"""What pages and widgets need from the application they are in."""

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
    """An application over one workspace; implemented by the explorer.

    Attributes:
        engine: answers questions about the workspace.
        saved: its boards, marks and audiences.
        state: what was remembered from the last session.
        library: saved things, as pages list them.
        data: the freshness of the data on show.
        look: how charts are drawn.
        ink: the colours of this terminal.
        keymap: action id -> keys it was remapped to.
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
        """Stop running questions, remember the place, and exit."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Reopen the file, even if another one has taken its place."""
        raise NotImplementedError

    def set_glyphs(self, glyphs: Glyphs) -> None:
        """Switch to other glyphs."""
        raise NotImplementedError

    def set_colours(self, theme: str) -> None:
        """Switch to another theme."""
        raise NotImplementedError
