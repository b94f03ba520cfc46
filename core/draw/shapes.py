"""Blocks, braille dots and frames as shapes of an SVG picture, so that no font is needed."""

from __future__ import annotations

from collections.abc import Iterable

from core.draw.series.plot import BLANK

WIDE, HIGH = 9.03, 18
"""A cell in pixels, for letters of 15 pixels in DejaVu Sans Mono."""

Drawn = tuple[int, int, str, str]
"""Column, row and character of a cell, and its colour as #rrggbb."""


def shapes(cells: Iterable[Drawn]) -> list[str]:
    """Return what is drawn of some cells, one path for each colour; letters are left out."""
    filled: dict[tuple[str, bool], list[str]] = {}
    drawn: dict[tuple[str, int], list[str]] = {}
    for x, y, char, colour in cells:
        left, top = x * WIDE, y * HIGH
        if found := blocks(char):
            filled.setdefault((colour, ord(char) < BLANK), []).extend(
                box(left + part[0] * WIDE, top + part[1] * HIGH, part[2] * WIDE, part[3] * HIGH)
                for part in found
            )
        elif framed(char):
            strokes = (_stroke(line, left, top) for line in FRAMES[char])
            drawn.setdefault((colour, 3 if char in THICK else 1), []).extend(strokes)
    edges = {True: "crispEdges", False: "auto"}
    return [
        *(
            f'<path shape-rendering="{edges[crisp]}" fill="{colour}" d="{"".join(parts)}"/>'
            for (colour, crisp), parts in filled.items()
        ),
        *(
            f'<path fill="none" stroke="{colour}" stroke-width="{thick}" d="{"".join(parts)}"/>'
            for (colour, thick), parts in drawn.items()
        ),
    ]


def box(x: float, y: float, wide: float, high: float) -> str:
    """Return a rectangle in pixels as a piece of a path."""
    return f"M{x:.6g} {y:.6g}h{wide:.4g}v{high:.4g}h{-wide:.4g}z"


def framed(char: str) -> bool:
    """Whether a character is drawn as lines."""
    return char in FRAMES


Box = tuple[float, float, float, float]
"""Left, top, width and height as parts of a cell."""

_SHADES = {"░": 2, "▒": 3, "▓": 4}
_QUARTERS = {"▘": 1, "▝": 2, "▖": 4, "▞": 6, "▛": 7, "▗": 8, "▚": 9, "▜": 11, "▙": 13, "▟": 14}
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


def blocks(char: str) -> list[Box]:
    """Return a block or the dots of a braille character as rectangles; [] of any other."""
    code = ord(char)
    if BLANK < code <= BLANK + 0xFF:
        dots = [_DOTS[bit] for bit in range(8) if (code - BLANK) >> bit & 1]
        return [(0.14 + 0.5 * x, 0.07 + 0.25 * y, 0.22, 0.11) for x, y in dots]
    if char in _QUARTERS:
        corners = [(0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)]
        return [(x, y, 0.5, 0.5) for n, (x, y) in enumerate(corners) if _QUARTERS[char] >> n & 1]
    if 0x2581 <= code <= 0x2588:
        part = (code - 0x2580) / 8
        return [(0, 1 - part, 1, part)]
    if 0x2589 <= code <= 0x258F:
        return [(0, 0, (0x2590 - code) / 8, 1)]
    if char in _SHADES:
        return [
            (x / 8, y / 16, 0.125 * _SHADES[char] / 5, 0.0625)
            for y in range(16)
            for x in range(y % 2, 8, 2)
        ]
    return {
        "▀": [(0.0, 0.0, 1.0, 0.5)],
        "▐": [(0.5, 0.0, 0.5, 1.0)],
        "▔": [(0.0, 0.0, 1.0, 0.125)],
        "▕": [(0.875, 0.0, 0.125, 1.0)],
        "■": [(0.06, 0.27, 0.88, 0.44)],
    }.get(char, [])


FRAMES: dict[str, tuple[str, ...]] = {
    "─": ("W E",), "│": ("N S",), "┌": ("E S",), "┐": ("W S",), "└": ("N E",), "┘": ("N W",),
    "├": ("N S", "C E"), "┤": ("N S", "C W"), "┬": ("W E", "C S"), "┴": ("W E", "C N"),
    "┼": ("W E", "N S"), "╭": ("E ~ S",), "╮": ("W ~ S",), "╰": ("N ~ E",), "╯": ("N ~ W",),
    "╵": ("C N",), "╷": ("C S",), "╴": ("C W",), "╶": ("C E",), "╸": ("C W",),
    "━": ("W E",), "┃": ("N S",), "┏": ("E C", "C S"), "┓": ("W C", "C S"),
    "┗": ("N C", "C E"), "┛": ("N C", "C W"), "╋": ("W E", "N S"),
    "┆": ("N : S",), "┊": ("N : S",), "┄": ("W : E",), "┈": ("W : E",), "╌": ("W : E",),
    "╎": ("N : S",), "┇": ("N : S",), "┅": ("W : E",),
}  # fmt: skip
"""The lines of frame characters between the sides of a cell and its centre."""

THICK = "━┃╸┇┅┏┓┗┛╋"

_SIDES = {"N": (0.5, 0.0), "S": (0.5, 1.0), "W": (0.0, 0.5), "E": (1.0, 0.5), "C": (0.5, 0.5)}


def _stroke(line: str, left: float, top: float) -> str:
    first, *middle, last = line.split()
    start, end = (
        (left + x * WIDE, top + y * HIGH) for x, y in (_SIDES[side] for side in (first, last))
    )
    if middle == [":"]:
        return "".join(
            f"M{_at(start, end, a)}L{_at(start, end, a + 0.18)}" for a in (0.07, 0.41, 0.75)
        )
    if middle == ["~"]:
        centre = f"{left + WIDE / 2:.6g} {top + HIGH / 2:.6g}"
        return f"M{_at(start, end, 0)}Q{centre} {_at(start, end, 1)}"
    return f"M{_at(start, end, 0)}L{_at(start, end, 1)}"


def _at(start: tuple[float, float], end: tuple[float, float], share: float) -> str:
    x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    return f"{x:.6g} {y:.6g}"
