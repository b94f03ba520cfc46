"""Listing: rows of text with a cursor and a filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from textual.events import Click
from textual.message import Message

from core.draw.spans import Line, Span, cells, clipped
from core.draw.spark import slim
from core.errors import FootfallError, nearest
from core.text import clean
from core.text import width as cell_width
from tui.widgets.panel import CursorPanel
from tui.widgets.words import indented, wrapped

LEAST_FOR_BARS, MOST_BAR = 36, 20
"""The width of a list that shows bars, and the most of a bar, in cells."""

OF_QUESTIONS = "()[]<>"
"""Signs that only a question as text has."""

LEAST_FUZZY = 3
"""Letters from which on a word may be the starts of several."""


class Row(NamedTuple):
    """One row.

    Attributes:
        text: what is shown, and searched by a filter.
        value: the value it stands for; None makes it a heading that the cursor skips.
        right: shown at the right edge.
        off: why it cannot be chosen now; "" if it can.
        weight: the number that ranks it, shown as a bar before `right`; None for no bar.
        says: what more there is to say about it, paragraph by paragraph.
        colours: shown as squares before `right`, as "#rrggbb".
        short: shown in place of `text` while nothing is searched; "" for the text.
    """

    text: str
    value: Any = None
    right: str = ""
    off: str = ""
    weight: float | None = None
    says: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    short: str = ""


class Scale(NamedTuple):
    """What rows have in common: the greatest weight, and the width in cells of what is right."""

    most: float = 0.0
    right: int = 0

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Scale:
        """Return the scale of some rows."""
        return cls(
            max((row.weight or 0.0 for row in rows), default=0.0),
            max((cell_width(clean(row.right)) for row in rows), default=0),
        )


class Listing(CursorPanel):
    """A list with a cursor and a filter.

    Attributes:
        asks: whether a filter with signs of a question is one, and finds only rows that begin so.
    """

    class Moved(Message):
        """The cursor moved to another row."""

        def __init__(self, listing: Listing) -> None:
            super().__init__()
            self.listing = listing

    class Chosen(Message):
        """A row was double-clicked."""

        def __init__(self, listing: Listing) -> None:
            super().__init__()
            self.listing = listing

    hints = ("open", "find")

    def __init__(self, heading: str = "", *, empty: str = "", id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self.rows: list[Row] = []
        self.at = 0
        self.filter = ""
        self.asks = False
        self.offered: list[Row] = []
        self.refused: FootfallError | None = None
        self.empty = empty
        self._top_row = 0
        self._passing: list[Row] | None = None
        self._scale = Scale()

    def fill(self, rows: Sequence[Row], *, keep: bool = True) -> None:
        """Show other rows; the cursor stays on the same value if possible."""
        value = self.value if keep else None
        self.rows, self._passing = list(rows), None
        found = [i for i, row in enumerate(self.passing) if row.value == value]
        self.at = found[0] if found and value is not None else self._first()
        self.repaint()

    def narrow(self, text: str, offered: Sequence[Row] = ()) -> None:
        """Show only the rows that contain every word of a text.

        Args:
            offered: rows that the text itself leads to, which come first.
        """
        self.filter, self.offered, self.refused = text, list(offered), None
        self._passing = None
        self.at = self._first()
        self.repaint()
        self.post_message(self.Moved(self))

    @property
    def passing(self) -> list[Row]:
        """The rows that match the filter; headings are kept only without a filter."""
        if self._passing is None:
            self._passing = self.find()
        return self._passing

    def find(self) -> list[Row]:
        """Return the rows that match the filter, best first."""
        words = self.filter.casefold().split()
        if not words:
            return self.rows
        rows = [r for r in self.rows if r.value is not None]
        if self.asks and any(sign in self.filter for sign in OF_QUESTIONS):
            rows = [r for r in rows if _begins(r, words)]
        kept = [r for r in rows if _holds(r, words)]
        if not kept and len(words) == 1 and len(words[0]) >= LEAST_FUZZY:
            kept = [r for r in rows if _runs_through(r, words[0])]
        kept.sort(
            key=lambda r: (
                bool(r.off),
                not _holds(r, words, said=False),
                not r.text.casefold().startswith(words[0]),
            )
        )
        return [*self.offered, *kept]

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        rows = self.passing
        return rows[self.at] if 0 <= self.at < len(rows) else None

    @property
    def value(self) -> Any:
        """The value of the row under the cursor, or None."""
        row = self.row
        return row.value if row else None

    def _first(self) -> int:
        return next((i for i, row in enumerate(self.passing) if row.value is not None), 0)

    def select(self, value: Any) -> None:
        """Put the cursor on a value, if it is in the list."""
        found = [i for i, row in enumerate(self.passing) if row.value == value]
        if found:
            self._to(found[0])

    def move(self, rows: int, columns: int) -> bool:
        """Move by rows, skipping headings."""
        if not rows:
            return False
        passing, at = self.passing, self.at
        step = 1 if rows > 0 else -1
        for _ in range(abs(rows)):
            following = at + step
            while 0 <= following < len(passing) and passing[following].value is None:
                following += step
            if not 0 <= following < len(passing):
                break
            at = following
        return self._to(at)

    def move_to_edge(self, last: bool) -> bool:
        """To the first or the last row."""
        return self.move(len(self.rows) if last else -len(self.rows), 0)

    @property
    def page_rows(self) -> int:
        """How many rows a page up or down moves."""
        return max(self.size.height - 3, 1)

    def _to(self, at: int) -> bool:
        if at == self.at:
            return False
        self.at = at
        self.repaint()
        self.post_message(self.Moved(self))
        return True

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel: the rows around the cursor."""
        passing = self.passing
        self._top_row = max(min(self._top_row, self.at, len(passing) - height), 0)
        self._top_row = max(self._top_row, self.at - height + 1)
        self.footing = f"/ {self.filter}" if self.filter else self.footing_of(height, len(passing))
        if self.refused is not None:
            why = self.refused
            return [*wrapped(why.message, width, "error"), *indented(why.hint, width)]
        if not passing:
            return wrapped(self._nothing(), width)
        shown = passing[self._top_row : self._top_row + height]
        self._scale = Scale.of(passing)
        return [self._line(row, self._top_row + i, width) for i, row in enumerate(shown)]

    def footing_of(self, height: int, count: int) -> str:
        """Return the text of the bottom edge: which of so many rows are shown."""
        if count <= height:
            return ""
        return f"{self._top_row + 1}-{min(self._top_row + height, count)} of {count}"

    def _nothing(self) -> str:
        if not self.filter:
            return self.empty
        close = nearest(self.filter, [r.text for r in self.rows if r.value is not None], 1)
        hint = f" Did you mean {clean(close[0])}?" if close else ""
        undo = "BACKSPACE takes letters back." if self.joined else "ESC clears it."
        return f'Nothing matches "{clean(self.filter)}".{hint} {undo}'

    def _line(self, row: Row, index: int, width: int) -> Line:
        here = index == self.at and row.value is not None
        style = "dim" if row.off else "title" if row.value is None else ""
        ground = " row" if here else ""
        right = clipped((Span(clean(row.right), ("" if here else "dim") + ground),), width * 2 // 3)
        before = self._scale.right - cells(right)
        picture = self._bar(row, width, before, ground)
        mark = self.app.look.pick("▌", ">") if here else " "
        room = width - cells(right) - cells(picture) - 2
        text = row.text if self.filter else row.short or row.text
        left = clipped((Span(clean(text), style + ground),), room)
        gap = max(room + 1 - cells(left), 0)
        return (Span(mark, "focus" + ground), *left, Span(" " * gap, ground), *picture, *right)

    def _bar(self, row: Row, width: int, before: int, ground: str) -> Line:
        """Return the share of a row as a bar, or its colours, in one column for all rows."""
        if row.colours and self.app.look.colour:
            squares = [Span("██", colour + ground) for colour in row.colours]
            return (*squares, Span(" " * (1 + before), ground))
        if row.weight is None or width < LEAST_FOR_BARS:
            return ()
        size = min(width // 4, MOST_BAR)
        drawn = slim(row.weight, self._scale.most, size, self.app.look)
        return (
            Span(drawn, "series0" + ground),
            Span(" " * (size - len(drawn) + 1 + before), ground),
        )

    def on_click(self, event: Click) -> None:
        """Select the row under the mouse; a double click chooses it."""
        at = self._top_row + event.y - 1
        passing = self.passing
        if 0 <= at < len(passing) and passing[at].value is not None:
            self._to(at)
            if event.chain == 2:
                self.post_message(self.Chosen(self))


def _runs_through(row: Row, word: str) -> bool:
    """Whether the letters of a word occur in order, each right after the last or at a word's start.

    "gopa" finds "go: paths", "expcsv" finds "export: csv".
    """
    rest = word
    for part in row.text.casefold().replace(":", " ").split():
        fits = next((n for n in range(len(rest), 0, -1) if part.startswith(rest[:n])), 0)
        rest = rest[fits:]
    return not rest


def _begins(row: Row, words: list[str]) -> bool:
    return " ".join((row.text, row.right)).casefold().split()[: len(words)] == words


def _holds(row: Row, words: list[str], *, said: bool = True) -> bool:
    text = " ".join((row.text, row.right, *(row.says if said else ()))).casefold()
    return all(word in text for word in words)
