"""Straight lines between points: points in, columns of dots out.

Axes, labels and colours are drawn elsewhere, and lines may cross, be dotted, and have something
below them, so a line is no more than its dots.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

DOTS = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}
"""Dots per cell across and down, by glyphs."""

BLANK = 0x2800
"""The braille character without a dot."""

BRAILLE = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Dots of a braille cell, left and right column, from the bottom up."""

QUADRANTS = " ▖▘▌▗▄▚▙▝▞▀▛▐▟▜█"
"""Block characters by the sum of lower left 1, upper left 2, lower right 4, upper right 8."""

Points = tuple[tuple[float, float], ...]
Columns = tuple[tuple[int, int], ...]


@lru_cache(maxsize=64)
def plotted(points: Points, width: int, height: int, glyphs: str) -> Columns:
    """Return pairs (column of dots, its dots as an integer whose lowest bit is the lowest dot).

    The last lines are remembered, because a chart is drawn again at every move of a cursor.

    Args:
        points: column and height in dots, joined by straight lines; what is outside is cut off.
        width, height: of the canvas in cells.
    """
    across, down = DOTS[glyphs]
    right, top = width * across, height * down
    if right < 1 or top < 1:
        return ()
    dots = [(_whole(x), _near(_whole(y), top)) for x, y in points]
    found: dict[int, int] = {}
    for start, end in pairwise(dots):
        _join(found, start, end, top)
    for x, y in dots[-1:]:
        _join(found, (x, y), (x, y), top)
    return tuple((x, column) for x, column in sorted(found.items()) if column and 0 <= x < right)


def _join(found: dict[int, int], start: tuple[int, int], end: tuple[int, int], top: int) -> None:
    """Add the dots from start up to end, which begins the next line, one to a column or row."""
    (x, y), (to_x, to_y) = start, end
    across, up = to_x - x, to_y - y
    steps = max(abs(across), abs(up), 1)
    for n in range(steps):
        height = y + n * up // steps
        if 0 <= height < top:
            column = x + n * across // steps
            found[column] = found.get(column, 0) | 1 << height


def _whole(place: float) -> int:
    """Return the dot nearest to a place, the upper one of two."""
    return math.floor(place + 0.5)


def _near(height: int, top: int) -> int:
    """Return a height at most a canvas away from it, as every dot on the way there is walked."""
    return min(max(height, -top), 2 * top - 1)
