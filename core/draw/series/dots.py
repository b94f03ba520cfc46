"""Lines of dots, several dots to a cell, straight from point to point.

A column of dots is an integer whose lowest bit is the lowest dot, so that a steep stretch costs as
little as a flat one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

from core.draw.series.plot import BLANK, BRAILLE, DOTS, QUADRANTS, plotted

EVEN = int("01" * 2048, 2)
"""Every second dot of a column."""

Points = Sequence[tuple[float, float]]


class Dots:
    """A box of dots, `width` by `height` cells.

    Attributes:
        across, down: dots per cell.
        columns: the dots of each column from the left.
    """

    def __init__(self, width: int, height: int, glyphs: str) -> None:
        self.across, self.down = DOTS[glyphs]
        self.glyphs = glyphs
        self.width, self.height = max(width, 0), max(height, 0)
        self.columns = [0] * (self.width * self.across)

    def run(self, points: Points, *, dotted: bool = False) -> None:
        """Join points (column and height in dots) by straight lines; a single one is a dot."""
        kept = thinned(
            [p for p in points if math.isfinite(p[0]) and math.isfinite(p[1])], self.across
        )
        for column, dots in plotted(tuple(kept), self.width, self.height, self.glyphs):
            self.columns[column] |= dots & (EVEN if dotted and len(kept) > 1 else -1)

    def cells(self) -> Iterator[tuple[int, int, str]]:
        """Yield column, row from the top and character of every cell with dots."""
        down, whole = self.down, (1 << self.down) - 1
        for x in range(self.width):
            parts = self.columns[x * self.across : (x + 1) * self.across]
            either = parts[0] | parts[-1]
            if not either:
                continue
            lowest = ((either & -either).bit_length() - 1) // down
            for level in range(lowest, (either.bit_length() - 1) // down + 1):
                bits = tuple([part >> level * down & whole for part in parts])
                if any(bits):
                    yield x, self.height - 1 - level, _char(bits, self.glyphs)

    def lowest(self, x: int) -> int | None:
        """Return the height of the lowest dot in a column of cells, None without one."""
        parts = [p for p in self.columns[x * self.across : (x + 1) * self.across] if p]
        return min((part & -part).bit_length() - 1 for part in parts) if parts else None


@cache
def _char(bits: tuple[int, ...], glyphs: str) -> str:
    if glyphs == "ascii":
        return "*"
    if glyphs == "block":
        return QUADRANTS[bits[0] | bits[1] << 2]
    found = BLANK
    for column, dots in zip(BRAILLE, bits, strict=True):
        found |= sum(bit for level, bit in enumerate(column) if dots >> level & 1)
    return chr(found)


def both(below: str, above: str) -> str:
    """Return a cell with the dots of two braille characters; of others the upper one."""
    if 0x2800 <= ord(below) <= 0x28FF and 0x2800 <= ord(above) <= 0x28FF:
        return chr(0x2800 | (ord(below) | ord(above)) & 0xFF)
    return above


def thinned(points: Points, across: int) -> list[tuple[float, float]]:
    """Return at most the lowest and highest point of each column of cells.

    Two points to a cell say all that it can show. The one nearer to the cell before comes first:
    within a cell there is no order to see, and a line is drawn as fast as it is short.
    """
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        columns.setdefault(round(point[0]) // across, []).append(point)
    if len(points) <= 2 * len(columns):
        return list(points)
    kept: list[tuple[float, float]] = []
    for column in columns.values():
        before = kept[-1][1] if kept else column[0][1]
        ends = {min(column, key=_height), max(column, key=_height)}
        kept.extend(sorted(ends, key=lambda point: abs(point[1] - before)))
    return kept


def _height(point: tuple[float, float]) -> float:
    return point[1]
