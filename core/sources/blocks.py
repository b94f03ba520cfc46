"""What a source is read in: blocks of lines or records, each with the position after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Final, NamedTuple

from core.records import Record, Rejected
from core.sources.flow.gathered import Gathered

MOST: Final = 10_000
"""How many lines a block has at most."""


class Position(NamedTuple):
    """How far a source was read.

    Attributes:
        bytes: unpacked, as UTF-8 with its byte order mark; of the rows of a table the number
            (rowid) of the last, of other rows those of their JSON.
        lines: lines, rows or objects.
        fingerprint: of all text up to there; "" if it is not known.
        edges: of the first and the last bytes up to there, as `edges_of` returns them.
    """

    bytes: int = 0
    lines: int = 0
    fingerprint: str = ""
    edges: str = ""


_SIZE: Final = 16
"""Of a fingerprint, in bytes."""

START: Final = Position()


class Lines(NamedTuple):
    """Complete lines, or the texts of objects or rows, and the position after them."""

    lines: Sequence[bytes | Rejected]
    end: Position

    @property
    def first(self) -> int:
        """The number of the first line, from 1."""
        return self.end.lines - len(self.lines) + 1


class Block(NamedTuple):
    """The records of some lines, in order, and the position after these lines."""

    records: Sequence[Record | Rejected] | Gathered
    end: Position


class Differs(Exception):
    """A source does not have the text that it had up to a position."""


EDGE: Final = 4_096
"""How many bytes at the start and at the end of what was read of a file are compared."""


def edges_of(read: Callable[[int, int], bytes], end: int) -> str:
    """Return the fingerprint of the first and the last bytes of the start of a file; "" if it is
    shorter.

    Args:
        read: given a number of bytes and a place, returns them.
        end: where the start ends.
    """
    few = min(EDGE, end)
    found = [read(few, 0), read(few, end - few)]
    if min(map(len, found)) < few:
        return ""
    return blake2b(b"".join(found), digest_size=_SIZE).hexdigest()


class Fingerprints:
    """Fingerprints of a text that arrives in pieces, at any places up to where it has arrived.

    Args:
        start: where the text begins. The fingerprints of what follows a position with a fingerprint
            are functions of that.
        first: the first bytes before that, if there are any.
        last: the last bytes before it.
    """

    def __init__(self, start: Position = START, first: bytes = b"", last: bytes = b"") -> None:
        self._first, self._last = first[:EDGE], last[-EDGE:]
        self._hash = blake2b(start.fingerprint.encode(), digest_size=_SIZE)
        self._arrived: deque[memoryview] = deque()
        self._done = start.bytes

    def add(self, piece: bytes) -> None:
        """Take the next piece of the text."""
        self._arrived.append(memoryview(piece))

    def at(self, place: int) -> str:
        """Return the fingerprint of the text up to a place, not before the last one asked for."""
        while self._arrived and self._done < place:
            piece = self._arrived.popleft()
            part = piece[: place - self._done]
            self._hash.update(part)
            if len(self._first) < EDGE:
                self._first += part[: EDGE - len(self._first)]
            self._last = (self._last + part[-EDGE:])[-EDGE:]
            self._done += len(part)
            if len(part) < len(piece):
                self._arrived.appendleft(piece[len(part) :])
        return self._hash.hexdigest()

    def edges(self, place: int) -> str:
        """Return the edges of the text up to a place that was the last one asked for."""
        return edges_of(lambda size, at: self._last if at else self._first[:size], place)

    @property
    def arrived(self) -> int:
        """The place up to which the text has arrived."""
        return self._done + sum(map(len, self._arrived))


def passed(blocks: Iterable[Lines], start: Position) -> Iterator[Lines]:
    """Yield what comes after a position in blocks that are read from the beginning."""
    for block in blocks:
        left = block.end.lines - start.lines
        if left >= len(block.lines):
            yield block
        elif left > 0:
            yield Lines(block.lines[-left:], block.end)


def in_blocks(records: Iterable[Record | Rejected], most: int) -> Iterator[Block]:
    """Yield records of a program in blocks of at most so many."""
    left, count = iter(records), 0
    while found := list(islice(left, most)):
        count += len(found)
        yield Block(found, Position(0, count))
