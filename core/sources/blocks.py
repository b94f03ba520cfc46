"""What a source is read in: blocks of lines or records, each with the position after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from core.records import Record, Rejected

MOST: Final = 10_000
"""How many lines a block has at most."""


class Position(NamedTuple):
    """How far a source was read.

    Attributes:
        bytes: unpacked, as UTF-8 with its byte order mark; of rows, those of their JSON.
        lines: lines, rows or objects.
    """

    bytes: int = 0
    lines: int = 0


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

    records: Sequence[Record | Rejected]
    end: Position


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
