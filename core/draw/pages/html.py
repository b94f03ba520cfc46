"""A board as one page of HTML that needs nothing from elsewhere, and a board as one picture.

The charts are SVG pictures within the page, each with its figures in full as a table that opens
below; a chart that is wide has a second picture for narrow screens. Tiles stand side by side as on
the board where the screen has room, else in one column. The colours are those of light or dark, as
the reader's screen is. A policy in its head forbids the page to load or to run anything.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from core.boards.answering import board_span, tile_chart
from core.boards.sections import heading_words, sections
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw import NATURAL, draw
from core.draw.board import note_lines, tile_title, whole_lines
from core.draw.pages.colours import Colours
from core.draw.pages.words import LONGEST, dates_of, description, failure, several
from core.draw.shapes import WIDE
from core.draw.spans import Line, Look, plain, safe
from core.draw.svg import COLUMNS, MARGIN, ROWS, VIEWPORT, Paints, picture
from core.errors import FootfallError
from core.export import text_rows

WHOLE = 120
"""Columns of a whole board as one picture."""

NARROW = 40
"""Columns of a picture for a narrow screen."""

COLUMN, GAP = 80, 24
"""Pixels of one of the twelve columns of a wide page, and between two of them."""

LEAST = 3
"""Columns of the page that a tile has at least."""


def board_svg(
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any] = (),
    *,
    paint: Paints,
) -> str:
    """Return a board as an SVG picture, its tiles laid out as on the screen.

    Args:
        answers: block id -> answer or FootfallError, of core.boards.answering.
        marks: core.store.library.saved.Mark values to show on charts over time.
    """
    lines = whole_lines(board, answers, WHOLE, look, marks)
    return picture(lines, WHOLE, paint, f"Board {safe(board.title)}")


def board_html(
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any] = (),
    *,
    paint: Paints,
    dark: Paints | None = None,
    foot: Sequence[str] = (),
    bundle: str = "",
) -> str:
    """Return a board as one HTML document, its tiles in reading order; see `board_svg`.

    Args:
        dark: the colours where the reader's screen is dark; None takes `paint` there too.
        foot: lines below the tiles: as of when, until when.
        bundle: JSON that the page carries, without "<".
    """
    colours = Colours(paint, dark or paint)
    title = escape(safe(board.title))
    parts = [
        f"<main>\n<h1>{title}</h1>",
        _paragraph(dates_of(board_span(answers)), "dates"),
        _paragraph(several(board.description), "words"),
        _paragraph(safe(wide_words(board), LONGEST), "notes"),
        _contents(board),
        '<div class="tiles">',
    ]
    for block in board.in_order:
        parts += _tile(block, answers.get(block.id), look, marks, colours)
    parts += ["</div>", _foot(foot), "</main>"]
    if bundle:
        parts.append(f'<script type="application/json" id="share">{bundle}</script>')
    return document(title, "\n".join(part for part in parts if part), colours)


def document(title: str, body: str, colours: Colours) -> str:
    """Return a document that loads nothing and runs nothing.

    Args:
        title, body: HTML.
        colours: those that the body has named.
    """
    named = {name: colours.of(style) for name, style in _STYLES.items()}
    rules = _CSS.format(
        ground=named["plain"].ground,
        **{name: paint.colour for name, paint in named.items()},
    )
    style = f"\n{colours.css()}\n{rules}\n"
    allowed = b64encode(sha256(style.encode("utf-8", "replace")).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n{VIEWPORT}\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{title}</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


_STYLES = {"plain": "", "quiet": "dim", "edge": "border"}

_CSS = """body {{ margin: 2em auto; max-width: 77em; padding: 0 1.5em; background: {ground};
  color: {plain}; font-family: system-ui, sans-serif; line-height: 1.4 }}
h1 {{ margin: 0 0 .2em }}
nav a {{ margin-right: 1.2em; color: inherit }}
h2 {{ margin: 0; font-size: 1.1em }}
.head {{ margin-top: 1em; font-size: 1.4em }}
.dates, .notes, footer {{ color: {quiet}; font-size: .9em }}
.dates {{ margin: 0 0 .6em }}
.notes {{ margin: .6em 0 }}
ul.notes {{ padding-left: 1.2em }}
.words {{ white-space: pre-wrap; overflow-wrap: anywhere }}
section {{ margin: 0 0 1.5em; padding: 1em 0 0; border-top: 1px solid {edge}; min-width: 0 }}
svg {{ display: block; max-width: 100%; height: auto }}
.narrow {{ display: none }}
summary {{ cursor: pointer; padding: .4em 0; color: {quiet} }}
.figures {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
caption {{ padding-bottom: .4em; text-align: left; color: {quiet} }}
th, td {{ padding: .1em .8em .1em 0; text-align: left; white-space: nowrap }}
tbody th {{ font-weight: normal }}
footer {{ border-top: 1px solid {edge} }}
@media (max-width: 40em) {{ body {{ margin: 1em auto; padding: 0 1em }}
  .wide {{ display: none }} .narrow {{ display: block }} }}
@media (min-width: 64em) {{ .tiles {{ display: grid; grid-template-columns: repeat(12, 1fr);
  gap: 0 1.5em; align-items: start }} svg {{ width: 100% }} .w3 {{ grid-column: span 3 }}
  .w4 {{ grid-column: span 4 }} .w5 {{ grid-column: span 5 }} .w6 {{ grid-column: span 6 }}
  .w7 {{ grid-column: span 7 }} .w8 {{ grid-column: span 8 }} .w9 {{ grid-column: span 9 }}
  .w10 {{ grid-column: span 10 }} .w11 {{ grid-column: span 11 }}
  .w12 {{ grid-column: 1 / -1 }} }}
@media print {{ details {{ display: none }} section {{ break-inside: avoid }} }}"""


def _contents(board: Board) -> str:
    """Return links to the sections of a board, if it has several."""
    links = "\n".join(
        f'<a href="#{escape(section.heading)}">{escape(safe(section.name))}</a>'
        for section in sections(board)
        if section.heading
    )
    return f'<nav aria-label="Sections">\n{links}\n</nav>' if "\n" in links else ""


def _tile(
    block: Block, answer: Any, look: Look, marks: Sequence[Any], colours: Colours
) -> list[str]:
    """Return a tile as HTML: title, dates, picture, notes and table."""
    if block.is_heading:
        said = escape(safe(heading_words(block)))
        return [f'<h2 class="head w12" id="{escape(block.id)}">{said}</h2>']
    span = max(block.position.width, LEAST)
    if block.type == "note":
        words = _paragraph(plain(note_lines(several(block.content), COLUMNS)), "words")
        return [f'<section class="w{span}">', words, "</section>"]
    title = tile_title(block, answer)
    named = escape(title)
    start = [f'<section class="w{span}" aria-label="{named}">', f"<h2>{named}</h2>"]
    if answer is None or isinstance(answer, FootfallError):
        return [*start, _paragraph(failure(answer), "words"), "</section>"]
    notes = "".join(f"<li>{escape(safe(note, LONGEST))}</li>" for note in answer.notes)
    return [
        *start,
        _paragraph(dates_of((answer.first, answer.last)), "dates"),
        *_pictures(block, answer, look, marks, colours, span),
        f'<ul class="notes">{notes}</ul>' if notes else "",
        f"<details><summary>Table of {named}</summary>",
        _table(title, answer),
        "</details>",
        "</section>",
    ]


def _pictures(
    block: Block, answer: Any, look: Look, marks: Sequence[Any], colours: Colours, span: int
) -> list[str]:
    """Return the picture of a tile, and one for narrow screens where it is wider than those."""
    wide = _columns(span)
    label, told = f"Chart: {tile_title(block, answer)}", description(answer)

    def shown(columns: int, kind: str) -> str:
        lines = _drawn(block, answer, columns, look, marks)
        drawn = picture(lines, columns, colours.of, label, told).rstrip()
        return f'<div class="{kind}">\n{drawn}\n</div>'

    if wide <= NARROW:
        return [shown(wide, "chart")]
    return [shown(wide, "chart wide"), shown(NARROW, "chart narrow")]


def _columns(span: int) -> int:
    """Return the columns of a picture that is as wide as so many columns of the page."""
    pixels = COLUMN * span + GAP * (span - 1)
    return min(WHOLE, int((pixels - 2 * MARGIN) / WIDE))


def _drawn(block: Block, answer: Any, columns: int, look: Look, marks: Sequence[Any]) -> list[Line]:
    """Return the lines of a tile's picture, without its notes and empty lines at the end."""
    chart = tile_chart(block)
    answer = answer.model_copy(update={"notes": (), "missed": ()})
    height = min(NATURAL.get(chart, ROWS), ROWS)
    lines = draw(answer, columns, height, look, chart=chart, marks=marks)
    while lines and not plain(lines[-1:]).strip():
        lines.pop()
    return lines


def _table(title: str, answer: Any) -> str:
    """Return the figures of an answer as a table that scrolls in its place."""
    header, *body = text_rows(answer)
    dates = dates_of((answer.first, answer.last))
    caption = escape(" ".join(filter(None, (title, dates))))
    names = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    lines = [f"<tr>{_row(cells)}</tr>" for cells in body]
    return "\n".join(
        [
            f'<div class="figures" tabindex="0" role="region" aria-label="{caption}">',
            f"<table>\n<caption>{caption}</caption>",
            f"<thead><tr>{names}</tr></thead>",
            "<tbody>",
            *lines,
            "</tbody></table>\n</div>",
        ]
    )


def _row(cells: Sequence[str]) -> str:
    """Return the cells of a row, which its first one names."""
    first, *rest = map(escape, cells)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest)


def _paragraph(words: str, kind: str) -> str:
    return f'<p class="{kind}">{escape(words)}</p>' if words.strip() else ""


def _foot(lines: Sequence[str]) -> str:
    said = "".join(f"<p>{escape(safe(line, LONGEST))}</p>" for line in lines)
    return f"<footer>{said}</footer>" if said else ""
