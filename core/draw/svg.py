"""Lines of styled text as an SVG picture, alone or in a page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import NamedTuple

from core.draw.spans import Line, Span
from core.text import width as cells_of

CELL, ROW, SIZE = 8.4, 18, 14
"""Width and height of a cell, and the size of its letters, in pixels."""

COLUMNS, ROWS = 100, 30
"""The size in cells of the picture of one chart."""

FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


class Paint(NamedTuple):
    """Colours as #rrggbb; `ground` is what is behind the text, "" for that of the picture."""

    colour: str
    ground: str = ""
    bold: bool = False


Paints = Callable[[str], Paint]
"""Style name -> how it looks."""


def picture(lines: Iterable[Line], columns: int, paint: Paints) -> str:
    """Return lines of at most `columns` cells as an SVG document."""
    rows = list(lines)
    base = paint("")
    wide, high = round(columns * CELL + 2 * ROW), (len(rows) + 2) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'width="{wide}" height="{high}">',
        f'<rect width="{wide}" height="{high}" rx="8" fill="{base.ground}"/>',
        f'<g font-family="{FONTS}" font-size="{SIZE}" fill="{base.colour}" xml:space="preserve">',
    ]
    for at, line in enumerate(rows):
        x = 0
        for span in line:
            parts += _span(span, x, at, paint, base)
            x += cells_of(span.text)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _span(span: Span, column: int, row: int, paint: Paints, base: Paint) -> list[str]:
    """Return the ground of a span if it has one of its own, and its text if it has any."""
    size, found = cells_of(span.text), paint(span.style)
    x, y = ROW + column * CELL, (row + 1) * ROW
    parts = []
    if size and found.ground not in ("", base.ground):
        parts.append(
            f'<rect x="{x:.1f}" y="{y}" width="{size * CELL:.1f}" height="{ROW}" '
            f'fill="{found.ground}"/>'
        )
    text = span.text.strip()
    if text:
        start = x + cells_of(span.text[: len(span.text) - len(span.text.lstrip())]) * CELL
        bold = ' font-weight="bold"' if found.bold else ""
        parts.append(
            f'<text x="{start:.1f}" y="{y + SIZE - 1}" textLength="{cells_of(text) * CELL:.1f}" '
            f'lengthAdjust="spacingAndGlyphs" fill="{found.colour}"{bold}>{escape(text)}</text>'
        )
    return parts


def page(title: str, drawn: str, paint: Paints) -> str:
    """Return an SVG picture as an HTML document with a title."""
    base = paint("")
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n"
        f'<body style="margin:2em;background:{base.ground};color:{base.colour}">\n'
        f"{drawn}</body>\n</html>\n"
    )
