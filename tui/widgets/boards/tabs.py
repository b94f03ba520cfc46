"""The lines of boards that are open as tabs, and of the sections of the one on show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.events import Click
from textual.message import Message

from core.boards.sections import Section
from core.draw.spans import Line, Span, cells, spread
from core.text import clean, cut, width
from tui.widgets.chrome import OneLine

LONGEST = 24
"""Cells of a title."""


@dataclass(frozen=True)
class Tab:
    """One open board.

    Attributes:
        board: its id.
        changed: whether it is not as it was saved.
    """

    board: str
    title: str
    changed: bool = False


class TabLine(OneLine):
    """The titles of the open boards, that on show as a filled label; hidden for one alone.

    Attributes:
        tabs: the open boards.
        now: the id of that on show.
        hint: the keys that go from one to the other, where there is room.
    """

    DEFAULT_CSS = """
    TabLine { display: none; }
    TabLine.-several { display: block; }
    """

    class Picked(Message):
        """A title was clicked."""

        def __init__(self, board: str) -> None:
            super().__init__()
            self.board = board

    def __init__(self) -> None:
        super().__init__(id="tabline")
        self.tabs: Sequence[Tab] = ()
        self.now = ""
        self.hint = ""

    def fill(self, tabs: Sequence[Tab], now: str) -> None:
        """Show other tabs."""
        if (tabs, now) != (self.tabs, self.now):
            self.tabs, self.now = tabs, now
            self.set_class(len(tabs) > 1, "-several")
            self.repaint()

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: those before the one on show are left out where there is no room."""
        line = tuple(span for _, span in self._placed(width))
        hint = (Span(f"{self.hint} ", "dim"),)
        room = cells(line) + cells(hint) + 2 <= width
        return [spread(line, hint if room else (), width)]

    def _placed(self, size: int) -> list[tuple[str, Span]]:
        """Return the spans from the left, each with the id of its board or ""."""
        labels = [self._label(tab) for tab in self.tabs]
        at = next((n for n, tab in enumerate(self.tabs) if tab.board == self.now), 0)
        first = 0
        while first < at and cells(tuple(labels[first : at + 1])) + 3 > size:
            first += 1
        opening = self.app.look.pick(" ‹ ", " < ") if first else " "
        boards = [tab.board for tab in self.tabs]
        shown = zip(boards[first:], labels[first:], strict=True)
        return [("", Span(opening, "dim")), *shown]

    def _label(self, tab: Tab) -> Span:
        name = cut(clean(tab.title), LONGEST) + "*" * tab.changed
        if tab.board != self.now:
            return Span(f" {name} ", "dim")
        return Span(f"[{name}]" if self.app.look.ascii else f" {name} ", "tab")

    def on_click(self, event: Click) -> None:
        """Show the board under the mouse."""
        x = 0
        for board, span in self._placed(self.size.width):
            x += width(span.text)
            if event.x < x:
                if board:
                    self.post_message(self.Picked(board))
                return


ALL = "All"


class SectionLine(OneLine):
    """The names of a board's sections, that on show as a filled label; hidden where it has none.

    Attributes:
        names: (heading, name) of each, ("", ALL) first.
        now: which is on show.
        hint: the keys that go from one to the other, where there is room.
    """

    DEFAULT_CSS = """
    SectionLine { display: none; }
    SectionLine.-several { display: block; }
    """

    class Picked(Message):
        """A name was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(id="sectionline")
        self.names: list[str] = []
        self.now = 0
        self.hint = ""

    def fill(self, sections: Sequence[Section], now: int) -> None:
        """Show the sections of a board.

        Args:
            now: which is on show, from 1; 0 is all of the board.
        """
        names = [ALL, *(section.name for section in sections)]
        if (names, now) != (self.names, self.now):
            self.names, self.now = names, now
            self.set_class(len(names) > 1, "-several")
            self.repaint()

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: those before the one on show are left out where there is no room."""
        placed = tuple(span for _, span in self._placed(width))
        hint = (Span(f"{self.hint} ", "dim"),)
        room = cells(placed) + cells(hint) + 2 <= width
        return [spread(placed, hint if room else (), width)]

    def _placed(self, size: int) -> list[tuple[int, Span]]:
        """Return the spans from the left, each with which section it is or -1."""
        labels = [self._label(at) for at in range(len(self.names))]
        first = 0
        while first < self.now and cells(tuple(labels[first : self.now + 1])) + 3 > size:
            first += 1
        opening = self.app.look.pick(" ‹ ", " < ") if first else " "
        return [(-1, Span(opening, "dim")), *enumerate(labels[first:], first)]

    def _label(self, at: int) -> Span:
        name = cut(clean(self.names[at]), LONGEST)
        if at != self.now:
            return Span(f" {name} ", "dim")
        return Span(f"[{name}]" if self.app.look.ascii else f" {name} ", "tab")

    def on_click(self, event: Click) -> None:
        """Show the section under the mouse."""
        x = 0
        for at, span in self._placed(self.size.width):
            x += width(span.text)
            if event.x < x:
                if at >= 0:
                    self.post_message(self.Picked(at))
                return
