"""Chunks of bytes cut into lines of bounded length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.records import Rejected
from core.sources.blocks import Lines, Position

MAX_LINE: Final = 1 << 20
"""Longer lines are refused, so memory stays bounded whatever the file contains."""

TOO_LONG: Final = "line longer than 1 MB"

KEPT: Final = 2_000
"""How many bytes of a refused line are kept."""


class Cutter:
    """Cuts chunks of bytes into lines.

    Attributes:
        _at: the position after the lines returned so far.
        _tail: the start of a line that goes on in the next chunk.
        _overlong: the first bytes of a line that is too long to keep.
        _dropped: how many bytes of that line have been read.
    """

    def __init__(self, end: bytes, at: Position) -> None:
        self._end = end
        self._at = at
        self._tail = b""
        self._overlong: bytes | None = None
        self._dropped = 0

    def cut(self, chunk: bytes, most: int) -> Iterator[Lines]:
        """Yield the lines that end in a chunk."""
        pieces = chunk.split(self._end)
        if self._overlong is not None:
            self._dropped += len(pieces[0])
            if len(pieces) == 1:
                return
            yield self._refused(TOO_LONG, self._overlong, self._dropped + 1)
            self._overlong = None
            del pieces[0]
        else:
            pieces[0] = self._tail + pieces[0]
        self._tail = pieces.pop()
        for place in range(0, len(pieces), most):
            yield from self._some(pieces[place : place + most])
        if len(self._tail) > MAX_LINE:
            self._overlong, self._dropped = self._tail[:KEPT], len(self._tail)
            self._tail = b""

    def rest(self, damaged: str) -> Iterator[Lines]:
        """Yield what is left at the end, which is refused if it is damaged."""
        if self._overlong is not None:
            yield self._refused(TOO_LONG, self._overlong, self._dropped)
        elif damaged:
            yield self._refused(damaged, self._tail, len(self._tail))
        elif self._tail:
            yield Lines([self._tail], self._passed(len(self._tail), 1))

    def _some(self, pieces: list[bytes]) -> Iterator[Lines]:
        first = self._at.lines + 1
        end = self._passed(sum(map(len, pieces)) + len(pieces), len(pieces))
        lines: list[bytes | Rejected] = list(pieces)
        if max(map(len, pieces)) > MAX_LINE:
            lines = [
                piece if len(piece) <= MAX_LINE else Rejected(number, TOO_LONG, piece)
                for number, piece in enumerate(pieces, first)
            ]
        yield Lines(lines, end)

    def _refused(self, reason: str, text: bytes, size: int) -> Lines:
        end = self._passed(size, 1)
        return Lines([Rejected(end.lines, reason, text)], end)

    def _passed(self, size: int, lines: int) -> Position:
        self._at = Position(self._at.bytes + size, self._at.lines + lines)
        return self._at
