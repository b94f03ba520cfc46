"""SectionedPage: a board, all of it or one of its sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult

from core.boards.sections import Section, only, sections
from tui.screens.bases.tabbed_page import TabbedPage
from tui.widgets.answer import AnswerView
from tui.widgets.boards.tabs import SectionLine
from tui.widgets.boards.tiles import Tiles
from tui.widgets.chrome import Crumb

NONE = "This board has no sections: e, n and then Heading begin one."


class SectionedPage(TabbedPage):
    """A page that shows a board or a section of it, with a line of these where there are any.

    Attributes:
        section: the id of the heading of the section on show, "" for what lies above the first;
            None for all of the board.
    """

    DEFAULT_CSS = "SectionedPage.-short SectionLine { display: none; }"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.section: str | None = None

    def body(self) -> ComposeResult:
        """See Page."""
        *lines, tiles = super().body()
        yield from lines
        yield SectionLine()
        yield tiles

    @property
    def sections(self) -> list[Section]:
        """The sections of the board."""
        return sections(self.board)

    def start(self) -> None:
        """See Page: the section that was on show is shown again."""
        if self.section is None:
            self.section = _kept(self.app.tabs.left(self.board.id))
        super().start()
        keys = self.query_one(Crumb).keys
        line = self.query_one(SectionLine)
        line.hint = f"{keys['earlier_section']} {keys['later_section']} go"
        self.show_section(self.section)

    def take(self, left: Mapping[str, Any]) -> None:
        """See TabbedPage."""
        super().take(left)
        self.section = _kept(left) if left else self.section

    def memory(self) -> dict[str, Any]:
        """See Page."""
        found = super().memory()
        return found if self.section is None else {**found, "section": self.section}

    @property
    def crumb(self) -> str:
        """See Page; with the section on show."""
        at = self._at
        return f"{super().crumb}: {self.sections[at - 1].name}" if at else super().crumb

    @property
    def view(self) -> AnswerView | None:
        """See Page: of the section on show."""
        if isinstance(self.focused, AnswerView):
            return self.focused
        return next((view for view in self.views if view.display), None)

    @property
    def _at(self) -> int:
        """Which section is on show, from 1; 0 for all of the board."""
        found = (n for n, s in enumerate(self.sections, 1) if s.heading == self.section)
        return next(found, 0) if self.section is not None else 0

    def show_section(self, heading: str | None) -> None:
        """Show one section; all of the board if it has none like that."""
        self.section = heading
        at, known = self._at, self.sections
        if not at:
            self.section = None
        tiles = self.query_one(Tiles)
        board = only(self.board, known[at - 1]) if at else self.board
        if board != tiles.board:
            tiles.narrow(board)
            self._focus_shown()
        self.query_one(SectionLine).fill(known, at)
        self.update_chrome()

    def _focus_shown(self) -> None:
        here = self.focused
        if (here is None or not here.display) and self.panels:
            self.panels[0].focus()

    def action_later_section(self) -> None:
        """Show the next section."""
        self._step(1)

    def action_earlier_section(self) -> None:
        """Show the section before."""
        self._step(-1)

    def on_section_line_picked(self, event: SectionLine.Picked) -> None:
        """Show the section whose name was clicked."""
        self._show_at(event.at)

    def _step(self, step: int) -> None:
        if not self.sections:
            self.say(NONE)
            return
        self._show_at((self._at + step) % (len(self.sections) + 1))

    def _show_at(self, at: int) -> None:
        if self.zoomed is not None:
            self.action_zoom()
        self.show_section(self.sections[at - 1].heading if at else None)
        self.keep_tab()


def _kept(left: Mapping[str, Any]) -> str | None:
    section = left.get("section")
    return section if isinstance(section, str) else None
