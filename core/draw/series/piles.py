"""Columns of layers that lie on each other: stacked bars and areas, to the eighth of a cell.

Without colour a layer is told by its texture or its letter, and edges are those of cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.draw.legend import letter
from core.draw.spans import Canvas, Look
from core.draw.spark import LEVELS

BLOCKS = "█▓▒░"
"""The textures of layers without colour."""

FADED = "░"
"""The texture of what is not complete."""


class Layer(NamedTuple):
    """A line's part of a column: its lower and upper end in rows from the bottom.

    Attributes:
        line: its index.
    """

    line: int
    low: float
    high: float


Glyph = tuple[str, str]
"""A character and its style."""

Part = tuple[int, int, int]
"""A layer's part of one cell: its index, and its ends in eighths of the cell."""


def pile(
    canvas: Canvas,
    columns: Iterable[int],
    layers: Sequence[Layer],
    look: Look,
    *,
    alone: bool = False,
    faded: bool = False,
) -> None:
    """Draw layers, the lowest first, into some columns.

    Args:
        alone: whether there is one line only, which needs no texture to be told.
        faded: whether the figures are not complete.
    """
    shown = [layer for layer in layers if layer.high > layer.low]
    if not shown:
        return
    edges = [(each.line, *_edges(each)) for each in shown]
    places = list(columns)
    for cell in range(edges[0][1] // 8, -(-edges[-1][2] // 8)):
        floor = cell * 8
        parts = [
            (index, max(low - floor, 0), min(high - floor, 8))
            for index, low, high in edges
            if low < floor + 8 and high > floor
        ]
        found = _glyph(parts, look, alone=alone, faded=faded)
        if found is None:
            continue
        for x in places:
            open_ = look.ascii and faded and x % 2
            canvas.put(x, canvas.height - 1 - cell, "~" if open_ else found[0], found[1])


def _edges(layer: Layer) -> tuple[int, int]:
    """Return the ends of a layer in eighths of a row; one that is not empty has at least one."""
    low = round(layer.low * 8)
    return low, max(round(layer.high * 8), low + 1)


def _glyph(parts: Sequence[Part], look: Look, *, alone: bool, faded: bool) -> Glyph | None:
    """Return what a cell shows of its parts; None for nothing."""
    if not parts:
        return None
    index, low, high = max(parts, key=lambda part: part[2] - part[1])
    size, style = high - low, f"series{index % 8}"
    whole = size >= 4
    if look.ascii:
        return (letter(index, look), style) if whole or alone else None
    if faded:
        return (FADED, style) if whole else None
    if look.letters and not alone:
        return (BLOCKS[index % 4], style) if whole else None
    if size == 8:
        return ("█", style)
    if len(parts) == 1:
        return (LEVELS[low - 1], f"cut{index % 8}") if low else (LEVELS[high - 1], style)
    (first, _, edge), (second, *_) = parts[0], parts[1]
    if parts[-1][2] < 8:
        return (LEVELS[parts[-1][2] - 1], style)
    return (LEVELS[edge - 1], f"series{first % 8} under{second % 8}")


def named(canvas: Canvas, x: int, layer: Layer, look: Look) -> None:
    """Write the letter of a layer into the middle of it where it fills a cell of a column."""
    y = canvas.height - 1 - int((layer.low + layer.high) / 2)
    style = f"series{layer.line % 8}"
    inside = 0 <= y < canvas.height and 0 <= x < canvas.width
    if inside and canvas.style_of(x, y) == style and canvas.get(x, y) in BLOCKS:
        canvas.put(x, y, letter(layer.line, look), style.replace("series", "cut"))
