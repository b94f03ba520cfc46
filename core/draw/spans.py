"""Styled text without a terminal: spans, lines, a look, and a canvas of single cells.

Styles are names, never colours; several may be joined by spaces, as in "series0 tint0":

- "", "title", "dim", "bold", "accent", "cursor", "border", "focus": of any text.
- "row": the background of the row under the cursor, across its whole width; "chip": of a label.
- "good", "bad": a change upwards and downwards; "partial": what is not complete.
- "series0" to "series7": the lines of a chart; "tint0" to "tint7": a faint background in the same
  colour, for the area below a line; "glow0" to "glow7": a stronger one. "tint8" and "glow8" have no
  colour. "under0" to "under7": the whole colour of a line as background; "cut0" to "cut7": the
  same, with text in the colour of what is behind the chart. With "-ink", as in "tint0-ink", text
  has the colour of that background.
- "heat0" to "heat7": a background from nothing to the most, with text that is readable on it; with
  "-ink" the text has that colour. "spot": the one under the cursor among such.
- "muted": the period before, and what was lost; "grid": the lines at the ticks of an axis; "goal":
  goal lines and thresholds; "lit": a faint background for the row and the column of the cursor.
- "box": the text in the box beside the cursor.
- "mark", and "mark-release", "mark-news", "mark-incident", "mark-post" by category.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from core.text import clean, cut, width
from core.timeframe import Calendar


class Span(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: str = ""


Line = tuple[Span, ...]

SHADES = ".:-=+x*#"
"""Letters for "heat0" to "heat7", where there are no backgrounds."""


Glyphs = Literal["braille", "block", "ascii"]
"""The sets of glyphs."""


@dataclass(frozen=True)
class Look:
    """How to draw on this terminal.

    Attributes:
        glyphs: "braille", "block" (half blocks) or "ascii" (nothing but ASCII).
        colour: False if styles may not show, so that heat is shown by letters too.
        calendar: the zone in which instants are shown.
    """

    glyphs: Glyphs = "braille"
    colour: bool = True
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def ascii(self) -> bool:
        """Whether only ASCII may be drawn."""
        return self.glyphs == "ascii"

    @property
    def letters(self) -> bool:
        """Whether heat must be shown by letters."""
        return self.ascii or not self.colour

    def pick(self, fine: str, plain: str) -> str:
        """Return the glyph to use: `plain` in ASCII."""
        return plain if self.ascii else fine


def safe(value: object, limit: int = 200) -> str:
    """Return a text from data as one harmless line."""
    return clean(str(value), limit)


def cells(line: Iterable[Span]) -> int:
    """Return how many terminal cells a line takes."""
    return sum(width(span.text) for span in line)


def padded(line: Line, size: int) -> Line:
    """Return a line cut or filled with spaces to exactly `size` cells."""
    line = clipped(line, size)
    missing = size - cells(line)
    return (*line, Span(" " * missing)) if missing > 0 else line


def clipped(line: Line, size: int) -> Line:
    """Return a line cut to at most `size` cells."""
    kept: list[Span] = []
    left = size
    for span in line:
        taken = width(span.text)
        if taken > left:
            if left > 0:
                kept.append(Span(cut(span.text, left), span.style))
            break
        kept.append(span)
        left -= taken
    return tuple(kept)


def under_cursor(line: Line, size: int) -> Line:
    """Return a line as the row under the cursor, filled across `size` cells."""
    return tuple(
        Span(span.text, " ".join(("row", *(n for n in span.style.split() if n not in PLAINER))))
        for span in padded(line, size)
    )


PLAINER = ("row", "cursor", "dim")
"""Styles that are not used on the row under the cursor."""


def dimmed(lines: Iterable[Line]) -> list[Line]:
    """Return lines in the style of what is not current."""
    return [tuple(Span(span.text, "dim") for span in line) for line in lines]


def joined(parts: Iterable[Line], gap: str = "  ") -> Line:
    """Return lines joined side by side with a gap in between."""
    found: list[Span] = []
    for part in parts:
        if found:
            found.append(Span(gap))
        found.extend(part)
    return tuple(found)


def spread(left: Line, right: Line, size: int) -> Line:
    """Return one line with `left` at its start and `right`, if there is room, at its end."""
    free = size - cells(left) - cells(right)
    return (*left, Span(" " * free), *right) if free >= 1 else clipped(left, size)


_PLAIN = {"–": "-", "—": "-", "…": ".", "·": "|", "→": ">", "’": "'", "›": ">", "×": "x"}


def to_ascii(text: str) -> str:
    """Return text in pure ASCII, taking exactly as many cells."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _PLAIN.get(c, "?" * width(c)) for c in text)


def finished(lines: Iterable[Line], size: int, height: int, look: Look) -> list[Line]:
    """Return lines within `size` cells and `height` rows, in ASCII if the look requires it."""
    found = [clipped(line, size) for line in list(lines)[: max(height, 0)]]
    if look.ascii:
        found = [tuple(Span(to_ascii(s.text), s.style) for s in line) for line in found]
    return found


def plain(lines: Iterable[Line]) -> str:
    """Return lines as text without styles or trailing spaces."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


class Canvas:
    """A box of single-cell characters, each with a style."""

    def __init__(self, size: int, height: int) -> None:
        self.width = max(size, 0)
        self.height = max(height, 0)
        self._chars = [[" "] * self.width for _ in range(self.height)]
        self._styles = [[""] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, char: str, style: str = "") -> None:
        """Set one cell; outside the box it has no effect."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._chars[y][x] = char
            self._styles[y][x] = style

    def under(self, x: int, y: int, char: str, style: str) -> None:
        """Set one cell if it is empty; a background that it has stays."""
        if 0 <= x < self.width and 0 <= y < self.height and self._chars[y][x] == " ":
            ground = self._styles[y][x]
            self.put(x, y, char, f"{style} {ground}" if ground else style)

    def over(self, x: int, y: int, char: str, style: str) -> None:
        """Set one cell; a tint behind it stays."""
        if 0 <= x < self.width and 0 <= y < self.height:
            ground = self._styles[y][x].rpartition(" ")[2]
            self.put(x, y, char, f"{style} {ground}" if ground.startswith("tint") else style)

    def get(self, x: int, y: int) -> str:
        """Return the character of a cell inside the box."""
        return self._chars[y][x]

    def style_of(self, x: int, y: int) -> str:
        """Return the style of a cell inside the box."""
        return self._styles[y][x]

    def style(self, x: int, y: int, style: str) -> None:
        """Change the style of one cell."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._styles[y][x] = style

    def text(self, x: int, y: int, text: str, style: str = "") -> None:
        """Write single-cell characters from left to right."""
        for offset, char in enumerate(text):
            self.put(x + offset, y, char, style)

    def write(self, x: int, y: int, text: str, style: str = "") -> None:
        """Write any characters; a wide one takes its cell and an empty one after it."""
        for char in text:
            size = width(char)
            for part in range(size):
                self.put(x + part, y, "" if part else char, style)
            x += size

    def row(self, y: int) -> Line:
        """Return one row, with neighbours of the same style joined."""
        found: list[Span] = []
        start = 0
        chars, styles = self._chars[y], self._styles[y]
        for x in range(1, self.width + 1):
            if x == self.width or styles[x] != styles[start]:
                found.append(Span("".join(chars[start:x]), styles[start]))
                start = x
        return tuple(span for span in found if span.text)

    def lines(self) -> list[Line]:
        """Return all rows."""
        return [self.row(y) for y in range(self.height)]
