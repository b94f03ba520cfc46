"""Lines of styled text as an SVG picture, alone or in a page of HTML that needs nothing else.

It is drawn cell by cell, so that it looks the same with every font: frames, blocks and braille dots
are shapes, everything else is text in its cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from core.draw.shapes import HIGH, WIDE, blocks, box, framed, shapes
from core.draw.spans import Line
from core.text import width as cells_of

MARGIN, FOOT = 10, 13.6
"""Pixels around a picture, and from the top of a row to the foot of its letters."""

COLUMNS, ROWS = 100, 30
"""The size in cells of the picture of one chart."""

VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
"""What makes a page as wide as the screen of a phone."""

FONTS = "'DejaVu Sans Mono', Menlo, Consolas, ui-monospace, monospace"


class Paint(NamedTuple):
    """Colours as #rrggbb; `ground` is what is behind the text, "" for that of the picture."""

    colour: str
    ground: str = ""
    bold: bool = False


Paints = Callable[[str], Paint]
"""Style name -> how it looks."""


class Cell(NamedTuple):
    """One character with its place in cells and its colours, as #rrggbb."""

    x: int
    y: int
    char: str
    size: int
    colour: str
    ground: str
    bold: bool = False
    underline: bool = False


def picture(
    lines: Iterable[Line], columns: int, paint: Paints, label: str = "", told: str = ""
) -> str:
    """Return lines of at most `columns` cells as an SVG document.

    Args:
        label, told: what it shows, for those who do not see it, shortly and with its figures.
    """
    rows, base = list(lines), paint("")
    cells = [cell for y, line in enumerate(rows) for cell in _cells(line, y, paint, base)]
    return drawing(cells, columns, len(rows), base.ground, label, told)


def _cells(line: Line, y: int, paint: Paints, base: Paint) -> Iterator[Cell]:
    x = 0
    for span in line:
        bare = span.style == "cursor" and not span.text.strip()  # a place for a pointer
        colour, ground, bold = paint("" if bare else span.style)
        for char in span.text:
            size = cells_of(char)
            yield Cell(x, y, char, size, colour, ground or base.ground, bold)
            x += size


def drawing(
    cells: Sequence[Cell],
    columns: int,
    rows: int,
    page: str = "",
    label: str = "",
    told: str = "",
) -> str:
    """Return cells as an SVG document.

    Args:
        cells: row by row, from left to right.
        page: the background; "" for the one that most cells of the first row have.
        label, told: what it shows, for those who do not see it, shortly and with its figures.
    """
    if not page:
        page = Counter(cell.ground for cell in cells if cell.y == 0).most_common(1)[0][0]
    size = f"{columns * WIDE + 2 * MARGIN:.0f}", f"{rows * HIGH + 2 * MARGIN:.0f}"
    named = f' role="img" aria-label="{escape(label)}"' if label else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" '
        f'width="{size[0]}" height="{size[1]}"{named}>',
        *([f"<desc>{escape(told)}</desc>"] if told else []),
        f'<rect width="100%" height="100%" rx="8" fill="{page}"/>',
        f'<g transform="translate({MARGIN} {MARGIN})" font-family="{FONTS}" font-size="15" '
        'xml:space="preserve">',
        *_grounds(cells, page),
        *shapes((cell.x, cell.y, cell.char, cell.colour) for cell in cells),
        *_texts(cells),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


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
    drawn = box(x, y, wide, high)
    return f'<path shape-rendering="crispEdges" fill="{colour}" d="{drawn}"/>'


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
    return cell.size > 0 and cell.char != " " and not (blocks(cell.char) or framed(cell.char))


def _written_as(cell: Cell) -> tuple[int, str, bool, bool]:
    return cell.y, cell.colour, cell.bold, cell.underline


def _follows(run: Sequence[Cell], cell: Cell) -> bool:
    last = run[-1]
    alike = _written_as(last) == _written_as(cell)
    plain = last.size == cell.size == 1 and (last.char + cell.char).isascii()
    near = cell.x == last.x + last.size and not (last.char == cell.char == " ")
    return alike and plain and near and (cell.char == " " or _written(cell))


def _text(run: list[Cell]) -> list[str]:
    while run[-1].char == " ":
        run.pop()
    first, wide = run[0], sum(cell.size for cell in run) * WIDE
    left, foot = first.x * WIDE, first.y * HIGH + FOOT
    look = ' font-weight="bold"' if first.bold else ""
    said = escape("".join(cell.char for cell in run), quote=False)
    size = f' textLength="{wide:.4g}"' if len(run) > 1 else ""
    parts = [f'<text x="{left:.6g}" y="{foot:.6g}"{size} fill="{first.colour}"{look}>{said}</text>']
    if first.underline:
        parts.append(_rect(left, foot + 1.6, wide, 1, first.colour))
    return parts


def page(title: str, drawn: str, paint: Paints) -> str:
    """Return an SVG picture as an HTML document with a title."""
    base = paint("")
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n{VIEWPORT}\n'
        f"<title>{escape(title)}</title>\n"
        f'<body style="margin:2em;background:{base.ground};color:{base.colour}">\n'
        f"{drawn}</body>\n</html>\n"
    )
