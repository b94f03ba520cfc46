"""The lines of a screen as cells of an SVG picture, in the colours that a terminal can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import get_character_cell_size
from rich.color import Color as Sent
from rich.color import ColorSystem
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.strip import Strip

from core.draw import svg

SIXTEEN = TerminalTheme(
    (18, 18, 18),
    (204, 204, 204),
    [(0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16), (36, 114, 200), (188, 63, 188),
     (17, 168, 205), (204, 204, 204)],
    [(102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67), (59, 142, 234),
     (214, 112, 214), (41, 184, 219), (255, 255, 255)],
)  # fmt: skip
"""The sixteen colours of a usual terminal, its background and its text."""


def drawing(strips: Sequence[Strip], *, system: ColorSystem = ColorSystem.TRUECOLOR) -> str:
    """Return an SVG of the lines of a screen."""
    cells = [cell for y, strip in enumerate(strips) for cell in _cells(strip, y, system)]
    return svg.drawing(cells, max(strip.cell_length for strip in strips), len(strips))


def _cells(strip: Strip, y: int, system: ColorSystem) -> Iterator[svg.Cell]:
    x = 0
    for text, style, _ in strip:
        colour, ground = _colours(style or Style(), system)
        for char in text:
            size = get_character_cell_size(char)
            bold = bool(style and style.bold)
            yield svg.Cell(x, y, char, size, colour, ground, bold, bool(style and style.underline))
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
