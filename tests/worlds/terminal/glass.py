"""A screen of glass: the cells that a terminal shows after what was written to it."""

from __future__ import annotations

import re

from rich.cells import get_character_cell_size

PARTS = re.compile(
    r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b[^\[\]]|\x1b.*$|[\x00-\x1f]|[^\x00-\x1f]"
)
"""A control sequence, whole or begun at the end, or a character."""

WHOLE = re.compile(r"\x1b(\].*\x07|\[.*[A-Za-z]|[^\[\]])$")
"""A control sequence that has its end."""

OFF = {"22": "12", "23": "3", "24": "4", "27": "7"}
COLOURS = "39", "49"
STRUCK = {"4", "7"}
"""Attributes that a space shows."""


class Glass:
    """What a terminal shows.

    Attributes:
        lines: the cells by row, each a character and its style.
        cells: how many cells were written, the same one counted each time.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.lines = [[(" ", "")] * columns for _ in range(rows)]
        self.cells = 0
        self._at = (0, 0)
        self._on: set[str] = set()
        self._colours = list(COLOURS)
        self._begun = ""

    @property
    def text(self) -> str:
        """The characters, no spaces at line ends."""
        return "\n".join("".join(char for char, _ in line).rstrip() for line in self.lines)

    def write(self, text: str) -> None:
        """Take what is sent to the terminal, in pieces of any length."""
        text, self._begun = self._begun + text, ""
        for part in PARTS.findall(text):
            x, y = self._at
            if part[0] == "\x1b" and not WHOLE.match(part):
                self._begun = part
            elif part[0] == "\x1b":
                self._control(part)
            elif part == "\r":
                self._at = (0, y)
            elif part == "\n":
                self._at = (x, y + 1)
            elif part >= " ":
                self._put(part)

    def _control(self, part: str) -> None:
        (x, y), kind, numbers = self._at, part[-1], part[2:-1].split(";")
        if kind == "H":
            row, column = [*numbers, "1"][:2] if numbers != [""] else ("1", "1")
            self._at = (int(column) - 1, int(row) - 1)
        elif kind == "C":
            self._at = (x + int(numbers[0]), y)
        elif kind == "m" and part[2] not in "?<>=":
            self._dress(numbers)

    def _dress(self, parts: list[str]) -> None:
        while parts:
            part = parts.pop(0)
            if part in ("", "0"):
                self._on, self._colours = set(), list(COLOURS)
            elif part in OFF:
                self._on -= set(OFF[part])
            elif len(part) == 1:
                self._on.add(part)
            else:
                more = {"2": 4, "5": 2}[parts[0]] if part in ("38", "48") else 0
                self._colours[part[0] == "4" or len(part) == 3] = ";".join((part, *parts[:more]))
                del parts[:more]

    def _put(self, char: str) -> None:
        x, y = self._at
        size = get_character_cell_size(char)
        front, back = self._colours
        style = f"{sorted(self._on)} {front} {back}"
        if char == " " and not self._on & STRUCK:
            style = back
        if 0 <= y < self.rows and 0 <= x < self.columns:
            self.lines[y][x : x + size] = [(char, style), *[("", style)] * (size - 1)]
        self.cells += size
        self._at = (x + size, y)
