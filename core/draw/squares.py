"""Rectangles with given areas that fill a box and are as square as possible.

Squarified treemaps of Bruls, Huizing and van Wijk (2000), on a grid of cells twice as high as wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

TALL = 2.0
"""How much higher than wide a cell is."""


class Box(NamedTuple):
    """A rectangle in cells, its right and lower edge excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """How many cells it is wide."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """How many rows it is high."""
        return self.bottom - self.top


def squarified(sizes: Sequence[float], width: int, height: int) -> list[Box]:
    """Return a box for each size, descending and above 0; together they fill the whole."""
    whole = sum(sizes)
    if whole <= 0 or width < 1 or height < 1:
        return []
    scale = width * height * TALL / whole
    areas = [size * scale for size in sizes]
    found: list[Box] = []
    left, top, right, bottom = 0.0, 0.0, float(width), height * TALL
    at = 0
    while at < len(areas):
        side = min(right - left, bottom - top)
        row = _row(areas[at:], side)
        deep = sum(row) / side if side > 0 else 0.0
        along_left = right - left >= bottom - top
        edge = top if along_left else left
        for area in row:
            end = edge + (area / deep if deep else 0.0)
            if along_left:
                found.append(_rounded(left, edge, left + deep, end))
            else:
                found.append(_rounded(edge, top, end, top + deep))
            edge = end
        left, top = (left + deep, top) if along_left else (left, top + deep)
        at += len(row)
    return found


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """Return how many of the next areas share a row along a side: while none gets less square."""
    count = 1
    while count < len(areas):
        if _worst(areas[: count + 1], side) > _worst(areas[:count], side):
            break
        count += 1
    return areas[:count]


def _worst(row: Sequence[float], side: float) -> float:
    """Return the greatest ratio of sides in a row."""
    total = sum(row)
    if total <= 0 or side <= 0 or min(row) <= 0:
        return float("inf")
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _rounded(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(round(left), round(top / TALL), round(right), round(bottom / TALL))
