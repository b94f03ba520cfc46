"""The only module that uses plotext: points in, columns of dots out.

plotext keeps one figure for the whole process, so drawing holds a lock. Axes, labels and colours
are ours; plotext only joins points. What it draws is read back as dots, so that lines may cross,
be dotted, and have something below them. A small canvas is a fast one: it is only as large as what
is drawn.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

DOTS = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}
"""Dots per cell across and down, by glyphs."""

MARKERS = {"braille": "braille", "block": "hd", "ascii": "*"}

DENSE = 1
"""Points to a cell from which on they are not joined by plotext, which is as slow as a line is long
and as its canvas is large.
"""

BLANK = 0x2800
"""The braille character without a dot."""

BRAILLE = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Dots of a braille cell, left and right column, from the bottom up."""

QUADRANTS = " ▖▘▌▗▄▚▙▝▞▀▛▐▟▜█"
"""Block characters by the sum of lower left 1, upper left 2, lower right 4, upper right 8."""

_DRAWN = re.compile(r"[^ ]")
_figure = threading.Lock()

Point = tuple[float, float]
Points = tuple[Point, ...]
Ends = tuple[tuple[int, int], tuple[int, int]]
Columns = tuple[tuple[int, int], ...]


@lru_cache(maxsize=64)
def plotted(points: Points, width: int, height: int, glyphs: str) -> Columns:
    """Return pairs (column of dots, its dots as an integer whose lowest bit is the lowest dot).

    The last lines are remembered, because a chart is drawn again at every move of a cursor.

    Args:
        points: column and height in dots, joined by straight lines; what is outside is cut off.
        width, height: of the canvas in cells.
    """
    if not points or width < 1 or height < 1:
        return ()
    across, down = DOTS[glyphs]
    left, right = _reach([x / across for x, _ in points], width)
    low, high = _reach([y / down for _, y in points], height)
    if right <= left or high <= low:
        return ()
    ends = (left * across, right * across - 1), (low * down, high * down - 1)
    found = [0] * (right - left) * across
    if len(points) == 2 or len(points) >= DENSE * (right - left):
        tall = (high - low) * down
        for one, other in pairwise(points):
            for place, level in _straight(one, other, ends):
                if 0 <= place < len(found) and 0 <= level < tall:
                    found[place] |= 1 << low * down + level
    else:
        with _figure:
            text = _built(points, (right - left, high - low), ends, glyphs)
        for row, cells in enumerate(reversed(text.split("\n")[: high - low])):
            for drawn in _DRAWN.finditer(cells):
                for part, dots in enumerate(_dots_of(drawn[0], glyphs)):
                    found[drawn.start() * across + part] |= dots << (low + row) * down
    return tuple((left * across + place, dots) for place, dots in enumerate(found) if dots)


def _reach(cells: Sequence[float], size: int) -> tuple[int, int]:
    """Return the cells that points touch, one more on each side if there is room."""
    return max(int(min(cells)) - 1, 0), min(int(max(cells)) + 2, size)


def _straight(one: Point, other: Point, ends: Ends) -> list[tuple[int, int]]:
    """Return the dots between two points, from the left and from below, as plotext joins them.

    A chart has many such pieces, to and from unfinished buckets, and each would be a figure; so
    would each line of a year.
    """
    (x0, y0), (x1, y1) = [
        (_place(x, ends[0]), _place(_near(y, ends[1]), ends[1])) for x, y in (one, other)
    ]
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    across, up = (x1 - x0) / steps, (y1 - y0) / steps
    begun = [(int(x0 + step * across), int(y0 + step * up)) for step in range(steps)]
    return [*begun, (x1, y1)]


def _place(place: float, ends: tuple[int, int]) -> int:
    return math.floor(round(0.5 + place - ends[0], 8)) if ends[1] > ends[0] else 0


def _built(points: Points, size: tuple[int, int], ends: Ends, glyphs: str) -> str:
    import plotext

    plotext.clear_data()
    plotext.limit_size(False, False)
    plotext.plot_size(*size)
    plotext.frame(False)
    plotext.xfrequency(0)
    plotext.yfrequency(0)
    plotext.xlim(*_apart(ends[0]))
    plotext.ylim(*_apart(ends[1]))
    xs = [x for x, _ in points]
    ys = [_near(y, ends[1]) for _, y in points]
    draw = plotext.plot if len(points) > 1 else plotext.scatter
    draw(xs, ys, marker=MARKERS[glyphs], color="default")
    text: str = plotext.uncolorize(plotext.build())
    return text


def _near(place: float, ends: tuple[int, int]) -> float:
    """Return a place at most a canvas away from it, as plotext walks every dot on the way there."""
    size = ends[1] - ends[0] + 1
    return min(max(place, ends[0] - size), ends[1] + size)


def _apart(ends: tuple[int, int]) -> tuple[float, float]:
    """Return two distinct ends, as those of a canvas one dot wide coincide."""
    return ends if ends[1] > ends[0] else (ends[0] - 0.5, ends[0] + 0.5)


@cache
def _dots_of(char: str, glyphs: str) -> tuple[int, ...]:
    """Return the dots of a cell, column by column, the lowest bit the lowest dot."""
    if glyphs == "ascii":
        return (1,)
    if glyphs == "block":
        quadrants = max(QUADRANTS.find(char), 0)
        return quadrants & 3, quadrants >> 2
    dots = ord(char) - BLANK
    return tuple(
        sum(1 << level for level, bit in enumerate(column) if dots & bit) for column in BRAILLE
    )
