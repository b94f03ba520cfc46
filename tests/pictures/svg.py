"""An SVG of a screen, drawn cell by cell so that it looks the same with every font.

Frames, blocks and braille dots are shapes; everything else is text in its cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rich.cells import get_character_cell_size
from rich.color import Color as Sent
from rich.color import ColorSystem
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.strip import Strip

WIDE, HIGH = 9.03, 18
"""A cell in pixels, for letters of 15 pixels in DejaVu Sans Mono."""

FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
MARGIN = 10

SIXTEEN = TerminalTheme(
    (18, 18, 18),
    (204, 204, 204),
    [(0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16), (36, 114, 200), (188, 63, 188),
     (17, 168, 205), (204, 204, 204)],
    [(102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67), (59, 142, 234),
     (214, 112, 214), (41, 184, 219), (255, 255, 255)],
)  # fmt: skip
"""The sixteen colours of a usual terminal, its background and its text."""


@dataclass(frozen=True)
class Cell:
    """One character with its colours, as #rrggbb."""

    x: int
    y: int
    char: str
    size: int
    colour: str
    ground: str
    bold: bool
    underline: bool


def drawing(strips: Sequence[Strip], *, system: ColorSystem = ColorSystem.TRUECOLOR) -> str:
    """Return an SVG of the lines of a screen, in the colours that a terminal can show."""
    found = [cell for y, strip in enumerate(strips) for cell in _cells(strip, y, system)]
    wide = max(strip.cell_length for strip in strips) * WIDE
    high = len(strips) * HIGH
    page = _most_used(cell.ground for cell in found if cell.y == 0)
    size = f"{wide + 2 * MARGIN:.0f}", f"{high + 2 * MARGIN:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}">',
        f"<style>text {{ font: 15px {FONT}; white-space: pre }} .b {{ font-weight: bold }} "
        ".c { shape-rendering: crispEdges }</style>",
        f'<rect width="100%" height="100%" rx="8" fill="{page}"/>',
        f'<g transform="translate({MARGIN} {MARGIN})">',
        *_grounds(found, page),
        *_shapes(found),
        *_texts(found),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


# -- reading


def _cells(strip: Strip, y: int, system: ColorSystem) -> Iterator[Cell]:
    x = 0
    for text, style, _ in strip:
        colour, ground = _colours(style or Style(), system)
        for char in text:
            size = get_character_cell_size(char)
            bold = bool(style and style.bold)
            yield Cell(x, y, char, size, colour, ground, bold, bool(style and style.underline))
            x += size


def _colours(style: Style, system: ColorSystem) -> tuple[str, str]:
    front = _rgb(style.color, True, system)
    ground = _rgb(style.bgcolor, False, system)
    if style.reverse:
        front, ground = ground, front
    if style.dim:
        front = ground.blend(front, 0.6)
    return front.hex6.lower(), ground.hex6.lower()


def _rgb(colour: Sent | None, front: bool, system: ColorSystem) -> Color:
    found = (colour or Sent.default()).downgrade(system)
    return Color(*found.get_truecolor(SIXTEEN, foreground=front))


def _most_used(colours: Iterable[str]) -> str:
    found = list(colours)
    return max(sorted(set(found)), key=found.count)


# -- drawing


def _grounds(found: Iterable[Cell], page: str) -> list[str]:
    """Return the backgrounds, runs of a line as one."""
    parts, run = [], list[Cell]()
    for cell in [*found, None]:
        if cell and run and (cell.y, cell.ground) == (run[0].y, run[0].ground):
            run.append(cell)
            continue
        if run and run[0].ground != page:
            wide = sum(c.size for c in run)
            parts.append(_rect(run[0].x * WIDE, run[0].y * HIGH, wide * WIDE, HIGH, run[0].ground))
        run = [cell] if cell else []
    return parts


def _rect(x: float, y: float, wide: float, high: float, colour: str) -> str:
    return f'<path class="c" fill="{colour}" d="{_box(x, y, wide, high)}"/>'


def _box(x: float, y: float, wide: float, high: float) -> str:
    return f"M{x:.6g} {y:.6g}h{wide:.4g}v{high:.4g}h{-wide:.4g}z"


def _shapes(found: Iterable[Cell]) -> list[str]:
    """Return blocks, dots and frames, one path for each colour."""
    filled: dict[tuple[str, bool], list[str]] = {}
    drawn: dict[tuple[str, int], list[str]] = {}
    for cell in found:
        boxes = _blocks(cell.char)
        lines = FRAMES.get(cell.char)
        left, top = cell.x * WIDE, cell.y * HIGH
        if boxes:
            filled.setdefault((cell.colour, ord(cell.char) < 0x2800), []).extend(
                _box(left + x * WIDE, top + y * HIGH, wide * WIDE, high * HIGH)
                for x, y, wide, high in boxes
            )
        elif lines:
            thick = 3 if cell.char in THICK else 1
            strokes = (_stroke(line, left, top) for line in lines)
            drawn.setdefault((cell.colour, thick), []).extend(strokes)
    return [
        *(
            f'<path class="{"c" if crisp else "d"}" fill="{colour}" d="{"".join(parts)}"/>'
            for (colour, crisp), parts in filled.items()
        ),
        *(
            f'<path fill="none" stroke="{colour}" stroke-width="{thick}" d="{"".join(parts)}"/>'
            for (colour, thick), parts in drawn.items()
        ),
    ]


Box = tuple[float, float, float, float]
"""Left, top, width and height as parts of a cell."""

_SHADES = {"░": 2, "▒": 3, "▓": 4}
_QUARTERS = {"▘": 1, "▝": 2, "▀": 3, "▖": 4, "▌": 5, "▞": 6, "▛": 7, "▗": 8, "▚": 9, "▐": 10,
             "▜": 11, "▄": 12, "▙": 13, "▟": 14, "█": 15}  # fmt: skip
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


def _blocks(char: str) -> list[Box]:
    code = ord(char)
    if 0x2801 <= code <= 0x28FF:
        dots = [_DOTS[bit] for bit in range(8) if (code - 0x2800) >> bit & 1]
        return [(0.14 + 0.5 * x, 0.07 + 0.25 * y, 0.22, 0.11) for x, y in dots]
    if char in _QUARTERS and char not in "▀▄▌▐█":
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
    "━": ("W E",), "┃": ("N S",),
    "┆": ("N : S",), "┊": ("N : S",), "┄": ("W : E",), "┈": ("W : E",), "╌": ("W : E",),
    "╎": ("N : S",), "┇": ("N : S",), "┅": ("W : E",),
}  # fmt: skip
"""The lines of frame characters between the sides of a cell and its centre."""

THICK = "━┃╸╺╹╻┇┅"

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


def _texts(found: Iterable[Cell]) -> list[str]:
    """Return the words, those of a line in one style as one."""
    parts, run = [], list[Cell]()
    for cell in [*found, None]:
        if cell and run and _follows(run, cell):
            run.append(cell)
            continue
        if run:
            parts += _text(run)
        run = [cell] if cell and _written(cell) else []
    return parts


def _written(cell: Cell) -> bool:
    return cell.char != " " and not _blocks(cell.char) and cell.char not in FRAMES


def _follows(run: Sequence[Cell], cell: Cell) -> bool:
    last = run[-1]
    alike = (last.y, last.colour, last.bold, last.underline) == (
        cell.y,
        cell.colour,
        cell.bold,
        cell.underline,
    )
    plain = last.size == cell.size == 1 and (last.char + cell.char).isascii()
    near = cell.x == last.x + last.size and not (last.char == cell.char == " ")
    return alike and plain and near and (cell.char == " " or _written(cell))


def _text(run: list[Cell]) -> list[str]:
    while run[-1].char == " ":
        run.pop()
    first, wide = run[0], sum(cell.size for cell in run) * WIDE
    left, foot = first.x * WIDE, first.y * HIGH + 13.6
    look = ' class="b"' if first.bold else ""
    said = escape("".join(cell.char for cell in run), quote=False)
    size = f' textLength="{wide:.4g}"' if len(run) > 1 else ""
    parts = [f'<text x="{left:.6g}" y="{foot:.6g}"{size} fill="{first.colour}"{look}>{said}</text>']
    if first.underline:
        parts.append(_rect(left, foot + 1.6, wide, 1, first.colour))
    return parts
