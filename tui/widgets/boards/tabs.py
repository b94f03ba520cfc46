"""The lines of boards that are open as tabs, and of the sections of the one on show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.events import Click
from textual.message import Message

from core.boards.sections import Section
from core.draw.spans import Line, Span, cells, spread
from core.text import clean, cut, width
from tui.widgets.chrome import OneLine

LONGEST = 24
"""Cells of a title."""


class NameLine(OneLine):
    """Names side by side, that on show as a filled label; hidden for one alone.

    Attributes:
        names: as they are written.
        at: which is on show, -1 for none.
        hint: the keys that go from one to the other, where there is room.
    """

    DEFAULT_CSS = """
    NameLine { display: none; }
    NameLine.-several { display: block; }
    """

    class Picked(Message):
        """A name was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.names: list[str] = []
        self.at = 0
        self.hint = ""

    def show(self, names: list[str], at: int) -> None:
        """Show other names."""
        if (names, at) != (self.names, self.at):
            self.names, self.at = names, at
            self.set_class(len(names) > 1, "-several")
            self.repaint()

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: those before the one on show are left out where there is no room."""
        line = tuple(span for _, span in self._placed(width))
        hint = (Span(f"{self.hint} ", "dim"),)
        room = cells(line) + cells(hint) + 2 <= width
        return [spread(line, hint if room else (), width)]

    def _placed(self, size: int) -> list[tuple[int, Span]]:
        """Return the spans from the left, each with which name it is or -1."""
        labels = [self._label(at) for at in range(len(self.names))]
        first = 0
        while first < self.at and cells(tuple(labels[first : self.at + 1])) + 3 > size:
            first += 1
        opening = self.app.look.pick(" ‹ ", " < ") if first else " "
        return [(-1, Span(opening, "dim")), *enumerate(labels[first:], first)]

    def _label(self, at: int) -> Span:
        name = self.names[at]
        if at != self.at:
            return Span(f" {name} ", "dim")
        return Span(f"[{name}]" if self.app.look.ascii else f" {name} ", "tab")

    def on_click(self, event: Click) -> None:
        """Show what is under the mouse."""
        x = 0
        for at, span in self._placed(self.size.width):
            x += width(span.text)
            if event.x < x:
                if at >= 0:
                    self.post_message(self.Picked(at))
                return


class Tab(NamedTuple):
    """One open board.

    Attributes:
        board: its id.
        changed: whether it is not as it was saved.
    """

    board: str
    title: str
    changed: bool = False


class TabLine(NameLine):
    """The titles of the open boards.

    Attributes:
        tabs: the open boards.
    """

    class Picked(NameLine.Picked):
        """A title was clicked."""

    def __init__(self) -> None:
        super().__init__("tabline")
        self.tabs: Sequence[Tab] = ()

    def fill(self, tabs: Sequence[Tab], now: str) -> None:
        """Show other tabs.

        Args:
            now: the id of the board on show.
        """
        self.tabs = tabs
        at = next((n for n, tab in enumerate(tabs) if tab.board == now), -1)
        self.show([_short(tab.title) + "*" * tab.changed for tab in tabs], at)


ALL = "All"
"""What all of a board is called beside its sections."""


class SectionLine(NameLine):
    """The names of a board's sections, after that of all of it."""

    class Picked(NameLine.Picked):
        """A name was clicked."""

    def __init__(self) -> None:
        super().__init__("sectionline")

    def fill(self, sections: Sequence[Section], now: int) -> None:
        """Show the sections of a board.

        Args:
            now: which is on show, from 1; 0 is all of the board.
        """
        self.show([ALL, *(_short(section.name) for section in sections)], now)


def _short(title: str) -> str:
    return cut(clean(title), LONGEST)
