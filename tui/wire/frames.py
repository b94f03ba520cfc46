"""Frames: the cells a terminal shows, and the fewest bytes that turn them into others.

Textual paints regions and whole screens, with all colours at every change of style. Here a frame is
read into cells, compared with what the terminal shows, and only what differs is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rich.cells import get_character_cell_size

from tui.wire.styles import PLAIN, Looks, blank, looks, step

TOKEN = re.compile(
    r"\x1b\[(?P<style>[0-9;]*)m|\x1b\[(?P<row>\d*);(?P<column>\d*)H"
    r"|(?P<text>[^\x00-\x1f\x7f]+)|(?P<newline>[\r\n])"
)
NARROW = re.compile(
    "[ -\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2026\u2030-\u205e"
    "\u2190-\u2193\u2200-\u22ff\u2500-\u25fc\u2800-\u28ff]*\\Z"
)
"""Text of which every character takes one cell in every terminal."""

CELLLESS = re.compile(r"(\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b\[[?<>=][0-9;]*\$?[a-zA-Z]|[\x07])*\Z")
"""Modes, queries, titles and the clipboard: what changes no cell."""

NEAR = 6
"""Cells that differ closer together than this are sent as one run: moving costs as much."""

Cell = tuple[str, Looks]
UNKNOWN: Cell = ("?", Looks(frozenset("?")))
"""A cell of which nothing is known; it equals none that is written."""

Piece = tuple[int, int, Looks, list[str]]
"""Row, column, style, and the text of each cell."""

SPREAD = ""
"""The text of a cell that belongs to the wide character on its left."""


class Frames:
    """A terminal as it is, and as it is to be.

    Attributes:
        held: whether frames are only taken, so that several become one.
        paint: paints what was not painted while they were held.
        send: sends what has changed, when they are no longer held.
    """

    def __init__(self) -> None:
        self.held = False
        self.paint: Callable[[], object] = bool
        self.send: Callable[[], object] = bool
        self._shown: dict[int, list[Cell]] = {}
        self._next: dict[int, list[Cell]] = {}
        self._at = (0, 0)
        self._style: Looks | None = None
        self._cursor: tuple[int, int] | None = None

    def forget(self) -> None:
        """Know nothing about the terminal, as after another size."""
        self._shown, self._next = {}, {}
        self._style = self._cursor = None

    def hold(self) -> None:
        """Send nothing for a while."""
        self.held = True

    def release(self) -> None:
        """Send what has changed since."""
        if self.held:
            self.held = False
            self.paint()
            self.send()

    def read(self, frame: str) -> bool:
        """Take a frame; False if it is not about cells only, and has to be sent as it is."""
        at = self._at
        if self._read(frame):
            return True
        self._at = at
        if not CELLLESS.match(frame):
            self.forget()
        return False

    def changes(self) -> str:
        """Return what to send so that the terminal shows the frames taken; "" for nothing."""
        if self.held:
            return ""
        sent: list[str] = []
        for piece in self._differing():
            self._send(piece, sent)
        if sent and self._cursor != self._at:
            sent.append(_move(self._at, None))
            self._cursor = self._at
        return "".join(sent)

    # -- reading a frame

    def _read(self, frame: str) -> bool:
        x, y = self._at
        style = PLAIN
        end = 0
        for token in TOKEN.finditer(frame):
            if token.start() != end:
                return False
            end = token.end()
            kind = token.lastgroup
            if kind == "text":
                x = self._write(x, y, token["text"], style)
            elif kind == "style":
                style = looks(token["style"])
            elif kind == "column":
                x, y = int(token["column"] or 1) - 1, int(token["row"] or 1) - 1
            elif token["newline"] == "\r":
                x = 0
            else:
                y += 1
        self._at = (x, y)
        return end == len(frame)

    def _write(self, x: int, y: int, text: str, style: Looks) -> int:
        row = self._next.get(y)
        if row is None:
            row = self._next[y] = list(self._shown.get(y, ()))
        cells = _cells(text, style)
        end = x + len(cells)
        if len(row) < end:
            row += [UNKNOWN] * (end - len(row))
        if row[x][0] == SPREAD and x:
            row[x - 1] = (" ", row[x - 1][1])
        if end < len(row) and row[end][0] == SPREAD:
            row[end] = (" ", row[end][1])
        row[x:end] = cells
        return end

    # -- sending what differs

    def _differing(self) -> list[Piece]:
        """Return what is to be sent, style by style: a move takes fewer bytes than two colours."""
        pieces: list[Piece] = []
        for y, after in sorted(self._next.items()):
            before = self._shown.get(y, [])
            self._shown[y] = after
            if before != after:
                before = before + [UNKNOWN] * (len(after) - len(before))
                for start, end in _runs(before, after):
                    pieces += _pieces(y, start, after[start:end])
        self._next = {}
        order: dict[Looks, int] = {}
        return sorted(pieces, key=lambda piece: order.setdefault(piece[2], len(order)))

    def _send(self, piece: Piece, sent: list[str]) -> None:
        y, x, style, texts = piece
        if self._cursor != (x, y):
            sent.append(_move((x, y), self._cursor))
        if self._style != style:
            sent.append(step(self._style, style))
        sent += texts
        self._style = style
        self._cursor = (x + len(texts), y)


def _pieces(y: int, x: int, cells: list[Cell]) -> list[Piece]:
    """Split cells of a row by style; spaces go with what is around them if they look the same."""
    found: list[Piece] = []
    for at, (text, wanted) in enumerate(cells, x):
        if found:
            style = found[-1][2]
            if style is wanted or style == wanted or (text == " " and blank(style) == wanted):
                found[-1][3].append(text)
                continue
        found.append((y, at, wanted, [text]))
    return found


def _cells(text: str, style: Looks) -> list[Cell]:
    empty: Cell = (" ", blank(style))
    if text.isascii() or NARROW.match(text):
        return [empty if char == " " else (char, style) for char in text]
    found: list[Cell] = []
    for char in text:
        size = get_character_cell_size(char)
        if not size and found:
            found[-1] = (found[-1][0] + char, style)
        else:
            found.append(empty if char == " " else (char, style))
            found += [(SPREAD, style)] * (size - 1)
    return found


def _runs(before: list[Cell], after: list[Cell]) -> list[tuple[int, int]]:
    """Return the runs (from, to) of known cells to send: all in a row with wide characters."""
    if not NARROW.match("".join([text for text, _ in before] + [text for text, _ in after])):
        return _known(after)
    runs = differing(before, after)
    if UNKNOWN not in after:
        return runs
    return [(at + start, at + end) for at, to in runs for start, end in _known(after[at:to])]


def differing(before: Sequence[object], after: Sequence[object]) -> list[tuple[int, int]]:
    """Return the runs (from, to) of cells in which two lines differ, those that are near as one."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for x, (old, new) in enumerate(zip(before, after, strict=False)):
        if old == new:
            continue
        if end >= 0 and x - end <= NEAR:
            end = x + 1
            continue
        if end >= 0:
            runs.append((start, end))
        start, end = x, x + 1
    if end >= 0:
        runs.append((start, end))
    return runs


def _known(cells: list[Cell]) -> list[tuple[int, int]]:
    """Return the runs of cells of which something is known."""
    edges = [x for x in range(len(cells)) if cells[x] is not UNKNOWN]
    starts = [x for x in edges if not x or cells[x - 1] is UNKNOWN]
    ends = [x + 1 for x in edges if x + 1 == len(cells) or cells[x + 1] is UNKNOWN]
    return list(zip(starts, ends, strict=True))


def _move(to: tuple[int, int], here: tuple[int, int] | None) -> str:
    (x, y) = to
    if here is not None and here[1] == y and x > here[0]:
        return f"\x1b[{x - here[0]}C"
    return f"\x1b[{y + 1};{x + 1}H"
