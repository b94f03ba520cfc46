"""Lines of dots, several dots to a cell, straight from point to point.

A column of dots is an integer whose lowest bit is the lowest dot, so that a steep stretch costs as
little as a flat one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

DOTS = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}
"""Dots per cell across and down, by glyphs."""

LEFT, RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
"""Dots of a braille cell, left and right column, from the bottom up."""

QUADRANTS = " ▖▘▌▗▄▚▙▝▞▀▛▐▟▜█"
"""Block characters by the sum of lower left 1, upper left 2, lower right 4, upper right 8."""

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
        kept = thinned([p for p in points if math.isfinite(p[0]) and math.isfinite(p[1])])
        if len(kept) == 1:
            self._set(round(kept[0][0]), round(kept[0][1]), round(kept[0][1]))
        for start, end in pairwise(kept):
            self._segment(start, end, EVEN if dotted else -1)

    def _segment(self, start: tuple[float, float], end: tuple[float, float], mask: int) -> None:
        (x0, y0), (x1, y1) = sorted((start, end))
        slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
        for column in range(round(x0), round(x1) + 1):
            if abs(slope) <= 1 and x1 > x0:
                if mask == -1 or column % 2 == 0:
                    here = round(y0 + slope * (min(max(column, x0), x1) - x0))
                    self._set(column, here, here)
                continue
            near, far = (y0, y1) if x1 <= x0 else self._reach(x0, y0, x1, slope, column)
            self._set(column, round(min(near, far)), round(max(near, far)), mask)

    def _reach(
        self, x0: float, y0: float, x1: float, slope: float, column: int
    ) -> tuple[float, float]:
        """Return the heights at which a steep line enters and leaves a column."""
        left, right = max(column - 0.5, x0), min(column + 0.5, x1)
        return y0 + slope * (left - x0), y0 + slope * (right - x0)

    def _set(self, column: int, low: int, high: int, mask: int = -1) -> None:
        top = self.height * self.down - 1
        if 0 <= column < len(self.columns) and high >= 0 and low <= top:
            low, high = max(low, 0), min(high, top)
            self.columns[column] |= (((1 << (high - low + 1)) - 1) << low) & mask

    def cells(self) -> Iterator[tuple[int, int, str]]:
        """Yield column, row from the top and character of every cell with dots."""
        whole = (1 << self.down) - 1
        for x in range(self.width):
            parts = self.columns[x * self.across : (x + 1) * self.across]
            if not any(parts):
                continue
            for level in range(self.height):
                bits = [part >> level * self.down & whole for part in parts]
                if any(bits):
                    yield x, self.height - 1 - level, _char(bits, self.glyphs)

    def lowest(self, x: int) -> int | None:
        """Return the height of the lowest dot in a column of cells, None without one."""
        parts = [p for p in self.columns[x * self.across : (x + 1) * self.across] if p]
        return min((part & -part).bit_length() - 1 for part in parts) if parts else None


def _char(bits: Sequence[int], glyphs: str) -> str:
    if glyphs == "ascii":
        return "*"
    if glyphs == "block":
        return QUADRANTS[bits[0] | bits[1] << 2]
    found = 0x2800
    for level in range(4):
        found |= LEFT[level] * (bits[0] >> level & 1) | RIGHT[level] * (bits[1] >> level & 1)
    return chr(found)


def both(below: str, above: str) -> str:
    """Return a cell with the dots of two braille characters; of others the upper one."""
    if 0x2800 <= ord(below) <= 0x28FF and 0x2800 <= ord(above) <= 0x28FF:
        return chr(0x2800 | (ord(below) | ord(above)) & 0xFF)
    return above


def thinned(points: Points) -> list[tuple[float, float]]:
    """Return at most the first, lowest, highest and last point of each column of dots, in order."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        columns.setdefault(round(point[0]), []).append(point)
    if len(points) <= 4 * len(columns):
        return list(points)
    kept: list[tuple[float, float]] = []
    for column in columns.values():
        ends = {column[0], min(column, key=_value), max(column, key=_value), column[-1]}
        kept.extend(point for point in dict.fromkeys(column) if point in ends)
    return kept


def _value(point: tuple[float, float]) -> float:
    return point[1]
